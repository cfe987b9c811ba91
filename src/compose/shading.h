// SPDX-License-Identifier: MIT
/* shading -- a track's loudness over the piece: calm sections are played more quietly, pads breathe.
 *
 * Written as expression (MIDI controller 11, gain (value / 127)^2 as General MIDI says), beat by beat where it
 * changes; 127 is the most energetic bar.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_SHADING_H
#define SNQ_COMPOSE_SHADING_H

#include "base/attr.h"
#include "compose/context.h"
#include "score/score.h"

typedef struct snq_shading {
    float depth_db; /* 0 .. 24: how much quieter energy 0 is than energy 1 (0) */
    float swell_db; /* 0 .. 24: by how much eight bars swell, beside it (0) */
} snq_shading;

/* `t` borrowed; its order is left to the caller (snq_score_sort). Nothing is written where nothing changes.
 * ERR_NOMEM, ERR_TOO_BIG: some messages may be there. */
SNQ_MUST_USE snq_status snq_shading_write(const snq_context *c, snq_shading d, snq_track *t);

#endif
