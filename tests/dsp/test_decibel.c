// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "base/attr.h"
#include "base/rng.h"
#include "dsp/decibel.h"

static double worst(const float *power, const float *db, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)db[i] - 10 * log10((double)power[i])));
    return most;
}

/* Every exponent that a normal number has, and random mantissas: the definition within 1e-3 dB. */
static void agrees_with_the_logarithm(void **state)
{
    enum { EACH = 257 };
    float power[EACH], db[EACH];
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int e = FLT_MIN_EXP - 1; e < FLT_MAX_EXP; e++) {
        for (int i = 0; i < EACH; i++)
            power[i] = (float)ldexp(1 + 0.999999 * snq_rng_uniform(&rng), e);
        power[0] = (float)ldexp(1, e);
        /* the series ends at sqrt(2), on both sides of which it is at its worst */
        power[1] = (float)ldexp(sqrt(2.0), e);
        power[2] = nextafterf(power[1], 0);
        power[3] = nextafterf(power[1], INFINITY);
        snq_decibel_run(db, power, EACH, FLT_MIN);
        if (worst(power, db, EACH) > 1e-3)
            fail_msg("2^%d: %g dB off", e, worst(power, db, EACH));
        check_near(db[0], 10 * log10(2) * e, 1e-4);
    }
    power[0] = FLT_MAX;
    snq_decibel_run(db, power, 1, FLT_MIN);
    check_near(db[0], 10 * log10((double)FLT_MAX), 1e-3);
}

/* Where two octaves meet there is no step back. */
static void larger_powers_never_read_lower(void **state)
{
    enum { N = 4096 };
    static float power[N], db[N];
    for (int i = 0; i < N; i++)
        power[i] = (float)(0.2 * exp2(4.0 * i / N));
    snq_decibel_run(db, power, N, 1e-9f);
    for (int i = 1; i < N; i++)
        assert_true(db[i] >= db[i - 1]);
}

static void the_floor_holds(void **state)
{
    static const float floors[] = { 1e-10f, 1e-3f, 1, 40, FLT_MIN };
    for (size_t f = 0; f < SNQ_COUNT(floors); f++) {
        const float floor = floors[f];
        float x[] = {
            0, -0.0f, -1, -INFINITY, NAN, 1e-44f, floor, floor, floor * 0.9f, floor * 10
        };
        snq_decibel_run(x, x, SNQ_COUNT(x), floor); /* in place */
        for (size_t i = 0; i + 1 < SNQ_COUNT(x); i++)
            check_near(x[i], 10 * log10((double)floor), 1e-3);
        check_near(x[SNQ_COUNT(x) - 1], 10 * log10((double)floor) + 10, 1e-3);
    }
}

/* Each value by itself: neither its place nor the number of them matters. */
static void any_number_of_them(void **state)
{
    enum { MOST = 70 };
    float power[MOST], all[MOST], some[MOST + 1];
    for (int i = 0; i < MOST; i++)
        power[i] = (float)exp(0.7 * i - 20);
    snq_decibel_run(all, power, MOST, 1e-6f);
    for (int from = 0; from < 3; from++)
        for (int n = 0; n <= MOST - from; n++) {
            some[n] = 123;
            snq_decibel_run(some, power + from, (size_t)n, 1e-6f);
            assert_memory_equal(some, all + from, (size_t)n * sizeof *all);
            assert_true(some[n] == 123);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_logarithm),
        cmocka_unit_test(larger_powers_never_read_lower),
        cmocka_unit_test(the_floor_holds),
        cmocka_unit_test(any_number_of_them),
    };
    return cmocka_run_group_tests_name("decibel", tests, NULL, NULL);
}
