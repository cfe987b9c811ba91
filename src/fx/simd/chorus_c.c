// SPDX-License-Identifier: MIT
#include "fx/chorus_impl.h"

#define SNQ__CHORUS snq__chorus_c
#include "fx/simd/chorus.inc"
