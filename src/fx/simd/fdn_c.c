// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#define SNQ__FDN_LINES_RUN snq__fdn_lines_c
#define SNQ__FDN_CUT_RUN   snq__fdn_cut_c
#include "fx/simd/fdn.inc"
