// SPDX-License-Identifier: MIT
#include "synth/kernel_names.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "synth/simd/fm_impl.h"

/* They are picked alike, so one tells of all; sinc and distortion have no variant of their own for AVX-512. */
static const char *best(void)
{
    snq__fm_fn *const fm = snq__fm_pick(snq_cpu_flags());
    return fm == snq__fm_pick(0) ? "c" : fm == snq__fm_pick(SNQ_CPU_AVX2) ? "avx2" : "avx512";
}

const char *snq_synth_kernels(unsigned i, const char **picked)
{
    static const char *const name[] = { "synth_wave", "synth_noise",  "synth_fm",    "synth_sinc",
                                        "synth_svf",  "synth_ladder", "synth_drive", "synth_mix" };
    enum { SINC = 3, DRIVE = 6 };
    if (i >= SNQ_COUNT(name))
        return NULL;
    if (picked)
        *picked = (i == SINC || i == DRIVE) && snq_cpu_flags() & SNQ_CPU_AVX2 ? "avx2" : best();
    return name[i];
}
