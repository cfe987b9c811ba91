// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "jobs/hit_kind.h"

enum { RATE = 48000, N = RATE / 4, LATE = RATE / 100 };

static float x[N];
static const float *const sides[2] = { x, x };

static void clear(void)
{
    memset(x, 0, sizeof x);
}

static void add_kick(double deep_hz)
{
    for (int i = 0; i < N - LATE; i++) {
        const double t = (double)i / RATE;
        x[LATE + i] += (float)(0.8 * exp(-t / 0.08) *
                               sin(2.0 * M_PI * (deep_hz * t + 4.0 * (1.0 - exp(-30.0 * t)))));
    }
}

/* Noise, brightened `times` over. */
static void add_noise(double level, double decay_s, int times)
{
    float y[N];
    snq_rng r;
    snq_rng_init(&r, 3);
    for (int i = 0; i < N; i++)
        y[i] = (float)(2.0 * snq_rng_uniform(&r) - 1.0);
    for (; times; times--)
        for (int i = N - 1; i > 0; i--)
            y[i] -= y[i - 1];
    for (int i = 0; i < N - LATE; i++)
        x[LATE + i] += (float)(level * exp(-i / (decay_s * RATE))) * y[i];
}

static void add_tone(double level, double hz)
{
    for (int i = 0; i < N - LATE; i++)
        x[LATE + i] += (float)(level * exp(-i / (0.06 * RATE)) * sin(2.0 * M_PI * hz * i / RATE));
}

static int kind(void)
{
    return snq_drum_hit_kind(sides, N, RATE, 0);
}

static void test_kicks(void **state)
{
    for (double hz = 35.0; hz < 71.0; hz += 5.0) {
        clear();
        add_kick(hz);
        assert_int_equal(kind(), SNQ_HIT_KICK);
        add_noise(0.1, 0.012, 2); /* a hi-hat on it */
        assert_int_equal(kind(), SNQ_HIT_KICK);
    }
}

static void test_snares(void **state)
{
    for (double rattle = 0.2; rattle < 0.7; rattle += 0.1) {
        clear();
        add_tone(0.3, 190.0);
        add_noise(rattle, 0.05, 0);
        assert_int_equal(kind(), SNQ_HIT_SNARE);
    }
}

static void test_hats(void **state)
{
    for (int times = 1; times < 4; times++) {
        clear();
        add_noise(0.2, 0.02, times);
        assert_int_equal(kind(), SNQ_HIT_HAT);
    }
}

static void test_nothing(void **state)
{
    clear();
    assert_int_equal(kind(), SNQ_HIT_HAT);
    assert_int_equal(snq_drum_hit_kind(sides, N, RATE, N), SNQ_HIT_HAT);
    assert_int_equal(snq_drum_hit_kind(sides, N, RATE, N - 1), SNQ_HIT_HAT);
    assert_int_equal(snq_drum_hit_kind(sides, 0, RATE, 5), SNQ_HIT_HAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kicks),
        cmocka_unit_test(test_snares),
        cmocka_unit_test(test_hats),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
