// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "dsp/stats.h"

static void test_mean_and_variance(void **state)
{
    (void)state;
    const float x[4] = { 1, 2, 3, 6 };
    double mean;
    check_near(snq_mean(x, 4), 3, 0);
    check_near(snq_mean(x, 0), 0, 0);
    check_near(snq_variance(x, 4, &mean), 3.5, 1e-12);
    check_near(mean, 3, 1e-12);
    check_near(snq_variance(x, 1, NULL), 0, 0);
    check_near(snq_variance(x, 0, &mean), 0, 0);
    check_near(mean, 0, 0);
    /* a small spread on a large offset: where sums of squares fail */
    float far[1000];
    for (int i = 0; i < 1000; i++)
        far[i] = 1000000.0f + (float)(i % 2);
    check_near(snq_variance(far, 1000, NULL), 0.25, 1e-9);
}

static void test_quantile_and_sort(void **state)
{
    (void)state;
    const float x[5] = { 1, 2, 4, 8, 16 };
    /* type 7 (R's default): h = (n - 1) q */
    check_near(snq_quantile_sorted(x, 5, 0.5), 4, 0);
    check_near(snq_quantile_sorted(x, 5, 0.1), 1.4, 1e-12);
    check_near(snq_quantile_sorted(x, 5, 0.9), 12.8, 1e-12);
    check_near(snq_quantile_sorted(x, 5, 0), 1, 0);
    check_near(snq_quantile_sorted(x, 5, 1), 16, 0);
    check_near(snq_quantile_sorted(x, 5, -3), 1, 0);
    check_near(snq_quantile_sorted(x, 5, 3), 16, 0);
    check_near(snq_quantile_sorted(x, 5, NAN), 1, 0);
    check_near(snq_quantile_sorted(x, 0, 0.5), 0, 0);
    snq_rng rng;
    snq_rng_init(&rng, 8);
    for (size_t n = 0; n < 200; n++) {
        float y[200];
        double sum = 0, after = 0;
        for (size_t i = 0; i < n; i++)
            sum += y[i] = (float)snq_rng_below(&rng, 50);
        snq_sort(y, n);
        for (size_t i = 0; i < n; i++) {
            after += y[i];
            assert_true(i == 0 || y[i - 1] <= y[i]);
        }
        check_near(after, sum, 0);
    }
}

static void test_slope(void **state)
{
    (void)state;
    const float x[4] = { -1, 0, 2, 5 }, y[4] = { 5, 3, -1, -7 }; /* 3 - 2 x */
    double at_zero;
    check_near(snq_slope(x, y, 4, &at_zero), -2, 1e-12);
    check_near(at_zero, 3, 1e-12);
    const float ramp[3] = { 1, 1.5f, 2 };
    check_near(snq_slope(NULL, ramp, 3, NULL), 0.5, 1e-12);
    const float same[2] = { 4, 4 };
    check_near(snq_slope(same, y, 2, &at_zero), 0, 0);
    check_near(at_zero, 4, 1e-12);
    check_near(snq_slope(x, y, 0, &at_zero), 0, 0);
    check_near(at_zero, 0, 0);
}

static void test_entropy_and_flatness(void **state)
{
    (void)state;
    const float flat[4] = { 3, 3, 3, 3 }, one[4] = { 0, 5, 0, 0 }, half[4] = { 1, 1, 0, -2 };
    check_near(snq_entropy(flat, 4), 1, 1e-12);
    check_near(snq_entropy(one, 4), 0, 1e-12);
    check_near(snq_entropy(half, 4), 0.5, 1e-12); /* log 2 / log 4 */
    check_near(snq_entropy(flat, 1), 0, 0);
    check_near(snq_entropy(flat, 0), 0, 0);
    check_near(snq_entropy((const float[2]) { 0, 0 }, 2), 0, 0);
    check_near(snq_flatness(flat, 4), 1, 1e-12);
    check_near(snq_flatness(one, 4), 0, 0);
    check_near(snq_flatness((const float[2]) { 1, 4 }, 2), 0.8, 1e-12); /* 2 / 2.5 */
    check_near(snq_flatness(flat, 0), 0, 0);
}

static void test_correlation(void **state)
{
    (void)state;
    const float x[4] = { 1, 2, 3, 4 }, y[4] = { 8, 6, 4, 2 }, z[4] = { 1, -1, -1, 1 };
    check_near(snq_correlation(x, x, 4), 1, 1e-12);
    check_near(snq_correlation(x, y, 4), -1, 1e-12);
    check_near(snq_correlation(x, z, 4), 0, 1e-12);
    check_near(snq_correlation(x, (const float[4]) { 2, 2, 2, 2 }, 4), 0, 0);
    check_near(snq_correlation(x, y, 0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_variance),
        cmocka_unit_test(test_quantile_and_sort),
        cmocka_unit_test(test_slope),
        cmocka_unit_test(test_entropy_and_flatness),
        cmocka_unit_test(test_correlation),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
