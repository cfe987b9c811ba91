// SPDX-License-Identifier: MIT
/* film_plan -- what a session knows of the film that its piece follows: where the bars lie under it, what they should
 * meet, what each bar wishes. The member "film" of session.json (docs/formats/session.md).
 *
 * With it a track can be made anew, years later and without the film, and still follow it.
 *
 * Threads: one at a time; many may read. */
#ifndef SNQ_JOBS_FILM_PLAN_H
#define SNQ_JOBS_FILM_PLAN_H

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/context.h"
#include "compose/hit_fit.h"
#include "compose/hit_points.h"
#include "map/matrix.h"
#include "score/score.h"

typedef struct snq_film_plan {
    char video[SNQ_SCORE_TEXT_MAX]; /* name of the film, without its folder */
    char map[SNQ_MAP_ID_MAX];       /* id of the template */
    snq_hit_fit fit;
    double fade_s;      /* 0 .. 60: the music's end under the film's */
    snq_hit_list hits;  /* owned */
    snq_bar_wish *wish; /* (fit.bars,), owned; NULL: none */
} snq_film_plan;

/* NULL is legal; frees the plan itself. */
void snq_film_plan_free(snq_film_plan *p);
/* The value of the member. */
void snq_film_plan_json(snq_json *j, const snq_film_plan *p);
/* On success *out is owned by the caller (free), on error NULL. `bars`: of the piece, which the film's must be.
 * ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG name the place; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_film_plan_from_json(const snq_json_ref *at, int32_t bars,
                                                snq_film_plan **out);

#endif
