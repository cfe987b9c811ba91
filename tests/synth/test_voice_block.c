// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "synth/voice_inside.h"

#define SAW(params) \
    PATCH_HEAD      \
    "\"sources\":[\"wave\"],\"params\":{\"gain_db\":0,\"velocity_sensitivity\":0," params "}}"

/* Amplitude of a partial of a long note at 100 Hz, in dB against that without a filter. */
static double through_db(const char *patch, double hz)
{
    static const float note = 43.34995828f; /* 100 Hz */
    static const char *const plain = SAW("\"filter_model\":\"off\"");
    double a[2];
    for (int i = 0; i < 2; i++) {
        sound s;
        sound_open(&s, i ? patch : plain, 48000, 1.2);
        snq_instrument_note_on(s.instrument, 1, note, 1);
        sound_run(&s, 1.2);
        double re = 0, im = 0;
        for (size_t k = 0; k < 48000; k++) {
            const double w = 0.5 - 0.5 * cos(2 * M_PI * (double)k / 48000);
            re += w * (double)s.left[9600 + k] * cos(2 * M_PI * hz * (double)k / 48000);
            im += w * (double)s.left[9600 + k] * sin(2 * M_PI * hz * (double)k / 48000);
        }
        a[i] = sqrt(re * re + im * im);
        sound_close(&s);
    }
    return 20 * log10(a[1] / a[0]);
}

/* What each type does far below, at and far above its cutoff. */
static void test_filter_types(void **state)
{
    check_near(through_db(SAW("\"filter_cutoff\":1000,\"filter_resonance\":2"), 100), 0, 0.3);
    check_near(through_db(SAW("\"filter_cutoff\":1000,\"filter_resonance\":2"), 1000), 6.02, 0.3);
    check_near(through_db(SAW("\"filter_cutoff\":1000,\"filter_resonance\":2"), 8000), -36, 2.5);
    check_near(through_db(SAW("\"filter_cutoff\":1000,\"filter_type\":\"highpass\""), 100), -40, 1);
    check_near(
        through_db(
            SAW("\"filter_cutoff\":1000,\"filter_type\":\"bandpass\",\"filter_resonance\":5"),
            1000),
        0, 0.1);
    assert_true(through_db(SAW("\"filter_cutoff\":1000,\"filter_type\":\"notch\""), 1000) < -50);
    assert_true(
        through_db(SAW("\"filter_cutoff\":400,\"filter_model\":\"ladder\",\"filter_drive\":0"),
                   6400) < -80);
}

static void test_second_filter(void **state)
{
    check_near(
        through_db(
            SAW("\"filter_model\":\"off\",\"filter2_type\":\"lowpass\",\"filter2_cutoff\":1000,"
                "\"filter2_resonance\":2"),
            1000),
        6.02, 0.3);
    /* both, one behind the other */
    check_near(
        through_db(
            SAW("\"filter_cutoff\":1000,\"filter_resonance\":2,\"filter2_type\":\"highpass\","
                "\"filter2_cutoff\":1000,\"filter2_resonance\":2"),
            1000),
        12.04, 0.5);
}

/* The ladder's Q says what the other's does: the peak against the bass. */
static void test_the_ladders_q(void **state)
{
    const char *patch = SAW("\"filter_model\":\"ladder\",\"filter_drive\":0,\"filter_cutoff\":1000,"
                            "\"filter_resonance\":10,\"osc1_level\":0.02");
    const double peak = through_db(patch, 1000), bass = through_db(patch, 100);
    check_near(peak - bass, 20, 0.5);
}

/* A change of the filter while a note sounds is heard as no click. */
static void test_switching(void **state)
{
    sound s;
    sound_open(&s, SAW("\"filter_cutoff\":300,\"osc1_waveform\":\"triangle\""), 48000, 4);
    snq_instrument_note_on(s.instrument, 1, 45, 1);
    sound_run(&s, 0.5);
    static const struct {
        const char *id;
        float value;
    } step[] = { { "filter_model", 1 }, { "filter_type", 2 },  { "filter_model", 0 },
                 { "filter_type", 0 },  { "filter2_type", 1 }, { "filter2_type", 0 },
                 { "filter_model", 2 }, { "filter_model", 0 } };
    for (size_t i = 0; i < SNQ_COUNT(step); i++) {
        const size_t at = s.n;
        sound_set(&s, step[i].id, step[i].value);
        sound_run(&s, 0.2);
        const double db = click_db(s.left, s.n, at + 60, 48000, -70);
        if (db > 6)
            fail_msg("%s to %g: %.1f dB", step[i].id, (double)step[i].value, db);
    }
    /* two changes at once: the second waits for the first, and both come about */
    sound_set(&s, "filter_type", 3);
    sound_run(&s, 0.001);
    sound_set(&s, "filter_type", 1);
    sound_run(&s, 0.1);
    for (size_t i = 0; i < s.n; i++)
        assert_true(fabsf(s.left[i]) < 4);
    sound_close(&s);
}

static void test_silent_sources_are_left_out(void **state)
{
    inside in;
    inside_open(&in, PATCH_HEAD "\"sources\":[\"wave\",\"noise\"],\"params\":{\"osc1_level\":0,"
                                "\"osc2_level\":0}}");
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.05);
    for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
        assert_true(in.left[i] == 0);
    snq__voice_set(in.e, inside_index(&in, "osc1_level"), 1);
    inside_run(&in, 0.05);
    assert_true(peak_of(in.left, SNQ_SYNTH_BLOCK) > 0.01);
    inside_close(&in);
}

/* Both sides of a stereo patch go through filters of their own. */
static void test_two_sides(void **state)
{
    for (int stereo = 0; stereo < 2; stereo++) {
        sound s;
        sound_open(&s,
                   stereo ? SAW("\"channels\":\"stereo\",\"osc1_unison\":5,\"osc1_spread\":1,"
                                "\"filter_cutoff\":2000,\"filter2_type\":\"highpass\"")
                          : SAW("\"osc1_unison\":5,\"osc1_spread\":1,\"filter_cutoff\":2000"),
                   48000, 1);
        snq_instrument_note_on(s.instrument, 1, 57, 1);
        sound_run(&s, 1);
        double side = 0, middle = 0;
        for (size_t i = 4800; i < s.n; i++) {
            side += pow((double)(s.left[i] - s.right[i]), 2);
            middle += pow((double)(s.left[i] + s.right[i]), 2);
        }
        if (stereo)
            assert_true(side / middle > 0.05);
        else
            assert_true(side == 0);
        check_near(rms_of(s.left + 4800, s.n - 4800) / rms_of(s.right + 4800, s.n - 4800), 1, 0.35);
        sound_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_types),
        cmocka_unit_test(test_second_filter),
        cmocka_unit_test(test_the_ladders_q),
        cmocka_unit_test(test_switching),
        cmocka_unit_test(test_silent_sources_are_left_out),
        cmocka_unit_test(test_two_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
