// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/str.h"
#include "map/destination_table.h"

/* The published ranges and defaults, once more, by hand. */
static const struct {
    const char *id;
    double min, max, value;
    snq_destination_acts acts;
} published[] = {
    { "wobble_bass.lfo_rate", 0.1, 20, 1, SNQ_ACTS_SOUND },
    { "wobble_bass.filter_cutoff", 80, 10000, 1000, SNQ_ACTS_SOUND },
    { "wobble_bass.filter_resonance", 0.5, 20, 5, SNQ_ACTS_SOUND },
    { "wobble_bass.filter_type", 0, 3, 0, SNQ_ACTS_SOUND },
    { "wobble_bass.waveform", 0, 4, 2, SNQ_ACTS_SOUND },
    { "wobble_bass.distortion_amount", 0, 1, 0.2, SNQ_ACTS_SOUND },
    { "rhythm.kick_pattern", 0, 6, 0, SNQ_ACTS_COMPOSITION },
    { "rhythm.hat_density", 0, 1, 0.5, SNQ_ACTS_COMPOSITION },
    { "rhythm.percussion_complexity", 0, 1, 0.3, SNQ_ACTS_COMPOSITION },
    { "rhythm.swing_amount", 0, 0.5, 0, SNQ_ACTS_COMPOSITION },
    { "harmony.chord_complexity", 1, 5, 2, SNQ_ACTS_COMPOSITION },
    { "harmony.progression_type", 0, 3, 0, SNQ_ACTS_COMPOSITION },
    { "harmony.key", 0, 11, 0, SNQ_ACTS_COMPOSITION },
    { "harmony.scale", 0, 6, 1, SNQ_ACTS_COMPOSITION },
    { "atmosphere.pad_intensity", 0, 1, 0.5, SNQ_ACTS_SOUND },
    { "atmosphere.reverb_size", 0, 1, 0.5, SNQ_ACTS_SOUND },
    { "atmosphere.texture_density", 0, 1, 0.3, SNQ_ACTS_SOUND },
    { "atmosphere.modulation_depth", 0, 1, 0.2, SNQ_ACTS_SOUND },
    { "global.bpm", 60, 200, 140, SNQ_ACTS_GLOBAL },
    { "global.mix_balance", 0, 1, 0.5, SNQ_ACTS_GLOBAL },
    { "global.energy", 0, 1, 0.7, SNQ_ACTS_GLOBAL },
    { "global.dynamics_range", 0, 1, 0.6, SNQ_ACTS_GLOBAL },
};

static void as_published(void **state)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    assert_int_equal(n, SNQ_COUNT(published));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(snq_destination_find(published[i].id), i);
        check_near((double)d[i].param.min, published[i].min, 1e-6);
        check_near((double)d[i].param.max, published[i].max, 1e-6);
        check_near((double)d[i].param.value, published[i].value, 1e-6);
        assert_int_equal(d[i].acts, published[i].acts);
        assert_true((d[i].acts == SNQ_ACTS_SOUND) == (d[i].target && d[i].kind));
        assert_true(strlen(d[i].param.id) < 64 && d[i].param.what[0]);
        if (strcmp(d[i].param.unit, "hz") == 0)
            assert_int_equal(d[i].param.scale, SNQ_PARAM_LOG);
    }
    assert_int_equal(snq_destination_find("wobble_bass.lfo"), -1);
    assert_int_equal(snq_destination_find(""), -1);
}

static void targets(void **state)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    const snq_destination *pad = &d[snq_destination_find("atmosphere.pad_intensity")];
    check_near((double)snq_destination_target_value(pad, 0), -18, 1e-5);
    check_near((double)snq_destination_target_value(pad, 1), 6, 1e-5);
    check_near((double)snq_destination_target_value(pad, 0.5f), -6, 1e-5);
    const snq_destination *lfo = &d[snq_destination_find("wobble_bass.lfo_rate")];
    check_near((double)snq_destination_target_value(lfo, 2.5f), 2.5, 1e-6);
    check_near((double)snq_destination_target_value(lfo, 99), 20, 1e-6);
}

static void describes_itself(void **state)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 16);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_json_array(&j);
    for (size_t i = 0; i < n; i++)
        snq_destination_json(&j, &d[i]);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    static const char *const words[] = { "\"acts\":\"composition\"",
                                         "\"target_range\":[-18,6]",
                                         "\"track_kind\":\"all\"",
                                         "\"patch\":\"wobble_bass\"",
                                         "\"locrian\"",
                                         "\"steps\":true" };
    for (size_t i = 0; i < SNQ_COUNT(words); i++)
        if (!strstr(snq_str_text(&text), words[i]))
            fail_msg("%s lacks %s", snq_str_text(&text), words[i]);
    snq_str_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_published),
        cmocka_unit_test(targets),
        cmocka_unit_test(describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
