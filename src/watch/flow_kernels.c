// SPDX-License-Identifier: MIT
#include "watch/simd/flow_kernels_impl.h"

#include "base/cpu.h"

void snq__flow_kernels_init(snq__flow_kernels *k, unsigned flags)
{
    snq__flow_kernels_c(k);
#ifdef SNQ_HAVE_AVX2
    if (flags & SNQ_CPU_AVX2)
        snq__flow_kernels_avx2(k);
#endif
#ifdef SNQ_HAVE_AVX512
    if (flags & SNQ_CPU_AVX512)
        snq__flow_kernels_avx512(k);
#endif
    (void)flags;
}
