// SPDX-License-Identifier: MIT
#include <stddef.h>

#include "synth/simd/wave_impl.h"

#define WIDTH      8
#define LANES_MOST 6
#define PLAY       snq__wave_play_c
#define MOVE       snq__wave_move_c
typedef snq__v8u words;
typedef snq__v8f floats;

static inline void load_pieces(const float *piece, const snq__v8u *index, snq__v8f *value,
                               snq__v8f *slope)
{
    for (int l = 0; l < SNQ_LANES; l++) {
        (*value)[l] = piece[2 * (size_t)(*index)[l]];
        (*slope)[l] = piece[2 * (size_t)(*index)[l] + 1];
    }
}

#define load_words(from)  SNQ__V8U(*(from))
#define load_floats(from) SNQ__V8F(*(from))

static inline void add_lane(const float *from, uint32_t n, int lane, snq__lanes *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i].v[lane] += from[i];
}

#include "synth/simd/wave_lanes.inc"
