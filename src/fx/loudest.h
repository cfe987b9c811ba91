// SPDX-License-Identifier: MIT
/* loudest -- how large the samples of two sides are at most, in one look.
 *
 * Of floats without their sign the bits are in the order of the values, infinities and what is no number above
 * all others; and an integer's comparison is what every vector unit has. */
#ifndef SNQ_FX_LOUDEST_H
#define SNQ_FX_LOUDEST_H

#include <stdint.h>

/* Bits, without sign, of the largest magnitude in left and right (n,): 0 only where all are 0 (of either sign). */
typedef uint32_t snq__loudest_fn(const float *left, const float *right, uint32_t n);
snq__loudest_fn *snq__loudest_pick(unsigned cpu_flags);
snq__loudest_fn snq__loudest_c, snq__loudest_avx2, snq__loudest_avx512;

#endif
