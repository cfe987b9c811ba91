// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "listen/note_pitch.h"
#include "notes.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = NOTES_RATE };

static void push(void *note, const snq_pitch_frame *f)
{
    snq_note_pitch_push(note, f);
}

/* What is said of x (n,); takes x. */
static snq_note_answer hear_frames(float *x, size_t n, uint32_t frames)
{
    snq_note_pitch *note;
    check_ok(snq_note_pitch_new(frames, &note));
    pitch_frames(x, n, push, note);
    const snq_note_answer a = snq_note_pitch_run(note);
    snq_note_pitch_free(note);
    snq_free(x);
    return a;
}

static snq_note_answer hear_note(float *x, size_t n)
{
    return hear_frames(x, n, SNQ_NOTE_FRAMES_MAX);
}

static double midi_hz(int midi)
{
    return 440 * exp2((midi - 69) / 12.0);
}

static double cents_off(snq_note_answer a, double hz)
{
    if (a.f0_hz.reason)
        fail_msg("%.1f Hz: %s", hz, a.f0_hz.reason);
    return 1200 * log2(a.f0_hz.value / hz);
}

static const partial sine[] = { { 1, 0.3 }, { 0, 0 } };
static const partial odd[] = { { 1, 0.3 },  { 3, 0.2 },  { 5, 0.1 },
                               { 7, 0.06 }, { 9, 0.04 }, { 0, 0 } };
/* a piano's low string: hardly a fundamental, overtones sharp by B h^2 / 2 with B = 0.0003 */
static const partial string[] = { { 1, 0.01 },          { 2 * 1.0006, 0.2 },
                                  { 3 * 1.00135, 0.2 }, { 4 * 1.0024, 0.1 },
                                  { 5 * 1.00375, 0.1 }, { 6 * 1.0054, 0.08 },
                                  { 7 * 1.0073, 0.05 }, { 0, 0 } };
static const partial bar[] = { { 1, 0.3 }, { 3.98, 0.1 }, { 9.9, 0.05 }, { 0, 0 } };

static void finds_the_pitch_of_all_timbres(void **state)
{
    static const partial *const timbre[] = { sine, odd, bar, string };
    static const int up_to[] = { 96, 96, 96,
                                 72 }; /* of the string two overtones must lie below 4 kHz */
    const size_t n = RATE;
    for (size_t k = 0; k < SNQ_COUNT(timbre); k++)
        for (int midi = 36; midi <= up_to[k]; midi += 3) {
            const double hz = midi_hz(midi);
            const double off = cents_off(hear_note(note_make(n, hz, timbre[k], 0), n), hz);
            if (!(fabs(off) < 12))
                fail_msg("timbre %zu, MIDI %d: %.1f cents off", k, midi, off);
        }
    for (int midi = 36; midi <= 96; midi += 3) {
        float *x = make_silence(n);
        add_saw(x, n, midi_hz(midi), 0.3);
        check_near(cents_off(hear_note(x, n), midi_hz(midi)), 0, 5);
    }
}

static void finds_a_fundamental_that_is_missing(void **state)
{
    static const partial without[] = { { 2, 0.2 }, { 3, 0.2 }, { 4, 0.15 },
                                       { 5, 0.1 }, { 6, 0.1 }, { 0, 0 } };
    const size_t n = RATE;
    for (int midi = 36; midi <= 72; midi += 3)
        check_near(cents_off(hear_note(note_make(n, midi_hz(midi), without, 0), n), midi_hz(midi)),
                   0, 5);
}

static void a_note_may_fade_and_be_short(void **state)
{
    const size_t n = RATE;
    for (int midi = 48; midi <= 96; midi += 6) {
        float *x = note_make(n, midi_hz(midi), bar, 0.08);
        check_near(cents_off(hear_note(x, n), midi_hz(midi)), 0, 15);
    }
    /* 200 ms between silences */
    float *x = make_silence(n);
    add_sine(x, 3 * n / 10, n / 2, RATE, 440, 0.3, 0);
    check_near(cents_off(hear_note(x, n), 440), 0, 5);
}

/* Eight foot is the note; sixteen sounds an octave below, with a fifth or without. */
static void a_stop_below_the_note_is_not_the_note(void **state)
{
    static const partial fifth[] = { { 0.5, 0.2 }, { 1, 0.2 },  { 1.5, 0.2 }, { 2, 0.15 },
                                     { 3, 0.15 },  { 4, 0.12 }, { 0, 0 } };
    static const partial octaves[] = { { 0.5, 0.2 }, { 1, 0.2 },  { 2, 0.15 },
                                       { 4, 0.1 },   { 8, 0.05 }, { 0, 0 } };
    const size_t n = RATE;
    for (int midi = 45; midi <= 81; midi += 6) {
        const double hz = midi_hz(midi);
        check_near(cents_off(hear_note(note_make(n, hz, fifth, 0), n), hz), 0, 5);
        check_near(cents_off(hear_note(note_make(n, hz, octaves, 0), n), hz), 0, 5);
    }
}

static void vibrato_is_one_note(void **state)
{
    const size_t n = 2 * RATE;
    float *x = make_silence(n);
    double phase = 0;
    for (size_t i = 0; i < n; i++) {
        phase += 2 * M_PI * 440 / RATE * exp2(0.5 / 12 * sin(2 * M_PI * 5 * (double)i / RATE));
        for (int h = 1; h <= 6; h++)
            x[i] += (float)(0.2 / h * sin(h * phase));
    }
    check_near(cents_off(hear_note(x, n), 440), 0, 15);
}

static void tells_what_is_no_note(void **state)
{
    const size_t n = 2 * RATE;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 1);
    assert_string_equal(hear_note(x, n).f0_hz.reason, "no steady tone");

    x = make_silence(n);
    add_saw(x, n, 261.6, 0.2); /* a tritone */
    add_saw(x, n, 370.0, 0.2);
    assert_string_equal(hear_note(x, n).f0_hz.reason, "several notes");

    x = make_silence(n); /* two octaves up in two seconds */
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i / RATE;
        x[i] = (float)(0.3 * sin(2 * M_PI * 200 / M_LN2 * exp2(t)));
    }
    assert_string_equal(hear_note(x, n).f0_hz.reason, "no steady tone");

    const snq_note_answer silent = hear_note(make_silence(n), n);
    assert_string_equal(silent.f0_hz.reason, "silence");
    assert_string_equal(silent.hnr_db.reason, "silence");
    assert_string_equal(hear_note(make_silence(0), 0).f0_hz.reason, "silence");
}

/* However long: the same note from the frames that are kept, and from a quarter of them first. */
static void a_long_sound_is_sampled(void **state)
{
    const size_t n = 20 * RATE;
    for (uint32_t frames = 8; frames <= SNQ_NOTE_FRAMES_MAX; frames *= 2)
        check_near(cents_off(hear_frames(note_make(n, 311.1, odd, 0), n, frames), 311.1), 0, 2);
    /* one blow in silence, at no frame of the first look */
    float *x = make_silence(n);
    add_sine(x, RATE, RATE + RATE / 10, RATE, 440, 0.3, 0);
    const snq_note_answer a = hear_note(x, n);
    if (!a.f0_hz.reason)
        check_near(a.f0_hz.value, 440, 3);
    assert_true(!a.f0_hz.reason || strcmp(a.f0_hz.reason, "silence") != 0);
}

static void reset_forgets(void **state)
{
    const size_t n = RATE;
    snq_note_pitch *note;
    check_ok(snq_note_pitch_new(16, &note));
    float *x = note_make(n, 220, odd, 0), *y = note_make(n, 330, odd, 0);
    for (int k = 0; k < 4; k++)
        pitch_frames(x, n, push, note);
    check_near(snq_note_pitch_run(note).f0_hz.value, 220, 0.5);
    snq_note_pitch_reset(note);
    pitch_frames(y, n, push, note);
    check_near(snq_note_pitch_run(note).f0_hz.value, 330, 0.5);
    snq_note_pitch_free(note);
    snq_free(x);
    snq_free(y);
}

/* Harmonics and white noise: the ratio is that of their powers between 40 and 5000 Hz. */
static void measures_harmonics_to_noise(void **state)
{
    static const partial tone[] = { { 1, 0.2 }, { 2, 0.1 }, { 3, 0.1 }, { 0, 0 } };
    const double power = (0.04 + 0.01 + 0.01) / 2, band = (5000 - 40) / (RATE / 2.0);
    const size_t n = 4 * RATE;
    for (int db = -10; db <= 30; db += 5) {
        float *x = note_make(n, 330, tone, 0);
        add_noise(x, 0, n, sqrt(power / band / pow(10, db / 10.0)), (uint64_t)db + 100);
        const snq_note_answer a = hear_note(x, n);
        assert_null(a.hnr_db.reason);
        check_near(a.hnr_db.value, db, 1);
    }
    assert_true(hear_note(note_make(n, 330, tone, 0), n).hnr_db.value > 35);
}

static void several_notes_have_a_ratio_too(void **state)
{
    const double power = 3 * 0.04 / 2, band = (5000 - 40) / (RATE / 2.0);
    const size_t n = 4 * RATE;
    for (int db = 0; db <= 20; db += 10) {
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, 233, 0.2, 0);
        add_sine(x, 0, n, RATE, 415, 0.2, 0);
        add_sine(x, 0, n, RATE, 1109, 0.2, 0);
        add_noise(x, 0, n, sqrt(power / band / pow(10, db / 10.0)), 7);
        const snq_note_answer a = hear_note(x, n);
        assert_non_null(a.f0_hz.reason);
        check_near(a.hnr_db.value, db, 1);
    }
}

static snq_status make(void *user, void **out)
{
    return snq_note_pitch_new(64, (snq_note_pitch **)out);
}

static void unmake(void *object)
{
    snq_note_pitch_free(object);
}

static void is_made_whole_or_not_at_all(void **state)
{
    snq_note_pitch *n;
    assert_true(snq_sweep(make, unmake, NULL) > 2);
    check_status(snq_note_pitch_new(6, &n), SNQ_ERR_RANGE);
    check_status(snq_note_pitch_new(33, &n), SNQ_ERR_RANGE);
    check_status(snq_note_pitch_new(SNQ_NOTE_FRAMES_MAX + 2, &n), SNQ_ERR_RANGE);
    assert_null(n);
    snq_note_pitch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_pitch_of_all_timbres),
        cmocka_unit_test(finds_a_fundamental_that_is_missing),
        cmocka_unit_test(a_note_may_fade_and_be_short),
        cmocka_unit_test(a_stop_below_the_note_is_not_the_note),
        cmocka_unit_test(vibrato_is_one_note),
        cmocka_unit_test(tells_what_is_no_note),
        cmocka_unit_test(a_long_sound_is_sampled),
        cmocka_unit_test(reset_forgets),
        cmocka_unit_test(measures_harmonics_to_noise),
        cmocka_unit_test(several_notes_have_a_ratio_too),
        cmocka_unit_test(is_made_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
