// SPDX-License-Identifier: MIT
/* region_floor -- the noise floor under a recording: found, modelled, and told from constant sound.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_floor.c. */
#ifndef SNQ_LISTEN_REGION_FLOOR_IMPL_H
#define SNQ_LISTEN_REGION_FLOOR_IMPL_H

#include "listen/region_rows_impl.h"

enum {
    SNQ__REGION_BLOCK = 500,  /* hops between two looks at the floor */
    SNQ__REGION_AHEAD = 2500, /* hops seen beyond the block */
    SNQ__REGION_SEEN = SNQ__REGION_BLOCK + SNQ__REGION_AHEAD,
    SNQ__REGION_GAP = 12, /* hops: shortest silence */
};

/* Effective number of independent hops in a mean over 5 hops, and per hop in longer ones: windows of
 * the short spectrum overlap by 57 %. */
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

typedef struct snq__region_floor {
    double past_tint[SNQ__REGION_BINS];  /* forgetting histograms of what lies behind */
    double past_level[SNQ__REGION_BINS]; /* */
    double past_dead;                    /* dead hops between sounds, likewise */
    double seen[SNQ__REGION_BINS];       /* past_tint and the block and what is ahead */
    double ahead[SNQ__REGION_BINS];      /* block and what is ahead alone */
    int digital;                         /* digital silence is the floor here */
    snq__region_model model;
    snq__region_model draft;
    /* scratch, (SNQ__REGION_SEEN,) each */
    uint8_t *mark;
    int32_t *pick;
    float *value, *sorted;
    double sum[SNQ__REGION_STRIDE], square[SNQ__REGION_STRIDE]; /* of the rows picked */
} snq__region_floor;

/* `f` is zeroed memory; on error call clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_floor_init(snq__region_floor *f);
void snq__region_floor_clear(snq__region_floor *f); /* zeroed is legal */
/* Look at the hops [from, end), of which [from, block_end) are the block: updates f->model and
 * f->digital. Returns 1 when a first or a higher floor was found. */
int snq__region_floor_look(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                           int64_t end);
/* Without a model: the level (dBFS) under which long stretches are silent (-infinity: never). */
float snq__region_floor_soft(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                             int64_t end);
/* The block has been dealt with: it is past now. */
void snq__region_floor_pass(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                            int64_t block_end, int64_t end);

#endif
