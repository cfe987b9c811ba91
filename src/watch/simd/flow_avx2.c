// SPDX-License-Identifier: MIT
#include "watch/simd/flow_kernels_impl.h"

#include <immintrin.h>
#include <math.h>

#define SNQ__INLINE static inline __attribute__((always_inline))

/* A vector is eight numbers; + - * are those of the compiler's vectors. */
typedef __m256 VF;
typedef __m256i VI;
enum { VN = 8 };
#define V_ZERO                _mm256_setzero_ps()
#define V_COUNT               _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7)
#define V_SET(x)              _mm256_set1_ps((float)(x))
#define V_LD(p)               _mm256_loadu_ps(p)
#define V_ST(p, a)            _mm256_storeu_ps(p, a)
#define V_LD16(p)             load16(p)
#define V_ST16(p, a)          store16(p, a)
#define V_FMA(a, b, c)        _mm256_fmadd_ps(a, b, c)
#define V_FNMA(a, b, c)       _mm256_fnmadd_ps(a, b, c)
#define V_MIN(a, b)           _mm256_min_ps(a, b)
#define V_MAX(a, b)           _mm256_max_ps(a, b)
#define V_RSQRT(a)            _mm256_rsqrt_ps(a)
#define V_RCP(a)              _mm256_rcp_ps(a)
#define V_INVERSE(a)          inverse(a)
#define V_INT(a)              _mm256_cvttps_epi32(a)
#define V_FLOAT(a)            _mm256_cvtepi32_ps(a)
#define V_INDEX(y, stride, x) _mm256_add_epi32(_mm256_mullo_epi32(y, _mm256_set1_epi32(stride)), x)
#define V_PAIR(base, at, a, b)                                                                  \
    do {                                                                                        \
        const __m256i both_ = _mm256_i32gather_epi32((const int *)(const void *)(base), at, 2); \
        (a) = _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_slli_epi32(both_, 16), 16));          \
        (b) = _mm256_cvtepi32_ps(_mm256_srai_epi32(both_, 16));                                 \
    } while (0)
#define V_FOUR(base, at, a, b, c, d)  \
    do {                              \
        V_PAIR(base, at, a, b);       \
        V_PAIR((base) + 2, at, c, d); \
    } while (0)
#define V_INSIDE(x, y, right, bottom) is_inside(x, y, right, bottom)
#define V_SPLIT(a, b, even, odd)                                               \
    do {                                                                       \
        const __m256 a_ = (a), b_ = (b);                                       \
        (even) = in_order(_mm256_shuffle_ps(a_, b_, _MM_SHUFFLE(2, 0, 2, 0))); \
        (odd) = in_order(_mm256_shuffle_ps(a_, b_, _MM_SHUFFLE(3, 1, 3, 1)));  \
    } while (0)
#define V_ZIP(even, odd, a, b)                         \
    do {                                               \
        const __m256 e_ = (even), o_ = (odd);          \
        const __m256 lo_ = _mm256_unpacklo_ps(e_, o_); \
        const __m256 hi_ = _mm256_unpackhi_ps(e_, o_); \
        (a) = _mm256_permute2f128_ps(lo_, hi_, 0x20);  \
        (b) = _mm256_permute2f128_ps(lo_, hi_, 0x31);  \
    } while (0)

SNQ__INLINE __m256 load16(const int16_t *p)
{
    return _mm256_cvtepi32_ps(
        _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}

SNQ__INLINE void store16(int16_t *p, __m256 a)
{
    const __m256i i = _mm256_cvtps_epi32(a);
    _mm_storeu_si128((__m128i *)(void *)p,
                     _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1)));
}

/* One step of Newton's after the twelve bits of the instruction. */
SNQ__INLINE __m256 inverse(__m256 a)
{
    const __m256 r = _mm256_rcp_ps(a);
    return _mm256_mul_ps(r, _mm256_fnmadd_ps(a, r, _mm256_set1_ps(2)));
}

SNQ__INLINE __m256 is_inside(__m256 x, __m256 y, __m256 right, __m256 bottom)
{
    const __m256 zero = _mm256_setzero_ps();
    const __m256 a =
        _mm256_and_ps(_mm256_cmp_ps(x, zero, _CMP_GE_OQ), _mm256_cmp_ps(x, right, _CMP_LE_OQ));
    const __m256 b =
        _mm256_and_ps(_mm256_cmp_ps(y, zero, _CMP_GE_OQ), _mm256_cmp_ps(y, bottom, _CMP_LE_OQ));
    return _mm256_and_ps(_mm256_and_ps(a, b), _mm256_set1_ps(1));
}

SNQ__INLINE __m256 in_order(__m256 a)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(a), _MM_SHUFFLE(3, 1, 2, 0)));
}

#include "watch/simd/flow_rows.inc"

enum { SIDE = SNQ__FLOW_PATCH };

SNQ__INLINE float total(__m256 a)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

SNQ__INLINE void cut(snq__flow_template *t, const snq__flow_image *image, int32_t x, int32_t y)
{
    const __m256 half = _mm256_set1_ps(0.5f), zero = _mm256_setzero_ps();
    __m256 sx = zero, sy = zero, sxx = zero, sxy = zero, syy = zero;
    for (int j = 0; j < SIDE; j++) {
        const int16_t *p = image->at + (y + j) * image->stride + x;
        const __m256 dx = _mm256_mul_ps(half, _mm256_sub_ps(load16(p + 1), load16(p - 1)));
        const __m256 dy = _mm256_mul_ps(
            half, _mm256_sub_ps(load16(p + image->stride), load16(p - image->stride)));
        _mm256_storeu_ps(t->grey + j * SIDE, load16(p));
        _mm256_storeu_ps(t->dx + j * SIDE, dx);
        _mm256_storeu_ps(t->dy + j * SIDE, dy);
        sx = _mm256_add_ps(sx, dx);
        sy = _mm256_add_ps(sy, dy);
        sxx = _mm256_fmadd_ps(dx, dx, sxx);
        sxy = _mm256_fmadd_ps(dx, dy, sxy);
        syy = _mm256_fmadd_ps(dy, dy, syy);
    }
    t->sx = total(sx);
    t->sy = total(sy);
    t->sxx = total(sxx);
    t->sxy = total(sxy);
    t->syy = total(syy);
}

SNQ__INLINE void compare(snq__flow_match *m, const snq__flow_template *t, const int16_t *at,
                         ptrdiff_t stride, float fx, float fy, float gain)
{
    const __m256 x = _mm256_set1_ps(fx), y = _mm256_set1_ps(fy), g = _mm256_set1_ps(gain);
    __m256 sr = _mm256_setzero_ps(), srr = sr, srx = sr, sry = sr;
    __m256 a = load16(at), above = _mm256_fmadd_ps(x, _mm256_sub_ps(load16(at + 1), a), a);
    for (int j = 0; j < SIDE; j++) {
        at += stride;
        a = load16(at);
        const __m256 below = _mm256_fmadd_ps(x, _mm256_sub_ps(load16(at + 1), a), a);
        const __m256 w = _mm256_fmadd_ps(y, _mm256_sub_ps(below, above), above);
        const __m256 r = _mm256_fmsub_ps(g, w, _mm256_loadu_ps(t->grey + j * SIDE));
        sr = _mm256_add_ps(sr, r);
        srr = _mm256_fmadd_ps(r, r, srr);
        srx = _mm256_fmadd_ps(r, _mm256_loadu_ps(t->dx + j * SIDE), srx);
        sry = _mm256_fmadd_ps(r, _mm256_loadu_ps(t->dy + j * SIDE), sry);
        above = below;
    }
    m->r = total(sr);
    m->rr = total(srr);
    m->rx = total(srx);
    m->ry = total(sry);
}

#include "watch/simd/flow_patch.inc"

#define SNQ__FLOW_ROW snq__flow_kernels_avx2
#include "watch/simd/flow_table.inc"
