// SPDX-License-Identifier: MIT
/* envelope -- attack, hold, decay, sustain, release with curves, and low-frequency oscillators: control
 * signals of one voice, one value a block boundary, exact at any time between and the same however
 * time is cut.
 *
 * Times are the seconds that a stage takes to its end, exactly (not time constants). `curve` bends a
 * stage: 0 straight, 1 strongly convex (fast, then slow: as a capacitor), -1 concave.
 * Release starts at the level that is there. Zeros are an idle envelope. */
#ifndef SNQ_SYNTH_ENVELOPE_IMPL_H
#define SNQ_SYNTH_ENVELOPE_IMPL_H

#include <stdint.h>

#include "base/attr.h"

typedef enum snq__envelope_stage {
    SNQ__ENVELOPE_IDLE = 0,
    SNQ__ENVELOPE_ATTACK,
    SNQ__ENVELOPE_HOLD,
    SNQ__ENVELOPE_DECAY,
    SNQ__ENVELOPE_SUSTAIN,
    SNQ__ENVELOPE_RELEASE,
    SNQ__ENVELOPE_CUT, /* a few ms to silence: the voice is wanted elsewhere */
} snq__envelope_stage;

typedef struct snq__envelope_cfg {
    float attack_s, hold_s, decay_s; /* 0 .. 60; attack and decay of 0 are 0.5 ms: no click */
    float sustain;                   /* 0..1 */
    float release_s;                 /* 0 .. 60; at least 2 ms */
    float curve;                     /* -1..1 */
} snq__envelope_cfg;

typedef struct snq__envelope {
    uint8_t stage;
    float level;             /* now */
    float from;              /* level at the stage's begin */
    double done;             /* share of the stage's time that is over, 0 .. 1 */
    float curve, bent_whole; /* the curve of last time, and what it came to at the stage's end */
} snq__envelope;

/* Begin at the level that is there (retrigger) or at 0. */
SNQ_RT void snq__envelope_start(snq__envelope *e, int from_zero);
SNQ_RT void snq__envelope_release(snq__envelope *e);
SNQ_RT void snq__envelope_cut(snq__envelope *e);
/* Move on by dt_s seconds (0 is legal) and return the level then. cfg may change between calls: a new
 * time makes the rest of the stage faster or slower, a new sustain is reached by 0.1 a ms. */
SNQ_RT float snq__envelope_advance(snq__envelope *e, const snq__envelope_cfg *cfg, double dt_s);

typedef enum snq__lfo_wave {
    SNQ__LFO_SINE = 0,
    SNQ__LFO_TRIANGLE,
    SNQ__LFO_SAW_UP,
    SNQ__LFO_SAW_DOWN,
    SNQ__LFO_SQUARE,
    SNQ__LFO_RANDOM_STEP,
    SNQ__LFO_RANDOM_SMOOTH,
} snq__lfo_wave;
enum { SNQ__LFO_WAVES = 7 };

typedef struct snq__lfo {
    double phase;  /* cycles, 0 .. 1 */
    int64_t cycle; /* cycle since the start: what the random shapes are drawn by */
    uint64_t seed;
} snq__lfo;

SNQ_RT void snq__lfo_start(snq__lfo *l, double phase, uint64_t seed);
/* Move on by dt_s at rate_hz (0 .. 1000), return the value then, -1..1. Sine and triangle start at 0
 * upwards, saw up at -1, saw down and square at 1. Saws, square and random steps take 2 ms (at most a
 * quarter of a cycle) for a jump, so that what they move does not click. */
SNQ_RT float snq__lfo_advance(snq__lfo *l, snq__lfo_wave wave, double rate_hz, double dt_s);

#endif
