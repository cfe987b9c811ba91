// SPDX-License-Identifier: MIT
/* track_kind -- the kinds of tracks that can be made. Adding one is one file and one line in track_kind.c.
 *
 * A kind reads the context and writes the notes of its track for the whole piece: straight on the grid
 * (groove.h moves them), with velocities, lengths and, where the part itself moves, curves. It draws every
 * random number from streams of snq_track_rng, so that the same seed gives the same notes and a change in one
 * bar's taste leaves the others alone.
 *
 * Threads: [any]; a kind keeps nothing. */
#ifndef SNQ_COMPOSE_TRACK_KIND_H
#define SNQ_COMPOSE_TRACK_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/rng.h"
#include "base/status.h"
#include "compose/context.h"

typedef struct snq_track_job {
    const snq_context *context;
    const snq_track_intent *track;
    uint32_t index; /* of the track in the intent: its bit in `active` */
    uint64_t seed;  /* of this making of it: differs when it is made anew */
} snq_track_job;

typedef struct snq_track_kind {
    const char *id;   /* "drums" */
    uint8_t part;     /* SNQ_PART_*: whom its hits and range count for */
    uint8_t order;    /* kinds are made in this order: who reads comes after who is read */
    const char *what; /* a few words */
    /* Append notes (and curves) to out, which has name, kind, patch, channel already. ERR_NOMEM,
     * ERR_TOO_BIG. */
    snq_status (*make)(const snq_track_job *job, snq_track *out);
} snq_track_kind;

/* All of them, (n,), in the order they are made. */
const snq_track_kind *const *snq_track_kinds(size_t *n);
const snq_track_kind *snq_track_kind_find(const char *id); /* NULL: there is none */

/* A stream of random numbers of its own for a purpose of this track: `what` names the purpose ("fill"), a and b
 * the place (material, bar …). */
snq_rng snq_track_rng(const snq_track_job *job, const char *what, uint32_t a, uint32_t b);
/* n weights (>= 0, not all 0) -> an index; 0 if all are 0. */
uint32_t snq_rng_choose(snq_rng *r, const float *weight, uint32_t n);
/* A note on the grid: step and length in steps (fractions are legal, down to a tick), velocity clamped to 1 ..
 * 127; a pitch outside of 0 .. 127 and a step before 0 are left out. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_track_put(snq_track *t, double step, double steps, int pitch,
                                      double velocity);

/* The kinds, each in its file. */
extern const snq_track_kind snq__kind_drums; /* kind_drums.c */
extern const snq_track_kind
    snq__kind_percussion; /* kind_percussion.c: hand drums, shaker beside the kit */
extern const snq_track_kind snq__kind_bass; /* kind_bass.c */
extern const snq_track_kind
    snq__kind_harmony; /* kind_harmony.c: chords as the style's rhythm plays them */
extern const snq_track_kind snq__kind_pad;      /* kind_pad.c: chords held */
extern const snq_track_kind snq__kind_arpeggio; /* kind_arpeggio.c */
extern const snq_track_kind snq__kind_melody;   /* kind_melody.c */
extern const snq_track_kind snq__kind_vocal;    /* kind_vocal.c: wordless */
extern const snq_track_kind snq__kind_effects;  /* kind_effects.c: risers, impacts, downlifters */
extern const snq_track_kind snq__kind_texture;  /* kind_texture.c: noise, rain, vinyl, drones */

#endif
