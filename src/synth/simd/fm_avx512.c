// SPDX-License-Identifier: MIT
#include "synth/simd/fm_impl.h"

#include "synth/simd/fm_lanes.inc"

KERNEL(snq__fm_avx512)
