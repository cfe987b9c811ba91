// SPDX-License-Identifier: MIT
#include "source_tone.h"

#include "support/check.h"

#include "base/alloc.h"
#include "support/sweep.h"

static sound string_of(uint32_t rate)
{
    return sound_of(&snq__source_string, rate);
}

static double key_hz(double key)
{
    return 440 * exp2((key - 69) / 12);
}

static double cents(double hz, double of)
{
    return 1200 * log2(hz / of);
}

static void test_pitch(void **state)
{
    static const uint32_t rates[] = { 44100, 48000, 96000 };
    static const float bright[] = { 0.2f, 0.5f, 1 };
    (void)state;
    double worst = 0;
    for (size_t r = 0; r < SNQ_COUNT(rates); r++)
        for (int key = 16; key <= 108; key += 4) {
            sound s = string_of(rates[r]);
            const double hz = key_hz(key + 0.37 * (key < 108));
            const size_t n = rates[r];
            sound_set(&s, "brightness", bright[key / 4 % 3]);
            sound_set(&s, "decay_s", 8);
            sound_make(&s, "");
            sound_start(&s, 3, hz, 1);
            float *x = sound_play(&s, 3, n, 64);
            const double got = cents(tone_hz(x + n / 8, n - n / 8, rates[r], hz), hz);
            worst = fmax(worst, fabs(got));
            check_near(got, 0, 0.3);
            snq_free(x);
            sound_free(&s);
        }
    print_message("string: worst pitch %.3f cents\n", worst);
}

static void test_decay(void **state)
{
    static const struct {
        double key;
        float decay;
    } tab[] = { { 28, 6 }, { 28, 1 }, { 45, 4 }, { 60, 4 }, { 60, 0.5f }, { 76, 10 }, { 96, 3 } };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        sound s = string_of(48000);
        const double hz = key_hz(tab[i].key);
        const size_t n = (size_t)(48000 * (double)tab[i].decay * 0.8);
        const size_t window = (size_t)fmax(6 * 48000 / hz, 1024);
        sound_set(&s, "decay_s", tab[i].decay);
        sound_make(&s, "");
        sound_start(&s, 0, hz, 1);
        float *x = sound_play(&s, 0, n, 64);
        const size_t from = (size_t)(48000 / hz * 4);
        const double got = tone_decay_s(x + from, n - from, window, 48000, hz);
        check_near(got / (double)tab[i].decay, 1, 0.02);
        snq_free(x);
        sound_free(&s);
    }
}

/* Decay of a partial over the fundamental's. */
static double partial_decay(float bright, float shape, int partial)
{
    sound s = string_of(48000);
    sound_set(&s, "brightness", bright);
    sound_make(&s, "");
    sound_shape(&s, shape);
    sound_start(&s, 0, 220, 1);
    float *x = sound_play(&s, 0, 48000, 64);
    const double got = tone_decay_s(x + 1000, 4096, 1024, 48000, 220 * partial);
    snq_free(x);
    sound_free(&s);
    return got / 4;
}

static void test_brightness(void **state)
{
    (void)state;
    const double dull = partial_decay(0.2f, 0.5f, 13), bright = partial_decay(0.8f, 0.5f, 13);
    /* the reference is at 4 hz + 2 kHz = 2880 Hz: partial 13.1 */
    check_near(dull / pow(10, -1.6), 1, 0.15);
    check_near(bright / pow(10, -0.4), 1, 0.15);
    check_near(partial_decay(0.5f, 0.8f, 13) / bright, 1, 0.01);
}

static float *play_note(sound *s, double hz, float velocity, size_t n)
{
    const snq__source_note note = { .hz = (float)hz, .note = 60, .velocity = velocity, .seed = 5 };
    sound_pitch(s, 0, hz);
    s->type->start(s->source, 0, &note);
    s->active = 1;
    return sound_play(s, 0, n, 64);
}

static void test_pluck(void **state)
{
    (void)state;
    sound s = string_of(48000);
    sound_set(&s, "position", 0.2f);
    sound_set(&s, "decay_s", 60);
    sound_set(&s, "brightness", 1);
    sound_set(&s, "noise", 0);
    sound_set(&s, "colour", 1);
    sound_make(&s, "");
    float *x = play_note(&s, 200, 1, 24000);
    /* partial k of a string that is let go at b is as sin(pi b k) / k: none at multiples of 5 */
    const double first = cabs(tone_at(x + 4800, 9600, 48000, 200));
    for (int k = 1; k <= 12; k++) {
        const double want = fabs(sin(M_PI * 0.2 * k) / k / sin(M_PI * 0.2));
        check_near(cabs(tone_at(x + 4800, 9600, 48000, 200 * k)) / first, want, 0.03);
    }
    snq_free(x);
    x = play_note(&s, 200, 1, 4800);
    float *soft = play_note(&s, 200, 0.1f, 4800);
    assert_true(tone_power_above(x, 4800, 48000, 4000) >
                10 * tone_power_above(soft, 4800, 48000, 4000));
    float peak = 0, sum = 0;
    for (int i = 0; i < 4800; i++) {
        peak = fmaxf(peak, fabsf(x[i]));
        sum += x[i];
    }
    assert_true(peak > 0.6f && peak < 1.2f);
    check_near(sum / 4800, 0, 0.003);
    snq_free(x);
    snq_free(soft);
    sound_free(&s);
}

static void test_noise(void **state)
{
    (void)state;
    float *x[2];
    for (int i = 0; i < 2; i++) {
        sound s = string_of(48000);
        sound_set(&s, "noise", 1);
        sound_make(&s, "");
        sound_start(&s, 0, 110, 3);
        snq_free(sound_play(&s, 0, 1000, 64));
        sound_start(&s, 0, 110, (uint64_t)i); /* as if nothing had been */
        x[i] = sound_play(&s, 0, 9600, 64);
        double power = 0;
        for (int k = 0; k < 4800; k++)
            power += (double)x[i][k] * (double)x[i][k] / 4800;
        check_near(sqrt(power), 0.3, 0.15);
        sound_free(&s);
    }
    assert_memory_not_equal(x[0], x[1], 4800 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
}

static void test_release(void **state)
{
    (void)state;
    sound s = string_of(48000);
    sound_set(&s, "decay_s", 20);
    sound_set(&s, "damp_s", 0.3f);
    sound_make(&s, "");
    sound_start(&s, 2, 330, 1);
    snq_free(sound_play(&s, 2, 24000, 64));
    assert_false(s.type->ended(s.source, 2));
    s.type->release(s.source, 2);
    float *x = sound_play(&s, 2, 48000, 64);
    check_near(tone_decay_s(x + 480, 9600, 960, 48000, 330) / 0.3, 1, 0.03);
    assert_true(s.type->ended(s.source, 2));
    assert_true(x[47999] == 0);
    /* touching isn't heard as a click */
    snq_free(x);
    sound_start(&s, 2, 330, 1);
    x = sound_play(&s, 2, 24000, 64);
    s.type->release(s.source, 2);
    float *y = sound_play(&s, 2, 2400, 64);
    assert_true(tone_power_above(y, 480, 48000, 8000) <
                4 * tone_power_above(x + 24000 - 2400, 480, 48000, 8000) + 1e-12);
    snq_free(x);
    snq_free(y);
    sound_free(&s);
}

static void test_stiffness(void **state)
{
    (void)state;
    sound s = string_of(48000);
    sound_set(&s, "stiffness", 0.7f);
    sound_set(&s, "decay_s", 10);
    sound_set(&s, "brightness", 0.9f);
    sound_make(&s, "");
    sound_start(&s, 0, 110, 1);
    float *x = sound_play(&s, 0, 48000, 64);
    check_near(cents(tone_hz(x + 4000, 32768, 48000, 110), 110), 0, 0.3);
    double last = 0;
    for (int k = 2; k <= 12;
         k += 2) { /* each sharper than the one before; a search, for it is far off */
        double best = 0, at = 0;
        for (double hz = 110 * k * 0.99; hz < 110 * k * 1.1; hz += 0.5) {
            const double a = cabs(tone_at(x + 4000, 32768, 48000, hz));
            at = a > best ? hz : at;
            best = fmax(best, a);
        }
        const double sharp = cents(tone_hz(x + 4000, 32768, 48000, at) / k, 110);
        assert_true(sharp >= last - 1);
        last = sharp;
    }
    assert_true(last > 8);
    snq_free(x);
    sound_free(&s);
    s = string_of(48000); /* the highest note has little room for it */
    sound_set(&s, "stiffness", 1);
    sound_make(&s, "");
    sound_start(&s, 0, key_hz(108), 1);
    x = sound_play(&s, 0, 48000, 64);
    check_near(cents(tone_hz(x + 2000, 16384, 48000, key_hz(108)), key_hz(108)), 0, 0.5);
    snq_free(x);
    sound_free(&s);
}

static void test_bend(void **state)
{
    (void)state;
    sound s = string_of(48000);
    sound_set(&s, "decay_s", 20);
    sound_set(&s, "brightness", 0.6f);
    sound_make(&s, "");
    sound_start(&s, 0, 220, 1);
    float *x = sound_play(&s, 0, 24000, 64);
    const double before = tone_power_above(x + 21600, 2400, 48000, 8000);
    float *bent = snq_calloc(9600, sizeof(float));
    for (size_t at = 0; at < 9600; at += 64) { /* two semitones up in 0.2 s, a line each block */
        s.block.hz.to.v[0] = (float)(220 * exp2((double)(at + 64) / 9600 / 6));
        float *part = sound_play(&s, 0, 64, 64);
        memcpy(bent + at, part, 64 * sizeof(float));
        snq_free(part);
    }
    for (size_t at = 0; at + 2400 <= 9600; at += 1200)
        assert_true(tone_power_above(bent + at, 2400, 48000, 8000) < 4 * before + 1e-10);
    const double goal = 220 * exp2(1 / 6.0);
    s.block.hz.to.v[0] = (float)goal;
    float *after = sound_play(&s, 0, 24000, 64);
    check_near(cents(tone_hz(after + 2000, 20000, 48000, goal), goal), 0, 1);
    snq_free(x);
    snq_free(bent);
    snq_free(after);
    sound_free(&s);
}

static void test_cuts(void **state)
{
    (void)state;
    float *x[3];
    for (int i = 0; i < 3; i++) {
        sound s = string_of(48000);
        sound_set(&s, "stiffness", 0.2f);
        s.stereo = 1;
        sound_make(&s, "");
        sound_start(&s, 5, 123.4, 9);
        x[i] = sound_play_both(&s, 5, 20000, i == 0 ? 64 : i == 1 ? 0 : 7);
        assert_memory_equal(x[i], x[i] + 20000, 20000 * sizeof(float));
        sound_free(&s);
    }
    for (int k = 0; k < 20000; k++) { /* but for rounding */
        check_near((double)x[1][k], (double)x[0][k], 2e-6);
        check_near((double)x[2][k], (double)x[0][k], 2e-6);
    }
    for (int i = 0; i < 3; i++)
        snq_free(x[i]);
}

static void test_odd_values(void **state)
{
    static const double odd[] = { 0, -5, NAN, INFINITY, 23999, 1e-9 };
    static const uint32_t rates[] = { 8000, 48000, 384000 };
    (void)state;
    for (size_t r = 0; r < SNQ_COUNT(rates); r++)
        for (size_t i = 0; i < SNQ_COUNT(odd); i++) {
            sound s = string_of(rates[r]);
            sound_set(&s, "decay_s", 60);
            sound_set(&s, "stiffness", i % 2 ? 1 : 0);
            sound_make(&s, "");
            sound_start(&s, 0, odd[i], 1);
            sound_pitch(&s, 0, odd[i]);
            sound_set(&s, "brightness", 1);
            float *x = sound_play(&s, 0, 20000, 64);
            for (int k = 0; k < 20000; k++)
                assert_true(fabsf(x[k]) < 4);
            sound_set(&s, "decay_s", 0.05f);
            sound_pitch(&s, 0, 1000);
            snq_free(x);
            x = sound_play(&s, 0, 20000, 64);
            for (int k = 0; k < 20000; k++)
                assert_true(fabsf(x[k]) < 4);
            s.block.level.to.v[0] = NAN;
            float *none = sound_play(&s, 0, 10, 64);
            assert_true(none[9] == 0);
            snq_free(none);
            snq_free(x);
            sound_free(&s);
        }
}

static snq_status make_one(void *user, void **out)
{
    const sound *s = user;
    const snq__source_cfg cfg = {
        .rate_hz = 48000, .value = s->value, .bank = s->bank, .recording = ""
    };
    return s->type->make(&cfg, out);
}

static void test_sweep(void **state)
{
    (void)state;
    sound s = string_of(48000);
    snq_sweep(make_one, s.type->free, &s);
    s.type->free(NULL);
    sound_free(&s);
}

static int bench(void)
{
    sound s = string_of(48000);
    sound_set(&s, "decay_s", 60);
    sound_make(&s, "");
    source_chord(&s, 82);
    printf("string %.2f ns a voice-sample, %.2f with vibrato\n", source_ns(&s, 0),
           source_ns(&s, 0.01f));
    sound_free(&s);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pitch),      cmocka_unit_test(test_decay),
        cmocka_unit_test(test_brightness), cmocka_unit_test(test_pluck),
        cmocka_unit_test(test_noise),      cmocka_unit_test(test_release),
        cmocka_unit_test(test_stiffness),  cmocka_unit_test(test_bend),
        cmocka_unit_test(test_cuts),       cmocka_unit_test(test_odd_values),
        cmocka_unit_test(test_sweep),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
