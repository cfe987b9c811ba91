// SPDX-License-Identifier: MIT
#include "fx/peaks.h"

#define LARGER(a, b) ((v8f)(((v8u)(a) & (v8u)((a) > (b))) | ((v8u)(b) & ~(v8u)((a) > (b)))))
#include "fx/simd/peaks_lanes.inc"

void snq__peaks_c(snq__peaks_side *s, uint32_t from, uint32_t n, uint32_t finest, float *peak)
{
    peaks_run(s, from, n, finest, peak);
}
