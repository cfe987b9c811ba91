// SPDX-License-Identifier: MIT
/* master -- from the pre-master to the record.
 *
 *     pre-master ─► gain ─► inserts ─► no DC, bass mono ─► gain ─► (bend) ─► true-peak limiter ─► record
 *                   └────────── snq_master ──────────┘    └──────── snq_ceiling ────────┘
 *
 * The first gain brings the pre-master to the loudness that is aimed at, so that thresholds of the inserts
 * mean the same for every piece; the second one makes up for what the inserts took. How much that is, is
 * found by measuring: snq_master_find_gain runs stretches of what snq_master made side by side. Where the
 * limiter alone would have to work so hard that it pumps, peaks are bent before it. What the limiter did is
 * told, so that a listener can judge.
 *
 * Threads: new, free, find_gain [control]; run [audio]. */
#ifndef SNQ_MIX_ENGINE_MASTER_H
#define SNQ_MIX_ENGINE_MASTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/parallel.h"
#include "base/status.h"
#include "mix/engine/mix_plan.h"

typedef struct snq_master snq_master;

typedef struct snq_master_cfg {
    const snq_master_plan *plan; /* checked; borrowed for new */
    uint32_t rate_hz;
    uint64_t seed;
    double gain_db; /* before the inserts */
    double bpm;     /* for synced effects; 0 unknown */
    int bends;      /* of the ceiling: peaks are bent before the limiter */
} snq_master_cfg;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM, ERR_TOO_BIG (inserts), those of
 * snq_chain_new. */
SNQ_MUST_USE snq_status snq_master_new(const snq_master_cfg *cfg, snq_master **out);
void snq_master_free(snq_master *m); /* NULL is legal */
/* left, right (n,) in place; any n. */
SNQ_RT void snq_master_run(snq_master *m, float *left, float *right, size_t n);
/* Its two halves, one after the other, for who has two threads: gain and inserts; no DC, bass mono. */
SNQ_RT void snq_master_insert(snq_master *m, float *left, float *right, size_t n);
SNQ_RT void snq_master_clear(snq_master *m, float *left, float *right, size_t n);
uint32_t snq_master_latency(const snq_master *m);   /* frames */
float snq_master_reduction_db(const snq_master *m); /* deepest that its dynamics went, together */
double snq_master_bring_db(const snq_master_plan *plan, /* gain_db for a pre-master this loud */
                           double lufs);

/* How much a limiter took away. */
typedef struct snq_reduction {
    float deepest_db;   /* 0 or below */
    float mean_db;      /* over all frames */
    float share_over_1; /* of the frames with more than 1 dB */
    float pumping_db_s; /* mean speed of the gain while it is below -1 dB, dB a second */
} snq_reduction;

typedef struct snq_ceiling snq_ceiling;
/* As snq_master_new; cfg->gain_db goes into the limiter. */
SNQ_MUST_USE snq_status snq_ceiling_new(const snq_master_cfg *cfg, snq_ceiling **out);
void snq_ceiling_free(snq_ceiling *c); /* NULL is legal */
SNQ_RT void snq_ceiling_run(snq_ceiling *c, float *left, float *right, size_t n);
/* Its parts, for who has three threads: gain and bend of side 0, of side 1 (n,), in any order; then the limiter. */
SNQ_RT void snq_ceiling_bend(snq_ceiling *c, int side, float *x, size_t n);
SNQ_RT void snq_ceiling_limit(snq_ceiling *c, float *left, float *right, size_t n);
uint32_t snq_ceiling_latency(const snq_ceiling *c);
snq_reduction snq_ceiling_reduction(const snq_ceiling *c); /* so far */

/* Reads frames [from, from + n) of what snq_master made to left and right (n,): called on several threads
 * at once. */
typedef snq_status snq_master_read(void *user, int64_t from, size_t n, float *left, float *right);

typedef struct snq_master_search {
    const snq_master_plan *plan;
    uint32_t rate_hz;
    int64_t frames;
    double lufs;         /* of what read gives; -inf: silence */
    const double *power; /* (frames / slot,) of what read gives: loud_slots.h; NULL: not known */
    const float *peak;   /* (frames / slot,) likewise, true peaks, linear; NULL: not known */
    snq_master_read *read;
    void *user;
} snq_master_search;

typedef struct snq_master_found {
    double gain_db; /* into the limiter, that reaches the target */
    double lufs;    /* integrated loudness that it gives; NaN: no target or silence, not measured */
    int bends;      /* whether peaks are bent for it, see snq_master_cfg */
    uint32_t tries;
} snq_master_found;

/* No target, silence: gain 0. ERR_NOMEM, those of read. */
SNQ_MUST_USE snq_status snq_master_find_gain(const snq_master_search *s, snq_parallel *team,
                                             snq_master_found *out);

#endif
