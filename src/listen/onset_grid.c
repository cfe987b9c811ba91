// SPDX-License-Identifier: MIT
/* IDEA   In most music notes begin at few places of the beat, and a recording shows which by its clear notes. A
 *        doubtful sound at such a place is more likely a note, one beside it more likely a vibrato's swell.
 * STEPS  phase of time t: where it lies between its two beats, 0 .. 1, in BINS bins
 *        stretch: BLOCK beats and as many before and behind
 *        h      sum over the stretch's onsets (onset_pick.h) of logistic(logit) at their phases, smoothed
 *               around the beat by a Gaussian of SIGMA_S; in units of its mean
 *        r      log(FLOOR + (1 - FLOOR) h), between LEAST and MOST
 *        told   mean over the onsets of log(FLOOR + (1 - FLOOR) h without the onset itself), nats: what the others
 *               say of where each falls
 *        logit  + GAIN min(1, max(0, (told - TOLD_FROM) / TOLD_OVER)) r(phase)
 * CONST  If the network knew nothing of the beat, GAIN would be 1: r is what the place adds to the prior odds. It
 *        does know, and people don't play on the dot. Onset F on held-out made music, accompaniments, the songs'
 *        bands and pianos, 2026-11: GAIN 0 .948 .910 .873 .969, 0.5 .954 .917 .892 .966, 1 .954 .916 .902 .954.
 *        SIGMA_S of 24 ms: .006 less on bands, .003 more on pianos.
 *        TOLD: music told 0.6 to 2.3, onsets at random 0.
 * COST   48 x 48 products a block, two table look-ups a hop.
 * LIMITS It prefers what is played as the rest is: a lone syncopation that is also soft can be lost. */
#include "listen/onset_grid.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/onset_pick.h"
#include "score/timegrid.h"

enum { BINS = 48, BLOCK = 64, BEATS_LEAST = 8, ONSETS_LEAST = 10 };

#define GAIN      0.5
#define SIGMA_S   0.012
#define FLOOR     0.1
#define LEAST     (-2.5)
#define MOST      2.0
#define TOLD_FROM 0.3
#define TOLD_OVER 0.3

/* Where the onsets of a block of beats fall. */
typedef struct tally {
    double weight[BINS], square[BINS]; /* sums of the weights and of their squares */
    uint32_t onsets;
} tally;

/* A place in time: its beat, and where between that and the next. */
typedef struct place {
    uint32_t beat;
    double phase;
} place;

/* Places come in order of time: *beat is where the last one was. */
static place place_of(const snq_beat_path *b, double t_s, uint32_t *beat)
{
    while (*beat + 2 < b->beats && b->time_s[*beat + 1] <= t_s)
        ++*beat;
    const double from = b->time_s[*beat], gap = b->time_s[*beat + 1] - from;
    const double phase = (t_s - from) / gap;
    return (place) { *beat, phase - floor(phase) };
}

static void tally_onsets(const snq_rhythm_rows *rows, const snq_beat_path *b, tally *block)
{
    uint32_t beat = 0;
    for (int64_t i = snq_onset_first(rows, 0); i < rows->hops; i = snq_onset_next(rows, i)) {
        const place p = place_of(b, snq_onset_refined_s(rows, i), &beat);
        const double weight = 1.0 / (1.0 + exp(-(double)rows->onset[i]));
        const double at = p.phase * BINS - 0.5 + BINS;
        const int lo = (int)at % BINS;
        tally *t = &block[p.beat / BLOCK];
        t->weight[lo] += weight * (1.0 - (at - floor(at)));
        t->weight[(lo + 1) % BINS] += weight * (at - floor(at));
        t->square[lo] += weight * weight * (1.0 - (at - floor(at)));
        t->square[(lo + 1) % BINS] += weight * weight * (at - floor(at));
        t->onsets++;
    }
}

/* What phase adds to the logit, r(phase) times the gain; 0 where the stretch says nothing. */
static void weigh_phases(const tally *t, double period_s, double add[BINS])
{
    double kernel[BINS], sum = 0.0, mean = 0.0, told = 0.0;
    memset(add, 0, BINS * sizeof *add);
    if (t->onsets < ONSETS_LEAST)
        return;
    const double sigma = fmax(SIGMA_S / period_s * BINS, 0.5);
    for (int d = 0; d < BINS; d++) {
        const double away = d < BINS - d ? d : BINS - d;
        kernel[d] = exp(-0.5 * (away / sigma) * (away / sigma));
        mean += kernel[d] / BINS;
    }
    for (int i = 0; i < BINS; i++)
        sum += t->weight[i];
    for (int i = 0; i < BINS; i++) {
        double h = 0.0;
        for (int k = 0; k < BINS; k++)
            h += kernel[(i - k + BINS) % BINS] * t->weight[k];
        const double r = log(FLOOR + (1.0 - FLOOR) * h / (sum * mean));
        add[i] = r < LEAST ? LEAST : r > MOST ? MOST : r;
        if (t->weight[i] <= 0.0)
            continue;
        const double own = t->square[i] / t->weight[i]; /* weight of an onset here */
        if (sum - own > 1e-9 * sum) {
            const double others = fmax(h - own, 0.0) / ((sum - own) * mean);
            told += t->weight[i] / sum * log(FLOOR + (1.0 - FLOOR) * others);
        }
    }
    const double trust = (told - TOLD_FROM) / TOLD_OVER;
    const double gain = GAIN * (trust < 0.0 ? 0.0 : trust > 1.0 ? 1.0 : trust);
    for (int i = 0; i < BINS; i++)
        add[i] *= gain;
}

/* The stretch around a block, and its mean beat. */
static tally stretch_of(const tally *block, uint32_t blocks, uint32_t k, const snq_beat_path *b,
                        double *period_s)
{
    tally sum = { .onsets = 0 };
    const uint32_t from = k ? k - 1 : 0, to = k + 2 < blocks ? k + 2 : blocks;
    for (uint32_t j = from; j < to; j++) {
        for (int i = 0; i < BINS; i++) {
            sum.weight[i] += block[j].weight[i];
            sum.square[i] += block[j].square[i];
        }
        sum.onsets += block[j].onsets;
    }
    const uint32_t first = from * BLOCK, last = to * BLOCK < b->beats ? to * BLOCK : b->beats - 1;
    *period_s = (b->time_s[last] - b->time_s[first]) / (last - first);
    return sum;
}

/* Hops from a beat before the first to a beat behind the last. */
static void weigh_hops(const snq_rhythm_rows *rows, const snq_beat_path *b, const tally *block,
                       uint32_t blocks, float *logit)
{
    const uint32_t n = b->beats;
    const double from_s = 2.0 * b->time_s[0] - b->time_s[1];
    const double to_s = 2.0 * b->time_s[n - 1] - b->time_s[n - 2];
    double add[BINS];
    uint32_t beat = 0, at = blocks;
    int64_t i = from_s > 0.0 ? (int64_t)(from_s * SNQ_HOPS_PER_S) + 1 : 0;
    for (; i < rows->hops && snq_onset_time_s((double)i) <= to_s; i++) {
        const place p = place_of(b, snq_onset_time_s((double)i), &beat);
        if (p.beat / BLOCK != at) {
            double period_s;
            at = p.beat / BLOCK;
            const tally sum = stretch_of(block, blocks, at, b, &period_s);
            weigh_phases(&sum, period_s, add);
        }
        const double x = p.phase * BINS - 0.5 + BINS, f = x - floor(x);
        const int lo = (int)x % BINS;
        logit[i] += (float)(add[lo] * (1.0 - f) + add[(lo + 1) % BINS] * f);
    }
}

snq_status snq_onset_grid_run(const snq_rhythm_rows *rows, const snq_beat_path *beats, float *logit)
{
    if (rows->hops)
        memcpy(logit, rows->onset, (size_t)rows->hops * sizeof *logit);
    if (beats->beats < BEATS_LEAST)
        return SNQ_OK;
    const uint32_t blocks = (beats->beats - 1 + BLOCK - 1) / BLOCK;
    tally *block = snq_calloc(blocks, sizeof *block);
    if (!block)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the places of %u beats", beats->beats);
    tally_onsets(rows, beats, block);
    weigh_hops(rows, beats, block, blocks, logit);
    snq_free(block);
    return SNQ_OK;
}
