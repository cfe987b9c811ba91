// SPDX-License-Identifier: MIT
/* region_edges -- from hops that are active or not to the edges of regions.
 *
 * States of a candidate, in the order in which it goes through them:
 *
 *     open --feed--> ended --feed--> closed        (closed: no hop within the shortest silence)
 *     doubted --feed--> sure                       (sure: loud and clear enough somewhere)
 *     headless --settle--> headed                  (its first hop is known)
 *     free --settle--> bound                       (its start has been handed out, or it has been
 *                                                   joined to the one before: drop_steady can't
 *                                                   take it back)
 *     tailless --settle--> tailed                  (closed, and its end is known)
 *
 * 1. Candidates stand in order and at least the shortest silence apart.
 * 2. At most the last one is open.
 * 3. The first one is bound exactly while a region is open towards the outside.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_edges.c. */
#ifndef SNQ_LISTEN_REGION_EDGES_IMPL_H
#define SNQ_LISTEN_REGION_EDGES_IMPL_H

#include "listen/region_finder.h"
#include "listen/region_floor_impl.h"
#include "listen/region_rows_impl.h"

enum {
    SNQ__REGION_CANDIDATES = 512, /* more can't start in SNQ__REGION_ROWS hops */
    SNQ__REGION_MODELS = 16,      /* blocks whose floor is remembered */
    /* hops behind the last known activity that an edge may wait for what follows it */
    SNQ__REGION_WAIT = 1500,
    /* the same for the start of a sound so steady that it may turn out to be the floor */
    SNQ__REGION_STEADY = 3100,
    /* so long such a sound is taken for the floor though nothing stands above it; at least a block
     * less than the line above, that this comes first */
    SNQ__REGION_LONG = 2500,
};

/* Some 50 ms of every region are as loud as this: source in region_edges.c. */
#define SNQ__REGION_SURE_DBFS (-82.0f)

typedef struct snq__region_candidate {
    int64_t first, end; /* active hops; end is that of the last run that ended */
    int64_t head, tail; /* followed into the floor */
    float strong, db5;  /* of the runs that ended: most sigmas, loudest */
    uint8_t runs;       /* some run has ended */
    uint8_t open, headed, tailed, bound;
} snq__region_candidate;

typedef struct snq__region_edges {
    const snq__region_rows *rows;
    snq__region_model *model;  /* ring (SNQ__REGION_MODELS,) by block */
    snq__region_candidate *at; /* (SNQ__REGION_CANDIDATES,) */
    int candidates;
    int64_t known;  /* activity of the hops below is known */
    int final;      /* and nothing follows */
    int64_t merged; /* first hop of the region that is open towards the outside */
    int64_t closed; /* end of the region before, 0 when none */
    int any_closed;
    int64_t decided;
    snq__region_run run; /* while the last candidate is open */
    /* edges to hand out */
    snq_region_edge *edge; /* (room,): edges of them, the first `taken` have been taken */
    size_t room, edges, taken;
} snq__region_edges;

/* `e` is zeroed memory, rows is borrowed; on error call clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_edges_init(snq__region_edges *e, const snq__region_rows *rows);
void snq__region_edges_clear(snq__region_edges *e); /* zeroed is legal */
/* Room for the edges of one more block. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_edges_reserve(snq__region_edges *e);
/* A first or a higher floor was found: forget the run going on if it was nothing but this. */
void snq__region_edges_drop_steady(snq__region_edges *e, double tint);
/* The run going on if it has lasted that long and can be taken back; else NULL. Borrowed. */
const snq__region_run *snq__region_edges_long_run(const snq__region_edges *e);
/* The floor of the block that begins at the next hop. */
void snq__region_edges_model(snq__region_edges *e, const snq__region_model *m);
/* The next hop: active or not, by how many sigmas. */
void snq__region_edges_feed(snq__region_edges *e, int active, float strong);
/* Decide what can be decided; `final`: nothing follows. */
void snq__region_edges_settle(snq__region_edges *e, int final);

#endif
