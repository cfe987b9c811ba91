// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"
#include "support/sweep.h"

#include <math.h>

#include "base/alloc.h"
#include "listen/separation.h"

enum { RATE = 48000, N = 4 * RATE };

/* A sine that sounds in every second `burst` frames, beginning with number `first`. */
static float *bursts(double hz, size_t burst, size_t first)
{
    float *x = make_silence(N);
    for (size_t i = 0; i < N; i++)
        if (i / burst % 2 == first)
            x[i] = 0.4f * (float)sin(2.0 * M_PI * hz * (double)i / RATE);
    return x;
}

static snq_band_powers *powers_of(const float *x, size_t n, size_t block)
{
    snq_band_powers *p;
    check_ok(snq_band_powers_new(RATE, 1, &p));
    for (size_t at = 0; at < n; at += block) {
        const snq_audio a = { .channel = { x + at },
                              .channels = 1,
                              .frames = n - at < block ? n - at : block,
                              .rate_hz = RATE };
        check_ok(snq_band_powers_push(p, &a));
    }
    check_ok(snq_band_powers_finish(p));
    return p;
}

static double separation(const float *a, const float *b, size_t block)
{
    snq_band_powers *p = powers_of(a, N, block), *q = powers_of(b, N, block);
    const double s = snq_separation(p, q);
    const double back = snq_separation(q, p);
    assert_memory_equal(&s, &back, sizeof s);
    snq_band_powers_free(p);
    snq_band_powers_free(q);
    return s;
}

static void alike_apart_and_in_turns(void **state)
{
    (void)state;
    float *low = bursts(100.0, N, 0), *high = bursts(1000.0, N, 0);
    float *first = bursts(100.0, RATE / 2, 0), *second = bursts(100.0, RATE / 2, 1);
    assert_true(fabs(separation(low, low, 1000)) < 1e-6);
    assert_true(separation(low, high, 1000) > 0.999);
    assert_true(separation(first, second, 1000) > 0.9); /* the moments at the edges are shared */
    assert_true(separation(low, high, 1000) == separation(low, high, 77));
    /* half the time together: half of each is shared */
    const double half = separation(low, first, 4096);
    assert_true(half > 0.45 && half < 0.55);
    /* twice as loud is the same sound */
    float *loud = bursts(100.0, N, 0);
    for (size_t i = 0; i < N; i++)
        loud[i] *= 2.0f;
    assert_true(fabs(separation(low, loud, 1000)) < 1e-6);
    snq_free(low);
    snq_free(high);
    snq_free(first);
    snq_free(second);
    snq_free(loud);
}

static void silence_and_lengths(void **state)
{
    (void)state;
    float *none = make_silence(N), *low = bursts(100.0, N, 0);
    assert_true(isnan(separation(none, low, 1000)));
    snq_band_powers *p = powers_of(low, N, 1000), *q = powers_of(low, N / 2, 1000),
                    *empty = powers_of(low, 0, 1000);
    assert_true(fabs(snq_separation(p, q) - 0.5) < 0.02); /* p's second half is its own */
    assert_true(isnan(snq_separation(p, empty)));
    snq_band_powers_free(p);
    snq_band_powers_free(q);
    snq_band_powers_free(empty);
    snq_free(none);
    snq_free(low);
    check_status(snq_band_powers_new(10, 1, &p), SNQ_ERR_RANGE);
    assert_null(p);
    check_status(snq_band_powers_new(RATE, 0, &p), SNQ_ERR_RANGE);
    snq_band_powers_free(NULL);
}

static snq_status build(void *user, void **object)
{
    static const float x[RATE];
    snq_band_powers *p;
    const snq_audio a = { .channel = { x }, .channels = 1, .frames = RATE, .rate_hz = RATE };
    (void)user;
    SNQ_TRY(snq_band_powers_new(RATE, 1, &p));
    snq_status st = snq_band_powers_push(p, &a);
    if (st >= 0)
        st = snq_band_powers_finish(p);
    if (st < 0) {
        snq_band_powers_free(p);
        p = NULL;
    }
    *object = p;
    return st;
}

static void release(void *object)
{
    snq_band_powers_free(object);
}

static void out_of_memory(void **state)
{
    (void)state;
    snq_sweep(build, release, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike_apart_and_in_turns),
        cmocka_unit_test(silence_and_lengths),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
