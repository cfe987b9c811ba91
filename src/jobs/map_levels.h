// SPDX-License-Identifier: MIT
/* map_levels -- energy, balance and the strength of pads and textures as levels that move: one curve a track.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_MAP_LEVELS_H
#define SNQ_JOBS_MAP_LEVELS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "map/map_run.h"
#include "score/score.h"

/* Decibels that energy 1 lies over energy 0 at dynamics_range d. */
#define SNQ_MAP_LEVELS_DEPTH_DB   25.0
/* mix_balance 0 or 1: what is in front rises by this, the other falls by it. */
#define SNQ_MAP_LEVELS_BALANCE_DB 6.0

/* Give each track of `score`, but those in the set `kept` (by index, the first 64), the curve mix.trim_db where anything
 * moves its level; what it had of it is added. `score` is in order. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_map_levels_apply(const snq_map_result *r, uint64_t kept,
                                             snq_score *score);

#endif
