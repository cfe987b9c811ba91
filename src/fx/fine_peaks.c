// SPDX-License-Identifier: MIT
/* fine_peaks -- what lies between the samples, in eighths.
 *
 * IDEA   Points half way between the samples first, by a long filter; then half way between those, and
 *        again, by short ones: the finer the grid, the slower the wave on it. At eighths, the top of a wave
 *        at half of the rate can hide 0.04 dB.
 *
 * STEPS  half[i]    (at i + 1/2) = sum over t in [0, 16) of a_t (x[i - t] + x[i + 1 + t])
 *        first, last (at i + 1/4, i + 3/4): the same on x and half, 4 coefficients
 *        eighths: the same on all of those, 2 coefficients, compared and forgotten
 *        In groups of eight frames; first and last two frames behind half, eighths one behind them.
 *        No point is farther out than its coefficients' magnitudes say: any at most 2.6 times the largest sample
 *        around, quarters and eighths 1.6 times the largest of samples and halves, eighths 1.28 times the largest of
 *        all others. What by that can't reach the limit is not worked out; where quarters are lacking, what follows
 *        begins a group earlier.
 *        Whole cells: a vector holds frame k of all groups, so that a neighbour is another vector; pieces of cells: a
 *        vector holds frames in a row, read anew for each neighbour.
 *
 * CONST  Coefficients: least greatest error (reweighted least squares; ours, 2026): half 0.037 dB up to
 *        0.455 of the rate, quarters 0.003 dB, eighths 0.01 dB.
 *
 * COST   Whole cells of loud sound: about 10 operations of 16 floats a stereo frame, half of them for the halves;
 *        pieces half as much again, and three reads where those have one.
 *
 * LIMITS Above 0.455 of the rate what lies between the samples is read low.
 *
 * REFS   ITU-R BS.1770-5 (2023), annex 2. */
#include "fx/fine_peaks.h"

#include <string.h>

#include "base/cpu.h"

const float snq__fine_peaks_half[SNQ__FINE_PEAKS_HALF] = {
    0.63547162f,   -0.20878169f,   0.12168138f,   -0.083181163f,  0.060979511f, -0.046287138f,
    0.035738007f,  -0.027768561f,  0.02155522f,   -0.016620052f,  0.012664848f, -0.0094889446f,
    0.0069499699f, -0.0049392278f, 0.0033712048f, -0.0035045866f,
};
const float snq__fine_peaks_quarter[SNQ__FINE_PEAKS_QUARTER] = { 0.60979461f, -0.14259605f,
                                                                 0.039460449f, -0.0068256214f };

snq__fine_peaks_fn *snq__fine_peaks_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        return snq__fine_peaks_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__fine_peaks_avx2;
#endif
    (void)cpu_flags;
    return snq__fine_peaks_c;
}

uint32_t snq__fine_peaks_finest(uint32_t rate_hz)
{
    return rate_hz <= 80000 ? 8 : rate_hz <= 160000 ? 4 : 2;
}

/* What is looked back to, in groups LAG earlier: points between the samples by 4 frames. */
enum { BEHIND = 8 };

static inline void shift(float *x)
{
    float *to = x + SNQ__FINE_PEAKS_PAST - 8 * SNQ__FINE_PEAKS_LAG - BEHIND;
    memcpy(to, to + SNQ_EFFECT_BLOCK, BEHIND * sizeof *x);
}

void snq__fine_peaks_next(snq__fine_peaks *p)
{
    for (int c = 0; c < 2; c++) {
        snq__fine_peaks_side *s = &p->side[c];
        memcpy(s->x, s->x + SNQ_EFFECT_BLOCK, SNQ__FINE_PEAKS_PAST * sizeof *s->x);
        if (p->lacking)
            continue;
        shift(s->half);
        shift(s->first);
        shift(s->last);
    }
}
