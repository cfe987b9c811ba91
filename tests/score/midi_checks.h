// SPDX-License-Identifier: MIT
/* midi_checks -- MIDI files written by hand, and what they say, read by a second, slow reader.
 *
 * A file is put together from hexadecimal bytes and 'text':
 *
 *     smf *f = smf_new(1, 2, 480);
 *     smf_track(f, "00 FF 03 04 'Bass'  00 91 30 60  60 81 30 40");      end-of-track is added
 *     smf_free(f); */
#ifndef SNQ_TESTS_MIDI_CHECKS_H
#define SNQ_TESTS_MIDI_CHECKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/warnings.h"
#include "score/score.h"

enum { SMF_ROOM = 1 << 20 };

typedef struct smf {
    uint8_t bytes[SMF_ROOM];
    size_t n;
    size_t chunk; /* where the size of the open chunk stands */
} smf;

smf *smf_new(int format, int chunks, int division);
void smf_free(smf *f);
void smf_put(smf *f, const char *hex);
void smf_put_byte(smf *f, int byte);
void smf_put_number(smf *f, uint32_t v); /* of variable length */
void smf_begin(smf *f, const char *id);  /* a chunk */
void smf_close(smf *f);                  /* and its size */
/* a whole track chunk, with an end of track right after */
void smf_track(smf *f, const char *hex);

/* Read f; fails the test when that fails, or when there are other warnings than those named (space
 * between codes, in the order in which they came up). */
void smf_read(const smf *f, snq_score *s, const char *codes);
/* Reading must fail so: the status, and the offset at the head of the message. */
void smf_refused(const smf *f, snq_status st, size_t offset);

/* One event of a file, as a line of text: "480 ch 3: 90 40 7F", "0 meta 51: 07 A1 20". */
typedef struct smf_events {
    char **line; /* (lines,) */
    size_t lines, room;
} smf_events;

/* All of a legal file but the ends of its tracks, sorted; a note-on of velocity 0 as a note-off of 64. */
void smf_list(const uint8_t *bytes, size_t n, smf_events *out);
void smf_list_free(smf_events *e);
/* Every event of `before` is in `after`; *more is how many others are there. */
void smf_check_kept(const smf_events *before, const smf_events *after, size_t *more);

/* All that a MIDI file can say of a score is the same in both; at one tick in any order. */
void check_same_score(const snq_score *a, const snq_score *b);
/* f read, written and read again: every event is kept, the score is the same, and is written with the
 * same bytes. `codes` are the warnings of the first reading. *written is what was written. */
void check_round_trip(const smf *f, const char *codes, snq_str *written);

#endif
