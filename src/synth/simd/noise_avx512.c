// SPDX-License-Identifier: MIT
#include "synth/simd/noise_impl.h"

#include "synth/simd/noise_lanes.inc"

void snq__noise_kernels_avx512(snq__noise_kernels *k)
{
    *k = (snq__noise_kernels) { .draw = draw, .tint = tint, .add = add };
}
