// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"
#include "score/midi.h"

#define NOTE(channel) "00 9" #channel " 3C 40  81 70 8" #channel " 3C 40 "

static void names_are(const snq_score *s, const char *want)
{
    char got[2048] = "";
    for (size_t i = 0; i < s->tracks; i++)
        sprintf(got + strlen(got), "%s%s", i ? "|" : "", s->track[i].name);
    assert_string_equal(got, want);
}

static void test_channels_become_tracks(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 03 04 'Song'  00 C3 05  00 C0 07  00 99 24 40  00 93 3C 40  00 90 30 40 "
                 "81 70 89 24 40  00 83 3C 40  00 80 30 40");
    smf_read(f, &s, "");
    assert_string_equal(s.title, "Song");
    names_are(&s, "channel 4|channel 1|drums");
    assert_string_equal(s.track[2].kind, "drums");
    assert_string_equal(s.track[0].kind, "");
    assert_true(s.track[0].channel == 3 && s.track[1].channel == 0 && s.track[2].channel == 9);
    assert_true(s.track[0].program == 5 && s.track[1].program == 7 && s.track[2].program == -1);
    for (size_t i = 0; i < s.tracks; i++)
        assert_true(s.track[i].notes == 1 && s.track[i].messages == 0);
    assert_int_equal(s.length, 240);
    check_round_trip(f, "", &out);
    assert_int_equal(out.text[9], 1);
    assert_int_equal(out.text[11], 4);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_names(void **state)
{
    smf *f = smf_new(1, 8, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 03 05 'Title'");
    smf_track(f, "00 FF 03 05 'Piano' " NOTE(0));
    smf_track(f, "00 FF 03 05 'piano' " NOTE(1));
    smf_track(f, NOTE(2));
    smf_track(f, "00 FF 03 04 'Duet' " NOTE(3) NOTE(4));
    smf_track(f, NOTE(5) NOTE(9));
    smf_track(f, "00 FF 03 07 'Trumpet'");
    smf_track(f, "00 FF 05 02 'la'");
    smf_read(f, &s, "");
    assert_string_equal(s.title, "Title");
    names_are(&s, "Piano|piano 2|track 3|Duet|Duet channel 5|track 5|track 5 channel 10|"
                  "Trumpet|track 7");
    assert_int_equal(s.track[0].messages, 0);
    assert_int_equal(s.track[1].messages, 1); /* its name is not quite what was said */
    assert_int_equal(s.track[3].messages, 0);
    assert_string_equal(s.track[6].kind, "drums");
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_names_that_do_not_fit(void **state)
{
    char hex[1024] = "00 FF 03 82 00 '", wide[130];
    smf *f = smf_new(1, 5, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 03 05 'Fl' F6 'te'");
    smf_track(f, "00 FF 03 05 'Fl' F6 'te'  00 FF 03 06 'second' " NOTE(0));
    memset(wide, 'w', 128);
    wide[128] = 0;
    strcat(hex, wide);
    strcat(hex, "' ");
    hex[9] = '8', hex[10] = '1'; /* 81 00: 128 bytes */
    strcat(hex, NOTE(1) NOTE(2));
    smf_track(f, hex);
    smf_track(f, "00 FF 03 00  05 FF 03 04 'late' " NOTE(3));
    smf_track(f, "00 FF 03 06 'Bass  ' " NOTE(4));
    smf_read(f, &s, "");
    assert_string_equal(s.title, "Fl\xC3\xB6te");
    assert_string_equal(s.track[0].name, "conductor");
    assert_string_equal(s.track[1].name, "Fl\xC3\xB6te");
    wide[SNQ_SCORE_NAME_MAX - 1] = 0;
    assert_string_equal(s.track[2].name, wide);
    assert_int_equal(strlen(s.track[3].name), SNQ_SCORE_NAME_MAX - 1);
    assert_string_equal(strrchr(s.track[3].name, 'w'), "w channel 3");
    assert_string_equal(s.track[4].name, "late");
    assert_string_equal(s.track[5].name, "Bass");
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_the_same_name_twice(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_str out;
    smf_track(f, "00 FF 03 05 'Title'  00 FF 03 05 'Title'  00 FF 03 05 'Other'");
    smf_track(f, "00 FF 03 04 'Name'  00 FF 03 04 'Name' " NOTE(0));
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    smf_free(f);
    f = smf_new(1, 6, 480); /* and nearly the same */
    smf_track(f, "00 FF 03 01 'T'  00 FF 03 02 'T '");
    smf_track(f, "00 FF 03 01 'N'  00 FF 03 02 'N '  00 FF 03 00  05 FF 03 01 'N' " NOTE(0));
    smf_track(f, "00 FF 03 02 'M '  00 FF 03 01 'M' " NOTE(0));
    smf_track(f, "00 FF 20 01 00  00 FF 03 01 'O'  00 FF 03 02 'O ' " NOTE(0) NOTE(1));
    smf_track(f, "00 FF 03 02 'P '  00 FF 20 01 00  00 FF 03 01 'P' " NOTE(0) NOTE(1));
    smf_track(f, "00 FF 03 01 'Q'  00 FF 03 02 'Q '  00 FF 05 00");
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    smf_free(f);
}

static void test_a_single_track_of_format_1(void **state)
{
    smf *f = smf_new(1, 1, 480);
    snq_score s;
    smf_track(f, "00 FF 03 04 'Solo' " NOTE(0) "00 FF 01 02 'hi'");
    smf_read(f, &s, "");
    assert_string_equal(s.title, "Solo");
    names_are(&s, "conductor|Solo");
    assert_int_equal(s.track[0].messages, 1);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_what_has_no_channel(void **state)
{
    smf *f = smf_new(1, 4, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 02 09 '(c) 2026 '  00 FF 54 05 60 00 00 00 00  00 F0 05 7E 7F 09 01 F7");
    smf_track(f, NOTE(0) "00 FF 05 02 'la'  00 F7 02 F3 01 " NOTE(1) "00 FF 7F 03 00 00 41");
    smf_track(f, "00 FF 03 05 'Words'  00 FF 05 02 'la'  60 FF 05 02 'lo'");
    smf_track(f, "00 FF 04 05 'Viola' " NOTE(2));
    smf_read(f, &s, "");
    names_are(&s, "conductor|track 1|track 1 channel 2|Words|track 3");
    assert_string_equal(s.track[0].kind, SNQ_MIDI_CONDUCTOR);
    assert_int_equal(s.track[0].messages, 3);
    assert_true(s.track[0].message[0].status == 0xFF && s.track[0].message[0].a == 2);
    assert_true(s.track[0].message[2].status == 0xF0 && s.track[0].message[2].length == 5);
    assert_memory_equal(s.track[0].bytes + s.track[0].message[2].at, "\x7E\x7F\x09\x01\xF7", 5);
    assert_int_equal(s.track[1].messages, 3);
    assert_true(s.track[1].message[1].status == 0xF7 && s.track[1].message[1].length == 2);
    assert_int_equal(s.track[2].messages, 0);
    assert_true(s.track[3].messages == 2 && s.track[3].message[1].tick == 96 && !s.track[3].notes);
    assert_int_equal(s.track[4].messages, 1);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_messages_of_channels(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "");
    smf_track(
        f, "00 B2 07 64  00 A2 3C 11  00 E2 01 41  00 D2 7F  05 92 3C 40  05 C2 09  05 82 3C 00");
    smf_read(f, &s, "");
    static const uint8_t want[5][4] = {
        { 0, 0xB0, 7, 0x64 }, { 0, 0xA0, 0x3C, 0x11 }, { 0, 0xE0, 1, 0x41 },
        { 0, 0xD0, 0x7F, 0 }, { 10, 0xC0, 9, 0 },
    };
    assert_true(s.tracks == 1 && s.track[0].messages == 5 && s.track[0].program == -1);
    for (size_t i = 0; i < 5; i++) {
        const snq_message *m = &s.track[0].message[i];
        assert_true(m->tick == want[i][0] && m->status == want[i][1] && m->a == want[i][2] &&
                    m->b == want[i][3] && m->length == 0);
    }
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

/* program, messages of the one track */
static void program_is(const char *hex, int program, size_t messages)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "");
    smf_track(f, hex);
    smf_read(f, &s, "");
    assert_int_equal(s.track[0].program, program);
    assert_int_equal(s.track[0].messages, messages);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_programs(void **state)
{
    program_is("00 C0 05 " NOTE(0), 5, 0);
    program_is(NOTE(0), -1, 0);
    program_is("05 C0 05 " NOTE(0), 5, 1);                           /* later than tick 0 */
    program_is("00 B0 00 01  00 B0 20 02  00 C0 05 " NOTE(0), 5, 3); /* after its bank */
    program_is("00 C0 05  00 C0 06 " NOTE(0), 6, 2);
    program_is("00 C0 05  05 C0 06 " NOTE(0), 6, 2);
    program_is("00 C0 05 " NOTE(0) "00 C0 06", 5, 1);
    program_is("00 90 3C 40  00 C0 05  0A 80 3C 40", 5, 0); /* counts as before the note */
    program_is("00 90 3C 40  05 C0 05  0A 80 3C 40", -1, 1);
    program_is("00 C0 05", 5, 0);
    program_is("00 C0 05  05 C0 06", 6, 2);
    program_is("00 FF 01 01 'x'  00 C0 05 " NOTE(0), 5, 2);
}

static void test_markers_are_sections(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 06 05 'Intro'  83 60 FF 06 05 'Verse'  00 FF 06 03 'now'");
    smf_track(f, NOTE(0) "87 40 FF 06 03 'B' C4 'x'  00 FF 06 00  83 60 80 00 00");
    smf_read(f, &s, "midi_note_unbegun");
    assert_int_equal(s.sections, 5);
    static const char *const names[] = { "Intro", "Verse", "now", "B\xC3\x84x", "" };
    static const int64_t at[] = { 0, 480, 480, 1200, 1200 },
                         end[] = { 480, 1200, 1200, 1680, 1680 };
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(s.section[i].name, names[i]);
        assert_int_equal(s.section[i].start, at[i]);
        assert_int_equal(s.section[i].end, end[i]);
        assert_true(isnan(s.section[i].energy));
    }
    assert_int_equal(s.track[0].messages, 1); /* the one of another coding */
    snq_score_clear(&s);
    smf_free(f);
    f = smf_new(1, 2, 480);
    smf_track(f,
              "00 FF 06 01 'a'  00 FF 06 01 C4  00 FF 06 01 C4  00 FF 06 01 'a'  10 FF 06 01 C5");
    smf_track(f, NOTE(0) "00 FF 06 02 'b '");
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    smf_free(f);
}

/* Markers of one place whose names can't be told apart, but by their bytes. */
static void test_many_markers_of_one_place(void **state)
{
    smf *f = smf_new(1, 1, 480);
    snq_str out;
    smf_begin(f, "MTrk");
    for (int i = 0; i < 200; i++)
        smf_put(f,
                "00 FF 06 01 'a'  00 FF 06 02 'a '  00 FF 06 00  00 FF 06 01 08  00 FF 06 01 C4");
    smf_put(f, "00 FF 2F 00");
    smf_close(f);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    smf_free(f);
}

static void test_ports(void **state)
{
    smf *f = smf_new(1, 7, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 21 01 01");                             /* no track: kept */
    smf_track(f, "00 FF 21 01 02 " NOTE(0) NOTE(1));            /* of both */
    smf_track(f, "00 FF 21 01 00 " NOTE(0));                    /* the usual one: kept */
    smf_track(f, NOTE(0) "00 FF 21 01 03 " NOTE(0));            /* in the middle: kept */
    smf_track(f, "00 FF 21 01 80  00 FF 21 02 01 01 " NOTE(0)); /* none: kept */
    smf_track(f, "00 FF 03 01 'x'  00 FF 21 01 05  00 FF 05 00");
    smf_track(f, "00 FF 21 01 06  00 FF 21 01 07  00 FF 05 00");
    smf_read(f, &s, "");
    static const int ports[] = { 0, 2, 2, 0, 0, 0, 5, 6 };
    static const size_t messages[] = { 1, 0, 0, 1, 1, 2, 1, 2 };
    assert_int_equal(s.tracks, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(s.track[i].port, ports[i]);
        assert_int_equal(s.track[i].messages, messages[i]);
    }
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_channel_prefix(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 20 01 00  00 FF 03 03 'one'  00 FF 20 01 01  00 FF 03 03 'two' "
                 "00 FF 04 02 'II'  00 FF 20 01 05  00 FF 04 01 'V'  00 FF 20 02 01 01 "
                 "00 FF 03 04 'Song' " NOTE(0) NOTE(1) "00 FF 01 01 'x'");
    smf_read(f, &s, "");
    assert_string_equal(s.title, "Song");
    names_are(&s, "conductor|one|two");
    assert_int_equal(s.track[0].messages, 4); /* no channel 6; no prefix; text after a note */
    assert_int_equal(s.track[1].messages, 1); /* the prefix itself */
    assert_int_equal(s.track[2].messages, 2); /* and the instrument */
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_a_track_called_conductor(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 03 09 'Conductor' " NOTE(0));
    smf_read(f, &s, "");
    names_are(&s, "Conductor 2");
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_empty_chunks(void **state)
{
    smf *f = smf_new(1, 3, 480);
    snq_score s;
    smf_track(f, "");
    smf_track(f, "87 40 FF 01 00");
    smf_track(f, "");
    smf_read(f, &s, "");
    assert_true(s.tracks == 1 && s.length == 960 && s.track[0].messages == 1);
    snq_score_clear(&s);
    smf_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channels_become_tracks),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_that_do_not_fit),
        cmocka_unit_test(test_the_same_name_twice),
        cmocka_unit_test(test_a_single_track_of_format_1),
        cmocka_unit_test(test_what_has_no_channel),
        cmocka_unit_test(test_messages_of_channels),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_markers_are_sections),
        cmocka_unit_test(test_many_markers_of_one_place),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_channel_prefix),
        cmocka_unit_test(test_a_track_called_conductor),
        cmocka_unit_test(test_empty_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
