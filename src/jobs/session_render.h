// SPDX-License-Identifier: MIT
/* session_render -- a session's score to its folder: stems, mix, session.json, report.json, its past.
 *
 * Locked tracks keep their stems, to the byte. The mix is that of mix.json where there is one; the strips of
 * tracks that are `fresh` are made anew.
 *
 * Threads: [control] one at a time. */
#ifndef SNQ_JOBS_SESSION_RENDER_H
#define SNQ_JOBS_SESSION_RENDER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "jobs/frozen_stems.h"
#include "jobs/render_report.h"
#include "jobs/session.h"
#include "jobs/session_folder.h"
#include "score/score.h"

/* A track at 0 dB in its intent: with half a dozen of them the pre-master is near -18 LUFS. */
#define SNQ_SESSION_TRACK_LUFS (-22.0)

/* How all of a session's work is run. */
typedef struct snq_session_run {
    uint32_t threads;           /* (1) */
    int lanes, premaster;       /* as of snq_render_job_cfg */
    const volatile int *cancel; /* NULL */
    void (*progress)(void *user, double done_s, double of_s);
    void *user;
} snq_session_run;

/* A track that is a recording, and has no stem yet. */
typedef struct snq_session_recorded {
    const snq_frozen_sound *stem;
    const char *original; /* path of the file that becomes session->track[].recording */
} snq_session_recorded;

typedef struct snq_session_render_cfg {
    snq_session *session;   /* its stems' names are set */
    const snq_score *score; /* checked and sorted */
    const char *out;        /* folder */
    int force;
    const snq_session_folder
        *in;         /* the session that is there, whose locks and mix hold; NULL: a new one */
    const char *mix; /* path of the mix plan that holds; NULL, or not there: made anew */
    uint32_t fresh;  /* set of tracks: their strips are made anew */
    uint32_t level;  /* set of tracks: their levels are set from what is measured of them */
    const snq_session_recorded
        *recorded; /* (tracks of the session,), those without a stem are none; NULL */
    int keep;      /* put how it is into the history, as before the session's last step */
    int discard; /* make no stems' files, and leave nothing but what `mixed` and `reported` took elsewhere */
    /* All may be NULL. The mix is there, at `path`, and no thread is left: */
    snq_status (*mixed)(void *user, snq_folder_output *folder, const char *path);
    void (*tell)(void *user, snq_json *j); /* as of snq_session_report_film */
    snq_status (*reported)(void *user, const snq_str *report_json); /* and this is its report */
    void *user;
    snq_session_run run;
} snq_session_render_cfg;

/* Append session.json's text, with the processor chains of the plan at `mix_path`. ERR_NOMEM, those of
 * snq_mix_plan_load. */
SNQ_MUST_USE snq_status snq_session_text(const snq_session *s, const char *mix_path, snq_str *to);
/* *out is initialised; the caller clears it, also after an error. Errors: those of snq_render_job_run. */
SNQ_MUST_USE snq_status snq_session_render(const snq_session_render_cfg *cfg,
                                           snq_render_report *out);

#endif
