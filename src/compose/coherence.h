// SPDX-License-Identifier: MIT
/* coherence -- how well a track's rhythm locks to another's: `rhythmic_coherence` of a report.
 *
 * The share of the track's onsets within SNQ_COHERENCE_S of an onset of the other, or of a step of the
 * swung grid that the style gives it. By itself such a share says little (a dense grid catches everything),
 * so it comes with a control: the same with the other's onsets and the grid moved by half a sixteenth.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_COHERENCE_H
#define SNQ_COMPOSE_COHERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/bar_wish.h"
#include "compose/intent.h"
#include "score/score.h"

#define SNQ_COHERENCE_S 0.025

typedef struct snq_coherence {
    double share;   /* 0 .. 1; NaN: the track has no onsets */
    double control; /* as share */
} snq_coherence;

/* wish (bars,): what the piece was made with, NULL: nothing. grid (bar_steps,): the steps of a bar that the style gives the track (non-zero); NULL: none. `score` is in
 * order. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_coherence_measure(const snq_score *score, const snq_track *track,
                                              const snq_track *other, const snq_intent *in,
                                              const snq_bar_wish *wish, const uint8_t *grid,
                                              snq_coherence *out);

#endif
