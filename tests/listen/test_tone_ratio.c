// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "listen/tone_ratio.h"
#include "notes.h"
#include "support/make_audio.h"

enum { RATE = NOTES_RATE };

typedef struct tally {
    int frames, toneless;
    double note_hz, sum_db;
} tally;

/* Leaves the first frames out, whose windows begin before the sound. */
static void take(void *user, const snq_pitch_frame *f)
{
    tally *t = user;
    if (t->frames++ < 2)
        return;
    const float ratio = snq_tone_ratio(f, (float)t->note_hz);
    t->toneless += ratio == 0.0f;
    t->sum_db += 10 * log10((double)ratio + 1e-10);
}

static tally tally_of(const float *x, size_t n, double note_hz)
{
    tally t = { .note_hz = note_hz };
    pitch_frames(x, n, take, &t);
    return t;
}

/* One-pole low-passes of white noise: 3 to 6 dB an octave. */
static void colour(float *x, size_t n, double corner_hz)
{
    const float k = (float)exp(-2 * M_PI * corner_hz / RATE);
    for (size_t i = 1; i < n; i++)
        x[i] += k * x[i - 1];
}

static void noise_has_no_tones(void **state)
{
    const size_t n = 20 * RATE;
    static const double corner_hz[] = { 0, 1000, 300, 50 };
    for (int k = 0; k < 4; k++) {
        float *x = make_silence(n);
        add_noise(x, 0, n, 0.01, 5);
        if (k)
            colour(x, n, corner_hz[k]);
        const tally t = tally_of(x, n, 0);
        if (t.toneless < 0.95 * (t.frames - 2))
            fail_msg("corner %g Hz: %d of %d", corner_hz[k], t.toneless, t.frames);
        snq_free(x);
    }
}

static void silence_has_none(void **state)
{
    const snq_pitch_frame f = { 0 };
    check_near((double)snq_tone_ratio(&f, 0), 0, 0);
    check_near((double)snq_tone_ratio(&f, 440), 0, 0);
}

/* A steady sine has nothing beside it: the bound. */
static void the_ratio_is_bounded(void **state)
{
    const size_t n = 2 * RATE;
    for (double hz = 50; hz < 3000; hz *= 1.37) {
        float *x = make_silence(n);
        add_sine(x, 0, n - RATE / 4, RATE, hz, 0.5, 0);
        tally t = { .note_hz = hz };
        pitch_frames(x, n / 2, take, &t);
        const double db = t.sum_db / (t.frames - 2);
        assert_true(db > 10);
        assert_true(db <= 40.001);
        snq_free(x);
    }
}

/* Soft harmonics under the threshold of tones count when the note is known. */
static void a_known_note_counts_its_soft_harmonics(void **state)
{
    const size_t n = 4 * RATE;
    float *x = make_silence(n);
    for (int h = 1; h <= 8; h++)
        add_sine(x, 0, n, RATE, 400 * h, 0.006, 0.3 * h);
    add_noise(x, 0, n, 0.1, 3);
    const tally without = tally_of(x, n, 0), with = tally_of(x, n, 400);
    assert_true(with.sum_db > without.sum_db);
    assert_true(with.toneless < without.toneless);
    snq_free(x);
}

/* Two tones within one lobe are counted once. */
static void neighbours_share_their_bins(void **state)
{
    snq_pitch_frame f = { .power = 1.2f, .peaks = 2 };
    f.peak[0] = (snq_pitch_peak) { 440.0f, 1.0f };
    f.peak[1] = (snq_pitch_peak) { 444.0f, 1.0f };
    const float apart = 4.0f / (5 * 2.69165f);
    check_near((double)snq_tone_ratio(&f, 0), (double)((1 + apart) / 1e-4f), 1e5);
    f.power = 4.0f;
    check_near((double)snq_tone_ratio(&f, 0), (double)((1 + apart) / (3 - apart)), 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_has_no_tones),
        cmocka_unit_test(silence_has_none),
        cmocka_unit_test(the_ratio_is_bounded),
        cmocka_unit_test(a_known_note_counts_its_soft_harmonics),
        cmocka_unit_test(neighbours_share_their_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
