// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "support/sweep.h"
#include "watch/motion_rhythm.h"

/* Against the definition: sum of products of the window with itself, shifted. */
static void acf_of_the_window(void **state)
{
    enum { N = 4000 };
    static double w[N];
    double whole = 0;
    for (int t = 0; t < N; t++) {
        w[t] = 0.5 - 0.5 * cos(2 * M_PI * (t + 0.5) / N);
        whole += w[t] * w[t];
    }
    for (int lag = 0; lag < N; lag += 371) {
        double sum = 0;
        for (int t = 0; t + lag < N; t++)
            sum += w[t] * w[t + lag];
        check_near(snq_motion_hann_acf((double)lag / N), sum / whole, 1e-4);
    }
    check_near(snq_motion_hann_acf(1.5), 0, 0);
    check_near(snq_motion_hann_acf(-0.25), snq_motion_hann_acf(0.25), 0);
}

/* Power of a Hann-windowed sine at `at` bins, amplitude 1; bins 1 apart. */
static double hump(double k, double at)
{
    const double d = k - at, s = fabs(d) < 1e-9 ? 1 : sin(M_PI * d) / (M_PI * d);
    const double a = fabs(fabs(d) - 1) < 1e-9 ? 0.5 : s / (1 - d * d);
    return a * a;
}

static void period_of_one_and_of_two_lines(void **state)
{
    float p[60];
    for (int k = 0; k < 60; k++)
        p[k] = (float)hump(k + 10, 30.3);
    snq_motion_period r = snq_motion_periodicity(p, 60, 10, 0.1, 10, 3.03);
    check_near(r.period_s, 1 / 3.03, 1e-3);
    check_near(r.strength, 1, 0.02);
    /* 2 Hz and 3 Hz: together they come back after a second */
    for (int k = 0; k < 60; k++)
        p[k] = (float)(hump(k + 10, 20) + 0.9 * hump(k + 10, 30));
    r = snq_motion_periodicity(p, 60, 10, 0.1, 10, 2);
    check_near(r.period_s, 1, 0.01);
    check_near(r.strength, 1, 0.03);
}

static void noise_has_no_period(void **state)
{
    snq_rng rng;
    snq_rng_init(&rng, 8);
    int found = 0;
    for (int round = 0; round < 50; round++) {
        float p[200];
        for (int k = 0; k < 200; k++)
            p[k] = (float)-log(1 - snq_rng_uniform(&rng));
        found += snq_motion_periodicity(p, 200, 50, 0.02, 50, 3).strength > 0;
    }
    assert_true(found <= 5);
    const float none[4] = { 0 };
    check_near(snq_motion_periodicity(none, 4, 1, 0.1, 10, 0.2).strength, 0, 0);
    check_near(snq_motion_periodicity(none, 0, 1, 0.1, 10, 0.2).strength, 0, 0);
}

static void lines_are_predictable_and_noise_is_not(void **state)
{
    snq_rng rng;
    snq_rng_init(&rng, 9);
    float p[200];
    double sum = 0;
    for (int k = 0; k < 200; k++)
        p[k] = (float)hump(k, 70.2);
    assert_true(snq_motion_predictability(p, 200, 1) > 0.98);
    for (int round = 0; round < 40; round++) {
        for (int k = 0; k < 200; k++)
            p[k] = (float)-log(1 - snq_rng_uniform(&rng));
        sum += snq_motion_predictability(p, 200, 1) / 40;
    }
    assert_true(sum < 0.06);
    check_near(snq_motion_predictability(p, 3, 1), 0, 0); /* too few cells to tell */
    memset(p, 0, sizeof p);
    check_near(snq_motion_predictability(p, 200, 1), 0, 0);
}

static void patterns_are_counted(void **state)
{
    enum { N = 5000 };
    static float x[N];
    uint32_t count[SNQ_MOTION_PATTERNS] = { 0 };
    check_near(snq_motion_pattern_entropy(count), 0, 0);
    for (int t = 0; t < N; t++)
        x[t] = (float)t;
    snq_motion_count_patterns(x, N, 3, count);
    assert_int_equal(count[0], N - 9); /* always rising */
    check_near(snq_motion_pattern_entropy(count), 0, 1e-6);
    snq_rng rng;
    snq_rng_init(&rng, 10);
    memset(count, 0, sizeof count);
    for (int t = 0; t < N; t++)
        x[t] = (float)snq_rng_normal(&rng);
    snq_motion_count_patterns(x, N, 1, count);
    assert_true(snq_motion_pattern_entropy(count) > 0.99);
    for (int i = 0; i < SNQ_MOTION_PATTERNS; i++)
        assert_true(count[i] > N / 24 * 0.7);  /* each order has its own number */
    snq_motion_count_patterns(x, 3, 1, count); /* too short for one */
    memset(count, 0, sizeof count);
    for (int t = 0; t < N; t++)
        x[t] = (float)sin(2 * M_PI * t / 40.0);
    snq_motion_count_patterns(x, N, 2, count);
    assert_true(snq_motion_pattern_entropy(count) < 0.6);
}

/* The logistic map doubles a difference each step on the whole: ln 2. */
static void lyapunov_of_known_systems(void **state)
{
    enum { N = 1500 };
    static float x[N];
    double rate, z = 0.3123;
    for (int t = 0; t < N; t++) {
        x[t] = (float)z;
        z = 4 * z * (1 - z);
    }
    check_ok(snq_motion_lyapunov(x, N, 1, 5, 3, &rate));
    check_near(rate, M_LN2, 0.15);
    for (int t = 0; t < N; t++)
        x[t] = (float)sin(2 * M_PI * 0.0371 * t);
    check_ok(snq_motion_lyapunov(x, N, 6, 27, 27, &rate));
    check_near(rate, 0, 0.01);
    check_ok(snq_motion_lyapunov(x, 120, 6, 27, 27, &rate));
    assert_true(isnan(rate));
    memset(x, 0, sizeof x);
    check_ok(snq_motion_lyapunov(x, N, 6, 27, 27, &rate));
    assert_true(isnan(rate));
}

static snq_status make(void *user, void **object)
{
    static float x[400];
    double rate;
    *object = NULL;
    const snq_status st = snq_motion_lyapunov(x, 400, 1, 2, 3, &rate);
    if (st >= 0)
        *object = x;
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
        cmocka_unit_test(acf_of_the_window),
        cmocka_unit_test(period_of_one_and_of_two_lines),
        cmocka_unit_test(noise_has_no_period),
        cmocka_unit_test(lines_are_predictable_and_noise_is_not),
        cmocka_unit_test(patterns_are_counted),
        cmocka_unit_test(lyapunov_of_known_systems),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
