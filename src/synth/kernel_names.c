// SPDX-License-Identifier: MIT
#include "synth/kernel_names.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "synth/simd/fm_impl.h"

/* They are picked alike, so one tells of all. */
static int uses_avx2(void)
{
    return snq__fm_pick(snq_cpu_flags()) != snq__fm_pick(0);
}

const char *snq_synth_kernels(unsigned i, const char **picked)
{
    static const char *const name[] = { "synth_wave", "synth_noise",  "synth_fm", "synth_sinc",
                                        "synth_svf",  "synth_ladder", "synth_mix" };
    if (i >= SNQ_COUNT(name))
        return NULL;
    if (picked)
        *picked = uses_avx2() ? "avx2" : "c";
    return name[i];
}
