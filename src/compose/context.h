// SPDX-License-Identifier: MIT
/* context -- what is already there when a track is made: form, chords, who hits when, who is where.
 *
 * Each track that is made (or that was locked and stays) is read into the context; the next one reads it.
 * Time is in steps (a sixteenth note, SNQ_TICKS_PER_STEP ticks) from the start of the piece, straight: swing
 * and human timing come afterwards (groove.h), and reading a track rounds them away.
 *
 *     harmonic     chords, in order, without gaps, from 0 to the end
 *     rhythmic     per step: how hard the kick, the snare and all other drums, the bass, the rest hit (0 .. 1)
 *     spectral     per bar: lowest and highest pitch of each part
 *     arrangement  form
 *
 * With `wish` a bar is like what is wished for it (bar_wish.h); it is set before tracks are read or made.
 *
 * An object belongs to one thread at a time; many may read. */
#ifndef SNQ_COMPOSE_CONTEXT_H
#define SNQ_COMPOSE_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/bar_wish.h"
#include "compose/form.h"
#include "compose/intent.h"
#include "compose/theory.h"
#include "score/score.h"

typedef struct snq_chord_at {
    int32_t step, steps; /* where, how long (>= 1) */
    snq_chord chord;
    uint8_t phrase_end; /* the last of a phrase: a cadence ends here */
} snq_chord_at;

/* Rows of `hit`. */
enum { SNQ_HITS_KICK, SNQ_HITS_SNARE, SNQ_HITS_DRUMS, SNQ_HITS_BASS, SNQ_HITS_REST, SNQ_HITS };

typedef struct snq_register {
    uint8_t low, high; /* pitches; low > high: the part is silent */
} snq_register;

typedef struct snq_context {
    const snq_intent *intent; /* borrowed for life */
    snq_form form;
    int32_t bar_steps, steps; /* of a bar, of the piece */
    snq_chord_at *chord;      /* (chords,), owned */
    size_t chords, chord_room;
    float *hit[SNQ_HITS];           /* (steps,), owned */
    snq_register *range[SNQ_PARTS]; /* (bars,), owned: by SNQ_PART_* (not mix) */
    const snq_bar_wish *wish;       /* (bars,), borrowed; NULL: none */
} snq_context;

/* Empty: no chords, nobody hits. On error it is clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_context_init(snq_context *c, const snq_intent *in,
                                         const snq_form *form);
void snq_context_clear(snq_context *c); /* legal twice */
/* The next chord, which must begin where the last one ended. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_context_add_chord(snq_context *c, int32_t steps, const snq_chord *chord,
                                              int phrase_end);
/* The chord that sounds at a step, never NULL once chords cover it; *hint as of snq_curve_at. */
const snq_chord_at *snq_context_chord(const snq_context *c, int32_t step, size_t *hint);
/* Read what a track plays; `part` is whom it counts for. */
void snq_context_read_track(snq_context *c, int part, const snq_track *t);
/* Energy of a bar: its wish, else its section's. */
float snq_context_energy(const snq_context *c, int32_t bar);

#endif
