// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <complex.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "score/sight.h"
#include "watch/bands.h"

static void effective_edges_follow_the_contract(void **state)
{
    snq_band_view v = snq_band_look(SNQ_SIGHT_MF, 30, 10);
    check_near(v.effective_hz[0], 1, 0);
    check_near(v.effective_hz[1], 5, 0);
    assert_null(v.unobservable);
    v = snq_band_look(SNQ_SIGHT_HF, 30, 10);
    check_near(v.effective_hz[1], 13.5, 1e-12);
    assert_null(v.unobservable);
    v = snq_band_look(SNQ_SIGHT_LF, 30, 10);
    check_near(v.effective_hz[0], 0.2, 1e-12);
    assert_null(v.unobservable);
}

static void what_cannot_be_seen_says_why(void **state)
{
    static const struct {
        uint32_t band;
        double fps, seconds;
        const char *why; /* a word of the reason; NULL: observable */
    } cases[] = {
        { SNQ_SIGHT_UHF, 30, 10, "rate" },     { SNQ_SIGHT_UHF, 50, 10, "rate" },
        { SNQ_SIGHT_UHF, 60, 10, NULL },       { SNQ_SIGHT_ULF, 60, 4, "short" },
        { SNQ_SIGHT_LF, 60, 4, "short" },      { SNQ_SIGHT_LF, 30, 5, "short" },
        { SNQ_SIGHT_LF, 30, 5.1, NULL },       { SNQ_SIGHT_ULF, 30, 50, "short" },
        { SNQ_SIGHT_ULF, 30, 51, NULL },       { SNQ_SIGHT_HF, 15, 100, "rate" },
        { SNQ_SIGHT_HF, 24, 2, NULL },         { SNQ_SIGHT_MF, 30, 0.5, "short" },
        { SNQ_SIGHT_UHF, 250, 0.05, "short" },
    };
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        const snq_band_view v = snq_band_look(cases[i].band, cases[i].fps, cases[i].seconds);
        if (!cases[i].why != !v.unobservable ||
            (cases[i].why && !strstr(v.unobservable, cases[i].why)))
            fail_msg("case %zu: %s", i, v.unobservable ? v.unobservable : "observable");
    }
}

/* Both passes together: half power at the edges, nothing lost between, little an octave outside. */
static void response_is_half_at_the_edges(void **state)
{
    static const double rates[] = { 24, 30, 60, 120, 250 };
    for (size_t r = 0; r < SNQ_COUNT(rates); r++)
        for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++) {
            const double lo = snq_sight_band_lo_hz(b), hi = snq_sight_band_hi_hz(b), fps = rates[r];
            snq_sos s[SNQ_SOS_SECTIONS_MAX];
            uint32_t n;
            if (lo >= 0.45 * fps) {
                check_status(snq_band_filter(b, fps, s, &n), SNQ_ERR_RANGE);
                continue;
            }
            check_ok(snq_band_filter(b, fps, s, &n));
            /* gain of both passes in amplitude = |H|^2 */
            const double low = cabs(snq_sos_response(s, n, lo, fps));
            check_near(low * low, M_SQRT1_2, 1e-6);
            if (hi <= 0.45 * fps) {
                const double high = cabs(snq_sos_response(s, n, hi, fps));
                check_near(high * high, M_SQRT1_2, 1e-6);
            }
            const double inside = cabs(snq_sos_response(s, n, fmin(sqrt(lo * hi), 0.4 * fps), fps));
            check_near(inside * inside, 1, 0.01);
            const double below = cabs(snq_sos_response(s, n, 0.5 * lo, fps));
            assert_true(below * below < 0.02);
        }
}

/* Neighbours share the power at their edge: their powers add up to the whole. */
static void powers_add_up_at_an_edge(void **state)
{
    snq_sos a[SNQ_SOS_SECTIONS_MAX], b[SNQ_SOS_SECTIONS_MAX];
    uint32_t na, nb;
    check_ok(snq_band_filter(SNQ_SIGHT_LF, 60, a, &na));
    check_ok(snq_band_filter(SNQ_SIGHT_MF, 60, b, &nb));
    const double p = pow(cabs(snq_sos_response(a, na, 1, 60)), 4);
    const double q = pow(cabs(snq_sos_response(b, nb, 1, 60)), 4);
    check_near(p + q, 1, 1e-5);
}

/* A sine inside goes through with its phase, one outside is gone; every lane by itself. */
static void running_keeps_phase(void **state)
{
    enum { N = 600 };
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    check_ok(snq_band_filter(SNQ_SIGHT_MF, 30, s, &n));
    const uint32_t pad = snq_band_padding(SNQ_SIGHT_MF, 30, N);
    assert_int_equal(pad, 60);
    double *x = snq_calloc((size_t)(N + 2 * pad) * SNQ_BAND_LANES, sizeof *x);
    double *mid = x + (size_t)pad * SNQ_BAND_LANES;
    assert_non_null(x);
    for (uint32_t t = 0; t < N; t++)
        for (int l = 0; l < SNQ_BAND_LANES; l++)
            mid[(size_t)t * SNQ_BAND_LANES + l] =
                3 + l * sin(2 * M_PI * 2 * t / 30.0 + l) + sin(2 * M_PI * 0.2 * t / 30.0);
    snq_band_run(s, n, x, N, pad);
    for (uint32_t t = 60; t < N - 60; t++)
        for (int l = 0; l < SNQ_BAND_LANES; l++)
            check_near(mid[(size_t)t * SNQ_BAND_LANES + l], l * sin(2 * M_PI * 2 * t / 30.0 + l),
                       0.02 * l + 0.005);
    snq_free(x);
}

/* Ten seconds of 2 Hz: what the ends leak into lf stays small (the reflection is even). */
static void ends_leak_little(void **state)
{
    enum { N = 300 };
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    check_ok(snq_band_filter(SNQ_SIGHT_LF, 30, s, &n));
    const uint32_t pad = snq_band_padding(SNQ_SIGHT_LF, 30, N);
    assert_int_equal(pad, N - 1);
    double *x = snq_calloc((size_t)(N + 2 * pad) * SNQ_BAND_LANES, sizeof *x), power = 0;
    double *mid = x + (size_t)pad * SNQ_BAND_LANES;
    assert_non_null(x);
    for (uint32_t t = 0; t < N; t++)
        for (int l = 0; l < SNQ_BAND_LANES; l++)
            mid[(size_t)t * SNQ_BAND_LANES + l] =
                sin(2 * M_PI * 2 * t / 30.0 + 2 * M_PI * l / SNQ_BAND_LANES);
    snq_band_run(s, n, x, N, pad);
    for (uint32_t i = 0; i < N * SNQ_BAND_LANES; i++)
        power += mid[i] * mid[i];
    assert_true(sqrt(power / (N * SNQ_BAND_LANES) / 0.5) <
                0.08); /* 0.36 with a short odd reflection */
    snq_free(x);
}

/* 0.01 Hz at 120 frames a second: poles a hair inside the circle, and still no blow-up. */
static void slowest_band_is_stable(void **state)
{
    enum { N = 24000 };
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    snq_rng r;
    snq_rng_init(&r, 4);
    check_ok(snq_band_filter(SNQ_SIGHT_ULF, 120, s, &n));
    const uint32_t pad = snq_band_padding(SNQ_SIGHT_ULF, 120, N);
    double *x = snq_calloc((size_t)(N + 2 * pad) * SNQ_BAND_LANES, sizeof *x), power = 0;
    double *mid = x + (size_t)pad * SNQ_BAND_LANES;
    assert_non_null(x);
    for (uint32_t i = 0; i < N * SNQ_BAND_LANES; i++)
        mid[i] = snq_rng_normal(&r);
    snq_band_run(s, n, x, N, pad);
    for (uint32_t i = 0; i < N * SNQ_BAND_LANES; i++)
        power += mid[i] * mid[i];
    /* white noise of power 1 over 60 Hz: 0.09 Hz of it */
    const double share = power / (N * SNQ_BAND_LANES) / (0.09 / 60);
    assert_true(share > 0.6 && share < 1.5);
    snq_free(x);
}

static void one_frame_is_legal(void **state)
{
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    double x[SNQ_BAND_LANES] = { 1, 2, 3 };
    uint32_t n;
    check_ok(snq_band_filter(SNQ_SIGHT_MF, 30, s, &n));
    assert_int_equal(snq_band_padding(SNQ_SIGHT_MF, 30, 1), 0);
    assert_int_equal(snq_band_padding(SNQ_SIGHT_MF, 30, 0), 0);
    snq_band_run(s, n, x, 1, 0);
    check_near(x[2], 0, 1e-9);
    snq_band_run(s, n, x, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effective_edges_follow_the_contract),
        cmocka_unit_test(what_cannot_be_seen_says_why),
        cmocka_unit_test(response_is_half_at_the_edges),
        cmocka_unit_test(powers_add_up_at_an_edge),
        cmocka_unit_test(running_keeps_phase),
        cmocka_unit_test(ends_leak_little),
        cmocka_unit_test(slowest_band_is_stable),
        cmocka_unit_test(one_frame_is_legal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
