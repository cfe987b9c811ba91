// SPDX-License-Identifier: MIT
/* film_score -- from what is seen of a film to the notes of its piece: the middle of `sonique sonify`.
 *
 *     traits ─► brief ─► style ─► intent ─┬─► hit_fit: tempo, where bars lie ─► form_film: sections
 *     features ─► map_run ────────────────┴─► wishes of each bar ─► compose ─► map_sound ─► score
 *
 * How: top of film_score.c. Threads: [control] one at a time. */
#ifndef SNQ_JOBS_FILM_SCORE_H
#define SNQ_JOBS_FILM_SCORE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "compose/film_brief.h"
#include "jobs/compose_job.h"
#include "jobs/film_view.h"
#include "map/map_run.h"
#include "score/score.h"

typedef struct snq_film_score_cfg {
    const snq_film_view *view;
    const snq_film_table *table;
    const snq_map_template *map;
    const snq_brief *brief; /* completed by snq_film_brief */
    const char *style;      /* id; NULL: the brief's */
    const char *prompt;     /* for the session; "" */
    uint64_t seed;          /* < SNQ_SESSION_SEED_MAX */
    int tempo_changes;      /* it may change from section to section */
} snq_film_score_cfg;

typedef struct snq_film_score {
    snq_score score;       /* owned */
    snq_map_result curves; /* owned; places in quarter notes of the score */
} snq_film_score;

/* `c` has its styles (snq__composition_open); its session is made here, with its film. *out is initialised; the caller
 * clears it, also after an error. `why` and `warnings` are added to. ERR_RANGE (the film is too long for a piece; what is
 * asked for can't be), ERR_NOT_FOUND (style), ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_film_score_make(const snq_film_score_cfg *cfg, snq_composition *c,
                                            snq_film_score *out, snq_film_words *why,
                                            snq_warnings *warnings);
void snq_film_score_clear(snq_film_score *f); /* legal twice, and of a zeroed one */

#endif
