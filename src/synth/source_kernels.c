// SPDX-License-Identifier: MIT
#include "base/cpu.h"
#include "synth/simd/fm_impl.h"
#include "synth/simd/noise_impl.h"
#include "synth/simd/wave_impl.h"

void snq__wave_kernels_init(snq__wave_kernels *k, unsigned cpu_flags)
{
    *k = (snq__wave_kernels) { .one = snq__wave_one_c, .two = snq__wave_two_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        *k = (snq__wave_kernels) { .one = snq__wave_one_avx2, .two = snq__wave_two_avx2 };
#endif
    (void)cpu_flags;
}

void snq__noise_kernels_init(snq__noise_kernels *k, unsigned cpu_flags)
{
    snq__noise_kernels_c(k);
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        snq__noise_kernels_avx2(k);
#endif
    (void)cpu_flags;
}

snq__fm_fn *snq__fm_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__fm_avx2;
#endif
    (void)cpu_flags;
    return snq__fm_c;
}
