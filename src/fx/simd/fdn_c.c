// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN snq__fdn_c
#include "fx/simd/fdn.inc"
