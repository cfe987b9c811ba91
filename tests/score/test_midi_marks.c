// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"
#include "score/midi.h"

#define TEMPO_120 "FF 51 03 07 A1 20 "
#define TEMPO_150 "FF 51 03 06 1A 80 "
#define TEMPO_100 "FF 51 03 09 27 C0 "
#define METRE_44  "FF 58 04 04 02 18 08 "
#define METRE_34  "FF 58 04 03 02 18 08 "
#define KEY_C     "FF 59 02 00 00 "
#define KEY_DM    "FF 59 02 FF 01 "

/* Two chunks, the second one with a channel. */
static smf *two(const char *first, const char *second)
{
    smf *f = smf_new(1, 2, 480);
    smf_track(f, first);
    smf_track(f, second);
    return f;
}

static size_t count(const snq_str *file, const char *hex)
{
    smf *f = smf_new(0, 0, 0);
    const size_t from = f->n;
    size_t found = 0;
    smf_put(f, hex);
    const size_t n = f->n - from;
    for (size_t i = 0; i + n <= file->length; i++)
        found += memcmp(file->text + i, f->bytes + from, n) == 0;
    smf_free(f);
    return found;
}

static void test_maps(void **state)
{
    smf *f = two("00 " TEMPO_150 "00 " METRE_34 "00 " KEY_DM "83 60 " METRE_44 "8B 20 " TEMPO_100
                 "00 " KEY_C,
                 "00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    snq_str out;
    smf_read(f, &s, "");
    assert_true(s.tempos == 2 && s.metres == 2 && s.keys == 2 && s.tracks == 1);
    check_near(s.tempo[0].bpm, 150.0, 0.0);
    check_near(s.tempo[1].bpm, 100.0, 0.0);
    assert_true(s.tempo[1].tick == 1920 && s.metre[1].tick == 480 && s.key[1].tick == 1920);
    assert_true(s.metre[0].beats_per_bar == 3 && s.metre[0].beat_unit == 4);
    assert_true(s.key[0].tonic == 2 && s.key[0].mode == SNQ_KEY_MINOR && s.key[0].fifths == -1);
    check_near(snq_score_time_s(&s, 1920 + 480), 4 * 0.4 + 0.6, 1e-12);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_none_are_usual(void **state)
{
    smf *f = two("", "00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    smf_read(f, &s, "");
    assert_true(s.tempos == 1 && s.metres == 1 && s.keys == 0);
    check_near(s.tempo[0].bpm, 120.0, 0.0);
    assert_true(s.metre[0].beats_per_bar == 4 && s.metre[0].beat_unit == 4);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_what_other_chunks_repeat_is_kept(void **state)
{
    smf *f = two("00 " TEMPO_150 "00 " METRE_34 "00 " KEY_DM,
                 "00 " TEMPO_150 "00 " METRE_34 "00 " KEY_DM "00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    snq_str out;
    smf_read(f, &s, "");
    assert_true(s.tempos == 1 && s.metres == 1 && s.keys == 1 && s.tracks == 1);
    assert_int_equal(s.track[0].messages, 3);
    check_round_trip(f, "", &out);
    assert_int_equal(count(&out, TEMPO_150), 2);
    assert_int_equal(count(&out, METRE_34), 2);
    assert_int_equal(count(&out, KEY_DM), 2);
    snq_str_clear(&out);
    /* a tempo map that was changed since: no chunk may contradict it */
    s.tempo[0].bpm = 100.0;
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    assert_int_equal(count(&out, TEMPO_150), 0);
    assert_int_equal(count(&out, TEMPO_100), 1);
    snq_str_clear(&out);
    s.tempo[0].bpm = 150.0;
    s.track[0].message[0].tick = s.track[0].message[1].tick = s.track[0].message[2].tick = 10;
    check_ok(snq_midi_write(&s, &out));
    assert_int_equal(count(&out, TEMPO_150), 1);
    assert_int_equal(count(&out, METRE_34), 1);
    assert_int_equal(count(&out, KEY_DM), 1);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_the_first_chunk_counts(void **state)
{
    smf *f =
        two("00 " TEMPO_150 "00 " METRE_34 "00 " KEY_DM,
            "00 " TEMPO_100 "00 " METRE_44 "00 " KEY_C "00 90 3C 40  81 70 80 3C 40  00 " KEY_C);
    snq_score s;
    smf_read(f, &s, "midi_twice");
    assert_true(s.tempos == 1 && s.metres == 1 && s.keys == 2);
    check_near(s.tempo[0].bpm, 150.0, 0.0);
    assert_int_equal(s.metre[0].beats_per_bar, 3);
    assert_int_equal(s.key[0].tonic, 2);
    assert_true(s.key[1].tick == 240 && s.key[1].tonic == 0);
    assert_int_equal(s.track[0].messages, 2); /* metre and key */
    snq_score_clear(&s);
    smf_free(f);
    /* what only another chunk says counts too */
    f = two("", "00 " TEMPO_150 "00 90 3C 40  81 70 80 3C 40  00 " METRE_34);
    snq_str out;
    smf_read(f, &s, "");
    check_near(s.tempo[0].bpm, 150.0, 0.0);
    assert_true(s.metres == 2 && s.metre[1].tick == 240);
    assert_int_equal(s.track[0].messages, 0);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_the_last_of_a_tick_stands_in_the_first_chunk(void **state)
{
    smf *f = two("00 " TEMPO_150 "00 " TEMPO_100 "00 " METRE_44 "00 " METRE_34 "00 " KEY_C
                 "00 " KEY_DM "0A " TEMPO_120,
                 "00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    smf_read(f, &s, "midi_twice");
    assert_true(s.tempos == 2 && s.metres == 1 && s.keys == 1 && s.tracks == 1);
    check_near(s.tempo[0].bpm, 100.0, 0.0);
    assert_int_equal(s.metre[0].beats_per_bar, 3);
    assert_int_equal(s.key[0].tonic, 2);
    snq_score_clear(&s);
    smf_free(f);
    /* the same twice is kept twice */
    snq_str out;
    f = two("00 " TEMPO_150 "00 " TEMPO_150 "00 " METRE_34 "00 " METRE_34 "00 " KEY_DM "00 " KEY_DM,
            "00 90 3C 40  81 70 80 3C 40");
    check_round_trip(f, "", &out);
    assert_int_equal(count(&out, METRE_34), 2);
    snq_str_clear(&out);
    smf_free(f);
}

static void test_metres_of_other_bytes(void **state)
{
    /* 6/8 with a click a quarter; 4/4 with 24 32nds a quarter */
    smf *f = two("00 FF 58 04 06 03 18 08  87 40 FF 58 04 04 02 18 18",
                 "00 FF 58 04 06 03 18 08  00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    snq_str out;
    smf_read(f, &s, "");
    assert_true(s.metres == 2 && s.metre[0].beats_per_bar == 6 && s.metre[0].beat_unit == 8);
    assert_true(s.metre[1].tick == 960 && s.metre[1].beats_per_bar == 4);
    assert_int_equal(s.tracks, 2);
    assert_string_equal(s.track[0].kind, SNQ_MIDI_CONDUCTOR);
    assert_int_equal(s.track[0].messages, 2);
    check_round_trip(f, "", &out);
    assert_int_equal(count(&out, "FF 58 04 06"), 2);
    assert_int_equal(count(&out, "FF 58 04 04"), 1);
    snq_str_clear(&out);
    /* changed since: what the first chunk kept is no more true */
    s.metre[0].beats_per_bar = 9;
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    assert_int_equal(count(&out, "FF 58 04 06"), 1); /* in the other one */
    assert_int_equal(count(&out, "FF 58 04 09 03 24 08"), 1);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

/* One metre in several spellings at one tick of the first chunk: each is written as often as it was read. */
static void test_spellings_of_a_metre(void **state)
{
    static const char *const spelling[] = { "00 FF 58 04 04 02 18 08", "00 FF 58 04 04 02 24 08",
                                            "00 FF 58 04 04 02 18 18" };
    for (int code = 0; code < 81; code++) {
        char hex[256] = "";
        size_t want[3] = { 0 };
        for (int i = 0, rest = code; i < 4; i++, rest /= 3) {
            strcat(hex, spelling[rest % 3]);
            strcat(hex, " ");
            want[rest % 3]++;
        }
        smf *f = two(hex, "00 90 3C 40  81 70 80 3C 40");
        snq_str out;
        check_round_trip(f, "", &out);
        for (int i = 0; i < 3; i++)
            assert_int_equal(count(&out, spelling[i] + 3), want[i]);
        snq_str_clear(&out);
        smf_free(f);
    }
}

static void test_values_that_mean_nothing_are_kept(void **state)
{
    smf *f = two("00 FF 51 03 00 00 00  00 FF 51 02 07 A1  00 FF 58 04 00 02 18 08  00 FF 58 04 04 "
                 "09 18 08  00 FF 58 00  00 FF 59 02 08 00  00 FF 59 02 00 02  00 FF 59 01 00",
                 "00 90 3C 40  81 70 80 3C 40");
    snq_score s;
    snq_str out;
    smf_read(f, &s, "");
    assert_true(s.tempos == 1 && s.metres == 1 && !s.keys && s.track[0].messages == 8);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

/* More than the table of ticks holds at first, in both chunks, out of order. */
static void test_many_marks(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    for (int chunk = 0; chunk < 2; chunk++) {
        smf_begin(f, "MTrk");
        for (int i = 0; i < 3000; i++) {
            smf_put(f, chunk || i ? "02 FF 51 03" : "00 FF 51 03");
            smf_put_byte(f, 1 + chunk);
            smf_put_byte(f, i >> 8);
            smf_put_byte(f, i & 0xFF);
        }
        smf_put(f, "00 FF 2F 00");
        smf_close(f);
    }
    smf_read(f, &s, "midi_twice"); /* 2 .. 5998 twice */
    assert_int_equal(s.tempos, 3001);
    for (size_t i = 0; i < 3000; i++) {
        assert_int_equal(s.tempo[i].tick, 2 * i);
        check_near(s.tempo[i].bpm, 60e6 / (65536 + (double)i), 1e-9);
    }
    assert_int_equal(s.tempo[3000].tick, 6000);
    snq_score_clear(&s);
    smf_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps),
        cmocka_unit_test(test_none_are_usual),
        cmocka_unit_test(test_what_other_chunks_repeat_is_kept),
        cmocka_unit_test(test_the_first_chunk_counts),
        cmocka_unit_test(test_the_last_of_a_tick_stands_in_the_first_chunk),
        cmocka_unit_test(test_metres_of_other_bytes),
        cmocka_unit_test(test_spellings_of_a_metre),
        cmocka_unit_test(test_values_that_mean_nothing_are_kept),
        cmocka_unit_test(test_many_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
