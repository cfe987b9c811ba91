// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "dsp/window.h"

enum { N = 256 };

static void test_shape(void **state)
{
    (void)state;
    /* value at the start, and coherent gain (mean): Harris 1978, table 1 */
    static const struct {
        snq_window_kind kind;
        double first, mean, enbw_bins;
    } rows[] = {
        { SNQ_WINDOW_RECT, 1, 1, 1 },
        { SNQ_WINDOW_HANN, 0, 0.5, 1.5 },
        { SNQ_WINDOW_HAMMING, 0.08, 0.54, 1.36 },
        { SNQ_WINDOW_BLACKMAN_HARRIS, 0.00006, 0.35875, 2.0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
        float w[N];
        double sum, sum_sq;
        snq_window_fill(rows[i].kind, w, N);
        snq_window_sums(w, N, &sum, &sum_sq);
        check_near(w[0], rows[i].first, 1e-6);
        check_near(w[N / 2], 1, 1e-6);
        check_near(sum / N, rows[i].mean, 1e-6);
        check_near(N * sum_sq / (sum * sum), rows[i].enbw_bins, 0.006);
        for (int t = 1; t < N; t++)
            check_near(w[t], w[N - t], 1e-6);
    }
    float w[4];
    snq_window_fill((snq_window_kind)99, w, 4);
    check_near(w[1], 1, 0);
    snq_window_fill(SNQ_WINDOW_HANN, w, 0);
    snq_window_sums(w, 4, NULL, NULL);
}

/* The formula at every length that a transform takes, and at others. */
static void test_hann_is_the_formula(void **state)
{
    static float w[131072];
    for (uint32_t n = 1; n <= 131072; n = n < 40 ? n + 1 : n < 64 ? 64 : 2 * n) {
        snq_window_fill(SNQ_WINDOW_HANN, w, n);
        for (uint32_t t = 0; t < n; t++)
            check_near(w[t], 0.5 - 0.5 * cos(2 * M_PI * t / n), 6e-8);
    }
}

static void test_hann_overlap_is_constant(void **state)
{
    (void)state;
    float w[N];
    snq_window_fill(SNQ_WINDOW_HANN, w, N);
    for (int t = 0; t < N / 2; t++)
        check_near(w[t] + w[t + N / 2], 1, 1e-6);
}

/* Side lobes of Blackman-Harris stay under -92 dB (Harris 1978): the definition of the
 * transform. */
static void test_side_lobes(void **state)
{
    (void)state;
    float w[N];
    double sum;
    snq_window_fill(SNQ_WINDOW_BLACKMAN_HARRIS, w, N);
    snq_window_sums(w, N, &sum, NULL);
    for (double bin = 4.2; bin < 20; bin += 0.1) {
        double re = 0, im = 0;
        for (int t = 0; t < N; t++) {
            re += w[t] * cos(2 * M_PI * bin * t / N);
            im += w[t] * sin(2 * M_PI * bin * t / N);
        }
        assert_true(20 * log10(hypot(re, im) / sum) < -91.5);
    }
}

static void test_kaiser(void **state)
{
    (void)state;
    /* scipy 1.10.1: signal.windows.kaiser(16, 8.6, sym=False) */
    static const double want[9] = { 0.00133251, 0.01735164, 0.06747208, 0.17238843, 0.34039362,
                                    0.55522579, 0.77382938, 0.93858367, 1 };
    float w[16];
    snq_window_kaiser(w, 16, 8.6);
    for (int t = 0; t < 9; t++)
        check_near(w[t], want[t], 1e-7);
    snq_window_kaiser(w, 16, 0);
    for (int t = 0; t < 16; t++)
        check_near(w[t], 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_hann_is_the_formula),
        cmocka_unit_test(test_hann_overlap_is_constant),
        cmocka_unit_test(test_side_lobes),
        cmocka_unit_test(test_kaiser),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
