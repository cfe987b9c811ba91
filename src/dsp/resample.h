// SPDX-License-Identifier: MIT
/* resample -- streaming sample-rate conversion of one channel (libsoxr, HQ).
 *
 * Output sample k is the signal at time k / out_hz: the filter's delay is taken out. A stream of n
 * samples gives exactly ceil(n out_hz / in_hz), in pieces of any size, the same samples whatever
 * the size of the pieces pushed. Equal rates pass through untouched.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_DSP_RESAMPLE_H
#define SNQ_DSP_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_resample snq_resample;

typedef struct snq_resample_cfg {
    uint32_t in_hz;  /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t out_hz; /* the same */
} snq_resample_cfg;

/* Takes n > 0 samples (borrowed for the call) in order. A negative status stops the push and is
 * returned by it; the object must then be reset or freed. */
typedef snq_status (*snq_resample_sink)(void *user, const float *out, size_t n);

/* On success *out is owned by the caller: snq_resample_free. On error *out is NULL. `cfg` is
 * copied. Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_resample_new(const snq_resample_cfg *cfg, snq_resample **out) SNQ_MUST_USE;
void snq_resample_free(snq_resample *r); /* NULL is legal */
/* in (n,): borrowed. Errors: what the sink said; ERR_INTERNAL (the library refused, with its
 * words); ERR_NOMEM (first push after a finish or reset). */
snq_status snq_resample_push(snq_resample *r, const float *in, size_t n, snq_resample_sink sink,
                             void *user) SNQ_MUST_USE;
/* The same for n zeros: the same samples come out, in long silences much sooner. */
snq_status snq_resample_push_silence(snq_resample *r, uint64_t n, snq_resample_sink sink,
                                     void *user) SNQ_MUST_USE;
/* The stream has ended: hand on the rest. Then as after reset. */
snq_status snq_resample_finish(snq_resample *r, snq_resample_sink sink, void *user) SNQ_MUST_USE;
/* Forget the stream. */
void snq_resample_reset(snq_resample *r);

#endif
