// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"
#include "support/sweep.h"
#include "base/alloc.h"
#include "score/midi.h"

#define NOTE "00 90 3C 40  81 70 80 3C 40 "

static void test_is(void **state)
{
    assert_true(snq_midi_is("MThd", 4));
    assert_true(snq_midi_is("RIFF\4\0\0\0RMID", 12));
    assert_false(snq_midi_is("RIFF\4\0\0\0WAVE", 12));
    assert_false(snq_midi_is("RIFF\4\0\0\0RMI", 11));
    assert_false(snq_midi_is("MTh", 3));
    assert_false(snq_midi_is("MTrk", 4));
    assert_false(snq_midi_is(NULL, 0));
}

/* ticks a quarter, tempo, length of the 240 ticks that NOTE has */
static void division_is(int division, int ticks, double bpm, int64_t length, double seconds)
{
    smf *f = smf_new(0, 1, division);
    snq_score s;
    smf_track(f, NOTE);
    smf_read(f, &s, "");
    assert_int_equal(s.ticks_per_quarter, ticks);
    check_near(s.tempo[0].bpm, bpm, 1e-9);
    assert_int_equal(s.length, length);
    check_near(snq_score_length_s(&s), seconds, 1e-9);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_divisions(void **state)
{
    division_is(480, 480, 120.0, 240, 0.25);
    division_is(32767, 32767, 120.0, 240, 120.0 / 32767);
    division_is(24, 24, 120.0, 240, 5.0);
    division_is(23, 46, 120.0, 480, 120.0 / 23); /* too coarse: made finer */
    division_is(1, 24, 120.0, 24 * 240, 120.0);
    division_is(0xE728, 500, 120.0, 240, 0.24);  /* 25 frames of 40 ticks: milliseconds */
    division_is(0xE850, 960, 120.0, 240, 0.125); /* 24 of 80 */
    division_is(0xE264, 1500, 120.0, 240, 0.08); /* 30 of 100 */
    division_is(0xE701, 25, 60.0, 240, 9.6);     /* 25 of 1 */
    division_is(0xE801, 24, 60.0, 240, 10.0);    /* 24 of 1: half would be too coarse */
    division_is(0xE703, 75, 60.0, 240, 3.2);     /* 25 of 3: half is no whole number */
    division_is(0xE364, 1500, 120.0 / 1.001, 240, 0.08008); /* 30000/1001 of 100 */
}

static void test_a_tempo_in_a_smpte_file(void **state)
{
    smf *f = smf_new(0, 1, 0xE728);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 51 03 06 1A 80 " NOTE);
    smf_read(f, &s, "midi_smpte_tempo");
    assert_int_equal(s.tempos, 1);
    check_near(s.tempo[0].bpm, 120.0, 0.0);
    assert_int_equal(s.track[0].messages, 0);
    snq_score_clear(&s);
    smf_free(f);
    f = smf_new(0, 1, 0xE364); /* 29.97: 500 500 us a quarter, exactly */
    smf_track(f, NOTE);
    check_round_trip(f, "", &out);
    snq_str_clear(&out);
    smf_free(f);
}

static void test_headers(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    /* longer than 6: the rest is passed over */
    f->n = 0;
    smf_put(f, "'MThd' 00 00 00 09 00 01 00 01 01 E0 'xyz'");
    smf_track(f, NOTE);
    smf_read(f, &s, "");
    assert_true(s.tracks == 1 && s.ticks_per_quarter == 480);
    snq_score_clear(&s);
    f->bytes[9] = 2;
    smf_refused(f, SNQ_ERR_UNSUPPORTED, 8);
    f->bytes[9] = 3;
    smf_refused(f, SNQ_ERR_UNSUPPORTED, 8);
    f->bytes[9] = 1;
    f->bytes[12] = f->bytes[13] = 0;
    smf_refused(f, SNQ_ERR_FORMAT, 12);
    f->bytes[12] = 0xE5; /* 27 frames a second */
    f->bytes[13] = 40;
    smf_refused(f, SNQ_ERR_FORMAT, 12);
    f->bytes[12] = 0xE7; /* 0 ticks a frame */
    f->bytes[13] = 0;
    smf_refused(f, SNQ_ERR_FORMAT, 12);
    f->bytes[7] = 5;
    smf_refused(f, SNQ_ERR_FORMAT, 4);
    f->bytes[6] = 1;
    smf_refused(f, SNQ_ERR_FORMAT, 4);
    f->bytes[0] = 'm';
    smf_refused(f, SNQ_ERR_FORMAT, 0);
    f->n = 0;
    smf_refused(f, SNQ_ERR_FORMAT, 0);
    smf_free(f);
}

static void test_chunks(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    smf_track(f, "00 FF 03 01 'x'");
    smf_begin(f, "XFIH");
    smf_put(f, "01 02 03");
    smf_close(f);
    smf_track(f, NOTE);
    smf_read(f, &s, "midi_chunk_skipped");
    assert_true(s.tracks == 1 && s.track[0].notes == 1);
    snq_score_clear(&s);
    const size_t n = f->n;
    smf_put(f, "00 00 00"); /* padding */
    smf_read(f, &s, "midi_chunk_skipped midi_trailing");
    snq_score_clear(&s);
    smf_put(f, "'more than 8 bytes'");
    smf_read(f, &s, "midi_chunk_skipped midi_trailing");
    snq_score_clear(&s);
    f->bytes[11] = 3; /* one is promised, and something else is there */
    smf_refused(f, SNQ_ERR_FORMAT, n + 4);
    f->n = n;
    smf_read(f, &s, "midi_chunk_skipped midi_track_count");
    snq_score_clear(&s);
    f->bytes[11] = 0;
    smf_read(f, &s, "midi_chunk_skipped midi_track_count");
    snq_score_clear(&s);
    f->bytes[9] = 0; /* "format 0" */
    smf_read(f, &s, "midi_chunk_skipped midi_track_count midi_format");
    snq_score_clear(&s);
    smf_free(f);
    f = smf_new(1, 0, 480);
    smf_refused(f, SNQ_ERR_FORMAT, 14);
    smf_begin(f, "XFIH");
    smf_close(f);
    smf_refused(f, SNQ_ERR_FORMAT, 22);
    smf_free(f);
}

static void test_ends_of_chunks(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    smf_begin(f, "MTrk");
    smf_put(f, NOTE);
    smf_close(f);
    smf_read(f, &s, "midi_end_missing");
    assert_int_equal(s.length, 240);
    snq_score_clear(&s);
    smf_put(f, "05 FF 2F 00  00 90 99 99");
    smf_close(f);
    smf_read(f, &s, "midi_after_end");
    assert_int_equal(s.length, 245);
    snq_score_clear(&s);
    smf_begin(f, "MTrk"); /* nothing in it, not even an end */
    smf_close(f);
    f->bytes[11] = 2;
    f->bytes[9] = 1;
    smf_read(f, &s, "midi_after_end midi_end_missing");
    snq_score_clear(&s);
    smf_free(f);
}

static void put_le32(smf *f, size_t at, size_t v)
{
    for (size_t i = 0; i < 4; i++)
        f->bytes[at + i] = (uint8_t)(v >> 8 * i);
}

static void test_riff(void **state)
{
    smf *in = smf_new(0, 1, 480), *f = smf_new(0, 0, 0);
    snq_score s;
    smf_track(in, NOTE);
    f->n = 0;
    smf_put(f, "'RIFF' 00 00 00 00 'RMID' 'DISP' 03 00 00 00 'abc' 00 'data' 00 00 00 00");
    put_le32(f, f->n - 4, in->n);
    const size_t data = f->n;
    memcpy(f->bytes + f->n, in->bytes, in->n);
    f->n += in->n;
    smf_put(f, "'LIST' 00 00 00 00");
    smf_read(f, &s, "");
    assert_true(s.tracks == 1 && s.track[0].notes == 1);
    snq_score_clear(&s);
    f->bytes[data + 8 + 6 + 8] = 0x90; /* a delta time of more bytes: offsets are the file's */
    f->bytes[data + 8 + 6 + 9] = 0x90;
    f->bytes[data + 8 + 6 + 10] = 0x90;
    f->bytes[data + 8 + 6 + 11] = 0x90;
    smf_refused(f, SNQ_ERR_FORMAT, data + 22);
    put_le32(f, data - 4, in->n + 100);
    smf_refused(f, SNQ_ERR_FORMAT, data - 8);
    put_le32(f, data - 4, 3);
    smf_refused(f, SNQ_ERR_FORMAT, data);
    put_le32(f, data - 4, 10);
    smf_refused(f, SNQ_ERR_FORMAT, data + 10);
    f->bytes[data] = 'm';
    smf_refused(f, SNQ_ERR_FORMAT, data);
    f->n = 24;
    smf_refused(f, SNQ_ERR_FORMAT, 24);
    f->n = 12;
    smf_refused(f, SNQ_ERR_FORMAT, 12);
    smf_free(in);
    smf_free(f);
}

static void test_limits(void **state)
{
    smf *f = smf_new(1, SNQ_SCORE_TRACKS_MAX + 2, 480);
    snq_score s;
    smf_track(f, "");
    for (int i = 0; i < SNQ_SCORE_TRACKS_MAX; i++)
        smf_track(f, NOTE);
    const size_t n = f->n;
    smf_track(f, NOTE);
    smf_refused(f, SNQ_ERR_TOO_BIG, n + 8);
    f->n = n;
    smf_read(f, &s, "midi_track_count");
    assert_int_equal(s.tracks, SNQ_SCORE_TRACKS_MAX);
    snq_score_clear(&s);
    smf_free(f);

    f = smf_new(0, 1, 480);
    smf_begin(f, "MTrk");
    for (int i = 0; i <= SNQ_SCORE_SPANS_MAX; i++)
        smf_put(f, "01 FF 06 01 'x'");
    smf_put(f, "00 FF 2F 00");
    smf_close(f);
    smf_refused(f, SNQ_ERR_TOO_BIG, 22 + 5 * SNQ_SCORE_SPANS_MAX + 1);
    smf_free(f);
}

/* Two notes or messages a byte are more than a score may hold: refused before the memory is gone. */
static void test_limits_of_events(void **state)
{
    static const struct {
        size_t bytes, max;
        uint8_t status;
    } table[] = { { 3, SNQ_SCORE_NOTES_MAX, 0x90 }, { 2, SNQ_SCORE_MESSAGES_MAX, 0xD0 } };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        const size_t body = 1 + (table[i].max + 1) * table[i].bytes;
        uint8_t *bytes = malloc(22 + body);
        snq_score s;
        assert_non_null(bytes);
        memcpy(bytes, "MThd\0\0\0\6\0\0\0\1\1\xE0MTrk", 18);
        for (int k = 0; k < 4; k++)
            bytes[18 + k] = (uint8_t)(body >> (24 - 8 * k));
        memset(bytes + 22, 0, body);
        bytes[23] = table[i].status;
        for (size_t k = 24; k < 22 + body; k += table[i].bytes)
            bytes[k + table[i].bytes - 2] = 1;
        if (table[i].bytes == 3)
            for (size_t k = 24; k + 2 < 22 + body; k += 3)
                bytes[k] = 1 + k / 3 % 100; /* pitch, velocity 1, delta 0 */
        check_status(snq_midi_read(bytes, 22 + body, &s, NULL), SNQ_ERR_TOO_BIG);
        char head[32];
        snprintf(head, sizeof head, "offset %zu: ", 24 + table[i].max * table[i].bytes);
        assert_memory_equal(snq_last_error(), head, strlen(head));
        assert_int_equal(snq_alloc_live(), 0);
        free(bytes);
    }
}

/* ---- damage ---- */

/* Something of everything. */
static smf *rich(void)
{
    smf *f = smf_new(1, 3, 96);
    smf_track(f,
              "00 FF 03 04 'Rich'  00 FF 02 01 'c'  00 FF 51 03 07 A1 20  00 FF 58 04 04 02 18 08 "
              "00 FF 59 02 FE 01  00 FF 54 05 60 00 00 00 00  00 FF 06 01 'A'  83 00 FF 06 01 'B'");
    smf_track(f,
              "00 FF 03 04 'Bass'  00 FF 21 01 01  00 C0 20  00 B0 07 64  00 90 24 50  30 24 00 "
              "00 28 50  00 28 51  30 80 28 10  10 80 28 11  00 E0 00 40  00 D0 05  00 A0 24 01");
    smf_begin(f, "XFKM");
    smf_put(f, "00 01");
    smf_close(f);
    smf_track(f,
              "00 FF 20 01 09  00 FF 04 03 'Kit'  00 99 24 7F  81 00 24 00  00 F0 03 7E 09 F7 "
              "00 F7 02 F3 01  00 91 3C 40  00 92 3C 40  10 81 3C 00  00 82 3C 00  00 FF 7F 01 00");
    return f;
}

/* Reading ends well or names an offset of the file; what ends well can be written. */
static int survives(const smf *f)
{
    snq_score s;
    snq_warnings w = { 0 };
    size_t offset = SIZE_MAX;
    snq_error_clear();
    /* a copy without a byte to spare, so that a sanitizer sees what is read behind it */
    uint8_t *bytes = malloc(f->n + !f->n);
    assert_non_null(bytes);
    memcpy(bytes, f->bytes, f->n);
    const snq_status st = snq_midi_read(bytes, f->n, &s, &w);
    free(bytes);
    if (st >= 0) {
        snq_str out;
        snq_str_init(&out, SMF_ROOM);
        check_ok(snq_midi_write(&s, &out));
        snq_str_clear(&out);
        snq_score_clear(&s);
        return 1;
    }
    assert_true(st == SNQ_ERR_FORMAT || st == SNQ_ERR_UNSUPPORTED || st == SNQ_ERR_TOO_BIG);
    if (sscanf(snq_last_error(), "offset %zu: ", &offset) != 1 || offset > f->n)
        fail_msg("no offset: \"%s\"", snq_last_error());
    assert_int_equal(snq_alloc_live(), 0);
    return 0;
}

static void test_cut_at_every_byte(void **state)
{
    smf *f = rich();
    const size_t whole = f->n;
    size_t read = 0;
    assert_true(survives(f));
    for (f->n = 0; f->n < whole; f->n++) {
        /* between chunks, a file is whole but for the number of chunks */
        const int between = f->n > 14 && (memcmp(f->bytes + f->n, "MTrk", 4) == 0 ||
                                          memcmp(f->bytes + f->n, "XFKM", 4) == 0);
        const int ok = survives(f);
        assert_int_equal(ok, between);
        read += (size_t)ok;
    }
    assert_int_equal(read, 3);
    smf_free(f);
}

static void test_every_bit_flipped(void **state)
{
    smf *f = rich();
    size_t ok = 0;
    for (size_t i = 0; i < 8 * f->n; i++) {
        f->bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        ok += (size_t)survives(f);
        f->bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(ok > f->n && ok < 7 * f->n); /* data, and structure */
    smf_free(f);
}

static void test_every_byte_of_every_value(void **state)
{
    smf *f = rich();
    for (size_t i = 0; i < f->n; i++) {
        const uint8_t was = f->bytes[i];
        for (int v = 0; v < 256; v += 5) {
            f->bytes[i] = (uint8_t)v;
            (void)survives(f);
        }
        f->bytes[i] = was;
    }
    smf_free(f);
}

/* ---- out of memory ---- */

static snq_status make(void *user, void **object)
{
    const smf *f = user;
    snq_score *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_ERR_NOMEM;
    const snq_status st = snq_midi_read(f->bytes, f->n, s, NULL);
    if (st < 0)
        snq_free(s);
    else
        *object = s;
    return st;
}

static void unmake(void *object)
{
    snq_score_clear(object);
    snq_free(object);
}

static void test_out_of_memory(void **state)
{
    smf *f = rich();
    assert_true(snq_sweep(make, unmake, f) > 15);
    smf_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is),
        cmocka_unit_test(test_divisions),
        cmocka_unit_test(test_a_tempo_in_a_smpte_file),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_ends_of_chunks),
        cmocka_unit_test(test_riff),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limits_of_events),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_every_bit_flipped),
        cmocka_unit_test(test_every_byte_of_every_value),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
