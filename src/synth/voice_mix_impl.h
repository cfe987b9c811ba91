// SPDX-License-Identifier: MIT
/* voice_mix -- eight voices to two sides: amplitude, place, sum. Kernels agree within 1e-6 of the sum of the
 * magnitudes. */
#ifndef SNQ_SYNTH_VOICE_MIX_IMPL_H
#define SNQ_SYNTH_VOICE_MIX_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "synth/lanes_impl.h"

typedef struct snq__voice_mix {
    uint32_t n;             /* frames */
    const snq__lanes *x[2]; /* (n,); the same twice when there is one side only */
    snq__ramp amp;          /* amplitude, */
    snq__ramp side[2];      /* and what of it goes to the left and the right */
    float smooth;           /* 0..1: state += smooth (amp - state), a frame */
} snq__voice_mix;

/* ADDS to left and right (n,). state: the amplitude as it was used last, a lane. */
typedef void snq__voice_mix_fn(const snq__voice_mix *m, snq__lanes *state, float *left,
                               float *right);

SNQ_RT void snq__voice_mix_c(const snq__voice_mix *m, snq__lanes *state, float *left, float *right);
SNQ_RT void snq__voice_mix_avx2(const snq__voice_mix *m, snq__lanes *state, float *left,
                                float *right);
SNQ_RT void snq__voice_mix_avx512(const snq__voice_mix *m, snq__lanes *state, float *left,
                                  float *right);
/* The best that snq_cpu_flags() allows. */
snq__voice_mix_fn *snq__voice_mix_pick(unsigned cpu_flags);

#endif
