// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/fft.h"
#include "support/sweep.h"

enum { N = 64 };

static void fill(float *x, size_t n, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(2 * snq_rng_uniform(&rng) - 1);
}

/* The definition, in double. */
static void slow(const float *in, int complex_in, uint32_t n, uint32_t k, double *re, double *im)
{
    *re = *im = 0;
    for (uint32_t t = 0; t < n; t++) {
        const double a = -2 * M_PI * (double)((uint64_t)k * t % n) / n;
        const double xr = complex_in ? in[2 * t] : in[t], xi = complex_in ? in[2 * t + 1] : 0;
        *re += xr * cos(a) - xi * sin(a);
        *im += xr * sin(a) + xi * cos(a);
    }
}

static void test_complex_is_the_definition(void **state)
{
    (void)state;
    for (int shift = 0; shift < 2; shift++) {
        float *in = snq_calloc(2 * N + 1, sizeof(float)),
              *out = snq_calloc(2 * N + 1, sizeof(float));
        fill(in, 2 * N + 1, 1);
        snq_fft *f;
        check_ok(snq_fft_new(N, &f));
        snq_fft_run(f, out + shift, in + shift);
        for (uint32_t k = 0; k < N; k++) {
            double re, im;
            slow(in + shift, 1, N, k, &re, &im);
            check_near(out[shift + 2 * k], re, 1e-5);
            check_near(out[shift + 2 * k + 1], im, 1e-5);
        }
        snq_fft_free(f);
        snq_free(in);
        snq_free(out);
    }
}

static void check_real(uint32_t n, int shift)
{
    float *in = snq_calloc(n + 1, sizeof(float)), *out = snq_calloc(n + 3, sizeof(float));
    float *back = snq_calloc(n + 1, sizeof(float));
    fill(in, n + 1, n);
    snq_rfft *f;
    check_ok(snq_rfft_new(n, &f));
    snq_rfft_run(f, out + shift, in + shift);
    const uint32_t step = n > 1024 ? n / 64 : 1;
    for (uint32_t k = 0; k <= n / 2; k += step) {
        double re, im;
        slow(in + shift, 0, n, k, &re, &im);
        check_near(out[shift + 2 * k], re, 1e-6 * n);
        check_near(out[shift + 2 * k + 1], im, 1e-6 * n);
    }
    snq_rfft_inverse(f, back + shift, out + shift);
    for (uint32_t t = 0; t < n; t++)
        check_near(back[shift + t], in[shift + t], 2e-6);
    snq_rfft_free(f);
    snq_free(in);
    snq_free(out);
    snq_free(back);
}

static void test_real_is_the_definition(void **state)
{
    (void)state;
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 2; row++) {
        snq_cpu_force(row ? was : 0);
        for (int shift = 0; shift < 2; shift++)
            for (uint32_t n = SNQ_FFT_MIN; n <= SNQ_FFT_MAX; n *= n < 4096 ? 2 : 32)
                check_real(n, shift);
    }
    snq_cpu_force(was);
}

/* Error against the definition in long double, relative in RMS, at the length used most. */
static void test_accuracy(void **state)
{
    (void)state;
    enum { BIG = 4096 };
    static float in[2 * BIG], out[2 * BIG];
    static long double root[BIG][2];
    fill(in, 2 * BIG, 3);
    for (uint32_t k = 0; k < BIG; k++) {
        root[k][0] = cosl(2 * acosl(-1) * k / BIG);
        root[k][1] = -sinl(2 * acosl(-1) * k / BIG);
    }
    const unsigned was = snq_cpu_flags();
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    for (size_t row = 0; row < SNQ_COUNT(flags); row++) {
        snq_fft *f;
        snq_cpu_force(flags[row] & was);
        check_ok(snq_fft_new(BIG, &f));
        snq_fft_run(f, out, in);
        long double error = 0, sum = 0;
        for (uint32_t k = 1; k < BIG; k += 61) {
            long double re = 0, im = 0;
            for (uint32_t t = 0; t < BIG; t++) {
                const long double *w = root[k * t % BIG];
                re += in[2 * t] * w[0] - in[2 * t + 1] * w[1];
                im += in[2 * t] * w[1] + in[2 * t + 1] * w[0];
            }
            error += (re - out[2 * k]) * (re - out[2 * k]);
            error += (im - out[2 * k + 1]) * (im - out[2 * k + 1]);
            sum += re * re + im * im;
        }
        assert_true(error <= 3e-7L * 3e-7L * sum);
        snq_fft_free(f);
    }
    snq_cpu_force(was);
}

/* Every length the interface promises exists; a unit sample has a flat spectrum. */
static void test_every_length(void **state)
{
    (void)state;
    float *in = snq_calloc(SNQ_FFT_MAX, 2 * sizeof(float));
    float *out = snq_calloc(SNQ_FFT_MAX + 1, 2 * sizeof(float));
    for (uint32_t n = SNQ_FFT_MIN; n <= SNQ_FFT_MAX; n *= 2) {
        snq_fft *f;
        snq_rfft *r;
        check_ok(snq_fft_new(n, &f));
        check_ok(snq_rfft_new(n, &r));
        in[0] = 1;
        snq_fft_run(f, out, in);
        for (uint32_t k = 0; k < n; k++)
            check_near(hypot(out[2 * k] - 1, out[2 * k + 1]), 0, 1e-6);
        in[0] = 0;
        in[1] = 1; /* the unit sample now comes second for the real transform */
        snq_rfft_run(r, out, in);
        for (uint32_t k = 0; k <= n / 2; k++)
            check_near(hypot(out[2 * k], out[2 * k + 1]), 1, 1e-6);
        check_near(out[2 * (n / 4)], 0, 1e-6);
        check_near(out[2 * (n / 4) + 1], -1, 1e-6);
        in[1] = 0;
        snq_fft_free(f);
        snq_rfft_free(r);
    }
    snq_free(in);
    snq_free(out);
}

static void test_refuses_lengths(void **state)
{
    (void)state;
    static const uint32_t bad[] = { 0, 1, 8, 15, 17, 1000, 131073, 262144, UINT32_MAX };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_fft *f = (snq_fft *)&state;
        snq_rfft *r = (snq_rfft *)&state;
        check_status(snq_fft_new(bad[i], &f), SNQ_ERR_RANGE);
        check_status(snq_rfft_new(bad[i], &r), SNQ_ERR_RANGE);
        assert_null(f);
        assert_null(r);
    }
    snq_fft_free(NULL);
    snq_rfft_free(NULL);
}

static snq_status make_fft(void *user, void **object)
{
    (void)user;
    return snq_fft_new(256, (snq_fft **)object);
}

static snq_status make_rfft(void *user, void **object)
{
    (void)user;
    return snq_rfft_new(256, (snq_rfft **)object);
}

static void free_fft(void *object)
{
    snq_fft_free(object);
}

static void free_rfft(void *object)
{
    snq_rfft_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make_fft, free_fft, NULL);
    snq_sweep(make_rfft, free_rfft, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complex_is_the_definition),
        cmocka_unit_test(test_real_is_the_definition),
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_refuses_lengths),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("fft", tests, NULL, NULL);
}
