// SPDX-License-Identifier: MIT
/* tally -- sums of hops, and the power and offset that follow from them.
 *
 * Power is the mean over all samples of all channels after removing each channel's mean, so that an
 * offset of the recorder is not taken for sound. */
#ifndef SNQ_LISTEN_TALLY_H
#define SNQ_LISTEN_TALLY_H

#include <math.h>

#include "listen/hops.h"

typedef struct snq_tally {
    int64_t frames;
    int64_t clipped;
    double energy; /* sum of x^2, all channels */
    double left, right, cross;
    double sum[SNQ_CHANNELS_MAX];
    float peak;
} snq_tally;

static inline void snq_tally_add(snq_tally *t, const snq_hop *hop, uint32_t channels)
{
    t->frames += hop->frames;
    t->clipped += hop->clipped;
    t->energy += hop->energy;
    t->left += hop->left;
    t->right += hop->right;
    t->cross += hop->cross;
    t->peak = hop->peak > t->peak ? hop->peak : t->peak;
    for (uint32_t c = 0; c < channels; c++)
        t->sum[c] += hop->sum[c];
}

static inline void snq_tally_join(snq_tally *t, const snq_tally *other, uint32_t channels)
{
    t->frames += other->frames;
    t->clipped += other->clipped;
    t->energy += other->energy;
    t->left += other->left;
    t->right += other->right;
    t->cross += other->cross;
    t->peak = other->peak > t->peak ? other->peak : t->peak;
    for (uint32_t c = 0; c < channels; c++)
        t->sum[c] += other->sum[c];
}

/* Mean square without offset; 0 when empty, and when what is left is the rounding of the sums. */
static inline double snq_tally_power(const snq_tally *t, uint32_t channels)
{
    if (!t->frames)
        return 0.0;
    double offset = 0.0;
    for (uint32_t c = 0; c < channels; c++)
        offset += t->sum[c] * t->sum[c];
    /* what a constant leaves after the subtraction is the rounding of long sums */
    const double ac = t->energy - offset / (double)t->frames;
    return ac > 1e-10 * t->energy ? ac / ((double)t->frames * channels) : 0.0;
}

/* The mean of the channel where it is largest, with its sign. */
static inline double snq_tally_offset(const snq_tally *t, uint32_t channels)
{
    double most = 0.0;
    for (uint32_t c = 0; c < channels; c++)
        if (fabs(t->sum[c]) > fabs(most))
            most = t->sum[c];
    return t->frames ? most / (double)t->frames : 0.0;
}

#endif
