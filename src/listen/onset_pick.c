// SPDX-License-Identifier: MIT
/* IDEA   The rhythm network says of each hop how sure it is that a note begins there; a peak of that is an
 *        onset.
 * STEPS  hop i is an onset when its logit is over THRESHOLD, the highest within REACH hops to both sides (of
 *        equal ones the first), and no onset lies within APART hops before
 *        time: the parabola through the peak and its neighbours
 * CONST  THRESHOLD: between what suits made music (0.3) and the songs (0.6 to 0.9), which differ by 0.004 of F,
 *        2026-11. REACH 1 to 3 and APART 2 to 4 score the same. The truth joins notes within 30 ms.
 * LIMITS Soft attacks (strings, pads, voices) are found late or not at all. */
#include "listen/onset_pick.h"

#include "dsp/peaks.h"

enum { REACH = 2, APART = 3 };

#define THRESHOLD 0.6f

static int is_peak(const snq_rhythm_rows *r, int64_t i)
{
    const float x = r->onset[i];
    if (x <= THRESHOLD)
        return 0;
    for (int64_t k = i - REACH; k <= i + REACH; k++)
        if (k >= 0 && k < r->hops && (k < i ? r->onset[k] >= x : r->onset[k] > x))
            return 0;
    return 1;
}

int64_t snq_onset_first(const snq_rhythm_rows *r, int64_t from)
{
    while (from < r->hops && !is_peak(r, from))
        from++;
    return from < r->hops ? from : r->hops;
}

int64_t snq_onset_next(const snq_rhythm_rows *r, int64_t last)
{
    return snq_onset_first(r, last + APART);
}

double snq_onset_refined_s(const snq_rhythm_rows *r, int64_t i)
{
    double at = (double)i;
    if (i > 0 && i + 1 < r->hops)
        at += snq_peak_parabola((double)r->onset[i - 1], (double)r->onset[i],
                                (double)r->onset[i + 1], NULL);
    return snq_onset_time_s(at);
}
