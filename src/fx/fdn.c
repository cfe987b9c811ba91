// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#include "base/cpu.h"

snq__fdn_fn *snq__fdn_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__fdn_avx2;
#endif
    (void)cpu_flags;
    return snq__fdn_c;
}
