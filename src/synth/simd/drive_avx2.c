// SPDX-License-Identifier: MIT
#include "synth/simd/drive_impl.h"

#define DRIVE        snq__drive_avx2
#define FMA(a, b, c) __builtin_fmaf((a), (b), (c))
#include "synth/simd/drive_side.inc"
