// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ebur128.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/truepeak.h"
#include "support/sweep.h"

enum { FRAMES = 48000, TAPS = 12 };

static double db(double x)
{
    return 20 * log10(x);
}

/* True peak (dBTP) of x (n,) in blocks of `block`, the end included. */
static double peak_db(uint32_t rate, const float *x, uint32_t n, uint32_t block)
{
    snq_truepeak *t;
    const snq_truepeak_cfg cfg = { .rate_hz = rate, .channels = 1 };
    check_ok(snq_truepeak_new(&cfg, &t));
    float most = 0;
    for (uint32_t at = 0; at < n; at += block) {
        const uint32_t part = n - at < block ? n - at : block;
        const snq_audio a = {
            .channel = { x + at }, .channels = 1, .rate_hz = rate, .frames = part
        };
        float p;
        snq_truepeak_push(t, &a, &part, 1, &p);
        most = fmaxf(most, p);
    }
    most = fmaxf(most, snq_truepeak_finish(t));
    snq_truepeak_free(t);
    return db(most);
}

/* EBU Tech 3341, table 1, cases 15 to 19: sines at a fraction of the rate, amplitude and phase such
 * that no sample meets the crest; faded in and out so that the ends are not measured. */
static void test_ebu_sines(void **state)
{
    (void)state;
    static const struct {
        int number;
        double divide, amplitude, phase_deg, want_db;
    } cases[] = {
        { 15, 4, 0.5, 0, -6 },    { 16, 4, 0.5, 45, -6 }, { 17, 6, 0.5, 60, -6 },
        { 18, 8, 0.5, 67.5, -6 }, { 19, 4, 1.41, 45, 3 },
    };
    static float x[FRAMES];
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        for (int t = 0; t < FRAMES; t++) {
            const double fade = fmin(1, fmin(t, FRAMES - 1 - t) / 2400.0);
            x[t] = (float)(fade * cases[i].amplitude *
                           sin(2 * M_PI * t / cases[i].divide + cases[i].phase_deg * M_PI / 180));
        }
        const double got = peak_db(48000, x, FRAMES, 4800);
        if (got < cases[i].want_db - 0.4 || got > cases[i].want_db + 0.2)
            fail_msg("case %d: %.3f dBTP, want %.1f +0.2 -0.4", cases[i].number, got,
                     cases[i].want_db);
    }
}

/* In the manner of cases 20 to 23: a signal made at four times the rate, full scale at its crest,
 * filtered to what the rate can carry and decimated at each of the four offsets. The crest of a
 * sum of cosines below half the rate is known exactly: it lies at time 0, whatever is sampled. */
static void test_ebu_offsets(void **state)
{
    (void)state;
    static float x[4000];
    for (int offset = 0; offset < 4; offset++) {
        for (int t = 0; t < 4000; t++) {
            const double s = t - 2000 + offset / 4.0; /* samples from the crest */
            double y = 0;
            for (int k = 1; k <= 20; k++) /* up to 0.4 of the rate */
                y += cos(2 * M_PI * 0.02 * k * s) / 20;
            x[t] = (float)(y * exp(-s * s / 500000));
        }
        const double got = peak_db(48000, x, 4000, 1000);
        if (got < -0.4 || got > 0.2)
            fail_msg("offset %d: %.3f dBTP, want 0 +0.2 -0.4", offset, got);
    }
}

/* Interpolated values by the formula of the header's .c, in double, every phase; peak of the points
 * whose newest sample lies in [from, to). Zeros around x (n,). */
static double slow(const float *x, int n, int factor, int from, int to)
{
    double most = 0;
    for (int t = from; t < to; t++) {
        if (t < n)
            most = fmax(most, fabs(x[t]));
        for (int p = 1; p < factor; p++) {
            double y = 0;
            for (int j = t - TAPS + 1; j <= t; j++) {
                const double d = (t - 6 + (double)p / factor) - j;
                if (j >= 0 && j < n)
                    y += x[j] * sin(M_PI * d) / (M_PI * d) * (0.5 + 0.5 * cos(M_PI * d / 6));
            }
            most = fmax(most, fabs(y));
        }
    }
    return most;
}

static void test_is_the_definition(void **state)
{
    (void)state;
    enum { N = 3000 };
    static const uint32_t rate[] = { 8000, 95999, 96000, 191999, 192000 };
    static const int factor[] = { 4, 4, 2, 2, 1 };
    static const uint32_t segment[] = { 5, 0, 1, 300, 694, 2000 };
    static const uint32_t block[] = { N, 1, 4, 11, 12, 301 };
    float x[2][N];
    snq_rng rng;
    snq_rng_init(&rng, 11);
    for (int t = 0; t < N; t++)
        for (int c = 0; c < 2; c++)
            x[c][t] = (float)((c ? 0.3 : 1) * snq_rng_normal(&rng) * (t < 1500 ? 1 : 0.4));
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 3; row++) {
        snq_cpu_force(row == 0 ? 0 : row == 1 ? SNQ_CPU_AVX2 : was);
        for (size_t r = 0; r < SNQ_COUNT(rate); r++) {
            snq_truepeak *t;
            const snq_truepeak_cfg cfg = { .rate_hz = rate[r], .channels = 2 };
            check_ok(snq_truepeak_new(&cfg, &t));
            snq_audio a = { .channel = { x[0], x[1] }, .channels = 2, .rate_hz = 1, .frames = N };
            float peak[SNQ_COUNT(segment)];
            snq_truepeak_push(t, &a, segment, SNQ_COUNT(segment), peak);
            for (int s = 0, at = 0; s < (int)SNQ_COUNT(segment); at += (int)segment[s++]) {
                const int to = at + (int)segment[s];
                const double want =
                    fmax(slow(x[0], N, factor[r], at, to), slow(x[1], N, factor[r], at, to));
                check_near(peak[s], want, 2e-6 * want);
            }
            const double tail =
                fmax(slow(x[0], N, factor[r], N, N + 11), slow(x[1], N, factor[r], N, N + 11));
            check_near(snq_truepeak_finish(t), tail, 2e-6 * tail);
            check_near(snq_truepeak_finish(t), 0, 0);
            /* blocks: one segment each, the largest is the largest of all */
            for (size_t b = 0; b < SNQ_COUNT(block); b++) {
                for (uint32_t at = 0; at < N; at += block[b]) {
                    const uint32_t n = N - at < block[b] ? N - at : block[b];
                    float p;
                    a = (snq_audio) { .channel = { x[0] + at, x[1] + at },
                                      .channels = 2,
                                      .rate_hz = 1,
                                      .frames = n };
                    snq_truepeak_push(t, &a, &n, 1, &p);
                    const int lo = (int)at, hi = (int)(at + n);
                    const double want =
                        fmax(slow(x[0], N, factor[r], lo, hi), slow(x[1], N, factor[r], lo, hi));
                    check_near(p, want, 2e-6 * want);
                }
                snq_truepeak_reset(t);
                check_near(snq_truepeak_finish(t), 0, 0);
            }
            snq_truepeak_free(t);
        }
    }
    snq_cpu_force(was);
}

/* Programme-like: band-limited noise with a falling spectrum and transients. */
static void test_agrees_with_libebur128(void **state)
{
    (void)state;
    static const uint32_t rate[] = { 44100, 48000, 96000 };
    static float x[FRAMES];
    for (uint64_t seed = 1; seed <= 8; seed++) {
        snq_rng rng;
        snq_rng_init(&rng, seed);
        double low = 0, env = 0;
        for (int t = 0; t < FRAMES; t++) {
            if (snq_rng_below(&rng, 4000) == 0)
                env = 1;
            env *= 0.9995;
            const double noise = snq_rng_normal(&rng);
            low += (0.05 + 0.1 * (double)seed) * (noise - low);
            x[t] = (float)(0.3 * sin(0.05 * t) + (0.1 + env) * low);
        }
        /* at 96 kHz libebur128 takes twice as many taps: only what music has up there is alike */
        for (size_t r = 0; r < (seed < 3 ? 3 : 2); r++) {
            ebur128_state *e = ebur128_init(1, rate[r], EBUR128_MODE_TRUE_PEAK);
            double want;
            assert_int_equal(ebur128_add_frames_float(e, x, FRAMES), EBUR128_SUCCESS);
            assert_int_equal(ebur128_true_peak(e, 0, &want), EBUR128_SUCCESS);
            check_near(peak_db(rate[r], x, FRAMES, 4410), db(want), 0.05);
            ebur128_destroy(&e);
        }
    }
}

static void test_empty_and_silence(void **state)
{
    (void)state;
    static float zero[100];
    snq_truepeak *t;
    const snq_truepeak_cfg cfg = { .rate_hz = 44100, .channels = 1 };
    check_ok(snq_truepeak_new(&cfg, &t));
    snq_audio a = { .channel = { zero }, .channels = 1, .rate_hz = 44100, .frames = 0 };
    const uint32_t none[2] = { 0, 0 }, n = 100;
    float p[2] = { 9, 9 };
    snq_truepeak_push(t, &a, none, 2, p);
    check_near(p[0] + p[1], 0, 0);
    a.frames = 100;
    snq_truepeak_push(t, &a, &n, 1, p);
    check_near(p[0], 0, 0);
    check_near(snq_truepeak_finish(t), 0, 0);
    snq_truepeak_free(t);
}

static void test_refuses(void **state)
{
    (void)state;
    static const snq_truepeak_cfg bad[] = { { 0, 2 }, { 768001, 2 }, { 48000, 0 }, { 48000, 17 } };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_truepeak *t = (snq_truepeak *)&state;
        check_status(snq_truepeak_new(&bad[i], &t), SNQ_ERR_RANGE);
        assert_null(t);
    }
    snq_truepeak_free(NULL);
}

static snq_status make(void *user, void **object)
{
    (void)user;
    return snq_truepeak_new(&(snq_truepeak_cfg) { .rate_hz = 48000, .channels = 2 },
                            (snq_truepeak **)object);
}

static void unmake(void *object)
{
    snq_truepeak_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

/* A bound that the samples reach changes no answer. */
static void test_floor(void **state)
{
    enum { N = 6000, SEGMENTS = 15, SIZE = N / SEGMENTS };
    static float x[N];
    uint32_t frames[SEGMENTS];
    float floor[SEGMENTS], plain[SEGMENTS], over[SEGMENTS];
    snq_truepeak *t;
    snq_rng r;
    snq_rng_init(&r, 5);
    for (int s = 0; s < SEGMENTS; s++) {
        frames[s] = SIZE;
        floor[s] = 0;
        for (int i = s * SIZE; i < (s + 1) * SIZE; i++) {
            x[i] = (float)(snq_rng_normal(&r) * (s + 1) * sin(i * 0.01));
            floor[s] = fmaxf(floor[s], fabsf(x[i]));
        }
    }
    const snq_audio a = { .channel = { x }, .channels = 1, .rate_hz = 44100, .frames = N };
    const snq_truepeak_cfg cfg = { .rate_hz = 44100, .channels = 1 };
    check_ok(snq_truepeak_new(&cfg, &t));
    snq_truepeak_push(t, &a, frames, SEGMENTS, plain);
    snq_truepeak_reset(t);
    snq_truepeak_push_over(t, &a, frames, SEGMENTS, floor, over);
    snq_truepeak_free(t);
    int higher = 0;
    for (int s = 0; s < SEGMENTS; s++) {
        check_near(over[s], plain[s], 0);
        higher += plain[s] > floor[s];
    }
    assert_true(higher > 3);
}

/* At rest once all that it keeps is silence, 11 frames behind the last sound. */
static void test_comes_to_rest(void **state)
{
    static const float quiet[8], loud[8] = { [7] = 0.5f };
    snq_truepeak *t;
    check_ok(snq_truepeak_new(&(snq_truepeak_cfg) { .rate_hz = 44100, .channels = 2 }, &t));
    for (int c = 0; c < 2; c++) {
        snq_audio a = { { quiet, quiet }, 2, 44100, 8 };
        const uint32_t eight = 8, one = 1;
        float peak;
        assert_true(snq_truepeak_is_at_rest(t));
        a.channel[c] = loud;
        snq_truepeak_push(t, &a, &eight, 1, &peak);
        a.channel[c] = quiet;
        a.frames = 1;
        for (int i = 0; i < 11; i++) {
            assert_false(snq_truepeak_is_at_rest(t));
            snq_truepeak_push(t, &a, &one, 1, &peak);
        }
        assert_true(snq_truepeak_is_at_rest(t));
        snq_truepeak_push(t, &a, &one, 1, &peak);
        check_near(peak, 0, 0);
    }
    snq_truepeak_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floor),
        cmocka_unit_test(test_comes_to_rest),
        cmocka_unit_test(test_ebu_sines),
        cmocka_unit_test(test_ebu_offsets),
        cmocka_unit_test(test_is_the_definition),
        cmocka_unit_test(test_agrees_with_libebur128),
        cmocka_unit_test(test_empty_and_silence),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("truepeak", tests, NULL, NULL);
}
