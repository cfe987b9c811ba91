// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

void snq__stft_load_avx512(float *z, const float *w, const float *l, const float *r, size_t n)
{
    const __m512i lo = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i hi =
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    size_t t = 0;
    for (; t + 16 <= n; t += 16) {
        const __m512 v = _mm512_loadu_ps(w + t);
        const __m512 a = _mm512_mul_ps(v, _mm512_loadu_ps(l + t));
        const __m512 b = _mm512_mul_ps(v, _mm512_loadu_ps(r + t));
        _mm512_storeu_ps(z + 2 * t, _mm512_permutex2var_ps(a, lo, b));
        _mm512_storeu_ps(z + 2 * t + 16, _mm512_permutex2var_ps(a, hi, b));
    }
    snq__stft_load_c(z + 2 * t, w + t, l + t, r + t, n - t);
}

/* |z|^2 of sixteen complex numbers; re and im pick the parts out of two vectors of eight. */
static inline __m512 abs2(const float *z, __m512i re, __m512i im)
{
    const __m512 a = _mm512_loadu_ps(z), b = _mm512_loadu_ps(z + 16);
    const __m512 x = _mm512_permutex2var_ps(a, re, b), y = _mm512_permutex2var_ps(a, im, b);
    return _mm512_fmadd_ps(x, x, _mm512_mul_ps(y, y));
}

void snq__stft_pair_avx512(float *power, const float *z, uint32_t n, float scale)
{
    const __m512i re = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i im = _mm512_add_epi32(re, _mm512_set1_epi32(1));
    const __m512i re_back =
        _mm512_setr_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i im_back = _mm512_add_epi32(re_back, _mm512_set1_epi32(1));
    const __m512 s = _mm512_set1_ps(scale);
    power[0] += 2 * scale * (z[0] * z[0] + z[1] * z[1]);
    uint32_t k = 1;
    for (; k + 15 <= n / 2; k += 16) {
        const __m512 a = abs2(z + 2 * (size_t)k, re, im);
        const __m512 b = abs2(z + 2 * (size_t)(n - k - 15), re_back, im_back);
        const __m512 p = _mm512_loadu_ps(power + k);
        _mm512_storeu_ps(power + k, _mm512_fmadd_ps(s, _mm512_add_ps(a, b), p));
    }
    for (; k <= n / 2; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(n - k);
        power[k] += scale * (a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]);
    }
}
