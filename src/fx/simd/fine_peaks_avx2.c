// SPDX-License-Identifier: MIT
#include "fx/fine_peaks.h"

#include <immintrin.h>

#define LANES         8
#define LARGER(a, b)  ((vf)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define FARTHER(a, b) LARGER(a, MAGNITUDE(b))
#define REACHES(a, limit) \
    (_mm256_movemask_ps(_mm256_cmp_ps((__m256)(a), _mm256_set1_ps(limit), _CMP_GE_OQ)) != 0)
#define LARGER_EIGHT(a, b) ((eight)_mm256_max_ps((__m256)(a), (__m256)(b)))
#include "fx/simd/fine_peaks_lanes.inc"

void snq__fine_peaks_avx2(snq__fine_peaks *p, uint32_t from, uint32_t n, uint32_t finest,
                          float limit, float *peak)
{
    peaks_run(p, from, n, finest, limit, peak);
}
