// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

/* Four complex numbers in reverse order. */
static inline __m256 reverse4(__m256 z)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(z), 0x1B));
}

void snq__rfft_unpack_avx2(float *x, const float *z, const float *v, uint32_t m)
{
    const __m256 conj = _mm256_castsi256_ps(_mm256_set1_epi64x((int64_t)((uint64_t)1 << 63)));
    const __m256 half = _mm256_set1_ps(0.5f);
    x[0] = z[0] + z[1];
    x[1] = 0.0f;
    x[2 * (size_t)m] = z[0] - z[1];
    x[2 * (size_t)m + 1] = 0.0f;
    uint32_t k = 1;
    for (; k + 3 < m / 2; k += 4) {
        const __m256 a = _mm256_loadu_ps(z + 2 * (size_t)k);
        const __m256 b = reverse4(_mm256_loadu_ps(z + 2 * (size_t)(m - k - 3)));
        const __m256 cb = _mm256_xor_ps(b, conj);
        const __m256 s = _mm256_mul_ps(half, _mm256_add_ps(a, cb)), d = _mm256_sub_ps(a, cb);
        const __m256 u = _mm256_loadu_ps(v + 2 * (size_t)k);
        const __m256 cross = _mm256_mul_ps(_mm256_movehdup_ps(u), _mm256_permute_ps(d, 0xB1));
        const __m256 t = _mm256_fmaddsub_ps(_mm256_moveldup_ps(u), d, cross);
        _mm256_storeu_ps(x + 2 * (size_t)k, _mm256_add_ps(s, t));
        _mm256_storeu_ps(x + 2 * (size_t)(m - k - 3),
                         reverse4(_mm256_xor_ps(_mm256_sub_ps(s, t), conj)));
    }
    for (; k <= m / 2; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(m - k);
        const float sr = a[0] + b[0], si = a[1] - b[1], dr = a[0] - b[0], di = a[1] + b[1];
        const float vr = v[2 * (size_t)k], vi = v[2 * (size_t)k + 1];
        const float tr = vr * dr - vi * di, ti = vr * di + vi * dr;
        float *p = x + 2 * (size_t)k, *q = x + 2 * (size_t)(m - k);
        p[0] = 0.5f * sr + tr;
        p[1] = 0.5f * si + ti;
        q[0] = 0.5f * sr - tr;
        q[1] = ti - 0.5f * si;
    }
}
