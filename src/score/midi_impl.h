// SPDX-License-Identifier: MIT
/* midi_impl -- what midi_*.c share: the events of a track chunk one by one, and the
 * meta events that have a field in a score, as bytes and back. */
#ifndef SNQ_SCORE_MIDI_IMPL_H
#define SNQ_SCORE_MIDI_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "score/score.h"

enum {
    SNQ__MIDI_OFF = 0x80,
    SNQ__MIDI_ON = 0x90,
    SNQ__MIDI_PROGRAM = 0xC0,
    SNQ__MIDI_SYSEX = 0xF0,
    SNQ__MIDI_ESCAPE = 0xF7,
    SNQ__MIDI_META = 0xFF,
};

/* meta events, by type */
enum {
    SNQ__META_TEXT = 0x01,
    SNQ__META_NAME = 0x03,
    SNQ__META_MARKER = 0x06,
    SNQ__META_CHANNEL = 0x20,
    SNQ__META_PORT = 0x21,
    SNQ__META_END = 0x2F,
    SNQ__META_TEMPO = 0x51,
    SNQ__META_METRE = 0x58,
    SNQ__META_KEY = 0x59,
};

enum {
    SNQ__MIDI_VLQ_MAX = 0x0FFFFFFF,
    SNQ__MIDI_CHANNELS = 16,
    SNQ__MIDI_DRUMS = 9,
    SNQ__MIDI_PITCHES = 128,
};

typedef struct snq__midi_event {
    int64_t tick;
    size_t at;            /* offset in the file: of its status, of its data under running status */
    uint8_t status;       /* 0x80 … 0xE0 without the channel, 0xF0, 0xF7, 0xFF */
    uint8_t channel;      /* 0..15 */
    uint8_t a, b;         /* data; a: type of a meta event */
    const uint8_t *bytes; /* (length,), borrowed from the file: system exclusive, meta */
    uint32_t length;
} snq__midi_event;

/* A place in the track chunk that lies from `at` to `end` in the file. */
typedef struct snq__midi_cursor {
    const uint8_t *file;
    size_t at, end;
    int64_t tick;           /* of the last event */
    int64_t scale;          /* ticks of ours in one of the file's */
    uint8_t running;        /* status byte that data bytes continue; 0: none yet */
    uint8_t lapsed;         /* a meta or system exclusive event came after it */
    uint8_t ended;          /* its end was said, not just reached */
    snq_warnings *warnings; /* NULL: say nothing */
} snq__midi_cursor;

/* The notes of a channel that have begun and not ended, by pitch (midi_notes.c). */
typedef struct snq__midi_open {
    uint32_t first[SNQ__MIDI_PITCHES], last[SNQ__MIDI_PITCHES]; /* index in the track; UINT32_MAX */
    int64_t stray[SNQ__MIDI_PITCHES]; /* tick of the last end that had no beginning; -1 */
    size_t open;
} snq__midi_open;

/* From numbers to numbers (midi_table.c). All zero is an empty one; the owner frees slot. */
typedef struct snq__midi_slot {
    uint64_t key; /* 0: free */
    uint32_t value;
} snq__midi_slot;
typedef struct snq__midi_table {
    snq__midi_slot *slot; /* (room,), owned; room is a power of 2 */
    size_t room, used;
    uint64_t seed;
} snq__midi_table;

/* A file that is being read (midi_read.c). */
typedef struct snq__midi_reader {
    const uint8_t *file;
    size_t at, end;         /* in the file */
    snq_score *score;       /* what comes of it */
    snq_warnings *warnings; /* may be NULL */
    int format, chunks_said, is_smpte;
    int64_t scale; /* ticks of ours in one of the file's */
    size_t chunks; /* track chunks so far, the present one too */
    uint64_t notes, messages;
    snq__midi_table marks; /* which ticks have a tempo, a metre, a key, and which */
    snq__midi_open open[SNQ__MIDI_CHANNELS]; /* of the present chunk */
} snq__midi_reader;

/* The slot of a key (not 0), made with the value 0 where there is none; borrowed until the next one is
 * made. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__midi_table_get(snq__midi_table *t, uint64_t key, snq__midi_slot **out,
                                            int *is_new);
/* NULL when there is none. */
snq__midi_slot *snq__midi_table_find(const snq__midi_table *t, uint64_t key);
/* A key for a text at a tick, in this table; it holds from the first slot on. */
uint64_t snq__midi_table_key(const snq__midi_table *t, int64_t tick, const char *text);

/* No note is open. */
void snq__midi_open_init(snq__midi_open *o);
/* A note begins, open until its end comes. */
SNQ_MUST_USE snq_status snq__midi_note_on(snq__midi_open *o, snq_track *t,
                                          const snq__midi_event *e);
/* 0: no note of this pitch is open. */
int snq__midi_note_off(snq__midi_open *o, snq_track *t, const snq__midi_event *e);
/* Give an end to what is still open. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__midi_notes_end(snq__midi_open *o, snq_track *t, int64_t end_tick);

/* Keep an event as a message of this track. */
SNQ_MUST_USE snq_status snq__midi_keep(snq__midi_reader *r, snq_track *t, const snq__midi_event *e);
/* A tempo, metre or key event; *taken is 0 when it must be kept as a message (as well). */
SNQ_MUST_USE snq_status snq__midi_take_mark(snq__midi_reader *r, const snq__midi_event *e,
                                            int *taken);

/* The track chunk whose body, `length` bytes, lies at r->at (midi_chunk.c); r->at stays. Errors: those of
 * snq_midi_read. */
SNQ_MUST_USE snq_status snq__midi_read_chunk(snq__midi_reader *r, size_t length);

/* The next event. END: the chunk's end, said or reached; out->tick and out->at tell where. Errors:
 * ERR_FORMAT, ERR_TOO_BIG (a tick beyond SNQ_SCORE_TICK_MAX): "offset 123: …". */
SNQ_MUST_USE snq_status snq__midi_next(snq__midi_cursor *c, snq__midi_event *out);
/* snq_warnings_add, where there is a list. */
void snq__midi_warn(snq_warnings *w, const char *code, size_t at, const char *fmt, ...)
    SNQ_PRINTF(4, 5);

/* Text as a score holds it: UTF-8 as it is, anything else as ISO 8859-1; up to a NUL, control
 * characters as blanks, without blanks at the end; cut to room - 1 bytes at a character's border.
 * Returns 1 when `to` says exactly what the bytes say. */
int snq__midi_text(const uint8_t *bytes, size_t n, char *to, size_t room);

/* The value of a meta event; 0 when it has none that a score can hold. */
int snq__midi_get_tempo(const snq__midi_event *e, double *bpm);
int snq__midi_get_metre(const snq__midi_event *e, int *beats, int *unit);
int snq__midi_get_key(const snq__midi_event *e, snq_key_mark *key);
/* Its bytes as we write them. */
void snq__midi_put_tempo(double bpm, uint8_t to[3]);
void snq__midi_put_metre(int beats, int unit, uint8_t to[4]);
void snq__midi_put_key(const snq_key_mark *key, uint8_t to[2]);

/* What the messages of a score say already (midi_kept.c). `got` is a track's name or, of the
 * conductor's track, the title, of `room` bytes: 1 when a kept event is what it was read from. */
int snq__midi_keeps_name(const snq_track *t, int is_conductor, const char *got, size_t room);
/* Marks in metre (metres,) and section (sections,) what need not be written: the conductor's track (may be
 * NULL) keeps that metre, any track that marker. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__midi_find_kept(const snq_score *s, const snq_track *conductor,
                                            uint8_t *metre, uint8_t *section);
/* Whether a kept message would be read as a tempo, metre or key that is not the score's. */
int snq__midi_is_contrary(const snq_score *s, const snq_track *t, const snq_message *m,
                          int is_first_chunk);

#endif
