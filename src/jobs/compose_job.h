// SPDX-License-Identifier: MIT
/* compose_job -- a sentence becomes a session; a session's tracks are made anew, locked, taken back: what is
 * behind `sonique compose`, `regenerate`, `lock`, `unlock`, `undo`, `history`.
 *
 *     prompt ─► lexicon ─► brief ─┐
 *     styles ─────────────────────┼─► intent ─► compose ─► score ─► session_render ─► the folder
 *     flags, seed ────────────────┘
 *
 * Threads: [control] one at a time. */
#ifndef SNQ_JOBS_COMPOSE_JOB_H
#define SNQ_JOBS_COMPOSE_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/brief.h"
#include "jobs/locked_recording.h"
#include "jobs/render_report.h"
#include "jobs/session.h"
#include "jobs/session_render.h"
#include "jobs/style_library.h"

/* What came of it. */
typedef struct snq_composition {
    snq_session session;
    snq_render_report render;  /* `stems` 0: nothing was rendered */
    snq_style_library *styles; /* that the session's style is borrowed from; owned */
    snq_style
        *blend; /* the style with a second genre's drums, where the brief names two; owned; NULL */
} snq_composition;

/* Legal twice, and after an error of those below. */
void snq_composition_clear(snq_composition *c);

typedef struct snq_compose_job_cfg {
    const char *prompt;
    const snq_brief *brief; /* what the prompt and flags ask for */
    const char *style;      /* id; NULL: the brief's, or what fits it best */
    const char *out;
    int force;
    const snq_locked_recording *lock; /* (locks,) recordings that stand for tracks */
    uint32_t locks;
    uint64_t seed; /* < SNQ_SESSION_SEED_MAX */
    int score_only; /* without locks: no sound: session, score and MIDI file; regenerate renders it */
    snq_session_run run;
} snq_compose_job_cfg;

/* With `force` over a session that is there: its past is removed with it; what else lies in the folder stays.
 * *out is initialised; the caller clears it, also after an error. ERR_NOT_FOUND (style), ERR_STATE (another
 * program works in that session), ERR_RANGE (what is asked
 * for can't be), those of snq_session_render. */
SNQ_MUST_USE snq_status snq_compose_job_run(const snq_compose_job_cfg *cfg, snq_composition *out);

typedef struct snq_regenerate_cfg {
    const char *path;         /* of the session */
    const char *const *track; /* (tracks,) names; none: only rendered again */
    size_t tracks;
    const char *prompt;     /* what is said of them now; NULL */
    const snq_brief *brief; /* of that prompt; NULL without */
    uint64_t seed;          /* of their making; SNQ_SESSION_SEED_MAX: the next one */
    snq_session_run run;
} snq_regenerate_cfg;

/* ERR_NOT_FOUND (session, track), ERR_STATE (the track is locked; another program is at it), ERR_FORMAT, … */
SNQ_MUST_USE snq_status snq_regenerate_run(const snq_regenerate_cfg *cfg, snq_composition *out);

/* Lock or unlock tracks: nothing is rendered. ERR_NOT_FOUND, ERR_STATE (it has no stem yet), … */
SNQ_MUST_USE snq_status snq_lock_run(const char *path, const char *const *track, size_t tracks,
                                     int lock, snq_composition *out);
/* Take the last step back; ERR_STATE: there is none. */
SNQ_MUST_USE snq_status snq_undo_run(const char *path, const snq_session_run *run,
                                     snq_composition *out);
/* Only read it. */
SNQ_MUST_USE snq_status snq_session_read(const char *path, snq_composition *out);

#endif
