// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "support/sweep.h"
#include "watch/motion_trend.h"

typedef enum curve { FLAT, RAMP, STEP, TWO_STEPS, SWELL, LATE } curve;

static void make_levels(float *x, uint32_t n, curve shape, double noise, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (uint32_t i = 0; i < n; i++) {
        const double t = (double)i / n;
        double v = 1;
        if (shape == RAMP)
            v = 0.5 + 2 * t;
        else if (shape == STEP)
            v = t < 0.4 ? 0.3 : 1;
        else if (shape == TWO_STEPS)
            v = t < 0.3 ? 0.4 : t < 0.7 ? 1 : 0.2;
        else if (shape == SWELL)
            v = 1 + 0.3 * sin(2 * M_PI * 2.3 * t);
        else if (shape == LATE)
            v = t < 0.85 ? 0 : 1;
        x[i] = (float)fmax(0, v * (1 + noise * snq_rng_normal(&r)));
    }
}

static uint32_t changes(const float *x, uint32_t n, uint32_t *at)
{
    uint32_t count;
    check_ok(snq_motion_changes(x, n, at, 8, &count));
    return count;
}

static void steps_are_found_where_they_are(void **state)
{
    float x[200];
    uint32_t at[8];
    for (uint64_t seed = 0; seed < 30; seed++)
        for (int noisy = 0; noisy < 2; noisy++) {
            make_levels(x, 200, STEP, 0.15 * noisy, seed);
            assert_int_equal(changes(x, 200, at), 1);
            check_near(at[0], 80, 2);
            make_levels(x, 200, TWO_STEPS, 0.15 * noisy, seed);
            assert_int_equal(changes(x, 200, at), 2);
            check_near(at[0], 60, 2);
            check_near(at[1], 140, 2);
            make_levels(x, 60, LATE, 0.15 * noisy, seed);
            assert_int_equal(changes(x, 60, at), 1);
            check_near(at[0], 51, 0);
        }
}

static void nothing_else_is_a_step(void **state)
{
    static const curve others[] = { FLAT, RAMP, SWELL };
    float x[512];
    uint32_t at[8], wrong = 0, all = 0;
    for (size_t s = 0; s < SNQ_COUNT(others); s++)
        for (uint64_t seed = 0; seed < 30; seed++)
            for (uint32_t n = 8; n <= 512; n *= 4)
                for (int noise = 0; noise < 4; noise++) {
                    make_levels(x, n, others[s], 0.12 * noise, seed);
                    wrong += changes(x, n, at) > 0;
                    all++;
                }
    if (wrong * 100 > all)
        fail_msg("%u of %u are taken for steps", wrong, all);
}

static void trends_need_evidence(void **state)
{
    float x[300];
    uint32_t wrong = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        make_levels(x, 300, FLAT, 0.3, seed);
        wrong += snq_motion_trend(x, 300) != 0;
        make_levels(x, 300, RAMP, 0.3, seed);
        assert_int_equal(snq_motion_trend(x, 300), 1);
        for (int i = 0; i < 150; i++) {
            const float swap = x[i];
            x[i] = x[299 - i];
            x[299 - i] = swap;
        }
        assert_int_equal(snq_motion_trend(x, 300), -1);
    }
    assert_true(wrong <= 3);
    make_levels(x, 4, RAMP, 0, 1);
    assert_int_equal(snq_motion_trend(x, 4), 0);
    make_levels(x, 8, RAMP, 0, 1);
    assert_int_equal(snq_motion_trend(x, 8), 1);
    for (int i = 0; i < 300; i++) /* a steady rise, but not worth mentioning */
        x[i] = (float)(1 + 0.0003 * i);
    assert_int_equal(snq_motion_trend(x, 300), 0);
}

static void short_and_silent_series(void **state)
{
    float x[600] = { 0 };
    uint32_t at[8];
    assert_int_equal(changes(x, 0, at), 0);
    assert_int_equal(changes(x, 5, at), 0);
    assert_int_equal(changes(x, 100, at), 0);
    assert_int_equal(changes(x, 600, at), 0);
    assert_int_equal(snq_motion_trend(x, 100), 0);
    make_levels(x, 200, TWO_STEPS, 0, 1);
    uint32_t count;
    check_ok(snq_motion_changes(x, 200, at, 1, &count)); /* room for one */
    assert_int_equal(count, 1);
}

static snq_status make(void *user, void **object)
{
    static float x[100];
    uint32_t at[8], count;
    make_levels(x, 100, STEP, 0.1, 1);
    const snq_status st = snq_motion_changes(x, 100, at, 8, &count);
    *object = st >= 0 ? x : NULL;
    return st;
}

static void unmake(void *object)
{
    assert_non_null(object);
}

static void failing_memory_is_survived(void **state)
{
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_found_where_they_are), cmocka_unit_test(nothing_else_is_a_step),
        cmocka_unit_test(trends_need_evidence),           cmocka_unit_test(short_and_silent_series),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
