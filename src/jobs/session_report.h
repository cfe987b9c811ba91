// SPDX-License-Identifier: MIT
/* session_report -- what is measured of a session: `sonique/report/1` (report.json,
 * schemas/report-1.schema.json).
 *
 * The grid of the score, how it meets its film where it has one, how drums and bass fit together, and what the ears say of
 * the mix.
 *
 *     new ─► push (while stems are made) ─► write
 *
 * Threads: push: different tracks at once, one in order; all else [control], and the process must have one
 * thread when `write` begins (the ears listen in a worker). */
#ifndef SNQ_JOBS_SESSION_REPORT_H
#define SNQ_JOBS_SESSION_REPORT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/str.h"
#include "base/json.h"
#include "compose/intent.h"
#include "jobs/film_plan.h"
#include "score/score.h"

typedef struct snq_session_report snq_session_report;

/* What is known of a session's film. */
typedef struct snq_session_report_film {
    const snq_film_plan *plan; /* times of the report are the film's; NULL: there is none */
    void (*tell)(void *user, snq_json *j); /* more members of the report's "film"; NULL */
    void *user;
} snq_session_report_film;

/* in, score: borrowed for life; `film` is copied, NULL is legal. On success *out is owned by the caller (free), on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_session_report_new(const snq_intent *in, const snq_score *score,
                                               const snq_session_report_film *film,
                                               uint32_t rate_hz, snq_session_report **out);
void snq_session_report_free(snq_session_report *r); /* NULL is legal */
/* A block of a track's stem, borrowed. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_session_report_push(snq_session_report *r, const char *track,
                                                const snq_audio *block);
/* The document: mix_path is the rendered mix, `name` what the document calls it. Once. Errors of
 * snq_listen_batch_run, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_session_report_write(snq_session_report *r, const char *mix_path,
                                                 const char *name, const volatile int *cancel,
                                                 snq_str *to);

#endif
