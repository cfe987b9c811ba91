// SPDX-License-Identifier: MIT
/* bar_fit -- how a bar of sixteen steps (4/4, as styles write it) is read in another metre.
 *
 *     4/4            step by step
 *     6/8 9/8 12/8   each group of three eighths takes the first six steps of a half bar: the weight falls on
 *                    the groups
 *     else           a shorter bar (3/4, 7/8) is cut; a longer one (5/4) goes on with the bar's second half
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_BAR_FIT_H
#define SNQ_COMPOSE_BAR_FIT_H

#include <stdint.h>

#include "compose/intent.h"

/* Of steps of a beat as it is felt: a quarter, or three eighths. At least 1. */
int32_t snq_bar_beat(const snq_intent *in);
/* The step 0 .. 15 that stands for a step of a bar (0 .. bar_steps - 1). */
int32_t snq_bar_fit(const snq_intent *in, int32_t step);
/* How strong a step of a bar is: 4 the one, 3 another strong beat, 2 a beat, 1 an eighth, 0 between. */
int snq_bar_weight(const snq_intent *in, int32_t step);

#endif
