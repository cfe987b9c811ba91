// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <limits.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "made_score.h"
#include "score/score.h"
#include "support/sweep.h"

/* ---- building ---- */

static void begins_and_ends_empty(void **state)
{
    snq_score s;
    snq_score_init(&s);
    assert_int_equal(s.ticks_per_quarter, 960);
    assert_int_equal(s.tempos, 0);
    check_ok(made_small(&s));
    snq_score_clear(&s);
    assert_int_equal(s.tracks, 0);
    assert_null(s.track);
    snq_score_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

static const char *name_of(snq_score *s, const char *name)
{
    snq_track *t;
    check_ok(snq_score_add_track(s, name, &t));
    return t->name;
}

static void makes_names_unlike(void **state)
{
    char longest[100], want[SNQ_SCORE_NAME_MAX];
    snq_score s;
    snq_score_init(&s);
    assert_string_equal(name_of(&s, "Bass"), "Bass");
    assert_string_equal(name_of(&s, "bass"), "bass 2");
    assert_string_equal(name_of(&s, "BASS"), "BASS 3");
    assert_string_equal(name_of(&s, "bass 2"), "bass 2 2");
    assert_string_equal(name_of(&s, ""), "track");
    assert_string_equal(name_of(&s, ""), "track 2");
    assert_string_equal(name_of(&s, s.track[0].name), "Bass 4");
    assert_string_equal(name_of(&s, "a\xFF\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
    memset(longest, 'x', sizeof longest);
    longest[99] = '\0';
    memset(want, 'x', sizeof want);
    want[63] = '\0';
    assert_string_equal(name_of(&s, longest), want);
    strcpy(want + 61, " 2");
    assert_string_equal(name_of(&s, longest), want);
    memcpy(longest + 62, "\xC3\xA9", 3); /* 64 bytes, the last two one letter: cut before it */
    memset(want, 'x', sizeof want);
    want[62] = '\0';
    assert_string_equal(name_of(&s, longest), want);
    assert_ptr_equal(snq_score_find_track(&s, "bAsS 3"), &s.track[2]);
    assert_null(snq_score_find_track(&s, "bass 9"));
    assert_int_equal(s.track[0].program, -1);
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_check(&s));
    snq_score_clear(&s);
}

static void is_bounded(void **state)
{
    const snq_chord_span chord = { 0, 0, "N" };
    const snq_section section = { 0, 0, "a", NAN };
    const snq_key_mark key = { 0, 0, 0, 0 };
    static const uint8_t bytes[1 << 20];
    const snq_message m = { 0, 0xF0, 0, 0, 0, sizeof bytes };
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    for (int i = 0; i < SNQ_SCORE_SPANS_MAX; i++) {
        check_ok(snq_score_add_tempo(&s, i, 120));
        check_ok(snq_score_add_metre(&s, i, 4, 4));
        check_ok(snq_score_add_key(&s, key));
        check_ok(snq_score_add_chord(&s, s.chords ? &s.chord[s.chords - 1] : &chord));
        check_ok(snq_score_add_section(&s, s.sections ? &s.section[s.sections - 1] : &section));
    }
    check_status(snq_score_add_tempo(&s, 0, 120), SNQ_ERR_TOO_BIG);
    assert_string_equal(snq_last_error(), "more than 65536 tempos");
    check_status(snq_score_add_metre(&s, 0, 4, 4), SNQ_ERR_TOO_BIG);
    check_status(snq_score_add_key(&s, key), SNQ_ERR_TOO_BIG);
    check_status(snq_score_add_chord(&s, &chord), SNQ_ERR_TOO_BIG);
    check_status(snq_score_add_section(&s, &section), SNQ_ERR_TOO_BIG);
    assert_string_equal(s.chord[SNQ_SCORE_SPANS_MAX - 1].label, "N");
    assert_string_equal(s.section[SNQ_SCORE_SPANS_MAX - 1].name, "a");
    check_status(snq_score_add_metre(&s, 0, 256, 4), SNQ_ERR_RANGE);
    check_status(snq_score_add_metre(&s, 0, 4, -1), SNQ_ERR_RANGE);
    for (int i = 0; i < SNQ_SCORE_TRACKS_MAX; i++)
        check_ok(snq_score_add_track(&s, "x", NULL));
    check_status(snq_score_add_track(&s, "x", NULL), SNQ_ERR_TOO_BIG);
    assert_string_equal(s.track[511].name, "x 512");
    t = &s.track[0];
    for (int i = 0; i < SNQ_SCORE_CURVES_MAX; i++)
        check_ok(snq_track_add_curve(t, i ? t->curve[i - 1].target : "c", NULL));
    check_status(snq_track_add_curve(t, "x", NULL), SNQ_ERR_TOO_BIG);
    assert_string_equal(t->curve[255].target, "c");
    for (int i = 0; i < 64; i++)
        check_ok(snq_track_add_message(t, m, bytes));
    check_status(snq_track_add_message(t, m, bytes), SNQ_ERR_TOO_BIG);
    assert_int_equal(t->messages, 64);
    assert_int_equal(t->byte_count, SNQ_SCORE_BYTES_MAX);
    assert_int_equal(t->message[63].at, 63 << 20);
    snq_score_clear(&s);
}

static void copies_what_is_its_own(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "x", &t));
    const snq_note note = { .tick = 5, .pitch = 60, .velocity = 1 };
    check_ok(snq_track_add_note(t, &note));
    for (int i = 0; i < 100; i++)
        check_ok(snq_track_add_note(t, &t->note[0]));
    assert_int_equal(t->note[100].tick, 5);
    snq_score_clear(&s);
}

static snq_status make(void *user, void **object)
{
    static snq_score s;
    snq_status st = made_small(&s);
    if (st >= 0)
        st = snq_score_sort(&s);
    if (st < 0)
        snq_score_clear(&s);
    else
        *object = &s;
    return st;
}

static void unmake(void *object)
{
    snq_score_clear(object);
}

static void cleans_up_without_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
}

/* After a refusal nothing is there that was not, and nothing is lost. */
static void stays_as_it_was_without_memory(void **state)
{
    snq_score s, before;
    check_ok(made_small(&s));
    check_ok(made_small(&before));
    snq_track *t = &s.track[0];
    s.tempo_room = s.tempos; /* all lists are full */
    s.track_room = s.tracks;
    t->note_room = t->notes;
    t->byte_room = t->byte_count;
    t->curve_room = t->curves;
    const snq_note note = t->note[0];
    const snq_message m = { 0, 0xF0, 0, 0, 0, 4 };
    snq_alloc_fail_after(0);
    const snq_status st[] = { snq_score_add_tempo(&s, 5000, 100),
                              snq_score_add_track(&s, "x", NULL), snq_track_add_note(t, &note),
                              snq_track_add_message(t, m, "abcd"),
                              snq_track_add_curve(t, "x", NULL) };
    snq_alloc_fail_after(-1);
    for (size_t i = 0; i < SNQ_COUNT(st); i++)
        assert_int_equal(st[i], SNQ_ERR_NOMEM);
    assert_true(made_equal(&s, &before));
    snq_score_clear(&s);
    snq_score_clear(&before);
}

/* ---- order ---- */

static void brings_order(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_tempo(&s, 960, 100));
    check_ok(snq_score_add_tempo(&s, 480, 90));
    check_ok(snq_score_add_tempo(&s, 960, 140)); /* stays */
    check_ok(snq_score_add_metre(&s, 960, 3, 4));
    check_ok(snq_score_add_metre(&s, 960, 7, 8));
    check_ok(snq_score_add_key(&s, (snq_key_mark) { 7, 2, 0, 2 }));
    check_ok(snq_score_add_key(&s, (snq_key_mark) { 7, 4, 0, 4 }));
    check_ok(snq_score_add_key(&s, (snq_key_mark) { 3, 0, 0, 0 }));
    check_ok(snq_score_add_chord(&s, &(snq_chord_span) { 960, 1920, "G" }));
    check_ok(snq_score_add_chord(&s, &(snq_chord_span) { 0, 960, "C" }));
    check_ok(snq_score_add_section(&s, &(snq_section) { 960, 960, "b", NAN }));
    check_ok(snq_score_add_section(&s, &(snq_section) { 0, 2000, "a", NAN }));
    check_ok(snq_score_add_section(&s, &(snq_section) { 960, 960, "c", NAN }));
    check_ok(snq_score_add_track(&s, "x", &t));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = 9, .length = 91, .velocity = 1 }));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = 3, .length = 1, .velocity = 2 }));
    check_ok(snq_track_add_message(t, (snq_message) { 77, 0xB0, 1, 2, 0, 0 }, NULL));
    check_ok(snq_track_add_message(t, (snq_message) { 2, 0xB0, 1, 3, 0, 0 }, NULL));
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_check(&s));
    assert_int_equal(s.tempos, 3);
    assert_true(s.tempo[0].tick == 0 && s.tempo[0].bpm == 120);
    assert_true(s.tempo[1].tick == 480 && s.tempo[1].bpm == 90);
    assert_true(s.tempo[2].tick == 960 && s.tempo[2].bpm == 140);
    assert_int_equal(s.metres, 2);
    assert_true(s.metre[0].beats_per_bar == 4 && s.metre[1].beats_per_bar == 7);
    assert_int_equal(s.keys, 2);
    assert_true(s.key[0].tick == 3 && s.key[1].tonic == 4);
    assert_string_equal(s.chord[0].label, "C");
    assert_string_equal(s.section[0].name, "a");
    assert_string_equal(s.section[1].name, "b");
    assert_string_equal(s.section[2].name, "c");
    assert_int_equal(t->note[0].velocity, 2);
    assert_int_equal(t->message[0].b, 3);
    assert_int_equal(s.length, 100);
    check_ok(snq_track_add_message(t, (snq_message) { 101, 0xB0, 1, 2, 0, 0 }, NULL));
    check_ok(snq_score_sort(&s));
    assert_int_equal(s.length, 101);
    s.length = 500;
    check_ok(snq_score_sort(&s));
    assert_int_equal(s.length, 500);
    snq_score_clear(&s);
}

/* Every number of notes up to some powers of two; equal ones keep their order (velocity tells it). */
static void sorts_stably(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 8);
    for (int n = 0; n <= 70; n++) {
        snq_score s;
        snq_track *t;
        snq_score_init(&s);
        check_ok(snq_score_add_track(&s, "x", &t));
        for (int i = 0; i < n; i++) {
            const snq_note note = { .tick = snq_rng_below(&r, 3),
                                    .length = snq_rng_below(&r, 2),
                                    .pitch = (uint8_t)snq_rng_below(&r, 2),
                                    .velocity = (uint8_t)(i + 1) };
            check_ok(snq_track_add_note(t, &note));
        }
        check_ok(snq_score_sort(&s));
        check_ok(snq_score_check(&s));
        int64_t seen = 0;
        for (int i = 0; i < n; i++) {
            const snq_note *a = &t->note[i];
            seen += a->velocity;
            if (i && a[-1].tick == a->tick && a[-1].pitch == a->pitch && a[-1].length == a->length)
                assert_true(a[-1].velocity < a->velocity);
        }
        assert_int_equal(seen, n * (n + 1) / 2);
        snq_score_clear(&s);
    }
}

static void sorts_what_check_will_refuse(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "x", &t));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = INT64_MAX, .length = INT64_MAX }));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = INT64_MIN, .length = INT64_MIN }));
    check_ok(snq_score_add_tempo(&s, -5, 0));
    check_ok(snq_score_add_metre(&s, -5, 0, 0));
    check_ok(snq_score_sort(&s));
    assert_int_equal(snq_score_check(&s), SNQ_ERR_RANGE);
    snq_score_clear(&s);
}

static void says_when_there_is_no_memory_to_sort(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_tempo(&s, 0, 120));
    check_ok(snq_score_add_metre(&s, 0, 4, 4));
    check_ok(snq_score_add_track(&s, "x", &t));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = 9, .velocity = 1 }));
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = 3, .velocity = 1 }));
    snq_alloc_fail_after(0);
    const snq_status st = snq_score_sort(&s);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
    assert_int_equal(t->note[0].tick, 9);
    check_ok(snq_score_sort(&s));
    snq_alloc_fail_after(0); /* what is in order needs none */
    check_ok(snq_score_sort(&s));
    snq_alloc_fail_after(-1);
    snq_score_clear(&s);
}

/* ---- check ---- */

static void b_title(snq_score *s)
{
    memset(s->title, 'x', sizeof s->title);
}
static void b_title_utf8(snq_score *s)
{
    strcpy(s->title, "\xC3");
}
static void b_ticks(snq_score *s)
{
    s->ticks_per_quarter = 23;
}
static void b_ticks_more(snq_score *s)
{
    s->ticks_per_quarter = 32768;
}
static void b_length(snq_score *s)
{
    s->length = SNQ_SCORE_TICK_MAX + 1;
}
static void b_short(snq_score *s)
{
    s->length = 479;
}
static void b_shorter(snq_score *s)
{
    s->length = 479;
    s->track[0].notes = 1;
}
static void b_no_tempo(snq_score *s)
{
    s->tempos = 0;
}
static void b_tempo_late(snq_score *s)
{
    s->tempo[0].tick = 1;
}
static void b_tempo_order(snq_score *s)
{
    s->tempo[1].tick = 0;
}
static void b_tempo_far(snq_score *s)
{
    s->tempo[1].tick = SNQ_SCORE_TICK_MAX + 1;
}
static void b_bpm(snq_score *s)
{
    s->tempo[1].bpm = 3.4;
}
static void b_bpm_nan(snq_score *s)
{
    s->tempo[0].bpm = NAN;
}
static void b_bpm_fast(snq_score *s)
{
    s->tempo[0].bpm = 61e6;
}
static void b_stale(snq_score *s)
{
    s->tempo[0].bpm = 121;
}
static void b_no_metre(snq_score *s)
{
    s->metres = 0;
}
static void b_metre_late(snq_score *s)
{
    s->metre[0].tick = 1;
}
static void b_metre_order(snq_score *s)
{
    s->metre[1].tick = 0;
}
static void b_beats(snq_score *s)
{
    s->metre[1].beats_per_bar = 0;
}
static void b_unit(snq_score *s)
{
    s->metre[1].beat_unit = 6;
}
static void b_unit_0(snq_score *s)
{
    s->metre[1].beat_unit = 0;
}
static void b_key_order(snq_score *s)
{
    s->key[1].tick = 0;
}
static void b_tonic(snq_score *s)
{
    s->key[1].tonic = 12;
}
static void b_mode(snq_score *s)
{
    s->key[1].mode = 7;
}
static void b_fifths(snq_score *s)
{
    s->key[1].fifths = -8;
}
static void b_chord(snq_score *s)
{
    s->chord[1].end = s->chord[1].start - 1;
}
static void b_overlap(snq_score *s)
{
    s->chord[0].end++;
}
static void b_label(snq_score *s)
{
    s->chord[0].label[0] = '\0';
}
static void b_section(snq_score *s)
{
    s->section[0].start = -1;
}
static void b_section_order(snq_score *s)
{
    s->section[1].start = s->section[0].start = 1;
    s->section[1].start = 0;
}
static void b_section_name(snq_score *s)
{
    memset(s->section[1].name, 'x', sizeof s->section[1].name);
}
static void b_energy(snq_score *s)
{
    s->section[0].energy = 1.01f;
}
static void b_name(snq_score *s)
{
    s->track[1].name[0] = '\0';
}
static void b_name_taken(snq_score *s)
{
    strcpy(s->track[1].name, "BASS");
}
static void b_kind(snq_score *s)
{
    strcpy(s->track[0].kind, "\xFF");
}
static void b_patch(snq_score *s)
{
    memset(s->track[0].patch, 'x', sizeof s->track[0].patch);
}
static void b_program(snq_score *s)
{
    s->track[0].program = 128;
}
static void b_channel(snq_score *s)
{
    s->track[0].channel = 16;
}
static void b_port(snq_score *s)
{
    s->track[0].port = 128;
}
static void b_gain(snq_score *s)
{
    s->track[0].gain_db = NAN;
}
static void b_pan(snq_score *s)
{
    s->track[0].pan = -1.5f;
}
static void b_note_tick(snq_score *s)
{
    s->track[0].note[1].tick = -1;
}
static void b_note_length(snq_score *s)
{
    s->track[0].note[1].length = INT64_MAX;
}
static void b_pitch(snq_score *s)
{
    s->track[0].note[1].pitch = 140;
}
static void b_velocity(snq_score *s)
{
    s->track[0].note[1].velocity = 0;
}
static void b_release(snq_score *s)
{
    s->track[0].note[1].release = 128;
}
static void b_offset(snq_score *s)
{
    s->track[0].note[1].offset_s = -1.1f;
}
static void b_cents(snq_score *s)
{
    s->track[0].note[1].cents = INFINITY;
}
static void b_note_order(snq_score *s)
{
    s->track[0].note[2] = s->track[0].note[1];
    s->track[0].note[2].pitch--;
}
static void b_message_tick(snq_score *s)
{
    s->track[0].message[2].tick = 4801;
}
static void b_status(snq_score *s)
{
    s->track[0].message[0].status = 0x90;
}
static void b_data(snq_score *s)
{
    s->track[0].message[0].b = 128;
}
static void b_bytes_short(snq_score *s)
{
    s->track[0].message[0].length = 1;
}
static void b_bytes(snq_score *s)
{
    s->track[0].message[1].at = 1;
}
static void b_bytes_more(snq_score *s)
{
    s->track[0].message[1].length = 6;
}
static void b_message_order(snq_score *s)
{
    s->track[0].message[1].tick = 481;
}
static void b_curve(snq_score *s)
{
    s->track[0].curve[0].point[1].shape = 4;
}
static void b_curves(snq_score *s)
{
    s->track[0].curves = 257;
}
static void b_tracks(snq_score *s)
{
    s->tracks = 513;
}
static void b_notes(snq_score *s)
{
    s->track[0].notes = SNQ_SCORE_NOTES_MAX + 1;
}
static void b_messages(snq_score *s)
{
    s->track[1].messages = SNQ_SCORE_MESSAGES_MAX;
}
static void b_tempos(snq_score *s)
{
    s->tempos = SNQ_SCORE_SPANS_MAX + 1;
}
static void b_metres(snq_score *s)
{
    s->metres = SNQ_SCORE_SPANS_MAX + 1;
}
static void b_keys(snq_score *s)
{
    s->keys = SNQ_SCORE_SPANS_MAX + 1;
}
static void b_chords(snq_score *s)
{
    s->chords = SNQ_SCORE_SPANS_MAX + 1;
}
static void b_sections(snq_score *s)
{
    s->sections = SNQ_SCORE_SPANS_MAX + 1;
}

static const struct {
    void (*spoil)(snq_score *s);
    snq_status st;
    const char *says;
} spoils[] = {
    { b_title, SNQ_ERR_FORMAT, "the title is no text" },
    { b_title_utf8, SNQ_ERR_FORMAT, "the title is no text" },
    { b_ticks, SNQ_ERR_RANGE, "23 ticks a quarter are not in 24 .. 32767" },
    { b_ticks_more, SNQ_ERR_RANGE, "32768 ticks a quarter are not in 24 .. 32767" },
    { b_length, SNQ_ERR_RANGE, "length 1099511627777 is not in 0 .. 1099511627776" },
    { b_short, SNQ_ERR_RANGE, "track \"bass\": note 1: tick 320, length 160: not in 0 .. 479" },
    { b_shorter, SNQ_ERR_RANGE, "track \"bass\": message 2: tick 480 is not in 0 .. 479" },
    { b_no_tempo, SNQ_ERR_FORMAT, "no tempo" },
    { b_tempo_late, SNQ_ERR_FORMAT, "tempo 0: at tick 1, not 0" },
    { b_tempo_order, SNQ_ERR_FORMAT, "tempo 1: tick 0 is not after 0" },
    { b_tempo_far, SNQ_ERR_RANGE, "tempo 1: tick 1099511627777 is not in 0 .. 1099511627776" },
    { b_bpm, SNQ_ERR_RANGE, "tempo 1: 3.4 BPM is not in 3.5 .. 6e+07" },
    { b_bpm_nan, SNQ_ERR_RANGE, "tempo 0: nan BPM is not in 3.5 .. 6e+07" },
    { b_bpm_fast, SNQ_ERR_RANGE, "tempo 0: 6.1e+07 BPM is not in 3.5 .. 6e+07" },
    { b_stale, SNQ_ERR_FORMAT, "tempo 1: its time is out of date" },
    { b_no_metre, SNQ_ERR_FORMAT, "no metre" },
    { b_metre_late, SNQ_ERR_FORMAT, "metre 0: at tick 1, not 0" },
    { b_metre_order, SNQ_ERR_FORMAT, "metre 1: tick 0 is not after 0" },
    { b_beats, SNQ_ERR_RANGE, "metre 1: 0/8" },
    { b_unit, SNQ_ERR_RANGE, "metre 1: 6/6" },
    { b_unit_0, SNQ_ERR_RANGE, "metre 1: 6/0" },
    { b_key_order, SNQ_ERR_FORMAT, "key 1: tick 0 is not after 0" },
    { b_tonic, SNQ_ERR_RANGE, "key 1: tonic 12, mode 4, -4 fifths" },
    { b_mode, SNQ_ERR_RANGE, "key 1: tonic 1, mode 7, -4 fifths" },
    { b_fifths, SNQ_ERR_RANGE, "key 1: tonic 1, mode 4, -8 fifths" },
    { b_chord, SNQ_ERR_RANGE, "chord 1: ticks 1920 .. 1919" },
    { b_overlap, SNQ_ERR_FORMAT,
      "chord 1: begins at tick 1920, before the end of the one before it at 1921" },
    { b_label, SNQ_ERR_FORMAT, "chord 0: its label is no text" },
    { b_section, SNQ_ERR_RANGE, "section 0: ticks -1 .. 1920" },
    { b_section_order, SNQ_ERR_FORMAT, "section 1: begins at tick 0, before 1" },
    { b_section_name, SNQ_ERR_FORMAT, "section 1: its name is no text" },
    { b_energy, SNQ_ERR_RANGE, "section 0: energy 1.01 is not in 0 .. 1" },
    { b_name, SNQ_ERR_FORMAT, "track 1: its name is no text" },
    { b_name_taken, SNQ_ERR_FORMAT, "track 1: the name \"BASS\" is taken" },
    { b_kind, SNQ_ERR_FORMAT, "track \"bass\": kind is no text" },
    { b_patch, SNQ_ERR_FORMAT, "track \"bass\": patch is no text" },
    { b_program, SNQ_ERR_RANGE, "track \"bass\": program 128, channel 1, port 2" },
    { b_channel, SNQ_ERR_RANGE, "track \"bass\": program 38, channel 16, port 2" },
    { b_port, SNQ_ERR_RANGE, "track \"bass\": program 38, channel 1, port 128" },
    { b_gain, SNQ_ERR_RANGE, "track \"bass\": gain nan dB, pan -0.1" },
    { b_pan, SNQ_ERR_RANGE, "track \"bass\": gain -3.5 dB, pan -1.5" },
    { b_note_tick, SNQ_ERR_RANGE, "track \"bass\": note 1: tick -1, length 160: not in 0 .. 4800" },
    { b_note_length, SNQ_ERR_RANGE,
      "track \"bass\": note 1: tick 320, length 9223372036854775807: not in 0 .. 4800" },
    { b_pitch, SNQ_ERR_RANGE, "track \"bass\": note 1: pitch 140 is over 127" },
    { b_velocity, SNQ_ERR_RANGE, "track \"bass\": note 1: velocity 0 is not in 1 .. 127" },
    { b_release, SNQ_ERR_RANGE, "track \"bass\": note 1: release 128 is over 127" },
    { b_offset, SNQ_ERR_RANGE, "track \"bass\": note 1: offset -1.1 s is not in -1 .. 1" },
    { b_cents, SNQ_ERR_RANGE, "track \"bass\": note 1: inf cents are not in -100 .. 100" },
    { b_note_order, SNQ_ERR_FORMAT, "track \"bass\": note 2: out of order (tick, pitch, length)" },
    { b_message_tick, SNQ_ERR_RANGE, "track \"bass\": message 2: tick 4801 is not in 0 .. 4800" },
    { b_status, SNQ_ERR_RANGE, "track \"bass\": message 0: status 0x90" },
    { b_data, SNQ_ERR_RANGE, "track \"bass\": message 0: data 7 128, over 127" },
    { b_bytes_short, SNQ_ERR_FORMAT, "track \"bass\": message 0: bytes in a message of a channel" },
    { b_bytes, SNQ_ERR_RANGE, "track \"bass\": message 1: bytes 1 .. 6 of 5" },
    { b_bytes_more, SNQ_ERR_RANGE, "track \"bass\": message 1: bytes 0 .. 6 of 5" },
    { b_message_order, SNQ_ERR_FORMAT, "track \"bass\": message 2: out of order" },
    { b_curve, SNQ_ERR_RANGE, "track \"bass\": curve 0: point 1: value 4000.5, shape 4" },
    { b_curves, SNQ_ERR_TOO_BIG, "track \"bass\": 257 curves, over 256" },
    { b_tracks, SNQ_ERR_TOO_BIG, "513 tracks, over 512" },
    { b_notes, SNQ_ERR_TOO_BIG, "4194305 notes, over 4194304" },
    { b_messages, SNQ_ERR_TOO_BIG, "8388611 messages, over 8388608" },
    { b_tempos, SNQ_ERR_TOO_BIG, "65537 tempos, over 65536" },
    { b_metres, SNQ_ERR_TOO_BIG, "65537 metres, over 65536" },
    { b_keys, SNQ_ERR_TOO_BIG, "65537 keys, over 65536" },
    { b_chords, SNQ_ERR_TOO_BIG, "65537 chords, over 65536" },
    { b_sections, SNQ_ERR_TOO_BIG, "65537 sections, over 65536" },
};

static void check_names_what_is_wrong(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(spoils); i++) {
        snq_score s;
        check_ok(made_small(&s));
        check_ok(snq_score_check(&s));
        const size_t tracks = s.tracks, curves = s.track[0].curves;
        spoils[i].spoil(&s);
        const snq_status st = snq_score_check(&s);
        if (st != spoils[i].st || strcmp(snq_last_error(), spoils[i].says) != 0)
            fail_msg("spoil %zu: %s: %s", i, snq_status_name(st), snq_last_error());
        s.tracks = tracks;
        s.track[0].curves = curves;
        snq_score_clear(&s);
    }
}

/* ---- time ---- */

static void time_runs_evenly_at_one_tempo(void **state)
{
    snq_score s;
    snq_score_init(&s);
    check_near(snq_score_time_s(&s, 960), 0.5, 1e-15); /* no tempo yet: 120 */
    check_near(snq_score_tick_at(&s, 2.0), 3840, 1e-9);
    check_ok(snq_score_add_tempo(&s, 0, 90));
    check_near(snq_score_time_s(&s, 960), 2.0 / 3, 1e-15);
    check_near(snq_score_time_s(&s, 0.5), 0.5 / 960 * 2 / 3, 1e-18);
    s.ticks_per_quarter = 480;
    check_near(snq_score_time_s(&s, 960), 4.0 / 3, 1e-15);
    assert_true(snq_score_time_s(&s, 0) == 0 && snq_score_time_s(&s, -5) == 0);
    assert_true(snq_score_time_s(&s, NAN) == 0 && snq_score_tick_at(&s, NAN) == 0);
    assert_true(snq_score_tick_at(&s, -1) == 0);
    s.length = 960;
    check_near(snq_score_length_s(&s), 4.0 / 3, 1e-15);
    snq_score_clear(&s);
}

/* Against the definition: tick after tick, each as long as its tempo says. */
static void time_is_the_sum_of_ticks(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 4);
    for (int round = 0; round < 20; round++) {
        snq_score s;
        double bpm_of[500], time_s = 0;
        snq_score_init(&s);
        s.ticks_per_quarter = 24 + (int32_t)snq_rng_below(&r, 1000);
        for (int i = 0; i < 500; i++)
            bpm_of[i] = i ? bpm_of[i - 1] : 120;
        for (uint32_t n = snq_rng_below(&r, 30); n; n--) { /* in any order, some twice */
            const uint32_t tick = snq_rng_below(&r, 400);
            check_ok(snq_score_add_tempo(&s, tick, 20 + 300 * snq_rng_uniform(&r)));
        }
        check_ok(snq_score_sort(&s));
        check_ok(snq_score_check(&s));
        for (size_t k = 0; k < s.tempos; k++)
            for (int64_t i = s.tempo[k].tick; i < 500; i++)
                bpm_of[i] = s.tempo[k].bpm;
        for (int i = 0; i < 500; i++) {
            check_near(snq_score_time_s(&s, i), time_s, 1e-12);
            const double step_s = 60 / bpm_of[i] / s.ticks_per_quarter;
            check_near(snq_score_time_s(&s, i + 0.25), time_s + 0.25 * step_s, 1e-12);
            check_near(snq_score_tick_at(&s, time_s + 0.25 * step_s), i + 0.25, 1e-8);
            time_s += step_s;
        }
        snq_score_clear(&s);
    }
}

static void time_is_right_while_tempos_are_added(void **state)
{
    snq_score s;
    snq_score_init(&s);
    check_ok(snq_score_add_tempo(&s, 960, 60)); /* before it: 120 */
    check_near(snq_score_time_s(&s, 1920), 1.5, 1e-12);
    check_ok(snq_score_add_tempo(&s, 1920, 240));
    check_near(snq_score_time_s(&s, 2880), 1.75, 1e-12);
    check_near(snq_score_time_s(&s, 480), 0.25, 1e-12);
    check_near(snq_score_tick_at(&s, 0.25), 480, 1e-9);
    check_ok(snq_score_sort(&s));
    check_near(snq_score_time_s(&s, 2880), 1.75, 1e-12);
    snq_score_clear(&s);
}

static void notes_sound_where_they_lie(void **state)
{
    snq_score s;
    snq_score_init(&s);
    check_ok(snq_score_add_tempo(&s, 0, 60));
    check_ok(snq_score_add_tempo(&s, 960, 120));
    snq_note n = { .tick = 480, .length = 960 };
    check_near(snq_note_start_s(&s, &n), 0.5, 1e-9);
    check_near(snq_note_end_s(&s, &n), 1.25, 1e-9);
    n.offset_s = 0.125f;
    check_near(snq_note_start_s(&s, &n), 0.625, 1e-9);
    check_near(snq_note_end_s(&s, &n), 1.375, 1e-9);
    n.offset_s = -0.75f; /* not before the beginning; its length stays */
    check_near(snq_note_start_s(&s, &n), 0, 1e-9);
    check_near(snq_note_end_s(&s, &n), 0.75, 1e-9);
    snq_score_clear(&s);
}

/* ---- bars ---- */

static void counts_bars(void **state)
{
    snq_score s;
    int64_t within;
    snq_score_init(&s);
    assert_int_equal(snq_score_bar_tick(&s, 3), 3 * 3840); /* no metre: 4/4 */
    assert_int_equal(snq_score_bar_at(&s, 3840, &within), 1);
    assert_int_equal(within, 0);
    check_ok(snq_score_add_metre(&s, 0, 3, 4));
    check_ok(snq_score_add_metre(&s, 7000, 6, 8)); /* in the midst of the third bar */
    const int64_t starts[] = { 0, 2880, 5760, 7000, 9880, 12760 };
    for (int64_t i = 0; i < 6; i++) {
        assert_int_equal(snq_score_bar_tick(&s, i), starts[i]);
        assert_int_equal(snq_score_bar_at(&s, starts[i], &within), i);
        assert_int_equal(within, 0);
        if (i) {
            assert_int_equal(snq_score_bar_at(&s, starts[i] - 1, &within), i - 1);
            assert_int_equal(within, starts[i] - 1 - starts[i - 1]);
        }
    }
    assert_int_equal(snq_score_bar_at(&s, 7100, NULL), 3);
    assert_int_equal(snq_score_bar_tick(&s, -3), 0);
    assert_int_equal(snq_score_bar_at(&s, -3, &within), 0);
    assert_int_equal(within, 0);
    assert_int_equal(snq_score_bar_tick(&s, INT64_MAX), SNQ_SCORE_TICK_MAX);
    const int64_t last = snq_score_bar_at(&s, INT64_MAX, NULL);
    assert_int_equal(last, 3 + (SNQ_SCORE_TICK_MAX - 7000) / 2880);
    snq_score_clear(&s);
}

/* Bars that are no whole number of ticks: against a count with fractions, one by one. */
static void counts_bars_of_any_metre(void **state)
{
    static const struct {
        int32_t ticks;
        int beats, unit;
    } tab[] = { { 25, 3, 128 }, { 24, 1, 128 }, { 97, 5, 16 }, { 480, 7, 8 }, { 33, 255, 64 } };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_score s;
        snq_score_init(&s);
        s.ticks_per_quarter = tab[k].ticks;
        check_ok(snq_score_add_metre(&s, 0, tab[k].beats, tab[k].unit));
        const double bar = 4.0 * tab[k].ticks * tab[k].beats / tab[k].unit;
        int64_t at = 0;
        for (int64_t i = 0; i < 3000; i++) {
            const int64_t start = (int64_t)floor((double)i * bar + 1e-9);
            assert_int_equal(snq_score_bar_tick(&s, i), start);
            for (; at < (int64_t)floor((double)(i + 1) * bar + 1e-9); at++) {
                int64_t within;
                assert_int_equal(snq_score_bar_at(&s, at, &within), i);
                assert_int_equal(within, at - start);
            }
        }
        snq_score_clear(&s);
    }
}

static void takes_no_metre_at_its_word_that_is_none(void **state)
{
    snq_score s;
    snq_score_init(&s);
    check_ok(snq_score_add_metre(&s, 0, 0, 0));
    assert_int_equal(snq_score_bar_tick(&s, 2), 7680);
    snq_score_clear(&s);
}

/* ---- pitches ---- */

static void knows_key_signatures(void **state)
{
    static const int major[12] = { 0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5 };
    /* the white keys' modes have no accidentals */
    static const int white[SNQ_KEY_MODES] = { 0, 9, 2, 4, 5, 7, 11 };
    for (int i = 0; i < 12; i++)
        assert_int_equal(snq_key_fifths(i, SNQ_KEY_MAJOR), major[i]);
    for (int m = 0; m < SNQ_KEY_MODES; m++) {
        assert_int_equal(snq_key_fifths(white[m], (snq_key_mode)m), 0);
        assert_int_equal(snq_key_fifths(white[m] + 7, (snq_key_mode)m), 1);
        assert_int_equal(snq_key_fifths(white[m] - 7, (snq_key_mode)m), -1);
    }
    assert_int_equal(snq_key_fifths(9, SNQ_KEY_MINOR), 0);
    assert_string_equal(snq_key_mode_names[SNQ_KEY_MIXOLYDIAN], "mixolydian");
}

static void knows_pitches(void **state)
{
    check_near(snq_note_hz(69), 440, 1e-12);
    check_near(snq_note_hz(60), 261.6255653005986, 1e-10);
    check_near(snq_note_hz(81), 880, 1e-12);
    check_near(snq_note_hz(69.5) / snq_note_hz(69), pow(2, 1.0 / 24), 1e-12);
}

static void random_pieces_are_in_order(void **state)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        snq_score a, b;
        made_any(&a, seed);
        made_any(&b, seed);
        assert_true(made_equal(&a, &b));
        snq_score_clear(&a);
        snq_score_clear(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_and_ends_empty),
        cmocka_unit_test(makes_names_unlike),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(copies_what_is_its_own),
        cmocka_unit_test(cleans_up_without_memory),
        cmocka_unit_test(stays_as_it_was_without_memory),
        cmocka_unit_test(brings_order),
        cmocka_unit_test(sorts_stably),
        cmocka_unit_test(sorts_what_check_will_refuse),
        cmocka_unit_test(says_when_there_is_no_memory_to_sort),
        cmocka_unit_test(check_names_what_is_wrong),
        cmocka_unit_test(time_runs_evenly_at_one_tempo),
        cmocka_unit_test(time_is_the_sum_of_ticks),
        cmocka_unit_test(time_is_right_while_tempos_are_added),
        cmocka_unit_test(notes_sound_where_they_lie),
        cmocka_unit_test(counts_bars),
        cmocka_unit_test(counts_bars_of_any_metre),
        cmocka_unit_test(takes_no_metre_at_its_word_that_is_none),
        cmocka_unit_test(knows_key_signatures),
        cmocka_unit_test(knows_pitches),
        cmocka_unit_test(random_pieces_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
