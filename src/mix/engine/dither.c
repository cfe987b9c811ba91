// SPDX-License-Identifier: MIT
#include "mix/engine/dither.h"

#include <math.h>

/* splitmix64's finaliser: a number of its own for each place */
static uint64_t hash(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void snq_dither(float *x, size_t n, int bits, uint64_t seed, uint32_t channel, int64_t frame)
{
    const float step = ldexpf(1.0f, 1 - bits);
    const uint64_t from = hash(seed ^ ((uint64_t)(channel + 1) << 56));
    for (size_t i = 0; i < n; i++) {
        const uint64_t h = hash(from + 0x9e3779b97f4a7c15u * (uint64_t)(frame + (int64_t)i));
        /* two uniform numbers of 24 bits each, their middles: no mean of their own */
        const float two = (float)(uint32_t)(h >> 40) + (float)(uint32_t)(h & 0xffffff) + 1.0f;
        const float noise = (two * 0x1p-24f - 1.0f) * step;
        x[i] += x[i] == 0.0f ? 0.0f : noise;
    }
}
