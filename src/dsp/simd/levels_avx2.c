// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

static inline double add4(__m256d v)
{
    double t[4];
    _mm256_storeu_pd(t, v);
    return (t[0] + t[1]) + (t[2] + t[3]);
}

void snq__levels_avx2(const float *x, size_t n, double *sum, double *sum_sq, float *min, float *max)
{
    __m256d s0 = _mm256_setzero_pd(), s1 = s0, q0 = s0, q1 = s0;
    __m256 lo = _mm256_set1_ps(*min), hi = _mm256_set1_ps(*max);
    size_t t = 0;
    for (; t + 8 <= n; t += 8) {
        const __m256 v = _mm256_loadu_ps(x + t);
        const __m256d a = _mm256_cvtps_pd(_mm_loadu_ps(x + t));
        const __m256d b = _mm256_cvtps_pd(_mm_loadu_ps(x + t + 4));
        s0 = _mm256_add_pd(s0, a);
        s1 = _mm256_add_pd(s1, b);
        q0 = _mm256_fmadd_pd(a, a, q0);
        q1 = _mm256_fmadd_pd(b, b, q1);
        lo = _mm256_min_ps(lo, v);
        hi = _mm256_max_ps(hi, v);
    }
    float l[8], h[8];
    _mm256_storeu_ps(l, lo);
    _mm256_storeu_ps(h, hi);
    for (int i = 0; i < 8; i++) {
        *min = l[i] < *min ? l[i] : *min;
        *max = h[i] > *max ? h[i] : *max;
    }
    *sum += add4(_mm256_add_pd(s0, s1));
    *sum_sq += add4(_mm256_add_pd(q0, q1));
    snq__levels_c(x + t, n - t, sum, sum_sq, min, max);
}

double snq__levels_dot_avx2(const float *l, const float *r, size_t n)
{
    __m256d s0 = _mm256_setzero_pd(), s1 = s0;
    size_t t = 0;
    for (; t + 8 <= n; t += 8) {
        s0 = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(l + t)),
                             _mm256_cvtps_pd(_mm_loadu_ps(r + t)), s0);
        s1 = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(l + t + 4)),
                             _mm256_cvtps_pd(_mm_loadu_ps(r + t + 4)), s1);
    }
    return add4(_mm256_add_pd(s0, s1)) + snq__levels_dot_c(l + t, r + t, n - t);
}

size_t snq__levels_find_avx2(const float *x, size_t n, float ceiling)
{
    const __m256 top = _mm256_set1_ps(ceiling), sign = _mm256_set1_ps(-0.0f);
    size_t t = 0;
    for (; t + 8 <= n; t += 8) {
        const __m256 v = _mm256_andnot_ps(sign, _mm256_loadu_ps(x + t));
        const int hit = _mm256_movemask_ps(_mm256_cmp_ps(v, top, _CMP_GE_OQ));
        if (hit)
            return t + (size_t)__builtin_ctz((unsigned)hit);
    }
    return t + snq__levels_find_c(x + t, n - t, ceiling);
}
