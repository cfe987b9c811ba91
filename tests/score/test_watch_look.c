// SPDX-License-Identifier: MIT
/* Looks: what is made, stills, round trips, and bytes that no look packs to. With SNQ_WRITE_SEEDS set the
 * seeds of tests/fuzz/corpus_watch_look/ are written instead of compared. */
#include "support/check.h"

#include "base/alloc.h"
#include "score/watch_look.h"

static snq_picture grey(const uint8_t *pixels, uint32_t width, uint32_t height)
{
    return (snq_picture) {
        .pixels = pixels, .width = width, .height = height, .channels = 1, .stride_bytes = width
    };
}

/* A still of 3 x 2, 4 x 3 cells, 5 steps, 6 points; values that are all different. */
static snq_watch_look small(void)
{
    static const uint8_t pixels[6] = { 0, 50, 100, 150, 200, 255 };
    const snq_picture still = grey(pixels, 3, 2);
    snq_watch_look l;
    snq_watch_look_init(&l);
    check_ok(snq_watch_look_set_still(&l, &still, 2.5));
    check_ok(snq_watch_look_make_maps(&l, 4, 3));
    check_ok(snq_watch_look_make_curves(&l, 5, 1.0, 0.5));
    check_ok(snq_watch_look_make_spectrum(&l, 6));
    for (uint32_t i = 0; i < 5 * 12; i++)
        l.speed[i] = (float)i;
    for (uint32_t i = 0; i < 2 * 12; i++)
        l.drift[i] = (float)i - 12;
    for (uint32_t i = 0; i < 5 * 5; i++)
        l.energy[i] = i % 7 ? (float)i : SNQ_WATCH_LOOK_NONE;
    for (uint32_t i = 0; i < 5; i++) {
        l.motion[i] = (float)i * 3;
        l.luma[i] = (float)i / 4;
        l.saturation[i] = 1 - (float)i / 4;
        l.hue_deg[i] = i == 3 ? SNQ_WATCH_LOOK_NONE : (float)i * 90;
    }
    for (uint32_t i = 0; i < 6; i++) {
        l.hz[i] = (float)(i + 1) * 0.1f;
        l.power[i] = (float)i;
    }
    return l;
}

static snq_str packed(const snq_watch_look *l)
{
    snq_str s;
    snq_str_init(&s, SNQ_WATCH_LOOK_PACKED_MAX);
    snq_watch_look_pack(&s, l);
    check_ok(s.st);
    return s;
}

static void check_round(const snq_watch_look *l)
{
    snq_unpack u;
    snq_watch_look back;
    snq_str s = packed(l);
    snq_unpack_init(&u, s.text, s.length);
    check_ok(snq_watch_look_unpack(&u, &back));
    check_ok(snq_unpack_finish(&u));
    snq_str again = packed(&back);
    assert_int_equal(s.length, again.length);
    assert_memory_equal(s.text, again.text, s.length);
    assert_int_equal(back.steps, l->steps);
    assert_int_equal(back.across, l->across);
    snq_str_clear(&s);
    snq_str_clear(&again);
    snq_watch_look_clear(&back);
}

static void round_trips(void **state)
{
    snq_watch_look l = small();
    check_round(&l);
    snq_watch_look_clear(&l);
    check_round(&l);
    check_ok(snq_watch_look_make_spectrum(&l, 0 + 1));
    l.hz[0] = 1;
    check_round(&l);
    snq_watch_look_clear(&l);
}

static void largest_is_within_the_bound(void **state)
{
    snq_watch_look l;
    uint8_t *pixels = snq_calloc(320 * 320, 1);
    const snq_picture still = grey(pixels, 320, 320);
    snq_watch_look_init(&l);
    check_ok(snq_watch_look_set_still(&l, &still, 0));
    check_ok(snq_watch_look_make_maps(&l, 256, 64));
    check_ok(snq_watch_look_make_curves(&l, SNQ_WATCH_LOOK_STEPS_MAX, 0, 1));
    check_ok(snq_watch_look_make_spectrum(&l, SNQ_WATCH_LOOK_POINTS_MAX));
    for (uint32_t i = 0; i < l.points; i++)
        l.hz[i] = (float)(i + 1);
    check_round(&l);
    snq_watch_look_clear(&l);
    snq_free(pixels);
}

static void example_of_the_essay(void **state)
{
    snq_watch_look l;
    snq_watch_look_init(&l);
    snq_str s = packed(&l);
    assert_int_equal(s.length, 96);
    for (size_t i = 0; i < s.length; i++)
        assert_int_equal(s.text[i], 0);
    snq_str_clear(&s);
}

static void stills_shrink_by_whole_numbers(void **state)
{
    static const struct {
        uint32_t width, height, want_width, want_height;
    } table[] = { { 1, 1, 1, 1 },         { 320, 180, 320, 180 }, { 321, 180, 160, 90 },
                  { 180, 320, 180, 320 }, { 641, 2, 213, 1 },     { 3000, 16, 300, 1 } };
    snq_watch_look l;
    uint8_t *pixels = snq_calloc(3000 * 400, 1);
    snq_watch_look_init(&l);
    for (size_t i = 0; i < 3000 * 400; i++)
        pixels[i] = 77;
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        const snq_picture p = grey(pixels, table[i].width, table[i].height);
        check_ok(snq_watch_look_set_still(&l, &p, 1));
        assert_int_equal(l.still_width, table[i].want_width);
        assert_int_equal(l.still_height, table[i].want_height);
        for (uint32_t k = 0; k < l.still_width * l.still_height; k++)
            assert_int_equal(l.still[k], 77);
    }
    /* the mean of what is there: 2 x 2 of 0, 10, 20, 31 is 15.25 */
    for (uint32_t y = 0; y < 400; y++)
        for (uint32_t x = 0; x < 400; x++)
            pixels[y * 400 + x] = (uint8_t)(x % 2 * 10 + y % 2 * 20 + (x % 2 && y % 2));
    const snq_picture p = grey(pixels, 400, 400);
    check_ok(snq_watch_look_set_still(&l, &p, 1));
    assert_int_equal(l.still_width, 200);
    assert_int_equal(l.still[0], 15);
    assert_int_equal(l.still[200 * 200 - 1], 15);
    snq_watch_look_clear(&l);
    snq_free(pixels);
}

static void counts_are_bounded(void **state)
{
    static const uint8_t pixel[3] = { 1, 2, 3 };
    snq_watch_look l;
    snq_watch_look_init(&l);
    check_status(snq_watch_look_make_maps(&l, 0, 4), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_maps(&l, 4, 0), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_maps(&l, 257, 1), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_maps(&l, 1, 257), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_maps(&l, 256, 65), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_curves(&l, 0, 0, 1), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_curves(&l, 2001, 0, 1), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_curves(&l, 1, 0, 0), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_curves(&l, 1, 0, NAN), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_curves(&l, 1, INFINITY, 1), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_spectrum(&l, 0), SNQ_ERR_RANGE);
    check_status(snq_watch_look_make_spectrum(&l, 2049), SNQ_ERR_RANGE);
    snq_picture p = grey(pixel, 1, 1);
    check_status(snq_watch_look_set_still(&l, &p, NAN), SNQ_ERR_ARG);
    p.channels = 3;
    check_status(snq_watch_look_set_still(&l, &p, 0), SNQ_ERR_ARG);
    p = grey(pixel, 0, 1);
    check_status(snq_watch_look_set_still(&l, &p, 0), SNQ_ERR_ARG);
    p = grey(NULL, 1, 1);
    check_status(snq_watch_look_set_still(&l, &p, 0), SNQ_ERR_ARG);
    snq_watch_look_clear(&l);
    l = small();
    check_status(snq_watch_look_make_maps(&l, 4, 4), SNQ_ERR_STATE);
    check_status(snq_watch_look_make_curves(&l, 4, 0, 1), SNQ_ERR_STATE);
    check_status(snq_watch_look_make_spectrum(&l, 4), SNQ_ERR_STATE);
    assert_int_equal(l.down, 3);
    snq_watch_look_clear(&l);
}

static void check_refused(const char *bytes, size_t n)
{
    snq_unpack u;
    snq_watch_look back;
    const int64_t live = snq_alloc_live();
    snq_unpack_init(&u, bytes, n);
    assert_int_equal(snq_watch_look_unpack(&u, &back), SNQ_ERR_FORMAT);
    assert_int_equal(snq_alloc_live(), live);
    assert_null(back.still);
    assert_null(back.speed);
    assert_int_equal(back.steps, 0);
}

static void truncated_bytes_are_refused(void **state)
{
    snq_watch_look l = small();
    snq_str s = packed(&l);
    for (size_t n = 0; n < s.length; n++)
        check_refused(s.text, n);
    snq_str_clear(&s);
    snq_watch_look_clear(&l);
}

static void set_u32(char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(v >> 8 * i);
}

static void illegal_heads_are_refused(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } table[] = { { 0, 0 },
                  { 0, 321 },
                  { 4, 0 },
                  { 4, 321 },
                  { 16, 0 },
                  { 16, 257 },
                  { 20, 0 },
                  { 20, 257 },
                  { 20, 0xFFFFFFFF },
                  { 40, 0 },
                  { 40, 2001 },
                  { 44, 2049 },
                  { 44, 7 },
                  { 36, 0x80000000 } /* step_s -> -0 */,
                  { 12, 0x7FF00000 } /* still_s: infinite */,
                  { 12, 0x43F00000 } /* 1.8e19 s */ };
    snq_watch_look l = small();
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        snq_str s = packed(&l);
        if (table[i].at == 36)
            set_u32(s.text + 32, 0);
        set_u32(s.text + table[i].at, table[i].value);
        check_refused(s.text, s.length);
        snq_str_clear(&s);
    }
    snq_watch_look_clear(&l);
}

static void illegal_values_are_refused(void **state)
{
    snq_watch_look l = small();
    const struct {
        float *at;
        float value;
    } table[] = { { &l.speed[3], -1 },   { &l.speed[59], 2e18f }, { &l.drift[0], -2e18f },
                  { &l.energy[4], -2 },  { &l.motion[1], -0.5f }, { &l.luma[2], 1.01f },
                  { &l.luma[2], -0.1f }, { &l.saturation[4], 2 }, { &l.hue_deg[0], 361 },
                  { &l.hz[0], 0 },       { &l.hz[3], 0.3f },      { &l.power[5], -1 } };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        const float was = *table[i].at;
        *table[i].at = table[i].value;
        snq_str s = packed(&l);
        check_refused(s.text, s.length);
        snq_str_clear(&s);
        *table[i].at = was;
    }
    check_round(&l);
    snq_watch_look_clear(&l);
}

static void no_memory(void **state)
{
    snq_watch_look l = small(), back;
    snq_str s = packed(&l);
    const int64_t live = snq_alloc_live();
    int failures = 0;
    for (;; failures++) {
        snq_unpack u;
        snq_unpack_init(&u, s.text, s.length);
        snq_alloc_fail_after(failures);
        const snq_status st = snq_watch_look_unpack(&u, &back);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!refused) {
            check_ok(st);
            break;
        }
        assert_int_equal(st, SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_int_equal(failures, 10);
    snq_watch_look_clear(&back);
    snq_watch_look_clear(&l);
    snq_str_clear(&s);
}

static void compare_seed(const char *name, snq_watch_look l)
{
    char path[512];
    const char *root = getenv("SNQ_ROOT");
    snq_str s = packed(&l);
    snq_watch_look_clear(&l);
    if (!root)
        skip();
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus_watch_look/%s.bin", root, name);
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

static void seeds(void **state)
{
    snq_watch_look nothing = { 0 };
    compare_seed("nothing", nothing);
    compare_seed("small", small());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(largest_is_within_the_bound),
        cmocka_unit_test(example_of_the_essay),
        cmocka_unit_test(stills_shrink_by_whole_numbers),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(truncated_bytes_are_refused),
        cmocka_unit_test(illegal_heads_are_refused),
        cmocka_unit_test(illegal_values_are_refused),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
