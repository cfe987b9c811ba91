// SPDX-License-Identifier: MIT
/* IDEA   Number the beats and draw their times over the numbers: a steady tempo is a straight line, whose slope
 *        says the tempo far better than any single distance. Where the slope changes, another stretch begins.
 * STEPS  period k: median of the distances k - 3 .. k + 3
 *        a stretch ends at beat k when the median of the next EIGHT periods differs from the median of the
 *        last EIGHT by over JUMP, at the place of the largest difference; stretches of under eight beats are
 *        none
 *        slope: least squares over the stretch; residuals over twice their root mean square (at least
 *        10 ms) left out; twice. Rubato and drift have residuals everywhere: then 60 / median distance.
 * CONST  JUMP 6 %: the smallest change of tempo that musicians write is about 8 %. STRAIGHT 60 ms: residuals of a
 *        steady tempo lie below. Both set by hand.
 * COST   A sort of seven numbers a beat.
 * LIMITS A gradual change is one stretch, or several: rubato of +-5 % over 16 or 32 beats is cut at most of its
 *        turns. An edge lies up to three beats early. */
#include "listen/tempo_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND = 3, EIGHT = 8, ROUNDS = 2 };

#define JUMP       0.06
#define STRAIGHT_S 0.06

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of x (n <= 2 EIGHT,); x stays as it is. */
static double small_median(const double *x, uint32_t n)
{
    double sorted[2 * EIGHT];
    memcpy(sorted, x, n * sizeof *x);
    qsort(sorted, n, sizeof *sorted, by_value);
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

/* Slope and root mean square residual of the beats that fit. */
static double slope(const double *beat_s, uint32_t n, double *rms)
{
    double limit = INFINITY, a = 0.0, b = 0.0;
    for (int round = 0; round <= ROUNDS; round++) {
        double count = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
        for (uint32_t k = 0; k < n; k++) {
            const double x = (double)k, y = beat_s[k] - beat_s[0];
            if (round && fabs(y - a - b * x) > limit)
                continue;
            count += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
        const double d = count * sxx - sx * sx;
        if (!(d > 0.0))
            break;
        b = (count * sxy - sx * sy) / d;
        a = (sy - b * sx) / count;
        double sum = 0.0;
        uint32_t used = 0;
        for (uint32_t k = 0; k < n; k++) {
            const double r = fabs(beat_s[k] - beat_s[0] - a - b * (double)k);
            if (!round || r <= limit) {
                sum += r * r;
                used++;
            }
        }
        *rms = sqrt(sum / (used ? used : 1));
        limit = 2.0 * *rms > 0.01 ? 2.0 * *rms : 0.01;
    }
    return b;
}

double snq_tempo_fit_bpm(const double *beat_s, uint32_t beats)
{
    if (beats < 2)
        return 0.0;
    double rms = 0.0;
    const double period = slope(beat_s, beats, &rms);
    if (period > 0.0 && rms < STRAIGHT_S)
        return 60.0 / period;
    /* the median distance, by bisection: needs no memory */
    double lo = INFINITY, hi = 0.0;
    for (uint32_t k = 1; k < beats; k++) {
        const double d = beat_s[k] - beat_s[k - 1];
        lo = d < lo ? d : lo;
        hi = d > hi ? d : hi;
    }
    for (int round = 0; round < 60; round++) {
        const double mid = 0.5 * (lo + hi);
        uint32_t below = 0;
        for (uint32_t k = 1; k < beats; k++)
            below += beat_s[k] - beat_s[k - 1] <= mid;
        if (2 * below >= beats - 1)
            hi = mid;
        else
            lo = mid;
    }
    return hi > 0.0 ? 60.0 / hi : 0.0;
}

/* Does the tempo change at distance k? The ratio of the medians behind and before, as |log|. */
static double change_at(const double *period, uint32_t n, uint32_t k)
{
    const uint32_t before = k < EIGHT ? k : EIGHT, behind = n - k < EIGHT ? n - k : EIGHT;
    if (before < EIGHT / 2 || behind < EIGHT / 2)
        return 0.0;
    return fabs(log(small_median(period + k, behind) / small_median(period + k - before, before)));
}

uint32_t snq_tempo_fit_spans(const double *beat_s, uint32_t beats, snq_span whole, double *scratch,
                             snq_tempo_span *spans)
{
    if (beats < 4)
        return 0;
    const uint32_t n = beats - 1;
    double *gap = scratch, *period = scratch + beats;
    for (uint32_t k = 0; k < n; k++)
        gap[k] = beat_s[k + 1] - beat_s[k];
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t from = k > AROUND ? k - AROUND : 0;
        const uint32_t to = k + AROUND + 1 < n ? k + AROUND + 1 : n;
        period[k] = small_median(gap + from, to - from);
    }
    uint32_t found = 0, first = 0;
    double start_s = whole.start_s;
    for (uint32_t k = EIGHT / 2; k < n && found + 1 < SNQ_MUSIC_SPANS_MAX; k++) {
        double best = change_at(period, n, k);
        if (best <= JUMP || k - first < EIGHT)
            continue;
        uint32_t at = k;
        for (uint32_t i = k + 1; i < n && i < k + EIGHT; i++) {
            const double c = change_at(period, n, i);
            if (c > best) {
                best = c;
                at = i;
            }
        }
        spans[found++] = (snq_tempo_span) { { start_s, beat_s[at] },
                                            snq_tempo_fit_bpm(beat_s + first, at - first + 1) };
        start_s = beat_s[at];
        first = at;
        k = at + EIGHT - 1;
    }
    spans[found++] = (snq_tempo_span) { { start_s, whole.end_s },
                                        snq_tempo_fit_bpm(beat_s + first, beats - first) };
    return found;
}
