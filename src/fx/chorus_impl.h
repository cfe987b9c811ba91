// SPDX-License-Identifier: MIT
/* chorus_impl -- the inner part of the chorus: a frame of all copies, two sides by four voices; or, where no copy comes
 * so soon that it hears what is written meanwhile, frame after frame of one copy.
 *
 * Variants differ in rounding only. */
#ifndef SNQ_FX_CHORUS_IMPL_H
#define SNQ_FX_CHORUS_IMPL_H

#include "fx/delay_parts_impl.h"

enum {
    SNQ__CHORUS_VOICES = 4,
    SNQ__CHORUS_LANES = 2 * SNQ__CHORUS_VOICES,
    SNQ__CHORUS_LEAST = SNQ__LAGRANGE_AHEAD + 1, /* frames of delay */
    SNQ__CHORUS_GUARD = 16                       /* frames at a ring's end that repeat its begin */
};

typedef struct snq__chorus_frame {
    const float *ring[2];  /* (mask + 1 + GUARD,) */
    uint32_t mask, at;     /* at: where this frame will be written */
    uint32_t phase, apart; /* of the first voice; by which the right side is ahead */
    double delay;          /* frames */
    float depth;           /* frames, half of it */
    int voices;
} snq__chorus_frame;

/* y (LANES,): lane 4 s + v is voice v of side s; those beyond `voices` are 0. */
typedef void snq__chorus_fn(const snq__chorus_frame *f, float y[SNQ__CHORUS_LANES]);
snq__chorus_fn snq__chorus_c, snq__chorus_avx2;

enum { SNQ__CHORUS_ROOM = SNQ_EFFECT_BLOCK }; /* a whole number of vectors */

/* Some frames of a side's copies, at least SNQ__CHORUS_LEAST frames late; all that they are read from is in the ring. */
typedef struct snq__chorus_side {
    const float *ring; /* (mask + 1 + GUARD,) */
    uint32_t mask, at; /* at: where the first frame will be written */
    uint32_t n;        /* 1 .. ROOM */
    uint32_t base;     /* frames of delay */
    float more
        [SNQ__CHORUS_ROOM]; /* delay on top of that, frames; in whole vectors ordinary numbers */
    float depth[SNQ__CHORUS_ROOM];    /* half of it, frames */
    uint32_t phase[SNQ__CHORUS_ROOM]; /* of the first voice */
} snq__chorus_side;

/* y (ROOM,): n frames of the copy whose phase is `turn` ahead; behind them anything. */
typedef void snq__chorus_copy_fn(const snq__chorus_side *f, uint32_t turn, float *y);
snq__chorus_copy_fn snq__chorus_copy_c, snq__chorus_copy_avx2;

#endif
