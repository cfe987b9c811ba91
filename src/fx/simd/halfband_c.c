// SPDX-License-Identifier: MIT
#include "fx/oversample.h"

#define SNQ__HALFBAND snq__halfband_c
#include "fx/simd/halfband.inc"
