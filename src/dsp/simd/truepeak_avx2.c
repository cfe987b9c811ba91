// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

enum { HALF = SNQ__TRUEPEAK_HALF, BACK = SNQ__TRUEPEAK_BACK, GROUP = 16 };

static inline __m256 mag(__m256 v)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v);
}

static inline __m256 load_mag(const float *x)
{
    return mag(_mm256_loadu_ps(x));
}

/* Magnitudes between the samples for the newest samples x[0 .. 15], largest in each place. */
static inline __m256 between(const snq__truepeak_coef *c, const float *x)
{
    __m256 even0 = _mm256_setzero_ps(), odd0 = even0, half0 = even0;
    __m256 even1 = even0, odd1 = even0, half1 = even0;
    for (int k = 0; k < HALF; k++) {
        const float *a = x - HALF - k, *b = x - HALF + 1 + k;
        const __m256 a0 = _mm256_loadu_ps(a), b0 = _mm256_loadu_ps(b);
        const __m256 a1 = _mm256_loadu_ps(a + 8), b1 = _mm256_loadu_ps(b + 8);
        const __m256 u0 = _mm256_add_ps(b0, a0), v0 = _mm256_sub_ps(b0, a0);
        const __m256 u1 = _mm256_add_ps(b1, a1), v1 = _mm256_sub_ps(b1, a1);
        const __m256 e = _mm256_broadcast_ss(c->even + k), o = _mm256_broadcast_ss(c->odd + k);
        const __m256 h = _mm256_broadcast_ss(c->half + k);
        even0 = _mm256_fmadd_ps(e, u0, even0);
        even1 = _mm256_fmadd_ps(e, u1, even1);
        odd0 = _mm256_fmadd_ps(o, v0, odd0);
        odd1 = _mm256_fmadd_ps(o, v1, odd1);
        half0 = _mm256_fmadd_ps(h, u0, half0);
        half1 = _mm256_fmadd_ps(h, u1, half1);
    }
    const __m256 m = _mm256_max_ps(mag(half0), mag(half1));
    if (c->factor == 2)
        return m;
    return _mm256_max_ps(m, _mm256_max_ps(_mm256_add_ps(mag(even0), mag(odd0)),
                                          _mm256_add_ps(mag(even1), mag(odd1))));
}

static inline float widest(__m256 v)
{
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    m = _mm_max_ss(m, _mm_movehdup_ps(m));
    return _mm_cvtss_f32(m);
}

float snq__truepeak_avx2(const snq__truepeak_coef *c, const float *x, size_t n, float floor)
{
    const __m256 bound = _mm256_set1_ps(c->bound);
    __m256 top = _mm256_set1_ps(floor);
    if (n < GROUP)
        return snq__truepeak_c(c, x, n, floor);
    for (size_t t = 0; t < n; t += GROUP) {
        /* the last group reaches back over the one before: a maximum doesn't mind */
        const float *p = x + (t + GROUP <= n ? t : n - GROUP);
        __m256 most = _mm256_max_ps(load_mag(p), load_mag(p + 8));
        if (c->factor > 1) {
            const __m256 before = _mm256_max_ps(load_mag(p - BACK), load_mag(p - 8));
            const __m256 limit = _mm256_mul_ps(bound, _mm256_max_ps(most, before));
            if (_mm256_movemask_ps(_mm256_cmp_ps(limit, top, _CMP_GT_OQ)) == 0)
                continue;
            most = _mm256_max_ps(most, between(c, p));
        }
        if (_mm256_movemask_ps(_mm256_cmp_ps(most, top, _CMP_GT_OQ))) {
            floor = widest(most);
            top = _mm256_set1_ps(floor);
        }
    }
    return floor;
}
