// SPDX-License-Identifier: MIT
/* The state-variable filter against the formula of the analog circuit, and under abuse. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "lane_response.h"

static const float rate_hz = 48000;
static const snq__lanes cutoffs = { { 20, 63, 200, 630, 1500, 4000, 9000, 20000 } };
static const float all_q[] = { 0.5f, 0.7071f, 2, 10, 40 };

static void run(void *self, const snq__lane_filter_block *b, snq__lanes *x)
{
    snq__lane_svf_run(self, b, x);
}

static snq__lanes all(float v)
{
    snq__lanes l;
    for (int i = 0; i < SNQ_LANES; i++)
        l.v[i] = v;
    return l;
}

/* Long enough for the lowest cutoff to die away: x (n,), owned by the caller. */
static snq__lanes *respond(uint32_t type, float q, size_t *n)
{
    *n = (size_t)(rate_hz / cutoffs.v[0] * (6 + 3.5f * q)) + 2048;
    snq__lanes *x = snq_calloc(*n, sizeof *x);
    assert_non_null(x);
    snq__lane_svf f = { 0 };
    const lane_setting s = {
        .type = type, .rate_hz = rate_hz, .cutoff_hz = cutoffs, .resonance = all(q)
    };
    impulse_response(run, &f, &s, 1, x, *n);
    return x;
}

/* Frequencies to look at: a grid from 20 Hz to 20 kHz and the neighbourhood of the cutoff. */
static double looked_at(int i, double cutoff_hz)
{
    static const double near[] = { 0.8, 0.95, 0.98, 1, 1.02, 1.05, 1.2 };
    if (i < (int)SNQ_COUNT(near))
        return cutoff_hz * near[i];
    return 20 * pow(1000, (i - (int)SNQ_COUNT(near)) / 11.0);
}
enum { LOOKS = 7 + 12 };
static const double deepest_db = -80;

static double furthest_off(uint32_t type, float q)
{
    size_t n;
    snq__lanes *x = respond(type, q, &n);
    double most = 0;
    for (uint32_t l = 0; l < SNQ_LANES; l++)
        for (int i = 0; i < LOOKS; i++) {
            const double hz = looked_at(i, cutoffs.v[l]);
            const double w = hz < 20001 ? warped(hz, cutoffs.v[l], rate_hz) : 0;
            const double want = db(cabs(analog_svf(type, w, q)));
            if (hz > 20001 || want < deepest_db)
                continue;
            const double got = db(cabs(response_at(x, n, l, hz, rate_hz)));
            most = fmax(most, fabs(got - want));
            if (fabs(got - want) > 0.2)
                fail_msg("type %u, q %g, cutoff %g, %g Hz: %g dB, want %g", type, (double)q,
                         (double)cutoffs.v[l], hz, got, want);
        }
    snq_free(x);
    return most;
}

static void test_is_the_bilinear_prototype(void **state)
{
    (void)state;
    double most = 0;
    for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
        for (size_t i = 0; i < SNQ_COUNT(all_q); i++)
            most = fmax(most, furthest_off(type, all_q[i]));
    print_message("off the bilinear prototype by at most %.4f dB\n", most);
}

/* Vertex of the parabola through the decibels 1 % under, at and 1 % over the cutoff. */
static void test_band_stands_at_the_cutoff(void **state)
{
    (void)state;
    double most = 0;
    size_t n;
    snq__lanes *x = respond(SNQ__FILTER_BANDPASS, 20, &n);
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        const double hz = cutoffs.v[l];
        const double a = db(cabs(response_at(x, n, l, hz * 0.99, rate_hz)));
        const double b = db(cabs(response_at(x, n, l, hz, rate_hz)));
        const double c = db(cabs(response_at(x, n, l, hz * 1.01, rate_hz)));
        const double off = 0.01 * (a - c) / (2 * (a - 2 * b + c));
        most = fmax(most, fabs(off));
        check_near(b, 0, 0.1);
        check_near(off, 0, 0.01);
    }
    snq_free(x);
    print_message("cutoff off by at most %.4f %%\n", 100 * most);
}

/* Up to 4 kHz: every type with cutoffs up to there, low-passes with any cutoff. */
static void test_is_nearly_analog(void **state)
{
    (void)state;
    double most[SNQ__FILTER_NOTCH + 1] = { 0 };
    for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
        for (size_t k = 0; k < SNQ_COUNT(all_q); k++) {
            size_t n;
            snq__lanes *x = respond(type, all_q[k], &n);
            for (uint32_t l = 0; l < SNQ_LANES; l++)
                for (int i = 0; i < LOOKS; i++) {
                    const double hz = looked_at(i, cutoffs.v[l]);
                    const double want = db(cabs(analog_svf(type, hz / cutoffs.v[l], all_q[k])));
                    if (hz > 4000 || want < deepest_db ||
                        (type != SNQ__FILTER_LOWPASS && cutoffs.v[l] > 4000))
                        continue;
                    const double got = db(cabs(response_at(x, n, l, hz, rate_hz)));
                    check_near(got, want, 0.5);
                    most[type] = fmax(most[type], fabs(got - want));
                }
            snq_free(x);
        }
    print_message("off the analog filter up to 4 kHz by at most: low %.3f high %.3f band %.3f "
                  "notch %.3f dB\n",
                  most[0], most[1], most[2], most[3]);
}

static float random_cutoff(snq_rng *rng)
{
    return (float)(5 * pow(4704, snq_rng_uniform(rng)));
}

/* 10^7 samples a resonance, a new cutoff at each of them. */
static void test_stays_bounded_under_modulation(void **state)
{
    (void)state;
    enum { SAMPLES = 10000000 };
    const snq__lanes q = { { 0.5f, 0.7071f, 1, 2, 5, 10, 20, 40 } };
    float most[SNQ_LANES] = { 0 };
    snq_rng rng;
    snq_rng_init(&rng, 3);
    snq__lane_svf f = { 0 };
    /* random numbers cost more than the filter: a table of them, read from changing places */
    enum { TABLE = 8191 };
    static float cutoff_hz[TABLE], noise[TABLE];
    for (int i = 0; i < TABLE; i++) {
        cutoff_hz[i] = random_cutoff(&rng);
        noise[i] = (float)(2 * snq_rng_uniform(&rng) - 1);
    }
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
            .resonance = { q, q },
        };
        snq__lane_svf_run(&f, &b, x);
        for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
            for (int l = 0; l < SNQ_LANES; l++)
                if (!(fabsf(x[i].v[l]) <= most[l]))
                    most[l] = fabsf(x[i].v[l]);
    }
    for (int l = 0; l < SNQ_LANES; l++)
        check_near(most[l], 0, 4 + 2 * q.v[l]); /* not a number fails too */
    print_message("largest output for input within 1: %.1f at q 0.5, %.1f at q 40\n",
                  (double)most[0], (double)most[7]);
}

/* Without input, the energy of the state never grows, whatever cutoff and q do. */
static void test_energy_never_grows(void **state)
{
    (void)state;
    snq_rng rng;
    snq_rng_init(&rng, 4);
    snq__lane_svf f = { .s1 = all(1), .s2 = all(-1) };
    double before[SNQ_LANES];
    for (int l = 0; l < SNQ_LANES; l++)
        before[l] = 2;
    for (int i = 0; i < 4000; i++) {
        snq__lanes x = { { 0 } }, cutoff, q;
        for (int l = 0; l < SNQ_LANES; l++) {
            cutoff.v[l] = random_cutoff(&rng);
            q.v[l] = (float)(0.5 * pow(80, snq_rng_uniform(&rng)));
        }
        const snq__lane_filter_block b = {
            .n = 1, .rate_hz = rate_hz, .cutoff = &cutoff, .resonance = { q, q }
        };
        snq__lane_svf_run(&f, &b, &x);
        for (int l = 0; l < SNQ_LANES; l++) {
            const double now = (double)f.s1.v[l] * f.s1.v[l] + (double)f.s2.v[l] * f.s2.v[l];
            assert_true(now <= before[l] * (1 + 1e-6) + 1e-30);
            before[l] = now;
        }
    }
    assert_true(before[0] < 2e-3);
}

static void make_noise(snq__lanes *x, size_t n, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            x[i].v[l] = (float)(2 * snq_rng_uniform(&rng) - 1);
}

/* A still filter gives the same wherever its blocks are cut; a ramp from frame to frame too. */
static void test_cut_of_blocks_does_not_matter(void **state)
{
    (void)state;
    enum { N = 640 };
    snq__lanes a[N], b[N], cutoff[N];
    make_noise(a, N, 5);
    memcpy(b, a, sizeof b);
    for (int i = 0; i < N; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            cutoff[i].v[l] = 500.0f + (float)i;
    snq__lane_svf f = { 0 }, g = { 0 };
    static const uint32_t cuts[] = { 1, 7, 64, 13, 3 };
    const snq__lane_filter_block still = { .rate_hz = rate_hz, .resonance = { all(3), all(3) } };
    for (uint32_t at = 0; at < N; at += 64) {
        snq__lane_filter_block p = still;
        p.n = 64;
        p.cutoff = cutoff + at;
        snq__lane_svf_run(&f, &p, a + at);
    }
    for (uint32_t at = 0, i = 0; at < N; i++) {
        snq__lane_filter_block p = still;
        p.n = cuts[i % SNQ_COUNT(cuts)] < N - at ? cuts[i % SNQ_COUNT(cuts)] : N - at;
        p.cutoff = cutoff + at;
        snq__lane_svf_run(&g, &p, b + at);
        at += p.n;
    }
    assert_memory_equal(a, b, sizeof a);
}

/* A ramp is the audio-rate path with tan(pi hz / rate) going straight. */
static void test_ramp_is_straight_in_its_coefficient(void **state)
{
    (void)state;
    enum { N = SNQ_SYNTH_BLOCK };
    snq__lanes a[N], b[N], cutoff[N];
    make_noise(a, N, 6);
    memcpy(b, a, sizeof b);
    const double from = tan(M_PI * 300 / rate_hz), to = tan(M_PI * 6000 / rate_hz);
    for (int i = 0; i < N; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            cutoff[i].v[l] = (float)(atan(from + (to - from) * i / N) * rate_hz / M_PI);
    snq__lane_filter_block p = { .n = N,
                                 .rate_hz = rate_hz,
                                 .cutoff_hz = { all(300), all(6000) },
                                 .resonance = { all(5), all(5) } };
    snq__lane_svf f = { 0 }, g = { 0 };
    snq__lane_svf_run(&f, &p, a);
    p.cutoff = cutoff;
    snq__lane_svf_run(&g, &p, b);
    for (int i = 0; i < N; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            check_near(a[i].v[l], b[i].v[l], 2e-5);
}

/* What is no number counts as silence, and leaves nothing behind. */
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
        const snq__lane_filter_block p = { .n = N,
                                           .type = type,
                                           .rate_hz = rate_hz,
                                           .cutoff_hz = { all(700), all(900) },
                                           .resonance = { all(8), all(2) } };
        snq__lane_svf f = { 0 }, g = { 0 };
        snq__lane_svf_run(&f, &p, a);
        snq__lane_svf_run(&g, &p, b);
        assert_memory_equal(a, b, sizeof a);
        assert_memory_equal(&f, &g, sizeof f);
    }
}

static void test_brings_settings_into_range(void **state)
{
    (void)state;
    enum { N = SNQ_SYNTH_BLOCK };
    static const struct {
        float cutoff, q, same_cutoff, same_q;
    } row[] = { { NAN, NAN, 5, 0.5f },
                { -1, 0, 5, 0.5f },
                { INFINITY, INFINITY, 0.49f * 48000, 40 },
                { 24000, 1e9f, 0.49f * 48000, 40 } };
    for (size_t r = 0; r < SNQ_COUNT(row); r++) {
        snq__lanes a[N], b[N];
        make_noise(a, N, 8);
        memcpy(b, a, sizeof b);
        snq__lane_svf f = { 0 }, g = { 0 };
        snq__lane_filter_block p = { .n = N,
                                     .rate_hz = rate_hz,
                                     .cutoff_hz = { all(row[r].cutoff), all(row[r].cutoff) },
                                     .resonance = { all(row[r].q), all(row[r].q) } };
        snq__lane_svf_run(&f, &p, a);
        p.cutoff_hz = (snq__ramp) { all(row[r].same_cutoff), all(row[r].same_cutoff) };
        p.resonance = (snq__ramp) { all(row[r].same_q), all(row[r].same_q) };
        snq__lane_svf_run(&g, &p, b);
        assert_memory_equal(a, b, sizeof a);
    }
}

static void test_reset_is_of_one_lane(void **state)
{
    (void)state;
    snq__lane_svf f = { .s1 = all(1), .s2 = all(2) };
    snq__lane_svf_reset(&f, 3);
    for (int l = 0; l < SNQ_LANES; l++) {
        assert_true(f.s1.v[l] == (l == 3 ? 0 : 1));
        assert_true(f.s2.v[l] == (l == 3 ? 0 : 2));
    }
    snq__lanes x = { { 0 } };
    const snq__lane_filter_block nothing = { .n = 0, .rate_hz = rate_hz };
    const snq__lane_svf was = f;
    snq__lane_svf_run(&f, &nothing, &x);
    assert_memory_equal(&f, &was, sizeof f);
}

/* The same again in plain C. */
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
        cmocka_unit_test(test_band_stands_at_the_cutoff),
        cmocka_unit_test(test_is_nearly_analog),
        cmocka_unit_test(test_stays_bounded_under_modulation),
        cmocka_unit_test(test_energy_never_grows),
        cmocka_unit_test(test_cut_of_blocks_does_not_matter),
        cmocka_unit_test(test_ramp_is_straight_in_its_coefficient),
        cmocka_unit_test(test_contains_bad_input),
        cmocka_unit_test(test_brings_settings_into_range),
        cmocka_unit_test(test_reset_is_of_one_lane),
    };
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(test_band_stands_at_the_cutoff),
        cmocka_unit_test(test_energy_never_grows),
        cmocka_unit_test(test_contains_bad_input),
        cmocka_unit_test(test_brings_settings_into_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(plain, use_c, NULL);
}
