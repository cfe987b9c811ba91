// SPDX-License-Identifier: MIT
/* form_film -- the sections of a piece that follows a film: they begin where a scene does, and are as strong as the
 * picture moves (explained in form_film.c).
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_FORM_FILM_H
#define SNQ_COMPOSE_FORM_FILM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/form.h"
#include "compose/hit_fit.h"
#include "compose/intent.h"
#include "score/series.h"
#include "score/sight.h"

/* A film as its music sees it; all borrowed for the call. */
typedef struct snq_form_film {
    const snq_hit_fit *fit;       /* where its bars lie */
    const snq_sight_event *event; /* (events,) in order of time: its cuts and fades are looked at */
    uint32_t events;
    const snq_series *motion; /* speed over time, or energy, any unit >= 0; NULL: not known */
    uint32_t throughout;      /* set of the intent's tracks that play in every section (0) */
} snq_form_film;

/* The intent's bars and metre are the fit's (ERR_RANGE else); its tracks and style play. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_form_from_film(const snq_intent *in, const snq_form_film *film,
                                           snq_form *out);

#endif
