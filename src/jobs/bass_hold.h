// SPDX-License-Identifier: MIT
/* bass_hold -- a bass line made to be held: what a slow oscillator moves must sound for longer than it takes.
 *
 * Notes of one pitch that follow one another closely become one; others last until the next begins and a little
 * beyond, so that a legato voice slurs. Rests longer than a beat stay. Threads: [any]. */
#ifndef SNQ_JOBS_BASS_HOLD_H
#define SNQ_JOBS_BASS_HOLD_H

#include "score/score.h"

/* `t` belongs to `s`; its notes are in order and stay so. Curves and messages stay. */
void snq_bass_hold(const snq_score *s, snq_track *t);

#endif
