// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

void snq__mixdown_avx2(float *out, const float *const *channel, uint32_t channels, float gain,
                       size_t n)
{
    const __m256 g = _mm256_set1_ps(gain);
    size_t t = 0;
    for (; t + 8 <= n; t += 8) {
        __m256 y = _mm256_loadu_ps(channel[0] + t);
        for (uint32_t c = 1; c < channels; c++)
            y = _mm256_add_ps(y, _mm256_loadu_ps(channel[c] + t));
        _mm256_storeu_ps(out + t, _mm256_mul_ps(y, g));
    }
    for (; t < n; t++) {
        float y = channel[0][t];
        for (uint32_t c = 1; c < channels; c++)
            y += channel[c][t];
        out[t] = y * gain;
    }
}
