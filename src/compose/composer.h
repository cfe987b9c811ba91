// SPDX-License-Identifier: MIT
/* composer -- intent to score: the form, the chords, then track after track, each hearing those before it.
 *
 *     intent ─► form ─► chords ─► kinds in their order: make ─► groove ─► context ─► … ─► score
 *
 * The same intent, brief and seed give the same score on every machine. A 3-minute piece of eight tracks takes
 * a few milliseconds. Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_COMPOSER_H
#define SNQ_COMPOSE_COMPOSER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/context.h"
#include "compose/form.h"
#include "compose/hit_fit.h"
#include "compose/intent.h"
#include "score/score.h"

typedef struct snq_compose_cfg {
    const snq_brief *brief;   /* for the wishes about sections */
    const snq_intent *intent; /* checked */
    const snq_bar_wish
        *wish;            /* (intent->bars,) or NULL: what is made is like it, what is kept stays */
    const snq_form *form; /* of the intent's bars (form_film.h); NULL: planned here */
    const snq_hit_fit *fit; /* tempos (hit_fit.h), where nothing is kept; NULL: the intent's */
    /* Of a piece that is there (NULL: none): its sections and chords are kept, its tracks are kept too but for
     * those in `anew`, which are made again beside the kept ones' notes. */
    const snq_score *kept;
    uint32_t anew;                              /* set of tracks of the intent */
    uint64_t track_seed[SNQ_INTENT_TRACKS_MAX]; /* of each track's making */
} snq_compose_cfg;

/* *out is initialised; sorted and checked; the caller clears; on error it is clear. ERR_NOMEM, ERR_RANGE,
 * ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_compose(const snq_compose_cfg *cfg, snq_score *out);

#endif
