// SPDX-License-Identifier: MIT
#include "fx/simd/loudest.inc"

uint32_t snq__loudest_avx2(const float *left, const float *right, uint32_t n)
{
    return loudest_run(left, right, n);
}
