// SPDX-License-Identifier: MIT
/* region_fit -- a model of the noise floor from the hops at its mode.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_fit.c. */
#ifndef SNQ_LISTEN_REGION_FIT_IMPL_H
#define SNQ_LISTEN_REGION_FIT_IMPL_H

#include <math.h>

#include "listen/region_rows_impl.h"

enum {
    SNQ__REGION_BLOCK = 500,  /* hops between two looks at the floor */
    SNQ__REGION_AHEAD = 2500, /* hops seen beyond the block */
    SNQ__REGION_SEEN = SNQ__REGION_BLOCK + SNQ__REGION_AHEAD,
    SNQ__REGION_GAP = 12, /* hops: shortest silence */
};

/* Effective number of independent hops in a mean over 5 hops, and per hop in longer ones: windows
 * of the short spectrum overlap by 57 %. */
#define SNQ__REGION_EFF5 3.8f
#define SNQ__REGION_EFF  0.72f

typedef struct snq__region_model {
    int known;
    double tint;                      /* where the mode of tint5 lies, dB */
    double level;                     /* dBFS */
    int hops;                         /* that it was made of */
    float mu[SNQ__REGION_STRIDE];     /* mean power; 1 in unused columns */
    float inv[SNQ__REGION_STRIDE];    /* 1 / mu; 0 in unused columns */
    float half_k[SNQ__REGION_STRIDE]; /* half the chi-square degrees of freedom of one hop */
    float middle[3], spread[3];       /* of snq__glr on this floor: 1, 5, SNQ__REGION_GAP hops */
} snq__region_model;

typedef struct snq__region_fit {
    snq__region_model draft;
    /* scratch, (SNQ__REGION_SEEN,) each */
    uint8_t *mark;
    int32_t *pick;
    float *value, *sorted;
    double sum[SNQ__REGION_STRIDE], square[SNQ__REGION_STRIDE]; /* of the rows picked */
} snq__region_fit;

/* `f` is zeroed memory; on error call clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_fit_init(snq__region_fit *f);
void snq__region_fit_clear(snq__region_fit *f); /* zeroed is legal */
/* Model the floor whose mode lies at `db` into f->draft from the hops at it among the n from
 * `from` on, and from `old` when that is the same: 1, or 0 when they are too few or too loud for a
 * floor. */
int snq__region_fit_run(snq__region_fit *f, const snq__region_rows *r, int64_t from, int n,
                        double db, const snq__region_model *old);

static inline int snq__region_is_same(const snq__region_model *old, double db)
{
    return old->known && fabs(old->tint - db) < 1.0;
}

#endif
