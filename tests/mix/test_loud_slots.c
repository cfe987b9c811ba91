// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"
#include "support/sweep.h"

#include <ebur128.h>

#include "base/alloc.h"
#include "mix/engine/loud_slots.h"

enum { RATE = 48000, N = 20 * RATE };

static double by_ebur128(const float *l, const float *r, size_t n)
{
    double lufs;
    float *both = snq_calloc(2 * n + 1, sizeof *both);
    ebur128_state *e = ebur128_init(2, RATE, EBUR128_MODE_I);
    for (size_t i = 0; i < n; i++) {
        both[2 * i] = l[i];
        both[2 * i + 1] = r[i];
    }
    assert_int_equal(ebur128_add_frames_float(e, both, n), 0);
    ebur128_loudness_global(e, &lufs);
    ebur128_destroy(&e);
    snq_free(both);
    return lufs;
}

static double measure(const float *l, const float *r, size_t n, size_t block)
{
    snq_loud_slots s;
    check_ok(snq_loud_slots_init(&s, RATE));
    for (size_t at = 0; at < n; at += block)
        snq_loud_slots_push(&s, l + at, r + at, n - at < block ? n - at : block);
    assert_int_equal(s.count, n / (RATE / 10));
    const double lufs = snq_loud_integrated(s.power, s.count);
    snq_loud_slots_clear(&s);
    return lufs;
}

static void agrees_with_libebur128(void **state)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        float *l = make_silence(N), *r = make_silence(N);
        for (size_t at = 0; at < N; at += RATE) { /* levels of all kinds, so that gates work */
            const double rms = pow(10.0, -(double)((seed * 7 + at / RATE * 13) % 60) / 20.0);
            add_noise(l, at, at + RATE, rms, seed + at);
            add_noise(r, at, at + RATE / 2, rms, seed + at + 1);
        }
        const double want = by_ebur128(l, r, N);
        check_near(measure(l, r, N, N), want, 0.01);
        check_near(measure(l, r, N, 1000), want, 0.01);
        snq_free(l);
        snq_free(r);
    }
}

static void what_is_short_counts(void **state)
{
    float *x = make_silence(RATE);
    add_sine(x, 0, RATE, RATE, 997.0, 1.0, 0.0);
    check_near(measure(x, x, RATE, RATE), 0.0, 0.1);
    check_near(measure(x, x, RATE / 5, 100), 0.0, 0.2);
    assert_true(isinf(measure(x, x, RATE / 20, 100)));
    memset(x, 0, RATE * sizeof *x);
    assert_true(isinf(measure(x, x, RATE, RATE)));
    snq_free(x);
}

static void out_of_memory(void **state)
{
    snq_loud_slots s;
    static float x[RATE];
    check_ok(snq_loud_slots_init(&s, RATE));
    snq_alloc_fail_after(0);
    snq_loud_slots_push(&s, x, x, RATE);
    snq_alloc_fail_after(-1);
    assert_int_equal(s.st, SNQ_ERR_NOMEM);
    snq_loud_slots_clear(&s);
    check_status(snq_loud_slots_init(&s, 10), SNQ_ERR_RANGE);
    snq_loud_slots_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_libebur128),
        cmocka_unit_test(what_is_short_counts),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
