// SPDX-License-Identifier: MIT
/* noise_impl -- the inner loops of source "noise": random numbers in eight lanes, and their colouring.
 *
 * Draw: every lane steps its own xoshiro128+; the upper 23 bits are a number in -1 .. 1.
 * Tint: four sections  w = x + pole w', y = w - zero w'  one behind the other, in place; w' in `state`.
 * Add:  to[i] += (gain + i step) x[i].
 * All variants give the same bits. */
#ifndef SNQ_SYNTH_SIMD_NOISE_IMPL_H
#define SNQ_SYNTH_SIMD_NOISE_IMPL_H

#include "synth/simd/lane_words.h"

enum { SNQ__NOISE_GROUP = 4 }; /* sections of one call of tint */

typedef struct snq__noise_kernels {
    void (*draw)(snq__lane_words state[4], snq__lanes *x, uint32_t n);
    void (*tint)(const float *pole, const float *zero, snq__lanes *state, snq__lanes *x,
                 uint32_t n);
    void (*add)(const snq__lanes *gain, const snq__lanes *step, const snq__lanes *x, snq__lanes *to,
                uint32_t n);
} snq__noise_kernels;

void snq__noise_kernels_init(snq__noise_kernels *k, unsigned cpu_flags);
void snq__noise_kernels_c(snq__noise_kernels *k);
void snq__noise_kernels_avx2(snq__noise_kernels *k);

#endif
