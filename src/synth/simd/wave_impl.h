// SPDX-License-Identifier: MIT
/* wave_impl -- the inner loop of source "wave": periods read at eight pitches.
 *
 * For frame i of n and every lane, in 32-bit arithmetic that wraps round as phases do:
 *     phase_r(i) = phase[r] + i inc[r] + more i (i - 1) / 2                 r = 0, or 0 and 1
 *     read_r     = the straight line of piece first[r] + phase_r >> (32 - bits), at the place that
 *                  the phase's other bits say
 *     side_s(i) += (gain[s] + i gain_step[s]) sum over r (weight[r] + i weight_step[r]) read_r
 * With one read its weight is 1. Sides: left, and right unless that is NULL.
 * All variants give the same bits. */
#ifndef SNQ_SYNTH_SIMD_WAVE_IMPL_H
#define SNQ_SYNTH_SIMD_WAVE_IMPL_H

#include "synth/simd/lane_words.h"

typedef struct snq__wave_run {
    const float *piece; /* (pieces, 2) value in the middle, slope: see bank_impl.h */
    uint32_t n;
    snq__lane_words first[2], bits; /* bits: 8 .. 14 */
    snq__lane_words phase[2], inc[2], more;
    snq__lanes weight[2], weight_step[2];
    snq__lanes gain[2], gain_step[2];
} snq__wave_run;

typedef void snq__wave_fn(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);

typedef struct snq__wave_kernels {
    snq__wave_fn *one, *two; /* reads */
} snq__wave_kernels;

void snq__wave_kernels_init(snq__wave_kernels *k, unsigned cpu_flags);
void snq__wave_one_c(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);
void snq__wave_two_c(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);
void snq__wave_one_avx2(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);
void snq__wave_two_avx2(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);

#endif
