// SPDX-License-Identifier: MIT
/* IDEA   Two players are together when one begins his notes where the other begins his, or on a beat
 *        that the groove gives him. How many by chance would be? Move the other by half a step and
 *        count again.
 *
 * STEPS  T = onsets of the track, seconds;  M = onsets of the other and the grid's steps, merged, in order
 *        share   = |{t in T : min |t - m| <= 25 ms, m in M}| / |T|
 *        control = the same with M + half a sixteenth
 *
 * CONST  25 ms: about where two onsets begin to be heard as two (Hirsh 1959: 20 ms for their order).
 * COST   sorting, and a binary search for each onset.
 * LIMITS Where half a sixteenth is less than 25 ms away from a step (from 300 BPM up) the control says
 *        nothing. Notes of one chord are counted once.
 * REFS   Hirsh, "Auditory perception of temporal order", JASA 31, 1959. */
#include "compose/coherence.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "compose/groove.h"

#define SAME_S 1e-4 /* onsets of one chord */

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t put_onsets(const snq_score *s, const snq_track *t, double *at)
{
    for (size_t i = 0; i < t->notes; i++)
        at[i] = snq_note_start_s(s, &t->note[i]);
    return t->notes;
}

static size_t grid_steps(const snq_intent *in, const uint8_t *grid)
{
    size_t n = 0;
    for (int32_t i = 0; grid && i < snq_intent_bar_steps(in); i++)
        n += grid[i] != 0;
    return n * (size_t)in->bars;
}

static size_t put_grid(const snq_score *s, const snq_intent *in, const snq_bar_wish *wish,
                       const uint8_t *grid, double *at)
{
    const int32_t steps = snq_intent_bar_steps(in);
    size_t n = 0;
    for (int32_t i = 0; grid && i < steps * in->bars; i++)
        if (grid[i % steps])
            at[n++] = snq_score_time_s(
                s, (double)snq_groove_swing(in, wish, (int64_t)i * SNQ_TICKS_PER_STEP));
    return n;
}

/* Is one of at (n,), in order and moved by `shift`, near to t? */
static int is_near(const double *at, size_t n, double t, double shift)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (at[mid] + shift < t - SNQ_COHERENCE_S)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && at[lo] + shift <= t + SNQ_COHERENCE_S;
}

static double share_near(const double *t, size_t ts, const double *at, size_t n, double shift)
{
    size_t near = 0, all = 0;
    for (size_t i = 0; i < ts; i++) {
        if (i && t[i] - t[i - 1] < SAME_S)
            continue;
        all++;
        near += (size_t)is_near(at, n, t[i], shift);
    }
    return all ? (double)near / (double)all : NAN;
}

snq_status snq_coherence_measure(const snq_score *score, const snq_track *track,
                                 const snq_track *other, const snq_intent *in,
                                 const snq_bar_wish *wish, const uint8_t *grid, snq_coherence *out)
{
    const size_t room = other->notes + grid_steps(in, grid);
    *out = (snq_coherence) { NAN, NAN };
    double *t = snq_calloc(track->notes + 1, sizeof *t), *at = snq_calloc(room + 1, sizeof *at);
    if (!t || !at) {
        snq_free(t);
        snq_free(at);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu onsets", room + track->notes);
    }
    const size_t ts = put_onsets(score, track, t);
    size_t n = put_onsets(score, other, at);
    n += put_grid(score, in, wish, grid, at + n);
    qsort(t, ts, sizeof *t, by_time);
    qsort(at, n, sizeof *at, by_time);
    out->share = share_near(t, ts, at, n, 0.0);
    out->control = share_near(t, ts, at, n, 7.5 / in->bpm);
    snq_free(t);
    snq_free(at);
    return SNQ_OK;
}
