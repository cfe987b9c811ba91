// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/oversample.h"

enum { N = 4096, UP = SNQ__OVERSAMPLE };

static snq__oversample *fresh(unsigned flags)
{
    snq__oversample *o = snq_calloc(1, sizeof *o);
    assert_non_null(o);
    snq__oversample_init(o, flags);
    return o;
}

/* x (n,) to y (8 n,) in blocks of `block`. */
static void up(snq__oversample *o, const float *x, size_t n, float *y, size_t block)
{
    for (size_t at = 0; at < n; at += block)
        snq__oversample_up(o, x + at, (uint32_t)(n - at < block ? n - at : block), y + at * UP);
}

static void down(snq__oversample *o, const float *x, size_t n, float *y, size_t block)
{
    for (size_t at = 0; at < n; at += block)
        snq__oversample_down(o, x + at * UP, (uint32_t)(n - at < block ? n - at : block), y + at);
}

/* Gain at `hz` (of a rate of 1) of an impulse's answer. */
static double gain(const float *h, size_t n, double hz, double *phase)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < n; i++) {
        re += h[i] * cos(6.283185307179586 * hz * (double)i);
        im -= h[i] * sin(6.283185307179586 * hz * (double)i);
    }
    *phase = atan2(im, re);
    return hypot(re, im);
}

static void test_up(void **state)
{
    (void)state;
    snq__oversample *o = fresh(snq_cpu_flags());
    float *x = snq_calloc(N, sizeof *x), *y = snq_calloc(N * UP, sizeof *y);
    assert_true(x && y);
    x[0] = 1;
    up(o, x, 512, y, 64);
    double phase, worst = -1000, ripple = 0;
    for (double hz = 0; hz < 0.44; hz += 0.002)
        ripple = fmax(ripple, fabs(rig_db(gain(y, 4096, hz / UP, &phase) / UP)));
    for (double hz = 0.56; hz < 4; hz += 0.002)
        worst = fmax(worst, rig_db(gain(y, 4096, hz / UP, &phase) / UP));
    print_message("up: ripple %.5f dB, images %.1f dB\n", ripple, worst);
    assert_true(ripple < 0.001 && worst < -90);
    /* linear phase: the impulse's answer is its own mirror */
    size_t peak = 0;
    for (size_t i = 0; i < 4096; i++)
        peak = y[i] > y[peak] ? i : peak;
    for (size_t i = 0; i <= peak; i++)
        check_near(y[peak - i], y[peak + i], 1e-7);
    snq_free(x);
    snq_free(y);
    snq_free(o);
}

/* What lies at each high frequency comes down to nothing. */
static void test_down(void **state)
{
    (void)state;
    double worst = -1000, ripple = 0;
    float *x = snq_calloc(N, sizeof *x), *y = snq_calloc(N / UP, sizeof *y);
    assert_true(x && y);
    for (double hz = 0.01; hz < 4; hz += 0.037) {
        snq__oversample *o = fresh(snq_cpu_flags());
        for (size_t i = 0; i < N; i++)
            x[i] = (float)sin(6.283185307179586 * hz / UP * (double)i);
        down(o, x, N / UP, y, 64);
        const double db = rig_db(rig_rms(y + 128, N / UP - 128) * sqrt(2));
        const double folded = fabs(hz - round(hz));
        if (hz < 0.44)
            ripple = fmax(ripple, fabs(rig_db(rig_tone(y + 128, N / UP - 128, hz, 1))));
        else if (hz > 0.56 && folded < 0.44)
            worst = fmax(worst, db);
        snq_free(o);
    }
    print_message("down: ripple %.4f dB, what folds %.1f dB\n", ripple, worst);
    assert_true(worst < -90);
    assert_true(ripple < 0.3); /* of the measure: short tones */
    snq_free(x);
    snq_free(y);
}

static void test_delay(void **state)
{
    (void)state;
    snq__oversample *o = fresh(snq_cpu_flags());
    float x[512] = { 0 }, y[512];
    float *many = snq_calloc(512 * UP, sizeof *many);
    assert_non_null(many);
    x[0] = 1;
    up(o, x, 512, many, 64);
    down(o, many, 512, y, 64);
    const double hz = 0.05;
    double phase;
    check_near(gain(y, 512, hz, &phase), 1, 1e-4);
    double late = -phase / (6.283185307179586 * hz);
    late += 20 * round((SNQ__OVERSAMPLE_DELAY_8 / 8.0 - late) / 20);
    check_near(late, SNQ__OVERSAMPLE_DELAY_8 / 8.0, 1e-3);
    snq_free(many);
    snq_free(o);
}

static void test_cuts_and_variants(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(1000);
    rig_noise(&s, 0.3, 1);
    float *many[4], back[4][1000];
    static const size_t block[4] = { 64, 13, 64, 64 };
    const unsigned best = snq_cpu_detect(), flags[4] = { best, best, 0, best & SNQ_CPU_AVX2 };
    for (int k = 0; k < 4; k++) {
        snq__oversample *o = fresh(flags[k]);
        many[k] = snq_calloc(1000 * UP, sizeof(float));
        assert_non_null(many[k]);
        up(o, s.left, 1000, many[k], block[k]);
        down(o, many[k], 1000, back[k], block[k]);
        snq_free(o);
    }
    assert_true(rig_apart(many[0], many[1], 1000 * UP) == 0);
    assert_true(rig_apart(back[0], back[1], 1000) == 0);
    for (int k = 2; k < 4; k++) {
        assert_true(rig_apart(many[0], many[k], 1000 * UP) < 2e-6);
        assert_true(rig_apart(back[0], back[k], 1000) < 2e-6);
    }
    for (int k = 0; k < 4; k++)
        snq_free(many[k]);
    rig_sound_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_up),
        cmocka_unit_test(test_down),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_cuts_and_variants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
