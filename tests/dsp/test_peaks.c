// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "dsp/peaks.h"

enum { MAX = 64 };

static void check_indices(const snq_peaks_cfg *cfg, const float *x, size_t n, size_t max,
                          const size_t *want, size_t count)
{
    snq_peak p[MAX];
    assert_int_equal(snq_peaks_run(cfg, x, n, p, max), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(p[i].index, want[i]);
}

static void test_picking(void **state)
{
    (void)state;
    static const float x[21] = { 0, 1, 3, 2, 2, 5, 5, 5, 1, 4, 0, 2, 1, 1, 6, 3, 7, 7, 2, 3, 0 };
    /* scipy 1.10.1: signal.find_peaks(x), its prominences, distance=4, prominence=2, height=3 */
    static const size_t all[] = { 2, 6, 9, 11, 14, 16, 19 }, far[] = { 2, 6, 11, 16 };
    static const size_t prominent[] = { 6, 9, 14, 16 }, high[] = { 2, 6, 9, 14, 16, 19 };
    static const float prominence[] = { 1, 5, 3, 1, 3, 7, 1 };
    snq_peaks_cfg cfg = snq_peaks_cfg_default();
    check_indices(&cfg, x, 21, MAX, all, 7);
    snq_peak p[MAX];
    snq_peaks_run(&cfg, x, 21, p, MAX);
    for (int i = 0; i < 7; i++)
        check_near(p[i].prominence, prominence[i], 0);
    cfg.min_distance = 4;
    check_indices(&cfg, x, 21, MAX, far, 4);
    cfg.min_distance = 1;
    cfg.min_prominence = 2;
    check_indices(&cfg, x, 21, MAX, prominent, 4);
    cfg.min_prominence = 0;
    cfg.threshold = 3;
    check_indices(&cfg, x, 21, MAX, high, 6);
    /* room for three: the highest three */
    static const size_t top[] = { 6, 14, 16 };
    check_indices(&cfg, x, 21, 3, top, 3);
    check_indices(&cfg, x, 21, 0, NULL, 0);
    for (size_t n = 0; n < 3; n++)
        check_indices(&cfg, x, n, MAX, NULL, 0);
    static const float flat[5] = { 1, 1, 1, 1, 1 }, up[4] = { 0, 1, 2, 2 };
    check_indices(&cfg, flat, 5, MAX, NULL, 0);
    cfg.threshold = 0;
    check_indices(&cfg, up, 4, MAX, NULL, 0);
}

/* Of equal peaks the earlier stays; what a removed peak shadowed comes back. */
static void test_distance(void **state)
{
    (void)state;
    static const float x[13] = { 0, 3, 0, 4, 0, 5, 0, 2, 0, 2, 0, 2, 0 };
    snq_peaks_cfg cfg = snq_peaks_cfg_default();
    cfg.min_distance = 3;
    static const size_t want[] = { 1, 5, 9 };
    check_indices(&cfg, x, 13, MAX, want, 3);
}

/* Random curves: prominence by its definition, distance by going from the highest peak down. */
static void test_random_curves(void **state)
{
    (void)state;
    enum { N = 120 };
    snq_rng rng;
    snq_rng_init(&rng, 6);
    for (int round = 0; round < 400; round++) {
        float x[N];
        const int trend = round % 3 - 1; /* falling, level, rising */
        for (int i = 0; i < N; i++)
            x[i] =
                (float)snq_rng_below(&rng, 2 + (uint32_t)round / 20) + 0.05f * (float)(trend * i);
        snq_peaks_cfg cfg = snq_peaks_cfg_default();
        snq_peak all[MAX], got[MAX];
        int alive[MAX];
        const size_t count = snq_peaks_run(&cfg, x, N, all, MAX);
        for (size_t k = 0; k < count; k++) {
            float side[2] = { x[all[k].index], x[all[k].index] };
            for (size_t i = all[k].index; i-- > 0 && x[i] <= x[all[k].index];)
                side[0] = fminf(side[0], x[i]);
            for (size_t i = all[k].index; ++i < N && x[i] <= x[all[k].index];)
                side[1] = fminf(side[1], x[i]);
            check_near(all[k].prominence, x[all[k].index] - fmaxf(side[0], side[1]), 0);
            alive[k] = 1;
        }
        cfg.min_distance = 2 + snq_rng_below(&rng, 12);
        for (int judged[MAX] = { 0 };;) {
            size_t best = MAX;
            for (size_t k = 0; k < count; k++)
                if (alive[k] && !judged[k] && (best == MAX || x[all[k].index] > x[all[best].index]))
                    best = k;
            if (best == MAX)
                break;
            judged[best] = 1;
            for (size_t k = 0; k < count; k++) {
                const size_t a = all[k].index, b = all[best].index;
                if (k != best && (a > b ? a - b : b - a) < cfg.min_distance)
                    alive[k] = 0;
            }
        }
        const size_t left = snq_peaks_run(&cfg, x, N, got, MAX);
        size_t at = 0;
        for (size_t k = 0; k < count; k++)
            if (alive[k]) {
                assert_true(at < left);
                assert_int_equal(got[at++].index, all[k].index);
            }
        assert_int_equal(at, left);
    }
}

static void test_fit(void **state)
{
    (void)state;
    const double at = 10.3;
    float line[21], power[21];
    for (int i = 0; i < 21; i++) {
        line[i] = (float)(2 - 0.01 * (i - at) * (i - at));
        power[i] = (float)exp(-0.1 * (i - at) * (i - at));
    }
    snq_peak p[MAX];
    snq_peaks_cfg cfg = snq_peaks_cfg_default();
    assert_int_equal(snq_peaks_run(&cfg, line, 21, p, MAX), 1);
    check_near(p[0].position, at, 1e-5);
    check_near(p[0].value, 2, 1e-6);
    cfg.fit = SNQ_PEAKS_FIT_LOG;
    assert_int_equal(snq_peaks_run(&cfg, power, 21, p, MAX), 1);
    check_near(p[0].position, at, 1e-5);
    check_near(p[0].value, 1, 1e-6);
    cfg.fit = SNQ_PEAKS_FIT_NONE;
    snq_peaks_run(&cfg, power, 21, p, MAX);
    check_near(p[0].position, 10, 0);
    check_near(p[0].value, power[10], 0);
    const float zero[3] = { 0, 1, 0.5f }; /* no logarithm of zero: the linear fit */
    cfg.fit = SNQ_PEAKS_FIT_LOG;
    assert_int_equal(snq_peaks_run(&cfg, zero, 3, p, MAX), 1);
    check_near(p[0].position, 1 + snq_peak_parabola(0, 1, 0.5, NULL), 1e-12);
    double value;
    check_near(snq_peak_parabola(1, 1, 1, &value), 0, 0);
    check_near(value, 1, 0);
}

/* Sinusoids between the bins, by the definition of the transform. */
static void test_hann(void **state)
{
    (void)state;
    enum { N = 256 };
    for (double f = 40; f < 42; f += 0.07) {
        float power[N / 2 + 1] = { 0 };
        for (int k = 36; k < 46; k++) {
            double re = 0, im = 0;
            for (int t = 0; t < N; t++) {
                const double w =
                    (0.5 - 0.5 * cos(2 * M_PI * t / N)) * sin(2 * M_PI * f * t / N + 1);
                re += w * cos(2 * M_PI * k * t / N);
                im += w * sin(2 * M_PI * k * t / N);
            }
            power[k] = (float)(re * re + im * im);
        }
        const uint32_t k = (uint32_t)lround(f);
        check_near(k + snq_peak_hann(power, N / 2 + 1, k), f, 1e-4);
    }
    const float edge[3] = { 1, 0, 1 };
    check_near(snq_peak_hann(edge, 3, 0), 0, 0);
    check_near(snq_peak_hann(edge, 3, 1), 0, 0); /* no power, no answer */
    check_near(snq_peak_hann(edge, 3, 2), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picking),       cmocka_unit_test(test_distance),
        cmocka_unit_test(test_random_curves), cmocka_unit_test(test_fit),
        cmocka_unit_test(test_hann),
    };
    return cmocka_run_group_tests_name("peaks", tests, NULL, NULL);
}
