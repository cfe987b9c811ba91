// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

enum { TILE = SNQ__CONV_TILE, WIDE_ROWS = 12, NARROW_ROWS = 24 };

#define SNQ__INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 24")
#endif

/* Hides where a value comes from: so it stays in a register and is not worked out again. */
#define KEEP(value) __asm__("" : "+r"(value))

/* One or two tiles of outputs side by side, for all rows. */
typedef struct part {
    const snq__conv_plan *p;
    const float *const *x;
    const float *add, *weight, *bias;
    float *y;
    size_t y_step, tile_floats; /* of a tile's weights */
    __mmask16 last;             /* which outputs of the last tile there are */
} part;

SNQ__INLINE void put(const part *a, size_t t, __m512 sum, int tile, __mmask16 mask)
{
    if (a->add)
        sum = _mm512_add_ps(
            sum, _mm512_maskz_loadu_ps(mask, a->add + t * a->p->hop + (size_t)tile * TILE));
    _mm512_mask_storeu_ps(a->y + t * a->y_step + (size_t)tile * TILE, mask, sum);
}

/* Rows t .. t + rows - 1. rows and tiles are constants wherever this is called, so that the sums
 * live in registers. So shall the addresses: a row is reached from every fourth row's beginning by
 * one of four distances, which makes ten of them for 24 rows. */
SNQ__INLINE void block(const part *a, size_t t, const int rows, const int tiles)
{
    const uint32_t in = a->p->in, taps = a->p->taps;
    const size_t hop = a->p->hop;
    const int near = rows < 4 ? rows : 4;
    const float *w = a->weight;
    __m512 sum[NARROW_ROWS], sum1[WIDE_ROWS];
    UNROLL
    for (int r = 0; r < rows; r++) {
        sum[r] = _mm512_loadu_ps(a->bias);
        if (tiles == 2)
            sum1[r] = _mm512_loadu_ps(a->bias + TILE);
    }
    for (uint32_t k = 0; k < taps; k++) {
        const float *x[NARROW_ROWS / 4];
        size_t at[4] = { 0, hop, 2 * hop, 3 * hop };
        UNROLL
        for (int r = 0; r < rows; r += 4) {
            x[r / 4] = a->x[k] + (t + (size_t)r) * hop;
            KEEP(x[r / 4]);
        }
        for (uint32_t i = 0; i < in; i++, w += TILE) {
            const __m512 w0 = _mm512_loadu_ps(w);
            const __m512 w1 = tiles == 2 ? _mm512_loadu_ps(w + a->tile_floats) : w0;
            UNROLL
            for (int r = 0; r < rows; r++) {
                const __m512 v = _mm512_set1_ps(x[r / 4][at[r % 4]]);
                sum[r] = _mm512_fmadd_ps(w0, v, sum[r]);
                if (tiles == 2)
                    sum1[r] = _mm512_fmadd_ps(w1, v, sum1[r]);
            }
            UNROLL
            for (int r = 0; r < near; r++) {
                at[r]++;
                KEEP(at[r]);
            }
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
        put(a, t + (size_t)r, sum[r], 0, tiles == 2 ? 0xffff : a->last);
        if (tiles == 2)
            put(a, t + (size_t)r, sum1[r], 1, a->last);
    }
}

#define BLOCKS(count, tiles)                  \
    for (; t + (count) <= rows; t += (count)) \
    block(a, t, (count), (tiles))

static void narrow(const part *a, size_t rows)
{
    size_t t = 0;
    BLOCKS(NARROW_ROWS, 1);
    BLOCKS(12, 1);
    BLOCKS(4, 1);
    BLOCKS(1, 1);
}

static void wide(const part *a, size_t rows)
{
    size_t t = 0;
    BLOCKS(WIDE_ROWS, 2);
    BLOCKS(4, 2);
    BLOCKS(1, 2);
}

void snq__conv_avx512(const snq__conv_plan *p, float *y, size_t y_step, const float *const *x,
                      const float *add, uint32_t rows)
{
    part a = { .p = p, .x = x, .y_step = y_step, .tile_floats = (size_t)p->taps * p->in * TILE };
    for (uint32_t o = 0; o < p->out;) {
        const uint32_t left = p->out - o, width = left < 2 * TILE ? left : 2 * TILE;
        const int tiles = width > TILE ? 2 : 1;
        a.add = add ? add + o : NULL;
        a.weight = p->weight + o / TILE * a.tile_floats;
        a.bias = p->bias + o;
        a.y = y + o;
        a.last = (__mmask16)(0xffffu >> ((uint32_t)tiles * TILE - width));
        (tiles == 2 ? wide : narrow)(&a, rows);
        o += width;
    }
}
