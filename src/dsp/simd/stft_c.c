// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__stft_pair_c(float *power, const float *re, const float *im, uint32_t n, float scale)
{
    for (uint32_t k = 0; k <= n / 2; k++) {
        const uint32_t l = k ? n - k : 0;
        power[k] += scale * ((re[k] * re[k] + im[k] * im[k]) + (re[l] * re[l] + im[l] * im[l]));
    }
}
