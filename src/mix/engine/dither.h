// SPDX-License-Identifier: MIT
/* dither -- noise that turns the error of rounding to whole steps into plain noise.
 *
 * Triangular density, two steps wide (S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and
 * Dither: A Theoretical Survey", JAES 40(5), 1992): mean and power of the error depend on the sound no
 * longer. */
#ifndef SNQ_MIX_ENGINE_DITHER_H
#define SNQ_MIX_ENGINE_DITHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Dither for steps of 2^(1 - bits) (bits 8 .. 24), added in place to x (n,); the same numbers for the same
 * seed, channel and position (frame of x[0]). Exact zeros stay: silence is silence. */
SNQ_RT void snq_dither(float *x, size_t n, int bits, uint64_t seed, uint32_t channel,
                       int64_t frame);

#endif
