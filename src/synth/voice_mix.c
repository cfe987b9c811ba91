// SPDX-License-Identifier: MIT
#include "synth/voice_mix_impl.h"

#include "base/cpu.h"

snq__voice_mix_fn *snq__voice_mix_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        return snq__voice_mix_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__voice_mix_avx2;
#endif
    (void)cpu_flags;
    return snq__voice_mix_c;
}
