// SPDX-License-Identifier: MIT
#include "fx/shaper_impl.h"

#define SNQ__SHAPER(name) snq__shaper_##name##_c
#include "fx/simd/shaper.inc"
