// SPDX-License-Identifier: MIT
/* reverb_plan -- from what is asked of a room to delay lines and their filters.
 *
 * Decay is a rate in dB a second, 60 / T60, which goes from frequency to frequency as
 *     rate(f) = 60 (1/T + (1/(T d) - 1/T) w(f, high) + (1/(T b) - 1/T) (1 - w(f, low)))
 *     w(f, c) = u^2 / (u^2 + v^2),   u = tan(pi f / rate), v = tan(pi c / rate)
 * with T the decay of the middle, d the damping's ratio above `high`, b the ratio below `low`. */
#ifndef SNQ_FX_REVERB_PLAN_IMPL_H
#define SNQ_FX_REVERB_PLAN_IMPL_H

#include "fx/fdn_impl.h"

typedef struct snq__reverb_decay {
    double decay_s, high_ratio, high_hz, low_ratio, low_hz;
} snq__reverb_decay;

/* T60 in seconds that is asked of frequency hz. */
double snq__reverb_t60(const snq__reverb_decay *d, double hz, double rate_hz);
/* Lines' lengths at a size, 0 .. 1: primes, no two the same. */
void snq__reverb_lengths(double size, double rate_hz, uint32_t frames[SNQ__FDN_LINES]);
uint32_t snq__reverb_longest(double rate_hz);
/* Of lines of `frames`, each with an all-pass of `inner` frames before it. */
void snq__reverb_shelves(const snq__reverb_decay *d, const double frames[SNQ__FDN_LINES],
                         const uint32_t inner[SNQ__FDN_LINES], double rate_hz,
                         snq__fdn_shelf shelf[2], snq__fdn_lanes *pass);
/* The gain that makes the reverb of steady noise as loud as the noise. */
float snq__reverb_level(const snq__reverb_decay *d, const double frames[SNQ__FDN_LINES],
                        const uint32_t inner[SNQ__FDN_LINES], double rate_hz);
/* Lengths and gains of all-passes. */
void snq__reverb_diffusers(double rate_hz, snq__fdn *f);
/* Gains that ring for much less than the decay; losses of the all-passes before the lines. */
void snq__reverb_diffusion(const snq__reverb_decay *d, const uint32_t inner[SNQ__FDN_LINES],
                           double rate_hz, float gain[SNQ__FDN_DIFFUSERS], snq__fdn_lanes *loss);
#endif
