// SPDX-License-Identifier: MIT
/* score_impl -- what the parts of score.h share: score.c, score_sort.c, score_check.c, score_time.c. */
#ifndef SNQ_SCORE_SCORE_IMPL_H
#define SNQ_SCORE_SCORE_IMPL_H

#include "score/score.h"

#define SNQ__BPM_USUAL   120.0 /* of a score that says nothing (MIDI 1.0, Standard MIDI Files) */
#define SNQ__BEATS_USUAL 4
#define SNQ__UNIT_USUAL  4

/* scaled_s of a tempo mark at `tick` that follows `before` (NULL: the first). */
static inline double snq__scaled_s(const snq_tempo_mark *before, int64_t tick)
{
    if (!before)
        return (double)tick * (60.0 / SNQ__BPM_USUAL);
    return before->scaled_s + (double)(tick - before->tick) * (60.0 / before->bpm);
}

/* Order of the notes of a track: <0, 0, >0. */
static inline int snq__note_order(const snq_note *a, const snq_note *b)
{
    if (a->tick != b->tick)
        return a->tick < b->tick ? -1 : 1;
    if (a->pitch != b->pitch)
        return a->pitch < b->pitch ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

#endif
