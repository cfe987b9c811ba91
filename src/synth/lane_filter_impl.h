// SPDX-License-Identifier: MIT
/* lane_filter -- two filters for eight voices: state variable (two poles) and ladder (four poles).
 *
 * Both are the bilinear transform of the analog circuit with the cutoff prewarped (zero-delay feedback),
 * stable whatever the cutoff does from sample to sample. Cutoff moves in a straight line of its
 * coefficient across the block, or sample by sample. How: essays of lane_svf.c and lane_ladder.c. */
#ifndef SNQ_SYNTH_LANE_FILTER_IMPL_H
#define SNQ_SYNTH_LANE_FILTER_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "synth/lanes_impl.h"

typedef enum snq__filter_type {
    SNQ__FILTER_LOWPASS = 0,
    SNQ__FILTER_HIGHPASS,
    SNQ__FILTER_BANDPASS, /* 0 dB at the centre */
    SNQ__FILTER_NOTCH,
} snq__filter_type;

/* Samples beyond this, infinite ones and NaN are taken as 0 and never stay in the state; cutoff and
 * resonance that are not in their range are brought into it (NaN: to its lower end). */
#define SNQ__LANE_INPUT_MAX 1e9f

/* State-variable filter. q: 0.5 .. 40. cutoff_hz is clamped to 5 Hz .. 0.49 rate. Zeros are a filter at
 * rest. */
typedef struct snq__lane_svf {
    snq__lanes s1, s2;
} snq__lane_svf;

/* Four-pole ladder with saturation (tanh-like, where input and feedback meet). resonance 0..1 (1: at the
 * edge of oscillating), drive 0..1 (0: nearly linear up to full scale). Gains for small signals at
 * drive 0, resonance 0: low-pass 0 dB at 0 Hz (resonance 1: -4.4), band-pass 0 dB at the cutoff (two
 * poles a side), high-pass and notch 0 dB at the top. Zeros are a filter at rest. */
typedef struct snq__lane_ladder {
    snq__lanes s[4];
    snq__lanes gain_in, gain_out; /* of the drive at the end of the last block; 0: none yet */
} snq__lane_ladder;

typedef struct snq__lane_filter_block {
    uint32_t n;
    uint32_t type; /* snq__filter_type, of all lanes (the ladder has them too, by its taps) */
    float rate_hz;
    snq__ramp cutoff_hz;      /* straight in tan(pi hz / rate) between the ends */
    const snq__lanes *cutoff; /* (n,) Hz a frame, audio rate; NULL: the ramp */
    snq__ramp resonance;      /* svf: q; ladder: 0..1 */
    float drive;              /* ladder; a change is spread over the block */
} snq__lane_filter_block;

/* What drive means: gains before and behind the saturation. */
typedef struct snq__ladder_gains {
    float in, out;
} snq__ladder_gains;
SNQ_RT snq__ladder_gains snq__ladder_gains_for(float drive);
/* Feedback k leaves the low-pass 1 / (1 + k) of its bass. Half of the loss is given back: the input's
 * gain is 1 + k / 2. */
#define SNQ__LADDER_MAKEUP 0.5f

SNQ_RT void snq__lane_svf_reset(snq__lane_svf *f, uint32_t lane);
SNQ_RT void snq__lane_svf_run(snq__lane_svf *f, const snq__lane_filter_block *b,
                              snq__lanes *x); /* in place */
/* The same of two sides, f (2,): for little more than one alone. */
SNQ_RT void snq__lane_svf_run_pair(snq__lane_svf *f, const snq__lane_filter_block *b, snq__lanes *x,
                                   snq__lanes *y);
SNQ_RT void snq__lane_ladder_reset(snq__lane_ladder *f, uint32_t lane);
SNQ_RT void snq__lane_ladder_run(snq__lane_ladder *f, const snq__lane_filter_block *b,
                                 snq__lanes *x);
SNQ_RT void snq__lane_ladder_run_pair(snq__lane_ladder *f, const snq__lane_filter_block *b,
                                      snq__lanes *x, snq__lanes *y);

#endif
