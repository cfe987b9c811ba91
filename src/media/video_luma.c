// SPDX-License-Identifier: MIT
/* IDEA   The brightness of a picture lies in the decoder's memory already, as one plane. All that is left
 *        to do is to make it small, and to stretch what uses 16 to 235 to 0 to 255. A small pixel is the
 *        mean of what it covers: so noise and interlace combs average out and nothing flickers.
 * STEPS  rows     the plane's row itself where samples are bytes or native 16-bit words side by side;
 *                 else unpacked into such words: any step, shift and byte order; R G B by the weights of
 *                 luma; palette and bits by a table
 *        down     cell j of h covers rows [j H/h, (j + 1) H/h). In units of 1/h row: a row weighs h, less
 *                 where it is shared (both divided by their greatest common divisor):
 *                     sums[x] = sum over rows of weight * sample
 *        across   the same along x: cells[k] = sum of weight * sums[x]. (The other way, where a film gets
 *                 smaller midway, the same sums make it larger.)
 *        map      out = (cells / (totals) - black) * 255 / (white - black), rounded half up, cut to 0..255
 * CONST  R G B to Y: 0.299, 0.587, 0.114 (BT.601), 0.2126, 0.7152, 0.0722 (BT.709); Cb, Cr from Y as
 *        there. Limited range: 16..235 luma, 16..240 chroma (of 8 bits; both standards, 3.5 and 4.6).
 *        1e-9 is added when rounding: halves go up although their mean was taken in double; other means
 *        are at least 1/(8192 * 8192) apart. Of up to 4096 parts, 1/4096 apart, the mean is taken in float
 *        (error below 5e-5), and 6e-5 added.
 * COST   1280 x 720 to 320 x 180 with chroma: 0.25 ms, 9 % of decoding it (Zen 4, 2026-11-21).
 *        Sums of bytes fit 16 bits up to 257 rows.
 * LIMITS alpha is not looked at. */
#include "media/video_luma_impl.h"

#include <string.h>

#include "base/alloc.h"

enum {
    SCALED_MAX = 255 << 8, /* what an unpacked R G B row calls white */
    PAD = 32,
    FEW = 4096 /* samples in units of the smallest part */
};
#define HALF_UP       1e-9
#define HALF_UP_SMALL 6e-5

/* ---- one axis ---- */

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static snq__box_axis axis_of(uint32_t from, uint32_t to)
{
    const uint32_t g = common_divisor(from, to);
    return (snq__box_axis) { from, to, to / g, from / g };
}

static snq__box_cell cell_of(const snq__box_axis *a, uint32_t k)
{
    const uint64_t begin = (uint64_t)k * a->total, end = begin + a->total;
    snq__box_cell c = { .first = (uint32_t)(begin / a->inner) };
    const uint64_t next = (uint64_t)(c.first + 1) * a->inner;
    if (next >= end) {
        c.head = a->total; /* nothing shrinks */
        return c;
    }
    c.head = (uint32_t)(next - begin);
    c.whole = (uint32_t)((end - next) / a->inner);
    c.tail = (uint32_t)((end - next) % a->inner);
    return c;
}

/* ---- the object ---- */

snq_status snq__video_shrink_init(snq__video_shrink *s, uint32_t from_w, uint32_t from_h,
                                  uint32_t to_w, uint32_t to_h)
{
    snq__video_shrink_clear(s);
    s->across = axis_of(from_w, to_w);
    s->down = axis_of(from_h, to_h);
    s->sums = snq_calloc(from_w + PAD, sizeof *s->sums);
    s->row = snq_calloc(from_w + PAD, sizeof *s->row);
    s->total = snq_calloc(to_w, sizeof *s->total);
    s->cell = snq_calloc(to_w, sizeof *s->cell);
    if (!s->sums || !s->row || !s->total || !s->cell)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a row of %u px", from_w);
    for (uint32_t k = 0; k < to_w; k++)
        s->cell[k] = cell_of(&s->across, k);
    return SNQ_OK;
}

void snq__video_shrink_clear(snq__video_shrink *s)
{
    snq_free(s->sums);
    snq_free(s->row);
    snq_free(s->total);
    snq_free(s->cell);
    *s = (snq__video_shrink) { 0 };
}

void snq__video_plane_size(const snq__video_raw *raw, int which, uint32_t *w, uint32_t *h)
{
    const uint32_t lw = which && raw->kind == SNQ__VIDEO_YUV ? raw->chroma_log2_w : 0;
    const uint32_t lh = which && raw->kind == SNQ__VIDEO_YUV ? raw->chroma_log2_h : 0;
    *w = (raw->width + (1u << lw) - 1) >> lw;
    *h = (raw->height + (1u << lh) - 1) >> lh;
}

/* ---- rows ---- */

/* How a plane is read: as bytes, as words, or through `row`; what its samples mean. */
typedef struct reading {
    const snq__video_raw *raw;
    int which;
    int bytes, words;    /* the row as it is: samples of 1 byte, of 2 */
    double black, white; /* sample values of 0 and 255 */
    uint32_t most;       /* largest sample value */
    int64_t weight[3];   /* of R G B, times 65536 */
    uint16_t look[256];  /* of a palette's entries */
} reading;

static int is_native(const snq__video_raw *raw)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return (first == 0) == (raw->big_endian != 0);
}

/* Weights that make Y, Cb or Cr of R, G and B, each 0 .. 1. */
static void colour_weights(const snq__video_raw *raw, int which, double w[3])
{
    const double r = raw->bt709 ? 0.2126 : 0.299, b = raw->bt709 ? 0.0722 : 0.114;
    const double y[3] = { r, 1 - r - b, b };
    for (int i = 0; i < 3; i++)
        w[i] = which == 0   ? y[i]
               : which == 1 ? ((i == 2) - y[i]) * 0.5 / (1 - b)
                            : ((i == 0) - y[i]) * 0.5 / (1 - r);
}

static uint16_t mixed(const double w[3], int which, double r, double g, double b)
{
    const double v = w[0] * r + w[1] * g + w[2] * b + (which ? 128.0 / 255 : 0);
    const double scaled = v * SCALED_MAX + 0.5;
    return (uint16_t)(scaled <= 0 ? 0 : scaled >= SCALED_MAX ? SCALED_MAX : scaled);
}

static void read_table(reading *in, const double w[3])
{
    for (uint32_t i = 0; i < 256; i++) {
        double part[3];
        uint32_t value = in->raw->kind == SNQ__VIDEO_PALETTE      ? in->raw->palette[i]
                         : (i != 0) != (in->raw->white_is_0 != 0) ? 0xFFFFFF
                                                                  : 0;
        for (int c = 0; c < 3; c++)
            part[c] = (value >> (16 - 8 * c) & 255) / 255.0;
        in->look[i] = mixed(w, in->which, part[0], part[1], part[2]);
    }
}

static void read_yuv(reading *in)
{
    const snq__video_plane *p = &in->raw->plane[in->which];
    const double one =
        p->depth >= 8 ? (double)(1u << (p->depth - 8)) : 1.0 / (1u << (8 - p->depth));
    in->most = (1u << p->depth) - 1;
    if (in->which == 0) {
        in->black = in->raw->full_range ? 0 : 16 * one;
        in->white = in->raw->full_range ? in->most : 235 * one;
    } else {
        /* 128 stays in the middle; 224 or all steps become 255 */
        const double step = in->raw->full_range ? in->most / 255.0 : 224 * one / 255;
        in->black = 128 * one - 128 * step;
        in->white = in->black + 255 * step;
    }
    in->bytes = p->step == 1 && p->shift == 0 && p->depth == 8;
    in->words = p->step == 2 && p->shift == 0 && p->depth > 8 && is_native(in->raw) &&
                p->stride % 2 == 0 && (uintptr_t)p->data % 2 == 0;
}

static void read_as(reading *in, const snq__video_raw *raw, int which)
{
    double w[3];
    *in = (reading) { .raw = raw, .which = which };
    if (raw->kind == SNQ__VIDEO_YUV) {
        read_yuv(in);
        return;
    }
    in->white = in->most = SCALED_MAX;
    colour_weights(raw, which, w);
    if (raw->kind != SNQ__VIDEO_RGB)
        read_table(in, w);
    for (int c = 0; raw->kind == SNQ__VIDEO_RGB && c < 3; c++) {
        const double v = w[c] * SCALED_MAX / (double)((1u << raw->plane[c].depth) - 1) * 65536;
        in->weight[c] = (int64_t)(v < 0 ? v - 0.5 : v + 0.5);
    }
}

static inline uint32_t sample_at(const snq__video_plane *p, const uint8_t *at, int big_endian)
{
    uint32_t v = at[0];
    if (p->shift + p->depth > 8)
        v = big_endian ? v << 8 | at[1] : v | (uint32_t)at[1] << 8;
    return v >> p->shift & ((1u << p->depth) - 1);
}

static const uint8_t *row_at(const snq__video_plane *p, uint32_t y)
{
    return p->data + (ptrdiff_t)y * p->stride;
}

static void unpack_plane(const reading *in, uint32_t y, uint32_t n, uint16_t *row)
{
    const snq__video_plane *p = &in->raw->plane[in->which];
    const uint8_t *at = row_at(p, y);
    if (p->depth == 8 && p->shift == 0) {
        for (uint32_t x = 0; x < n; x++)
            row[x] = at[(size_t)x * p->step];
        return;
    }
    for (uint32_t x = 0; x < n; x++, at += p->step)
        row[x] = (uint16_t)sample_at(p, at, in->raw->big_endian);
}

/* Eight bits each, side by side in any order, or in planes: most R G B is so. */
static void mix_bytes(const reading *in, uint32_t y, uint32_t n, uint16_t *row)
{
    const snq__video_plane *p = in->raw->plane;
    const uint8_t *r = row_at(&p[0], y), *g = row_at(&p[1], y), *b = row_at(&p[2], y);
    const int64_t *w = in->weight;
    const int32_t middle = in->which ? (128 << 8 << 7) + (1 << 6) : 1 << 6;
    /* 15 bits of weight keep the sum within 31 */
    const int32_t wr = (int32_t)((w[0] + 256) >> 9), wg = (int32_t)((w[1] + 256) >> 9),
                  wb = (int32_t)((w[2] + 256) >> 9);
    const uint32_t step = p[0].step;
    for (uint32_t x = 0; x < n; x++) {
        const size_t at = (size_t)x * step;
        const int32_t v = (wr * r[at] + wg * g[at] + wb * b[at] + middle) >> 7;
        row[x] = (uint16_t)(v < 0 ? 0 : v > SCALED_MAX ? SCALED_MAX : v);
    }
}

static void mix_any(const reading *in, uint32_t y, uint32_t n, uint16_t *row)
{
    const snq__video_plane *p = in->raw->plane;
    const int64_t middle = (in->which ? (int64_t)128 << 24 : 0) + 32768;
    for (uint32_t x = 0; x < n; x++) {
        int64_t v = middle;
        for (int c = 0; c < 3; c++)
            v += in->weight[c] *
                 sample_at(&p[c], row_at(&p[c], y) + (size_t)x * p[c].step, in->raw->big_endian);
        v >>= 16;
        row[x] = (uint16_t)(v < 0 ? 0 : v > SCALED_MAX ? SCALED_MAX : v);
    }
}

static void unpack(const reading *in, uint32_t y, uint32_t n, uint16_t *row)
{
    const snq__video_plane *p = in->raw->plane;
    const uint8_t *at = row_at(p, y);
    switch (in->raw->kind) {
    case SNQ__VIDEO_YUV:
        unpack_plane(in, y, n, row);
        return;
    case SNQ__VIDEO_RGB:
        if (p[0].depth == 8 && p[1].depth == 8 && p[2].depth == 8 && p[0].step == p[1].step &&
            p[0].step == p[2].step && !(p[0].shift | p[1].shift | p[2].shift))
            mix_bytes(in, y, n, row);
        else
            mix_any(in, y, n, row);
        return;
    case SNQ__VIDEO_PALETTE:
        for (uint32_t x = 0; x < n; x++)
            row[x] = in->look[at[x]];
        return;
    case SNQ__VIDEO_BITS:
        for (uint32_t x = 0; x < n; x++)
            row[x] = in->look[at[x >> 3] >> (7 - (x & 7)) & 1];
        return;
    }
}

/* ---- sums ---- */

static void add_bytes_16(uint16_t *sums, const uint8_t *row, uint32_t n, uint16_t weight)
{
    if (weight == 1)
        for (uint32_t x = 0; x < n; x++)
            sums[x] = (uint16_t)(sums[x] + row[x]);
    else
        for (uint32_t x = 0; x < n; x++)
            sums[x] = (uint16_t)(sums[x] + weight * row[x]);
}

static void add_bytes_32(uint32_t *sums, const uint8_t *row, uint32_t n, uint32_t weight)
{
    for (uint32_t x = 0; x < n; x++)
        sums[x] += weight * row[x];
}

static void add_words_32(uint32_t *sums, const uint16_t *row, uint32_t n, uint32_t weight)
{
    for (uint32_t x = 0; x < n; x++)
        sums[x] += weight * row[x];
}

/* sums = four rows. */
static void four_bytes_16(uint16_t *sums, const uint8_t *row, ptrdiff_t stride, uint32_t n)
{
    const uint8_t *a = row, *b = a + stride, *c = b + stride, *d = c + stride;
    for (uint32_t x = 0; x < n; x++)
        sums[x] = (uint16_t)(a[x] + b[x] + c[x] + d[x]);
}

static void add_row(const snq__video_shrink *s, const reading *in, uint32_t y, uint32_t weight,
                    int narrow)
{
    const uint32_t n = s->across.from;
    const uint8_t *at =
        row_at(&in->raw->plane[in->which < (int)in->raw->planes ? in->which : 0], y);
    if (in->bytes && narrow) {
        add_bytes_16((uint16_t *)(void *)s->sums, at, n, (uint16_t)weight);
    } else if (in->bytes) {
        add_bytes_32(s->sums, at, n, weight);
    } else if (in->words) {
        add_words_32(s->sums, (const uint16_t *)(const void *)at, n, weight);
    } else {
        unpack(in, y, n, s->row);
        add_words_32(s->sums, s->row, n, weight);
    }
}

/* Sums of `step` neighbours of type T, kept in S, handed out as F; the usual steps are constants to the
 * compiler. */
#define SUM_RUNS(S, F, k)                          \
    case k:                                        \
        for (uint32_t i = 0; i < n; i++) {         \
            S v = 0;                               \
            for (uint32_t j = 0; j < (k); j++)     \
                v += (S)sums[(size_t)i * (k) + j]; \
            to[i] = (F)v;                          \
        }                                          \
        return;

#define ACROSS(name, T, S, F)                                           \
    static void name(const snq__video_shrink *s, const T *sums, F *to)  \
    {                                                                   \
        const snq__box_axis *a = &s->across;                            \
        const uint32_t n = a->to, step = a->inner == 1 ? a->total : 0;  \
        switch (step) {                                                 \
            SUM_RUNS(S, F, 1)                                           \
            SUM_RUNS(S, F, 2)                                           \
            SUM_RUNS(S, F, 3)                                           \
            SUM_RUNS(S, F, 4)                                           \
            SUM_RUNS(S, F, 6)                                           \
            SUM_RUNS(S, F, 8)                                           \
        default:                                                        \
            break;                                                      \
        }                                                               \
        for (uint32_t k = 0; k < n; k++) {                              \
            const snq__box_cell c = s->cell[k];                         \
            const T *at = sums + c.first;                               \
            S v = 0;                                                    \
            for (uint32_t x = 1; x <= c.whole; x++)                     \
                v += (S)at[x];                                          \
            v = v * (S)a->inner + (S)c.head * (S)at[0];                 \
            to[k] = (F)(v + (S)c.tail * (S)at[c.whole + (c.tail > 0)]); \
        }                                                               \
    }

/* Sums of four words by one multiplication: the highest word of the product. None may be over 65535. */
static void across_fours(const uint16_t *sums, uint32_t n, float *to)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t four;
        memcpy(&four, sums + (size_t)i * 4, sizeof four);
        to[i] = (float)(int32_t)(four * 0x0001000100010001u >> 48);
    }
}

#define MAP_ROW(name, F)                                                           \
    static void name(const F *totals, uint32_t n, F scale, F offset, uint8_t *out) \
    {                                                                              \
        for (uint32_t k = 0; k < n; k++) {                                         \
            const F v = totals[k] * scale + offset, up = v > 0 ? v : 0;            \
            const int32_t whole = (int32_t)(up < 255 ? up : 255); /* max, min */   \
            out[k] = (uint8_t)whole;                                               \
        }                                                                          \
    }

ACROSS(across_small, uint16_t, int32_t, float) /* exact up to FEW: below 2^24 */
ACROSS(across_16, uint16_t, int64_t, double)
ACROSS(across_32, uint32_t, int64_t, double) /* below 2^43 */
MAP_ROW(map_small, float)
MAP_ROW(map_row, double)

/* Nothing shrinks and samples are bytes: a table. */
static void map_bytes(const snq__video_shrink *s, const reading *in, double scale, double offset,
                      uint8_t *out)
{
    uint8_t look[256];
    double value[256];
    for (uint32_t i = 0; i < 256; i++)
        value[i] = i;
    map_row(value, 256, scale, offset, look);
    for (uint32_t y = 0; y < s->down.from; y++) {
        const uint8_t *at = row_at(&in->raw->plane[in->which], y);
        for (uint32_t x = 0; x < s->across.from; x++)
            *out++ = look[at[x]];
    }
}

/* The rows that cell j covers, into s->sums. */
static void add_rows(const snq__video_shrink *s, const reading *in, uint32_t j, int narrow)
{
    const snq__box_cell c = cell_of(&s->down, j);
    if (in->bytes && narrow && s->down.inner == 1 && s->down.total == 4) {
        const snq__video_plane *p = &in->raw->plane[in->which];
        four_bytes_16((uint16_t *)(void *)s->sums, row_at(p, 4 * j), p->stride, s->across.from);
        return;
    }
    memset(s->sums, 0, s->across.from * (narrow ? sizeof(uint16_t) : sizeof(uint32_t)));
    add_row(s, in, c.first, c.head, narrow);
    for (uint32_t y = c.first + 1; y <= c.first + c.whole; y++)
        add_row(s, in, y, s->down.inner, narrow);
    if (c.tail)
        add_row(s, in, c.first + c.whole + 1, c.tail, narrow);
}

static void shrink_plane(snq__video_shrink *s, const reading *in, uint8_t *out)
{
    const double totals = (double)s->across.total * s->down.total;
    const double scale = 255 / ((in->white - in->black) * totals);
    const double offset = -in->black * 255 / (in->white - in->black) + 0.5;
    const int narrow = in->bytes && s->down.total <= 257; /* 255 * 257 = 65535 */
    const int small = narrow && totals <= FEW;
    const int by_fours = s->across.inner == 1 && s->across.total == 4 && totals <= 257;
    uint16_t *words = (uint16_t *)(void *)s->sums;
    float *few = (float *)(void *)s->total;
    if (in->bytes && s->across.from == s->across.to && s->down.from == s->down.to) {
        map_bytes(s, in, scale, offset + HALF_UP, out);
        return;
    }
    for (uint32_t j = 0; j < s->down.to; j++, out += s->across.to) {
        add_rows(s, in, j, narrow);
        if (small) {
            if (by_fours)
                across_fours(words, s->across.to, few);
            else
                across_small(s, words, few);
            map_small(few, s->across.to, (float)scale, (float)(offset + HALF_UP_SMALL), out);
            continue;
        }
        if (narrow)
            across_16(s, words, s->total);
        else
            across_32(s, s->sums, s->total);
        map_row(s->total, s->across.to, scale, offset + HALF_UP, out);
    }
}

void snq__video_shrink_run(snq__video_shrink *s, const snq__video_raw *raw, int which, uint8_t *out)
{
    reading in;
    if (which && raw->kind == SNQ__VIDEO_YUV && raw->planes < 3) {
        memset(out, 128, (size_t)s->across.to * s->down.to);
        return;
    }
    read_as(&in, raw, which);
    shrink_plane(s, &in, out);
}

/* ---- turning ---- */

void snq__video_turn(const uint8_t *in, uint32_t w, uint32_t h, uint32_t turn, uint8_t *out)
{
    const int across = (turn & SNQ__TURN_TRANSPOSE) != 0;
    const uint32_t out_w = across ? h : w, out_h = across ? w : h;
    for (uint32_t y = 0; y < out_h; y++) {
        const uint32_t from_y = turn & SNQ__TURN_FLIP_Y ? out_h - 1 - y : y;
        for (uint32_t x = 0; x < out_w; x++) {
            const uint32_t from_x = turn & SNQ__TURN_FLIP_X ? out_w - 1 - x : x;
            *out++ = across ? in[(size_t)from_x * w + from_y] : in[(size_t)from_y * w + from_x];
        }
    }
}
