// SPDX-License-Identifier: MIT
#include <stddef.h>

#include "synth/simd/wave_impl.h"

static inline void load_pieces(const float *piece, const snq__v8u *index, snq__v8f *value,
                               snq__v8f *slope)
{
    for (int l = 0; l < SNQ_LANES; l++) {
        (*value)[l] = piece[2 * (size_t)(*index)[l]];
        (*slope)[l] = piece[2 * (size_t)(*index)[l] + 1];
    }
}

#include "synth/simd/wave_lanes.inc"

KERNEL(snq__wave_one_c, 1)
KERNEL(snq__wave_two_c, 2)
