// SPDX-License-Identifier: MIT
/* denormals -- treat denormal numbers as zero for a while.
 *
 * Numbers under 1e-38 (float) take the processor a hundred cycles an operation; decaying filters
 * produce them endlessly. Between off and restore they count as zero on this thread (x86-64: FTZ
 * and DAZ of MXCSR; AArch64: FZ of FPCR; elsewhere nothing happens). Pairs nest.
 *
 *     const snq_denormals was = snq_denormals_off();
 *     ...
 *     snq_denormals_restore(was);
 *
 * Threads: acts on the calling thread. */
#ifndef SNQ_DSP_DENORMALS_H
#define SNQ_DSP_DENORMALS_H

#include <stdint.h>

#include "base/attr.h"

typedef struct snq_denormals {
    uint64_t word; /* of the control register as it was */
} snq_denormals;

SNQ_RT snq_denormals snq_denormals_off(void) SNQ_MUST_USE;
SNQ_RT void snq_denormals_restore(snq_denormals was);

#endif
