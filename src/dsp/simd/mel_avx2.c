// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

/* Eight partial sums of a band. */
static inline __m256 band(const snq__mel_bank *bank, uint32_t b, const float *power)
{
    __m256 y = _mm256_setzero_ps();
    for (uint32_t i = bank->at[b]; i < bank->at[b + 1]; i++)
        y = _mm256_fmadd_ps(_mm256_loadu_ps(bank->weight + (size_t)i * SNQ__MEL_TILE),
                            _mm256_loadu_ps(power + bank->first[i]), y);
    return y;
}

/* The lower and the upper halves of four bands' sums. */
static inline __m256 four(const snq__mel_bank *bank, uint32_t b, const float *power)
{
    return _mm256_hadd_ps(_mm256_hadd_ps(band(bank, b, power), band(bank, b + 1, power)),
                          _mm256_hadd_ps(band(bank, b + 2, power), band(bank, b + 3, power)));
}

void snq__mel_avx2(float *out, const snq__mel_bank *bank, const float *power)
{
    uint32_t b = 0;
    for (; b + 4 <= bank->bands; b += 4) {
        const __m256 y = four(bank, b, power);
        _mm_storeu_ps(out + b, _mm_add_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1)));
    }
    for (; b < bank->bands; b++) {
        __m256 y = band(bank, b, power);
        y = _mm256_hadd_ps(y, y);
        y = _mm256_hadd_ps(y, y);
        out[b] = _mm_cvtss_f32(_mm_add_ss(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1)));
    }
}
