// SPDX-License-Identifier: MIT
/* What a strip is made of, inside the mix engine: ducking, delays, what moves. */
#ifndef SNQ_MIX_ENGINE_STRIP_IMPL_H
#define SNQ_MIX_ENGINE_STRIP_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "fx/biquad_pair.h"
#include "mix/engine/mix_plan.h"
#include "score/curve.h"

enum { SNQ__STRIP_BLOCK = 64, SNQ__DUCK_STEP = 16 };

/* A delay of a stereo pair by a whole number of frames. */
typedef struct snq__strip_delay {
    float *ring[2]; /* (frames,) owned */
    uint32_t frames, at;
} snq__strip_delay;

/* ERR_NOMEM: clear is legal. */
SNQ_MUST_USE snq_status snq__strip_delay_init(snq__strip_delay *d, uint32_t frames);
void snq__strip_delay_clear(snq__strip_delay *d);
/* left, right (n,) in place */
SNQ_RT void snq__strip_delay_run(snq__strip_delay *d, float *left, float *right, uint32_t n);

/* One ducking: how. ducking.c tells. */
typedef struct snq__duck {
    snq_mix_duck plan;
    uint32_t key;          /* strip that is listened to */
    float depth_db;        /* now, 0 .. plan.depth_db */
    float floor;           /* peak from which on it acts: the threshold, linear */
    float attack, release; /* one-pole coefficients a step of SNQ__DUCK_STEP frames */
    float gain;            /* linear, at the end of the last step */
    float peak;            /* of the key in the step that is not complete */
    uint32_t into;         /* frames of that step so far */
    float *ring;           /* (latency,) gains on their way; owned */
    uint32_t latency, ring_at;
    snq__biquad_pair band;     /* of a slot */
    const snq__biquad *biquad; /* NULL: no slot */
    float low[2], low_sum;     /* what the key's low-passes remember; the step's sum so far */
    float low_a;               /* their coefficient a step; 1: all is listened to */
    float deepest_db;
} snq__duck;

/* `latency`: frames by which the ducked sound lags behind the key. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__duck_init(snq__duck *d, const snq_mix_duck *plan, uint32_t key,
                                       uint32_t latency, uint32_t rate_hz);
void snq__duck_clear(snq__duck *d);
/* n <= SNQ__STRIP_BLOCK, whole steps, but for the last call; key: what its track played in these frames;
 * left, right in place. */
SNQ_RT void snq__duck_run(snq__duck *d, const float *const key[2], float *left, float *right,
                          uint32_t n);
SNQ_RT int snq__duck_silent(const snq__duck *d);

/* A curve that moves something of a strip, rounded off: moves.c tells. */
enum { SNQ__MOVE_SIDE = 7, SNQ__MOVE_TAPS = 2 * SNQ__MOVE_SIDE + 1 };
typedef enum snq__move_kind {
    SNQ__MOVE_GAIN = 0, /* dB, heard as a factor */
    SNQ__MOVE_PAN,
    SNQ__MOVE_SEND,      /* as gain */
    SNQ__MOVE_TRIM,      /* as gain, beside the fader's own */
    SNQ__MOVE_TRIM_SEND, /* as gain, beside the send's own */
    SNQ__MOVE_INSERT,
} snq__move_kind;

typedef struct snq__move {
    const snq_curve *curve; /* borrowed */
    snq__move_kind kind;
    int index; /* of the send, or of the chain's parameter */
    size_t hint;
    float value[SNQ__MOVE_TAPS]; /* of the last block ends, the newest SNQ__MOVE_SIDE ahead */
    uint32_t at;                 /* the oldest of them */
} snq__move;

/* Factor of a level; from SNQ__NOTHING_DB down it is 0. */
#define SNQ__NOTHING_DB (-120.0f)
SNQ_RT float snq__linear(float db);

/* Where the curve is at `beat`, in the terms of the strip: a factor, a place, a parameter's value. */
SNQ_RT float snq__move_read(snq__move *m, double beat);
/* Take in the value of the block end SNQ__MOVE_SIDE blocks ahead; the rounded value of this block's end. */
SNQ_RT float snq__move_step(snq__move *m, float ahead);

#endif
