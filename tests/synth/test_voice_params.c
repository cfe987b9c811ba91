// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "synth/voice_inside.h"

#define PLAIN PATCH_HEAD "\"sources\":[\"wave\"]}"

static void test_slots_move_in_straight_lines(void **state)
{
    inside in;
    inside_open(&in, PLAIN);
    snq__voice_note_on(in.e, 1, 60, 1);
    const snq__voice_value *gain = &in.e->value[VP_GAIN];
    check_near((double)gain->now, -12, 0);
    snq__voice_set(in.e, inside_index(&in, "gain_db"), -8);
    snq__voice_slots_advance(in.e, 16);
    check_near((double)gain->now, -11, 1e-5);
    snq__voice_slots_advance(in.e, 40);
    check_near((double)gain->now, -8.5, 1e-5);
    snq__voice_slots_advance(in.e, 64);
    check_near((double)gain->now, -8, 0);
    assert_int_equal(in.e->moving[VP_GAIN / 32] >> (VP_GAIN % 32) & 1, 0);
    /* a jump over more than a tenth of the range takes 5 ms */
    snq__voice_set(in.e, inside_index(&in, "gain_db"), -32);
    snq__voice_slots_advance(in.e, 120);
    check_near((double)gain->now, -20, 1e-4);
    snq__voice_slots_advance(in.e, 120);
    check_near((double)gain->now, -32, 0);
    inside_close(&in);
}

static void test_logarithmic_slots_move_in_octaves(void **state)
{
    inside in;
    inside_open(&in, PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{\"filter_cutoff\":1000}}");
    snq__voice_note_on(in.e, 1, 60, 1);
    snq__voice_set(in.e, inside_index(&in, "filter_cutoff"), 1200);
    snq__voice_slots_advance(in.e, 32);
    check_near(exp2((double)in.e->value[VP_CUTOFF].now), sqrt(1000.0 * 1200.0), 0.01);
    inside_close(&in);
}

static void test_at_once_in_silence(void **state)
{
    inside in;
    inside_open(&in, PLAIN);
    snq__voice_set(in.e, inside_index(&in, "filter_cutoff"), 100);
    check_near(exp2((double)in.e->value[VP_CUTOFF].now), 100, 1e-3);
    inside_close(&in);
}

static void test_second_name_of_the_waveform(void **state)
{
    inside in;
    inside_open(&in, PATCH_HEAD "\"sources\":[\"wave\",\"wave\"]}");
    const snq__voice_address a = in.e->address[inside_index(&in, "waveform")];
    const snq__voice_address b = in.e->address[inside_index(&in, "osc1_waveform")];
    const snq__voice_address c = in.e->address[inside_index(&in, "osc2_waveform")];
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(c.osc, 1);
    assert_int_equal(c.index, b.index);
    inside_close(&in);
    inside_open(&in, PATCH_HEAD "\"sources\":[\"noise\",\"wave\"]}");
    assert_int_equal(snq_param_find(in.e->param, in.e->params, "waveform"), -1);
    assert_int_equal(snq_param_find(in.e->param, in.e->params, "osc3_level"), -1);
    inside_close(&in);
}

static void test_sync_choices(void **state)
{
    check_near(snq__voice_sync_beats(0), 0, 0);
    static const char *const names[] = { "1/1", "1/4", "1/8d", "1/16t", "1/64t" };
    static const double beats[] = { 4, 1, 0.75, 1.0 / 6, 1.0 / 24 };
    inside in;
    inside_open(&in, PLAIN);
    const snq_param *p = &in.e->param[inside_index(&in, "lfo_sync")];
    for (size_t i = 0; i < SNQ_COUNT(names); i++)
        check_near(snq__voice_sync_beats((uint32_t)snq_param_choice(p, names[i])), beats[i], 1e-12);
    assert_int_equal(snq_param_choice(p, "off"), 0);
    assert_int_equal((int)p->max, 21);
    inside_close(&in);
}

static void test_channels_are_the_patchs(void **state)
{
    inside in;
    inside_open(&in, PLAIN);
    snq__voice_set(in.e, inside_index(&in, "channels"), 1);
    inside_run(&in, 0.01);
    assert_int_equal(snq__voice_choice(in.e, VP_CHANNELS), 0);
    assert_false(in.e->stereo);
    inside_close(&in);
}

/* A source's own parameter, set and moved by a route. */
static void test_own_parameters_move(void **state)
{
    inside in;
    inside_open(&in,
                PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{\"osc1_unison\":3,"
                           "\"osc1_detune_cents\":40},\"matrix\":[{\"from\":\"wheel\",\"to\":"
                           "\"osc1_detune_cents\",\"amount\":50},{\"from\":\"pressure\",\"to\":"
                           "\"osc1_detune_cents\",\"amount\":-20}]}");
    assert_int_equal(in.e->owns, 1);
    check_near((double)in.e->own[0].last, 40, 0);
    snq__engine_voice.perform(in.e, SNQ_PERFORM_WHEEL, 1);
    snq__voice_note_on(in.e, 1, 60, 1);
    inside_run(&in, 0.02);
    check_near((double)in.e->own[0].last, 90, 1e-3);
    snq__engine_voice.perform(in.e, SNQ_PERFORM_PRESSURE, 1);
    inside_run(&in, 0.02);
    check_near((double)in.e->own[0].last, 70, 1e-3);
    snq__voice_set(in.e, inside_index(&in, "osc1_detune_cents"), 90);
    inside_run(&in, 0.02);
    check_near((double)in.e->own[0].last, 100, 1e-3); /* 120, but 100 is the end */
    inside_close(&in);
}

/* A patch that was not read, but made, is looked at as well. */
static void test_made_patches_are_checked(void **state)
{
    static const struct {
        const char *setting, *from, *to;
        float amount;
        snq_status want;
    } bad[] = { { "filter_cutof", NULL, NULL, 0, SNQ_ERR_NOT_FOUND },
                { NULL, "moon", "pan", 1, SNQ_ERR_NOT_FOUND },
                { NULL, "lfo", "pann", 1, SNQ_ERR_NOT_FOUND },
                { NULL, "lfo", "filter_type", 1, SNQ_ERR_RANGE },
                { NULL, "lfo", "pan", NAN, SNQ_ERR_RANGE } };
    snq_bank *bank;
    check_ok(snq_bank_new(48000, &bank));
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_patch p = { .id = "x", .engine = "voice", .source = { "wave" } };
        if (bad[i].setting) {
            p.settings = 1;
            snprintf(p.setting[0].id, sizeof p.setting[0].id, "%s", bad[i].setting);
        } else {
            p.routes = 1;
            p.route[0].amount = bad[i].amount;
            snprintf(p.route[0].from, sizeof p.route[0].from, "%s", bad[i].from);
            snprintf(p.route[0].to, sizeof p.route[0].to, "%s", bad[i].to);
        }
        const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &p, .bank = bank };
        snq_instrument *made = NULL;
        check_status(snq_instrument_new(&cfg, &made), bad[i].want);
        assert_null(made);
    }
    snq_patch p = { .id = "x", .engine = "voice", .source = { "wave" }, .routes = 17 };
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &p, .bank = bank };
    snq_instrument *made = NULL;
    check_status(snq_instrument_new(&cfg, &made), SNQ_ERR_RANGE);
    snprintf(p.source[0], sizeof p.source[0], "kazoo");
    check_status(snq_instrument_new(&cfg, &made), SNQ_ERR_NOT_FOUND);
    assert_int_equal(snq_alloc_live(), live);
    snq_bank_free(bank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_move_in_straight_lines),
        cmocka_unit_test(test_logarithmic_slots_move_in_octaves),
        cmocka_unit_test(test_at_once_in_silence),
        cmocka_unit_test(test_second_name_of_the_waveform),
        cmocka_unit_test(test_sync_choices),
        cmocka_unit_test(test_channels_are_the_patchs),
        cmocka_unit_test(test_own_parameters_move),
        cmocka_unit_test(test_made_patches_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
