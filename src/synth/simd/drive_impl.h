// SPDX-License-Identifier: MIT
/* drive_impl -- the loops of voice_drive.c, a side and a block. Variants agree to roundings: within -110 dB.
 * Vectors of sixteen were no faster: roots and quotients take as long a number. */
#ifndef SNQ_SYNTH_SIMD_DRIVE_IMPL_H
#define SNQ_SYNTH_SIMD_DRIVE_IMPL_H

#include "synth/voice_impl.h"

typedef struct snq__drive_run {
    float gain, gain_step;   /* g at the end of the last block, and more of it each half frame */
    float keeps, keeps_rest; /* 1 - c; the same, of what is left when all is silent */
    uint32_t n;              /* 1 .. SNQ_SYNTH_BLOCK */
} snq__drive_run;

/* x (n,) distorted, at the rate, without a mean: z (n,). */
typedef void snq__drive_fn(const snq__drive_run *r, snq__drive_side *s, const float *x, float *z);
extern snq__drive_fn snq__drive_c, snq__drive_avx2;
/* The best that `cpu_flags` allow. */
snq__drive_fn *snq__drive_pick(unsigned cpu_flags);

#endif
