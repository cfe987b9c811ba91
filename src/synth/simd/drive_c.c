// SPDX-License-Identifier: MIT
#include "synth/simd/drive_impl.h"

#define DRIVE        snq__drive_c
#define FMA(a, b, c) ((a) * (b) + (c))
#include "synth/simd/drive_side.inc"
