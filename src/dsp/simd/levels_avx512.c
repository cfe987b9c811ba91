// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

void snq__levels_avx512(const float *x, size_t n, double *sum, double *sum_sq, float *min,
                        float *max)
{
    __m512d s0 = _mm512_setzero_pd(), s1 = s0, q0 = s0, q1 = s0;
    __m512 lo = _mm512_set1_ps(*min), hi = _mm512_set1_ps(*max);
    size_t t = 0;
    for (; t + 16 <= n; t += 16) {
        const __m512 v = _mm512_loadu_ps(x + t);
        const __m512d a = _mm512_cvtps_pd(_mm256_loadu_ps(x + t));
        const __m512d b = _mm512_cvtps_pd(_mm256_loadu_ps(x + t + 8));
        s0 = _mm512_add_pd(s0, a);
        s1 = _mm512_add_pd(s1, b);
        q0 = _mm512_fmadd_pd(a, a, q0);
        q1 = _mm512_fmadd_pd(b, b, q1);
        lo = _mm512_min_ps(lo, v);
        hi = _mm512_max_ps(hi, v);
    }
    *min = _mm512_reduce_min_ps(lo);
    *max = _mm512_reduce_max_ps(hi);
    *sum += _mm512_reduce_add_pd(_mm512_add_pd(s0, s1));
    *sum_sq += _mm512_reduce_add_pd(_mm512_add_pd(q0, q1));
    snq__levels_c(x + t, n - t, sum, sum_sq, min, max);
}

double snq__levels_dot_avx512(const float *l, const float *r, size_t n)
{
    __m512d s0 = _mm512_setzero_pd(), s1 = s0;
    size_t t = 0;
    for (; t + 16 <= n; t += 16) {
        s0 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(l + t)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(r + t)), s0);
        s1 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(l + t + 8)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(r + t + 8)), s1);
    }
    return _mm512_reduce_add_pd(_mm512_add_pd(s0, s1)) + snq__levels_dot_c(l + t, r + t, n - t);
}
