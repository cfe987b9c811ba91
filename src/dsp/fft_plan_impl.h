// SPDX-License-Identifier: MIT
/* fft_plan_impl -- what a transform of one length needs: its passes, their roots, room to work.
 *
 * Threads: a plan belongs to one thread at a time (it holds the room). */
#ifndef SNQ_DSP_FFT_PLAN_IMPL_H
#define SNQ_DSP_FFT_PLAN_IMPL_H

#include "base/status.h"
#include "dsp/simd/kernels_impl.h"

enum {
    SNQ__FFT_LEAST = 8
}; /* half of SNQ_FFT_MIN: a real transform is made of one of half length */

/* n: a power of two, SNQ__FFT_LEAST .. SNQ_FFT_MAX. On success *plan owns memory:
 * snq__fft_plan_clear. ERR_NOMEM: *plan is all zero. */
snq_status snq__fft_plan_init(snq__fft_plan *plan, uint32_t n) SNQ_MUST_USE;
void snq__fft_plan_clear(snq__fft_plan *plan); /* all zero is legal */

/* (2, m/2 + 1): real and imaginary parts of v[k] = -i/2 e^(-i pi k / m), see fft.c. Returns owned
 * (snq_free), NULL when out of memory. */
float *snq__rfft_roots(uint32_t m) SNQ_MUST_USE;

/* The lengths that the interface takes. ERR_RANGE. */
snq_status snq__fft_check_length(uint32_t n) SNQ_MUST_USE;

#endif
