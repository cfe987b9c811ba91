// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "media/video_clock_impl.h"
#include "support/sweep.h"

enum { MANY = 2000 };
static const double untold[2] = { 0, 0 };

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Times k / hz seconds, rounded to ticks, from `zero` on. */
static void regular(int64_t *t, uint32_t n, double hz, double tick_s, int64_t zero)
{
    for (uint32_t i = 0; i < n; i++)
        t[i] = zero + (int64_t)floor(i / hz / tick_s + 0.5);
}

static snq__video_clock measured(const int64_t *t, uint32_t n, double tick_s)
{
    snq__video_clock c;
    check_ok(snq__video_clock_init(&c, t, n, tick_s, untold));
    return c;
}

/* Every picture in the next slot, near where it belongs. */
static void check_in_turn(snq__video_clock *c, const int64_t *t, uint32_t n)
{
    double off;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t slot = snq__video_clock_place(c, 1, t[i], &off);
        if (slot != i || off > 0.76)
            fail_msg("picture %u in slot %lld, off by %g", i, (long long)slot, off);
    }
    assert_int_equal(c->leaps, 0);
}

/* Rounding to coarse ticks hides no rate, and makes no gap. */
static void test_regular(void **state)
{
    static const struct {
        double hz, tick_s;
        uint32_t n;
    } kinds[] = {
        { 25, 1.0 / 12800, 132 },
        { 30, 0.001, 109 },
        { 24, 0.001, 200 },
        { 24000 / 1001.0, 0.001, 900 },
        { 29.97, 0.001, 3000 },
        { 30000 / 1001.0, 1.0 / 90000, 50 },
        { 240, 0.001, 500 },
        { 250, 1.0 / 16000, 9 },
        { 1000, 0.001, 100 },
        { 12.5, 0.001, 40 },
        { 1, 1, 40 },
        { 59.94, 0.001, 4000 },
        { 960, 1.0 / 90000, 2000 },
        { 0.1, 0.001, 10 },
    };
    static int64_t t[4000];
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
        regular(t, kinds[k].n, kinds[k].hz, kinds[k].tick_s, 1000 - (int64_t)k * 400);
        snq__video_clock c = measured(t, kinds[k].n, kinds[k].tick_s);
        check_near(c.hz, kinds[k].hz, 2e-5 * kinds[k].hz);
        assert_int_equal(c.mode, SNQ__CLOCK_REGULAR);
        assert_int_equal(c.frames, kinds[k].n);
        assert_int_equal(c.zero, t[0]);
        check_in_turn(&c, t, kinds[k].n);
    }
}

/* Told rates decide only where the times leave it open. */
static void test_told(void **state)
{
    int64_t t[MANY];
    snq__video_clock c;
    const double told[2] = { 30000 / 1001.0, 31 }, wrong[2] = { 50, 248.9 };
    regular(t, 20, 30, 0.001, 0);
    check_ok(snq__video_clock_init(&c, t, 20, 0.001, told));
    check_near(c.hz, 30000 / 1001.0, 0);
    regular(t, 20, 250, 1.0 / 16000, 0);
    check_ok(snq__video_clock_init(&c, t, 20, 1.0 / 16000, wrong));
    check_near(c.hz, 250, 0);
    /* nothing else to go by */
    for (uint32_t n = 0; n < 2; n++) {
        check_ok(snq__video_clock_init(&c, t, n, 0.001, told));
        assert_int_equal(c.mode, SNQ__CLOCK_COUNT);
        check_near(c.hz, told[0], 0);
        check_ok(snq__video_clock_init(&c, t, n, 0.001, untold));
        check_near(c.hz, 25, 0);
        assert_int_equal(c.frames, -1);
    }
    const double silly[2] = { 90000, 12 };
    check_ok(snq__video_clock_init(&c, t, 0, 0.001, silly));
    check_near(c.hz, 12, 0);
}

/* A tick a picture, and some pictures left out: that is no slower clock. */
static void test_ticks(void **state)
{
    int64_t t[MANY];
    double off;
    for (int i = 0; i < 300; i++)
        t[i] = i + i / 7 + i / 11;
    snq__video_clock c = measured(t, 300, 0.04);
    check_near(c.hz, 25, 0);
    for (int i = 0; i < 300; i++)
        assert_int_equal(snq__video_clock_place(&c, 1, t[i], &off), t[i]);
    regular(t, 300, 700, 0.001, 0); /* 1 and 2 by rounding */
    c = measured(t, 300, 0.001);
    check_near(c.hz, 700, 0.01);
    check_in_turn(&c, t, 300);
    regular(t, 300, 2000, 0.001, 0); /* 0 and 1 */
    c = measured(t, 300, 0.001);
    check_near(c.hz, 2000, 10); /* half a picture over the whole */
}

/* A slip at the end (as the cooler has it) changes no rate; a missing picture leaves its slot free. */
static void test_gaps(void **state)
{
    int64_t t[MANY];
    double off;
    regular(t, 300, 240, 1.0 / 15360, 0);
    t[299] -= 26;
    snq__video_clock c = measured(t, 300, 1.0 / 15360);
    check_near(c.hz, 240, 0);
    check_in_turn(&c, t, 300);
    regular(t, 100, 25, 0.001, 500);
    for (int i = 50; i < 90; i++)
        t[i] += 120; /* three are missing */
    c = measured(t, 90, 0.001);
    check_near(c.hz, 25, 0);
    assert_int_equal(c.frames, 93);
    for (int i = 0; i < 90; i++)
        assert_int_equal(snq__video_clock_place(&c, 1, t[i], &off), i < 50 ? i : i + 3);
    assert_int_equal(snq__video_clock_ticks(&c, 10), 900);
    snq__video_clock_reset(&c);
    assert_int_equal(snq__video_clock_place(&c, 1, t[60], &off), 63); /* sought */
}

/* A phone's wavering and soft telecine: all pictures in a slot of their own at the mean rate. */
static void test_uneven(void **state)
{
    int64_t t[MANY];
    snq_rng rng;
    snq_rng_init(&rng, 1);
    regular(t, MANY, 30, 1.0 / 90000, 0);
    for (int i = 0; i < MANY; i++)
        t[i] += (int64_t)(900 * (snq_rng_uniform(&rng) - 0.5));
    snq__video_clock c = measured(t, MANY, 1.0 / 90000);
    assert_int_equal(c.mode, SNQ__CLOCK_UNEVEN);
    check_near(c.hz, 30, 0.01);
    check_in_turn(&c, t, MANY);
    for (int i = 0; i < MANY; i++)
        t[i] = (int64_t)(i / 2) * 5 * 1501 + (i & 1) * 2 * 1501; /* fields: 2, 3, 2, 3 */
    c = measured(t, MANY, 1.0 / 90000);
    assert_int_equal(c.mode, SNQ__CLOCK_UNEVEN);
    check_near(c.hz, 90000 * 2 / (5 * 1501.0), 0.01);
    check_in_turn(&c, t, MANY);
}

/* Pictures at the nearest tick of the faster part; close ones don't make the clock race. */
static void test_variable(void **state)
{
    int64_t t[MANY];
    double off;
    for (int i = 0; i < 400; i++)
        t[i] = i < 200 ? i * 3000 : 600000 + (i - 200) * 1500;
    snq__video_clock c = measured(t, 400, 1.0 / 90000);
    assert_int_equal(c.mode, SNQ__CLOCK_VARIABLE);
    check_near(c.hz, 60, 1e-9);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(snq__video_clock_place(&c, 1, t[i], &off), t[i] / 1500);
        check_near(off, 0, 1e-6);
    }
    check_near(c.slowest_hz, 30, 1e-6);
    check_near(c.fastest_hz, 60, 1e-6);
    /* a quarter of the pictures comes one tick after the one before */
    int n = 0;
    for (int i = 0; i < 200; i++) {
        t[n++] = i * (i % 5 ? 3000 : 3001) + (i > 100 ? 9000 : 0);
        if (i % 3 == 0) {
            t[n] = t[n - 1] + 1;
            n++;
        }
    }
    qsort(t, (size_t)n, sizeof *t, by_value);
    c = measured(t, (uint32_t)n, 1.0 / 90000);
    assert_true(c.hz > 25 && c.hz < 60);
    int64_t before = -1;
    int twice = 0;
    for (int i = 0; i < n; i++) {
        const int64_t slot = snq__video_clock_place(&c, 1, t[i], &off);
        assert_true(slot >= before);
        twice += slot == before;
        before = slot;
    }
    assert_true(twice > 40);
}

static void test_leaps(void **state)
{
    int64_t t[MANY];
    double off;
    regular(t, 100, 25, 0.001, 0);
    snq__video_clock c = measured(t, 100, 0.001);
    for (int i = 0; i < 50; i++)
        assert_int_equal(snq__video_clock_place(&c, 1, t[i], &off), i);
    /* backwards; on from there; an hour ahead; without a time */
    assert_int_equal(snq__video_clock_place(&c, 1, t[10], &off), 50);
    assert_int_equal(snq__video_clock_place(&c, 1, t[11], &off), 51);
    assert_int_equal(snq__video_clock_place(&c, 1, t[12] + 3600000, &off), 52);
    assert_int_equal(snq__video_clock_place(&c, 0, 0, &off), 53);
    assert_int_equal(snq__video_clock_place(&c, 1, t[14] + 3600000, &off), 54);
    assert_int_equal(c.leaps, 2);
    /* twice the same: the same slot again */
    assert_int_equal(snq__video_clock_place(&c, 1, t[14] + 3600000, &off), 54);
    snq__video_clock_count(&c);
    assert_int_equal(snq__video_clock_place(&c, 1, INT64_MAX, &off), 55);
    snq__video_clock_reset(&c);
    c.mode = SNQ__CLOCK_REGULAR;
    assert_int_equal(snq__video_clock_place(&c, 1, INT64_MIN, &off), 0);
}

/* What no clock could have. */
static void test_refused(void **state)
{
    snq__video_clock c;
    int64_t same[5] = { 7, 7, 7, 7, 7 }, far[2] = { INT64_MIN + 1, INT64_MAX };
    int64_t t[3] = { 0, 1, 2 };
    check_ok(snq__video_clock_init(&c, same, 5, 0.001, untold));
    assert_int_equal(c.mode, SNQ__CLOCK_COUNT);
    check_ok(snq__video_clock_init(&c, far, 2, 0.001, untold));
    assert_int_equal(c.mode, SNQ__CLOCK_COUNT);
    check_ok(snq__video_clock_init(&c, t, 3, 0, untold));
    assert_int_equal(c.mode, SNQ__CLOCK_COUNT);
    check_status(snq__video_clock_init(&c, t, 3, 1e-6, untold), SNQ_ERR_RANGE);
    check_status(snq__video_clock_init(&c, t, 3, 1000, untold), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "0.001 pictures a second"));
    snq_alloc_fail_after(0);
    check_status(snq__video_clock_init(&c, t, 3, 0.04, untold), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regular), cmocka_unit_test(test_told),
        cmocka_unit_test(test_ticks),   cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_uneven),  cmocka_unit_test(test_variable),
        cmocka_unit_test(test_leaps),   cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
