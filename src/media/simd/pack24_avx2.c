// SPDX-License-Identifier: MIT
/* Eight frames at a time: rounded, put in pairs, three bytes of each four kept. */
#include "media/pack24_impl.h"

#include <immintrin.h>

/* x 2^23 rounded; bits of those that did not fit are added up. From 8388607.5 a sample rounds to what is
 * too large. */
static inline __m256i samples(const float *x, uint64_t *clipped)
{
    const __m256 most = _mm256_set1_ps(8388607.0f), least = _mm256_set1_ps(-8388608.0f);
    __m256 v = _mm256_mul_ps(_mm256_loadu_ps(x), _mm256_set1_ps(0x1p23f));
    v = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
    const __m256 above = _mm256_cmp_ps(v, _mm256_set1_ps(8388607.5f), _CMP_GE_OQ);
    const __m256 below = _mm256_cmp_ps(v, least, _CMP_LT_OQ);
    const int beyond = _mm256_movemask_ps(_mm256_or_ps(above, below));
    if (beyond)
        *clipped += (uint64_t)__builtin_popcount((unsigned)beyond);
    return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(v, least), most));
}

/* Two frames, and four bytes of nothing. */
static inline void put(uint8_t *to, __m128i frames)
{
    _mm_storeu_si128((__m128i *)(void *)to, frames);
}

uint64_t snq__pack24_avx2(const float *left, const float *right, size_t n, uint8_t *to)
{
    const __m256i keep = _mm256_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1, 0,
                                          1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    uint64_t clipped = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8, to += 48) {
        const __m256i l = samples(left + i, &clipped), r = samples(right + i, &clipped);
        const __m256i a = _mm256_shuffle_epi8(_mm256_unpacklo_epi32(l, r), keep); /* 0 1 4 5 */
        const __m256i b = _mm256_shuffle_epi8(_mm256_unpackhi_epi32(l, r), keep); /* 2 3 6 7 */
        put(to, _mm256_castsi256_si128(a));
        put(to + 12, _mm256_castsi256_si128(b));
        put(to + 24, _mm256_extracti128_si256(a, 1));
        put(to + 36, _mm256_extracti128_si256(b, 1));
    }
    return clipped + snq__pack24_c(left + i, right + i, n - i, to);
}
