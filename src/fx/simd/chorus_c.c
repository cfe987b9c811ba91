// SPDX-License-Identifier: MIT
#include "fx/chorus_impl.h"

#define SNQ__CHORUS      snq__chorus_c
#define SNQ__CHORUS_COPY snq__chorus_copy_c
#include "fx/simd/chorus.inc"
