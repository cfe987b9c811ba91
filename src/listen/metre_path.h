// SPDX-License-Identifier: MIT
/* metre_path -- bars over a chain of beats: which beats are downbeats, and of what metre.
 *
 * Threads: [any]. Algorithm: top of metre_path.c. */
#ifndef SNQ_LISTEN_METRE_PATH_H
#define SNQ_LISTEN_METRE_PATH_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/beat_path.h"
#include "listen/rhythm_rows.h"
#include "score/hearing.h"

enum { SNQ_METRES = 5 };

typedef struct snq_metre_path {
    uint8_t *metre;    /* (beats,) index of snq_metre_of, of the bar that the beat is in; owned */
    uint8_t *position; /* (beats,) 0 is a downbeat; owned */
    uint32_t beats;
    float weight[SNQ_METRES]; /* posterior of each metre as the one of the whole, adds up to 1 */
} snq_metre_path;

/* 2/4, 3/4, 4/4, 5/4, 6/8. */
snq_metre snq_metre_of(uint32_t index);
/* `out` is zeroed first; on success the caller clears it, on error it is cleared. No beats: nothing.
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_metre_path_run(const snq_rhythm_rows *rows, const snq_beat_path *beats,
                                           snq_metre_path *out);
void snq_metre_path_clear(snq_metre_path *p);

#endif
