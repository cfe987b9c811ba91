// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN snq__fdn_avx2
#include "fx/simd/fdn.inc"
