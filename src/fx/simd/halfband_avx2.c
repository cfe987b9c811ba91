// SPDX-License-Identifier: MIT
#include "fx/oversample.h"

#define SNQ__HALFBAND snq__halfband_avx2
#include "fx/simd/halfband.inc"
