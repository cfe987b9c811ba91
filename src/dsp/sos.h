// SPDX-License-Identifier: MIT
/* sos -- filters as a chain of second-order sections.
 *
 *     H(z) = product over sections of (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2)
 *
 * Designs: Butterworth of any order (bilinear transform, band edges prewarped, -3.01 dB at each
 * edge) and the audio biquads of R. Bristow-Johnson's cookbook. Filters: streaming (double state,
 * float in and out) and zero-phase on a whole buffer (forward, then backward; no delay, the gain in
 * dB doubled).
 *
 * Frequencies in Hz, 0 < f < rate/2. Threads: designs [any]; one filter belongs to one thread.
 * How it is done: tops of sos_design.c and sos.c. */
#ifndef SNQ_DSP_SOS_H
#define SNQ_DSP_SOS_H

#include <complex.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_sos {
    double b0, b1, b2, a1, a2; /* a0 is 1 */
} snq_sos;

enum { SNQ_SOS_ORDER_MAX = 12, SNQ_SOS_SECTIONS_MAX = 12 };

/* Butterworth: `order` 1 .. 12 (of the low-pass prototype: a band-pass has twice as many poles).
 * sections (SNQ_SOS_SECTIONS_MAX,) is filled, *n says how many: ceil(order / 2), band-pass `order`.
 * Errors: ERR_RANGE (order, or a frequency outside (0, rate/2), or lo >= hi). */
snq_status snq_sos_lowpass(int order, double f_hz, double rate_hz, snq_sos *sections,
                           uint32_t *n) SNQ_MUST_USE;
snq_status snq_sos_highpass(int order, double f_hz, double rate_hz, snq_sos *sections,
                            uint32_t *n) SNQ_MUST_USE;
snq_status snq_sos_bandpass(int order, double lo_hz, double hi_hz, double rate_hz,
                            snq_sos *sections, uint32_t *n) SNQ_MUST_USE;

typedef enum snq_rbj_kind {
    SNQ_RBJ_LOWPASS = 0,
    SNQ_RBJ_HIGHPASS,
    SNQ_RBJ_BANDPASS, /* 0 dB at the centre */
    SNQ_RBJ_NOTCH,
    SNQ_RBJ_PEAK,       /* gain_db at the centre */
    SNQ_RBJ_LOW_SHELF,  /* gain_db below */
    SNQ_RBJ_HIGH_SHELF, /* gain_db above */
} snq_rbj_kind;

/* One cookbook biquad: q > 0 (shelves: 0.7071 is the steepest without overshoot); gain_db is read
 * by PEAK and the shelves only. Errors: ERR_RANGE, ERR_ARG (unknown kind). */
snq_status snq_sos_rbj(snq_rbj_kind kind, double f_hz, double q, double gain_db, double rate_hz,
                       snq_sos *section) SNQ_MUST_USE;

/* Complex gain at f_hz (0 .. rate/2). n 0 gives 1. */
double complex snq_sos_response(const snq_sos *sections, uint32_t n, double f_hz, double rate_hz);

/* Streaming filter; plain data, lives where the caller puts it. */
typedef struct snq_sos_filter {
    snq_sos section[SNQ_SOS_SECTIONS_MAX];
    double state[SNQ_SOS_SECTIONS_MAX][2];
    uint32_t n;
} snq_sos_filter;

/* Copies n sections (cut to SNQ_SOS_SECTIONS_MAX) and starts at rest. */
void snq_sos_filter_init(snq_sos_filter *f, const snq_sos *sections, uint32_t n);
SNQ_RT void snq_sos_filter_reset(snq_sos_filter *f);
/* in, out (n,); out == in is legal. */
SNQ_RT void snq_sos_filter_run(snq_sos_filter *f, float *out, const float *in, size_t n);

/* Zero-phase: out (count,) = x (count,) filtered forward and backward, out == x is legal. The ends
 * are padded by odd reflection (at most count - 1 samples) and each pass starts in the steady state
 * of its first sample, so a constant comes out as itself times the gain at 0 Hz. count 0 and 1 are
 * legal. Errors: ERR_NOMEM (a scratch copy), ERR_RANGE (more than SNQ_SOS_SECTIONS_MAX
 * sections). */
snq_status snq_sos_filtfilt(const snq_sos *sections, uint32_t n, float *out, const float *x,
                            size_t count) SNQ_MUST_USE;

#endif
