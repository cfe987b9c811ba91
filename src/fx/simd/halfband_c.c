// SPDX-License-Identifier: MIT
#include "fx/oversample.h"

#define SNQ__HALFBAND_BYTES 32
#define SNQ__HALFBAND(name) snq__halfband_##name##_c
#include "fx/simd/halfband.inc"
