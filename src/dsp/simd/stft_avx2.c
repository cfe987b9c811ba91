// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

static inline __m256 abs2(const float *re, const float *im)
{
    const __m256 x = _mm256_loadu_ps(re), y = _mm256_loadu_ps(im);
    return _mm256_fmadd_ps(x, x, _mm256_mul_ps(y, y));
}

void snq__stft_pair_avx2(float *power, const float *re, const float *im, uint32_t n, float scale)
{
    const __m256i back = _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    const __m256 s = _mm256_set1_ps(scale);
    power[0] += 2 * scale * (re[0] * re[0] + im[0] * im[0]);
    uint32_t k = 1;
    for (; k + 7 <= n / 2; k += 8) {
        const __m256 a = abs2(re + k, im + k), b = abs2(re + n - k - 7, im + n - k - 7);
        const __m256 sum = _mm256_add_ps(a, _mm256_permutevar8x32_ps(b, back));
        _mm256_storeu_ps(power + k, _mm256_fmadd_ps(s, sum, _mm256_loadu_ps(power + k)));
    }
    for (; k <= n / 2; k++) {
        const uint32_t l = n - k;
        power[k] += scale * (re[k] * re[k] + im[k] * im[k] + re[l] * re[l] + im[l] * im[l]);
    }
}
