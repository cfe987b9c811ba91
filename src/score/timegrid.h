// SPDX-License-Identifier: MIT
/* timegrid -- the one way to turn sample frames into seconds and hops, and back.
 *
 * A grid of `hops_per_s` hops a second lies over a stream of `rate_hz` frames a second. Hop i covers
 * the frames [floor(i * rate / hops_per_s), floor((i + 1) * rate / hops_per_s)): hops differ by at
 * most one frame, never drift, and hop i starts at i / hops_per_s seconds at every rate. */
#ifndef SNQ_SCORE_TIMEGRID_H
#define SNQ_SCORE_TIMEGRID_H

#include <stdint.h>

/* The ears' grid: 10 ms. */
#define SNQ_HOPS_PER_S 100

typedef struct snq_timegrid {
    uint32_t rate_hz;    /* > 0 */
    uint32_t hops_per_s; /* 1 .. rate_hz */
} snq_timegrid;

/* First frame of hop i; i >= 0, exact for streams of up to 2^31 hops. */
static inline int64_t snq_timegrid_frame(snq_timegrid g, int64_t hop)
{
    return hop / g.hops_per_s * g.rate_hz + hop % g.hops_per_s * g.rate_hz / g.hops_per_s;
}

/* The hop that holds frame n; n >= 0. */
static inline int64_t snq_timegrid_hop(snq_timegrid g, int64_t frame)
{
    const int64_t s = frame / g.rate_hz, r = frame % g.rate_hz;
    int64_t hop = s * g.hops_per_s + r * g.hops_per_s / g.rate_hz;
    while (snq_timegrid_frame(g, hop + 1) <= frame)
        hop++;
    return hop;
}

/* Start of hop i in seconds. */
static inline double snq_timegrid_time_s(snq_timegrid g, int64_t hop)
{
    return (double)hop / g.hops_per_s;
}

#endif
