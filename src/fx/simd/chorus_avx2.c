// SPDX-License-Identifier: MIT
#include "fx/chorus_impl.h"

#define SNQ__CHORUS      snq__chorus_avx2
#define SNQ__CHORUS_COPY snq__chorus_copy_avx2
#include "fx/simd/chorus.inc"
