// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "synth/voice_inside.h"

#define ROUTE(from, to, amount) "{\"from\":\"" from "\",\"to\":\"" to "\",\"amount\":" amount "}"
#define WITH(params, routes) \
    PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{" params "},\"matrix\":[" routes "]}"

static float hz(inside *in)
{
    return in->e->group[0].ramps.hz[0].to.v[0];
}

static float cutoff(inside *in)
{
    return in->e->group[0].ramps.cutoff.to.v[0];
}

static double cents(double a, double b)
{
    return 1200 * log2(a / b);
}

/* Every note's pitch, by the definition. */
static void test_pitch_of_every_note(void **state)
{
    inside in;
    inside_open(&in, WITH("\"voices\":1", ""));
    for (int note = -20; note <= 140; note++) {
        const float fine = (float)note + (float)(note % 7) / 7;
        snq__voice_note_on(in.e, 1, fine, 1);
        inside_run(&in, 0.02);
        const snq__voice_group *g = &in.e->group[0];
        const double want = fmin(440 * exp2(((double)fine - 69) / 12), 0.49 * 48000);
        int found = 0;
        for (uint32_t l = 0; l < SNQ_LANES; l++)
            if (g->voice[l].state == SNQ__VOICE_HELD) {
                check_near(cents((double)g->ramps.hz[0].to.v[l], want), 0, 0.002);
                found = 1;
            }
        assert_true(found);
    }
    inside_close(&in);
}

static void test_transposition_adds_up(void **state)
{
    inside in;
    inside_open(&in, WITH("\"transpose_semitones\":-12,\"tune_cents\":30,\"osc1_semitones\":7,"
                          "\"osc1_cents\":-5",
                          ""));
    snq__engine_voice.perform(in.e, SNQ_PERFORM_BEND, 2.5);
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.01);
    check_near(cents((double)hz(&in), 440 * exp2((60 - 12 + 0.3 + 7 - 0.05 + 2.5 - 69) / 12)), 0,
               0.002);
    inside_close(&in);
}

static void test_keytrack(void **state)
{
    inside in;
    inside_open(&in, WITH("\"osc1_keytrack\":0.5,\"filter_keytrack\":1,\"filter_cutoff\":500", ""));
    snq__voice_note_on(in.e, 1, 84, 1);
    inside_run(&in, 0.01);
    check_near(cents((double)hz(&in), 440 * exp2((72 - 69) / 12.0)), 0, 0.002);
    check_near((double)cutoff(&in), 2000, 0.01);
    inside_close(&in);
}

static void test_cutoff_follows_envelope_and_velocity(void **state)
{
    inside in;
    inside_open(&in,
                WITH("\"filter_cutoff\":200,\"filter_env_octaves\":3,\"filter_velocity_octaves\":2,"
                     "\"env2_attack_s\":0.01,\"env2_sustain\":1",
                     ""));
    snq__voice_note_on(in.e, 1, 60, 0.5f);
    inside_run(&in, 0.05);
    check_near((double)cutoff(&in), 200 * exp2(3 + 1), 0.05);
    inside_close(&in);
    /* the range's end holds */
    inside_open(&in, WITH("\"filter_cutoff\":15000,\"filter_velocity_octaves\":8", ""));
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.01);
    check_near((double)cutoff(&in), 20000, 0.05);
    inside_close(&in);
}

static void test_routes_add_up(void **state)
{
    inside in;
    inside_open(
        &in,
        WITH("\"filter_cutoff\":1000,\"osc1_shape\":0.2",
             ROUTE("velocity", "filter_cutoff", "2") "," ROUTE(
                 "key", "filter_cutoff",
                 "1") "," ROUTE("wheel", "osc1_shape",
                                "0.5") "," ROUTE("pressure", "osc1_shape",
                                                 "0.9") "," ROUTE("wheel", "transpose_semitones",
                                                                  "-7") "," ROUTE("env1",
                                                                                  "osc1_level",
                                                                                  "-0.25")));
    snq__engine_voice.perform(in.e, SNQ_PERFORM_WHEEL, 0.4);
    snq__voice_note_on(in.e, 1, 48, 0.75f);
    inside_run(&in, 0.05);
    check_near((double)cutoff(&in), 1000 * exp2(1.5 - 1), 0.02);
    check_near((double)in.e->group[0].ramps.shape[0].to.v[0], 0.4, 1e-6);
    check_near((double)in.e->group[0].ramps.level[0].to.v[0], 0.75, 1e-6);
    check_near(cents((double)hz(&in), 440 * exp2((48 - 2.8 - 69) / 12)), 0, 0.002);
    snq__engine_voice.perform(in.e, SNQ_PERFORM_PRESSURE, 1);
    inside_run(&in, 0.05);
    check_near((double)in.e->group[0].ramps.shape[0].to.v[0], 1, 0); /* 1.3, cut */
    inside_close(&in);
}

static void test_random_is_a_notes_own(void **state)
{
    inside in;
    inside_open(&in, WITH("\"voices\":16", ROUTE("random", "pan", "1")));
    double sum = 0, square = 0;
    for (uint32_t k = 0; k < 16; k++)
        snq__voice_note_on(in.e, k, 60, 1);
    inside_run(&in, 0.01);
    for (uint32_t l = 0; l < 16; l++) {
        const double r = (double)inside_voice(&in, l)->random;
        assert_true(fabs(r) <= 1);
        sum += r;
        square += r * r;
    }
    assert_true(fabs(sum / 16) < 0.5 && square / 16 > 0.1 && square / 16 < 0.7);
    inside_close(&in);
}

/* Equal power: the squares of both sides are 2 together. */
static void test_pan(void **state)
{
    inside in;
    inside_open(&in, WITH("\"voices\":4", ""));
    static const float pans[] = { -1, -0.5f, 0, 0.3f, 1 };
    for (size_t i = 0; i < SNQ_COUNT(pans); i++) {
        snq__voice_set(in.e, inside_index(&in, "pan"), pans[i]);
        snq__voice_note_on(in.e, 1, 60, 1);
        inside_run(&in, 0.05);
        const float l = in.e->group[0].ramps.left.to.v[0], r = in.e->group[0].ramps.right.to.v[0];
        check_near((double)(l * l + r * r), 2, 1e-5);
        check_near((double)(r * r - l * l) / 2, (double)pans[i], 1e-5);
    }
    inside_close(&in);
}

static void test_velocity(void **state)
{
    inside in;
    inside_open(&in, WITH("\"velocity_sensitivity\":0.8,\"amp_level\":0.5", ""));
    snq__voice_note_on(in.e, 1, 60, 0.5f);
    inside_run(&in, 0.05);
    check_near((double)inside_voice(&in, 0)->level, 0.5 * (0.2 + 0.8 * 0.25), 1e-6);
    inside_close(&in);
}

/* Upward crossings of what the LFO says, a second. */
static double lfo_rate(inside *in, double seconds)
{
    int crossings = 0;
    float last = 0;
    double first_s = 0, last_s = 0;
    for (double t = 0; t < seconds; t += 64.0 / 48000) {
        inside_run(in, 64.0 / 48000);
        const float now = inside_voice(in, 0)->from[FROM_LFO];
        if (last < 0 && now >= 0) {
            last_s = t + (double)(now / (last - now)) * 64.0 / 48000;
            if (!crossings++)
                first_s = last_s;
        }
        last = now;
    }
    return (crossings - 1) / (last_s - first_s);
}

static void test_lfo_rates(void **state)
{
    inside in;
    inside_open(&in, WITH("\"lfo_rate\":3.7", ROUTE("lfo", "tune_cents", "10")));
    snq__voice_note_on(in.e, 1, 60, 1);
    check_near(lfo_rate(&in, 8), 3.7, 3.7e-4);
    snq__voice_set(in.e, inside_index(&in, "lfo_rate"), 7.3f);
    inside_run(&in, 0.1);
    check_near(lfo_rate(&in, 8), 7.3, 7.3e-4);
    /* synced: 1/8 triplet at 140 is 7 Hz */
    snq__engine_voice.perform(in.e, SNQ_PERFORM_BPM, 140);
    snq__voice_set(in.e, inside_index(&in, "lfo_sync"),
                   (float)snq_param_choice(&in.e->param[inside_index(&in, "lfo_sync")], "1/8t"));
    inside_run(&in, 0.1);
    check_near(lfo_rate(&in, 8), 7, 7e-4);
    inside_close(&in);
}

static void test_free_lfos_stand_by_the_beat(void **state)
{
    inside in;
    inside_open(&in,
                WITH("\"lfo_mode\":\"free\",\"lfo_sync\":\"1/2\",\"lfo_waveform\":\"triangle\","
                     "\"lfo_phase\":0.25",
                     ROUTE("lfo", "tune_cents", "10")));
    snq__engine_voice.perform(in.e, SNQ_PERFORM_BPM, 120);
    snq__engine_voice.perform(in.e, SNQ_PERFORM_BEAT, 16.5);
    snq__voice_note_on(in.e, 1, 60, 1);
    snq__voice_note_on(in.e, 2, 67, 1);
    inside_run(&in, 0.125); /* a quarter beat: 16.75 beats are 8.375 cycles, + 0.25: at 0.625 */
    check_near((double)inside_voice(&in, 0)->from[FROM_LFO], -0.5, 1e-3);
    check_near((double)inside_voice(&in, 1)->from[FROM_LFO], -0.5, 1e-3);
    /* without sync they run by their rate, also alike */
    snq__voice_set(in.e, inside_index(&in, "lfo_sync"), 0);
    inside_run(&in, 0.3);
    snq__voice_note_on(in.e, 3, 70, 1);
    inside_run(&in, 0.05);
    check_near((double)inside_voice(&in, 2)->from[FROM_LFO],
               (double)inside_voice(&in, 0)->from[FROM_LFO], 1e-3);
    inside_close(&in);
}

static void test_note_lfos_begin_with_the_note(void **state)
{
    inside in;
    inside_open(&in, WITH("\"lfo_rate\":2,\"lfo_phase\":0.25", ROUTE("lfo", "tune_cents", "10")));
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.25);
    snq__voice_note_on(in.e, 2, 67, 1);
    inside_run(&in, 0.002);
    assert_true(inside_voice(&in, 0)->from[FROM_LFO] < -0.99f);
    assert_true(inside_voice(&in, 1)->from[FROM_LFO] > 0.99f);
    inside_close(&in);
}

/* Where an LFO begins may be moved by what is known of a note. */
static void test_routes_to_an_lfos_begin(void **state)
{
    inside in;
    inside_open(&in, WITH("\"lfo_rate\":0.01", ROUTE("velocity", "lfo_phase",
                                                     "0.5") "," ROUTE("lfo", "tune_cents", "10")));
    snq__voice_note_on(in.e, 1, 60, 0.5f);
    inside_run(&in, 0.01);
    check_near((double)inside_voice(&in, 0)->from[FROM_LFO], 1, 1e-3);
    inside_close(&in);
}

static void test_fade_and_depth(void **state)
{
    inside in;
    inside_open(&in, WITH("\"lfo_rate\":0.01,\"lfo_phase\":0.25,\"lfo_fade_s\":1,\"lfo_depth\":0.5",
                          ROUTE("lfo", "tune_cents", "10")));
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.5);
    check_near((double)inside_voice(&in, 0)->from[FROM_LFO], 0.25, 2e-3);
    inside_run(&in, 1);
    check_near((double)inside_voice(&in, 0)->from[FROM_LFO], 0.5, 3e-3);
    inside_close(&in);
}

/* What an LFO says never jumps, whatever is chosen while it runs. */
static void test_changes_of_an_lfo_are_mended(void **state)
{
    inside in;
    inside_open(&in,
                WITH("\"lfo_rate\":1,\"voice_mode\":\"mono\"", ROUTE("lfo", "tune_cents", "10")));
    snq__voice_note_on(in.e, 1, 60, 1);
    float last = 0, largest = 0;
    static const char *const ids[] = { "lfo_waveform", "lfo_sync", "lfo_mode", "lfo_phase" };
    static const float values[4][4] = {
        { 1, 6, 0, 6 }, { 1, 2, 0, 3 }, { 0, 1, 0, 1 }, { 0.3f, 0.6f, 0.9f, 0 }
    };
    for (int step = 0; step < 400; step++) {
        if (step % 20 == 10)
            snq__voice_set(in.e, inside_index(&in, ids[step / 20 % 4]),
                           values[step / 20 % 4][step / 80 % 4]);
        if (step == 395)
            snq__voice_note_on(in.e, 2, 62, 1);
        inside_run(&in, 64.0 / 48000);
        const float now = inside_voice(&in, 0)->from[FROM_LFO];
        largest = fmaxf(largest, fabsf(now - last));
        last = now;
    }
    /* at most 2, of which a quarter is made up for in each block of 1.3 ms */
    assert_true(largest < 0.6f && largest > 0);
    inside_close(&in);
}

static void test_routes_to_envelopes_and_lfos(void **state)
{
    inside in;
    inside_open(&in, WITH("\"amp_attack_s\":0.1,\"amp_curve\":0,\"lfo_rate\":2",
                          ROUTE("velocity", "amp_attack_s", "1") "," ROUTE(
                              "wheel", "lfo_rate", "2") "," ROUTE("lfo", "tune_cents", "5")));
    snq__engine_voice.perform(in.e, SNQ_PERFORM_WHEEL, 0.5);
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.1);
    check_near((double)inside_voice(&in, 0)->from[FROM_ENV1], 0.5, 0.01); /* 0.2 s */
    check_near(lfo_rate(&in, 4), 4, 4e-3);
    inside_close(&in);
}

/* What belongs to the sum listens to the newest voice. */
static void test_the_newest_voice_moves_the_sum(void **state)
{
    inside in;
    inside_open(&in, WITH("\"gain_db\":-20,\"lfo_mode\":\"free\"",
                          ROUTE("key", "gain_db", "6") "," ROUTE("key", "lfo_rate", "1") "," ROUTE(
                              "lfo", "tune_cents", "1")));
    snq__voice_note_on(in.e, 1, 72, 1);
    inside_run(&in, 0.02);
    check_near((double)snq__voice_sum_value(in.e, VP_GAIN), -14, 1e-5);
    snq__voice_note_on(in.e, 2, 48, 1);
    inside_run(&in, 0.02);
    check_near((double)snq__voice_sum_value(in.e, VP_GAIN), -26, 1e-5);
    check_near(in.e->shared.lfo_hz[0], 1, 1e-5); /* 2 Hz, an octave down */
    inside_close(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pitch_of_every_note),
        cmocka_unit_test(test_transposition_adds_up),
        cmocka_unit_test(test_keytrack),
        cmocka_unit_test(test_cutoff_follows_envelope_and_velocity),
        cmocka_unit_test(test_routes_add_up),
        cmocka_unit_test(test_random_is_a_notes_own),
        cmocka_unit_test(test_pan),
        cmocka_unit_test(test_velocity),
        cmocka_unit_test(test_lfo_rates),
        cmocka_unit_test(test_free_lfos_stand_by_the_beat),
        cmocka_unit_test(test_note_lfos_begin_with_the_note),
        cmocka_unit_test(test_routes_to_an_lfos_begin),
        cmocka_unit_test(test_fade_and_depth),
        cmocka_unit_test(test_changes_of_an_lfo_are_mended),
        cmocka_unit_test(test_routes_to_envelopes_and_lfos),
        cmocka_unit_test(test_the_newest_voice_moves_the_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
