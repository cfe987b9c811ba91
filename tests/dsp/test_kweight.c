// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ebur128.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/kweight.h"
#include "support/sweep.h"

enum { FRAMES = 30000 };
static float sound[2][FRAMES];

static snq_audio view(uint32_t channels, size_t from, size_t frames)
{
    snq_audio a = { .channels = channels, .rate_hz = 48000, .frames = frames };
    for (uint32_t c = 0; c < channels; c++)
        a.channel[c] = sound[c % 2] + from;
    return a;
}

/* ITU-R BS.1770-5, annex 1, tables 1 and 2. */
static void test_standards_tables(void **state)
{
    (void)state;
    snq_sos s[2];
    snq_kweight_sections(48000, s);
    check_near(s[0].b0, 1.53512485958697, 1e-13);
    check_near(s[0].b1, -2.69169618940638, 1e-13);
    check_near(s[0].b2, 1.19839281085285, 1e-13);
    check_near(s[0].a1, -1.69065929318241, 1e-13);
    check_near(s[0].a2, 0.73248077421585, 1e-13);
    check_near(s[1].b0, 1, 0);
    check_near(s[1].b1, -2, 0);
    check_near(s[1].b2, 1, 0);
    check_near(s[1].a1, -1.99004745483398, 1e-13);
    check_near(s[1].a2, 0.99007225036621, 1e-13);
}

/* The cascade of the standard in long double; sum of squares of frames [from, to). */
static long double slow(const float *x, double rate, size_t from, size_t to)
{
    snq_sos s[2];
    snq_kweight_sections(rate, s);
    long double z[2][2] = { { 0 } }, sum = 0;
    for (size_t t = 0; t < to; t++) {
        long double y = x[t];
        for (int i = 0; i < 2; i++) {
            const long double w = y - s[i].a1 * z[i][0] - s[i].a2 * z[i][1];
            y = s[i].b0 * w + s[i].b1 * z[i][0] + s[i].b2 * z[i][1];
            z[i][1] = z[i][0];
            z[i][0] = w;
        }
        if (t >= from)
            sum += y * y;
    }
    return sum;
}

static void test_is_the_definition(void **state)
{
    (void)state;
    static const uint32_t rate[] = { 1000, 4000, 8000, 44100, 48000, 192000, 768000 };
    static const uint32_t segment[] = { 4410, 441, 0, 7, 10000, 1, 15000, 141 };
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 3; row++) {
        snq_cpu_force(row == 0 ? 0 : row == 1 ? SNQ_CPU_AVX2 : was);
        for (size_t r = 0; r < SNQ_COUNT(rate); r++) {
            snq_kweight *k;
            const snq_kweight_cfg cfg = { .rate_hz = rate[r], .channels = 2 };
            check_ok(snq_kweight_new(&cfg, &k));
            double sum[SNQ_COUNT(segment)][2];
            for (int round = 0; round < 2; round++) {
                const snq_audio a = view(2, 0, FRAMES);
                snq_kweight_push(k, &a, segment, SNQ_COUNT(segment), sum[0]);
                snq_kweight_reset(k);
            }
            for (size_t s = 0, at = 0; s < SNQ_COUNT(segment); at += segment[s++])
                for (int c = 0; c < 2; c++) {
                    const double want = (double)slow(sound[c], rate[r], at, at + segment[s]);
                    check_near(sum[s][c], want, (rate[r] > 192000 ? 1e-7 : 1e-9) * want);
                }
            snq_kweight_free(k);
        }
    }
    snq_cpu_force(was);
}

static void test_blocks_do_not_matter(void **state)
{
    (void)state;
    const snq_kweight_cfg cfg = { .rate_hz = 44100, .channels = 1 };
    const double want = (double)slow(sound[0], 44100, 0, FRAMES);
    for (uint32_t block = 1; block <= FRAMES; block = block * 3 + 1) {
        snq_kweight *k;
        double sum = 0;
        check_ok(snq_kweight_new(&cfg, &k));
        for (uint32_t at = 0; at < FRAMES; at += block) {
            const uint32_t n = FRAMES - at < block ? FRAMES - at : block;
            const snq_audio a = view(1, at, n);
            double part;
            snq_kweight_push(k, &a, &n, 1, &part);
            sum += part;
        }
        check_near(sum, want, 1e-9 * want);
        snq_kweight_free(k);
    }
}

/* Loudness of 3 s of two channels against libebur128. */
static void test_agrees_with_libebur128(void **state)
{
    (void)state;
    static const uint32_t rate[] = { 44100, 48000, 96000 };
    for (size_t r = 0; r < SNQ_COUNT(rate); r++) {
        const uint32_t n = rate[r] / 4; /* 250 ms a push */
        ebur128_state *e = ebur128_init(2, rate[r], EBUR128_MODE_S);
        assert_non_null(e);
        snq_kweight *k;
        const snq_kweight_cfg cfg = { .rate_hz = rate[r], .channels = 2 };
        check_ok(snq_kweight_new(&cfg, &k));
        double sum = 0;
        float *both = calloc(n, 2 * sizeof(float));
        for (uint32_t i = 0; i < 12; i++) {
            const snq_audio a = view(2, i * 100, n);
            double part[2];
            snq_kweight_push(k, &a, &n, 1, part);
            sum += part[0] + part[1];
            for (uint32_t t = 0; t < n; t++) {
                both[2 * t] = a.channel[0][t];
                both[2 * t + 1] = a.channel[1][t];
            }
            assert_int_equal(ebur128_add_frames_float(e, both, n), EBUR128_SUCCESS);
        }
        double lufs;
        assert_int_equal(ebur128_loudness_shortterm(e, &lufs), EBUR128_SUCCESS);
        check_near(-0.691 + 10 * log10(sum / (12.0 * n)), lufs, 1e-3);
        snq_kweight_free(k);
        ebur128_destroy(&e);
        free(both);
    }
}

static void test_silence_and_denormals(void **state)
{
    (void)state;
    static float quiet[FRAMES];
    snq_kweight *k;
    const snq_kweight_cfg cfg = { .rate_hz = 48000, .channels = 1 };
    check_ok(snq_kweight_new(&cfg, &k));
    snq_audio a = { .channel = { sound[0] }, .channels = 1, .rate_hz = 48000, .frames = FRAMES };
    const uint32_t n = FRAMES, none = 0;
    double sum = -1;
    snq_kweight_push(k, &a, &n, 1, &sum);
    assert_true(sum > 0);
    a.channel[0] = quiet;
    for (int i = 0; i < 40; i++) /* decays to zero itself, not to something stuck above it */
        snq_kweight_push(k, &a, &n, 1, &sum);
    check_near(sum, 0, 0);
    a.frames = 0;
    sum = -1;
    snq_kweight_push(k, &a, &none, 1, &sum);
    check_near(sum, 0, 0);
    snq_kweight_push(k, &a, NULL, 0, NULL);
    snq_kweight_free(k);
}

/* At rest before any sound and some seconds behind it, with every kernel; silence then sums to 0 and
 * what follows is as at the start. */
static void test_comes_to_rest(void **state)
{
    static const uint32_t rate[] = { 1000, 8000, 44100, 48000, 192000, 768000 };
    static float quiet[1001];
    const unsigned was = snq_cpu_flags();
    for (size_t row = 0; row < 3 * SNQ_COUNT(rate); row++) {
        const uint32_t hz = rate[row / 3], hop = hz / 100, n = 2000, odd = 1001;
        snq_cpu_force(row % 3 == 0 ? 0 : row % 3 == 1 ? SNQ_CPU_AVX2 : was);
        snq_kweight *k;
        check_ok(snq_kweight_new(&(snq_kweight_cfg) { .rate_hz = hz, .channels = 2 }, &k));
        const snq_audio loud = view(2, 100, n);
        snq_audio silent = { { quiet, quiet }, 2, hz, odd };
        double first[2], again[2], sum[2];
        assert_true(snq_kweight_is_at_rest(k));
        snq_kweight_push(k, &silent, &odd, 1, sum);
        assert_true(snq_kweight_is_at_rest(k) && sum[0] + sum[1] == 0);
        snq_kweight_push(k, &loud, &n, 1, first);
        assert_false(snq_kweight_is_at_rest(k));
        uint32_t frames = 0;
        while (!snq_kweight_is_at_rest(k)) {
            silent.frames = hop < odd ? hop : odd;
            const uint32_t part = (uint32_t)silent.frames;
            snq_kweight_push(k, &silent, &part, 1, sum);
            frames += part;
            assert_true(frames < 6 * hz);
        }
        assert_true(frames > hz / 10 && sum[0] + sum[1] == 0);
        snq_kweight_push(k, &loud, &n, 1, again);
        assert_true(again[0] == first[0] && again[1] == first[1]);
        snq_kweight_free(k);
    }
    snq_cpu_force(was);
}

#define FL    SNQ_POSITION_FRONT_LEFT
#define FR    SNQ_POSITION_FRONT_RIGHT
#define FC    SNQ_POSITION_FRONT_CENTRE
#define LFE   SNQ_POSITION_LFE
#define BL    SNQ_POSITION_BACK_LEFT
#define BR    SNQ_POSITION_BACK_RIGHT
#define BC    SNQ_POSITION_BACK_CENTRE
#define SL    SNQ_POSITION_SIDE_LEFT
#define SR    SNQ_POSITION_SIDE_RIGHT
#define OTHER SNQ_POSITION_OTHER

static void test_gains(void **state)
{
    (void)state;
    static const struct {
        uint32_t n;
        snq_position position[8];
        double gain[8];
    } rows[] = {
        { 1, { SNQ_POSITION_UNKNOWN }, { 1 } },
        { 2, { FL, FR }, { 1, 1 } },
        { 6, { FL, FR, FC, LFE, SL, SR }, { 1, 1, 1, 0, 1.41, 1.41 } },
        { 6, { FL, FR, FC, LFE, BL, BR }, { 1, 1, 1, 0, 1.41, 1.41 } },
        { 4, { FL, FR, BL, BR }, { 1, 1, 1.41, 1.41 } },
        { 8, { FL, FR, FC, LFE, BL, BR, SL, SR }, { 1, 1, 1, 0, 1, 1, 1.41, 1.41 } },
        { 3, { BC, OTHER, SR }, { 1, 1, 1.41 } },
    };
    for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
        double gain[8];
        snq_kweight_gains(rows[i].position, rows[i].n, gain);
        for (uint32_t c = 0; c < rows[i].n; c++)
            check_near(gain[c], rows[i].gain[c], 0);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    static const snq_kweight_cfg bad[] = {
        { 0, 2 }, { 999, 2 }, { 768001, 2 }, { 48000, 0 }, { 48000, 17 }
    };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_kweight *k = (snq_kweight *)&state;
        check_status(snq_kweight_new(&bad[i], &k), SNQ_ERR_RANGE);
        assert_null(k);
    }
    snq_kweight_free(NULL);
}

static snq_status make(void *user, void **object)
{
    (void)user;
    return snq_kweight_new(&(snq_kweight_cfg) { .rate_hz = 48000, .channels = 2 },
                           (snq_kweight **)object);
}

static void unmake(void *object)
{
    snq_kweight_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    snq_rng rng;
    snq_rng_init(&rng, 5);
    for (int t = 0; t < FRAMES; t++) {
        sound[0][t] = (float)(0.1 + 0.2 * sin(0.001 * t) + 0.1 * snq_rng_normal(&rng));
        sound[1][t] = (float)(0.5 * sin(0.11 * t));
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standards_tables),
        cmocka_unit_test(test_is_the_definition),
        cmocka_unit_test(test_blocks_do_not_matter),
        cmocka_unit_test(test_agrees_with_libebur128),
        cmocka_unit_test(test_silence_and_denormals),
        cmocka_unit_test(test_comes_to_rest),
        cmocka_unit_test(test_gains),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("kweight", tests, NULL, NULL);
}
