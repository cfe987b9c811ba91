// SPDX-License-Identifier: MIT
/* peaks -- picking maxima that matter.
 *
 * IDEA   A maximum matters when it is high enough, stands out from its surroundings (prominence)
 *        and has no higher one right beside it. A parabola through its three top points tells where
 *        between the points the curve really turned.
 *
 * STEPS  candidates: x[i-1] < x[i] = … = x[j] > x[j+1], at (i + j)/2, x >= threshold
 *        prominence = x[i] - max(lowest on the left, lowest on the right), each up to the next
 *        point
 *                     that is higher, or the curve's end
 *        distance:    from the highest candidate down, what lies closer than min_distance goes
 *        parabola:    offset d = (left - right) / (2 (left - 2 mid + right)),
 *                     height mid - (left - right) d / 4
 *        Hann window: the amplitudes of a sinusoid between two bins k, k + 1 have the ratio
 *                     r = A[k+1]/A[k] = (1 + d) / (2 - d), hence d = (2r - 1) / (r + 1)
 *
 * COST   two passes for the candidates; prominence costs the way to the next higher point or to the
 *        curve's lowest one; distance a few rounds over the peaks, each looking at those in reach.
 *
 * LIMITS When more peaks than fit are found, the highest are kept before distance is looked at.
 *
 * REFS   J. O. Smith, X. Serra, "PARSHL: an analysis/synthesis program for non-harmonic sounds",
 *        ICMC 1987 (parabola); D. C. Rife, G. A. Vincent, "Use of the discrete Fourier transform in
 *        the measurement of frequencies and levels of tones", Bell Syst. Tech. J. 49(2), 1970
 *        (ratio); definitions of prominence and distance as in scipy.signal.find_peaks. */
#include "dsp/peaks.h"

#include <float.h>
#include <math.h>

snq_peaks_cfg snq_peaks_cfg_default(void)
{
    return (
        snq_peaks_cfg) { .threshold = -FLT_MAX, .min_distance = 1, .fit = SNQ_PEAKS_FIT_LINEAR };
}

double snq_peak_parabola(double left, double mid, double right, double *value)
{
    const double bend = left - 2 * mid + right;
    const double d = bend < 0 ? (left - right) / (2 * bend) : 0;
    if (value)
        *value = mid - (left - right) * d / 4;
    return d;
}

double snq_peak_hann(const float *power, uint32_t bins, uint32_t k)
{
    if (k == 0 || k + 1 >= bins || !(power[k] > 0))
        return 0;
    const int up = power[k + 1] >= power[k - 1];
    const double r = sqrt(fmax(up ? power[k + 1] : power[k - 1], 0) / power[k]);
    const double d = fmin(fmax((2 * r - 1) / (r + 1), 0), 0.5);
    return up ? d : -d;
}

/* lowest: of the whole curve; where it is met nothing lower follows, and the search may end. */
static float prominence_at(const float *x, size_t n, size_t at, float lowest)
{
    float left = x[at], right = x[at];
    for (size_t i = at; i-- > 0 && x[i] <= x[at] && left > lowest;)
        left = x[i] < left ? x[i] : left;
    for (size_t i = at + 1; i < n && x[i] <= x[at] && right > lowest; i++)
        right = x[i] < right ? x[i] : right;
    return x[at] - (left > right ? left : right);
}

/* Position and height of the maximum at p->index. */
static void fit(const float *x, snq_peaks_fit how, snq_peak *p)
{
    const double l = x[p->index - 1], m = x[p->index], r = x[p->index + 1];
    double value = m, d = 0;
    if (how == SNQ_PEAKS_FIT_LOG && l > 0 && m > 0 && r > 0) {
        d = snq_peak_parabola(log(l), log(m), log(r), &value);
        value = exp(value);
    } else if (how != SNQ_PEAKS_FIT_NONE) {
        d = snq_peak_parabola(l, m, r, &value);
    }
    p->position = (double)p->index + d;
    p->value = (float)value;
}

/* Put p behind the others; when there is no room the lowest of all goes. */
static size_t keep(const float *x, snq_peak *out, size_t count, size_t max, const snq_peak *p)
{
    if (count < max) {
        out[count] = *p;
        return count + 1;
    }
    size_t low = 0;
    for (size_t i = 1; i < count; i++)
        if (x[out[i].index] < x[out[low].index])
            low = i;
    if (count == 0 || !(x[p->index] > x[out[low].index]))
        return count;
    for (size_t i = low; i + 1 < count; i++)
        out[i] = out[i + 1];
    out[count - 1] = *p;
    return count;
}

/* Of two peaks: higher, or as high and earlier. */
static int outranks(const float *x, const snq_peak *a, const snq_peak *b)
{
    return x[a->index] > x[b->index] || (x[a->index] == x[b->index] && a->index < b->index);
}

/* Peaks [*lo, *hi) lie closer than `distance` to peak i. */
static void reach_of(const snq_peak *p, size_t count, size_t i, uint32_t distance, size_t *lo,
                     size_t *hi)
{
    for (*lo = i; *lo > 0 && p[i].index - p[*lo - 1].index < distance;)
        --*lo;
    for (*hi = i + 1; *hi < count && p[*hi].index - p[i].index < distance;)
        ++*hi;
}

/* When peak i outranks all that is left in its reach, the others go (position < 0 marks them).
 * Returns whether any went. */
static int settle(const float *x, snq_peak *p, size_t count, size_t i, uint32_t distance)
{
    size_t lo, hi;
    int any = 0;
    reach_of(p, count, i, distance, &lo, &hi);
    for (size_t j = lo; j < hi; j++)
        if (j != i && p[j].position >= 0 && outranks(x, &p[j], &p[i]))
            return 0;
    for (size_t j = lo; j < hi; j++) {
        if (j == i || p[j].position < 0)
            continue;
        p[j].position = -1;
        any = 1;
    }
    return any;
}

/* Settle until nothing goes: the same as going from the highest peak down, without sorting. The
 * direction changes with each round, so that neither rising nor falling rows take many. */
static size_t thin(const float *x, snq_peak *p, size_t count, uint32_t distance)
{
    int any = count > 0;
    for (int backwards = 0; any; backwards = !backwards) {
        any = 0;
        for (size_t k = 0; k < count; k++) {
            const size_t i = backwards ? count - 1 - k : k;
            if (p[i].position >= 0)
                any |= settle(x, p, count, i, distance);
        }
    }
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (p[i].position >= 0)
            p[left++] = p[i];
    return left;
}

size_t snq_peaks_run(const snq_peaks_cfg *cfg, const float *x, size_t n, snq_peak *out, size_t max)
{
    size_t count = 0;
    float lowest = n ? x[0] : 0;
    for (size_t i = 1; i < n; i++)
        lowest = x[i] < lowest ? x[i] : lowest;
    for (size_t i = 1; i + 1 < n;) {
        if (!(x[i] > x[i - 1])) {
            i++;
            continue;
        }
        size_t j = i;
        while (j + 1 < n && x[j + 1] == x[i])
            j++;
        if (j + 1 < n && x[j + 1] < x[i] && x[i] >= cfg->threshold) {
            const size_t mid = i + (j - i) / 2;
            snq_peak p = { .index = mid, .prominence = prominence_at(x, n, mid, lowest) };
            fit(x, cfg->fit, &p);
            if (p.prominence >= cfg->min_prominence)
                count = keep(x, out, count, max, &p);
        }
        i = j + 1;
    }
    return cfg->min_distance > 1 ? thin(x, out, count, cfg->min_distance) : count;
}
