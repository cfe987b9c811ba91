// SPDX-License-Identifier: MIT
/* mixdown -- the mean of all channels.
 *
 *     mono[t] = (1 / channels) * sum over c of x_c[t]
 *
 * Channels are added in order in float; variants agree bit for bit. Threads: [any]. */
#ifndef SNQ_DSP_MIXDOWN_H
#define SNQ_DSP_MIXDOWN_H

#include "base/attr.h"
#include "base/audio.h"

/* block: borrowed; mono (block->frames,) is overwritten and overlaps no channel. */
SNQ_RT void snq_mixdown(const snq_audio *block, float *mono);

#endif
