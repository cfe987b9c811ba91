// SPDX-License-Identifier: MIT
#include "fx/fine_peaks.h"

#define LANES              8
#define LARGER(a, b)       ((vf)(((vu)(a) & (vu)((a) > (b))) | ((vu)(b) & ~(vu)((a) > (b)))))
#define FARTHER(a, b)      LARGER(a, MAGNITUDE(b))
#define LARGER_EIGHT(a, b) LARGER(a, b)
#include "fx/simd/fine_peaks_lanes.inc"

void snq__fine_peaks_c(snq__fine_peaks *p, uint32_t from, uint32_t n, uint32_t finest, float limit,
                       float *peak)
{
    peaks_run(p, from, n, finest, limit, peak);
}
