// SPDX-License-Identifier: MIT
/* master -- from the pre-master to the record: chain, loudness, true-peak limiter, dither.
 *
 *     pre-master ─► bass mono ─► inserts ─► gain ─► limiter ─► out
 *
 * The gain that brings the whole to its loudness target is found by measuring: snq_master_find_gain asks for
 * the pre-master several times and runs stretches of it side by side. Then snq_master_run makes the
 * record. What the limiter and the compressor did is told, so that a listener can judge.
 *
 * Threads: find_gain, new, free [control]; run [audio]. */
#ifndef SNQ_MIX_ENGINE_MASTER_H
#define SNQ_MIX_ENGINE_MASTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "mix/engine/mix_plan.h"

typedef struct snq_master snq_master;

typedef struct snq_master_cfg {
    const snq_master_plan *plan; /* borrowed for new */
    uint32_t rate_hz;
    uint64_t seed;
    double gain_db; /* into the limiter */
    double bpm;     /* for synced effects; 0 unknown */
} snq_master_cfg;

/* How much was taken away. */
typedef struct snq_reduction {
    float deepest_db;   /* 0 or below */
    float mean_db;      /* over all frames */
    float share_over_1; /* of the frames with more than 1 dB */
    float
        pumping_db_s; /* mean speed at which the gain moves while it is below -1 dB, dB a second */
} snq_reduction;

SNQ_MUST_USE snq_status snq_master_new(const snq_master_cfg *cfg, snq_master **out);
void snq_master_free(snq_master *m); /* NULL is legal */
SNQ_RT void snq_master_run(snq_master *m, float *left, float *right, size_t n);
uint32_t snq_master_latency(const snq_master *m);        /* frames */
snq_reduction snq_master_reduction(const snq_master *m); /* of the limiter, so far */

/* Reads frames [from, from + n) of the pre-master to left and right (n,): called on several threads. */
typedef snq_status snq_master_read(void *user, int64_t from, size_t n, float *left, float *right);

typedef struct snq_master_found {
    double gain_db; /* that reaches the target, -60 .. 60 */
    double lufs;    /* integrated loudness that it gives */
    int silent;     /* nothing over -70 LUFS: gain 0 */
} snq_master_found;

/* plan->target_lufs NaN: gain 0, measured once. ERR_NOMEM, those of read. */
SNQ_MUST_USE snq_status snq_master_find_gain(const snq_master_plan *plan, uint32_t rate_hz,
                                             uint64_t seed, double bpm, int64_t frames,
                                             uint32_t threads, snq_master_read *read, void *user,
                                             snq_master_found *out);

/* Triangular dither of one step of `bits` (16, 24), added in place to x (n,); the same numbers for the same
 * seed, channel and position (frame of x[0]). */
SNQ_RT void snq_dither(float *x, size_t n, int bits, uint64_t seed, uint32_t channel,
                       int64_t frame);

#endif
