// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/rpower.h"
#include "support/sweep.h"

enum { LONGEST = 1024 };

static float sound[LONGEST + 1], window[LONGEST];

/* X[k], by definition. */
static void slow(const float *x, const float *w, uint32_t n, uint32_t k, double *re, double *im)
{
    *re = *im = 0;
    for (uint32_t t = 0; t < n; t++) {
        const double a = -2 * M_PI * (k * t % n) / n, y = (double)x[t] * (w ? w[t] : 1);
        *re += y * cos(a);
        *im += y * sin(a);
    }
}

static void check(uint32_t n, const float *w, int shift)
{
    snq_rpower *r;
    float power[LONGEST / 2 + 4];
    power[shift + n / 2 + 1] = -1; /* not written */
    check_ok(snq_rpower_new(n, w, &r));
    snq_rpower_run(r, power + shift, sound + shift, 0.5f);
    for (uint32_t k = 0; k <= n / 2; k++) {
        double re, im;
        float bin[2];
        slow(sound + shift, w, n, k, &re, &im);
        check_near(power[shift + k], 0.5 * (re * re + im * im), 1e-6 * n);
        snq_rpower_bin(r, k, bin);
        check_near(bin[0], re, 1e-6 * sqrt(n));
        check_near(bin[1], im, 1e-6 * sqrt(n));
    }
    assert_true(power[shift + n / 2 + 1] == -1);
    snq_rpower_free(r);
}

static void test_is_the_definition(void **state)
{
    (void)state;
    const unsigned was = snq_cpu_flags();
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    for (size_t row = 0; row < SNQ_COUNT(flags); row++) {
        snq_cpu_force(flags[row] & was);
        for (int shift = 0; shift < 2; shift++)
            for (uint32_t n = 16; n <= LONGEST; n *= 2) {
                check(n, window, shift);
                check(n, NULL, shift);
            }
    }
    snq_cpu_force(was);
}

static void test_refuses_lengths(void **state)
{
    (void)state;
    static const uint32_t bad[] = { 0, 8, 17, 1000, 262144 };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_rpower *r = (snq_rpower *)&state;
        check_status(snq_rpower_new(bad[i], NULL, &r), SNQ_ERR_RANGE);
        assert_null(r);
    }
    snq_rpower_free(NULL);
}

static snq_status make(void *user, void **object)
{
    return snq_rpower_new(64, user, (snq_rpower **)object);
}

static void unmake(void *object)
{
    snq_rpower_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, window);
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    snq_rng rng;
    snq_rng_init(&rng, 4);
    for (int t = 0; t < LONGEST; t++) {
        sound[t] = (float)(2 * snq_rng_uniform(&rng) - 1);
        window[t] = (float)snq_rng_uniform(&rng);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_the_definition),
        cmocka_unit_test(test_refuses_lengths),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("rpower", tests, NULL, NULL);
}
