// SPDX-License-Identifier: MIT
#include "fx/peaks.h"

#include <immintrin.h>

#define LARGER(a, b) ((v8f)_mm256_max_ps((__m256)(a), (__m256)(b)))
#include "fx/simd/peaks_lanes.inc"

void snq__peaks_avx2(snq__peaks_side *s, uint32_t from, uint32_t n, uint32_t finest, float *peak)
{
    peaks_run(s, from, n, finest, peak);
}
