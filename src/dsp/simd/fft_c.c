// SPDX-License-Identifier: MIT
/* The passes with vectors of four in the compilers' own notation: any machine has them or does them
 * one by one, with the same result. */
#include "dsp/simd/kernels_impl.h"

#include <string.h>

typedef float vec __attribute__((vector_size(16)));
#define VEC_LANES         ((size_t)4)
#define vec_set1(x)       ((vec) { (x), (x), (x), (x) })
#define vec_add(a, b)     ((a) + (b))
#define vec_sub(a, b)     ((a) - (b))
#define vec_mul(a, b)     ((a) * (b))
#define vec_fma(a, b, c)  ((c) + (a) * (b))
#define vec_fnma(a, b, c) ((c) - (a) * (b))
#define vec_away(a, p)    ((a) + (a) - (p))

enum { ROW_IM = 4, ROW_RE4 = 8, ROW_IM4 = 12 };

static inline vec vec_load(const float *p)
{
    vec x;
    memcpy(&x, p, sizeof(x));
    return x;
}

static inline void vec_store(float *p, vec x)
{
    memcpy(p, &x, sizeof(x));
}

static inline void vec_split(vec a, vec b, vec *re, vec *im)
{
    *re = __builtin_shufflevector(a, b, 0, 2, 4, 6);
    *im = __builtin_shufflevector(a, b, 1, 3, 5, 7);
}

/* Columns 0 .. 3 of the rows that begin at x + row[i]. */
static inline void vec_columns4(const float *x, const uint32_t *row, vec column[4])
{
    const vec r0 = vec_load(x + row[0]), r1 = vec_load(x + row[1]);
    const vec r2 = vec_load(x + row[2]), r3 = vec_load(x + row[3]);
    const vec a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
    const vec b = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
    const vec c = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
    const vec d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
    column[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    column[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    column[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    column[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

static inline vec vec_reverse(vec x)
{
    return __builtin_shufflevector(x, x, 3, 2, 1, 0);
}

#include "dsp/simd/fft_passes.inc"

/* The definition, for 8 and 16. */
static void slow(const snq__fft_plan *plan, float *re, float *im, const snq__fft_source *in)
{
    const uint32_t n = plan->n;
    const float *root = plan->pass[0].root; /* (n, 2) */
    for (uint32_t k = 0; k < n; k++) {
        float r = 0, i = 0;
        for (uint32_t t = 0; t < n; t++) {
            float a = in->im ? in->re[t] : in->re[2 * t],
                  b = in->im ? in->im[t] : in->re[2 * t + 1];
            if (in->window) {
                a *= in->window[in->im ? t : 2 * t];
                b *= in->window[in->im ? t : 2 * t + 1];
            }
            const float *w = root + 2 * (k * t % n);
            r += a * w[0] - b * w[1];
            i += a * w[1] + b * w[0];
        }
        re[k] = r;
        im[k] = i;
    }
}

void snq__fft_c(const snq__fft_plan *plan, float *re, float *im, const snq__fft_source *in)
{
    if (plan->n < 32)
        slow(plan, re, im, in);
    else {
        run(plan, in, NULL);
        last_pass(plan, re, im);
    }
}

void snq__stft_power_c(const snq__fft_plan *plan, float *re, float *im, float *power, uint32_t bins,
                       const snq__fft_source *in, float scale)
{
    if (plan->n >= 64 && bins <= plan->n / 16) {
        run(plan, in, NULL);
        last_power(plan, re, im, power, bins, scale);
        return;
    }
    snq__fft_c(plan, re, im, in);
    memset(power, 0, (plan->n / 2 + 1) * sizeof(*power));
    snq__stft_pair_c(power, re, im, plan->n, scale);
}

void snq__rfft_unpack_c(float *x, const float *re, const float *im, const float *v, uint32_t m)
{
    x[0] = re[0] + im[0];
    x[1] = 0.0f;
    x[2 * (size_t)m] = re[0] - im[0];
    x[2 * (size_t)m + 1] = 0.0f;
    for (uint32_t k = 1; k <= m / 2; k++) {
        const uint32_t l = m - k;
        const float sr = 0.5f * (re[k] + re[l]), si = 0.5f * (im[k] - im[l]); /* (a + conj b) / 2 */
        const float dr = re[k] - re[l], di = im[k] + im[l];                   /* a - conj b */
        const float tr = v[k] * dr - v[m / 2 + 1 + k] * di, ti = v[k] * di + v[m / 2 + 1 + k] * dr;
        x[2 * (size_t)k] = sr + tr;
        x[2 * (size_t)k + 1] = si + ti;
        x[2 * (size_t)l] = sr - tr;
        x[2 * (size_t)l + 1] = ti - si;
    }
}

void snq__rfft_power_c(float *power, const float *re, const float *im, const float *v, uint32_t m,
                       float scale)
{
    power[0] = scale * ((re[0] + im[0]) * (re[0] + im[0]));
    power[m] = scale * ((re[0] - im[0]) * (re[0] - im[0]));
    for (uint32_t k = 1; k <= m / 2; k++) {
        const uint32_t l = m - k;
        const float sr = 0.5f * (re[k] + re[l]), si = 0.5f * (im[k] - im[l]);
        const float dr = re[k] - re[l], di = im[k] + im[l];
        const float tr = v[k] * dr - v[m / 2 + 1 + k] * di, ti = v[k] * di + v[m / 2 + 1 + k] * dr;
        power[k] = scale * ((sr + tr) * (sr + tr) + (si + ti) * (si + ti));
        power[l] = scale * ((sr - tr) * (sr - tr) + (si - ti) * (si - ti));
    }
}
