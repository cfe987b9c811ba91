// SPDX-License-Identifier: MIT
#include "fx/fine_peaks.h"

#include <immintrin.h>

#define LANES              8
#define LARGER(a, b)       ((vf)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define LARGER_EIGHT(a, b) ((eight)_mm256_max_ps((__m256)(a), (__m256)(b)))
#include "fx/simd/fine_peaks_lanes.inc"

void snq__fine_peaks_avx2(snq__fine_peaks *p, uint32_t from, uint32_t n, uint32_t finest,
                          float limit, float *peak)
{
    peaks_run(p, from, n, finest, limit, peak);
}
