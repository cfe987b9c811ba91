// SPDX-License-Identifier: MIT
#include "source_tone.h"

#include "support/check.h"
#include "support/make_audio.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "support/sweep.h"
#include "synth/sampling_impl.h"

enum { N = 9600 };

/* A sound with a noise of N frames (and its mirror right) as "hit". */
static sound hit_of(uint32_t channels, double root)
{
    sound s = sound_of(&snq__source_sample, 48000);
    float *x = make_silence(2 * N);
    add_noise(x, 0, 2 * N, 0.2, 3);
    const snq_recording r = { .name = "hit",
                              .channels = channels,
                              .rate_hz = 48000,
                              .frames = N,
                              .channel = { x, x + N },
                              .root_note = root };
    check_ok(snq_bank_add(s.bank, &r));
    snq_free(x);
    return s;
}

static void start(sound *s, uint32_t lane, double hz, double key, double velocity, uint64_t seed)
{
    const snq__source_note note = {
        .hz = (float)hz, .note = (float)key, .velocity = (float)velocity, .seed = seed
    };
    sound_pitch(s, lane, hz);
    s->type->start(s->source, lane, &note);
    s->active |= 1u << lane;
}

static double key_hz(double key)
{
    return 440 * exp2((key - 69) / 12);
}

static void test_copy(void **state)
{
    (void)state;
    sound s = hit_of(2, NAN); /* no root: C4 */
    const snq_recording *r = snq_bank_find(s.bank, "hit");
    s.stereo = 1;
    sound_make(&s, "HIT");
    assert_true(s.type->ended(s.source, 1));
    start(&s, 1, key_hz(60), 60, 0.5, 1);
    assert_false(s.type->ended(s.source, 1));
    float *x = sound_play_both(&s, 1, N + 100, 0);
    assert_memory_equal(x, r->channel[0], N * sizeof(float));
    assert_memory_equal(x + N + 100, r->channel[1], N * sizeof(float));
    for (int i = N; i < N + 100; i++)
        assert_true(x[i] == 0 && x[N + 100 + i] == 0);
    assert_true(s.type->ended(s.source, 1));
    snq_free(x);
    sound_free(&s);

    s = hit_of(2, 64); /* one side: the mean of both */
    sound_make(&s, "hit");
    r = snq_bank_find(s.bank, "hit");
    start(&s, 0, key_hz(64), 64, 0.5, 1);
    x = sound_play(&s, 0, N, 64);
    for (int i = 0; i < N; i++)
        assert_true(x[i] == 0.5f * (r->channel[0][i] + r->channel[1][i]));
    snq_free(x);
    sound_set(&s, "start", 0.25f);
    start(&s, 0, key_hz(64), 64, 0.5, 1);
    x = sound_play(&s, 0, 100, 64);
    assert_true(x[0] == 0.5f * (r->channel[0][N / 4] + r->channel[1][N / 4]));
    snq_free(x);
    sound_free(&s);
}

/* A sine of `hz` at recording rate `rate`, of n frames, as "tone", root A4. */
static sound tone_of(double hz, uint32_t rate, size_t n, size_t loop_start, size_t loop_end)
{
    sound s = sound_of(&snq__source_sample, 48000);
    float *x = make_silence(n);
    add_sine(x, 0, n, rate, hz, 0.5, 0.3);
    const snq_recording r = { .name = "tone",
                              .channels = 1,
                              .rate_hz = rate,
                              .frames = n,
                              .channel = { x, NULL },
                              .root_note = 69,
                              .loop_start = loop_start,
                              .loop_end = loop_end };
    check_ok(snq_bank_add(s.bank, &r));
    snq_free(x);
    return s;
}

static void test_pitch_and_error(void **state)
{
    static const struct {
        double hz, ratio, most_db;
        uint32_t rate;
    } tab[] = {
        { 1000, 1.25, -85, 48000 },      { 9000, 1.01, -85, 48000 }, { 9000, 0.4, -85, 48000 },
        { 15000, 1.122462, -80, 48000 }, { 440, 8.3, -85, 48000 },   { 3000, 1, -85, 44100 },
        { 12000, 0.77, -85, 96000 },
    };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const size_t n = 1 << 14;
        sound s = tone_of(tab[i].hz, tab[i].rate, n * 9, 0, 0);
        sound_make(&s, "tone");
        start(&s, 0, 440 * tab[i].ratio, 69, 1, 1);
        snq_free(sound_play(&s, 0, 1000, 64));
        float *x = sound_play(&s, 0, n, 64);
        const double got = tone_hz(x, n, 48000, tab[i].hz * tab[i].ratio);
        check_near(1200 * log2(got / (tab[i].hz * tab[i].ratio)), 0, 0.02);
        double *p = sound_spectrum(x, (uint32_t)n);
        const double at = got * (double)n / 48000, line = sound_line(p, (uint32_t)n, at);
        check_near(10 * log10(line / 0.125), 0, 0.2);
        double rest = 0;
        for (size_t k = 0; k <= n / 2; k++)
            rest += fabs((double)k - at) > SPECTRUM_HALF + 1 ? p[k] : 0;
        const double db = 10 * log10(rest / line);
        print_message("%5.0f Hz x %.3f: all else %.1f dB\n", tab[i].hz, tab[i].ratio, db);
        assert_true(db < tab[i].most_db);
        snq_free(p);
        snq_free(x);
        sound_free(&s);
    }
}

/* Partials that would come to lie above half the rate: how much is left of them below 19 kHz. */
static void test_alias(void **state)
{
    static const double ratios[] = { 1.06, 1.5, 2, 3.7, 7.99, 16 };
    (void)state;
    double worst = -200;
    for (size_t i = 0; i < SNQ_COUNT(ratios); i++)
        for (double up = 1.02; up < 1.9; up += 0.09) {
            const double hz = 24000 / ratios[i] * up;
            if (hz > 23900)
                continue;
            sound s = tone_of(hz, 48000, 400000, 0, 0);
            sound_make(&s, "tone");
            start(&s, 0, 440 * ratios[i], 69, 1, 1);
            snq_free(sound_play(&s, 0, 600, 64));
            float *x = sound_play(&s, 0, 16384, 64);
            double *p = sound_spectrum(x, 16384), sum = 0;
            for (int k = 0; k < 16384 * 19 / 48; k++)
                sum += p[k];
            worst = fmax(worst, 10 * log10(sum / 0.125 + 1e-20));
            snq_free(p);
            snq_free(x);
            sound_free(&s);
        }
    print_message("sample: worst alias under 19 kHz %.1f dB\n", worst);
    assert_true(worst < -70);
}

static void test_loop(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        /* a loop that isn't a whole number of periods: the fade makes it good enough to hear no edge */
        sound s = tone_of(441, 48000, 20000, 9000, 17000);
        sound_make(&s, "tone");
        const double ratio = slow ? 0.73 : 1;
        start(&s, 0, 440 * ratio, 69, 1, 1);
        float *x = sound_play(&s, 0, 60000, 64);
        double step = 0;
        for (int i = 100; i < 60000; i++)
            step = fmax(step, fabs((double)x[i] - (double)x[i - 1]));
        assert_true(step < 0.5 * 2 * M_PI * 441 * ratio / 48000 * 1.05);
        assert_false(s.type->ended(s.source, 0));
        /* once round the loop, the same */
        const int round = slow ? 0 : 8000;
        for (int i = 30000; round && i < 40000; i++)
            assert_true(x[i] == x[i + round]);
        snq_free(x);
        sound_free(&s);
    }
    sound s = tone_of(441, 48000, 20000, 100, 103); /* tiny, at a high pitch */
    sound_make(&s, "tone");
    start(&s, 0, 440 * 15, 69, 1, 1);
    float *x = sound_play(&s, 0, 5000, 64);
    for (int i = 0; i < 5000; i++)
        assert_true(fabsf(x[i]) <= 0.52f);
    snq_free(x);
    sound_free(&s);
    s = tone_of(480, 48000, 4800, 0, 0); /* whole: 48 periods, so it never ends and has no seam */
    sound_set(&s, "loop", 2);
    sound_make(&s, "tone");
    start(&s, 0, 440 * 1.5, 69, 1, 1);
    snq_free(sound_play(&s, 0, 200, 64));
    x = sound_play(&s, 0, 1 << 15, 64);
    double *p = sound_spectrum(x, 1 << 15);
    const double line = sound_line(p, 1 << 15, 720.0 * (1 << 15) / 48000);
    assert_true(sound_between(p, 1 << 15, 720.0 * (1 << 15) / 48000, 20, 1 << 14) < 1e-8 * line);
    snq_free(p);
    snq_free(x);
    sound_free(&s);
    s = tone_of(480, 48000, 4800, 100, 2000); /* off */
    sound_set(&s, "loop", 1);
    sound_make(&s, "tone");
    start(&s, 0, 440, 69, 1, 1);
    snq_free(sound_play(&s, 0, 4800, 64));
    assert_true(s.type->ended(s.source, 0));
    sound_free(&s);
}

/* Recordings "a" .. "h": constants 1/8 .. 1, 1000 frames. */
static sound steps_of(void)
{
    sound s = sound_of(&snq__source_sample, 48000);
    float *x = make_silence(1000);
    for (int k = 0; k < 8; k++) {
        char name[2] = { (char)('a' + k), 0 };
        for (int i = 0; i < 1000; i++)
            x[i] = (float)(k + 1) / 8;
        const snq_recording r = { .name = name,
                                  .channels = 1,
                                  .rate_hz = 48000,
                                  .frames = 1000,
                                  .channel = { x, NULL },
                                  .root_note = NAN };
        check_ok(snq_bank_add(s.bank, &r));
    }
    snq_free(x);
    return s;
}

/* Which recording a note plays: its number from 1; 0: none. */
static int played(sound *s, double key, int velocity)
{
    static uint64_t seed = 1;
    start(s, 0, key_hz(key), key, velocity / 127.0, ++seed);
    float *x = sound_play(s, 0, 1, 64);
    const int which = (int)lround((double)x[0] * 8);
    snq_free(x);
    return which;
}

static void test_zones(void **state)
{
    static const snq_zone zones[] = {
        { .recording = "a", .key_low = 36, .key_high = 36, .velocity_high = 63, .root_note = 36 },
        { .recording = "b",
          .key_low = 36,
          .key_high = 36,
          .velocity_low = 64,
          .velocity_high = 127,
          .root_note = 36 },
        { .recording = "C", .key_low = 38, .key_high = 40, .velocity_high = 127, .root_note = 39 },
        { .recording = "d", .key_low = 38, .key_high = 40, .velocity_high = 127, .root_note = 39 },
        { .recording = "e", .key_low = 38, .key_high = 40, .velocity_high = 127, .root_note = 39 },
        { .recording = "h",
          .key_low = 50,
          .key_high = 60,
          .velocity_high = 127,
          .root_note = 50,
          .gain_db = -6.0206f },
    };
    static const struct {
        double key;
        int velocity, want;
    } tab[] = { { 36, 1, 1 },  { 36, 63, 1 },  { 36, 64, 2 },  { 36, 127, 2 }, { 38, 9, 3 },
                { 38, 90, 4 }, { 38, 127, 5 }, { 38, 127, 3 }, { 39, 50, 3 },  { 38, 50, 4 },
                { 50, 50, 4 }, { 35, 50, 0 },  { 37, 50, 0 },  { 61, 50, 0 } };
    (void)state;
    sound s = steps_of();
    check_ok(snq_bank_add_zones(s.bank, "kit", zones, SNQ_COUNT(zones)));
    sound_make(&s, "Kit");
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const int got = played(&s, tab[i].key, tab[i].velocity);
        if (got != tab[i].want)
            fail_msg("key %g velocity %d: %d, want %d", tab[i].key, tab[i].velocity, got,
                     tab[i].want);
        assert_int_equal(s.type->ended(s.source, 0), got == 0);
    }
    sound_free(&s);
}

static void test_tune(void **state)
{
    (void)state;
    sound s = tone_of(1000, 48000, 40000, 0, 0);
    const snq_zone z = { .recording = "tone",
                         .key_high = 127,
                         .velocity_high = 127,
                         .root_note = NAN,
                         .tune_cents = 50 };
    check_ok(snq_bank_add_zones(s.bank, "tuned", &z, 1));
    sound_make(&s, "tuned");
    start(&s, 0, 440, 69, 1, 1);
    float *x = sound_play(&s, 0, 16384, 64);
    check_near(1200 * log2(tone_hz(x, 16384, 48000, 1029) / 1000), 50, 0.02);
    snq_free(x);
    sound_free(&s);
}

static void test_choke(void **state)
{
    static const snq_zone zones[] = {
        { .recording = "h",
          .key_low = 42,
          .key_high = 46,
          .velocity_high = 127,
          .choke = 1,
          .root_note = NAN },
        { .recording = "d",
          .key_low = 50,
          .key_high = 50,
          .velocity_high = 127,
          .choke = 2,
          .root_note = 50 },
        { .recording = "d", .key_low = 51, .key_high = 51, .velocity_high = 127, .root_note = 51 },
    };
    (void)state;
    sound s = steps_of();
    check_ok(snq_bank_add_zones(s.bank, "kit", zones, SNQ_COUNT(zones)));
    sound_make(&s, "kit");
    start(&s, 3, key_hz(60), 46, 1, 10);
    snq_free(sound_play(&s, 3, 64, 64));
    start(&s, 4, key_hz(50), 50, 1, 11); /* another group, and none */
    start(&s, 5, key_hz(51), 51, 1, 12);
    float *x = sound_play(&s, 3, 10, 64);
    assert_true(x[9] == 1);
    snq_free(x);
    start(&s, 6, key_hz(60), 42, 1, 13);
    x = sound_play(&s, 3, 300, 0);
    for (int i = 1; i < 300; i++)
        assert_true(x[i] <= x[i - 1] && x[i - 1] - x[i] < 0.01f);
    assert_true(x[0] > 0.99f && x[239] == 0);
    assert_true(s.type->ended(s.source, 3));
    assert_false(s.type->ended(s.source, 6) || s.type->ended(s.source, 5));
    snq_free(x);
    /* a note in another group of voices: told, and nothing starts here */
    const snq__source_note note = { .hz = 1, .note = 44, .velocity = 1, .seed = 99 };
    s.type->begins(s.source, &note);
    snq_free(sound_play(&s, 6, 300, 64));
    assert_true(s.type->ended(s.source, 6));
    sound_free(&s);
}

/* Two groups of voices that are told of every note take turns as one does. */
static void test_turns_across_groups(void **state)
{
    static const snq_zone zones[] = {
        { .recording = "a", .key_high = 127, .velocity_high = 127, .root_note = 60 },
        { .recording = "b", .key_high = 127, .velocity_high = 127, .root_note = 60 },
        { .recording = "c", .key_high = 127, .velocity_high = 127, .root_note = 60 },
    };
    (void)state;
    sound s = steps_of();
    check_ok(snq_bank_add_zones(s.bank, "kit", zones, SNQ_COUNT(zones)));
    sound other = s;
    sound_make(&s, "kit");
    sound_make(&other, "kit");
    for (int i = 0; i < 7; i++) {
        sound *at = i % 2 ? &s : &other;
        const snq__source_note note = {
            .hz = (float)key_hz(60), .note = 60, .velocity = 1, .seed = (uint64_t)(50 + i)
        };
        s.type->begins(s.source, &note);
        s.type->begins(other.source, &note);
        start(at, 0, key_hz(60), 60, 1, note.seed);
        float *x = sound_play(at, 0, 1, 64);
        assert_int_equal(lround((double)x[0] * 8), 1 + i % 3);
        snq_free(x);
    }
    s.type->free(other.source);
    sound_free(&s);
}

static void test_cuts_and_odd_values(void **state)
{
    static const double odd[] = { 0, -1, NAN, INFINITY, 1e9 };
    (void)state;
    float *x[2];
    for (int i = 0; i < 2; i++) {
        sound s = hit_of(2, 60);
        s.stereo = 1;
        sound_make(&s, "hit");
        start(&s, 0, 300, 60, 1, 1);
        x[i] = sound_play_both(&s, 0, 8000, i ? 0 : 64);
        sound_free(&s);
    }
    assert_memory_equal(x[0], x[1], 16000 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
    for (size_t i = 0; i < SNQ_COUNT(odd); i++) {
        sound s = hit_of(1, 60);
        sound_make(&s, "hit");
        start(&s, 0, odd[i], odd[i], odd[i], 1);
        float *y = sound_play(&s, 0, 3000, 64);
        for (int k = 0; k < 3000; k++)
            assert_true(fabsf(y[k]) < 3);
        s.block.level.to.v[0] = INFINITY;
        float *none = sound_play(&s, 0, 10, 64);
        assert_true(none[9] == 0);
        snq_free(none);
        snq_free(y);
        sound_free(&s);
    }
}

static void test_kernels(void **state)
{
    (void)state;
    snq__sinc *k;
    check_ok(snq__sinc_new(&k));
    assert_ptr_equal(snq__sinc_pick(k, 0.1f), &k->level[0]);
    assert_ptr_equal(snq__sinc_pick(k, NAN), &k->level[0]);
    assert_ptr_equal(snq__sinc_pick(k, 2), &k->level[6]);
    assert_ptr_equal(snq__sinc_pick(k, 100), &k->level[24]);
    float ones[SNQ__SINC_TAPS_MAX];
    for (int i = 0; i < SNQ__SINC_TAPS_MAX; i++)
        ones[i] = 1;
    for (int l = 0; l < SNQ__SINC_LEVELS; l++)
        for (float f = 0; f < 1; f += 0.01f) {
            float y[2];
            const float *const at = ones;
            snq__sinc_read_c(&k->level[l], &at, &f, &y[0], 1);
            k->read(&k->level[l], &at, &f, &y[1], 1);
            check_near((double)y[0], 1, 1e-6);
            assert_memory_equal(&y[0], &y[1], sizeof(float));
        }
    snq__sinc_free(k);
}

static void test_refusals(void **state)
{
    (void)state;
    sound s = steps_of();
    void *out = &s;
    snq__source_cfg cfg = { .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "" };
    check_status(s.type->make(&cfg, &out), SNQ_ERR_NOT_FOUND);
    assert_null(out);
    cfg.recording = "nothing";
    check_status(s.type->make(&cfg, &out), SNQ_ERR_NOT_FOUND);
    assert_null(out);
    const snq_zone good = {
        .recording = "a", .key_high = 127, .velocity_high = 127, .root_note = NAN
    };
    snq_zone z = good;
    char name[SNQ_BANK_NAME_MAX + 2] = { 0 };
    memset(name, 'x', SNQ_BANK_NAME_MAX);
    check_status(snq_bank_add_zones(s.bank, "", &z, 1), SNQ_ERR_RANGE);
    check_status(snq_bank_add_zones(s.bank, name, &z, 1), SNQ_ERR_RANGE);
    check_status(snq_bank_add_zones(s.bank, "b", &z, 1), SNQ_ERR_EXISTS);
    check_status(snq_bank_add_zones(s.bank, "z", &z, SNQ_ZONES_MAX + 1), SNQ_ERR_TOO_BIG);
#define BAD(field, value, st) \
    z = good;                 \
    z.field = value;          \
    check_status(snq_bank_add_zones(s.bank, "z", &z, 1), st)
    BAD(recording, "none", SNQ_ERR_NOT_FOUND);
    BAD(key_low, 128, SNQ_ERR_RANGE);
    BAD(key_high, 128, SNQ_ERR_RANGE);
    BAD(velocity_low, 128, SNQ_ERR_RANGE);
    BAD(velocity_high, 200, SNQ_ERR_RANGE);
    BAD(root_note, INFINITY, SNQ_ERR_RANGE);
    BAD(tune_cents, NAN, SNQ_ERR_RANGE);
    BAD(gain_db, 25, SNQ_ERR_RANGE);
    check_ok(snq_bank_add_zones(s.bank, "z", NULL, 0)); /* no zones: a silent set */
    check_status(snq_bank_add_zones(s.bank, "Z", &good, 1), SNQ_ERR_EXISTS);
    sound_make(&s, "z");
    assert_int_equal(played(&s, 60, 100), 0);
    sound_free(&s);
}

static snq_status make_all(void *user, void **out)
{
    snq_status st;
    const float one[64] = { 1 };
    const float value[] = { 0, 0 };
    const snq_recording r = { .name = "r",
                              .channels = 2,
                              .rate_hz = 48000,
                              .frames = 64,
                              .channel = { one, one },
                              .root_note = NAN,
                              .loop_start = 10,
                              .loop_end = 50 };
    const snq_zone z = {
        .recording = "r", .key_high = 127, .velocity_high = 127, .loops = 1, .root_note = 60
    };
    snq__source_cfg cfg = { .rate_hz = 48000, .value = value, .recording = "r" };
    void *source = NULL;
    snq_bank *b;
    *out = NULL;
    (void)user;
    SNQ_TRY(snq_bank_new(48000, &b));
    cfg.bank = b;
    SNQ_GOTO(snq_bank_add(b, &r));
    SNQ_GOTO(snq_bank_add_zones(b, "kit", &z, 1));
    SNQ_GOTO(snq__source_sample.make(&cfg, &source));
    snq__source_sample.free(source);
    cfg.recording = "kit";
    SNQ_GOTO(snq__source_sample.make(&cfg, &source));
    snq__source_sample.free(source);
    *out = b;
    return SNQ_OK;
fail:
    snq_bank_free(b);
    return st;
}

static void unmake_all(void *b)
{
    snq_bank_free(b);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make_all, unmake_all, NULL);
    snq__sinc_free(NULL);
    snq__sampling_free(NULL);
}

static int bench(void)
{
    static const double ratios[] = { 1, 0.8, 1.5, 4 };
    for (int stereo = 0; stereo < 2; stereo++)
        for (size_t i = 0; i < SNQ_COUNT(ratios); i++) {
            sound s = tone_of(441, 48000, 20000, 9000, 17000);
            s.stereo = stereo;
            sound_make(&s, "tone");
            for (uint32_t l = 0; l < SNQ_LANES; l++)
                start(&s, l, 440 * ratios[i], 69, 1, l);
            printf("sample, mono recording%s, ratio %.1f: %.2f ns a voice-sample\n",
                   stereo ? " to two sides" : "", ratios[i], source_ns(&s, 0));
            sound_free(&s);
        }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_pitch_and_error),
        cmocka_unit_test(test_alias),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_tune),
        cmocka_unit_test(test_choke),
        cmocka_unit_test(test_turns_across_groups),
        cmocka_unit_test(test_cuts_and_odd_values),
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_sweep),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
