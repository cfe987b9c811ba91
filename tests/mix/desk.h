// SPDX-License-Identifier: MIT
/* desk -- for tests: a mix plan, a score whose curves move it, and sounds that are put through it. */
#ifndef SNQ_TESTS_MIX_DESK_H
#define SNQ_TESTS_MIX_DESK_H

#include "mix/engine/mixer.h"

enum { DESK_RATE = 48000, DESK_STRIPS = 8, DESK_FRAMES = 3 * DESK_RATE };

typedef struct desk {
    snq_mix_plan plan;
    snq_score score;               /* a track for each strip; 120 BPM: a beat is half a second */
    float *played[DESK_STRIPS][2]; /* (DESK_FRAMES,) */
    float *stem[DESK_STRIPS][2], *sum[2]; /* (DESK_FRAMES,) */
    uint32_t latency;
    float ducked_db[DESK_STRIPS];
} desk;

/* `strips` plain strips "s0" …, silence. */
desk *desk_new(uint32_t strips);
void desk_free(desk *d);
/* sound for a strip: tones and noise that come and go */
void desk_fill(desk *d, uint32_t strip, uint64_t seed);
snq_curve *desk_curve(desk *d, uint32_t strip, const char *target);
void desk_point(snq_curve *c, double at, float value, snq_curve_shape shape);
/* Everything through the mixer in chunks, on `threads` threads. */
void desk_run(desk *d, size_t chunk, uint32_t threads);
snq_chain_link *desk_insert(snq_chain_plan *p, const char *kind);
void desk_set(snq_chain_link *l, const char *id, float value);

#endif
