// SPDX-License-Identifier: MIT
/* Low-frequency oscillators: shape, rate, jumps, chance. */
#include "support/check.h"

#include "base/rng.h"
#include "synth/envelope_impl.h"

static double value_at(snq__lfo_wave wave, double phase)
{
    snq__lfo l;
    snq__lfo_start(&l, phase, 1);
    return snq__lfo_advance(&l, wave, 1, 0);
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        snq__lfo_wave wave;
        double at[5]; /* phase 0, 1/8, 1/4, 5/8, 7/8 */
    } row[] = {
        { SNQ__LFO_SINE, { 0, M_SQRT1_2, 1, -M_SQRT1_2, -M_SQRT1_2 } },
        { SNQ__LFO_TRIANGLE, { 0, 0.5, 1, -0.5, -0.5 } },
        { SNQ__LFO_SAW_UP, { -1, -0.75, -0.5, 0.25, 0.75 } },
        { SNQ__LFO_SAW_DOWN, { 1, 0.75, 0.5, -0.25, -0.75 } },
        { SNQ__LFO_SQUARE, { 1, 1, 1, -1, -1 } },
    };
    static const double phase[] = { 0, 0.125, 0.25, 0.625, 0.875 };
    for (size_t r = 0; r < SNQ_COUNT(row); r++)
        for (size_t i = 0; i < SNQ_COUNT(phase); i++) {
            check_near(value_at(row[r].wave, phase[i]), row[r].at[i], 1e-6);
            check_near(value_at(row[r].wave, phase[i] - 3), row[r].at[i], 1e-6); /* wraps */
        }
    check_near(value_at(SNQ__LFO_SAW_UP, NAN), -1, 0);
    check_near(value_at(SNQ__LFO_SAW_UP, -1e-30), -1, 0);
}

/* Ten minutes in blocks of 64 frames: the phase that is reached. */
static void test_rate_over_ten_minutes(void **state)
{
    (void)state;
    static const double rates_hz[] = { 0.01, 0.37, 2, 7.77, 50 };
    for (size_t r = 0; r < SNQ_COUNT(rates_hz); r++) {
        snq__lfo l;
        snq__lfo_start(&l, 0, 1);
        long rises = 0;
        float last = 0;
        for (int i = 0; i < 450000; i++) {
            const float now = snq__lfo_advance(&l, SNQ__LFO_SINE, rates_hz[r], 64 / 48000.0);
            rises += last < 0 && now >= 0;
            last = now;
        }
        const double cycles = (double)l.cycle + l.phase, want = 600 * rates_hz[r];
        check_near(cycles / want, 1, 1e-9); /* asked: 1e-4 */
        check_near((double)rises, want, 1);
    }
}

static void test_nothing_jumps(void **state)
{
    (void)state;
    static const double rates_hz[] = { 0.5, 3, 20, 50, 400, 1000 };
    for (int wave = 0; wave < SNQ__LFO_WAVES; wave++)
        for (size_t r = 0; r < SNQ_COUNT(rates_hz); r++) {
            snq__lfo l;
            snq__lfo_start(&l, 0, 7);
            double last = snq__lfo_advance(&l, (snq__lfo_wave)wave, rates_hz[r], 0), low = 1,
                   high = -1;
            /* a jump of 2 in 2 ms at 1.5 of its mean slope, or in a quarter of a cycle */
            const double step_s = 1e-5, least_s = fmin(0.002, 0.25 / rates_hz[r]);
            for (int i = 0; i < 400000; i++) {
                const double now = snq__lfo_advance(&l, (snq__lfo_wave)wave, rates_hz[r], step_s);
                assert_true(fabs(now) <= 1);
                assert_true(fabs(now - last) < 3.2 * step_s / least_s + 1e-6);
                low = fmin(low, now);
                high = fmax(high, now);
                last = now;
            }
            if (wave < SNQ__LFO_RANDOM_STEP && rates_hz[r] < 100) {
                check_near(low, -1, 0.1);
                check_near(high, 1, 0.1);
            }
        }
}

/* By seed and cycle, however time is cut; all of -1 .. 1 alike; no cycle knows the last one. */
static void test_chance_is_counted(void **state)
{
    (void)state;
    enum { CYCLES = 4000 };
    static double drawn[CYCLES];
    for (int wave = SNQ__LFO_RANDOM_STEP; wave <= SNQ__LFO_RANDOM_SMOOTH; wave++) {
        snq__lfo a, b, other;
        snq__lfo_start(&a, 0, 99);
        snq__lfo_start(&b, 0, 99);
        snq__lfo_start(&other, 0, 100);
        snq_rng rng;
        snq_rng_init(&rng, 1);
        int apart = 0;
        for (int i = 0; i < CYCLES; i++) {
            const double x = snq__lfo_advance(&a, (snq__lfo_wave)wave, 5, 0.2);
            double left_s = 0.2;
            for (int k = 0; k < 3; k++) {
                const double part_s = left_s * snq_rng_uniform(&rng);
                snq__lfo_advance(&b, (snq__lfo_wave)wave, 5, part_s);
                left_s -= part_s;
            }
            check_near(snq__lfo_advance(&b, (snq__lfo_wave)wave, 5, left_s), x, 1e-5);
            apart += fabs(snq__lfo_advance(&other, (snq__lfo_wave)wave, 5, 0.2) - x) > 0.01;
        }
        assert_true(apart > CYCLES * 9 / 10);
    }
    snq__lfo l;
    snq__lfo_start(&l, 0.5, 3);
    double mean = 0, square = 0, pairs = 0;
    for (int i = 0; i < CYCLES; i++) {
        drawn[i] = snq__lfo_advance(&l, SNQ__LFO_RANDOM_STEP, 1, i ? 1 : 0);
        mean += drawn[i] / CYCLES;
        square += drawn[i] * drawn[i] / CYCLES;
        pairs += i ? drawn[i] * drawn[i - 1] / CYCLES : 0;
    }
    check_near(mean, 0, 0.04);
    check_near(square, 1 / 3.0, 0.02);
    check_near(pairs, 0, 0.03);
}

static void test_odd_rates(void **state)
{
    (void)state;
    static const double odd[] = { 0, -5, NAN };
    snq__lfo l;
    for (size_t i = 0; i < SNQ_COUNT(odd); i++) {
        snq__lfo_start(&l, 0.25, 1);
        check_near(snq__lfo_advance(&l, SNQ__LFO_SINE, odd[i], 10), 1, 1e-6);
        check_near(snq__lfo_advance(&l, SNQ__LFO_SINE, 1, odd[i]), 1, 1e-6);
    }
    snq__lfo_start(&l, 0, 1);
    const float far = snq__lfo_advance(&l, SNQ__LFO_SINE, INFINITY, INFINITY);
    assert_true(fabsf(far) <= 1 && l.cycle > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),        cmocka_unit_test(test_rate_over_ten_minutes),
        cmocka_unit_test(test_nothing_jumps), cmocka_unit_test(test_chance_is_counted),
        cmocka_unit_test(test_odd_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
