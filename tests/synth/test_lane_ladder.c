// SPDX-License-Identifier: MIT
/* The ladder against the formula of the analog circuit, its ringing, its saturation, and under
 * abuse. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "lane_response.h"

static const float rate_hz = 48000;
static const snq__lanes cutoffs = { { 20, 63, 200, 630, 1500, 4000, 9000, 20000 } };
static const float resonances[] = { 0, 0.25f, 0.5f, 0.8f, 0.95f };

static void run(void *self, const snq__lane_filter_block *b, snq__lanes *x)
{
    snq__lane_ladder_run(self, b, x);
}

static snq__lanes all(float v)
{
    snq__lanes l;
    for (int i = 0; i < SNQ_LANES; i++)
        l.v[i] = v;
    return l;
}

/* So quiet that it is linear: amplitude 1e-3. */
static double furthest_off(uint32_t type, float resonance)
{
    static const double amplitude = 1e-3;
    static const double beside[] = { 0.8, 0.95, 0.98, 1, 1.02, 1.05, 1.2 };
    const double k = 4 * (double)resonance, width = 1 - pow(k / 4, 0.25);
    const size_t n = (size_t)(rate_hz / cutoffs.v[0] * (4 + 1.2 / width)) + 2048;
    snq__lanes *x = snq_calloc(n, sizeof *x);
    assert_non_null(x);
    snq__lane_ladder f = { 0 };
    const lane_setting s = {
        .type = type, .rate_hz = rate_hz, .cutoff_hz = cutoffs, .resonance = all(resonance)
    };
    impulse_response(run, &f, &s, (float)amplitude, x, n);
    double most = 0;
    for (uint32_t l = 0; l < SNQ_LANES; l++)
        for (int i = 0; i < 7 + 12; i++) {
            const double hz = i < 7 ? cutoffs.v[l] * beside[i] : 20 * pow(1000, (i - 7) / 11.0);
            if (hz > 20001)
                continue;
            const double w = warped(hz, cutoffs.v[l], rate_hz);
            const double want = db(cabs(analog_ladder(type, w, k)));
            if (want < -80)
                continue;
            const double got = db(cabs(response_at(x, n, l, hz, rate_hz)) / amplitude);
            most = fmax(most, fabs(got - want));
            if (fabs(got - want) > 0.2)
                fail_msg("type %u, resonance %g, cutoff %g, %g Hz: %g dB, want %g", type,
                         (double)resonance, (double)cutoffs.v[l], hz, got, want);
        }
    snq_free(x);
    return most;
}

static void test_is_the_bilinear_prototype(void **state)
{
    (void)state;
    double most = 0;
    for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
        for (size_t i = 0; i < SNQ_COUNT(resonances); i++)
            most = fmax(most, furthest_off(type, resonances[i]));
    print_message("off the bilinear prototype by at most %.4f dB\n", most);
}

/* Cycles a second of lane l of x (n, lanes) from frame `from` on, by its upward zero crossings. */
static double ringing_hz(const snq__lanes *x, size_t from, size_t n, int l)
{
    double first = -1, last = -1;
    int cycles = -1;
    for (size_t t = from + 1; t < n; t++) {
        const double a = x[t - 1].v[l], b = x[t].v[l];
        if (!(a < 0 && b >= 0))
            continue;
        last = (double)t - b / (b - a);
        first = cycles < 0 ? last : first;
        cycles++;
    }
    return cycles > 0 ? cycles * rate_hz / (last - first) : 0;
}

/* At resonance 1 it rings at the cutoff, soft and loud. */
static void test_rings_at_the_cutoff(void **state)
{
    (void)state;
    enum { N = 48000 };
    static const float loud[] = { 1e-3f, 1, 1000 };
    const snq__lanes at = { { 30, 100, 440, 1000, 2500, 5000, 10000, 15000 } };
    snq__lanes *x = snq_calloc(N, sizeof *x);
    assert_non_null(x);
    double most = 0;
    for (size_t i = 0; i < SNQ_COUNT(loud); i++) {
        snq__lane_ladder f = { 0 };
        const lane_setting s = {
            .rate_hz = rate_hz, .drive = i == 2 ? 1 : 0, .cutoff_hz = at, .resonance = all(1)
        };
        impulse_response(run, &f, &s, loud[i], x, N);
        for (int l = 0; l < SNQ_LANES; l++) {
            const double hz = ringing_hz(x, 4000, N, l);
            most = fmax(most, fabs(hz / at.v[l] - 1));
            check_near(hz / at.v[l], 1, 0.01);
        }
        /* soft ringing stays: it is the edge of oscillating */
        float early = 0, late = 0;
        for (int t = 0; t < 2000; t++) {
            early = fmaxf(early, fabsf(x[4000 + t].v[3]));
            late = fmaxf(late, fabsf(x[N - 2000 + t].v[3]));
        }
        assert_true(i > 0 || late > 0.98f * early);
        assert_true(late < 1.02f * early);
    }
    snq_free(x);
    print_message("rings off the cutoff by at most %.4f %%\n", 100 * most);
}

/* A sine through a wide open ladder: level and third harmonic in decibels. */
static double third_harmonic_db(float drive, float amplitude, double *level_db)
{
    enum { N = 48000 };
    snq__lanes *x = snq_calloc(N, sizeof *x);
    assert_non_null(x);
    for (int t = 0; t < N; t++)
        x[t] = all(amplitude * (float)sin(2 * M_PI * 100 * t / rate_hz));
    snq__lane_ladder f = { 0 };
    for (uint32_t at = 0; at < N; at += 60) {
        const snq__lane_filter_block b = {
            .n = 60, .rate_hz = rate_hz, .cutoff_hz = { all(20000), all(20000) }, .drive = drive
        };
        snq__lane_ladder_run(&f, &b, x + at);
    }
    const double first = cabs(response_at(x, N, 0, 100, rate_hz));
    const double third = cabs(response_at(x, N, 0, 300, rate_hz));
    *level_db = db(2 * first / N);
    snq_free(x);
    return db(third / first);
}

static void test_drive_saturates(void **state)
{
    (void)state;
    double clean_db, driven_db, half_db, quiet_db;
    const double clean = third_harmonic_db(0, 1, &clean_db);
    const double half = third_harmonic_db(0.5f, 1, &half_db);
    const double driven = third_harmonic_db(1, 1, &driven_db);
    print_message("third harmonic of full scale: %.1f dB at drive 0, %.1f at 1/2, %.1f at 1\n",
                  clean, half, driven);
    assert_true(clean < -44 && half > clean + 15 && driven > -14);
    check_near(clean_db, 0, 0.3); /* full scale stays about full scale */
    check_near(half_db, 0, 2);
    check_near(driven_db, 0, 2.5);
    third_harmonic_db(1, 0.01f, &quiet_db);
    check_near(quiet_db + 40, 12.04 - 0.17, 0.2); /* what is quiet is brought up */
    third_harmonic_db(NAN, 0.01f, &quiet_db);
    check_near(quiet_db + 40, 0, 0.02);
}

static void test_stays_bounded_under_modulation(void **state)
{
    (void)state;
    enum { SAMPLES = 10000000, TABLE = 8191 };
    const snq__lanes r = { { 0, 0.1f, 0.25f, 0.5f, 0.7f, 0.9f, 0.99f, 1 } };
    float most[SNQ_LANES] = { 0 };
    static float cutoff_hz[TABLE], noise[TABLE];
    snq_rng rng;
    snq_rng_init(&rng, 3);
    for (int i = 0; i < TABLE; i++) {
        cutoff_hz[i] = (float)(5 * pow(4704, snq_rng_uniform(&rng)));
        noise[i] = (float)(2 * snq_rng_uniform(&rng) - 1);
    }
    snq__lane_ladder f = { 0 };
    for (long at = 0; at < SAMPLES; at += SNQ_SYNTH_BLOCK) {
        snq__lanes x[SNQ_SYNTH_BLOCK], cutoff[SNQ_SYNTH_BLOCK];
        uint32_t c = snq_rng_below(&rng, TABLE), s = snq_rng_below(&rng, TABLE);
        for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
            for (int l = 0; l < SNQ_LANES; l++) {
                cutoff[i].v[l] = cutoff_hz[c = c + 1 < TABLE ? c + 1 : 0];
                x[i].v[l] = noise[s = s + 1 < TABLE ? s + 1 : 0];
            }
        const snq__lane_filter_block b = {
            .n = SNQ_SYNTH_BLOCK,
            .type = (uint32_t)(at >> 12) % 4,
            .rate_hz = rate_hz,
            .cutoff = cutoff,
            .resonance = { r, r },
            .drive = (float)(at >> 10 & 7) / 7,
        };
        snq__lane_ladder_run(&f, &b, x);
        for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
            for (int l = 0; l < SNQ_LANES; l++)
                if (!(fabsf(x[i].v[l]) <= most[l]))
                    most[l] = fabsf(x[i].v[l]);
    }
    for (int l = 0; l < SNQ_LANES; l++)
        check_near(most[l], 0, 1000); /* not a number fails too */
    print_message("largest output for input within 1: %.1f at resonance 0, %.1f at 1\n",
                  (double)most[0], (double)most[7]);
}

/* A tenth of 10^7 from outside of the usual: huge input, cutoff from end to end. */
static void test_huge_input_saturates(void **state)
{
    (void)state;
    enum { N = SNQ_SYNTH_BLOCK };
    snq_rng rng;
    snq_rng_init(&rng, 9);
    snq__lane_ladder f = { 0 };
    for (int at = 0; at < 1000; at++) {
        snq__lanes x[N], cutoff[N];
        for (int i = 0; i < N; i++)
            for (int l = 0; l < SNQ_LANES; l++) {
                x[i].v[l] = (float)(1e9 * (2 * snq_rng_uniform(&rng) - 1));
                cutoff[i].v[l] = snq_rng_below(&rng, 2) ? 5.0f : 23520.0f;
            }
        const snq__lane_filter_block b = {
            .n = N, .rate_hz = rate_hz, .cutoff = cutoff, .resonance = { all(1), all(1) }
        };
        snq__lane_ladder_run(&f, &b, x);
        for (int i = 0; i < N; i++)
            for (int l = 0; l < SNQ_LANES; l++)
                assert_true(fabsf(x[i].v[l]) < 1e4f);
    }
}

static void make_noise(snq__lanes *x, size_t n, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            x[i].v[l] = (float)(2 * snq_rng_uniform(&rng) - 1);
}

static void test_contains_bad_input(void **state)
{
    (void)state;
    enum { N = SNQ_SYNTH_BLOCK };
    static const float bad[] = { NAN, -NAN, INFINITY, -INFINITY, 3e38f, -2e9f };
    for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++) {
        snq__lanes a[N], b[N];
        make_noise(a, N, 7);
        memcpy(b, a, sizeof b);
        for (int i = 0; i < (int)SNQ_COUNT(bad); i++) {
            a[5 * i].v[i] = bad[i];
            b[5 * i].v[i] = 0;
        }
        snq__lane_filter_block p = { .n = N,
                                     .type = type,
                                     .rate_hz = rate_hz,
                                     .cutoff_hz = { all(NAN), all(900) },
                                     .resonance = { all(2), all(-1) } };
        snq__lane_ladder f = { 0 }, g = { 0 };
        snq__lane_ladder_run(&f, &p, a);
        p.cutoff_hz.from = all(5);
        p.resonance = (snq__ramp) { all(1), all(0) };
        snq__lane_ladder_run(&g, &p, b);
        assert_memory_equal(a, b, sizeof a);
        assert_memory_equal(&f, &g, sizeof f);
    }
}

/* Drive that jumps between blocks goes straight inside of them; the first block has no before. */
static void test_drive_moves_without_a_jump(void **state)
{
    (void)state;
    enum { N = SNQ_SYNTH_BLOCK };
    snq__lane_ladder f = { 0 };
    snq__lanes x[2 * N];
    for (int i = 0; i < 2 * N; i++)
        x[i] = all(0.01f);
    snq__lane_filter_block b = { .n = N,
                                 .rate_hz = rate_hz,
                                 .cutoff_hz = { all(20000), all(20000) } };
    snq__lane_ladder_run(&f, &b, x);
    b.drive = 1;
    snq__lane_ladder_run(&f, &b, x + N);
    check_near(x[N - 1].v[0], 0.01, 2e-4);
    assert_true(x[2 * N - 1].v[0] > 0.035f);
    for (int i = 20; i < 2 * N; i++)
        assert_true(fabsf(x[i].v[0] - x[i - 1].v[0]) < 0.0025f);
}

static void test_reset_is_of_one_lane(void **state)
{
    (void)state;
    snq__lane_ladder f, was;
    float *const v = (float *)&f;
    for (size_t i = 0; i < sizeof f / sizeof *v; i++)
        v[i] = (float)i + 1;
    was = f;
    snq__lane_ladder_reset(&f, 5);
    for (size_t i = 0; i < sizeof f / sizeof *v; i++)
        assert_true(v[i] == (i % SNQ_LANES == 5 ? 0 : ((float *)&was)[i]));
}

static int use_c(void **state)
{
    (void)state;
    snq_cpu_force(0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_the_bilinear_prototype),
        cmocka_unit_test(test_rings_at_the_cutoff),
        cmocka_unit_test(test_drive_saturates),
        cmocka_unit_test(test_stays_bounded_under_modulation),
        cmocka_unit_test(test_huge_input_saturates),
        cmocka_unit_test(test_contains_bad_input),
        cmocka_unit_test(test_drive_moves_without_a_jump),
        cmocka_unit_test(test_reset_is_of_one_lane),
    };
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(test_rings_at_the_cutoff),
        cmocka_unit_test(test_contains_bad_input),
        cmocka_unit_test(test_huge_input_saturates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(plain, use_c, NULL);
}
