// SPDX-License-Identifier: MIT
/* film_view -- all that is kept of a film whose music is to be made: what the eyes (and, where a matrix asks for it, the
 * ears) say of it, as the matrix, the composer and the picture of the curves read it.
 *
 *     film ─► watch_batch ─► sight ─┬─► features (map)      ─► curves
 *                                   ├─► events, motion      ─► hit points, form
 *                                   └─► traits              ─► brief
 *             listen_batch ─► hearing ─► features `sound.*`
 *
 * Both look at the film in confined workers. Times count from the film's first picture.
 *
 * Threads: open [control], the process must have one thread; then many may read. */
#ifndef SNQ_JOBS_FILM_VIEW_H
#define SNQ_JOBS_FILM_VIEW_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/film_brief.h"
#include "jobs/batch.h"
#include "map/feature_set.h"
#include "map/matrix.h"
#include "score/series.h"
#include "score/sight.h"
#include "score/watch_look.h"

typedef struct snq_film_view_cfg {
    const char *path;      /* of the film; borrowed */
    uint32_t preset;       /* SNQ_FLOW_* of watch/flow.h */
    uint32_t threads;      /* 0: one a processor */
    int look;              /* keep what a picture is drawn from */
    snq_batch_hooks hooks; /* of watching and listening */
} snq_film_view_cfg;

typedef struct snq_film_view {
    snq_sight sight;     /* owned; its path is the cfg's */
    snq_watch_look look; /* owned; nothing in it unless asked for */
    snq_feature_set features;
    snq_series
        motion; /* mean speed, frame heights a second; without values where nothing can be told */
    snq_film_traits traits;
} snq_film_view;

/* Watch it. *out is initialised; on error it is clear. ERR_CANCELLED, ERR_NOMEM, ERR_IO, ERR_UNSUPPORTED: the
 * environment. ERR_ARG, ERR_FORMAT: the film, whatever is wrong with it; the last error says it in one sentence. */
SNQ_MUST_USE snq_status snq_film_view_open(const snq_film_view_cfg *cfg, snq_film_view *out);
/* Whether a matrix reads the film's own sound. */
int snq_film_view_wants_sound(const snq_map_template *map);
/* Listen to it: the features `sound.*`. A film without sound, or with sound that can't be read, is no error: they have
 * a reason. ERR_CANCELLED, ERR_NOMEM, ERR_IO, ERR_UNSUPPORTED. */
SNQ_MUST_USE snq_status snq_film_view_listen(const snq_film_view_cfg *cfg, snq_film_view *v);
void snq_film_view_clear(snq_film_view *v); /* legal twice */

#endif
