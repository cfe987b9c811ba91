// SPDX-License-Identifier: MIT
#include <immintrin.h>
#include <stddef.h>

#include "synth/simd/wave_impl.h"

/* Value and slope are 64 bits, so that two loads of four give eight lanes. The numbers of lanes 0 1 4 5
 * go to the first and 2 3 6 7 to the second: then shuffles within the halves leave all in order. */
static inline void load_pieces(const float *piece, const snq__v8u *index, snq__v8f *value,
                               snq__v8f *slope)
{
    const __m256i order = _mm256_permute4x64_epi64((__m256i)*index, _MM_SHUFFLE(3, 1, 2, 0));
    const double *at = (const double *)(const void *)piece;
    const __m256 a = _mm256_castpd_ps(_mm256_i32gather_pd(at, _mm256_castsi256_si128(order), 8));
    const __m256 b =
        _mm256_castpd_ps(_mm256_i32gather_pd(at, _mm256_extracti128_si256(order, 1), 8));
    *value = (snq__v8f)_mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
    *slope = (snq__v8f)_mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
}

#include "synth/simd/wave_lanes.inc"

KERNEL(snq__wave_one_avx2, 1)
KERNEL(snq__wave_two_avx2, 2)
