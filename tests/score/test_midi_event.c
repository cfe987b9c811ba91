// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/str.h"
#include "score/midi_impl.h"

/* A cursor over bytes given as text with its length. */
static snq__midi_cursor over(const void *bytes, size_t n)
{
    return (snq__midi_cursor) { .file = bytes, .end = n, .scale = 1 };
}

static void test_numbers_of_variable_length(void **state)
{
    /* the table of RP-001 */
    static const struct {
        const char *bytes;
        size_t n;
        int64_t value;
    } table[] = {
        { "\x00", 1, 0 },
        { "\x40", 1, 0x40 },
        { "\x7F", 1, 0x7F },
        { "\x81\x00", 2, 0x80 },
        { "\xC0\x00", 2, 0x2000 },
        { "\xFF\x7F", 2, 0x3FFF },
        { "\x81\x80\x00", 3, 0x4000 },
        { "\xC0\x80\x00", 3, 0x100000 },
        { "\xFF\xFF\x7F", 3, 0x1FFFFF },
        { "\x81\x80\x80\x00", 4, 0x200000 },
        { "\xC0\x80\x80\x00", 4, 0x8000000 },
        { "\xFF\xFF\xFF\x7F", 4, 0xFFFFFFF },
    };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        uint8_t bytes[8];
        snq__midi_event e;
        memcpy(bytes, table[i].bytes, table[i].n);
        memcpy(bytes + table[i].n, "\xC5\x07", 2);
        snq__midi_cursor c = over(bytes, table[i].n + 2);
        assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
        assert_int_equal(e.tick, table[i].value);
        assert_int_equal(e.at, table[i].n);
        assert_int_equal(e.status, 0xC0);
        assert_int_equal(e.channel, 5);
        assert_int_equal(e.a, 7);
        assert_int_equal(snq__midi_next(&c, &e), SNQ_END);
        assert_int_equal(e.tick, table[i].value);
        assert_false(c.ended);
    }
}

static void refused(const void *bytes, size_t n, const char *head)
{
    snq__midi_cursor c = over(bytes, n);
    snq__midi_event e;
    snq_status st;
    snq_error_clear();
    while ((st = snq__midi_next(&c, &e)) == SNQ_OK)
        assert_true(c.at <= n);
    assert_int_equal(st, SNQ_ERR_FORMAT);
    if (strncmp(snq_last_error(), head, strlen(head)) != 0)
        fail_msg("\"%s\" instead of \"%s…\"", snq_last_error(), head);
}

static void test_what_is_no_event(void **state)
{
    refused("\x80\x80\x80\x80\x00", 5, "offset 0: a delta time of more than 4 bytes");
    refused("\x81", 1, "offset 1: the track chunk ends within a delta time");
    refused("\x00", 1, "offset 1: the track chunk ends within an event");
    refused("\x00\x40\x40", 3, "offset 1: 0x40 where a status byte belongs");
    refused("\x00\x90\x40", 3, "offset 3: the track chunk ends within a message");
    refused("\x00\x90\x40\x80", 4, "offset 3: 0x80 where a data byte");
    refused("\x00\xC0\xFF", 3, "offset 2: 0xFF where a data byte");
    refused("\x00\xF0\x03\x01\x02", 5, "offset 2: a message of 3 bytes, but");
    refused("\x00\xF7\xFF\xFF\xFF\xFF\x01", 7, "offset 2: the length of a message of more than");
    refused("\x00\xFF\x80\x00", 4, "offset 2: 0x80 where a data byte");
    refused("\x00\xFF\x01", 3, "offset 3: the track chunk ends within the length");
    for (int status = 0xF1; status < 0xFF; status++) {
        const uint8_t bytes[] = { 0, (uint8_t)status, 0, 0 };
        if (status != 0xF7)
            refused(bytes, sizeof bytes, "offset 1: status byte 0xF");
    }
}

static void test_running_status(void **state)
{
    static const uint8_t bytes[] = { 0, 0xB3, 7,    100, 5, 10, 64, 0, 0xD3, 1,    0,
                                     2, 0,    0xFF, 1,   0, 1,  3,  0, 0xFF, 0x2F, 0 };
    snq_warnings w = { 0 };
    snq__midi_cursor c = over(bytes, sizeof bytes);
    snq__midi_event e;
    c.warnings = &w;
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_true(e.status == 0xB0 && e.channel == 3 && e.a == 10 && e.b == 64 && e.tick == 5);
    assert_int_equal(e.at, 5);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_true(e.status == 0xD0 && e.a == 2 && e.b == 0);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_true(e.status == 0xFF && e.a == 1 && e.length == 0);
    assert_int_equal(w.count, 0);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK); /* 3: goes on after the meta event */
    assert_true(e.status == 0xD0 && e.a == 3 && e.tick == 6);
    assert_int_equal(w.count, 1);
    assert_string_equal(w.item[0].code, "midi_running_status");
    assert_int_equal(w.item[0].offset_bytes, 17);
    assert_int_equal(snq__midi_next(&c, &e), SNQ_END);
    assert_true(c.ended && c.at == sizeof bytes);
}

static void test_ticks_are_scaled_and_bounded(void **state)
{
    static uint8_t bytes[7 * 5000];
    snq__midi_cursor c = over(bytes, sizeof bytes);
    snq__midi_event e;
    for (size_t i = 0; i < sizeof bytes; i += 7)
        memcpy(bytes + i, "\xFF\xFF\xFF\x7F\xFF\x01\x00", 7);
    int64_t n = 0;
    snq_status st;
    while ((st = snq__midi_next(&c, &e)) == SNQ_OK)
        assert_int_equal(e.tick, ++n * 0x0FFFFFFF);
    assert_int_equal(st, SNQ_ERR_TOO_BIG);
    assert_int_equal(n, SNQ_SCORE_TICK_MAX / 0x0FFFFFFF);
    char head[32];
    snprintf(head, sizeof head, "offset %lld: ", (long long)n * 7);
    assert_memory_equal(snq_last_error(), head, strlen(head));
    c = over("\x10\xC0\x01", 3);
    c.scale = 24;
    assert_int_equal(snq__midi_next(&c, &e), SNQ_OK);
    assert_int_equal(e.tick, 16 * 24);
}

static void text_is(const char *bytes, size_t n, size_t room, const char *want, int exact)
{
    char to[64];
    memset(to, 'x', sizeof to);
    assert_int_equal(snq__midi_text((const uint8_t *)bytes, n, to, room), exact);
    assert_string_equal(to, want);
    assert_true(snq_utf8_check(to) && strlen(to) < room);
}

static void test_text(void **state)
{
    text_is("Bass", 4, 64, "Bass", 1);
    text_is("", 0, 64, "", 1);
    assert_int_equal(snq__midi_text(NULL, 0, (char[2]) { 'x' }, 2), 1);
    text_is("Fl\xC3\xB6te", 6, 64, "Fl\xC3\xB6te", 1);
    text_is("Fl\xF6te", 5, 64, "Fl\xC3\xB6te", 0);                 /* ISO 8859-1 */
    text_is("\xC3\xB6\xF6", 3, 64, "\xC3\x83\xC2\xB6\xC3\xB6", 0); /* not all UTF-8: none is */
    text_is("Bass  ", 6, 64, "Bass", 0);
    text_is("Bass\0\0", 6, 64, "Bass", 0);
    text_is("a\tb\x7F"
            "c\n",
            6, 64, "a b c", 0);
    text_is("   ", 3, 64, "", 0);
    text_is("abcdef", 6, 5, "abcd", 0);
    text_is("abc\xC3\xB6", 5, 5, "abc", 0); /* cut before a character */
    text_is("abc\xF6", 4, 5, "abc", 0);
    text_is("ab\xE2\x82\xAC", 5, 6, "ab\xE2\x82\xAC", 1);
}

static snq__midi_event meta(const void *bytes, uint32_t n)
{
    return (snq__midi_event) { .status = 0xFF, .bytes = bytes, .length = n };
}

static void test_every_tempo_comes_back(void **state)
{
    for (uint32_t us = 1; us < 1 << 24; us += us < 4096 ? 1 : 997) {
        const uint8_t bytes[3] = { (uint8_t)(us >> 16), (uint8_t)(us >> 8), (uint8_t)us };
        const snq__midi_event e = meta(bytes, 3);
        uint8_t back[3];
        double bpm;
        assert_true(snq__midi_get_tempo(&e, &bpm));
        assert_true(bpm >= SNQ_SCORE_BPM_MIN && bpm <= SNQ_SCORE_BPM_MAX);
        check_near(bpm * us, 60e6, 1e-7);
        snq__midi_put_tempo(bpm, back);
        assert_memory_equal(bytes, back, 3);
    }
    uint8_t back[3];
    snq__midi_put_tempo(SNQ_SCORE_BPM_MIN, back); /* slower than the format can say */
    assert_memory_equal(back, "\xFF\xFF\xFF", 3);
    snq__midi_put_tempo(SNQ_SCORE_BPM_MAX, back);
    assert_memory_equal(back, "\0\0\1", 3);
    snq__midi_put_tempo(120.0, back);
    assert_memory_equal(back, "\x07\xA1\x20", 3);
    const snq__midi_event still = meta("\0\0\0", 3), odd = meta("\7\xA1", 2);
    double bpm;
    assert_false(snq__midi_get_tempo(&still, &bpm));
    assert_false(snq__midi_get_tempo(&odd, &bpm));
}

static void test_metres(void **state)
{
    /* what other programs write: 24 clocks a quarter, a dotted quarter 36 */
    static const struct {
        int beats, unit;
        uint8_t bytes[4];
    } table[] = {
        { 4, 4, { 4, 2, 24, 8 } },  { 3, 4, { 3, 2, 24, 8 } },   { 2, 2, { 2, 1, 48, 8 } },
        { 6, 8, { 6, 3, 36, 8 } },  { 12, 8, { 12, 3, 36, 8 } }, { 3, 8, { 3, 3, 12, 8 } },
        { 7, 8, { 7, 3, 12, 8 } },  { 9, 16, { 9, 4, 18, 8 } },  { 1, 1, { 1, 0, 96, 8 } },
        { 5, 128, { 5, 7, 1, 8 } }, { 6, 4, { 6, 2, 24, 8 } },   { 255, 128, { 255, 7, 2, 8 } },
    };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        const snq__midi_event e = meta(table[i].bytes, 4);
        uint8_t bytes[4];
        int beats, unit;
        snq__midi_put_metre(table[i].beats, table[i].unit, bytes);
        assert_memory_equal(bytes, table[i].bytes, 4);
        assert_true(snq__midi_get_metre(&e, &beats, &unit));
        assert_true(beats == table[i].beats && unit == table[i].unit);
    }
    const snq__midi_event none[] = { meta("\0\2\x18\x08", 4), meta("\4\x08\x18\x08", 4),
                                     meta("\4\2\x18", 3) };
    for (size_t i = 0; i < SNQ_COUNT(none); i++)
        assert_false(snq__midi_get_metre(&none[i], &(int) { 0 }, &(int) { 0 }));
}

static void test_keys(void **state)
{
    static const char *const major = "Cb Gb Db Ab Eb Bb F  C  G  D  A  E  B  F# C# ";
    static const char *const minor = "Ab Eb Bb F  C  G  D  A  E  B  F# C# G# D# A# ";
    static const char letters[] = "C D EF G A B";
    for (int sharps = -7; sharps <= 7; sharps++)
        for (int mode = 0; mode < 2; mode++) {
            const uint8_t bytes[2] = { (uint8_t)sharps, (uint8_t)mode };
            const snq__midi_event e = meta(bytes, 2);
            const char *name = (mode ? minor : major) + 3 * (sharps + 7);
            const int letter = (int)(strchr(letters, name[0]) - letters);
            const int tonic = letter + (name[1] == '#') - (name[1] == 'b');
            snq_key_mark key = { 0 };
            uint8_t back[2];
            assert_true(snq__midi_get_key(&e, &key));
            assert_int_equal(key.tonic, (tonic + 12) % 12);
            assert_int_equal(key.mode, mode ? SNQ_KEY_MINOR : SNQ_KEY_MAJOR);
            assert_int_equal(key.fifths, sharps);
            snq__midi_put_key(&key, back);
            assert_memory_equal(back, bytes, 2);
        }
    const snq__midi_event none[] = { meta("\x08\0", 2), meta("\xF8\0", 2), meta("\0\2", 2),
                                     meta("\0", 1) };
    snq_key_mark key;
    for (size_t i = 0; i < SNQ_COUNT(none); i++)
        assert_false(snq__midi_get_key(&none[i], &key));
    static const uint8_t is_minor[SNQ_KEY_MODES] = { 0, 1, 1, 1, 0, 0, 1 };
    for (uint8_t mode = 0; mode < SNQ_KEY_MODES; mode++) {
        uint8_t bytes[2];
        key = (snq_key_mark) { .tonic = 2, .mode = mode, .fifths = -3 };
        snq__midi_put_key(&key, bytes);
        assert_true(bytes[0] == 0xFD && bytes[1] == is_minor[mode]);
    }
}

static void test_warnings_without_a_list(void **state)
{
    snq_warnings w = { 0 };
    snq__midi_warn(NULL, "midi_twice", 7, "%d", 1);
    snq__midi_warn(&w, "midi_twice", 7, "%d of them", 3);
    assert_int_equal(w.count, 1);
    assert_string_equal(w.item[0].message, "3 of them");
    assert_int_equal(w.item[0].offset_bytes, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_variable_length),
        cmocka_unit_test(test_what_is_no_event),
        cmocka_unit_test(test_running_status),
        cmocka_unit_test(test_ticks_are_scaled_and_bounded),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_every_tempo_comes_back),
        cmocka_unit_test(test_metres),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_warnings_without_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
