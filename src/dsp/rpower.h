// SPDX-License-Identifier: MIT
/* rpower -- power spectrum of windowed blocks of real samples, in one go.
 *
 *     X[k] = sum over t in [0, n) of w[t] x[t] e^(-2 pi i k t / n),   k in [0, n/2]
 *     power[k] = scale |X[k]|^2
 *
 * Buffers need no alignment and must not overlap. Range: n is a power of two, 16 .. 131072.
 * Threads: one object belongs to one thread at a time. How it is done: top of fft.c. */
#ifndef SNQ_DSP_RPOWER_H
#define SNQ_DSP_RPOWER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_rpower snq_rpower;

/* window (n,) is copied; NULL: w = 1. On success *out is owned by the caller: snq_rpower_free. On
 * error *out is NULL. Errors: ERR_RANGE (n is no power of two or out of range), ERR_NOMEM. */
snq_status snq_rpower_new(uint32_t n, const float *window, snq_rpower **out) SNQ_MUST_USE;
void snq_rpower_free(snq_rpower *r); /* NULL is legal */
/* power (n/2 + 1,), in (n,): both borrowed for the call. */
SNQ_RT void snq_rpower_run(snq_rpower *r, float *power, const float *in, float scale);
/* X[k] of the block that was run last; re_im (2,) borrowed; k <= n/2. */
SNQ_RT void snq_rpower_bin(const snq_rpower *r, uint32_t k, float *re_im);

#endif
