// SPDX-License-Identifier: MIT
/* What making and remaking a session share. */
#ifndef SNQ_JOBS_SESSION_OPEN_IMPL_H
#define SNQ_JOBS_SESSION_OPEN_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/compose_job.h"
#include "score/score.h"

/* An empty session, and the styles. ERR_UNSUPPORTED, ERR_NOMEM, those of snq_style_library_load. */
SNQ_MUST_USE snq_status snq__composition_open(snq_composition *c);
/* A style, and where the session's brief names it first and another genre second, with the drums of that
 * one (snq_style_blend). Borrowed from c. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__composition_blend(snq_composition *c, const snq_style **style);
/* The session's score: all of it, or `anew` (a set of tracks) beside what is kept. As snq_compose. */
SNQ_MUST_USE snq_status snq__session_compose(const snq_session *s, const snq_score *kept,
                                             uint32_t anew, snq_score *out);

#endif
