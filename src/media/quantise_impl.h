// SPDX-License-Identifier: MIT
/* quantise -- float samples to integers, the same way for every format (private to media). */
#ifndef SNQ_MEDIA_QUANTISE_IMPL_H
#define SNQ_MEDIA_QUANTISE_IMPL_H

#include <stdint.h>

/* x times `scale` (2^(bits-1)) to the nearest integer, ties to even, NaN to 0; adds to *clipped what did
 * not fit. */
static inline int32_t snq__quantise(float x, double scale, uint64_t *clipped)
{
    const double magic = 0x1.8p52; /* adding it leaves no fraction bits */
    double v = (double)x * scale;
    v = v == v ? (v + magic) - magic : 0.0;
    if (v > scale - 1) {
        ++*clipped;
        return (int32_t)(scale - 1);
    }
    if (v < -scale) {
        ++*clipped;
        return (int32_t)-scale;
    }
    return (int32_t)v;
}

#endif
