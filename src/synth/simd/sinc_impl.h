// SPDX-License-Identifier: MIT
/* sinc -- kernels that read recordings between their frames; what they compute: sinc_table.c. All variants give the
 * same bits. */
#ifndef SNQ_SYNTH_SIMD_SINC_IMPL_H
#define SNQ_SYNTH_SIMD_SINC_IMPL_H

#include <stdint.h>

#include "base/attr.h"

/* Taps of one degree of brightness. */
typedef struct snq__sinc_level {
    uint32_t taps;    /* a multiple of 16 */
    uint32_t phases;  /* rows phases + 1: the last is the first, a frame on */
    const float *row; /* (phases + 1, taps) */
} snq__sinc_level;

/* y[i] = value between frames taps/2 - 1 and taps/2 of window[i] (taps,), frac[i] 0..1 beyond the former; n of them. */
typedef void snq__sinc_fn(const snq__sinc_level *l, const float *const *window, const float *frac,
                          float *y, uint32_t n);
SNQ_RT snq__sinc_fn snq__sinc_read_c;
SNQ_RT snq__sinc_fn snq__sinc_read_avx2;

#endif
