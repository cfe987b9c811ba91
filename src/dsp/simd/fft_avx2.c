// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

typedef __m256 vec;
#define VEC_LANES         ((size_t)8)
#define vec_load(p)       _mm256_loadu_ps(p)
#define vec_store(p, x)   _mm256_storeu_ps(p, x)
#define vec_set1(x)       _mm256_set1_ps(x)
#define vec_add(a, b)     _mm256_add_ps(a, b)
#define vec_sub(a, b)     _mm256_sub_ps(a, b)
#define vec_mul(a, b)     _mm256_mul_ps(a, b)
#define vec_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define vec_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define vec_away(a, p)    _mm256_fmsub_ps(_mm256_set1_ps(2.0f), a, p)

static inline void vec_split(vec a, vec b, vec *re, vec *im)
{
    const __m256 x = _mm256_permute2f128_ps(a, b, 0x20), y = _mm256_permute2f128_ps(a, b, 0x31);
    *re = _mm256_shuffle_ps(x, y, 0x88);
    *im = _mm256_shuffle_ps(x, y, 0xDD);
}

enum { ROW_RE4 = 4, ROW_IM = 8, ROW_IM4 = 12 };

/* Columns 0 .. 3 of the rows that begin at x + row[i]. */
static inline void vec_columns4(const float *x, const uint32_t *at, vec column[4])
{
    __m256 row[4];
    for (int i = 0; i < 4; i++)
        row[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x + at[i])),
                                      _mm_loadu_ps(x + at[i + 4]), 1);
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(row[0], row[1]));
    const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(row[0], row[1]));
    const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(row[2], row[3]));
    const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(row[2], row[3]));
    column[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    column[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    column[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    column[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
}

static inline vec vec_reverse(vec x)
{
    return _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

#include "dsp/simd/fft_passes.inc"

enum { LEAST = 64 };

void snq__fft_avx2(const snq__fft_plan *plan, float *re, float *im, const snq__fft_source *in)
{
    if (plan->n < LEAST)
        snq__fft_c(plan, re, im, in);
    else {
        run(plan, in, NULL);
        last_pass(plan, re, im);
    }
}

void snq__stft_power_avx2(const snq__fft_plan *plan, float *re, float *im, float *power,
                          uint32_t bins, const snq__fft_source *in, float scale)
{
    if (plan->n >= 128 && bins <= plan->n / 16) {
        run(plan, in, NULL);
        last_power(plan, re, im, power, bins, scale);
        return;
    }
    snq__stft_power_c(plan, re, im, power, bins, in, scale);
}

static inline __m256 backwards(const float *x)
{
    return _mm256_permutevar8x32_ps(_mm256_loadu_ps(x), _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

/* Eight bins from k on and their mirrors: s and t of fft.c. */
static inline void unpack8(const float *re, const float *im, const float *v, uint32_t m, uint32_t k,
                           cvec *s, cvec *t)
{
    const __m256 half = _mm256_set1_ps(0.5f);
    const __m256 ar = _mm256_loadu_ps(re + k), br = backwards(re + m - k - 7);
    const __m256 ai = _mm256_loadu_ps(im + k), bi = backwards(im + m - k - 7);
    const __m256 vr = _mm256_loadu_ps(v + k), vi = _mm256_loadu_ps(v + m / 2 + 1 + k);
    const __m256 dr = _mm256_sub_ps(ar, br), di = _mm256_add_ps(ai, bi);
    s->re = _mm256_mul_ps(half, _mm256_add_ps(ar, br));
    s->im = _mm256_mul_ps(half, _mm256_sub_ps(ai, bi));
    t->re = _mm256_fmsub_ps(vr, dr, _mm256_mul_ps(vi, di));
    t->im = _mm256_fmadd_ps(vr, di, _mm256_mul_ps(vi, dr));
}

void snq__rfft_unpack_avx2(float *x, const float *re, const float *im, const float *v, uint32_t m)
{
    uint32_t k = 1;
    if (m / 2 < 8) {
        snq__rfft_unpack_c(x, re, im, v, m);
        return;
    }
    x[0] = re[0] + im[0];
    x[1] = 0.0f;
    x[2 * (size_t)m] = re[0] - im[0];
    x[2 * (size_t)m + 1] = 0.0f;
    for (; k <= m / 2; k += 8) {
        cvec s, t;
        k = k + 7 <= m / 2 ? k : m / 2 - 7; /* the last eight may have been done before */
        unpack8(re, im, v, m, k, &s, &t);
        const __m256 r = _mm256_add_ps(s.re, t.re), i = _mm256_add_ps(s.im, t.im);
        const __m256 lo = _mm256_unpacklo_ps(r, i), hi = _mm256_unpackhi_ps(r, i);
        _mm256_storeu_ps(x + 2 * (size_t)k, _mm256_permute2f128_ps(lo, hi, 0x20));
        _mm256_storeu_ps(x + 2 * (size_t)k + 8, _mm256_permute2f128_ps(lo, hi, 0x31));
        const __m256 mr = _mm256_sub_ps(s.re, t.re), mi = _mm256_sub_ps(t.im, s.im);
        const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(mr, mi)); /* 0 1, 4 5 */
        const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(mr, mi)); /* 2 3, 6 7 */
        const __m256d c = _mm256_permute4x64_pd(a, 0xB1), d = _mm256_permute4x64_pd(b, 0xB1);
        float *y = x + 2 * (size_t)(m - k - 7);
        _mm256_storeu_ps(y, _mm256_castpd_ps(_mm256_permute2f128_pd(d, c, 0x31)));
        _mm256_storeu_ps(y + 8, _mm256_castpd_ps(_mm256_permute2f128_pd(d, c, 0x20)));
    }
}

void snq__rfft_power_avx2(float *power, const float *re, const float *im, const float *v,
                          uint32_t m, float scale)
{
    if (m / 2 < 8) {
        snq__rfft_power_c(power, re, im, v, m, scale);
        return;
    }
    const __m256 g = _mm256_set1_ps(scale);
    power[0] = scale * ((re[0] + im[0]) * (re[0] + im[0]));
    power[m] = scale * ((re[0] - im[0]) * (re[0] - im[0]));
    for (uint32_t k = 1; k <= m / 2; k += 8) {
        cvec s, t;
        k = k + 7 <= m / 2 ? k : m / 2 - 7;
        unpack8(re, im, v, m, k, &s, &t);
        const __m256 pr = _mm256_add_ps(s.re, t.re), pi = _mm256_add_ps(s.im, t.im);
        const __m256 mr = _mm256_sub_ps(s.re, t.re), mi = _mm256_sub_ps(s.im, t.im);
        const __m256 p = _mm256_mul_ps(g, _mm256_fmadd_ps(pr, pr, _mm256_mul_ps(pi, pi)));
        const __m256 q = _mm256_mul_ps(g, _mm256_fmadd_ps(mr, mr, _mm256_mul_ps(mi, mi)));
        _mm256_storeu_ps(power + k, p);
        _mm256_storeu_ps(power + m - k - 7,
                         _mm256_permutevar8x32_ps(q, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0)));
    }
}
