// SPDX-License-Identifier: MIT
/* motion_trend -- does a level rise, fall, or jump?
 *
 * level (n,) >= 0, one value a step of equal length. Threads: [any]. How it is done: top of
 * motion_trend.c. */
#ifndef SNQ_WATCH_MOTION_TREND_H
#define SNQ_WATCH_MOTION_TREND_H

#include <stdint.h>

#include "base/status.h"

enum { SNQ_MOTION_LEVELS_MAX = 512 };

/* -1, 0, 1: falls, stays, rises. n <= SNQ_MOTION_LEVELS_MAX; under 5 values nothing is ever shown. */
int snq_motion_trend(const float *level, uint32_t n);

/* Where level jumps for good: at[] gets the indices of the first step behind each jump, ascending.
 * n <= SNQ_MOTION_LEVELS_MAX, at (max,). *changes says how many. Errors: ERR_NOMEM. */
snq_status snq_motion_changes(const float *level, uint32_t n, uint32_t *at, uint32_t max,
                              uint32_t *changes) SNQ_MUST_USE;

#endif
