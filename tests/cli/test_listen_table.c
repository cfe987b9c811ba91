// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "cli/listen_table.h"
#include "score/hearing_checks.h"

/* What is printed, owned by the caller (free). */
static char *table(const snq_hearing *h, int timings)
{
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    assert_non_null(to);
    snq_listen_table(to, h, timings);
    assert_int_equal(fclose(to), 0);
    return text;
}

static void check_shows(const snq_hearing *h, const char *const *lines, size_t n)
{
    char *text = table(h, 0);
    for (size_t i = 0; i < n; i++)
        if (!strstr(text, lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], text);
    free(text);
}

static void music_is_shown(void **state)
{
    static const char *const lines[] = {
        "\n  Tempo     120.0 BPM   confidence 88 %   or 60.0 (25 %), 240.0 (12 %)\n"
        "            0:00.50 119.9 BPM   0:08.25 124.0 BPM   \n",
        "\n  Metre     6/8   2 pulses a bar   confidence 56 %   \n",
        "\n  Counted   3 onsets   5 beats   2 bars   \n",
        "\n  Key       F# minor (11A)   confidence 75 %   A4 441.5 Hz   \n"
        "            0:00.00 F# minor   0:04.00 A major   \n",
        "\n  Chords    Am 72 %, F 16 %, G7 11 %, no chord 2 %\n",
        "\n  Patterns  rhythmic, percussive   pulse 0.50   HNR -3.2 dB   f0 -   attack 7.8 ms   \n",
        "\n  Regions     1  0:00.50 - 0:12.00",
    };
    snq_hearing h;
    make_music(&h);
    check_shows(&h, lines, SNQ_COUNT(lines));
    snq_hearing_clear(&h);
}

static void what_is_missing_is_a_dash_with_its_reason(void **state)
{
    static const char *const lines[] = {
        "\n  Tempo     - (no pulse)\n",
        "\n  Metre     - (no pulse)\n",
        "\n  Counted   0 onsets   0 beats   0 bars   \n",
        "\n  Key       none: atonal   confidence 25 %   A4 -   \n",
        "\n  Chords    -\n",
        "\n  Patterns  none   pulse -   HNR -   f0 27.5 Hz   attack -   \n",
    };
    static const char *const others[] = { "\n  Tempo     - (its analyser failed)\n",
                                          "\n  Key       - (too short)\n" };
    snq_hearing h;
    make_music_with_gaps(&h);
    check_shows(&h, lines, SNQ_COUNT(lines));
    h.tempo_reason = "its analyser failed";
    h.key.reason = "too short";
    check_shows(&h, others, SNQ_COUNT(others));
    snq_hearing_clear(&h);
}

static void what_was_not_asked_for_is_not_shown(void **state)
{
    static const char *const names[] = {
        "Tempo",    "Metre",    "Counted",  "Key",      "Chords",
        "Patterns", "Loudness", "Dynamics", "Spectrum", "Regions"
    };
    snq_hearing h;
    make_nothing(&h);
    char *text = table(&h, 0);
    for (size_t i = 0; i < SNQ_COUNT(names); i++)
        assert_null(strstr(text, names[i]));
    free(text);
    h.beats_reason = NULL; /* one of the two that are counted */
    text = table(&h, 0);
    assert_non_null(strstr(text, "\n  Counted   0 beats   0 bars   \n"));
    free(text);
}

/* Each kind of chord as long as the others, so that the first six are shown in order. */
static void chords_have_their_common_names(void **state)
{
    static const uint8_t kinds[] = {
        SNQ_CHORD_MAJ, SNQ_CHORD_MIN,  SNQ_CHORD_MAJ7, SNQ_CHORD_MIN7,
        SNQ_CHORD_DIM, SNQ_CHORD_SUS4, SNQ_CHORD_AUG,  SNQ_CHORD_SUS2
    };
    snq_heard_chord chords[SNQ_COUNT(kinds)];
    snq_hearing h;
    double at_s = 0.0;
    make_nothing(&h);
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++) {
        const double length_s = i < 6 ? 4.0 - 0.5 * (double)i : 0.25;
        chords[i] = (snq_heard_chord) { { at_s, at_s + length_s }, 10, 10, kinds[i] };
        at_s += length_s;
    }
    h.chords_reason = NULL;
    h.chords = (snq_chords) { chords, SNQ_COUNT(chords) };
    static const char *const all[] = { "  Chords    A# 24 %, A#m 21 %, A#maj7 18 %, A#m7 15 %, "
                                       "A#dim 12 %, A#sus4 9 %, 2 others\n" };
    check_shows(&h, all, 1);
    h.chords.chords = 7;
    static const char *const less[] = { " %, 1 other\n" };
    check_shows(&h, less, 1);
}

static void many_changes_are_cut(void **state)
{
    snq_tempo_span tempo[8];
    snq_key_span key[6];
    snq_hearing h;
    make_music(&h);
    for (int i = 0; i < 8; i++)
        tempo[i] = (snq_tempo_span) { { i, i + 1 }, 100.0 + i };
    for (int i = 0; i < 6; i++)
        key[i] = (snq_key_span) { { i, i + 1 }, (uint8_t)i, SNQ_MODE_MAJOR };
    h.tempo.span = tempo;
    h.tempo.spans = 8;
    h.key.span = key;
    h.key.spans = 6;
    static const char *const lines[] = { "0:04.00 104.0 BPM   and 3 more\n",
                                         "0:04.00 E major   and 1 more\n" };
    check_shows(&h, lines, SNQ_COUNT(lines));
    h.tempo.spans = h.key.spans = 1; /* one says no more than the first line */
    char *text = table(&h, 0);
    assert_null(strstr(text, "100.0 BPM"));
    assert_null(strstr(text, "C major"));
    free(text);
    snq_hearing_clear(&h);
}

static void the_other_sections(void **state)
{
    static const char *const lines[] = {
        "\n  File      ogg / vorbis   8000 Hz   6 channels   1:02:03.50   truncated\n",
        "\n  Loudness  integrated -23.0 LUFS   range - ",
        "\n  Stereo    width 0.00   correlation 0.00   below 120 Hz 0.00   ANTIPHASE\n",
        "\n  Regions   - (digital silence)\n",
        "\n  Warnings  cut [truncated]\n",
        "\n  Failed    loudness: why\n",
    };
    snq_hearing h;
    make_nothing(&h);
    h.file = (snq_heard_file) { .path = "a\a.wav",
                                .container = "ogg",
                                .codec = "vorbis",
                                .duration_s = 3723.5,
                                .rate_hz = 8000,
                                .channels = 6,
                                .truncated = 1 };
    h.loudness_reason = h.stereo_reason = h.regions_reason = NULL;
    h.loudness.integrated_lufs = snq_measured(-22.96);
    h.loudness.range_lu = snq_unmeasured("shorter than 3 s");
    h.stereo.width = snq_measured(-0.0);
    h.stereo.antiphase = 1;
    h.no_regions_reason = "digital silence";
    snq_warnings_add(&h.warnings, "truncated", 99, "cut");
    h.plugin[h.plugins++] =
        (snq_plugin_outcome) { "loudness", "1", "failed", .message = "why", .ms = 1.25 };
    check_shows(&h, lines, SNQ_COUNT(lines));
    char *text = table(&h, 1);
    assert_null(strchr(text, '\a')); /* nothing that a terminal obeys */
    assert_non_null(strstr(text, "\n  Time      loudness      1.250 ms\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(music_is_shown),
        cmocka_unit_test(what_is_missing_is_a_dash_with_its_reason),
        cmocka_unit_test(what_was_not_asked_for_is_not_shown),
        cmocka_unit_test(chords_have_their_common_names),
        cmocka_unit_test(many_changes_are_cut),
        cmocka_unit_test(the_other_sections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
