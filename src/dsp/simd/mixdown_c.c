// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__mixdown_c(float *out, const float *const *channel, uint32_t channels, float gain,
                    size_t n)
{
    for (size_t t = 0; t < n; t++) {
        float y = channel[0][t];
        for (uint32_t c = 1; c < channels; c++)
            y += channel[c][t];
        out[t] = y * gain;
    }
}
