// SPDX-License-Identifier: MIT
/* What a strip is made of, inside the mix engine: ducking, aligned paths. */
#ifndef SNQ_MIX_ENGINE_STRIP_IMPL_H
#define SNQ_MIX_ENGINE_STRIP_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "mix/engine/mix_plan.h"

enum { SNQ__STRIP_BLOCK = 64, SNQ__DUCK_STEP = 16 };

/* A delay of a stereo pair by a whole number of frames. */
typedef struct snq__delay_pair {
    float *ring[2]; /* (frames,) owned */
    uint32_t frames, at;
} snq__delay_pair;

SNQ_MUST_USE snq_status snq__delay_pair_init(snq__delay_pair *d, uint32_t frames);
void snq__delay_pair_clear(snq__delay_pair *d);
SNQ_RT void snq__delay_pair_run(snq__delay_pair *d, float *left, float *right,
                                uint32_t n); /* in place */

/* One ducking: how. ducking.c tells. */
typedef struct snq__duck {
    snq_mix_duck plan;
    uint32_t key;          /* strip that is listened to */
    float depth_db;        /* now, 0 .. plan.depth_db */
    float attack, release; /* one-pole coefficients a step of SNQ__DUCK_STEP frames */
    float gain;            /* linear, at the end of the last step */
    float peak;            /* of the key in the step that is not complete */
    uint32_t into;         /* frames of that step so far */
    float *ring;           /* (latency,) gains on their way; owned */
    uint32_t latency, ring_at;
    float state[2][2]; /* of the band-pass, a side each */
    float g, k;        /* its coefficients */
    float deepest_db;
} snq__duck;

/* `latency`: frames by which the ducked sound lags behind the key. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__duck_init(snq__duck *d, const snq_mix_duck *plan, uint32_t key,
                                       uint32_t latency, uint32_t rate_hz);
void snq__duck_clear(snq__duck *d);
/* n <= SNQ__STRIP_BLOCK; key: what its track played in these frames; left, right in place. */
SNQ_RT void snq__duck_run(snq__duck *d, const float *const key[2], float *left, float *right,
                          uint32_t n);
SNQ_RT int snq__duck_silent(const snq__duck *d);

#endif
