// SPDX-License-Identifier: MIT
/* oversample -- eight times as many samples, and back: for what bends sound.
 *
 *     up (n,) -> (8 n,),   whatever is done there,   down (8 n,) -> (n,)
 *
 * Linear phase. Up and down together are SNQ__OVERSAMPLE_DELAY_8 eighths of a frame late. Flat within
 * 0.001 dB to 0.44 of the rate; images, and what would fold to below 0.44, are lowered by 90 dB and more.
 *
 * One object serves one channel. Plain data inside an effect; clear it before use. How: oversample.c. */
#ifndef SNQ_FX_OVERSAMPLE_H
#define SNQ_FX_OVERSAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "fx/effect.h"

enum {
    SNQ__OVERSAMPLE = 8,
    SNQ__OVERSAMPLE_DELAY_8 = 510,
    SNQ__OVERSAMPLE_STAGES = 3,
    SNQ__OVERSAMPLE_PAIRS_MAX = 28,
};

/* Half-band filter: 1/2 in the middle, coefficient j at the offsets +-(2 j + 1), 0 elsewhere. */
typedef struct snq__halfband {
    uint32_t pairs;
    float c[SNQ__OVERSAMPLE_PAIRS_MAX];
} snq__halfband;

enum {
    SNQ__OVERSAMPLE_PAST = 2 * SNQ__OVERSAMPLE_PAIRS_MAX,
    SNQ__OVERSAMPLE_SLACK = 64, /* kernels work on 32 or 64 outputs at once */
    SNQ__OVERSAMPLE_HALF = SNQ_EFFECT_BLOCK * SNQ__OVERSAMPLE / 2,
};

typedef struct snq__halfband_kernels {
    /* y[i] = sum over j of c[j] (x[i - j] + x[i + 1 + j]) for i = 0 .. n brought up to SNQ__OVERSAMPLE_SLACK. */
    void (*run)(const snq__halfband *h, const float *x, float *y, uint32_t n);
    /* a and 2 b in turns: y (2 n,) */
    void (*weave)(const float *a, const float *b, float *y, uint32_t n);
    /* x (2 n,) in turns to even and odd */
    void (*part)(const float *x, float *even, float *odd, uint32_t n);
} snq__halfband_kernels;

typedef struct snq__oversample {
    snq__halfband_kernels kernel;
    snq__halfband half[SNQ__OVERSAMPLE_STAGES];
    float up[SNQ__OVERSAMPLE_STAGES]
            [SNQ__OVERSAMPLE_PAST + SNQ__OVERSAMPLE_HALF + SNQ__OVERSAMPLE_SLACK];
    float even[SNQ__OVERSAMPLE_STAGES]
              [SNQ__OVERSAMPLE_PAST + SNQ__OVERSAMPLE_HALF + SNQ__OVERSAMPLE_SLACK];
    float odd[SNQ__OVERSAMPLE_STAGES]
             [SNQ__OVERSAMPLE_PAST + SNQ__OVERSAMPLE_HALF + SNQ__OVERSAMPLE_SLACK];
} snq__oversample;

void snq__oversample_init(snq__oversample *o, unsigned cpu_flags);
SNQ_RT void snq__oversample_clear(snq__oversample *o);
/* x (n,), n <= SNQ_EFFECT_BLOCK; y (8 n,). */
SNQ_RT void snq__oversample_up(snq__oversample *o, const float *x, uint32_t n, float *y);
/* x (8 n,), y (n,). */
SNQ_RT void snq__oversample_down(snq__oversample *o, const float *x, uint32_t n, float *y);

void snq__halfband_run_c(const snq__halfband *h, const float *x, float *y, uint32_t n);
void snq__halfband_weave_c(const float *a, const float *b, float *y, uint32_t n);
void snq__halfband_part_c(const float *x, float *even, float *odd, uint32_t n);
void snq__halfband_run_avx2(const snq__halfband *h, const float *x, float *y, uint32_t n);
void snq__halfband_weave_avx2(const float *a, const float *b, float *y, uint32_t n);
void snq__halfband_part_avx2(const float *x, float *even, float *odd, uint32_t n);
void snq__halfband_run_avx512(const snq__halfband *h, const float *x, float *y, uint32_t n);
void snq__halfband_weave_avx512(const float *a, const float *b, float *y, uint32_t n);
void snq__halfband_part_avx512(const float *x, float *even, float *odd, uint32_t n);

#endif
