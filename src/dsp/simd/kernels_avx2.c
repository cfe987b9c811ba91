// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__kernels_avx2(snq__kernels *k)
{
#define X(kernel) k->kernel = snq__##kernel##_avx2;
    SNQ__KERNEL_MAP(X)
#undef X
}
