// SPDX-License-Identifier: MIT
/* onset_pick -- which hops of the rhythm rows are onsets.
 *
 * Threads: [any]. Algorithm: top of onset_pick.c. */
#ifndef SNQ_LISTEN_ONSET_PICK_H
#define SNQ_LISTEN_ONSET_PICK_H

#include <stdint.h>

#include "listen/rhythm_rows.h"

/* The first onset at hop `from` or later, and the one that follows the onset at hop `last`; rows->hops when there
 * is none. */
int64_t snq_onset_first(const snq_rhythm_rows *rows, int64_t from);
int64_t snq_onset_next(const snq_rhythm_rows *rows, int64_t last);
/* Time of the onset at a hop, between the hops' middles (seconds). */
double snq_onset_refined_s(const snq_rhythm_rows *rows, int64_t hop);

#endif
