// SPDX-License-Identifier: MIT
/* hit_fit_impl -- what the search for one tempo and the search for a path of tempos share. */
#ifndef SNQ_COMPOSE_HIT_FIT_IMPL_H
#define SNQ_COMPOSE_HIT_FIT_IMPL_H

#include "compose/hit_fit.h"

/* What a hit of weight 1 is worth at a tempo on average over all offsets, by which a fast tempo is worth more: it is
 * taken off, `luck` times. */
static inline double snq__hit_luck(const snq_fit_cfg *c, double bpm)
{
    const double share = 2.0 * c->tolerance_s * bpm / 60.0;
    const double beat = share < 1.0 ? share : 1.0, eighth = share < 0.5 ? 2.0 * share : 1.0;
    return (double)c->luck * (beat + (double)c->eighth * (eighth - beat));
}
/* What a grid is worth for these hits and for the film's end: the sum that both searches make large. */
double snq__hit_fit_worth(const snq_fit_cfg *cfg, const snq_hit_list *hits, const snq_hit_fit *f);
/* The grid of steps[0 .. n): the first given step may lie anywhere and holds `place` sixteenths of a bar; here it is
 * continued back to bar 0, and bars, lead, tail, end, bpm are set. */
void snq__hit_fit_close(const snq_fit_cfg *cfg, int32_t place, snq_hit_fit *f);
/* One tempo (hit_search.c), tempos that change (hit_path.c). */
SNQ_MUST_USE snq_status snq__hit_fit_search(const snq_fit_cfg *cfg, const snq_hit_list *hits,
                                            snq_hit_fit *out);
SNQ_MUST_USE snq_status snq__hit_fit_path(const snq_fit_cfg *cfg, const snq_hit_list *hits,
                                          snq_hit_fit *out);

#endif
