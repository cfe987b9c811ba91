// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

enum { HALF = SNQ__TRUEPEAK_HALF, BACK = SNQ__TRUEPEAK_BACK, GROUP = 32 };

static inline __m512 load_mag(const float *x)
{
    return _mm512_abs_ps(_mm512_loadu_ps(x));
}

/* Magnitudes between the samples for the newest samples x[0 .. 31], largest in each place. */
static inline __m512 between(const snq__truepeak_coef *c, const float *x)
{
    __m512 even0 = _mm512_setzero_ps(), odd0 = even0, half0 = even0;
    __m512 even1 = even0, odd1 = even0, half1 = even0;
    for (int k = 0; k < HALF; k++) {
        const float *a = x - HALF - k, *b = x - HALF + 1 + k;
        const __m512 a0 = _mm512_loadu_ps(a), b0 = _mm512_loadu_ps(b);
        const __m512 a1 = _mm512_loadu_ps(a + 16), b1 = _mm512_loadu_ps(b + 16);
        const __m512 u0 = _mm512_add_ps(b0, a0), v0 = _mm512_sub_ps(b0, a0);
        const __m512 u1 = _mm512_add_ps(b1, a1), v1 = _mm512_sub_ps(b1, a1);
        const __m512 e = _mm512_set1_ps(c->even[k]), o = _mm512_set1_ps(c->odd[k]);
        const __m512 h = _mm512_set1_ps(c->half[k]);
        even0 = _mm512_fmadd_ps(e, u0, even0);
        even1 = _mm512_fmadd_ps(e, u1, even1);
        odd0 = _mm512_fmadd_ps(o, v0, odd0);
        odd1 = _mm512_fmadd_ps(o, v1, odd1);
        half0 = _mm512_fmadd_ps(h, u0, half0);
        half1 = _mm512_fmadd_ps(h, u1, half1);
    }
    const __m512 m = _mm512_max_ps(_mm512_abs_ps(half0), _mm512_abs_ps(half1));
    if (c->factor == 2)
        return m;
    return _mm512_max_ps(m,
                         _mm512_max_ps(_mm512_add_ps(_mm512_abs_ps(even0), _mm512_abs_ps(odd0)),
                                       _mm512_add_ps(_mm512_abs_ps(even1), _mm512_abs_ps(odd1))));
}

float snq__truepeak_avx512(const snq__truepeak_coef *c, const float *x, size_t n, float floor)
{
    const __m512 bound = _mm512_set1_ps(c->bound);
    __m512 top = _mm512_set1_ps(floor);
    if (n < GROUP)
        return snq__truepeak_avx2(c, x, n, floor);
    for (size_t t = 0; t < n; t += GROUP) {
        /* the last group reaches back over the one before: a maximum doesn't mind */
        const float *p = x + (t + GROUP <= n ? t : n - GROUP);
        __m512 most = _mm512_max_ps(load_mag(p), load_mag(p + 16));
        if (c->factor > 1) {
            const __m512 near = _mm512_max_ps(most, load_mag(p - BACK));
            const __m512 limit = _mm512_mul_ps(bound, near);
            if (_mm512_cmp_ps_mask(limit, top, _CMP_GT_OQ) == 0)
                continue;
            most = _mm512_max_ps(most, between(c, p));
        }
        if (_mm512_cmp_ps_mask(most, top, _CMP_GT_OQ)) {
            floor = _mm512_reduce_max_ps(most);
            top = _mm512_set1_ps(floor);
        }
    }
    return floor;
}
