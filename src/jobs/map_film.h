// SPDX-License-Identifier: MIT
/* map_film -- `sonique map plot`: one film is watched, a template is run on what was seen, and the curves become a picture
 * (map_plot.h), a table (curves_csv.h), or both.
 *
 * No music is made: the tempo is the template's, or 120. The film's own sound is listened to where the template reads it.
 *
 *     file or id -> template ─┐
 *     film -> film_view ──────┴─► map_run ─► picture, table, result
 *
 * Threads: [control] one at a time in a process that has one thread when it begins. */
#ifndef SNQ_JOBS_MAP_FILM_H
#define SNQ_JOBS_MAP_FILM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "jobs/batch.h"
#include "jobs/inputs.h"
#include "map/map_run.h"
#include "map/matrix.h"
#include "score/sight.h"

typedef struct snq_map_film_result {
    const snq_map_template *map;
    const snq_warnings *odd;      /* what is odd about the template */
    const snq_sight *sight;       /* of the film */
    const snq_map_result *curves; /* places by `bpm` */
    double bpm, duration_s;
} snq_map_film_result;

typedef struct snq_map_film_cfg {
    const char *map;          /* the template's file or id; borrowed */
    const snq_inputs *inputs; /* one film; borrowed */
    const char *plot_path;    /* NULL, a file ending in .png, or a folder; borrowed */
    const char *csv_path;     /* NULL, a file, or a folder; borrowed */
    uint32_t preset;          /* SNQ_FLOW_* of watch/flow.h (default SNQ_FLOW_DEFAULT) */
    uint32_t threads;         /* 0: one a processor (default) */
    int force;                /* replace existing output files (default 0) */
    /* NULL, or told once, before outputs get their names; all borrowed for the call. What it returns below 0 is
     * returned, and nothing is written. */
    snq_status (*result)(void *user, const snq_map_film_result *r);
    snq_batch_hooks hooks; /* its user goes to `result` too */
} snq_map_film_cfg;

/* What is wrong: nothing, the film or an output, the template. */
enum { SNQ_MAP_FILM_GOOD = 0, SNQ_MAP_FILM_REFUSED, SNQ_MAP_FILM_TEMPLATE_REFUSED };

snq_map_film_cfg snq_map_film_cfg_default(void);
/* Whether the request makes sense: one film, a plot that ends in .png; makes folders. ERR_ARG, ERR_IO. */
SNQ_MUST_USE snq_status snq_map_film_check(const snq_map_film_cfg *cfg);
/* OK, or ERR_CANCELLED, ERR_NOMEM, ERR_IO, ERR_UNSUPPORTED, ERR_NOT_FOUND (a font), what `result` said. What is wrong
 * with the template, the film or an output: OK, *refused says which, and error[] is a sentence. */
SNQ_MUST_USE snq_status snq_map_film_run(const snq_map_film_cfg *cfg, int *refused,
                                         char error[SNQ_ERROR_MAX]);

#endif
