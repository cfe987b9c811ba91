// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/stft.h"
#include "support/sweep.h"

enum { FRAMES = 700, BINS_MAX = 65, SPECTRA_MAX = 800, CHANNELS = 5 };

static float sound[CHANNELS][FRAMES];

typedef struct got {
    uint32_t bins, cross_bins, count, stop_at, silent;
    int64_t centre[SPECTRA_MAX];
    float power[SPECTRA_MAX][BINS_MAX];
    float cross[SPECTRA_MAX][BINS_MAX];
    float balance[SPECTRA_MAX][BINS_MAX];
} got;

static snq_status take(void *user, const snq_stft_frame *f)
{
    got *g = user;
    assert_true(g->count < SPECTRA_MAX);
    g->centre[g->count] = f->centre;
    memcpy(g->power[g->count], f->power, g->bins * sizeof(float));
    if (g->cross_bins) {
        memcpy(g->cross[g->count], f->cross, g->cross_bins * sizeof(float));
        memcpy(g->balance[g->count], f->balance, g->cross_bins * sizeof(float));
    } else {
        assert_null(f->cross);
        assert_null(f->balance);
    }
    g->silent += f->silent != 0;
    g->count++;
    return g->stop_at && g->count == g->stop_at ? SNQ_ERR_CANCELLED : SNQ_OK;
}

static snq_audio view(uint32_t channels, size_t from, size_t frames)
{
    snq_audio a = { .channels = channels, .rate_hz = 44100, .frames = frames };
    for (uint32_t c = 0; c < channels; c++)
        a.channel[c] = sound[c] + from;
    return a;
}

/* All of `frames` in blocks of `block`. */
static got *run(const snq_stft_cfg *cfg, size_t frames, size_t block)
{
    got *g = calloc(1, sizeof(*g));
    snq_stft *s;
    check_ok(snq_stft_new(cfg, &s));
    g->bins = cfg->window / 2 + 1;
    g->cross_bins = cfg->channels == 2 ? cfg->cross_bins : 0;
    for (size_t at = 0; at < frames; at += block) {
        const snq_audio a = view(cfg->channels, at, frames - at < block ? frames - at : block);
        check_ok(snq_stft_push(s, &a, take, g));
    }
    check_ok(snq_stft_finish(s, take, g));
    snq_stft_free(s);
    return g;
}

/* X_c[bin] of the window centred at `centre`, by definition. */
static void slow(uint32_t c, size_t frames, uint32_t window, int64_t centre, uint32_t bin,
                 double *re, double *im)
{
    *re = *im = 0;
    for (uint32_t t = 0; t < window; t++) {
        const int64_t at = centre - window / 2 + t;
        if (at < 0 || at >= (int64_t)frames)
            continue;
        const double w = 0.5 - 0.5 * cos(2 * M_PI * t / window);
        *re += w * sound[c][at] * cos(2 * M_PI * bin * t / window);
        *im -= w * sound[c][at] * sin(2 * M_PI * bin * t / window);
    }
}

static void check_definition(const snq_stft_cfg *cfg, size_t frames, size_t block)
{
    got *g = run(cfg, frames, block);
    const uint32_t n = cfg->window;
    assert_int_equal(g->count, (frames + cfg->hop - 1) / cfg->hop);
    for (uint32_t k = 0; k < g->count; k++) {
        assert_int_equal(g->centre[k], (2 * (int64_t)k + 1) * cfg->hop / 2);
        for (uint32_t b = 0; b <= n / 2; b += 3) {
            double power = 0, re[CHANNELS], im[CHANNELS];
            /* sum of w^2 of a periodic Hann window is 3/8 n */
            const double scale = (b == 0 || b == n / 2 ? 1 : 2) / (n * 0.375 * n);
            for (uint32_t c = 0; c < cfg->channels; c++) {
                slow(c, frames, n, g->centre[k], b, &re[c], &im[c]);
                power += (re[c] * re[c] + im[c] * im[c]) * scale / cfg->channels;
            }
            check_near(g->power[k][b], power, 1e-6);
            if (b < g->cross_bins) {
                check_near(g->cross[k][b], (re[0] * re[1] + im[0] * im[1]) * scale, 1e-6);
                const double left = re[0] * re[0] + im[0] * im[0];
                check_near(g->balance[k][b], (left - re[1] * re[1] - im[1] * im[1]) * scale, 1e-6);
            }
        }
    }
    free(g);
}

static void test_is_the_definition(void **state)
{
    (void)state;
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 2; row++) {
        snq_cpu_force(row ? was : 0);
        for (uint32_t channels = 1; channels <= CHANNELS; channels++) {
            const snq_stft_cfg cfg = {
                .channels = channels, .window = 64, .hop = 25, .cross_bins = 33
            };
            check_definition(&cfg, 300, 300);
        }
        check_definition(&(snq_stft_cfg) { 2, 128, 128, 10 }, 700, 90);
        check_definition(&(snq_stft_cfg) { 2, 16, 1, 0 }, 60, 7);
        check_definition(&(snq_stft_cfg) { 1, 64, 32, 0 }, 1, 1);
        check_definition(&(snq_stft_cfg) { 1, 64, 32, 0 }, 33, 40);
    }
    snq_cpu_force(was);
}

static void test_blocks_do_not_matter(void **state)
{
    (void)state;
    static const size_t block[] = { 1, 3, 24, 25, 26, 63, 64, 65, 127, 128, 129, 400 };
    const snq_stft_cfg cfg = { .channels = 3, .window = 128, .hop = 50 };
    got *want = run(&cfg, FRAMES, FRAMES);
    for (size_t i = 0; i < SNQ_COUNT(block); i++) {
        got *g = run(&cfg, FRAMES, block[i]);
        assert_int_equal(g->count, want->count);
        assert_memory_equal(g, want, sizeof(*g));
        free(g);
    }
    free(want);
}

/* A stationary sine of amplitude a: its bins add up to a^2/2. */
static void test_scale(void **state)
{
    (void)state;
    float kept[2][FRAMES];
    memcpy(kept, sound, sizeof(kept));
    for (int t = 0; t < FRAMES; t++) {
        sound[0][t] = (float)(0.8 * sin(0.7 * t));
        sound[1][t] = -sound[0][t];
    }
    const snq_stft_cfg cfg = { .channels = 2, .window = 128, .hop = 64, .cross_bins = 65 };
    got *g = run(&cfg, FRAMES, 200);
    for (uint32_t k = 1; k + 2 < g->count; k++) {
        double sum = 0, cross = 0;
        for (int b = 0; b <= 64; b++) {
            sum += g->power[k][b];
            cross += g->cross[k][b];
        }
        check_near(sum, 0.32, 0.32 * 1e-3);
        check_near(cross, -sum, 1e-5); /* antiphase */
    }
    free(g);
    memcpy(sound, kept, sizeof(kept));
}

static void test_reset_and_finish_start_anew(void **state)
{
    (void)state;
    const snq_stft_cfg cfg = { .channels = 2, .window = 64, .hop = 16 };
    got *want = run(&cfg, FRAMES, 100), *g = calloc(1, sizeof(*g));
    g->bins = 33;
    snq_stft *s;
    snq_audio a = view(2, 100, 333);
    check_ok(snq_stft_new(&cfg, &s));
    check_ok(snq_stft_finish(s, take, g)); /* an empty stream has no spectra */
    assert_int_equal(g->count, 0);
    check_ok(snq_stft_push(s, &a, take, g));
    snq_stft_reset(s);
    g->count = 0;
    for (int round = 0; round < 2; round++) {
        a = view(2, 0, 0);
        check_ok(snq_stft_push(s, &a, take, g));
        a = view(2, 0, FRAMES);
        check_ok(snq_stft_push(s, &a, take, g));
        check_ok(snq_stft_finish(s, take, g));
        assert_int_equal(g->count, want->count);
        assert_memory_equal(g->power, want->power, sizeof(g->power));
        g->count = 0;
    }
    snq_stft_free(s);
    free(g);
    free(want);
}

/* Silence that is told as such gives the spectra of zeros, whatever lies around it. */
static void test_silence(void **state)
{
    (void)state;
    static const size_t length[] = { 1, 2, 15, 16, 17, 63, 64, 65, 128, 200 };
    static float kept[CHANNELS][FRAMES];
    snq_rng rng;
    uint32_t silent = 0;
    snq_rng_init(&rng, 8);
    memcpy(kept, sound, sizeof(kept));
    for (int round = 0; round < 200; round++) {
        const uint32_t hops[] = { 16, 25, 64 };
        const snq_stft_cfg cfg = { .channels = 1 + (uint32_t)round % 3,
                                   .window = 64,
                                   .hop = hops[round / 3 % 3],
                                   .cross_bins = 33 };
        got *g = calloc(1, sizeof(*g));
        g->bins = 33;
        g->cross_bins = cfg.channels == 2 ? 33 : 0;
        snq_stft *s;
        check_ok(snq_stft_new(&cfg, &s));
        memcpy(sound, kept, sizeof(kept));
        for (size_t at = 0; at < FRAMES;) {
            size_t n = length[(size_t)(snq_rng_uniform(&rng) * SNQ_COUNT(length))];
            n = n < FRAMES - at ? n : FRAMES - at;
            const int quiet = snq_rng_uniform(&rng) < 0.7;
            for (uint32_t c = 0; quiet && c < cfg.channels; c++)
                memset(&sound[c][at], 0, n * sizeof(float));
            const snq_audio a = view(cfg.channels, at, n);
            if (quiet)
                check_ok(snq_stft_push_silence(s, n, take, g));
            else
                check_ok(snq_stft_push(s, &a, take, g));
            at += n;
        }
        check_ok(snq_stft_finish(s, take, g));
        silent += g->silent;
        snq_stft_free(s);
        got *want = run(&cfg, FRAMES, 90);
        assert_int_equal(g->count, want->count);
        assert_int_equal(want->silent, 0);
        for (uint32_t k = 0; k < g->count; k++) {
            assert_int_equal(g->centre[k], want->centre[k]);
            for (uint32_t b = 0; b < 33; b++) /* by value: zeros have signs */
                assert_true(g->power[k][b] == want->power[k][b] &&
                            g->cross[k][b] == want->cross[k][b] &&
                            g->balance[k][b] == want->balance[k][b]);
        }
        free(want);
        free(g);
    }
    assert_true(silent > 500);
    memcpy(sound, kept, sizeof(kept));
}

static void test_sink_stops_it(void **state)
{
    (void)state;
    const snq_stft_cfg cfg = { .channels = 1, .window = 64, .hop = 16 };
    got *g = calloc(1, sizeof(*g));
    g->bins = 33;
    for (g->stop_at = 1; g->stop_at <= 44; g->stop_at += 43) {
        snq_stft *s;
        const snq_audio a = view(1, 0, FRAMES);
        g->count = 0;
        check_ok(snq_stft_new(&cfg, &s));
        const snq_status st = snq_stft_push(s, &a, take, g);
        if (st == SNQ_OK)
            check_status(snq_stft_finish(s, take, g), SNQ_ERR_CANCELLED);
        else
            assert_int_equal(st, SNQ_ERR_CANCELLED);
        assert_int_equal(g->count, g->stop_at);
        snq_stft_free(s);
    }
    g->stop_at = g->count = 0;
    g->stop_at = 1; /* a window that begins before the block */
    snq_stft *s;
    snq_audio a = view(1, 0, 30);
    check_ok(snq_stft_new(&cfg, &s));
    check_ok(snq_stft_push(s, &a, take, g));
    a = view(1, 30, 30);
    check_status(snq_stft_push(s, &a, take, g), SNQ_ERR_CANCELLED);
    a = view(2, 0, 30);
    check_status(snq_stft_push(s, &a, take, g), SNQ_ERR_ARG);
    snq_stft_free(s);
    free(g);
}

static void test_refuses(void **state)
{
    (void)state;
    static const snq_stft_cfg bad[] = {
        { 0, 64, 16, 0 }, { 17, 64, 16, 0 }, { 2, 8, 4, 0 },    { 2, 100, 4, 0 },
        { 2, 64, 0, 0 },  { 2, 64, 65, 0 },  { 2, 64, 16, 34 }, { 2, 262144, 16, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_stft *s = (snq_stft *)&state;
        check_status(snq_stft_new(&bad[i], &s), SNQ_ERR_RANGE);
        assert_null(s);
    }
    snq_stft_free(NULL);
}

static snq_status make(void *user, void **object)
{
    return snq_stft_new(user, (snq_stft **)object);
}

static void unmake(void *object)
{
    snq_stft_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_stft_cfg pair = { 2, 64, 16, 5 }, odd = { 3, 64, 16, 0 };
    snq_sweep(make, unmake, &pair);
    snq_sweep(make, unmake, &odd);
}

int main(void)
{
    snq_rng rng;
    snq_rng_init(&rng, 7);
    for (int c = 0; c < CHANNELS; c++)
        for (int t = 0; t < FRAMES; t++)
            sound[c][t] = (float)(0.5 * sin(0.3 * (c + 1) * t) + 0.3 * snq_rng_normal(&rng));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_the_definition),
        cmocka_unit_test(test_blocks_do_not_matter),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_reset_and_finish_start_anew),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_sink_stops_it),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("stft", tests, NULL, NULL);
}
