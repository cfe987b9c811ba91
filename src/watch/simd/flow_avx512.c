// SPDX-License-Identifier: MIT
#include "watch/simd/flow_kernels_impl.h"

#include <immintrin.h>
#include <math.h>

#define SNQ__INLINE static inline __attribute__((always_inline))

/* A vector is sixteen numbers; + - * are those of the compiler's vectors. */
typedef __m512 VF;
typedef __m512i VI;
enum { VN = 16 };
#define V_ZERO                _mm512_setzero_ps()
#define V_COUNT               _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define V_SET(x)              _mm512_set1_ps((float)(x))
#define V_LD(p)               _mm512_loadu_ps(p)
#define V_ST(p, a)            _mm512_storeu_ps(p, a)
#define V_LD16(p)             load16(p)
#define V_ST16(p, a)          store16(p, a)
#define V_FMA(a, b, c)        _mm512_fmadd_ps(a, b, c)
#define V_FNMA(a, b, c)       _mm512_fnmadd_ps(a, b, c)
#define V_MIN(a, b)           _mm512_min_ps(a, b)
#define V_MAX(a, b)           _mm512_max_ps(a, b)
#define V_RSQRT(a)            _mm512_rsqrt14_ps(a)
#define V_RCP(a)              _mm512_rcp14_ps(a)
#define V_INVERSE(a)          inverse(a)
#define V_INT(a)              _mm512_cvttps_epi32(a)
#define V_FLOAT(a)            _mm512_cvtepi32_ps(a)
#define V_INDEX(y, stride, x) _mm512_add_epi32(_mm512_mullo_epi32(y, _mm512_set1_epi32(stride)), x)
#define V_PAIR(base, at, a, b)                                                         \
    do {                                                                               \
        const __m512i both_ = _mm512_i32gather_epi32(at, (const void *)(base), 2);     \
        (a) = _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(both_, 16), 16)); \
        (b) = _mm512_cvtepi32_ps(_mm512_srai_epi32(both_, 16));                        \
    } while (0)
#define V_FOUR(base, at, a, b, c, d)  four(base, at, &(a), &(b), &(c), &(d))
#define V_INSIDE(x, y, right, bottom) is_inside(x, y, right, bottom)
#define V_SPLIT(a, b, even, odd)                                                                   \
    do {                                                                                           \
        const __m512 a_ = (a), b_ = (b);                                                           \
        (even) = _mm512_permutex2var_ps(                                                           \
            a_, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b_); \
        (odd) = _mm512_permutex2var_ps(                                                            \
            a_, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b_); \
    } while (0)
#define V_ZIP(even, odd, a, b)                                                                   \
    do {                                                                                         \
        const __m512 e_ = (even), o_ = (odd);                                                    \
        (a) = _mm512_permutex2var_ps(                                                            \
            e_, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), o_);  \
        (b) = _mm512_permutex2var_ps(                                                            \
            e_, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), \
            o_);                                                                                 \
    } while (0)

SNQ__INLINE __m512 load16(const int16_t *p)
{
    return _mm512_cvtepi32_ps(
        _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)p)));
}

/* Four numbers in a row from each place. */
SNQ__INLINE void four(const int16_t *base, __m512i at, __m512 *a, __m512 *b, __m512 *c, __m512 *d)
{
    const __m512i lo = _mm512_i32gather_epi64(_mm512_castsi512_si256(at), base, 2);
    const __m512i hi = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(at, 1), base, 2);
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const __m512i ab = _mm512_permutex2var_epi32(lo, even, hi);
    const __m512i cd = _mm512_permutex2var_epi32(lo, odd, hi);
    *a = _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(ab, 16), 16));
    *b = _mm512_cvtepi32_ps(_mm512_srai_epi32(ab, 16));
    *c = _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(cd, 16), 16));
    *d = _mm512_cvtepi32_ps(_mm512_srai_epi32(cd, 16));
}

SNQ__INLINE void store16(int16_t *p, __m512 a)
{
    _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(a)));
}

/* One step of Newton's after the fourteen bits of the instruction. */
SNQ__INLINE __m512 inverse(__m512 a)
{
    const __m512 r = _mm512_rcp14_ps(a);
    return _mm512_mul_ps(r, _mm512_fnmadd_ps(a, r, _mm512_set1_ps(2)));
}

SNQ__INLINE __m512 is_inside(__m512 x, __m512 y, __m512 right, __m512 bottom)
{
    const __m512 zero = _mm512_setzero_ps();
    __mmask16 m = _mm512_cmp_ps_mask(x, zero, _CMP_GE_OQ);
    m = _mm512_mask_cmp_ps_mask(m, x, right, _CMP_LE_OQ);
    m = _mm512_mask_cmp_ps_mask(m, y, zero, _CMP_GE_OQ);
    m = _mm512_mask_cmp_ps_mask(m, y, bottom, _CMP_LE_OQ);
    return _mm512_maskz_mov_ps(m, _mm512_set1_ps(1));
}

#include "watch/simd/flow_rows.inc"

enum { SIDE = SNQ__FLOW_PATCH };

SNQ__INLINE __m512 widened(__m256i a)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(a));
}

/* Two rows of eight pixels, one behind the other. */
SNQ__INLINE __m256i both_rows(const int16_t *p, const int16_t *q)
{
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p)),
        _mm_loadu_si128((const __m128i *)(const void *)q), 1);
}

SNQ__INLINE __m512 rows16(const int16_t *p, const int16_t *q)
{
    return widened(both_rows(p, q));
}

/* Sums of four vectors, in order. */
SNQ__INLINE __m128 totals(__m512 a, __m512 b, __m512 c, __m512 d)
{
    const __m512 ab = _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b);
    const __m512 cd = _mm512_unpacklo_ps(c, d) + _mm512_unpackhi_ps(c, d);
    const __m512 abcd = _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)) +
                        _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2));
    const __m256 s = _mm256_add_ps(_mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}

SNQ__INLINE void cut(snq__flow_template *t, const snq__flow_image *image, int32_t x, int32_t y)
{
    const ptrdiff_t s = image->stride;
    const __m512 half = _mm512_set1_ps(0.5f);
    __m512 sx = _mm512_setzero_ps(), sy = sx, sxx = sx, sxy = sx, syy = sx;
    for (int j = 0; j < SIDE; j += 2) {
        const int16_t *p = image->at + (y + j) * s + x;
        const __m512 dx = half * widened(_mm256_sub_epi16(both_rows(p + 1, p + s + 1),
                                                          both_rows(p - 1, p + s - 1)));
        const __m512 dy =
            half * widened(_mm256_sub_epi16(both_rows(p + s, p + 2 * s), both_rows(p - s, p)));
        _mm512_storeu_ps(t->grey + j * SIDE, rows16(p, p + s));
        _mm512_storeu_ps(t->dx + j * SIDE, dx);
        _mm512_storeu_ps(t->dy + j * SIDE, dy);
        sx = sx + dx;
        sy = sy + dy;
        sxx = _mm512_fmadd_ps(dx, dx, sxx);
        sxy = _mm512_fmadd_ps(dx, dy, sxy);
        syy = _mm512_fmadd_ps(dy, dy, syy);
    }
    _mm_storeu_ps(&t->sx, totals(sx, sy, sxx, sxy));
    t->syy = _mm512_reduce_add_ps(syy);
}

SNQ__INLINE void compare(snq__flow_match *m, const snq__flow_template *t, const int16_t *at,
                         ptrdiff_t stride, float fx, float fy, float gain)
{
    const __m512 x = _mm512_set1_ps(fx), y = _mm512_set1_ps(fy), g = _mm512_set1_ps(gain);
    __m512 sr = _mm512_setzero_ps(), srr = sr, srx = sr, sry = sr;
    __m512 a = rows16(at, at + stride);
    __m512 above = _mm512_fmadd_ps(x, rows16(at + 1, at + stride + 1) - a, a);
    for (int j = 0; j < SIDE; j += 2) {
        /* rows j + 2 and j + 3; the last is read again where there is none */
        const int16_t *p = at + (j + 2) * stride, *q = j + 2 < SIDE ? p + stride : p;
        a = rows16(p, q);
        const __m512 next = _mm512_fmadd_ps(x, rows16(p + 1, q + 1) - a, a);
        const __m512 below = _mm512_shuffle_f32x4(above, next, _MM_SHUFFLE(1, 0, 3, 2));
        const __m512 w = _mm512_fmadd_ps(y, below - above, above);
        const __m512 r = _mm512_fmsub_ps(g, w, _mm512_loadu_ps(t->grey + j * SIDE));
        sr = sr + r;
        srr = _mm512_fmadd_ps(r, r, srr);
        srx = _mm512_fmadd_ps(r, _mm512_loadu_ps(t->dx + j * SIDE), srx);
        sry = _mm512_fmadd_ps(r, _mm512_loadu_ps(t->dy + j * SIDE), sry);
        above = next;
    }
    _mm_storeu_ps(&m->r, totals(sr, srr, srx, sry));
}

#include "watch/simd/flow_patch.inc"

#define SNQ__FLOW_ROW snq__flow_kernels_avx512
#include "watch/simd/flow_table.inc"
