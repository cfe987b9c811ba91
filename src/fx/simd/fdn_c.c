// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN_WIDE  8
#define SNQ__FDN(name) snq__fdn_##name##_c
#include "fx/simd/fdn.inc"
