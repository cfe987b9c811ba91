// SPDX-License-Identifier: MIT
/* tempo_fit -- tempo from beats: stretches of steady tempo, and the exact rate of each.
 *
 * Threads: [any]. Algorithm: top of tempo_fit.c. */
#ifndef SNQ_LISTEN_TEMPO_FIT_H
#define SNQ_LISTEN_TEMPO_FIT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/hearing.h"

/* Stretches of beat_s (beats,), ascending, in `spans` (room for `beats`): the number written, 0 for fewer
 * than four beats. They lie side by side from `whole.start_s` to `whole.end_s`; after
 * SNQ_MUSIC_SPANS_MAX - 1 of them the last takes all that is left. scratch (2 beats,). */
uint32_t snq_tempo_fit_spans(const double *beat_s, uint32_t beats, snq_span whole, double *scratch,
                             snq_tempo_span *spans);
/* BPM of beats that follow one rate: the slope of their times by their numbers, robustly; 0 for fewer than
 * two. */
double snq_tempo_fit_bpm(const double *beat_s, uint32_t beats);

#endif
