// SPDX-License-Identifier: MIT
/* delay_pair -- a stereo pair some whole frames later, for effects that look ahead.
 *
 * Belongs to one thread; run neither allocates nor locks. */
#ifndef SNQ_FX_DELAY_PAIR_H
#define SNQ_FX_DELAY_PAIR_H

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "fx/effect.h"

typedef struct snq__delay_pair {
    float *ring[2]; /* owned */
    uint32_t size, at;
} snq__delay_pair;

/* For delays of at most `most` frames. ERR_NOMEM: clear is legal. */
static inline snq_status snq__delay_pair_init(snq__delay_pair *d, uint32_t most)
{
    *d = (snq__delay_pair) { .size = most + SNQ_EFFECT_BLOCK };
    for (int c = 0; c < 2; c++) {
        d->ring[c] = snq_calloc(d->size, sizeof(float));
        if (!d->ring[c])
            return SNQ_FAIL(SNQ_ERR_NOMEM, "a delay of %u frames", most);
    }
    return SNQ_OK;
}

static inline void snq__delay_pair_clear(snq__delay_pair *d)
{
    snq_free(d->ring[0]);
    snq_free(d->ring[1]);
}

static inline void snq__delay_pair_reset(snq__delay_pair *d)
{
    memset(d->ring[0], 0, d->size * sizeof(float));
    memset(d->ring[1], 0, d->size * sizeof(float));
    d->at = 0;
}

/* y (n,) is x (n,) `frames` later, n at most a block; y may be x, or NULL: nobody listens. */
SNQ_RT static inline void snq__delay_pair_run(snq__delay_pair *d, uint32_t frames,
                                              const float *const x[2], float *const y[2],
                                              uint32_t n)
{
    const uint32_t from = d->at >= frames ? d->at - frames : d->at + d->size - frames;
    const uint32_t in = d->size - d->at < n ? d->size - d->at : n;
    const uint32_t out = d->size - from < n ? d->size - from : n;
    for (int c = 0; c < 2; c++) {
        float *ring = d->ring[c];
        memcpy(ring + d->at, x[c], in * sizeof(float));
        if (in < n)
            memcpy(ring, x[c] + in, (n - in) * sizeof(float));
        if (!y)
            continue;
        memcpy(y[c], ring + from, out * sizeof(float));
        if (out < n)
            memcpy(y[c] + out, ring, (n - out) * sizeof(float));
    }
    d->at = d->at + n >= d->size ? d->at + n - d->size : d->at + n;
}

#endif
