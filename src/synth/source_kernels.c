// SPDX-License-Identifier: MIT
#include "base/cpu.h"
#include "synth/simd/fm_impl.h"
#include "synth/simd/noise_impl.h"
#include "synth/simd/wave_impl.h"

void snq__wave_kernels_init(snq__wave_kernels *k, unsigned cpu_flags)
{
    *k = (snq__wave_kernels) { snq__wave_play_c, snq__wave_move_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        *k = (snq__wave_kernels) { snq__wave_play_avx2, snq__wave_move_avx2 };
#endif
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        *k = (snq__wave_kernels) { snq__wave_play_avx512, snq__wave_move_avx512 };
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
