// SPDX-License-Identifier: MIT
/* gain_tools -- the parts of which compressor, gate and transient shaper are made: how loud is it now, what
 * should the gain be, how does it get there.
 *
 * Buffers are (n,) of SNQ__GAIN_TOOLS_ROOM floats: kernels read and write whole vectors, up to seven floats
 * past n. Plain data; belongs to one thread. How it is done: top of gain_tools.c. */
#ifndef SNQ_FX_GAIN_TOOLS_H
#define SNQ_FX_GAIN_TOOLS_H

#include <stdint.h>

#include "base/attr.h"
#include "fx/effect_impl.h"

enum { SNQ__GAIN_TOOLS_ROOM = SNQ_EFFECT_BLOCK + 8, SNQ__LEVEL_SECTIONS = 4 };

/* Of two sides; zeros are at rest. Lanes: {delayed by 0, by 90 degrees} of each side, of two frames. */
typedef struct snq__level {
    _Alignas(32) float past[SNQ__LEVEL_SECTIONS + 1][8];
    float last[2];
} snq__level;

/* Static curve of a compressor. */
typedef struct snq__curve {
    snq__cell_line threshold_db, knee_db;
    snq__cell_line slope; /* 1 - 1/ratio */
} snq__curve;

typedef struct snq__recovery {
    float fall, in, out; /* shares of the way in a step */
    int both;
} snq__recovery;

typedef struct snq__gain_tools {
    const char *name;
    /* Amplitude squared of each side: of a steady sine its peak's. analytic: of the quarter-wave pair
     * alone; else at least what the samples themselves reach. */
    void (*level)(snq__level *l, const float *left, const float *right, float *power0,
                  float *power1, uint32_t n, int analytic);
    /* 10 log10(max(power, 1e-20)), within 1e-4 dB; out == in is legal, as below */
    void (*db)(float *db, const float *power, uint32_t n);
    /* 10^(db / 20), relative error under 1e-6; -700 .. 700 dB */
    void (*gain)(float *gain, const float *db, uint32_t n);
    /* dB of level to dB of gain, 0 or below */
    void (*curve)(float *gain_db, const float *level_db, const snq__curve *c, uint32_t n);
    /* y += (x < y ? fall : rise) (x - y), in place from y before the first; returns the last */
    float (*follow)(float *x, uint32_t n, float y, float fall, float rise);
    /* In place from x >= 0: y = max(x, y + fall (x - y)) from y[0] on; z follows y from y[1] on, by `in`
     * up, by `out` down (out <= in); x becomes y, or max(y, z) when `both`. y: the last of each */
    void (*recover)(float *x, uint32_t n, float y[2], const snq__recovery *r);
    /* x = x gain, both (n,) */
    void (*apply)(float *x, const float *gain, uint32_t n);
    /* left, right (8 n,) times straight lines from gain to gain (n + 1,), each of eight frames */
    void (*ramps)(float *left, float *right, const float *gain, uint32_t n);
} snq__gain_tools;

extern const snq__gain_tools snq__gain_tools_c, snq__gain_tools_avx2;
const snq__gain_tools *snq__gain_tools_pick(unsigned cpu_flags);

/* Share of the way that a one-pole goes in a frame, when it goes 1 - 1/e of it in `ms`. 0 ms: 1. */
SNQ_RT float snq__one_pole(float ms, uint32_t rate_hz);

SNQ_RT void snq__level_reset(snq__level *l);
/* Bring the tail of what has been below 1e-9 for a while to 0. */
SNQ_RT void snq__level_settle(snq__level *l);

#endif
