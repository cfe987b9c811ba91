// SPDX-License-Identifier: MIT
/* note_pitch -- the fundamental frequency of a single note, and how much of a sound is tone.
 *
 * Fed with the pitch spectrum (listen/hops.h) of a stretch of time; of a long one it keeps frames at equal
 * distances, so that memory and time are bounded whatever the length.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of note_pitch.c. */
#ifndef SNQ_LISTEN_NOTE_PITCH_H
#define SNQ_LISTEN_NOTE_PITCH_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"
#include "score/measure.h"

typedef struct snq_note_pitch snq_note_pitch;

enum { SNQ_NOTE_FRAMES_MAX = 128 };

/* Lowest and highest fundamental that is looked for (Hz). */
#define SNQ_NOTE_LOW_HZ  38.0
#define SNQ_NOTE_HIGH_HZ 2300.0

typedef struct snq_note_answer {
    snq_measure f0_hz; /* of the one note that sounds, median over the frames */
    snq_measure
        hnr_db; /* power of the tones over the rest, 40 .. 5000 Hz, median over the frames */
} snq_note_answer;

/* Keeps at most `frames` frames, 8 .. SNQ_NOTE_FRAMES_MAX, even. On success *out is owned by the caller
 * (free); on error NULL. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_note_pitch_new(uint32_t frames, snq_note_pitch **out);
void snq_note_pitch_free(snq_note_pitch *n); /* NULL is legal */
/* Forget all frames. */
void snq_note_pitch_reset(snq_note_pitch *n);
/* Take the next frame, copied. */
void snq_note_pitch_push(snq_note_pitch *n, const snq_pitch_frame *frame);
/* What the frames since the last reset say. */
snq_note_answer snq_note_pitch_run(snq_note_pitch *n);

#endif
