// SPDX-License-Identifier: MIT
/* peaks -- local maxima of a curve, and where between two points they really lie.
 *
 * A peak is a point above its left neighbour and not below its right one (a flat top counts once,
 * at its middle rounded down); the first and the last point of the curve are none.
 * Prominence: the peak's height over the higher of the two lowest points between it and the next
 * higher point (or the end) on each side.
 *
 * Threads: [any]. Curves (n,) must not hold NaN. */
#ifndef SNQ_DSP_PEAKS_H
#define SNQ_DSP_PEAKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

typedef enum snq_peaks_fit {
    SNQ_PEAKS_FIT_NONE = 0, /* position is the index */
    SNQ_PEAKS_FIT_LINEAR,   /* parabola through the three values */
    SNQ_PEAKS_FIT_LOG,      /* parabola through their logarithms (powers, magnitudes); values <= 0
                               fall back to LINEAR */
} snq_peaks_fit;

typedef struct snq_peaks_cfg {
    float threshold;      /* lowest value of a peak, in the curve's unit (default -FLT_MAX) */
    float min_prominence; /* the same unit, 0: all (default 0) */
    uint32_t
        min_distance;  /* points; of two peaks closer than this the lower one goes (default 1) */
    snq_peaks_fit fit; /* (default LINEAR) */
} snq_peaks_cfg;

typedef struct snq_peak {
    size_t index;    /* of the highest point */
    double position; /* of the interpolated maximum, in points */
    float value;     /* there (LOG: back in the curve's unit); without fit, the point's */
    float
        prominence; /* of the point; +inf is never given: the curve's ends count as lowest points */
} snq_peak;

snq_peaks_cfg snq_peaks_cfg_default(void);
/* Peaks of x (n,) in order of index; out (max,) is filled, the number is returned. When there are
 * more than max, the highest stay. */
size_t snq_peaks_run(const snq_peaks_cfg *cfg, const float *x, size_t n, snq_peak *out, size_t max);

/* Vertex of the parabola through (-1, left), (0, mid), (1, right): its offset, -0.5 .. 0.5, when
 * mid is the largest; *value (may be NULL) is its height. Three equal values give 0. */
double snq_peak_parabola(double left, double mid, double right, double *value);
/* Sub-bin offset (-0.5 .. 0.5) of a stationary sinusoid whose Hann-windowed power spectrum (bins,)
 * has a local maximum at bin k, from the ratio of the amplitudes of k and its higher neighbour:
 * exact for one sinusoid far from 0 and rate/2. At the first and the last bin 0. */
double snq_peak_hann(const float *power, uint32_t bins, uint32_t k);

#endif
