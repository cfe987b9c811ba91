// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "mix/engine/speech_duck.h"
#include "support/sweep.h"

enum { RATE = 48000 };

/* Noise of a standard deviation, the same on both sides. */
static void make_noise(float *x, size_t n, float level, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = level * (float)snq_rng_normal(&rng);
}

static snq_duck_curve curve_of(const float *left, const float *right, size_t n, size_t block)
{
    const snq_speech_duck_cfg cfg = snq_speech_duck_cfg_default();
    snq_speech_duck *d;
    snq_duck_curve c;
    check_ok(snq_speech_duck_new(&cfg, &d));
    for (size_t at = 0; at < n; at += block) {
        const size_t k = n - at < block ? n - at : block;
        check_ok(snq_speech_duck_push(d, left + at, right + at, k));
    }
    check_ok(snq_speech_duck_finish(d, &c));
    snq_speech_duck_free(d);
    return c;
}

static float mean(const float *x, size_t from, size_t to)
{
    double sum = 0.0;
    for (size_t i = from; i < to; i++)
        sum += (double)x[i];
    return (float)(sum / (double)(to - from));
}

static float *buffer(size_t n)
{
    float *x = calloc(n, sizeof *x);
    assert_non_null(x);
    return x;
}

/* Noise that swings like syllables at `hz` is speech, where that is 4 Hz; slower, faster and steady is not. */
static void what_swings_like_syllables_is_speech(void **state)
{
    static const struct {
        double hz;
        int is_speech;
    } tab[] = { { 0.0, 0 }, { 0.5, 0 }, { 4.0, 1 }, { 6.0, 1 }, { 25.0, 0 } };
    const size_t n = 8 * RATE;
    float *x = buffer(n);
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        make_noise(x, n, 0.1f, 7);
        for (size_t i = 0; i < n && tab[k].hz > 0.0; i++)
            x[i] *= (float)(0.5 - 0.5 * cos(2.0 * M_PI * tab[k].hz * (double)i / RATE));
        snq_duck_curve c = curve_of(x, x, n, 4800);
        assert_int_equal(c.hops, 800);
        if (tab[k].is_speech) {
            assert_true(mean(c.speech, 200, 600) > 0.9f);
            assert_true(mean(c.gain_db, 200, 600) < -11.0f);
            assert_true(c.speech_share > 0.9f);
        } else {
            assert_true(mean(c.speech, 200, 600) < 0.1f);
            assert_true(mean(c.gain_db, 200, 600) > -4.0f);
        }
        snq_duck_curve_clear(&c);
    }
    free(x);
}

static void silence_does_not_duck(void **state)
{
    const size_t n = 5 * RATE;
    float *x = buffer(n);
    snq_duck_curve c = curve_of(x, x, n, 1000);
    assert_true(c.deepest_db == 0.0f && c.share == 0.0f && c.speech_share == 0.0f);
    snq_duck_curve_clear(&c);
    make_noise(x, n, 1e-5f, 1); /* -100 dBFS, swinging */
    for (size_t i = 0; i < n; i++)
        x[i] *= (float)(0.5 - 0.5 * cos(2.0 * M_PI * 4.0 * (double)i / RATE));
    c = curve_of(x, x, n, 1000);
    assert_true(c.deepest_db == 0.0f);
    snq_duck_curve_clear(&c);
    free(x);
}

/* A tone from 2 to 4 s: down 0.1 s before it, in 0.08 s; up again after it. */
static void the_gain_is_down_before_the_sound(void **state)
{
    const size_t n = 7 * RATE;
    float *x = buffer(n);
    for (size_t i = 2 * RATE; i < 4 * RATE; i++)
        x[i] = 0.1f * (float)sin(2.0 * M_PI * 440.0 * (double)i / RATE);
    snq_duck_curve c = curve_of(x, x, n, 333);
    assert_true(c.gain_db[150] == 0.0f);
    assert_true(c.gain_db[191] < -2.5f && c.gain_db[300] < -2.9f);
    assert_true(c.gain_db[398] < -2.5f); /* to its end, and held */
    assert_true(c.gain_db[425] < -2.0f);
    assert_true(c.gain_db[560] > -0.3f);
    assert_true(c.deepest_db >= -12.0f);
    snq_duck_curve_clear(&c);
    free(x);
}

static void blocks_make_no_difference(void **state)
{
    const size_t n = 3 * RATE + 123;
    float *x = buffer(n), *y = buffer(n);
    make_noise(x, n, 0.1f, 3);
    make_noise(y, n, 0.1f, 4);
    snq_duck_curve a = curve_of(x, y, n, n), b = curve_of(x, y, n, 77);
    assert_int_equal(a.hops, b.hops);
    assert_int_equal(a.hops, 301);
    assert_memory_equal(a.gain_db, b.gain_db, a.hops * sizeof(float));
    snq_duck_curve_clear(&a);
    snq_duck_curve_clear(&b);
    free(x);
    free(y);
}

static void a_curve_is_applied_wherever_it_is_cut(void **state)
{
    float gain[4] = { 0.0f, -6.0f, -12.0f, 0.0f };
    const snq_duck_curve c = { .gain_db = gain, .hops = 4, .hop_frames = 480 };
    float whole[2][2400], parts[2][2400];
    for (int i = 0; i < 2400; i++)
        whole[0][i] = whole[1][i] = parts[0][i] = parts[1][i] = 1.0f;
    snq_duck_curve_apply(&c, 0, whole[0], whole[1], 2400);
    for (size_t i = 0; i < 2400; i += 100)
        snq_duck_curve_apply(&c, (int64_t)i, parts[0] + i, parts[1] + i, 100);
    for (int i = 0; i < 2400; i++)
        assert_true(fabsf(whole[0][i] - parts[0][i]) < 1e-6f);
    assert_true(fabsf(whole[0][0] - 1.0f) < 1e-6f);
    assert_true(fabsf(whole[1][720] - powf(10.0f, -0.3f)) < 1e-5f);
    assert_true(fabsf(whole[0][1200] - powf(10.0f, -0.6f)) < 1e-5f);
    assert_true(fabsf(whole[0][2399] - 1.0f) < 1e-6f);
    const snq_duck_curve none = { 0 };
    snq_duck_curve_apply(&none, 0, whole[0], whole[1], 10);
    assert_true(fabsf(whole[0][0] - 1.0f) < 1e-6f);
}

static void nothing_is_legal(void **state)
{
    snq_duck_curve c = curve_of(NULL, NULL, 0, 1);
    assert_int_equal(c.hops, 0);
    snq_duck_curve_clear(&c);
    float one = 0.5f;
    c = curve_of(&one, &one, 1, 1);
    assert_int_equal(c.hops, 1);
    assert_true(isfinite(c.gain_db[0]));
    snq_duck_curve_clear(&c);
    snq_speech_duck_free(NULL);
}

static void what_is_out_of_range_is_named(void **state)
{
    snq_speech_duck *d;
    const snq_speech_duck_cfg good = snq_speech_duck_cfg_default();
    snq_speech_duck_cfg bad = good;
    bad.rate_hz = 44117;
    assert_int_equal(snq_speech_duck_new(&bad, &d), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "rate_hz"));
#define REFUSED(field, value)                                           \
    do {                                                                \
        bad = good;                                                     \
        bad.field = (value);                                            \
        assert_int_equal(snq_speech_duck_new(&bad, &d), SNQ_ERR_RANGE); \
        assert_null(d);                                                 \
        assert_non_null(strstr(snq_last_error(), #field));              \
    } while (0)
    REFUSED(speech_db, 1.0f);
    REFUSED(content_db, -13.0f);
    REFUSED(ahead_s, NAN);
    REFUSED(attack_s, 0.0f);
    REFUSED(hold_s, 3.0f);
    REFUSED(release_s, 6.0f);
}

static snq_status make(void *user, void **object)
{
    snq_speech_duck *d = NULL;
    const snq_speech_duck_cfg cfg = snq_speech_duck_cfg_default();
    const snq_status st = snq_speech_duck_new(&cfg, &d);
    *object = d;
    return st;
}

static void unmake(void *object)
{
    snq_speech_duck_free(object);
}

static snq_status make_whole(void *user, void **object)
{
    snq_speech_duck *d = NULL;
    const snq_speech_duck_cfg cfg = snq_speech_duck_cfg_default();
    snq_duck_curve *c = snq_calloc(1, sizeof *c);
    *object = NULL;
    snq_status st = c ? snq_speech_duck_new(&cfg, &d) : SNQ_ERR_NOMEM;
    if (st >= 0)
        st = snq_speech_duck_push(d, user, user, RATE);
    if (st >= 0)
        st = snq_speech_duck_finish(d, c);
    snq_speech_duck_free(d);
    if (st < 0)
        snq_free(c);
    else
        *object = c;
    return st;
}

static void unmake_whole(void *object)
{
    snq_duck_curve_clear(object);
    snq_free(object);
}

static void memory_may_end(void **state)
{
    float *x = buffer(RATE);
    make_noise(x, RATE, 0.1f, 5);
    assert_true(snq_sweep(make, unmake, NULL) > 1);
    assert_true(snq_sweep(make_whole, unmake_whole, x) > 10);
    free(x);
}

/* ---- recordings ---- */

/* How much of a recording is taken for speech; NAN: ffmpeg can't read it. */
static double speech_in(const char *shared, const char *name)
{
    char command[1024];
    snprintf(
        command, sizeof command,
        "ffmpeg -v error -nostdin -t 20 -i '%s/data/%s' -ac 1 -ar 48000 -f f32le - 2>/dev/null",
        shared, name);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    const size_t most = 20 * RATE;
    float *x = buffer(most);
    const size_t n = fread(x, sizeof *x, most, p);
    pclose(p);
    double share = NAN;
    if (n) {
        snq_duck_curve c = curve_of(x, x, n, 4096);
        share = (double)mean(c.speech, 0, c.hops);
        snq_duck_curve_clear(&c);
    }
    free(x);
    return share;
}

static void voices_are_told_from_music_and_ambience(void **state)
{
    static const char *const voice[] = { "sounds/speech/librispeech_198-209-0000.ogg",
                                         "sounds/speech/asterisk_en_004.flac",
                                         "sounds/regions_real/ami_dev00.flac" };
    static const char *const other[] = { "music/band/001.opus", "music/band/054.opus",
                                         "sounds/ambience/blanket_rain_0.ogg",
                                         "sounds/ambience/blanket_train_0.ogg",
                                         "sounds/music/lomiri_Counterpoint.ogg" };
    const char *shared = getenv("SNQ_SHARED");
    if (!shared || !*shared || isnan(speech_in(shared, voice[0])))
        skip();
    for (size_t i = 0; i < SNQ_COUNT(voice); i++)
        assert_true(speech_in(shared, voice[i]) > 0.55);
    for (size_t i = 0; i < SNQ_COUNT(other); i++)
        assert_true(speech_in(shared, other[i]) < 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_swings_like_syllables_is_speech),
        cmocka_unit_test(silence_does_not_duck),
        cmocka_unit_test(the_gain_is_down_before_the_sound),
        cmocka_unit_test(blocks_make_no_difference),
        cmocka_unit_test(a_curve_is_applied_wherever_it_is_cut),
        cmocka_unit_test(nothing_is_legal),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(voices_are_told_from_music_and_ambience),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
