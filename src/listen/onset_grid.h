// SPDX-License-Identifier: MIT
/* onset_grid -- onset logits of the rhythm rows, weighed by where in the beat a recording's notes fall.
 *
 * Threads: [any]. Algorithm: top of onset_grid.c. */
#ifndef SNQ_LISTEN_ONSET_GRID_H
#define SNQ_LISTEN_ONSET_GRID_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/beat_path.h"
#include "listen/rhythm_rows.h"

/* logit (rows->hops,) is written; all borrowed for the call. Where there is no beat, or no place in the beat that
 * notes prefer, it is rows->onset. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_onset_grid_run(const snq_rhythm_rows *rows, const snq_beat_path *beats,
                                           float *logit);

#endif
