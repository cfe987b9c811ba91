// SPDX-License-Identifier: MIT
#include "source_tone.h"

#include "support/check.h"

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/sampling_impl.h"

#undef I

enum { N = 1 << 16, U = 0, O, A, E, I };
enum { BASS = 0, TENOR, ALTO, SOPRANO };

static sound voice_of(int vowel, int voice, float human)
{
    sound s = sound_of(&snq__source_formant, 48000);
    sound_set(&s, "vowel", (float)vowel);
    sound_set(&s, "voice", (float)voice);
    sound_set(&s, "breath", 0);
    sound_set(&s, "human", human);
    sound_make(&s, "");
    return s;
}

static float *sing(sound *s, double hz, size_t n)
{
    sound_start(s, 2, hz, 4);
    snq_free(sound_play(s, 2, 9600, 64));
    return sound_play(s, 2, n, 64);
}

/* The strongest partials of a low voice, slowly swept, within a fifth of two frequencies: where the formants are. */
static void formants_near(int vowel, int voice, const double hz[2], double found[2])
{
    double best[2] = { 0 };
    for (double low = 60; low < 78; low += 1.7) { /* partials land everywhere */
        sound s = voice_of(vowel, voice, 0);
        float *x = sing(&s, low, 1 << 14);
        for (int f = 0; f < 2; f++)
            for (int k = (int)ceil(0.8 * hz[f] / low); k * low <= 1.2 * hz[f]; k++) {
                const double level = cabs(tone_at(x, 1 << 14, 48000, k * low)) * k * low;
                found[f] = level > best[f] ? k * low : found[f];
                best[f] = fmax(best[f], level);
            }
        snq_free(x);
        sound_free(&s);
    }
}

static void test_formants(void **state)
{
    /* the table of the Csound manual */
    static const struct {
        int vowel, voice;
        double hz[2];
    } tab[] = {
        { A, BASS, { 600, 1040 } }, { E, BASS, { 400, 1620 } },    { I, TENOR, { 290, 1870 } },
        { O, TENOR, { 400, 800 } }, { A, ALTO, { 800, 1150 } },    { E, SOPRANO, { 350, 2000 } },
        { I, ALTO, { 350, 1700 } }, { I, SOPRANO, { 270, 2140 } },
    };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        double found[2] = { 0 };
        formants_near(tab[i].vowel, tab[i].voice, tab[i].hz, found);
        for (int f = 0; f < 2; f++)
            check_near(found[f] / tab[i].hz[f], 1, 0.04);
    }
}

static void test_pitch(void **state)
{
    static const double hz[] = { 61.7, 110, 233.1, 440, 880 };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(hz); i++) {
        sound s = voice_of(A, SOPRANO, 0);
        float *x = sing(&s, hz[i], N);
        check_near(1200 * log2(tone_hz(x, N, 48000, hz[i]) / hz[i]), 0, 0.1);
        snq_free(x);
        sound_free(&s);
    }
    sound s = voice_of(A, TENOR, 0.3f); /* uneven, but on the note all the same */
    double sum = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        sound_start(&s, 0, 220, seed);
        float *x = sound_play(&s, 0, N, 64);
        sum += 1200 * log2(tone_hz(x, N, 48000, 220) / 220) / 8;
        snq_free(x);
    }
    check_near(sum, 0, 1.5);
    sound_free(&s);
}

static void test_alias(void **state)
{
    static const double bins[] = { 1000.3, 1777.7, 2500.1 }; /* of 64k: 733, 1302, 1831 Hz */
    (void)state;
    double worst = -200;
    for (size_t i = 0; i < SNQ_COUNT(bins); i++) {
        sound s = voice_of(A, SOPRANO, 0);
        float *x = sing(&s, bins[i] * 48000 / N, N);
        double *p = sound_spectrum(x, N);
        const double line = sound_line(p, N, bins[i]);
        worst = fmax(worst, 10 * log10(sound_between(p, N, bins[i], 100, N * 10 / 48) / line));
        snq_free(p);
        snq_free(x);
        sound_free(&s);
    }
    print_message("formant: all between partials under 10 kHz %.1f dB\n", worst);
    assert_true(worst < -65);
}

static void test_level(void **state)
{
    (void)state;
    for (int vowel = U; vowel <= I; vowel++)
        for (int voice = BASS; voice <= SOPRANO; voice++)
            for (double hz = 80 * exp2(voice * 0.5); hz < 80 * exp2(voice * 0.5) * 4;
                 hz *= check_extent(1.3, 2.1)) {
                sound s = voice_of(vowel, voice, 0.3f);
                float *x = sing(&s, hz, 9600);
                float peak = 0;
                for (int i = 0; i < 9600; i++)
                    peak = fmaxf(peak, fabsf(x[i]));
                if (!(peak > 0.2f && peak < 2))
                    fail_msg("vowel %d voice %d %.0f Hz: peak %.2f", vowel, voice, hz,
                             (double)peak);
                snq_free(x);
                sound_free(&s);
            }
}

/* Power above hz over that below. */
static double brightness(const float *x, size_t n, double hz)
{
    const double above = tone_power_above(x, n, 48000, hz);
    return above / (tone_power_above(x, n, 48000, 0) - above);
}

static void test_effort_breath_shape(void **state)
{
    (void)state;
    sound s = voice_of(A, TENOR, 0);
    float *x = sing(&s, 130, N);
    sound_set(&s, "effort", 0);
    float *soft = sing(&s, 130, N);
    sound_set(&s, "effort", 1);
    float *hard = sing(&s, 130, N);
    assert_true(brightness(soft, N, 2000) * 4 < brightness(x, N, 2000));
    assert_true(brightness(x, N, 2000) * 2 < brightness(hard, N, 2000));
    snq_free(soft);
    snq_free(hard);
    /* breath: what is between the partials */
    sound_set(&s, "effort", 0.5f);
    sound_set(&s, "breath", 1);
    float *breathy = sing(&s, 130, N);
    double *p = sound_spectrum(x, N), *q = sound_spectrum(breathy, N);
    const double base = 130.0 * N / 48000;
    assert_true(sound_between(q, N, base, 100, N / 4) >
                1e3 * sound_between(p, N, base, 100, N / 4));
    assert_true(sound_between(q, N, base, 100, N / 4) > 1e-5);
    snq_free(breathy);
    snq_free(p);
    snq_free(q);
    /* shape leads to the next vowels: half of it from a to i */
    sound_set(&s, "breath", 0);
    sound_shape(&s, 1);
    float *i = sing(&s, 130, N);
    sound other = voice_of(I, TENOR, 0);
    float *want = sing(&other, 130, N);
    for (int k = 1; k < 30; k++)
        check_near(cabs(tone_at(i, N, 48000, 130.0 * k)), cabs(tone_at(want, N, 48000, 130.0 * k)),
                   2e-3);
    snq_free(i);
    snq_free(want);
    snq_free(x);
    sound_free(&other);
    sound_free(&s);
}

static void test_unevenness(void **state)
{
    (void)state;
    sound s = voice_of(A, TENOR, 1), even = voice_of(A, TENOR, 0);
    float *x = sing(&s, 200.3, N), *y = sing(&even, 200.3, N);
    double *p = sound_spectrum(x, N), *q = sound_spectrum(y, N);
    const double base = 200.3 * N / 48000;
    assert_true(sound_between(p, N, base, 100, N / 8) >
                100 * sound_between(q, N, base, 100, N / 8));
    snq_free(x);
    snq_free(y);
    snq_free(p);
    snq_free(q);
    sound_free(&s);
    sound_free(&even);
}

/* A vowel that is changed under way doesn't click. */
static void test_changes(void **state)
{
    (void)state;
    sound s = voice_of(U, BASS, 0);
    float *x = sing(&s, 98, 4800);
    const double before = tone_power_above(x, 4800, 48000, 8000);
    sound_set(&s, "vowel", I);
    sound_set(&s, "voice", SOPRANO);
    float *y = sound_play(&s, 2, 2400, 64);
    float *after = sound_play(&s, 2, 48000, 64);
    const double goal = tone_power_above(after + 40000, 4800, 48000, 8000);
    assert_true(tone_power_above(y, 2400, 48000, 8000) < 4 * fmax(before, goal) + 1e-9);
    sound other = voice_of(I, SOPRANO, 0);
    float *want = sing(&other, 98, 48000);
    check_near(cabs(tone_at(after + 24000, 24000, 48000, 98 * 3)),
               cabs(tone_at(want + 24000, 24000, 48000, 98 * 3)), 2e-3);
    snq_free(x);
    snq_free(y);
    snq_free(after);
    snq_free(want);
    sound_free(&s);
    sound_free(&other);
}

static void test_cuts(void **state)
{
    (void)state;
    float *x[2];
    for (int i = 0; i < 2; i++) {
        sound s = sound_of(&snq__source_formant, 44100);
        s.stereo = 1;
        sound_make(&s, "");
        sound_start(&s, 7, 150, 9);
        x[i] = sound_play_both(&s, 7, 20000, i ? 0 : 64);
        assert_memory_equal(x[i], x[i] + 20000, 20000 * sizeof(float));
        sound_free(&s);
    }
    assert_memory_equal(x[0], x[1], 20000 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
}

static void test_odd_values(void **state)
{
    static const double odd[] = { 0, -5, NAN, INFINITY, 23999, 1e-9 };
    static const uint32_t rates[] = { 8000, 384000 };
    (void)state;
    for (size_t r = 0; r < SNQ_COUNT(rates); r++)
        for (size_t i = 0; i < SNQ_COUNT(odd); i++) {
            sound s = sound_of(&snq__source_formant, rates[r]);
            sound_set(&s, "breath", 1);
            sound_make(&s, "");
            snq_free(sound_play(&s, 0, 100, 64)); /* nobody sings */
            sound_start(&s, 0, odd[i], 1);
            sound_pitch(&s, 0, odd[i]);
            float *x = sound_play(&s, 0, 20000, 64);
            sound_pitch(&s, 0, 300);
            s.block.shape.to.v[0] = NAN;
            float *y = sound_play(&s, 0, 20000, 64);
            for (int k = 0; k < 20000; k++)
                assert_true(fabsf(x[k]) < 100 && fabsf(y[k]) < 100);
            s.block.level.to.v[0] = NAN;
            float *none = sound_play(&s, 0, 10, 64);
            assert_true(none[9] == 0);
            snq_free(none);
            snq_free(x);
            snq_free(y);
            sound_free(&s);
        }
}

static snq_status make_all(void *user, void **out)
{
    snq_status st;
    const float value[] = { 2, 1, 0.1f, 0.5f, 0.3f };
    snq__source_cfg cfg = { .rate_hz = 48000, .value = value, .recording = "" };
    void *source = NULL;
    snq_bank *b;
    *out = NULL;
    (void)user;
    SNQ_TRY(snq_bank_new(48000, &b));
    cfg.bank = b;
    SNQ_GOTO(snq__source_formant.make(&cfg, &source));
    snq__source_formant.free(source);
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

/* The pulse against its definition: 2 s - 3 s^2, jumping by 1. */
static void test_glottis(void **state)
{
    (void)state;
    snq__table *t;
    check_ok(snq__glottis_new(&t));
    const uint32_t level = t->levels - 1, n = 1u << t->bits[level];
    for (uint32_t c = 0; c < SNQ__GLOTTIS_CYCLES; c++) {
        const double open = snq__glottis_open(c);
        const float *piece = t->piece + 2 * (t->first[level] + (size_t)c * n);
        for (uint32_t m = 0; m < n; m++) {
            const double x = (m + 0.5) / n, u = x / open, want = u < 1 ? 2 * u - 3 * u * u : 0;
            if (fabs(x - open) > 0.01) /* no overtones, no corner */
                check_near((double)piece[2 * m], want, 0.02);
        }
    }
    snq__table_free(t);
}

static int bench(void)
{
    sound s = sound_of(&snq__source_formant, 48000);
    sound_make(&s, "");
    source_chord(&s, 82);
    printf("formant %.2f ns a voice-sample, %.2f with vibrato\n", source_ns(&s, 0),
           source_ns(&s, 0.01f));
    sound_free(&s);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formants),
        cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_alias),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_effort_breath_shape),
        cmocka_unit_test(test_unevenness),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_odd_values),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_glottis),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
