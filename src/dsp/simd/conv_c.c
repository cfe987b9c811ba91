// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

enum { TILE = SNQ__CONV_TILE };

/* sum (TILE,) = one row of one tile of outputs. */
static void row(const snq__conv_plan *p, uint32_t tile, float *sum, const float *const *x,
                size_t at)
{
    const float *w = p->weight + (size_t)tile * p->taps * p->in * TILE;
    float s[TILE];
    for (int o = 0; o < TILE; o++)
        s[o] = p->bias[(size_t)tile * TILE + (size_t)o];
    for (uint32_t k = 0; k < p->taps; k++) {
        const float *from = x[k] + at;
        for (uint32_t i = 0; i < p->in; i++, w += TILE) {
            const float v = from[i];
            /* or GCC 12 makes vectors over i, which takes seven times as long */
            __asm__("" : "+r"(w));
            for (int o = 0; o < TILE; o++)
                s[o] += w[o] * v;
        }
    }
    for (int o = 0; o < TILE; o++)
        sum[o] = s[o];
}

void snq__conv_c(const snq__conv_plan *p, float *y, size_t y_step, const float *const *x,
                 const float *add, uint32_t rows)
{
    float sum[TILE];
    for (uint32_t o = 0; o < p->out; o += TILE) {
        const uint32_t width = p->out - o < TILE ? p->out - o : TILE;
        for (size_t t = 0; t < rows; t++) {
            row(p, o / TILE, sum, x, t * p->hop);
            for (uint32_t j = 0; j < width; j++)
                y[t * y_step + o + j] = add ? sum[j] + add[t * p->hop + o + j] : sum[j];
        }
    }
}
