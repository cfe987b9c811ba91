// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN_LINES_RUN snq__fdn_lines_avx2
#define SNQ__FDN_CUT_RUN   snq__fdn_cut_avx2
#include "fx/simd/fdn.inc"
