// SPDX-License-Identifier: MIT
#include "fx/fine_peaks.h"

#include <immintrin.h>

#define LANES        16
#define LARGER(a, b) ((vf)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define FARTHER(a, b) \
    ((vf)_mm512_range_ps((__m512)(a), (__m512)(b), 11)) /* magnitudes, the larger, no sign */
#define REACHES(a, limit)  (_mm512_cmp_ps_mask((__m512)(a), _mm512_set1_ps(limit), _CMP_GE_OQ) != 0)
#define LARGER_EIGHT(a, b) ((eight)_mm256_max_ps((__m256)(a), (__m256)(b)))
#include "fx/simd/fine_peaks_lanes.inc"

void snq__fine_peaks_avx512(snq__fine_peaks *p, uint32_t from, uint32_t n, uint32_t finest,
                            float limit, float *peak)
{
    peaks_run(p, from, n, finest, limit, peak);
}
