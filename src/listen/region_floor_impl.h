// SPDX-License-Identifier: MIT
/* region_floor -- the noise floor under a recording: found, modelled, and told from constant sound.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_floor.c.
 * A zeroed snq__region_floor but for its fit, which is made by snq__region_fit_init, is ready. */
#ifndef SNQ_LISTEN_REGION_FLOOR_IMPL_H
#define SNQ_LISTEN_REGION_FLOOR_IMPL_H

#include "listen/region_fit_impl.h"
#include "listen/region_rows_impl.h"

/* A run of active hops that is going on. */
typedef struct snq__region_run {
    int64_t first;
    int64_t hops;
    float strong;                    /* most sigmas over the floor */
    float db5;                       /* loudest */
    uint32_t bins[SNQ__REGION_BINS]; /* histogram of bin5 */
} snq__region_run;

/* Is the run, but for one hop in twenty, within 1.25 dB of this tint5 (dB)? */
int snq__region_is_steady(const snq__region_run *run, double tint);
/* Is there such a tint5? */
int snq__region_any_steady(const snq__region_run *run);

typedef struct snq__region_floor {
    double past_tint[SNQ__REGION_BINS];  /* forgetting histograms of what lies behind */
    double past_level[SNQ__REGION_BINS]; /* */
    double past_dead;                    /* dead hops between sounds, likewise */
    double seen[SNQ__REGION_BINS];       /* past_tint and the block and what is ahead */
    double ahead[SNQ__REGION_BINS];      /* block and what is ahead alone */
    int digital;                         /* digital silence is the floor here */
    snq__region_model model;
    snq__region_fit fit;
} snq__region_floor;

/* Look at the hops [from, end): updates f->model and f->digital. `last` (NULL: none) is a run
 * going on that has lasted too long to wait for something above it: if it's steady it is the
 * floor. Returns 1 when a first or a higher floor was found. */
int snq__region_floor_look(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                           int64_t end, const snq__region_run *last);
/* Without a model: the level (dBFS) under which long stretches are silent (-infinity: never). */
float snq__region_floor_soft(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                             int64_t end);
/* The block has been dealt with: it is past now. */
void snq__region_floor_pass(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                            int64_t block_end, int64_t end);

#endif
