// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

static inline __m512 abs2(const float *re, const float *im)
{
    const __m512 x = _mm512_loadu_ps(re), y = _mm512_loadu_ps(im);
    return _mm512_fmadd_ps(x, x, _mm512_mul_ps(y, y));
}

void snq__stft_pair_avx512(float *power, const float *re, const float *im, uint32_t n, float scale)
{
    const __m512i back = _mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512 s = _mm512_set1_ps(scale);
    power[0] += 2 * scale * (re[0] * re[0] + im[0] * im[0]);
    uint32_t k = 1;
    for (; k + 15 <= n / 2; k += 16) {
        const __m512 a = abs2(re + k, im + k), b = abs2(re + n - k - 15, im + n - k - 15);
        const __m512 sum = _mm512_add_ps(a, _mm512_permutexvar_ps(back, b));
        _mm512_storeu_ps(power + k, _mm512_fmadd_ps(s, sum, _mm512_loadu_ps(power + k)));
    }
    for (; k <= n / 2; k++) {
        const uint32_t l = n - k;
        power[k] += scale * (re[k] * re[k] + im[k] * im[k] + re[l] * re[l] + im[l] * im[l]);
    }
}
