// SPDX-License-Identifier: MIT
/* meter_curve -- what a loudness meter shows while a recording plays, in a bounded number of ticks.
 *
 * The answer depends on how the stream is cut (in the last bits): the caller cuts it always alike.
 * One thread at a time. How it is done: top of meter_curve.c. */
#ifndef SNQ_PLOT_METER_CURVE_IMPL_H
#define SNQ_PLOT_METER_CURVE_IMPL_H

#include "base/attr.h"
#include "base/audio.h"
#include "plot/portrait.h"

typedef struct snq__meter_curve snq__meter_curve;

/* As snq_portraitist_new. */
SNQ_MUST_USE snq_status snq__meter_curve_new(uint32_t rate_hz, uint32_t channels,
                                             const snq_position *position, snq__meter_curve **out);
void snq__meter_curve_free(snq__meter_curve *m); /* NULL is legal */
/* Borrows the block for the call. */
void snq__meter_curve_push(snq__meter_curve *m, const snq_audio *block);
/* Sets tick_hops, ticks and the arrays of loudness, owned by the portrait. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__meter_curve_pull(const snq__meter_curve *m, snq_portrait *to);

#endif
