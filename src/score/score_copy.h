// SPDX-License-Identifier: MIT
/* score_copy -- a second piece with the same content. Threads: [any]. */
#ifndef SNQ_SCORE_SCORE_COPY_H
#define SNQ_SCORE_SCORE_COPY_H

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"

/* *out is initialised; the caller clears; on error it is clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_score_copy(const snq_score *from, snq_score *out);
/* All of a track but its name into `to`, a track that has nothing yet. ERR_NOMEM: `to` has nothing. */
SNQ_MUST_USE snq_status snq_track_copy(const snq_track *from, snq_track *to);

#endif
