// SPDX-License-Identifier: MIT
/* Packed portraits: round trips, and bytes that no portrait packs to. With SNQ_WRITE_SEEDS set the
 * seeds of tests/fuzz/corpus_portrait_pack/ are written instead of compared. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "plot/portrait.h"
#include "score/timegrid.h"

enum { HEAD = 64 };

static float *values(uint32_t n, float from, float step)
{
    float *x = snq_calloc(n, sizeof *x);
    assert_non_null(x);
    for (uint32_t i = 0; i < n; i++)
        x[i] = from + step * (float)i;
    return x;
}

/* A legal portrait with values that are all different; cells of the sizes given. */
static snq_portrait make(uint32_t rate_hz, int64_t frames, int64_t point_frames,
                         int64_t column_frames, uint32_t rows, int64_t tick_hops)
{
    const snq_timegrid grid = { rate_hz, SNQ_HOPS_PER_S };
    const int64_t hops = snq_timegrid_hop(grid, frames);
    snq_portrait p = { .rate_hz = rate_hz,
                       .channels = 2,
                       .frames = frames,
                       .point_frames = point_frames,
                       .column_frames = column_frames,
                       .rows = rows,
                       .top_db = -12.25,
                       .tick_hops = tick_hops };
    p.points = (uint32_t)((frames + point_frames - 1) / point_frames);
    p.columns = (uint32_t)((frames + column_frames - 1) / column_frames);
    p.ticks = (uint32_t)((hops + tick_hops - 1) / tick_hops);
    if (!frames)
        return p;
    p.min = values(p.points, -1.0f, 1e-4f);
    p.max = values(p.points, 0.5f, 1e-4f);
    p.band = values(p.columns * SNQ_PORTRAIT_BANDS, 0.0f, 1e-5f);
    p.level = snq_calloc((size_t)p.columns * rows, 1);
    for (size_t i = 0; i < (size_t)p.columns * rows; i++)
        p.level[i] = (uint8_t)(i * 7);
    if (!p.ticks)
        return p;
    p.momentary_lo = values(p.ticks, SNQ_PORTRAIT_SILENT, 0.01f);
    p.momentary_hi = values(p.ticks, -40.0f, 0.01f);
    p.short_term = values(p.ticks, -60.0f, 0.01f);
    return p;
}

static snq_portrait small(void)
{
    return make(8000, 1000, 64, 128, 5, 4);
}

static snq_str packed(const snq_portrait *p)
{
    snq_str s;
    snq_str_init(&s, SNQ_PORTRAIT_PACKED_MAX);
    snq_portrait_pack(&s, p);
    assert_int_equal(s.st, SNQ_OK);
    return s;
}

static void check_floats(const float *a, const float *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        check_near(a[i], b[i], 0.0);
}

static void check_same(const snq_portrait *a, const snq_portrait *b)
{
    assert_int_equal(a->rate_hz, b->rate_hz);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->frames, b->frames);
    assert_int_equal(a->point_frames, b->point_frames);
    assert_int_equal(a->points, b->points);
    assert_int_equal(a->column_frames, b->column_frames);
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->rows, b->rows);
    check_near(a->top_db, b->top_db, 0.0);
    assert_int_equal(a->tick_hops, b->tick_hops);
    assert_int_equal(a->ticks, b->ticks);
    check_floats(a->min, b->min, a->points);
    check_floats(a->max, b->max, a->points);
    check_floats(a->band, b->band, a->columns * SNQ_PORTRAIT_BANDS);
    if (a->columns)
        assert_memory_equal(a->level, b->level, (size_t)a->columns * a->rows);
    check_floats(a->momentary_lo, b->momentary_lo, a->ticks);
    check_floats(a->momentary_hi, b->momentary_hi, a->ticks);
    check_floats(a->short_term, b->short_term, a->ticks);
}

static void round_trip(snq_portrait p)
{
    snq_str s = packed(&p);
    snq_portrait back;
    snq_unpack u;
    snq_unpack_init(&u, s.text, s.length);
    check_ok(snq_portrait_unpack(&u, &back));
    check_ok(snq_unpack_finish(&u));
    check_same(&p, &back);
    snq_portrait_clear(&back);
    snq_portrait_clear(&p);
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

static void test_round_trip(void **state)
{
    round_trip(small());
    round_trip(make(44100, 0, 1, 8, 0, 1));
    round_trip(make(44100, 1, 1, 8, 240, 1)); /* shorter than a hop */
    round_trip(make(1000, 10, 1, 8, 0, 1));   /* one tick; no rows */
}

/* The largest there is stays within its bound. */
static void test_largest(void **state)
{
    const int64_t frames = (int64_t)SNQ_PORTRAIT_CELLS_MAX * 512;
    snq_portrait p = make(51200, frames, 512, 512, SNQ_PORTRAIT_ROWS_MAX, 1);
    assert_int_equal(p.ticks, SNQ_PORTRAIT_CELLS_MAX);
    round_trip(p);
}

static void test_example(void **state)
{
    snq_portrait p = make(8000, 1, 1, 8, 182, 1);
    p.min[0] = p.max[0] = 0.5f;
    snq_str s = packed(&p);
    assert_int_equal(s.length, HEAD + 2 * 8 + (4 + 12) + 182 + 3 * 4);
    assert_memory_equal(s.text, "\x40\x1F\0\0\1\0\0", 4);
    assert_memory_equal(s.text + 4, "\2\0\0\0\1\0\0\0\0\0\0\0", 12);
    assert_memory_equal(s.text + HEAD, "\1\0\0\0\0\0\0\x3F\1\0\0\0\0\0\0\x3F\3\0\0\0", 20);
    snq_str_clear(&s);
    snq_portrait_clear(&p);
}

static void check_refused(const void *bytes, size_t n)
{
    snq_portrait p;
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    check_status(snq_portrait_unpack(&u, &p), SNQ_ERR_FORMAT);
    assert_int_equal(u.st, SNQ_ERR_FORMAT);
    assert_null(p.min);
    assert_null(p.level);
    assert_null(p.short_term);
}

static void test_truncated(void **state)
{
    snq_portrait p = small();
    snq_str s = packed(&p);
    snq_portrait_clear(&p);
    for (size_t n = 0; n < s.length; n++) {
        char *cut = snq_calloc(n ? n : 1, 1); /* so that ASan sees a byte too far */
        assert_non_null(cut);
        memcpy(cut, s.text, n);
        check_refused(cut, n);
        snq_free(cut);
    }
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

/* What follows a portrait is left for the next reader. */
static void test_leaves_the_rest(void **state)
{
    snq_portrait p = small(), back;
    snq_str s = packed(&p);
    snq_unpack u;
    snq_pack_u32(&s, 77);
    snq_unpack_init(&u, s.text, s.length);
    check_ok(snq_portrait_unpack(&u, &back));
    assert_int_equal(snq_unpack_u32(&u), 77);
    snq_portrait_clear(&back);
    snq_portrait_clear(&p);
    snq_str_clear(&s);
}

typedef void change(snq_portrait *p);

static void bad_rate(snq_portrait *p)
{
    p->rate_hz = SNQ_RATE_MAX_HZ + 1;
}
static void bad_low_rate(snq_portrait *p)
{
    p->rate_hz = SNQ_RATE_MIN_HZ - 1;
}
static void bad_channels(snq_portrait *p)
{
    p->channels = SNQ_CHANNELS_MAX + 1;
}
static void bad_no_channels(snq_portrait *p)
{
    p->channels = 0;
}
static void bad_frames(snq_portrait *p)
{
    p->frames = -1;
}
static void bad_long(snq_portrait *p)
{
    p->frames = INT64_MAX;
}
static void bad_point_frames(snq_portrait *p)
{
    p->point_frames = 65;
}
static void bad_no_point_frames(snq_portrait *p)
{
    p->point_frames = 0;
}
static void bad_points(snq_portrait *p)
{
    p->points--;
}
static void bad_column_frames(snq_portrait *p)
{
    p->column_frames = -128;
}
static void bad_columns(snq_portrait *p)
{
    p->columns--;
}
static void bad_rows(snq_portrait *p)
{
    p->rows = SNQ_PORTRAIT_ROWS_MAX + 1;
}
static void bad_top(snq_portrait *p)
{
    p->top_db = 1e6;
}
static void bad_tick_hops(snq_portrait *p)
{
    p->tick_hops = 3;
}
static void bad_ticks(snq_portrait *p)
{
    p->ticks--;
}
static void bad_min(snq_portrait *p)
{
    p->min[3] = -2 * SNQ_SAMPLE_MAX;
}
static void bad_max(snq_portrait *p)
{
    p->max[3] = 2 * SNQ_SAMPLE_MAX;
}
static void bad_order(snq_portrait *p)
{
    p->min[3] = p->max[3] + 0.1f;
}
static void bad_band(snq_portrait *p)
{
    p->band[4] = -1e-9f;
}
static void bad_huge_band(snq_portrait *p)
{
    p->band[4] = 1e30f;
}
static void bad_momentary(snq_portrait *p)
{
    p->momentary_lo[0] = SNQ_PORTRAIT_SILENT - 1.0f;
}
static void bad_loud(snq_portrait *p)
{
    p->momentary_hi[0] = 1000.0f;
}
static void bad_swept(snq_portrait *p)
{
    p->momentary_lo[1] = p->momentary_hi[1] + 1.0f;
}
static void bad_short_term(snq_portrait *p)
{
    p->short_term[1] = -500.0f;
}

static void test_illegal(void **state)
{
    static change *const changes[] = {
        bad_rate,          bad_low_rate, bad_channels, bad_no_channels,  bad_frames,
        bad_long,          bad_points,   bad_columns,  bad_point_frames, bad_no_point_frames,
        bad_column_frames, bad_rows,     bad_top,      bad_tick_hops,    bad_ticks,
        bad_min,           bad_max,      bad_order,    bad_band,         bad_huge_band,
        bad_momentary,     bad_loud,     bad_swept,    bad_short_term,
    };
    for (size_t i = 0; i < SNQ_COUNT(changes); i++) {
        snq_portrait p = small();
        const snq_portrait was = p;
        changes[i](&p);
        snq_portrait shown = p;
        if (p.rows > SNQ_PORTRAIT_ROWS_MAX) /* the head alone is wrong */
            shown.columns = 0;
        snq_str s = packed(&shown);
        if (p.rows > SNQ_PORTRAIT_ROWS_MAX)
            memcpy(s.text + 36, &was.columns, 4);
        check_refused(s.text, s.length);
        snq_str_clear(&s);
        snq_portrait_clear(&p);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void test_not_finite(void **state)
{
    snq_portrait p = small();
    snq_str s;
    p.max[2] = NAN;
    snq_str_init(&s, SNQ_PORTRAIT_PACKED_MAX);
    snq_portrait_pack(&s, &p);
    assert_int_equal(s.st, SNQ_ERR_RANGE);
    snq_str_clear(&s);
    p.max[2] = 0.75f;
    s = packed(&p);
    memset(s.text + HEAD + 4, 0xFF, 4); /* the first minimum */
    check_refused(s.text, s.length);
    snq_str_clear(&s);
    snq_portrait_clear(&p);
}

/* Each allocation in turn fails. */
static void test_no_memory(void **state)
{
    snq_portrait p = small(), back;
    snq_str s = packed(&p);
    snq_portrait_clear(&p);
    const int64_t live = snq_alloc_live();
    int failures = 0;
    for (;; failures++) {
        snq_unpack u;
        snq_unpack_init(&u, s.text, s.length);
        snq_alloc_fail_after(failures);
        const snq_status st = snq_portrait_unpack(&u, &back);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!refused) {
            check_ok(st);
            break;
        }
        assert_int_equal(st, SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_int_equal(failures, 7);
    snq_portrait_clear(&back);
    snq_str_clear(&s);
}

static void test_rows(void **state)
{
    check_near(snq_portrait_row_hz(0), 20.0, 1e-9);
    check_near(snq_portrait_row_hz(24), 40.0, 1e-9);
    check_near(snq_portrait_row_hz(25) / snq_portrait_row_hz(23), exp2(1.0 / 12.0), 1e-12);
    for (int r = -5; r < 250; r += 3)
        check_near(snq_portrait_hz_row(snq_portrait_row_hz(r)), r, 1e-9);
    const snq_portrait p = { .top_db = -3.0 };
    check_near(snq_portrait_level_db(&p, 255), -3.0, 0.0);
    check_near(snq_portrait_level_db(&p, 245), -8.0, 0.0);
}

static void compare_seed(const char *name, snq_portrait p)
{
    char path[512];
    const char *root = getenv("SNQ_ROOT");
    snq_str s = packed(&p);
    snq_portrait_clear(&p);
    if (!root)
        skip();
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus_portrait_pack/%s.bin", root, name);
    const int write = getenv("SNQ_WRITE_SEEDS") != NULL;
    FILE *f = fopen(path, write ? "wb" : "rb");
    if (!f)
        fail_msg("%s can't be opened", path);
    if (write) {
        assert_int_equal(fwrite(s.text, 1, s.length, f), s.length);
    } else {
        char *got = snq_calloc(s.length + 1, 1);
        assert_non_null(got);
        assert_int_equal(fread(got, 1, s.length + 1, f), s.length);
        assert_memory_equal(got, s.text, s.length);
        snq_free(got);
    }
    assert_int_equal(fclose(f), 0);
    snq_str_clear(&s);
}

static void test_seeds(void **state)
{
    compare_seed("nothing", make(44100, 0, 1, 8, 0, 1));
    compare_seed("one_frame", make(8000, 1, 1, 8, 182, 1));
    compare_seed("small", small());
    compare_seed("joined", make(48000, 100000, 4096, 8192, 40, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_leaves_the_rest),
        cmocka_unit_test(test_illegal),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
