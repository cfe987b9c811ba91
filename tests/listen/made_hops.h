// SPDX-License-Identifier: MIT
/* made_hops -- mel and pitch spectra made by hand or once from a sound, and hop blocks over them as the
 * listener makes them. */
#ifndef SNQ_TESTS_MADE_HOPS_H
#define SNQ_TESTS_MADE_HOPS_H

#include "base/audio.h"
#include "base/status.h"
#include "listen/hops.h"

typedef struct made_hops {
    int64_t hops, frames;   /* frames: of pitch */
    float *mel;             /* (hops, SNQ_MEL_BANDS), owned */
    snq_pitch_frame *pitch; /* (frames,), owned */
} made_hops;

/* All zero. */
made_hops made_hops_new(int64_t hops);
/* Powers at random, spread over eight decades; those of pitch stay the same for `hold` frames each time.
 * Each pitch frame has two peaks. */
made_hops made_hops_random(int64_t hops, int hold, uint64_t seed);
/* What the feature store makes of a sound. */
made_hops made_hops_of(const snq_audio *a);
void made_hops_clear(made_hops *f);

typedef snq_status (*made_hops_take)(void *user, const snq_hop_block *b);

/* In blocks of `step` hops, 1 .. 256; pitch frames come with the hop of their centre, the last one at the
 * end. The first status that isn't OK. */
snq_status made_hops_feed(const made_hops *f, uint32_t step, made_hops_take take, void *user);

#endif
