// SPDX-License-Identifier: MIT
/* groove -- from the straight grid to how it is played: swing, and the timing and force of a hand.
 *
 * Swing moves ticks, equally in all tracks, so that they stay together. Human timing is the notes' offset_s,
 * human force their velocity: an autoregressive walk (each error remembers a part of the one before it), as
 * measured on people (docs/rooms/compose.md), about the position's own mean.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_GROOVE_H
#define SNQ_COMPOSE_GROOVE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/rng.h"
#include "compose/bar_wish.h"
#include "compose/intent.h"
#include "score/score.h"

/* What a hand adds. */
typedef struct snq_human {
    float timing_ms;        /* deviation of an onset's place: 0 machine .. 25 */
    float correlation;      /* 0 .. 0.9 of an error with the one before it (0.2) */
    float late_ms;          /* all of it behind (or before, < 0) the beat: -25 .. 30 */
    float force;            /* 0 .. 0.5 deviation of the velocity, as a share of it */
    float force_by_step[4]; /* gain of the velocity on the four steps of a beat (1 1 1 1) */
} snq_human;

/* Where a straight tick falls in the swing of the intent, or of its bar's wish (in->bars,) where one says so (NULL:
 * no wishes). Monotonous; whole pairs stay, and so do bars. */
int64_t snq_groove_swing(const snq_intent *in, const snq_bar_wish *wish, int64_t tick);
/* Swing, then humanise all notes of a track (one hand: notes that begin together move together, but for a
 * quarter of it). Order of notes may change: the caller sorts. */
void snq_groove_apply(const snq_intent *in, const snq_bar_wish *wish, const snq_human *h,
                      snq_rng *rng, snq_track *t);

#endif
