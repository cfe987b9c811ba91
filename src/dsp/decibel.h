// SPDX-License-Identifier: MIT
/* decibel -- powers to decibels, many at once.
 *
 * Threads: [any]. How it is done: top of decibel.c. */
#ifndef SNQ_DSP_DECIBEL_H
#define SNQ_DSP_DECIBEL_H

#include <stddef.h>

#include "base/attr.h"

/* out[i] = 10 log10(max(power[i], floor)) within 1e-3 dB; floor > 0 and normal. Both (n,), borrowed;
 * they may be the same. NaN gives the floor. */
SNQ_RT void snq_decibel_run(float *out, const float *power, size_t n, float floor);

#endif
