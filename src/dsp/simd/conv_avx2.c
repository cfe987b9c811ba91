// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>
#include <string.h>

enum { TILE = SNQ__CONV_TILE, ROWS = 6 };

#define SNQ__INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 24")
#endif

/* One tile of outputs, for all rows. */
typedef struct part {
    const snq__conv_plan *p;
    const float *const *x;
    const float *add, *weight, *bias;
    float *y;
    size_t y_step;
    uint32_t width; /* outputs of the tile */
} part;

SNQ__INLINE void put_full(const part *a, size_t t, __m256 lo, __m256 hi)
{
    float *y = a->y + t * a->y_step;
    if (a->add) {
        lo = _mm256_add_ps(lo, _mm256_loadu_ps(a->add + t * a->p->hop));
        hi = _mm256_add_ps(hi, _mm256_loadu_ps(a->add + t * a->p->hop + 8));
    }
    _mm256_storeu_ps(y, lo);
    _mm256_storeu_ps(y + 8, hi);
}

static void put_some(const part *a, size_t t, const float *sum)
{
    float *y = a->y + t * a->y_step;
    for (uint32_t o = 0; o < a->width; o++)
        y[o] = a->add ? sum[o] + a->add[t * a->p->hop + o] : sum[o];
}

/* Rows t .. t + rows - 1; rows is a constant wherever this is called, so that the sums live in
 * registers. */
SNQ__INLINE void block(const part *a, size_t t, const int rows)
{
    const uint32_t in = a->p->in, taps = a->p->taps;
    const size_t hop = a->p->hop;
    const float *w = a->weight;
    __m256 lo[ROWS], hi[ROWS];
    UNROLL
    for (int r = 0; r < rows; r++) {
        lo[r] = _mm256_loadu_ps(a->bias);
        hi[r] = _mm256_loadu_ps(a->bias + 8);
    }
    for (uint32_t k = 0; k < taps; k++) {
        const float *x = a->x[k] + t * hop;
        for (uint32_t i = 0; i < in; i++, w += TILE, x++) {
            const __m256 w0 = _mm256_loadu_ps(w), w1 = _mm256_loadu_ps(w + 8);
            UNROLL
            for (int r = 0; r < rows; r++) {
                const __m256 v = _mm256_broadcast_ss(x + (size_t)r * hop);
                lo[r] = _mm256_fmadd_ps(w0, v, lo[r]);
                hi[r] = _mm256_fmadd_ps(w1, v, hi[r]);
            }
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
        float sum[TILE];
        if (a->width == TILE) {
            put_full(a, t + (size_t)r, lo[r], hi[r]);
            continue;
        }
        _mm256_storeu_ps(sum, lo[r]);
        _mm256_storeu_ps(sum + 8, hi[r]);
        put_some(a, t + (size_t)r, sum);
    }
}

#define BLOCKS(count)                         \
    for (; t + (count) <= rows; t += (count)) \
    block(a, t, (count))

static void tile(const part *a, size_t rows)
{
    size_t t = 0;
    BLOCKS(ROWS);
    BLOCKS(3);
    BLOCKS(1);
}

void snq__conv_avx2(const snq__conv_plan *p, float *y, size_t y_step, const float *const *x,
                    const float *add, uint32_t rows)
{
    part a = { .p = p, .x = x, .y_step = y_step };
    for (uint32_t o = 0; o < p->out; o += TILE) {
        a.add = add ? add + o : NULL;
        a.weight = p->weight + (size_t)o * p->taps * p->in;
        a.bias = p->bias + o;
        a.y = y + o;
        a.width = p->out - o < TILE ? p->out - o : TILE;
        tile(&a, rows);
    }
}
