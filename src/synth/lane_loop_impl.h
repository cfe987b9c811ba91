// SPDX-License-Identifier: MIT
/* lane_loop -- loops over lanes that compilers turn into vectors: no branches, no calls.
 *
 * For what is worked out once a block. Left to themselves compilers unroll eight steps first and then
 * find nothing to put side by side. */
#ifndef SNQ_SYNTH_LANE_LOOP_IMPL_H
#define SNQ_SYNTH_LANE_LOOP_IMPL_H

#include "synth/lanes_impl.h"

#define SNQ__LANES_EACH(l) _Pragma("GCC unroll 1") for (int l = 0; l < SNQ_LANES; l++)

/* x in 0 .. most; not a number: 0. */
static inline float snq__lane_clamp(float x, float most)
{
    const float positive = x > 0 ? x : 0;
    return positive < most ? positive : most;
}

/* A ramp's value in this lane at `part` (0..1) of the block. */
static inline float snq__lane_along(const snq__ramp *r, int lane, float part)
{
    return r->from.v[lane] + (r->to.v[lane] - r->from.v[lane]) * part;
}

#endif
