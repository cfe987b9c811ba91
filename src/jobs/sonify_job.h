// SPDX-License-Identifier: MIT
/* sonify_job -- a film becomes a film with music that moves as it moves, or a session folder: what is behind
 * `sonique sonify`.
 *
 *     film ─► film_view ─► film_score ─► session_render ─┬─► film_out: OUT.mp4, OUT.report.json
 *     prompt, template ───────┘                          └─► DIR: a session, mapping.json, curves.csv, curves.png
 *
 * Everything appears whole or not at all. The same film, words, template and seed give the same bytes.
 *
 * Threads: [control] one at a time; the process must have one thread (the film is read by confined workers). */
#ifndef SNQ_JOBS_SONIFY_JOB_H
#define SNQ_JOBS_SONIFY_JOB_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "compose/brief.h"
#include "compose/film_brief.h"
#include "jobs/compose_job.h"
#include "jobs/film_out.h"
#include "jobs/film_view.h"
#include "map/matrix.h"

typedef struct snq_sonify_cfg {
    const char *video;
    const char *out; /* a film by its ending (film_out.h), else a folder */
    int force;
    const char *prompt;     /* "" none */
    const snq_brief *brief; /* what prompt and flags say */
    const char *style;      /* id; NULL: the brief's */
    const char *map; /* id of a template, or the path of one; NULL: what goes with the genre */
    snq_original original; /* of a film; of a folder it doesn't matter */
    int tempo_changes;
    uint32_t preset; /* SNQ_FLOW_* of watch/flow.h */
    uint64_t seed;   /* < SNQ_SESSION_SEED_MAX */
    uint32_t threads;
    const volatile int *cancel; /* NULL */
    /* How far all is, 0 .. 1, and seconds of the film at what is done now ("watching" …). NULL. */
    void (*progress)(void *user, double part, double media_s, const char *doing);
    void (*unconfined)(void *user, const snq_confinement *c);
    void *user;
} snq_sonify_cfg;

typedef struct snq_sonification {
    snq_composition composition; /* session with its film, rendering; warnings in its render */
    snq_film_traits traits;
    snq_film_words why;
    snq_film_out_report film; /* of a film */
    int is_film;
    snq_str report; /* the text of its report.json; owned */
} snq_sonification;

/* Whether the outputs can be made: ERR_EXISTS, ERR_ARG, those of snq_film_out_check. */
SNQ_MUST_USE snq_status snq_sonify_check(const snq_sonify_cfg *cfg);
/* *out is initialised; the caller clears it, also after an error. *at_fault names what the error is about: the film's
 * path, the output's, the template's. Errors: those of snq_film_view_open, snq_film_score_make, snq_session_render,
 * snq_film_out_run; ERR_NOT_FOUND (template). */
SNQ_MUST_USE snq_status snq_sonify_run(const snq_sonify_cfg *cfg, snq_sonification *out,
                                       const char **at_fault);
void snq_sonification_clear(snq_sonification *s); /* legal twice, and of a zeroed one */
#endif
