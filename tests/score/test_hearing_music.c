// SPDX-License-Identifier: MIT
/* The music's part of the document. tests/golden/hearing_music.json and hearing_music_gaps.json are
 * the documents of what hearing_checks.h makes; tests/checks/test_schemas.py holds them against the schema. After a change:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_hearing_music */
#include "support/check.h"

#include "base/alloc.h"
#include "hearing_checks.h"

static void keys_are_named_by_the_camelot_clock(void **state)
{
    /* The circle of fifths from A flat minor and B major, the keys at one o'clock (0 = C). */
    static const uint8_t minor[] = { 8, 3, 10, 5, 0, 7, 2, 9, 4, 11, 6, 1 };
    static const uint8_t major[] = { 11, 6, 1, 8, 3, 10, 5, 0, 7, 2, 9, 4 };
    char want[4];
    for (int i = 0; i < 12; i++) {
        snprintf(want, sizeof want, "%dA", i + 1);
        assert_string_equal(snq_camelot(minor[i], SNQ_MODE_MINOR), want);
        snprintf(want, sizeof want, "%dB", i + 1);
        assert_string_equal(snq_camelot(major[i], SNQ_MODE_MAJOR), want);
    }
    assert_string_equal(snq_camelot(0, SNQ_MODE_MAJOR), "8B");
    assert_string_equal(snq_camelot(UINT32_MAX, SNQ_MODE_MINOR), snq_camelot(3, SNQ_MODE_MINOR));
}

static void tones_and_chords_have_names(void **state)
{
    static const char tones[][3] = {
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"
    };
    for (uint32_t i = 0; i < 24; i++)
        assert_string_equal(snq_pitch_class_name(i), tones[i % 12]);
    assert_string_equal(snq_chord_quality_name(SNQ_CHORD_MAJ), "maj");
    assert_string_equal(snq_chord_quality_name(SNQ_CHORD_DOM7), "7");
    assert_string_equal(snq_chord_quality_name(SNQ_CHORD_SUS4), "sus4");
    assert_string_equal(snq_chord_quality_name(SNQ_CHORD_NONE), "N");
    assert_string_equal(snq_chord_quality_name(77), "N");
}

static void nothing_heard_has_a_reason_for_every_value(void **state)
{
    static const char *const parts[] = {
        "\"tempo\":{\"bpm\":null,\"bpm_reason\":\"R\",\"confidence\":null,\"confidence_reason\":"
        "\"R\","
        "\"candidates\":null,\"candidates_reason\":\"R\",\"spans\":null,\"spans_reason\":\"R\"}",
        "\"meter\":{\"beats_per_bar\":null,\"beats_per_bar_reason\":\"R\",\"beat_unit\":null,"
        "\"beat_unit_reason\":\"R\",\"pulses_per_bar\":null,\"pulses_per_bar_reason\":\"R\","
        "\"confidence\":null,\"confidence_reason\":\"R\",\"spans\":null,\"spans_reason\":\"R\"}",
        "\"beats_s\":null,\"beats_s_reason\":\"R\",\"downbeats_s\":null,\"downbeats_s_reason\":"
        "\"R\"",
        "\"onsets_s\":null,\"onsets_s_reason\":\"R\",\"onset_strength\":null,"
        "\"onset_strength_reason\":\"R\"",
        "\"groove\":null,\"groove_reason\":\"R\"",
        "\"key\":{\"tonic\":null,\"tonic_reason\":\"R\",\"mode\":null,\"mode_reason\":\"R\","
        "\"confidence\":null,\"confidence_reason\":\"R\",\"camelot\":null,\"camelot_reason\":\"R\","
        "\"tuning_hz\":null,\"tuning_hz_reason\":\"R\",\"spans\":null,\"spans_reason\":\"R\"}",
        "\"chords\":null,\"chords_reason\":\"R\"",
        "\"patterns\":null,\"patterns_reason\":\"R\"",
    };
    snq_hearing h;
    make_nothing(&h);
    h.onsets_reason = h.tempo_reason = h.meter_reason = h.beats_reason = "R";
    h.groove_reason = h.key_reason = h.chords_reason = h.patterns_reason = "R";
    snq_str text = document(&h, 0);
    for (size_t i = 0; i < SNQ_COUNT(parts); i++)
        check_holds(&text, parts[i]);
    snq_str_clear(&text);
    snq_hearing_init(&h);
    assert_true(h.onsets_reason && h.tempo_reason && h.meter_reason && h.beats_reason &&
                h.groove_reason && h.key_reason && h.chords_reason && h.patterns_reason);
}

static void music_is_written_whole(void **state)
{
    static const char *const parts[] = {
        "\"tempo\":{\"bpm\":120.031,\"confidence\":0.875,\"candidates\":[{\"bpm\":120.031,"
        "\"weight\":0.625},{\"bpm\":60,\"weight\":0.25},{\"bpm\":240,\"weight\":0.125}],"
        "\"spans\":[{\"start_s\":0.5,\"end_s\":8.25,\"bpm\":119.875},{\"start_s\":8.25,",
        "\"meter\":{\"beats_per_bar\":6,\"beat_unit\":8,\"pulses_per_bar\":2,\"confidence\":0.5625,"
        "\"spans\":[{\"start_s\":0,\"end_s\":8,\"beats_per_bar\":6,\"beat_unit\":8,"
        "\"pulses_per_bar\":2},{",
        "\"beats_s\":[0.5,1,1.5,2,2.5],\"downbeats_s\":[0.5,2],\"onsets_s\":[0,0.5,0.5],"
        "\"onset_strength\":[0.25,1,0.5],\"groove\":{\"bands\":{\"low\":"
        "{\"hits\":[0,0.0156,0.0312,",
        "\"mid\":{\"hits\":[0.25,",
        "\"high\":{\"hits\":[0.5,",
        "\"timing_ms\":[-2,-1.75,-1.5,",
        "\"key\":{\"tonic\":\"F#\",\"mode\":\"minor\",\"confidence\":0.75,\"camelot\":\"11A\","
        "\"tuning_hz\":441.5,\"spans\":[{\"start_s\":0,\"end_s\":4,\"tonic\":\"F#\","
        "\"mode\":\"minor\"},{\"start_s\":4,\"end_s\":16,\"tonic\":\"A\",\"mode\":\"major\"}]}",
        "\"chords\":[{\"start_s\":0,\"end_s\":1.5,\"label\":\"A:min\",\"bass\":\"C\"},"
        "{\"start_s\":1.5,\"end_s\":4,\"label\":\"F:maj\",\"bass\":\"F\"},"
        "{\"start_s\":4,\"end_s\":4.25,\"label\":\"N\",\"bass\":null,\"bass_reason\":\"no chord\"},"
        "{\"start_s\":4.25,\"end_s\":6,\"label\":\"G:7\",\"bass\":\"B\"},",
        "\"patterns\":{\"labels\":[\"rhythmic\",\"percussive\"],\"pulse\":0.5,\"hnr_db\":-3.25,"
        "\"f0_hz\":null,\"f0_hz_reason\":\"many notes sound\",\"transients_per_s\":4.125,"
        "\"attack_ms\":7.75}",
    };
    snq_hearing h;
    make_music(&h);
    snq_str text = document(&h, 0);
    for (size_t i = 0; i < SNQ_COUNT(parts); i++)
        check_holds(&text, parts[i]);
    snq_str_clear(&text);
    snq_hearing_clear(&h);
}

static void what_is_missing_inside_has_its_own_reason(void **state)
{
    static const char *const parts[] = {
        "\"tempo\":{\"bpm\":null,\"bpm_reason\":\"no pulse\",\"confidence\":0,\"candidates\":[],"
        "\"spans\":[]}",
        "\"meter\":{\"beats_per_bar\":null,\"beats_per_bar_reason\":\"no "
        "pulse\",\"beat_unit\":null,"
        "\"beat_unit_reason\":\"no pulse\",\"pulses_per_bar\":null,"
        "\"pulses_per_bar_reason\":\"no pulse\",\"confidence\":0,\"spans\":[]}",
        "\"beats_s\":[],\"downbeats_s\":[],\"onsets_s\":[],\"onset_strength\":[],\"groove\":null",
        "\"key\":{\"tonic\":null,\"tonic_reason\":\"atonal\",\"mode\":\"atonal\","
        "\"confidence\":0.25,\"camelot\":null,\"camelot_reason\":\"atonal\",\"tuning_hz\":null,"
        "\"tuning_hz_reason\":\"no tones\",\"spans\":[]}",
        "\"chords\":[],",
        "\"patterns\":{\"labels\":[],\"pulse\":null,",
        "\"key\":{\"tonic\":null,\"tonic_reason\":\"shorter than 5 s\",\"mode\":null,"
        "\"mode_reason\":\"shorter than 5 s\",\"confidence\":0,\"camelot\":null,",
    };
    snq_hearing h;
    make_music_with_gaps(&h);
    snq_str text = document(&h, 0);
    for (size_t i = 0; i < SNQ_COUNT(parts); i++)
        check_holds(&text, parts[i]);
    snq_str_clear(&text);
    snq_hearing_clear(&h);
}

static void only_regions_with_music_have_its_sections(void **state)
{
    snq_hearing h;
    make_music(&h);
    snq_str text = document(&h, 0);
    const char *first = strstr(text.text, "\"start_s\":0.5,\"end_s\":12");
    const char *second = strstr(text.text, "\"start_s\":13,\"end_s\":16");
    assert_true(first && second && first < second);
    const char *tempo = strstr(first, "\"tempo\":{\"bpm\":120.031");
    const char *key = strstr(first, "\"key\":{\"tonic\":\"F#\"");
    const char *patterns = strstr(first, "\"patterns\":{\"labels\":[\"rhythmic\"");
    assert_true(first < tempo && tempo < key && key < patterns && patterns < second);
    /* of the second, and then of the whole */
    const char *end = strchr(second, ']');
    tempo = strstr(second, "\"tempo\":");
    assert_true(end && tempo > end);
    snq_str_clear(&text);
    snq_hearing_clear(&h);
}

static void lists_live_as_long_as_the_hearing(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_hearing h;
    snq_hearing_init(&h);
    assert_non_null(snq_hearing_list(&h, 0, 1 << 20)); /* nothing is never too much */
    assert_int_equal(snq_alloc_live(), live);
    snq_alloc_fail_after(0);
    assert_null(snq_hearing_list(&h, 1, 8));
    snq_alloc_fail_after(-1);
    uint8_t *bytes = snq_hearing_list(&h, 100000, 1);
    assert_non_null(bytes);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(bytes[i], 0);
    memset(bytes, 1, 100000);
    const double *more = snq_hearing_list(&h, SNQ_BEATS_MAX, sizeof *more);
    assert_true(more && more[0] == 0.0 && more[SNQ_BEATS_MAX - 1] == 0.0);
    assert_int_equal(bytes[99999], 1);
    assert_null(snq_hearing_list(&h, SNQ_HEARING_LISTS_MAX, 1));
    assert_null(snq_hearing_list(&h, SIZE_MAX / 2, 8));
    snq_hearing_clear(&h);
    assert_int_equal(snq_alloc_live(), live);
}

static void check_golden(const char *path, void (*make)(snq_hearing *h))
{
    const int write_it = getenv("SNQ_WRITE_SEEDS") != NULL;
    char want[16000];
    snq_hearing h;
    FILE *f = open_in_tree(path, write_it ? "w" : "r");
    make(&h);
    snq_str text = document(&h, 1);
    if (write_it)
        assert_true(fprintf(f, "%s\n", text.text) > 0);
    else {
        const size_t n = fread(want, 1, sizeof want - 1, f);
        assert_true(n > 0 && want[n - 1] == '\n');
        want[n - 1] = '\0';
        assert_string_equal(text.text, want);
    }
    assert_int_equal(fclose(f), 0);
    snq_str_clear(&text);
    snq_hearing_clear(&h);
}

static void the_documents_that_the_schema_is_held_against(void **state)
{
    check_golden("tests/golden/hearing_music.json", make_music);
    check_golden("tests/golden/hearing_music_gaps.json", make_music_with_gaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_named_by_the_camelot_clock),
        cmocka_unit_test(tones_and_chords_have_names),
        cmocka_unit_test(nothing_heard_has_a_reason_for_every_value),
        cmocka_unit_test(music_is_written_whole),
        cmocka_unit_test(what_is_missing_inside_has_its_own_reason),
        cmocka_unit_test(only_regions_with_music_have_its_sections),
        cmocka_unit_test(lists_live_as_long_as_the_hearing),
        cmocka_unit_test(the_documents_that_the_schema_is_held_against),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
