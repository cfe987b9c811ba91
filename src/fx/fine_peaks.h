// SPDX-License-Identifier: MIT
/* fine_peaks -- the largest magnitude between the samples, for every eight frames, while they stream by.
 *
 * Finer than dsp/truepeak.h and with a flat pass band up to 0.45 of the rate, because a limiter answers
 * for what others will measure. How it is done: top of fine_peaks.c. */
#ifndef SNQ_FX_FINE_PEAKS_H
#define SNQ_FX_FINE_PEAKS_H

#include <stdint.h>

#include "base/attr.h"
#include "fx/effect.h"

enum {
    SNQ__FINE_PEAKS_GROUP = 8, /* frames */
    SNQ__FINE_PEAKS_PAST = 48,
    SNQ__FINE_PEAKS_LAG = 2, /* groups that a peak is known after its frames came in */
    SNQ__FINE_PEAKS_HALF = 16,
    SNQ__FINE_PEAKS_QUARTER = 4,
};

enum { SNQ__FINE_PEAKS_ROOM = SNQ__FINE_PEAKS_PAST + SNQ_EFFECT_BLOCK + 16 };

/* Points of one side on a finer grid; frame n of the cell at [SNQ__FINE_PEAKS_PAST + n]. */
typedef struct snq__fine_peaks_side {
    _Alignas(64) float x[SNQ__FINE_PEAKS_ROOM];
    float half[SNQ__FINE_PEAKS_ROOM]; /* at n + 1/2 */
    float first[SNQ__FINE_PEAKS_ROOM], last[SNQ__FINE_PEAKS_ROOM];
} snq__fine_peaks_side;

/* Zeros: silence. */
typedef struct snq__fine_peaks {
    snq__fine_peaks_side side[2];
    int lacking; /* the points of the group before have not been worked out */
} snq__fine_peaks;

/* Groups from .. from + n - 1 of the cell have come in: peak (n,) of the groups SNQ__FINE_PEAKS_LAG earlier
 * (of their frames - 3 .. + 5), of both sides. finest: points in 2 .. 8 parts of a sample (2, 4 or 8). Where
 * no point of all n groups can reach `limit`, the peaks are 0. */
typedef void snq__fine_peaks_fn(snq__fine_peaks *p, uint32_t from, uint32_t n, uint32_t finest,
                                float limit, float *peak);
snq__fine_peaks_fn *snq__fine_peaks_pick(unsigned cpu_flags);
snq__fine_peaks_fn snq__fine_peaks_c, snq__fine_peaks_avx2, snq__fine_peaks_avx512;
/* 8 up to 80 kHz, 4 up to 160 kHz, else 2. */
uint32_t snq__fine_peaks_finest(uint32_t rate_hz);
/* The cell is over. */
SNQ_RT void snq__fine_peaks_next(snq__fine_peaks *p);

extern const float snq__fine_peaks_half[SNQ__FINE_PEAKS_HALF],
    snq__fine_peaks_quarter[SNQ__FINE_PEAKS_QUARTER];

#endif
