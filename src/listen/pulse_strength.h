// SPDX-License-Identifier: MIT
/* pulse_strength -- how much the onsets repeat from beat to beat.
 *
 * Threads: [any]. Algorithm: top of pulse_strength.c. */
#ifndef SNQ_LISTEN_PULSE_STRENGTH_H
#define SNQ_LISTEN_PULSE_STRENGTH_H

#include "listen/rhythm_rows.h"
#include "score/measure.h"

/* 0 .. 1 over the stretch from the first to the last of the beats, seconds, ascending; or why not. */
snq_measure snq_pulse_strength(const snq_rhythm_rows *rows, const double *beat_s, uint32_t beats);

#endif
