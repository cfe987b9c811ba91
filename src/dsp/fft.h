// SPDX-License-Identifier: MIT
/* fft -- discrete Fourier transforms of power-of-two length.
 *
 * Complex, forward:  X[k] = sum over t in [0, n) of x[t] e^(-2 pi i k t / n),   k in [0, n)
 * Real, forward:     the same for real x; only k in [0, n/2] is given, the rest is its mirror.
 * Real, inverse:     scaled by 1/n, so that inverse(run(x)) == x within rounding.
 *
 * A complex value is two floats, re then im. Buffers need no alignment and must not overlap.
 * Error: under 3e-7 of the spectrum's RMS. Powers alone: dsp/rpower.h.
 *
 * Range: n is a power of two, 16 .. 131072. Threads: one object belongs to one thread at a time.
 * How it is done: top of fft.c. */
#ifndef SNQ_DSP_FFT_H
#define SNQ_DSP_FFT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_FFT_MIN = 16, SNQ_FFT_MAX = 131072 };

typedef struct snq_fft snq_fft;
typedef struct snq_rfft snq_rfft;

/* On success *out is owned by the caller: snq_fft_free. On error *out is NULL.
 * Errors: ERR_RANGE (n is no power of two or out of range), ERR_NOMEM. */
snq_status snq_fft_new(uint32_t n, snq_fft **out) SNQ_MUST_USE;
void snq_fft_free(snq_fft *f); /* NULL is legal */
/* out_re_im (n, 2), in_re_im (n, 2): both borrowed for the call, out != in. */
SNQ_RT void snq_fft_run(snq_fft *f, float *out_re_im, const float *in_re_im);

/* As snq_fft_new. */
snq_status snq_rfft_new(uint32_t n, snq_rfft **out) SNQ_MUST_USE;
void snq_rfft_free(snq_rfft *f); /* NULL is legal */
/* in (n,), out_re_im (n/2 + 1, 2): both borrowed for the call. */
SNQ_RT void snq_rfft_run(snq_rfft *f, float *out_re_im, const float *in);
/* in_re_im (n/2 + 1, 2), out (n,): both borrowed. The imaginary parts of the first and last bin are
 * taken as zero. */
SNQ_RT void snq_rfft_inverse(snq_rfft *f, float *out, const float *in_re_im);

#endif
