// SPDX-License-Identifier: MIT
#include "source_tone.h"

#include "support/check.h"
#include "support/make_audio.h"

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/sampling_impl.h"

enum { SECOND = 48000, N = 2 * SECOND };

/* A cloud of a recording "tone" of 2 s: first second 500 Hz, second one 2 kHz; peak 0.25. */
static sound cloud_of(double root)
{
    sound s = sound_of(&snq__source_grain, 48000);
    float *x = make_silence(N);
    add_sine(x, 0, SECOND, 48000, 500, 0.25, 0);
    add_sine(x, SECOND, N, 48000, 2000, 0.25, 0);
    const snq_recording r = { .name = "tone",
                              .channels = 1,
                              .rate_hz = 48000,
                              .frames = N,
                              .channel = { x, NULL },
                              .root_note = root };
    check_ok(snq_bank_add(s.bank, &r));
    snq_free(x);
    sound_set(&s, "spray_s", 0);
    sound_set(&s, "pitch_spray_cents", 0);
    sound_set(&s, "pan_spray", 0);
    return s;
}

static double rms(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum / (double)n);
}

/* One grain: Hann's window on the recording. */
static void test_one_grain(void **state)
{
    (void)state;
    sound s = cloud_of(69);
    sound_set(&s, "density_hz", 0.5f);
    sound_set(&s, "size_s", 0.1f);
    sound_set(&s, "position", 0);
    s.stereo = 1;
    sound_make(&s, "TONE");
    sound_start(&s, 0, 440, 1);
    float *x = sound_play_both(&s, 0, 9600, 64);
    for (int i = 0; i < 9600; i++) {
        const double hann = i < 4800 ? 0.5 - 0.5 * cos(2 * M_PI * i / 4800) : 0;
        check_near((double)x[i], 0.9 * hann * sin(2 * M_PI * 500 * i / 48000), 1e-3);
        check_near((double)x[i], (double)x[9600 + i], 1e-6);
    }
    snq_free(x);
    sound_free(&s);
    s = cloud_of(69); /* a fifth up and backwards: 750 Hz, and the envelope the same */
    sound_set(&s, "density_hz", 0.5f);
    sound_set(&s, "position", 0);
    sound_set(&s, "size_s", 0.2f);
    sound_set(&s, "reverse", 1);
    sound_make(&s, "tone");
    sound_start(&s, 0, 660, 1);
    x = sound_play(&s, 0, 9600, 64);
    check_near(cabs(tone_at(x, 9600, 48000, 750)), 0.9 * 1.5 / 2, 0.02); /* Hann twice: 3/4 */
    check_near(tone_hz(x, 9600, 48000, 750), 750, 0.5);
    snq_free(x);
    sound_free(&s);
}

static void test_position_and_shape(void **state)
{
    static const struct {
        float position, shape;
        double hz;
    } tab[] = { { 0.2f, 0.5f, 500 },  { 0.8f, 0.5f, 2000 }, { 0.5f, 0.1f, 500 },
                { 0.5f, 0.9f, 2000 }, { 0, 0, 500 },        { 1, 1, 2000 } };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        sound s = cloud_of(NAN);
        sound_set(&s, "position", tab[i].position);
        sound_make(&s, "tone");
        sound_shape(&s, tab[i].shape);
        sound_start(&s, 3, 261.6255653, 1);
        float *x = sound_play(&s, 3, SECOND, 64);
        const double low = tone_power_above(x, SECOND, 48000, 0),
                     high = tone_power_above(x, SECOND, 48000, 1100);
        assert_true(tab[i].hz > 1000 ? high > 0.999 * low : high < 0.001 * low);
        const double level = rms(x, SECOND);
        assert_true(level > 0.2 && level < 0.8);
        snq_free(x);
        sound_free(&s);
    }
}

/* Length, number and spread of the grains, counted where they don't overlap. */
static void test_density_and_size(void **state)
{
    (void)state;
    sound s = cloud_of(69);
    sound_set(&s, "density_hz", 10);
    sound_set(&s, "size_s", 0.02f);
    sound_make(&s, "tone");
    sound_start(&s, 0, 440, 1);
    enum { LONG = 60 * SECOND };
    float *x = sound_play(&s, 0, LONG, 64);
    int count = 0, was = 0;
    for (int i = 0; i < LONG; i += 240) { /* a grain lasts four of these */
        const int sounds = rms(x + i, 240) > 1e-6;
        count += sounds && !was;
        was = sounds;
    }
    check_near(count / 60.0, 10, 0.5);
    snq_free(x);
    sound_free(&s);
    s = cloud_of(69); /* more than 16 at once: fewer, no louder */
    sound_set(&s, "density_hz", 400);
    sound_set(&s, "size_s", 0.5f);
    sound_make(&s, "tone");
    sound_start(&s, 0, 440, 1);
    x = sound_play(&s, 0, N, 64);
    const double level = rms(x + SECOND, SECOND);
    assert_true(level > 0.15 && level < 0.8);
    snq_free(x);
    sound_free(&s);
}

static void test_sprays(void **state)
{
    (void)state;
    sound s = cloud_of(69);
    sound_set(&s, "spray_s", 2);
    sound_set(&s, "pan_spray", 1);
    s.stereo = 1;
    sound_make(&s, "tone");
    sound_start(&s, 0, 440, 1);
    float *x = sound_play_both(&s, 0, 4 * SECOND, 64);
    const double share =
        tone_power_above(x, 65536, 48000, 1100) / tone_power_above(x, 65536, 48000, 0);
    assert_true(share > 0.2 && share < 0.8); /* of both halves */
    double both = 0;
    for (int i = 0; i < 4 * SECOND; i++)
        both += (double)x[i] * (double)x[4 * SECOND + i];
    both /= rms(x, 4 * SECOND) * rms(x + 4 * SECOND, 4 * SECOND) * 4 * SECOND;
    assert_true(both > 0.2 && both < 0.9);
    check_near(rms(x, 4 * SECOND) / rms(x + 4 * SECOND, 4 * SECOND), 1, 0.25);
    snq_free(x);
    sound_free(&s);
    double width[2];
    for (int i = 0; i < 2; i++) {
        s = cloud_of(69);
        sound_set(&s, "position", 0.2f);
        sound_set(&s, "pitch_spray_cents", i ? 600 : 0);
        sound_make(&s, "tone");
        sound_start(&s, 0, 440, 1);
        x = sound_play(&s, 0, 65536, 64);
        double *p = sound_spectrum(x, 65536), sum = 0, all = 0;
        for (int k = 0; k <= 32768; k++) {
            sum += p[k] * fabs(k * 48000.0 / 65536 - 500);
            all += p[k];
        }
        width[i] = sum / all;
        snq_free(p);
        snq_free(x);
        sound_free(&s);
    }
    assert_true(width[1] > 60 && width[0] < 30);
}

static void test_seed_sound(void **state)
{
    (void)state;
    float *x;
    check_ok(snq__seed_sound_new(&x));
    float peak = 0;
    double seam = 0, step = 0;
    for (int i = 0; i < SNQ__SEED_FRAMES; i++) {
        peak = fmaxf(peak, fabsf(x[i]));
        step = fmax(step, fabs((double)x[i] - (double)x[(i + 1) % SNQ__SEED_FRAMES]));
    }
    seam = fabs((double)x[0] - (double)x[SNQ__SEED_FRAMES - 1]);
    check_near((double)peak, 1, 1e-6);
    assert_true(seam <= step);
    snq_free(x);
    /* cut to grains at C4 and at A4, its first partial is there */
    static const double hz[] = { 261.6255653, 440 };
    for (int i = 0; i < 2; i++) {
        sound s = sound_of(&snq__source_grain, 48000);
        sound_set(&s, "pitch_spray_cents", 0);
        sound_set(&s, "spray_s", 10);
        sound_set(&s, "size_s", 0.5f);
        sound_make(&s, "");
        sound_start(&s, 0, hz[i], 1);
        float *y = sound_play(&s, 0, 131072, 64);
        double *p = sound_spectrum(y, 131072);
        int best = 0;
        for (int k = 200; k < 2000; k++)
            best = p[k] > p[best] ? k : best;
        check_near(best * 48000.0 / 131072 / hz[i], 1, 0.01);
        assert_true(rms(y, 131072) > 0.05);
        snq_free(p);
        snq_free(y);
        sound_free(&s);
    }
}

static void test_stereo_and_cuts(void **state)
{
    (void)state;
    float *x[2];
    float *noise = make_silence(20000);
    add_noise(noise, 0, 20000, 0.2, 8);
    for (int i = 0; i < 2; i++) {
        sound s = sound_of(&snq__source_grain, 48000);
        const snq_recording r = { .name = "n",
                                  .channels = 2,
                                  .rate_hz = 44100,
                                  .frames = 10000,
                                  .channel = { noise, noise + 10000 },
                                  .root_note = NAN };
        check_ok(snq_bank_add(s.bank, &r));
        sound_set(&s, "reverse", 0.5f);
        sound_set(&s, "size_s", 0.4f); /* longer than the recording */
        s.stereo = 1;
        sound_make(&s, "n");
        sound_start(&s, 6, 500, 77);
        x[i] = sound_play_both(&s, 6, 30000, i ? 0 : 64);
        sound_free(&s);
    }
    assert_memory_equal(x[0], x[1], 60000 * sizeof(float));
    assert_memory_not_equal(x[0], x[0] + 30000, 30000 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
    snq_free(noise);
}

static void test_odd_values(void **state)
{
    static const double odd[] = { 0, -5, NAN, INFINITY, 23999, 1e-9 };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(odd); i++)
        for (int seed = 0; seed < 2; seed++) {
            sound s = cloud_of(60);
            sound_set(&s, "reverse", 0.5f);
            sound_make(&s, seed ? "" : "tone");
            sound_start(&s, 0, odd[i], 1);
            sound_pitch(&s, 0, odd[i]);
            float *x = sound_play(&s, 0, 10000, 64);
            sound_pitch(&s, 0, 10000);
            sound_set(&s, "size_s", 1);
            s.block.shape.to.v[0] = NAN;
            float *y = sound_play(&s, 0, 10000, 64);
            for (int k = 0; k < 10000; k++)
                assert_true(fabsf(x[k]) < 10 && fabsf(y[k]) < 10);
            s.block.level.to.v[0] = NAN;
            float *none = sound_play(&s, 0, 10, 64);
            assert_true(none[9] == 0);
            snq_free(none);
            snq_free(x);
            snq_free(y);
            sound_free(&s);
        }
    sound s = sound_of(&snq__source_grain, 48000);
    const float zero[8] = { 0 };
    const snq_recording r = { .name = "z",
                              .channels = 1,
                              .rate_hz = 48000,
                              .frames = 1,
                              .channel = { zero, NULL },
                              .root_note = 60 };
    check_ok(snq_bank_add(s.bank, &r)); /* one frame of silence */
    sound_make(&s, "z");
    sound_start(&s, 0, 440, 1);
    float *x = sound_play(&s, 0, 1000, 64);
    for (int k = 0; k < 1000; k++)
        assert_true(x[k] == 0);
    snq_free(x);
    void *none;
    const snq__source_cfg cfg = {
        .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "no"
    };
    check_status(s.type->make(&cfg, &none), SNQ_ERR_NOT_FOUND);
    assert_null(none);
    sound_free(&s);
}

static snq_status make_all(void *user, void **out)
{
    snq_status st;
    float value[SNQ__SOURCE_PARAMS_MAX] = { 0 };
    snq__source_cfg cfg = { .rate_hz = 48000, .value = value, .recording = "" };
    void *source = NULL;
    snq_bank *b;
    *out = NULL;
    (void)user;
    SNQ_TRY(snq_bank_new(48000, &b));
    cfg.bank = b;
    SNQ_GOTO(snq__source_grain.make(&cfg, &source));
    snq__source_grain.free(source);
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
}

static int bench(void)
{
    for (int stereo = 0; stereo < 2; stereo++) {
        sound s = sound_of(&snq__source_grain, 48000);
        s.stereo = stereo;
        sound_make(&s, "");
        source_chord(&s, 82);
        printf("grain, %s, 4.8 at once: %.2f ns a voice-sample\n", stereo ? "stereo" : "mono",
               source_ns(&s, 0));
        sound_free(&s);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_grain),        cmocka_unit_test(test_position_and_shape),
        cmocka_unit_test(test_density_and_size), cmocka_unit_test(test_sprays),
        cmocka_unit_test(test_seed_sound),       cmocka_unit_test(test_stereo_and_cuts),
        cmocka_unit_test(test_odd_values),       cmocka_unit_test(test_sweep),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
