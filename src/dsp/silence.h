// SPDX-License-Identifier: MIT
/* silence -- is it digital silence?
 *
 * Zeros need no arithmetic: whoever is at rest and hears nothing but zeros answers zero and stays
 * at rest. Negative zero counts as zero.
 *
 * Threads: [any]. */
#ifndef SNQ_DSP_SILENCE_H
#define SNQ_DSP_SILENCE_H

#include <stddef.h>

#include "base/audio.h"

/* Whether all of x (n,) are zero; none are. Stops soon after the first that isn't. */
int snq_is_silent(const float *x, size_t n);
/* The same for all channels of a block. */
int snq_audio_is_silent(const snq_audio *block);

#endif
