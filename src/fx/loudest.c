// SPDX-License-Identifier: MIT
#include "fx/loudest.h"

#include "base/cpu.h"

snq__loudest_fn *snq__loudest_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        return snq__loudest_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__loudest_avx2;
#endif
    (void)cpu_flags;
    return snq__loudest_c;
}
