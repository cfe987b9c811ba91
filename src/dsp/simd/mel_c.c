// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__mel_c(float *out, const snq__mel_bank *bank, const float *power)
{
    for (uint32_t b = 0; b < bank->bands; b++) {
        float y = 0;
        for (uint32_t i = bank->at[b]; i < bank->at[b + 1]; i++) {
            const float *w = bank->weight + (size_t)i * SNQ__MEL_TILE;
            for (uint32_t k = 0; k < SNQ__MEL_TILE; k++)
                y += w[k] * power[bank->first[i] + k];
        }
        out[b] = y;
    }
}
