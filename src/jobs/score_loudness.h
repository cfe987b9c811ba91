// SPDX-License-Identifier: MIT
/* score_loudness -- how loud a composed piece is going to be, moment by moment, from its notes: the dynamics that its
 * arrangement has before any fader moves.
 *
 * The same on every machine: no sound is made. Tracks count as loud as the mix will make them where they play most
 * (session_render levels them so), each with its gain_db. Threads: [any]. */
#ifndef SNQ_JOBS_SCORE_LOUDNESS_H
#define SNQ_JOBS_SCORE_LOUDNESS_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"

/* What a fader does to a track at step k: dB beside its gain. */
typedef double snq_score_loudness_fader(void *user, size_t track, size_t k);

/* `fader` may be NULL. db (steps,): of the power around k dt_s (a window of SNQ_SCORE_LOUDNESS_S), in dB to a lone track at its fullest and
 * gain 0; -120 where nothing plays. `score` is in order; dt_s > 0. ERR_NOMEM. */
#define SNQ_SCORE_LOUDNESS_S 2.0
SNQ_MUST_USE snq_status snq_score_loudness(const snq_score *score, double dt_s, size_t steps,
                                           snq_score_loudness_fader *fader, void *user, double *db);

#endif
