// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN_WIDE  16
#define SNQ__FDN(name) snq__fdn_##name##_avx512
#include "fx/simd/fdn.inc"
