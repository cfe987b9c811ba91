// SPDX-License-Identifier: MIT
/* score -- a piece of music as data: what the composer writes, MIDI files hold, and instruments play.
 *
 * Time is counted in ticks of `ticks_per_quarter` (so that what a MIDI file says is kept exactly); a
 * tempo map turns ticks into seconds. Notes carry their micro-timing in seconds beside their place on
 * the grid. Pitches are MIDI note numbers (60 = C4, A4 = 69 = 440 Hz); in a drum track they are the
 * General MIDI percussion keys (36 bass drum …). Velocities 1..127.
 *
 * Invariants (snq_score_check names the place that breaks one):
 *  1  tempo, metre, key: at least one tempo and one metre, the first at tick 0; ticks strictly rising.
 *     What is derived of a tempo is true (scaled_s).
 *  2  chords: spans in order that do not overlap; sections in order of their start.
 *  3  notes of a track in order of (tick, pitch, length); messages in order of their tick, order kept;
 *     none after the end of the piece (length).
 *  4  every number within its range, every text NUL-terminated UTF-8.
 *  5  track names are not empty and unlike one another (ASCII, without regard to case).
 *
 * An object belongs to one thread at a time; many may read. JSON: score_json.h. MIDI files: midi.h. */
#ifndef SNQ_SCORE_SCORE_H
#define SNQ_SCORE_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/curve.h"

enum {
    SNQ_SCORE_TICKS_MIN = 24,
    SNQ_SCORE_TICKS_MAX = 32767,
    SNQ_SCORE_TICKS = 960,    /* a quarter note, unless a file says otherwise (24 .. 32767) */
    SNQ_SCORE_NAME_MAX = 64,  /* bytes of a name with its NUL */
    SNQ_SCORE_TEXT_MAX = 256, /* of a title, a section's name */
    SNQ_SCORE_LABEL_MAX = 32, /* of a chord label */
    SNQ_SCORE_TRACKS_MAX = 512,
    SNQ_SCORE_NOTES_MAX = 4 << 20,    /* of all tracks together */
    SNQ_SCORE_MESSAGES_MAX = 8 << 20, /* of all tracks together */
    SNQ_SCORE_BYTES_MAX = 64 << 20,   /* of a track's long messages */
    SNQ_SCORE_SPANS_MAX = 1 << 16,    /* tempo, metre, key, chords, sections: each */
    SNQ_SCORE_CURVES_MAX = 256,       /* of a track */
};
#define SNQ_SCORE_TICK_MAX ((int64_t)1 << 40)
#define SNQ_SCORE_BPM_MIN  3.5 /* what MIDI's 24 bits of microseconds can say: 3.58 */
#define SNQ_SCORE_BPM_MAX  60e6

/* What the ears hear of tempo, metre and key has its own types: heard_music.h. */
typedef struct snq_tempo_mark {
    int64_t tick;
    double bpm; /* quarter notes a minute, from here to the next */
    /* Derived by snq_score_add_tempo and snq_score_sort: seconds from the start, times
     * ticks_per_quarter (so that a change of that leaves it true). */
    double scaled_s;
} snq_tempo_mark;

typedef struct snq_metre_mark {
    int64_t tick;
    uint8_t beats_per_bar; /* 1 .. 255 */
    uint8_t beat_unit;     /* 1, 2, 4 … 128 */
} snq_metre_mark;

typedef enum snq_key_mode {
    SNQ_KEY_MAJOR = 0,
    SNQ_KEY_MINOR,
    SNQ_KEY_DORIAN,
    SNQ_KEY_PHRYGIAN,
    SNQ_KEY_LYDIAN,
    SNQ_KEY_MIXOLYDIAN,
    SNQ_KEY_LOCRIAN,
} snq_key_mode;
enum { SNQ_KEY_MODES = 7 };
extern const char *const snq_key_mode_names[SNQ_KEY_MODES]; /* "major", … */

typedef struct snq_key_mark {
    int64_t tick;
    uint8_t tonic; /* 0 = C .. 11 = B */
    uint8_t mode;  /* snq_key_mode */
    int8_t fifths; /* the key signature as written: -7 flats .. 7 sharps */
} snq_key_mark;

typedef struct snq_chord_span {
    int64_t start, end;              /* ticks, half open */
    char label[SNQ_SCORE_LABEL_MAX]; /* Harte: "A:min7/b3", "N" */
} snq_chord_span;

typedef struct snq_section {
    int64_t start, end;            /* ticks; end >= start */
    char name[SNQ_SCORE_TEXT_MAX]; /* a MIDI marker's text */
    float energy;                  /* 0..1; NaN: not said */
} snq_section;

typedef struct snq_note {
    int64_t tick;
    int64_t length;   /* ticks, >= 0 */
    float offset_s;   /* micro-timing of the onset, -1 .. 1 s; the end moves with it */
    float cents;      /* -100 .. 100 off the pitch */
    uint8_t pitch;    /* 0 .. 127 */
    uint8_t velocity; /* 1 .. 127 */
    uint8_t release;  /* velocity of the note's end, 0 .. 127 (64) */
} snq_note;

/* A MIDI message that is no note: kept as it came. status 0xA0 (key pressure: a key, b value), 0xB0
 * (controller a, value b), 0xC0 (program a), 0xD0 (pressure a), 0xE0 (bend, a low 7 bits, b high), 0xF0
 * and 0xF7 (system exclusive: bytes), 0xFF (meta event of type a that the score has no field for). */
typedef struct snq_message {
    int64_t tick;
    uint8_t status; /* without channel */
    uint8_t a, b;
    uint32_t at, length; /* in the track's `bytes`; length 0: none */
} snq_message;

typedef struct snq_track {
    char name[SNQ_SCORE_NAME_MAX];
    char kind[SNQ_SCORE_NAME_MAX];  /* "drums", "bass", "harmony", "melody", …; "" unknown */
    char patch[SNQ_SCORE_NAME_MAX]; /* id of a patch; "": by program, or by kind */
    int16_t program;                /* General MIDI 0..127; -1 not said */
    uint8_t channel;                /* 0..15; 9 is percussion */
    uint8_t port;                   /* 0..127 */
    float gain_db;                  /* -120 .. 24 (0) */
    float pan;                      /* -1 left .. 1 right (0) */
    snq_note *note;                 /* (notes,), owned */
    size_t notes, note_room;
    snq_message *message; /* (messages,), owned */
    size_t messages, message_room;
    uint8_t *bytes; /* (byte_count,), owned: long messages */
    size_t byte_count, byte_room;
    snq_curve *curve; /* (curves,), owned: what moves */
    size_t curves, curve_room;
} snq_track;

typedef struct snq_score {
    char title[SNQ_SCORE_TEXT_MAX];
    int32_t ticks_per_quarter; /* 24 .. 32767 */
    int64_t length; /* ticks: where the piece ends: not before any note or message does */
    snq_tempo_mark *tempo;
    size_t tempos, tempo_room;
    snq_metre_mark *metre;
    size_t metres, metre_room;
    snq_key_mark *key;
    size_t keys, key_room;
    snq_chord_span *chord;
    size_t chords, chord_room;
    snq_section *section;
    size_t sections, section_room;
    snq_track *track;
    size_t tracks, track_room;
} snq_score;

/* An empty piece: 960 ticks, no tempo yet. The caller clears. */
void snq_score_init(snq_score *s);
void snq_score_clear(snq_score *s); /* frees all that it owns; legal twice */

/* Append one; *out (may be NULL) is borrowed until the next append. What is appended is copied.
 * ERR_TOO_BIG, ERR_NOMEM: the score stays as it was. Order is brought about by snq_score_sort, ranges are
 * looked at by snq_score_check. */
SNQ_MUST_USE snq_status snq_score_add_tempo(snq_score *s, int64_t tick, double bpm);
SNQ_MUST_USE snq_status snq_score_add_metre(snq_score *s, int64_t tick, int beats, int unit);
SNQ_MUST_USE snq_status snq_score_add_key(snq_score *s, snq_key_mark key);
SNQ_MUST_USE snq_status snq_score_add_chord(snq_score *s, const snq_chord_span *chord);
SNQ_MUST_USE snq_status snq_score_add_section(snq_score *s, const snq_section *section);
/* `name` is cut to fit, malformed UTF-8 replaced, and, where it is taken or empty, made unlike the others
 * ("bass 2"; "track"). */
SNQ_MUST_USE snq_status snq_score_add_track(snq_score *s, const char *name, snq_track **out);
SNQ_MUST_USE snq_status snq_track_add_note(snq_track *t, const snq_note *note);
/* bytes (m.length,), copied; m.at is set here. */
SNQ_MUST_USE snq_status snq_track_add_message(snq_track *t, snq_message m, const void *bytes);
/* An empty curve; `target` is cut to fit. */
SNQ_MUST_USE snq_status snq_track_add_curve(snq_track *t, const char *target, snq_curve **out);
/* Copies of all curves of `from`; one that `to` has of the same target is replaced. ERR_NOMEM, ERR_TOO_BIG: some are there. */
SNQ_MUST_USE snq_status snq_track_copy_curves(const snq_track *from, snq_track *to);
/* The track of this name (without regard to case), NULL when there is none. */
snq_track *snq_score_find_track(const snq_score *s, const char *name);

/* Bring everything into the order of the invariants (stable). Of tempos, metres or keys at one tick the
 * last one stays; 120 BPM and 4/4 are added at tick 0 where none is; `length` is lengthened to the end of
 * the last note or message. ERR_NOMEM, ERR_TOO_BIG: some lists are in order, nothing is lost. */
SNQ_MUST_USE snq_status snq_score_sort(snq_score *s);
/* ERR_RANGE, ERR_FORMAT, ERR_TOO_BIG, naming the place: "track \"bass\": note 12: pitch 140 is over
 * 127". */
SNQ_MUST_USE snq_status snq_score_check(const snq_score *s);

/* Time of a tick (fractions are legal) in seconds, and back; by the tempo map, which must be in order
 * (snq_score_sort). What is below 0 counts as 0. Where there is no tempo: 120 BPM. Logarithmic in the
 * number of tempos. */
double snq_score_time_s(const snq_score *s, double tick);
double snq_score_tick_at(const snq_score *s, double time_s);
/* When a note sounds: its place, moved by its micro-timing, never before 0 (seconds); the end moves as
 * far as the start. */
double snq_note_start_s(const snq_score *s, const snq_note *n);
double snq_note_end_s(const snq_score *s, const snq_note *n);
/* Where bar `bar` (0 the first) begins, by the metre map, which must be in order (a metre change begins a
 * bar; a bar that is no whole number of ticks is cut to one); 4/4 where there is none. Linear in the
 * number of metres. */
int64_t snq_score_bar_tick(const snq_score *s, int64_t bar);
/* The bar that holds a tick, and the tick within it. */
int64_t snq_score_bar_at(const snq_score *s, int64_t tick, int64_t *within); /* may be NULL */
double snq_score_length_s(const snq_score *s);

/* The key signature of a tonic (0 = C) and a mode: -5 flats .. 6 sharps. */
int snq_key_fifths(int tonic, snq_key_mode mode);
/* MIDI note number (fractions are cents) to hertz: 440 * 2^((n - 69) / 12). */
double snq_note_hz(double note);

#endif
