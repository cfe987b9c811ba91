// SPDX-License-Identifier: MIT
/* film_stand -- a film that nobody filmed: what the eyes would say of it, made by hand. */
#ifndef SNQ_TESTS_JOBS_FILM_STAND_H
#define SNQ_TESTS_JOBS_FILM_STAND_H

#include "jobs/film_plan.h"
#include "jobs/film_view.h"

typedef struct film_stand_cfg {
    double duration_s;
    double cut_from_s, cut_every_s;    /* 0 s apart: there are none */
    double step_s;                     /* of the features (0.25) */
    double (*speed_norm)(double part); /* at 0 .. 1 of the film; NULL: nothing moves */
    double (*luma)(double part);       /* NULL: nobody says */
} film_stand_cfg;

/* snq_film_view_clear. */
void film_stand_view(const film_stand_cfg *cfg, snq_film_view *out);
/* A plan with something in each member: `bars` of 4/4 at 120 BPM that begin 0.25 s before the film, two tempos, three hits,
 * wishes of some; snq_film_plan_free. */
snq_film_plan *film_stand_plan(int32_t bars);

#endif
