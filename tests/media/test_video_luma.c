// SPDX-License-Identifier: MIT
/* Every layout and size against the definition: the mean over the area, in whole numbers. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "media/video_luma_impl.h"
#include "support/sweep.h"

enum { SIDE = 640, BYTES = SIDE * SIDE * 8 };

/* A picture whose bytes are noise over a slope, and how it is laid out. */
typedef struct scene {
    uint8_t *bytes;
    snq__video_raw raw;
} scene;

static void set_value(const snq__video_raw *raw, int plane, uint32_t x, uint32_t y, uint32_t value)
{
    const snq__video_plane *p = &raw->plane[plane];
    uint8_t *at = (uint8_t *)(uintptr_t)(p->data + (ptrdiff_t)y * p->stride + (size_t)x * p->step);
    const uint32_t v = value << p->shift;
    if (p->shift + p->depth <= 8) {
        *at = (uint8_t)(*at | v);
    } else {
        at[raw->big_endian ? 0 : 1] |= (uint8_t)(v >> 8);
        at[raw->big_endian ? 1 : 0] |= (uint8_t)v;
    }
}

static uint32_t get_value(const snq__video_raw *raw, int plane, uint32_t x, uint32_t y)
{
    const snq__video_plane *p = &raw->plane[plane];
    const uint8_t *at = p->data + (ptrdiff_t)y * p->stride + (size_t)x * p->step;
    const uint32_t v = p->shift + p->depth <= 8 ? at[0]
                       : raw->big_endian        ? (uint32_t)at[0] << 8 | at[1]
                                                : (uint32_t)at[1] << 8 | at[0];
    return v >> p->shift & ((1u << p->depth) - 1);
}

/* Random values of all depths in all planes. */
static void paint(scene *s, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (uint32_t i = 0; i < s->raw.planes; i++) {
        uint32_t w, h;
        snq__video_plane_size(&s->raw, (int)i, &w, &h);
        const uint32_t most = (1u << s->raw.plane[i].depth) - 1;
        for (uint32_t y = 0; y < h; y++)
            for (uint32_t x = 0; x < w; x++) {
                const uint32_t slope = most * ((x + y + i * 7) % 40) / 40;
                set_value(&s->raw, (int)i, x, y,
                          snq_rng_below(&rng, 3) ? slope : snq_rng_below(&rng, most + 1));
            }
    }
}

/* Weight of sample i in cell k, in 1/to of a sample. */
static int64_t overlap(int64_t from, int64_t to, int64_t i, int64_t k)
{
    const int64_t lo = i * to > k * from ? i * to : k * from;
    const int64_t hi = (i + 1) * to < (k + 1) * from ? (i + 1) * to : (k + 1) * from;
    return hi > lo ? hi - lo : 0;
}

/* What a plane of YUV must become; values count from black to white, both times 255. */
static int expected(const snq__video_raw *raw, int plane, uint32_t to_w, uint32_t to_h, uint32_t k,
                    uint32_t j, int64_t black255, int64_t span)
{
    uint32_t w, h;
    int64_t sum = 0;
    snq__video_plane_size(raw, plane, &w, &h);
    for (uint32_t y = (uint32_t)((uint64_t)j * h / to_h); y < h; y++) {
        const int64_t wy = overlap(h, to_h, y, j);
        if (!wy)
            break;
        for (uint32_t x = (uint32_t)((uint64_t)k * w / to_w); x < w; x++) {
            const int64_t wx = overlap(w, to_w, x, k);
            if (!wx)
                break;
            sum += wx * wy * get_value(raw, plane, x, y);
        }
    }
    /* round((sum / area * 255 - black255) / span), halves up */
    const int64_t area = (int64_t)w * h;
    const int64_t over = 2 * (sum * 255 - black255 * area) + span * area;
    const int64_t v = over < 0 ? 0 : over / (2 * span * area);
    return v > 255 ? 255 : (int)v;
}

static void black_and_span(const snq__video_raw *raw, int plane, int64_t *black255, int64_t *span)
{
    const int64_t one = 1 << (raw->plane[plane].depth - 8), most = 256 * one - 1;
    if (raw->full_range)
        *black255 = plane ? 128 * (one * 255 - most) : 0, *span = most;
    else
        *black255 = plane ? 255 * 128 * one - 224 * 128 * one : 255 * 16 * one,
        *span = plane ? 224 * one : 219 * one;
}

static void check_plane(const snq__video_raw *raw, int plane, uint32_t to_w, uint32_t to_h)
{
    snq__video_shrink s = { 0 };
    uint32_t w, h;
    int64_t black255, span;
    uint8_t *out = malloc((size_t)to_w * to_h + 8);
    assert_non_null(out);
    memset(out, 0xAA, (size_t)to_w * to_h + 8);
    snq__video_plane_size(raw, plane, &w, &h);
    check_ok(snq__video_shrink_init(&s, w, h, to_w, to_h));
    snq__video_shrink_run(&s, raw, plane, out);
    black_and_span(raw, plane, &black255, &span);
    for (uint32_t j = 0; j < to_h; j++)
        for (uint32_t k = 0; k < to_w; k++) {
            const int want = expected(raw, plane, to_w, to_h, k, j, black255, span);
            if (out[j * to_w + k] != want)
                fail_msg("plane %d of %u x %u to %u x %u, depth %u: (%u, %u) is %u, want %d", plane,
                         w, h, to_w, to_h, raw->plane[plane].depth, k, j, out[j * to_w + k], want);
        }
    assert_int_equal(out[(size_t)to_w * to_h], 0xAA);
    snq__video_shrink_clear(&s);
    free(out);
}

/* Y, Cb, Cr in planes of their own, `bytes` a sample. */
static scene planar(uint32_t w, uint32_t h, uint32_t depth, int big, int full, uint32_t lw,
                    uint32_t lh)
{
    scene s = { .bytes = calloc(BYTES, 1) };
    assert_non_null(s.bytes);
    s.raw = (snq__video_raw) { .kind = SNQ__VIDEO_YUV, .width = w, .height = h, .planes = 3 };
    s.raw.chroma_log2_w = lw;
    s.raw.chroma_log2_h = lh;
    s.raw.big_endian = big;
    s.raw.full_range = full;
    const uint32_t step = depth > 8 ? 2 : 1;
    for (uint32_t i = 0; i < 3; i++)
        s.raw.plane[i] = (snq__video_plane) { .data = s.bytes + (size_t)i * BYTES / 4,
                                              .stride = (ptrdiff_t)(w * step + 6),
                                              .step = step,
                                              .depth = depth };
    return s;
}

static void test_planar(void **state)
{
    static const uint32_t sizes[][4] = {
        { 64, 48, 32, 24 },    { 77, 53, 20, 16 },   { 100, 60, 48, 29 }, { 33, 18, 33, 18 },
        { 48, 48, 16, 16 },    { 128, 64, 16, 16 },  { 96, 96, 16, 12 },  { 20, 20, 32, 24 },
        { 16, 600, 16, 17 },   { 599, 17, 320, 16 }, { 16, 560, 16, 2 },  { 40, 30, 39, 29 },
        { 211, 307, 96, 140 }, { 24, 16, 12, 16 },   { 24, 16, 24, 8 },
    };
    static const struct {
        uint32_t depth;
        int big, full;
    } kinds[] = { { 8, 0, 0 }, { 8, 0, 1 }, { 10, 0, 0 }, { 12, 1, 1 }, { 16, 0, 0 }, { 9, 1, 0 } };
    for (size_t i = 0; i < SNQ_COUNT(sizes); i++)
        for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
            scene s = planar(sizes[i][0], sizes[i][1], kinds[k].depth, kinds[k].big, kinds[k].full,
                             (uint32_t)k & 1, (uint32_t)k >> 1 & 1);
            paint(&s, i * 8 + k);
            check_plane(&s.raw, 0, sizes[i][2], sizes[i][3]);
            check_plane(&s.raw, 1, 8, 7);
            check_plane(&s.raw, 2, 5, 8);
            free(s.bytes);
        }
}

/* Interleaved chroma, samples at the top of their words, packed pictures, bottom row first. */
static void test_packed(void **state)
{
    scene s = planar(62, 40, 8, 0, 0, 1, 1);
    s.raw.plane[1].step = s.raw.plane[2].step = 2; /* NV12 */
    s.raw.plane[2].data = s.raw.plane[1].data + 1;
    paint(&s, 1);
    for (int i = 0; i < 3; i++)
        check_plane(&s.raw, i, 16, 10);
    free(s.bytes);
    s = planar(62, 40, 10, 0, 0, 1, 1); /* P010 */
    for (int i = 0; i < 3; i++) {
        s.raw.plane[i].shift = 6;
        s.raw.plane[i].step = i ? 4 : 2;
    }
    s.raw.plane[2].data = s.raw.plane[1].data + 2;
    paint(&s, 2);
    for (int i = 0; i < 3; i++)
        check_plane(&s.raw, i, 16, 10);
    free(s.bytes);
    s = planar(62, 40, 8, 0, 1, 1, 0); /* YUYV */
    for (int i = 0; i < 3; i++)
        s.raw.plane[i] = (snq__video_plane) {
            .data = s.bytes + (i ? 2 * i - 1 : 0), .stride = 130, .step = i ? 4 : 2, .depth = 8
        };
    paint(&s, 3);
    for (int i = 0; i < 3; i++)
        check_plane(&s.raw, i, 16, 10);
    free(s.bytes);
    s = planar(62, 40, 8, 0, 0, 0, 0);
    s.raw.plane[0].data += 39 * s.raw.plane[0].stride;
    s.raw.plane[0].stride *= -1;
    paint(&s, 4);
    check_plane(&s.raw, 0, 31, 20);
    check_plane(&s.raw, 0, 62, 40);
    /* words at an odd place */
    free(s.bytes);
    s = planar(30, 20, 16, 0, 1, 0, 0);
    s.raw.plane[0].data++;
    paint(&s, 5);
    check_plane(&s.raw, 0, 16, 16);
    free(s.bytes);
}

static void test_grey(void **state)
{
    scene s = planar(40, 40, 8, 0, 1, 0, 0);
    uint8_t out[400];
    snq__video_shrink shrink = { 0 };
    s.raw.planes = 1;
    paint(&s, 1);
    check_plane(&s.raw, 0, 20, 20);
    check_ok(snq__video_shrink_init(&shrink, 40, 40, 20, 20));
    for (int which = 1; which < 3; which++) {
        memset(out, 0, sizeof out);
        snq__video_shrink_run(&shrink, &s.raw, which, out);
        for (int i = 0; i < 400; i++)
            assert_int_equal(out[i], 128);
    }
    snq__video_shrink_clear(&shrink);
    free(s.bytes);
}

/* Y, Cb or Cr (full range) of r, g, b 0 .. 1, by the standards' definition. */
static double of_rgb(int which, int bt709, double r, double g, double b)
{
    const double kr = bt709 ? 0.2126 : 0.299, kb = bt709 ? 0.0722 : 0.114;
    const double y = kr * r + (1 - kr - kb) * g + kb * b;
    const double v = which == 0   ? 255 * y
                     : which == 1 ? 128 + 255 * (b - y) / (2 - 2 * kb)
                                  : 128 + 255 * (r - y) / (2 - 2 * kr);
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

static void check_colours(const snq__video_raw *raw,
                          double (*part)(const snq__video_raw *, uint32_t, uint32_t, int))
{
    snq__video_shrink s = { 0 };
    uint8_t out[60 * 40];
    check_ok(snq__video_shrink_init(&s, raw->width, raw->height, raw->width, raw->height));
    for (int which = 0; which < 3; which++) {
        snq__video_shrink_run(&s, raw, which, out);
        for (uint32_t y = 0; y < raw->height; y++)
            for (uint32_t x = 0; x < raw->width; x++)
                check_near(out[y * raw->width + x],
                           of_rgb(which, raw->bt709, part(raw, x, y, 0), part(raw, x, y, 1),
                                  part(raw, x, y, 2)),
                           0.52);
    }
    snq__video_shrink_clear(&s);
}

static double part_of_rgb(const snq__video_raw *raw, uint32_t x, uint32_t y, int c)
{
    return get_value(raw, c, x, y) / (double)((1u << raw->plane[c].depth) - 1);
}

static void test_rgb(void **state)
{
    for (int kind = 0; kind < 6; kind++) {
        scene s = planar(60, 40, kind == 3 ? 12 : 8, kind == 3, 1, 0, 0);
        s.raw.kind = SNQ__VIDEO_RGB;
        s.raw.bt709 = kind & 1;
        for (uint32_t i = 0; kind && kind != 3 && i < 3; i++)
            s.raw.plane[i] = (snq__video_plane) { .data = s.bytes + (kind == 1 ? i : 2 - i),
                                                  .stride = 256,
                                                  .step = kind == 1 ? 3 : 4,
                                                  .depth = 8 };
        if (kind >= 4) /* 5, 6 and 5 bits of a word */
            for (uint32_t i = 0; i < 3; i++)
                s.raw.plane[i] = (snq__video_plane) { .data = s.bytes,
                                                      .stride = 128,
                                                      .step = 2,
                                                      .shift = i == 0   ? 11
                                                               : i == 1 ? 5
                                                                        : 0,
                                                      .depth = i == 1 ? 6 : 5 };
        if (kind >= 4) /* the lowest lies in one byte */
            s.raw.plane[2].data += kind == 5;
        s.raw.big_endian |= kind == 5;
        paint(&s, (uint64_t)kind);
        check_colours(&s.raw, part_of_rgb);
        free(s.bytes);
    }
}

static double part_of_palette(const snq__video_raw *raw, uint32_t x, uint32_t y, int c)
{
    return (raw->palette[get_value(raw, 0, x, y)] >> (16 - 8 * c) & 255) / 255.0;
}

static double part_of_bits(const snq__video_raw *raw, uint32_t x, uint32_t y, int c)
{
    const uint8_t *at = raw->plane[0].data + (ptrdiff_t)y * raw->plane[0].stride;
    return (at[x / 8] >> (7 - x % 8) & 1) != raw->white_is_0;
}

static void test_tables(void **state)
{
    uint32_t palette[256];
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int i = 0; i < 256; i++)
        palette[i] = (uint32_t)snq_rng_next(&rng);
    scene s = planar(60, 40, 8, 0, 1, 0, 0);
    s.raw.kind = SNQ__VIDEO_PALETTE;
    s.raw.planes = 1;
    s.raw.palette = palette;
    paint(&s, 1);
    check_colours(&s.raw, part_of_palette);
    s.raw.kind = SNQ__VIDEO_BITS;
    check_colours(&s.raw, part_of_bits);
    s.raw.white_is_0 = 1;
    check_colours(&s.raw, part_of_bits);
    free(s.bytes);
}

/* Each turn by what it does to the corners, and twice the same flips back. */
static void test_turn(void **state)
{
    uint8_t in[5 * 3], out[15], again[15];
    for (int i = 0; i < 15; i++)
        in[i] = (uint8_t)i;               /* 0 .. 4 above, 10 .. 14 below */
    static const uint8_t corner[8][2] = { /* above left, above right */
                                          { 0, 4 },   { 0, 10 }, { 4, 0 },   { 10, 0 },
                                          { 10, 14 }, { 4, 14 }, { 14, 10 }, { 14, 4 }
    };
    for (uint32_t turn = 0; turn < 8; turn++) {
        const int across = turn & SNQ__TURN_TRANSPOSE;
        snq__video_turn(in, 5, 3, turn, out);
        assert_int_equal(out[0], corner[turn][0]);
        assert_int_equal(out[across ? 2 : 4], corner[turn][1]);
        /* back: what flips x on one side flips y on the other */
        const uint32_t back = !across ? turn : turn == 3 ? 5 : turn == 5 ? 3 : turn;
        snq__video_turn(out, across ? 3 : 5, across ? 5 : 3, back, again);
        assert_memory_equal(in, again, 15);
    }
}

static snq_status make(void *user, void **object)
{
    snq__video_shrink *s = calloc(1, sizeof *s);
    assert_non_null(s);
    const snq_status st = snq__video_shrink_init(s, 100, 80, 50, 40);
    if (st < 0) {
        snq__video_shrink_clear(s);
        free(s);
        s = NULL;
    }
    *object = s;
    return st;
}

static void unmake(void *object)
{
    snq__video_shrink_clear(object);
    free(object);
}

static void test_memory(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planar), cmocka_unit_test(test_packed), cmocka_unit_test(test_grey),
        cmocka_unit_test(test_rgb),    cmocka_unit_test(test_tables), cmocka_unit_test(test_turn),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
