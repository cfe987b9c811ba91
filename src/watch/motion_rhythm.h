// SPDX-License-Identifier: MIT
/* motion_rhythm -- how regular a band is, from its power spectrum, and from series.
 *
 * power (bins,) is a Hann-windowed power spectrum, >= 0, of a stretch of `cells` resolution cells
 * (bandwidth times duration): bins may be finer than that. Threads: [any]. How it is done: top of
 * motion_rhythm.c. */
#ifndef SNQ_WATCH_MOTION_RHYTHM_H
#define SNQ_WATCH_MOTION_RHYTHM_H

#include <stdint.h>

#include "base/status.h"

/* The Hann window's autocorrelation at lag x times its length, 1 at 0, 0 from 1 on. */
double snq_motion_hann_acf(double x);

/* Gain of an autoregressive predictor at the band's own sample rate, 0 (white) .. 1 (a line).
 * per_bin: resolution cells a bin. */
double snq_motion_predictability(const float *power, uint32_t bins, double per_bin);

typedef struct snq_motion_period {
    double
        strength; /* height of the first significant peak of the autocorrelation, 0 .. 1; 0: none */
    double period_s;
} snq_motion_period;

/* power[i] belongs to (first + i) hz_bin; duration_s of the window; around_hz: where the band is
 * strongest, > 0. */
snq_motion_period snq_motion_periodicity(const float *power, uint32_t bins, uint32_t first,
                                         double hz_bin, double duration_s, double around_hz);

/* Ordinal patterns of order 4: count[24] grows by those of x (n,) at this delay (>= 1 samples). Equal
 * values count in order of time. */
enum { SNQ_MOTION_PATTERNS = 24 };
void snq_motion_count_patterns(const float *x, uint32_t n, uint32_t delay,
                               uint32_t count[SNQ_MOTION_PATTERNS]);
/* Permutation entropy 0 .. 1 of such counts; 0 for none. */
double snq_motion_pattern_entropy(const uint32_t count[SNQ_MOTION_PATTERNS]);

/* Largest Lyapunov exponent per sample of x (n,), by Rosenstein: embedded in 4 values `delay` apart,
 * neighbours at least `apart` samples from each other, slope over `horizon` samples. *out is NaN when
 * that leaves fewer than 100 points. Errors: ERR_NOMEM. */
snq_status snq_motion_lyapunov(const float *x, uint32_t n, uint32_t delay, uint32_t apart,
                               uint32_t horizon, double *out) SNQ_MUST_USE;

#endif
