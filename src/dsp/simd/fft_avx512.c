// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

typedef __m512 vec;
#define VEC_LANES         ((size_t)16)
#define vec_load(p)       _mm512_loadu_ps(p)
#define vec_store(p, x)   _mm512_storeu_ps(p, x)
#define vec_set1(x)       _mm512_set1_ps(x)
#define vec_add(a, b)     _mm512_add_ps(a, b)
#define vec_sub(a, b)     _mm512_sub_ps(a, b)
#define vec_mul(a, b)     _mm512_mul_ps(a, b)
#define vec_fma(a, b, c)  _mm512_fmadd_ps(a, b, c)
#define vec_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define vec_away(a, p)    _mm512_fmsub_ps(_mm512_set1_ps(2.0f), a, p)

static inline void vec_split(vec a, vec b, vec *re, vec *im)
{
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    *re = _mm512_permutex2var_ps(a, even, b);
    *im = _mm512_permutex2var_ps(a, _mm512_add_epi32(even, _mm512_set1_epi32(1)), b);
}

enum { ROW_RE4 = 4, ROW_IM = 8, ROW_IM4 = 12 };

/* Columns 0 .. 3 of the rows that begin at x + row[i]. */
static inline void vec_columns4(const float *x, const uint32_t *at, vec column[4])
{
    __m512 row[4];
    for (int i = 0; i < 4; i++) {
        row[i] = _mm512_castps128_ps512(_mm_loadu_ps(x + at[i]));
        row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(x + at[i + 4]), 1);
        row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(x + at[i + 8]), 2);
        row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(x + at[i + 12]), 3);
    }
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(row[0], row[1]));
    const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(row[0], row[1]));
    const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(row[2], row[3]));
    const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(row[2], row[3]));
    column[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    column[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    column[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    column[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
}

static inline vec vec_reverse(vec x)
{
    return _mm512_permutexvar_ps(
        _mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), x);
}

#include "dsp/simd/fft_passes.inc"

/* Two runs of eight. */
static inline vec load_two(const float *a, const float *b)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(a)), _mm256_loadu_ps(b), 1);
}

/* a[i] in the lower lanes, b[i] in the upper ones. */
static inline vec set_two(const float *a, const float *b)
{
    return _mm512_mask_broadcastss_ps(_mm512_set1_ps(*a), 0xFF00, _mm_load_ss(b));
}

static inline cvec root_two(const float *t, size_t width)
{
    return (cvec) { set_two(t, t + width), set_two(t + 1, t + width + 1) };
}

/* Numbers of the two butterflies at `a` and at `a + apart` floats: row k of eight in each. */
static inline cvec load_rows(const float *a, size_t apart, size_t k)
{
    const float *x = a + k / 2 * 32 + k % 2 * 8;
    return (cvec) { load_two(x, x + apart), load_two(x + 16, x + apart + 16) };
}

/* Row j of both, as the last pass wants it. */
static inline void store_rows(float *a, size_t apart, size_t j, cvec x)
{
    _mm512_storeu_ps(a + 16 * j, _mm512_shuffle_f32x4(x.re, x.im, 0x44));
    _mm512_storeu_ps(a + apart + 16 * j, _mm512_shuffle_f32x4(x.re, x.im, 0xEE));
}

SNQ__INLINE void store_two_rows(float *a, const cvec x[8], unsigned j)
{
    store_rows(a, 128, j, x[order8[j]]);
    store_rows(a, 128, j + 4, x[order8[j + 4]]);
}

/* A middle pass of stride 8: two butterflies side by side. It leaves rows of eight. */
static void narrow(const snq__fft_plan *plan, const snq__fft_pass *pass, size_t from, size_t to)
{
    for (size_t g = from; g < to; g += 2) {
        cvec x[8];
        if (pass->radix == 8) {
            const float *t = pass->root + 8 * g;
            const roots r = { root_two(t, 8), root_two(t + 2, 8), root_two(t + 4, 8),
                              root_two(t + 6, 8) };
            float *z = plan->work + at(plan, 64 * g);
            for (size_t k = 0; k < 8; k++)
                x[k] = load_rows(z, 128, k);
            halves8_turned(x, &r);
            join8_turned(x, &r, 0);
            store_two_rows(z, x, 0);
            join8_turned(x, &r, 1);
            store_two_rows(z, x, 1);
            join8_turned(x, &r, 2);
            store_two_rows(z, x, 2);
            join8_turned(x, &r, 3);
            store_two_rows(z, x, 3);
        } else {
            const float *t = pass->root + 4 * g;
            const roots r = { .w = root_two(t, 4), .w2 = root_two(t + 2, 4) };
            float *z = plan->work + at(plan, 32 * g);
            for (size_t k = 0; k < 4; k++)
                x[k] = load_rows(z, 64, k);
            dft4_turned(x, &r);
            for (unsigned j = 0; j < 4; j++)
                store_rows(z, 64, j, x[order4[j]]);
        }
    }
}

enum { LEAST = 128 };

void snq__fft_avx512(const snq__fft_plan *plan, float *re, float *im, const snq__fft_source *in)
{
    if (plan->n < LEAST)
        snq__fft_avx2(plan, re, im, in);
    else {
        run(plan, in, narrow);
        last_pass(plan, re, im);
    }
}

void snq__stft_power_avx512(const snq__fft_plan *plan, float *re, float *im, float *power,
                            uint32_t bins, const snq__fft_source *in, float scale)
{
    if (plan->n >= 256 && bins <= plan->n / 16) {
        run(plan, in, narrow);
        last_power(plan, re, im, power, bins, scale);
        return;
    }
    snq__stft_power_avx2(plan, re, im, power, bins, in, scale);
}
