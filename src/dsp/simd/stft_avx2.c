// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

void snq__stft_load_avx2(float *z, const float *w, const float *l, const float *r, size_t n)
{
    size_t t = 0;
    for (; t + 8 <= n; t += 8) {
        const __m256 v = _mm256_loadu_ps(w + t);
        const __m256 a = _mm256_mul_ps(v, _mm256_loadu_ps(l + t));
        const __m256 b = _mm256_mul_ps(v, _mm256_loadu_ps(r + t));
        const __m256 lo = _mm256_unpacklo_ps(a, b), hi = _mm256_unpackhi_ps(a, b);
        _mm256_storeu_ps(z + 2 * t, _mm256_permute2f128_ps(lo, hi, 0x20));
        _mm256_storeu_ps(z + 2 * t + 8, _mm256_permute2f128_ps(lo, hi, 0x31));
    }
    snq__stft_load_c(z + 2 * t, w + t, l + t, r + t, n - t);
}

void snq__stft_mul_avx2(float *y, const float *w, const float *x, size_t n)
{
    size_t t = 0;
    for (; t + 8 <= n; t += 8)
        _mm256_storeu_ps(y + t, _mm256_mul_ps(_mm256_loadu_ps(w + t), _mm256_loadu_ps(x + t)));
    snq__stft_mul_c(y + t, w + t, x + t, n - t);
}

/* Eight complex numbers at z as real and imaginary parts, in the order 0 1 4 5 2 3 6 7. */
static inline void split8(const float *z, __m256 *re, __m256 *im)
{
    const __m256 a = _mm256_loadu_ps(z), b = _mm256_loadu_ps(z + 8);
    *re = _mm256_shuffle_ps(a, b, 0x88);
    *im = _mm256_shuffle_ps(a, b, 0xDD);
}

/* That order into 0 .. 7, and into 7 .. 0. */
static inline __m256 forwards(__m256 v)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xD8));
}

static inline __m256 backwards(__m256 v)
{
    return _mm256_permutevar8x32_ps(v, _mm256_setr_epi32(7, 6, 3, 2, 5, 4, 1, 0));
}

static inline __m256 abs2(const float *z)
{
    __m256 re, im;
    split8(z, &re, &im);
    return _mm256_fmadd_ps(re, re, _mm256_mul_ps(im, im));
}

void snq__stft_pair_avx2(float *power, const float *z, uint32_t n, float scale)
{
    const __m256 s = _mm256_set1_ps(scale);
    power[0] += 2 * scale * (z[0] * z[0] + z[1] * z[1]);
    uint32_t k = 1;
    for (; k + 7 <= n / 2; k += 8) {
        const __m256 a = forwards(abs2(z + 2 * (size_t)k));
        const __m256 b = backwards(abs2(z + 2 * (size_t)(n - k - 7)));
        const __m256 p = _mm256_loadu_ps(power + k);
        _mm256_storeu_ps(power + k, _mm256_fmadd_ps(s, _mm256_add_ps(a, b), p));
    }
    for (; k <= n / 2; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(n - k);
        power[k] += scale * (a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]);
    }
}

void snq__stft_cross_avx2(float *cross, const float *z, uint32_t n, uint32_t bins, float scale)
{
    const __m256 s = _mm256_set1_ps(scale);
    if (bins)
        cross[0] = 2 * scale * z[0] * z[1];
    uint32_t k = 1;
    for (; k + 8 <= bins; k += 8) {
        __m256 ar, ai, br, bi;
        split8(z + 2 * (size_t)k, &ar, &ai);
        split8(z + 2 * (size_t)(n - k - 7), &br, &bi);
        const __m256 y = _mm256_fmadd_ps(forwards(ar), backwards(bi),
                                         _mm256_mul_ps(forwards(ai), backwards(br)));
        _mm256_storeu_ps(cross + k, _mm256_mul_ps(s, y));
    }
    for (; k < bins; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(n - k);
        cross[k] = scale * (a[0] * b[1] + a[1] * b[0]);
    }
}

void snq__stft_abs2_avx2(float *power, const float *z, size_t n, float scale)
{
    const __m256 s = _mm256_set1_ps(scale);
    size_t k = 0;
    for (; k + 8 <= n; k += 8)
        _mm256_storeu_ps(power + k,
                         _mm256_fmadd_ps(s, forwards(abs2(z + 2 * k)), _mm256_loadu_ps(power + k)));
    snq__stft_abs2_c(power + k, z + 2 * k, n - k, scale);
}
