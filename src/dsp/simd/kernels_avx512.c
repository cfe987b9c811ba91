// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

/* What is bound by memory or takes no time is left to AVX2. */
void snq__kernels_avx512(snq__kernels *k)
{
    k->fft = snq__fft_avx512;
    k->stft_power = snq__stft_power_avx512;
    k->stft_pair = snq__stft_pair_avx512;
    k->conv = snq__conv_avx512;
    k->levels = snq__levels_avx512;
    k->levels_dot = snq__levels_dot_avx512;
    k->truepeak = snq__truepeak_avx512;
    k->kweight = snq__kweight_avx512;
}
