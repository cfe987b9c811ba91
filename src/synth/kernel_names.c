// SPDX-License-Identifier: MIT
#include "synth/kernel_names.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/cpu.h"

const char *snq_synth_kernels(unsigned i, const char **picked)
{
    static const char *const name[] = { "synth_wave", "synth_noise",  "synth_fm",    "synth_sinc",
                                        "synth_svf",  "synth_ladder", "synth_drive", "synth_mix" };
    /* bit a kernel that has no variant for AVX-512 */
    enum { UP_TO_AVX2 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 };
    if (i >= SNQ_COUNT(name))
        return NULL;
    if (picked)
        *picked = snq_cpu_name(
            snq_cpu_flags() & (UP_TO_AVX2 >> i & 1 ? SNQ_CPU_AVX2 : SNQ_CPU_AVX2 | SNQ_CPU_AVX512));
    return name[i];
}
