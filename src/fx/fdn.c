// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#include "base/cpu.h"

void snq__fdn_kernels_init(snq__fdn_kernels *k, unsigned cpu_flags)
{
    *k = (snq__fdn_kernels) { .lines = snq__fdn_lines_c,
                              .cut = snq__fdn_cut_c,
                              .weigh = snq__fdn_weigh_c,
                              .mix = snq__fdn_mix_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        *k = (snq__fdn_kernels) { .lines = snq__fdn_lines_avx2,
                                  .cut = snq__fdn_cut_avx2,
                                  .weigh = snq__fdn_weigh_avx2,
                                  .mix = snq__fdn_mix_avx2 };
#endif
    (void)cpu_flags;
}
