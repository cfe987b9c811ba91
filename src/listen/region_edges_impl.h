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
    SNQ__REGION_WAIT = 1500,      /* hops behind the last known activity that an edge may wait for
                                     what follows it */
    SNQ__REGION_STEADY = 6600, /* the same for the start of a sound so steady that it may turn out
                                     to be the floor */
};

/* What is known of a stretch of hops. */
typedef struct snq__region_fame {
    float strong; /* most sigmas over the floor */
    float db5;    /* loudest */
} snq__region_fame;

typedef struct snq__region_candidate {
    int64_t first, end;    /* active hops; end is that of the last run that ended */
    int64_t head, tail;    /* followed into the floor */
    snq__region_fame fame; /* of the runs that ended */
    uint8_t runs;          /* some run has ended */
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
    /* the run that is going on */
    int64_t run_first;
    snq__region_fame run_fame;
    uint32_t run_bins[SNQ__REGION_BINS]; /* histogram of bin5 */
    /* edges to hand out */
    snq_region_edge *edge; /* ring (room,) */
    size_t room, edges, taken;
} snq__region_edges;

/* `e` is zeroed memory, rows is borrowed; on error call clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_edges_init(snq__region_edges *e, const snq__region_rows *rows);
void snq__region_edges_clear(snq__region_edges *e); /* zeroed is legal */
/* Room for the edges of one more block. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_edges_reserve(snq__region_edges *e);
/* A first or a higher floor was found: forget the run going on if it was nothing but this. */
void snq__region_edges_drop_steady(snq__region_edges *e, double tint);
/* The floor of the block that begins at the next hop. */
void snq__region_edges_model(snq__region_edges *e, const snq__region_model *m);
/* The next hop: active or not, by how many sigmas. */
void snq__region_edges_feed(snq__region_edges *e, int active, float strong);
/* Decide what can be decided; `final`: nothing follows. */
void snq__region_edges_settle(snq__region_edges *e, int final);

#endif
