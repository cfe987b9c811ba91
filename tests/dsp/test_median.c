// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "dsp/median.h"
#include "dsp/stats.h"
#include "support/sweep.h"

enum { N = 300 };

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Shapes that selection finds hard. */
static void fill(float *x, size_t n, int shape, snq_rng *rng)
{
    for (size_t i = 0; i < n; i++)
        x[i] = shape == 0   ? (float)snq_rng_normal(rng)
               : shape == 1 ? (float)i
               : shape == 2 ? (float)(n - i)
               : shape == 3 ? (float)snq_rng_below(rng, 3)
               : shape == 4 ? 1.0f
               : shape == 5 ? (float)(i < n / 2 ? i : n - i)
                            : (float)(i % 2 ? i : n + i);
}

static void test_nth(void **state)
{
    (void)state;
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int shape = 0; shape < 7; shape++) {
        for (size_t n = 1; n <= N; n += n < 12 ? 1 : 41) {
            float x[N], sorted[N], y[N];
            fill(x, n, shape, &rng);
            memcpy(sorted, x, n * sizeof(float));
            qsort(sorted, n, sizeof(float), ascending);
            for (size_t k = 0; k < n; k += 1 + n / 9) {
                memcpy(y, x, n * sizeof(float));
                check_near(snq_nth(y, n, k), sorted[k], 0);
                for (size_t i = 0; i < n; i++)
                    assert_true(i < k ? y[i] <= y[k] : y[i] >= y[k]);
                qsort(y, n, sizeof(float), ascending); /* nothing was lost */
                assert_memory_equal(y, sorted, n * sizeof(float));
            }
        }
    }
}

/* An order on which median-of-three splits off two values at a time: D. R. Musser's, 1997. */
static void test_nth_worst_case(void **state)
{
    (void)state;
    enum { BIG = 40000 };
    float *x = malloc(BIG * sizeof(float));
    for (int i = 0; i < BIG; i++) /* Musser's median-of-three killer, 1997 */
        x[i] = (float)(i < BIG / 2 ? (i % 2 ? BIG / 2 + i - 1 + BIG % 2 : i + 1)
                                   : 2 * (i - BIG / 2 + 1));
    float *sorted = malloc(BIG * sizeof(float));
    memcpy(sorted, x, BIG * sizeof(float));
    qsort(sorted, BIG, sizeof(float), ascending);
    check_near(snq_nth(x, BIG, BIG / 2), sorted[BIG / 2], 0);
    free(x);
    free(sorted);
}

static void test_median_and_quantile(void **state)
{
    (void)state;
    float x[5] = { 5, 1, 4, 2, 3 }, scratch[N], big[N];
    check_near(snq_median_of(x, 5, scratch), 3, 0);
    check_near(snq_median_of(x, 4, scratch), 3, 0); /* 5 1 4 2: mean of 2 and 4 */
    check_near(snq_median_of(x, 1, scratch), 5, 0);
    check_near(snq_median_of(x, 0, scratch), 0, 0);
    check_near(x[0], 5, 0); /* untouched */
    snq_rng rng;
    snq_rng_init(&rng, 9);
    for (int n = 1; n < N; n += 13) {
        float sorted[N];
        fill(big, (size_t)n, 0, &rng);
        memcpy(sorted, big, sizeof(sorted));
        qsort(sorted, (size_t)n, sizeof(float), ascending);
        for (double q = -0.5; q <= 1.5; q += 0.05)
            check_near(snq_quantile_of(big, (size_t)n, q, scratch),
                       snq_quantile_sorted(sorted, (size_t)n, q), 1e-6);
    }
    check_near(snq_median_of(x, 5, x), 3, 0); /* in place */
}

static float slow_median(const float *x, size_t from, size_t to)
{
    float s[N];
    memcpy(s, x + from, (to - from) * sizeof(float));
    qsort(s, to - from, sizeof(float), ascending);
    return (float)snq_quantile_sorted(s, to - from, 0.5);
}

static void test_slide(void **state)
{
    (void)state;
    snq_rng rng;
    snq_rng_init(&rng, 4);
    for (int shape = 0; shape < 7; shape++) {
        float x[N], out[N];
        fill(x, N, shape, &rng);
        for (uint32_t window = 1; window < 40; window += 6) {
            snq_slidemed *m;
            check_ok(snq_slidemed_new(window, &m));
            for (int round = 0; round < 2; round++) {
                for (size_t t = 0; t < N; t++)
                    check_near(snq_slidemed_push(m, x[t]),
                               slow_median(x, t + 1 > window ? t + 1 - window : 0, t + 1), 1e-6);
                snq_slidemed_reset(m);
            }
            for (uint32_t back = 0; back < window; back += 5) {
                for (size_t n = 0; n <= N; n += n < 50 ? 7 : 251) {
                    snq_slidemed_run(m, x, n, back, out);
                    const size_t ahead = window - 1 - back;
                    for (size_t t = 0; t < n; t++)
                        check_near(out[t],
                                   slow_median(x, t > back ? t - back : 0,
                                               t + ahead + 1 < n ? t + ahead + 1 : n),
                                   1e-6);
                }
            }
            snq_slidemed_free(m);
        }
    }
}

static void test_drop_to_nothing(void **state)
{
    (void)state;
    snq_slidemed *m;
    check_ok(snq_slidemed_new(3, &m));
    for (int i = 0; i < 5; i++)
        snq_slidemed_push(m, (float)i);
    check_near(snq_slidemed_drop(m), 3.5, 0); /* 3 4 */
    check_near(snq_slidemed_drop(m), 4, 0);
    check_near(snq_slidemed_drop(m), 0, 0);
    check_near(snq_slidemed_drop(m), 0, 0);
    check_near(snq_slidemed_push(m, 8), 8, 0);
    snq_slidemed_push(m, NAN); /* meaningless, but memory stays safe */
    for (int i = 0; i < 10; i++)
        snq_slidemed_push(m, i % 3 ? NAN : 1.0f);
    for (int i = 0; i < 5; i++)
        snq_slidemed_drop(m);
    snq_slidemed_free(m);
    snq_slidemed_free(NULL);
    m = (snq_slidemed *)&state;
    check_status(snq_slidemed_new(0, &m), SNQ_ERR_RANGE);
    assert_null(m);
    check_status(snq_slidemed_new(SNQ_SLIDEMED_MAX + 1, &m), SNQ_ERR_RANGE);
}

static snq_status make(void *user, void **object)
{
    (void)user;
    return snq_slidemed_new(9, (snq_slidemed **)object);
}

static void unmake(void *object)
{
    snq_slidemed_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nth),
        cmocka_unit_test(test_nth_worst_case),
        cmocka_unit_test(test_median_and_quantile),
        cmocka_unit_test(test_slide),
        cmocka_unit_test(test_drop_to_nothing),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("median", tests, NULL, NULL);
}
