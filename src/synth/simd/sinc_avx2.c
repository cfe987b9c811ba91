// SPDX-License-Identifier: MIT
#include "synth/simd/sinc_impl.h"

#include "synth/simd/sinc_taps.inc"

void snq__sinc_read_avx2(const snq__sinc_level *l, const float *const *window, const float *frac,
                         float *y, uint32_t n)
{
    read_all(l, window, frac, y, n);
}
