// SPDX-License-Identifier: MIT
#include "fx/shaper_impl.h"

#include "base/cpu.h"

void snq__shaper_kernels_init(snq__shaper_kernels *k, unsigned cpu_flags)
{
    *k = (snq__shaper_kernels) { snq__shaper_bow_c, snq__shaper_clip_c, snq__shaper_fold_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        *k = (snq__shaper_kernels) { snq__shaper_bow_avx2, snq__shaper_clip_avx2,
                                     snq__shaper_fold_avx2 };
#endif
    (void)cpu_flags;
}
