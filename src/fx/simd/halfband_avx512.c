// SPDX-License-Identifier: MIT
#include "fx/oversample.h"

#define SNQ__HALFBAND_BYTES 64
#define SNQ__HALFBAND(name) snq__halfband_##name##_avx512
#include "fx/simd/halfband.inc"
