// SPDX-License-Identifier: MIT
/* separation -- how well two sounds keep out of each other's way, in time and frequency:
 * `frequency_separation` of a report.
 *
 *     1 - sum over moments t of 85 ms and third-octave bands b of min(p(t, b), q(t, b))
 *
 * where p and q are the two sounds' powers, each brought to the sum 1. 1: they never share a band at one
 * time; 0: they are alike.
 *
 * Threads: an object belongs to one thread at a time. */
#ifndef SNQ_LISTEN_SEPARATION_H
#define SNQ_LISTEN_SEPARATION_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

enum {
    SNQ_SEPARATION_BANDS = 30, /* third octaves of 25 Hz .. 20 kHz (IEC 61260-1, base ten) */
    SNQ_SEPARATION_MOMENTS_MAX = 1 << 20, /* a day: 126 MB */
};

/* Powers of a sound over time. */
typedef struct snq_band_powers snq_band_powers;

/* `channels` as blocks will have. On success *out is owned by the caller (free), on error NULL. ERR_RANGE,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_band_powers_new(uint32_t rate_hz, uint32_t channels,
                                            snq_band_powers **out);
void snq_band_powers_free(snq_band_powers *p); /* NULL is legal */
/* The next block, borrowed. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_band_powers_push(snq_band_powers *p, const snq_audio *block);
/* The sound has ended. Once. */
SNQ_MUST_USE snq_status snq_band_powers_finish(snq_band_powers *p);
/* Of two that have ended and begin together; NaN where one of them is silent. */
double snq_separation(const snq_band_powers *a, const snq_band_powers *b);

#endif
