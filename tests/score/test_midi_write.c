// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"
#include "support/sweep.h"
#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "score/midi.h"

/* What is written of s must be these bytes. */
static void written_is(const snq_score *s, const smf *want)
{
    snq_str out;
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(s, &out));
    for (size_t i = 0; i < out.length && i < want->n; i++)
        if ((uint8_t)out.text[i] != want->bytes[i])
            fail_msg("byte %zu: %02X, want %02X", i, (uint8_t)out.text[i], want->bytes[i]);
    assert_int_equal(out.length, want->n);
    snq_str_clear(&out);
}

static snq_track *add_track(snq_score *s, const char *name)
{
    snq_track *t;
    check_ok(snq_score_add_track(s, name, &t));
    return t;
}

static void add_note(snq_track *t, int64_t tick, int64_t length, int pitch, float offset_s)
{
    const snq_note n = { .tick = tick,
                         .length = length,
                         .offset_s = offset_s,
                         .pitch = (uint8_t)pitch,
                         .velocity = 100,
                         .release = 64 };
    check_ok(snq_track_add_note(t, &n));
}

static void add_message(snq_track *t, int64_t tick, int status, int a, int b)
{
    const snq_message m = {
        .tick = tick, .status = (uint8_t)status, .a = (uint8_t)a, .b = (uint8_t)b
    };
    check_ok(snq_track_add_message(t, m, NULL));
}

/* The example of docs/formats/midi.md. */
static void test_every_byte_of_an_example(void **state)
{
    static const uint8_t reset[] = { 0x7E, 0x7F, 0x09, 0x01, 0xF7 };
    const snq_section verse = { .start = 0, .end = 1920, .name = "Verse", .energy = 0.5f };
    smf *want = smf_new(1, 3, 480);
    snq_score s;
    snq_score_init(&s);
    strcpy(s.title, "Example");
    s.ticks_per_quarter = 480;
    s.length = 1920;
    check_ok(snq_score_add_tempo(&s, 0, 100.0));
    check_ok(snq_score_add_metre(&s, 0, 6, 8));
    check_ok(snq_score_add_key(&s, (snq_key_mark) { 0, 2, SNQ_KEY_MINOR, -1 }));
    check_ok(snq_score_add_section(&s, &verse));
    snq_track *t = add_track(&s, "bass");
    t->program = 38;
    t->channel = 1;
    t->port = 1;
    add_note(t, 0, 480, 38, 0.0f);
    add_note(t, 480, 0, 38, 0.01f); /* 8 ticks of 1.25 ms late */
    add_message(t, 480, 0xB0, 7, 90);
    add_message(t, 480, 0xE0, 0, 64);
    t = add_track(&s, "conductor");
    strcpy(t->kind, SNQ_MIDI_CONDUCTOR);
    check_ok(
        snq_track_add_message(t, (snq_message) { .status = 0xF0, .length = sizeof reset }, reset));
    t = add_track(&s, "drums");
    t->channel = 9;
    add_note(t, 1800, 120, 36, 0.0f);
    smf_track(want, "");
    want->n = want->chunk + 4;
    smf_put(want, "00 FF 03 07 'Example'  00 FF 58 04 06 03 24 08  00 FF 59 02 FF 01 "
                  "00 FF 51 03 09 27 C0  00 FF 06 05 'Verse'  00 F0 05 7E 7F 09 01 F7 "
                  "8F 00 FF 2F 00");
    smf_close(want);
    smf_begin(want, "MTrk");
    smf_put(want, "00 FF 03 04 'bass'  00 FF 21 01 01  00 C1 26  00 91 26 64  83 60 81 26 40 "
                  "00 B1 07 5A  00 E1 00 40  08 91 26 64  00 81 26 40  8B 18 FF 2F 00");
    smf_close(want);
    smf_begin(want, "MTrk");
    smf_put(want, "00 FF 03 05 'drums'  8E 08 99 24 64  78 89 24 40  00 FF 2F 00");
    smf_close(want);
    written_is(&s, want);
    snq_score_clear(&s);
    smf_free(want);
}

/* ---- notes ---- */

/* One track of these notes, written and read again, as "tick+length". */
static void comes_back(const snq_note *note, size_t n, const char *want)
{
    snq_score s, back;
    snq_str out;
    char got[512] = "";
    snq_score_init(&s);
    snq_track *t = add_track(&s, "t");
    for (size_t i = 0; i < n; i++)
        check_ok(snq_track_add_note(t, &note[i]));
    check_ok(snq_score_sort(&s));
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    snq_warnings w = { 0 };
    check_ok(snq_midi_read(out.text, out.length, &back, &w));
    assert_int_equal(w.count, 0);
    for (size_t i = 0; i < back.track[0].notes; i++)
        sprintf(got + strlen(got), "%s%lld+%lld", i ? " " : "",
                (long long)back.track[0].note[i].tick, (long long)back.track[0].note[i].length);
    assert_string_equal(got, want);
    snq_str_clear(&out);
    snq_score_clear(&s);
    snq_score_clear(&back);
}

#define NOTE_AT(tick_, length_, offset_)                                                        \
    {                                                                                           \
        .tick = (tick_), .length = (length_), .offset_s = (offset_), .pitch = 60, .velocity = 1 \
    }
#define COMES_BACK(want, ...)                      \
    comes_back((const snq_note[]) { __VA_ARGS__ }, \
               sizeof((const snq_note[]) { __VA_ARGS__ }) / sizeof(snq_note), want)

static void test_micro_timing(void **state)
{
    /* 960 ticks at 120: 1920 a second */
    COMES_BACK("962+480", NOTE_AT(960, 480, 0.001f));
    COMES_BACK("941+480", NOTE_AT(960, 480, -0.01f));
    COMES_BACK("0+480", NOTE_AT(10, 480, -0.01f)); /* not before 0; the end moves as far */
    COMES_BACK("0+0", NOTE_AT(0, 0, -1.0f));
    COMES_BACK("960+0", NOTE_AT(960, 0, 0.0001f));
}

static void test_micro_timing_by_the_tempo_map(void **state)
{
    snq_score s;
    snq_str out;
    snq_score_init(&s);
    s.length = 4000;
    check_ok(snq_score_add_tempo(&s, 0, 120.0));
    check_ok(snq_score_add_tempo(&s, 960, 60.0)); /* 1920, then 960 ticks a second */
    check_ok(snq_score_add_metre(&s, 0, 4, 4));
    add_note(add_track(&s, "t"), 950, 480, 60, 0.01f);
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    snq_score_clear(&s);
    check_ok(snq_midi_read(out.text, out.length, &s, NULL));
    /* 10 ticks take 5.2 ms, what is left of 10 ms is 4.6 ticks; the end moves 9.6 ticks */
    assert_int_equal(s.track[0].note[0].tick, 965);
    assert_int_equal(s.track[0].note[0].tick + s.track[0].note[0].length, 1440);
    snq_str_clear(&out);
    snq_score_clear(&s);
}

static void test_overlaps(void **state)
{
    /* the score's own, which a reader finds again */
    COMES_BACK("0+20 10+20", NOTE_AT(0, 20, 0), NOTE_AT(10, 20, 0));
    COMES_BACK("0+20 10+10", NOTE_AT(0, 20, 0), NOTE_AT(10, 10, 0));
    COMES_BACK("0+10 0+20", NOTE_AT(0, 10, 0), NOTE_AT(0, 20, 0));
    /* one within another */
    COMES_BACK("0+10 10+5", NOTE_AT(0, 30, 0), NOTE_AT(10, 5, 0));
    COMES_BACK("0+10 10+0", NOTE_AT(0, 30, 0), NOTE_AT(10, 0, 0));
    COMES_BACK("0+10 10+5 15+5", NOTE_AT(0, 30, 0), NOTE_AT(10, 20, 0), NOTE_AT(15, 5, 0));
    /* those that micro-timing makes: 20 ticks early */
    COMES_BACK("0+940 940+960", NOTE_AT(0, 960, 0), NOTE_AT(960, 960, -0.0104f));
    COMES_BACK("0+940 940+940 1880+960", NOTE_AT(0, 960, 0), NOTE_AT(960, 960, -0.0104f),
               NOTE_AT(1920, 960, -0.0208f));
    /* the later one comes first */
    COMES_BACK("4+96 100+900", NOTE_AT(100, 900, 0), NOTE_AT(196, 100, -0.1f));
    /* other pitches have no part in it */
    const snq_note two[] = { NOTE_AT(0, 30, 0),
                             { .tick = 10, .length = 5, .pitch = 61, .velocity = 1 } };
    comes_back(two, 2, "0+30 10+5");
}

static void test_order_within_a_tick(void **state)
{
    smf *want = smf_new(1, 2, 960);
    snq_score s;
    snq_score_init(&s);
    snq_track *t = add_track(&s, "t");
    add_note(t, 0, 10, 60, 0.0f);
    add_note(t, 10, 0, 59, 0.0f);
    add_note(t, 10, 10, 60, 0.0f);
    add_note(t, 10, 10, 62, 0.0f);
    add_message(t, 10, 0xB0, 64, 0);
    add_message(t, 10, 0xB0, 64, 127);
    check_ok(snq_score_sort(&s));
    smf_begin(want, "MTrk");
    smf_put(want, "00 FF 58 04 04 02 18 08  00 FF 51 03 07 A1 20  14 FF 2F 00");
    smf_close(want);
    smf_begin(want, "MTrk");
    smf_put(want, "00 FF 03 01 't'  00 90 3C 64  0A 80 3C 40  00 B0 40 00  00 B0 40 7F "
                  "00 90 3B 64  00 90 3C 64  00 90 3E 64  00 80 3B 40  0A 80 3C 40  00 80 3E 40 "
                  "00 FF 2F 00");
    smf_close(want);
    written_is(&s, want);
    snq_score_clear(&s);
    smf_free(want);
}

/* ---- what a track says at its start ---- */

static void program_becomes(int program, const char *want)
{
    smf *f = smf_new(1, 2, 960);
    snq_score s;
    snq_score_init(&s);
    snq_track *t = add_track(&s, "t");
    t->program = (int16_t)program;
    add_message(t, 0, 0xB0, 0, 1);
    add_message(t, 5, 0xC0, 3, 0);
    add_note(t, 5, 5, 60, 0.0f);
    add_message(t, 6, 0xC0, 4, 0);
    check_ok(snq_score_sort(&s));
    smf_begin(f, "MTrk");
    smf_put(f, "00 FF 58 04 04 02 18 08  00 FF 51 03 07 A1 20  0A FF 2F 00");
    smf_close(f);
    smf_begin(f, "MTrk");
    smf_put(f, want);
    smf_close(f);
    written_is(&s, f);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_a_program_that_was_changed(void **state)
{
    program_becomes(-1, "00 FF 03 01 't'  00 B0 00 01  05 C0 03  00 90 3C 64  01 C0 04 "
                        "04 80 3C 40  00 FF 2F 00");
    program_becomes(9, "00 FF 03 01 't'  00 B0 00 01  05 C0 09  00 90 3C 64  01 C0 04 "
                       "04 80 3C 40  00 FF 2F 00");
}

static void test_names_that_were_changed(void **state)
{
    smf *f = smf_new(1, 2, 480);
    snq_score s;
    snq_str out;
    smf_track(f, "00 FF 03 01 E4");
    smf_track(f, "00 FF 03 01 E4  00 FF 03 01 'b' 00 90 3C 40  60 80 3C 40");
    smf_read(f, &s, "");
    strcpy(s.title, "new title");
    strcpy(s.track[1].name, "new name");
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    snq_score_clear(&s);
    check_ok(snq_midi_read(out.text, out.length, &s, NULL));
    assert_string_equal(s.title, "new title");
    assert_string_equal(s.track[1].name, "new name");
    snq_str_clear(&out);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_what_is_no_conductor(void **state)
{
    snq_score s, back;
    snq_str out;
    snq_score_init(&s);
    strcpy(add_track(&s, "a")->kind, SNQ_MIDI_CONDUCTOR);
    add_note(&s.track[0], 0, 10, 60, 0.0f);
    strcpy(add_track(&s, "b")->kind, SNQ_MIDI_CONDUCTOR);
    add_message(&s.track[1], 0, 0xB0, 7, 1);
    strcpy(add_track(&s, "c")->kind, SNQ_MIDI_CONDUCTOR);
    add_message(&s.track[2], 0, 0xFF, 1, 0);
    strcpy(add_track(&s, "d")->kind, SNQ_MIDI_CONDUCTOR);
    add_message(&s.track[3], 0, 0xFF, 1, 0);
    check_ok(snq_score_sort(&s));
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    check_ok(snq_midi_read(out.text, out.length, &back, NULL));
    assert_int_equal(back.tracks, 4);
    assert_string_equal(back.track[0].kind, SNQ_MIDI_CONDUCTOR); /* c */
    assert_string_equal(back.track[1].name, "a");
    assert_string_equal(back.track[2].name, "b");
    assert_string_equal(back.track[3].name, "d");
    snq_str_clear(&out);
    snq_score_clear(&s);
    snq_score_clear(&back);
}

/* ---- bounds ---- */

static void test_long_gaps(void **state)
{
    snq_score s, back;
    snq_str out;
    snq_score_init(&s);
    snq_track *t = add_track(&s, "t");
    add_note(t, 0x0FFFFFFF, 1, 60, 0.0f);
    add_note(t, 0x1FFFFFFF, 1, 60, 0.0f);
    add_note(t, SNQ_SCORE_TICK_MAX - 1, 1, 60, 0.0f);
    add_note(t, SNQ_SCORE_TICK_MAX - 1, 1, 61, 1.0f);
    check_ok(snq_score_sort(&s));
    snq_str_init(&out, SMF_ROOM);
    check_ok(snq_midi_write(&s, &out));
    check_ok(snq_midi_read(out.text, out.length, &back, NULL));
    t = &back.track[1];
    assert_true(t->notes == 4 && back.length == SNQ_SCORE_TICK_MAX);
    for (size_t i = 0; i < 3; i++)
        assert_true(t->note[i].tick == s.track[0].note[i].tick && t->note[i].length == 1);
    assert_true(t->note[3].tick == SNQ_SCORE_TICK_MAX && t->note[3].length == 0);
    assert_true(t->messages > 4000 && t->messages < 4100);
    snq_str_clear(&out);
    snq_score_clear(&s);
    snq_score_clear(&back);
}

static void test_what_can_not_be_written(void **state)
{
    snq_score s;
    snq_str out;
    snq_score_init(&s);
    snq_str_init(&out, 60);
    snq_str_put(&out, "before");
    check_status(snq_midi_write(&s, &out), SNQ_ERR_FORMAT); /* no tempo */
    snq_track *t = add_track(&s, "t");
    add_message(t, 0, 0xFF, 0x2F, 0);
    check_ok(snq_score_sort(&s));
    check_status(snq_midi_write(&s, &out), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "track \"t\": message 0"));
    t->message[0].a = 1;
    t->message[0].length = 1 << 28; /* beyond a length of four bytes */
    t->byte_count = 1 << 28;
    check_status(snq_midi_write(&s, &out), SNQ_ERR_TOO_BIG);
    t->message[0].length = 0;
    t->byte_count = 0;
    check_status(snq_midi_write(&s, &out), SNQ_ERR_TOO_BIG); /* of what out may hold */
    assert_string_equal(out.text, "before");
    assert_int_equal(out.length, 6);
    snq_str_clear(&out);
    snq_str_init(&out, 3);
    check_status(snq_midi_write(&s, &out), SNQ_ERR_TOO_BIG);
    assert_null(out.text);
    snq_str_clear(&out);
    snq_score_clear(&s);
}

/* ---- random files ---- */

static void put_random_event(smf *f, snq_rng *r, int *open, int *running)
{
    const int channel = (int)snq_rng_below(r, 3), pitch = 60 + (int)snq_rng_below(r, 3);
    int *level = &open[3 * channel + pitch - 60];
    const unsigned which = snq_rng_below(r, 12);
    const int status = which < 4             ? 0x90
                       : which < 7 && *level ? 0x80
                       : which < 7           ? 0x90
                       : which < 8           ? 0xB0
                       : which < 9           ? 0xE0
                       : which < 10          ? 0xC0
                       : snq_rng_below(r, 2) ? 0xFF
                                             : 0xF0;
    smf_put_number(f, snq_rng_below(r, 3) ? 0 : snq_rng_below(r, 300));
    if (status >= 0xF0) {
        static const uint8_t types[] = { 1, 3, 5, 6, 0x20, 0x21, 0x51, 0x58, 0x59, 0x7F };
        const uint8_t type = types[snq_rng_below(r, SNQ_COUNT(types))];
        const int is_number = status == 0xFF && (type == 0x20 || type == 0x21);
        const uint32_t n = is_number ? 1 : snq_rng_below(r, 6);
        smf_put_byte(f, status);
        if (status == 0xFF)
            smf_put_byte(f, type);
        smf_put_number(f, n);
        for (uint32_t i = 0; i < n; i++)
            smf_put_byte(f, (int)snq_rng_below(r, 3) + (is_number             ? 0
                                                        : snq_rng_below(r, 4) ? 'a'
                                                                              : 0xE0));
        *running = 0;
        return;
    }
    *level += status == 0x90 ? 1 : status == 0x80 ? -1 : 0;
    if (*running != (status | channel))
        smf_put_byte(f, status | channel);
    *running = status | channel;
    smf_put_byte(f, status >= 0xB0 ? (int)snq_rng_below(r, 128) : pitch);
    if (status != 0xC0)
        smf_put_byte(f, 1 + (int)snq_rng_below(r, 127));
}

/* Every note has an end. */
static smf *random_file(uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    const int chunks = 1 + (int)snq_rng_below(&r, 4);
    smf *f = smf_new(1, chunks, 24 + (int)snq_rng_below(&r, 1000));
    for (int c = 0; c < chunks; c++) {
        int open[9] = { 0 }, running = 0;
        smf_begin(f, "MTrk");
        for (uint32_t i = snq_rng_below(&r, 150); i > 0; i--)
            put_random_event(f, &r, open, &running);
        for (int i = 0; i < 9; i++)
            while (open[i]-- > 0) {
                smf_put_number(f, snq_rng_below(&r, 50));
                smf_put_byte(f, 0x80 | i / 3);
                smf_put_byte(f, 60 + i % 3);
                smf_put_byte(f, 64);
            }
        smf_put(f, "10 FF 2F 00");
        smf_close(f);
    }
    return f;
}

/* What is dropped with a warning: of two tempos, metres or keys at one tick. */
static int drops_none(const smf *f)
{
    snq_score s;
    snq_warnings w = { 0 };
    check_ok(snq_midi_read(f->bytes, f->n, &s, &w));
    snq_score_clear(&s);
    return w.count == 0;
}

static void test_random_files_keep_every_event(void **state)
{
    int tried = 0;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        smf *f = random_file(seed);
        snq_str out;
        if (drops_none(f)) {
            check_round_trip(f, "", &out);
            snq_str_clear(&out);
            tried++;
        }
        smf_free(f);
    }
    assert_true(tried > 450);
}

static int compare_numbers(const void *x, const void *y)
{
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* Each note ends where one of its pitch does in the score, or where the next one begins. */
static void check_lengths(const snq_score *s, const snq_score *back)
{
    const snq_track *t = &s->track[0], *u = &back->track[0];
    for (size_t i = 0; i < u->notes; i++) {
        int is_end = 0;
        const int64_t end = u->note[i].tick + u->note[i].length;
        for (size_t k = 0; k < t->notes; k++)
            if (t->note[k].pitch == u->note[i].pitch)
                is_end |= fabs(snq_score_tick_at(s, snq_note_end_s(s, &t->note[k])) -
                               (double)end) <= 0.5 + 1e-6;
        for (size_t k = 0; k < u->notes; k++)
            is_end |= u->note[k].pitch == u->note[i].pitch && u->note[k].tick == end;
        assert_true(is_end);
    }
}

/* Notes anywhere, moved: all are there again, where they were to the tick, and end where one of their
 * pitch ends or the next begins. */
static void test_random_scores(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 11);
    for (int i_round = 0; i_round < 100; i_round++) {
        snq_score s, back;
        snq_str out;
        snq_warnings w = { 0 };
        int64_t starts[2][60] = { { 0 } };
        snq_score_init(&s);
        check_ok(snq_score_add_tempo(&s, 0, 60.0 + 100.0 * snq_rng_uniform(&r)));
        snq_track *t = add_track(&s, "t");
        for (int i = 0; i < 60; i++)
            add_note(t, 96 * snq_rng_below(&r, 40), 96 * snq_rng_below(&r, 10),
                     60 + (int)snq_rng_below(&r, 4),
                     snq_rng_below(&r, 2) ? 0.0f : 0.02f * (float)snq_rng_normal(&r));
        check_ok(snq_score_sort(&s));
        snq_str_init(&out, SMF_ROOM);
        check_ok(snq_midi_write(&s, &out));
        check_ok(snq_midi_read(out.text, out.length, &back, &w));
        assert_int_equal(w.count, 0);
        assert_int_equal(back.track[0].notes, 60);
        for (int i = 0; i < 60; i++) {
            const double tick = snq_score_tick_at(&s, snq_note_start_s(&s, &t->note[i]));
            starts[0][i] = (int64_t)round(tick) * 128 + t->note[i].pitch;
            starts[1][i] = back.track[0].note[i].tick * 128 + back.track[0].note[i].pitch;
        }
        qsort(starts[0], 60, sizeof starts[0][0], compare_numbers);
        qsort(starts[1], 60, sizeof starts[1][0], compare_numbers);
        assert_memory_equal(starts[0], starts[1], sizeof starts[0]);
        check_lengths(&s, &back);
        snq_str_clear(&out);
        snq_score_clear(&s);
        snq_score_clear(&back);
    }
}

/* ---- out of memory ---- */

static snq_status make(void *user, void **object)
{
    snq_str *out = snq_calloc(1, sizeof *out);
    if (!out)
        return SNQ_ERR_NOMEM;
    snq_str_init(out, SMF_ROOM);
    const snq_status st = snq_midi_write(user, out);
    if (st < 0) {
        snq_str_clear(out);
        snq_free(out);
    } else
        *object = out;
    return st;
}

static void unmake(void *object)
{
    snq_str_clear(object);
    snq_free(object);
}

static void test_out_of_memory(void **state)
{
    smf *f = random_file(5);
    snq_score s;
    check_ok(snq_midi_read(f->bytes, f->n, &s, NULL));
    assert_true(snq_sweep(make, unmake, &s) > 5);
    snq_score_clear(&s);
    smf_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_of_an_example),
        cmocka_unit_test(test_micro_timing),
        cmocka_unit_test(test_micro_timing_by_the_tempo_map),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_order_within_a_tick),
        cmocka_unit_test(test_a_program_that_was_changed),
        cmocka_unit_test(test_names_that_were_changed),
        cmocka_unit_test(test_what_is_no_conductor),
        cmocka_unit_test(test_long_gaps),
        cmocka_unit_test(test_what_can_not_be_written),
        cmocka_unit_test(test_random_files_keep_every_event),
        cmocka_unit_test(test_random_scores),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
