// SPDX-License-Identifier: MIT
#include "dsp/mixdown.h"

#include "base/cpu.h"
#include "dsp/simd/kernels_impl.h"

void snq_mixdown(const snq_audio *block, float *mono)
{
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    kernels.mixdown(mono, block->channel, block->channels, 1.0f / (float)block->channels,
                    block->frames);
}
