// SPDX-License-Identifier: MIT
/* IDEA   Runs of active hops become candidates, candidates are followed into the floor, alike ones
 *        are bridged; each step waits until it knows its neighbours, but not for ever.
 *
 * STEPS  run        active hops; closer than 12 to the run before: same candidate
 *        sure       some hop of it has SURE_SIGMAS, and some 50 ms SURE_DBFS; else it comes to
 *                   nothing
 *        head       followed back by at most 500 hops, up to 12 behind the region before
 *        tail       followed on by at most 500 hops, up to 12 before the next sure candidate
 *        bridge     a gap < 12, or, over a known floor, of at most 200 whose sides are alike; from
 *                   left to right on what has been joined so far
 *        hand out   a start when the candidate is sure, has a head and can't turn out to be the
 *                   floor; an end when nothing can be bridged to it any more
 *        take back  a candidate not handed out whose run going on was nothing but a floor found
 *                   just now goes again (drop_steady). So starts of steady runs wait: up to 31 s.
 *                   All other waiting ends after 15 s: then the next candidate counts as it looks.
 *
 * CONST  Own measurement, 2026-11 (ranges: region_finder.c): SURE_SIGMAS 12 (8 .. 20), SURE_DBFS
 *        -82 (-85 .. -78), FOLLOW_MAX 500, KEEP 12 (0 costs .01 onset F: attacks eat gaps of 150
 *        ms), BRIDGE_MAX 200 (200 .. 300). Waiting times: by memory.
 *
 * LIMITS What is decided by the clock and not by what follows: see region_finder.c. */
#include "listen/region_edges_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/region_follow_impl.h"

enum {
    GAP = SNQ__REGION_GAP,
    WAIT = SNQ__REGION_WAIT,
    FOLLOW_MAX = 500, /* hops that an edge moves into the floor at most */
    KEEP = 12,        /* hops kept free before the next region and behind the last */
    BRIDGE_MAX = 200,
    COMPARED = 100, /* hops of a region that bridging looks at */
    YOUNG = 500,    /* a run this short may still turn out to be steady */
};

#define SURE_SIGMAS 12.0f
#define SURE_DBFS   SNQ__REGION_SURE_DBFS

typedef snq__region_candidate candidate;

snq_status snq__region_edges_init(snq__region_edges *e, const snq__region_rows *rows)
{
    e->rows = rows;
    e->room = 1024;
    e->model = snq_calloc(SNQ__REGION_MODELS, sizeof *e->model);
    e->at = snq_calloc(SNQ__REGION_CANDIDATES, sizeof *e->at);
    e->edge = snq_calloc(e->room, sizeof *e->edge);
    if (!e->model || !e->at || !e->edge)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the edges of regions");
    return SNQ_OK;
}

void snq__region_edges_clear(snq__region_edges *e)
{
    snq_free(e->model);
    snq_free(e->at);
    snq_free(e->edge);
}

snq_status snq__region_edges_reserve(snq__region_edges *e)
{
    if (e->taken) {
        e->edges -= e->taken;
        memmove(e->edge, e->edge + e->taken, e->edges * sizeof *e->edge);
        e->taken = 0;
    }
    if (e->room - e->edges >= 2 * SNQ__REGION_CANDIDATES)
        return SNQ_OK;
    snq_region_edge *more = snq_regrow(e->edge, e->room, 2 * e->room, sizeof *more);
    if (!more)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu edges", 2 * e->room);
    e->edge = more;
    e->room *= 2;
    return SNQ_OK;
}

void snq__region_edges_model(snq__region_edges *e, const snq__region_model *m)
{
    e->model[e->known / SNQ__REGION_BLOCK % SNQ__REGION_MODELS] = *m;
}

static const snq__region_model *model_at(const snq__region_edges *e, int64_t hop)
{
    const int64_t last = e->known - 1, i = hop < last ? hop : last;
    return &e->model[i / SNQ__REGION_BLOCK % SNQ__REGION_MODELS];
}

/* ---- candidates ------------------------------------------------------------------------------ */

static candidate *last_of(const snq__region_edges *e)
{
    return e->candidates ? &e->at[e->candidates - 1] : NULL;
}

static void remove_at(snq__region_edges *e, int i)
{
    e->candidates--;
    memmove(&e->at[i], &e->at[i + 1], (size_t)(e->candidates - i) * sizeof *e->at);
}

static float max_of(float a, float b)
{
    return a > b ? a : b;
}

static void open_run(snq__region_edges *e, int64_t hop)
{
    candidate *c = last_of(e);
    if (!c || (hop - c->end >= GAP && e->candidates < SNQ__REGION_CANDIDATES)) {
        c = &e->at[e->candidates++];
        *c = (candidate) { .first = hop, .end = hop, .db5 = -INFINITY };
    }
    c->open = 1;
    e->run = (snq__region_run) { .first = hop, .db5 = -INFINITY };
}

static void close_run(snq__region_edges *e, candidate *c)
{
    c->open = 0;
    c->runs = 1;
    c->end = e->run.first + e->run.hops;
    c->strong = max_of(c->strong, e->run.strong);
    c->db5 = max_of(c->db5, e->run.db5);
}

void snq__region_edges_feed(snq__region_edges *e, int active, float strong)
{
    const int64_t hop = e->known++;
    candidate *c = last_of(e);
    const int open = c && c->open;
    if (active) {
        const snq__region_frame *f = snq__region_at(e->rows, hop);
        if (!open)
            open_run(e, hop);
        e->run.hops++;
        e->run.strong = max_of(e->run.strong, strong);
        e->run.db5 = max_of(e->run.db5, f->db5);
        e->run.bins[f->bin5]++;
    } else if (open) {
        close_run(e, c);
    }
}

void snq__region_edges_drop_steady(snq__region_edges *e, double tint)
{
    candidate *c = last_of(e);
    if (!c || !c->open || c->bound || !snq__region_is_steady(&e->run, tint))
        return;
    c->open = 0;
    if (!c->runs)
        e->candidates--;
}

const snq__region_run *snq__region_edges_long_run(const snq__region_edges *e)
{
    const candidate *c = last_of(e);
    return c && c->open && !c->bound && e->run.hops >= SNQ__REGION_LONG ? &e->run : NULL;
}

/* Might drop_steady yet take this candidate's run back? */
static int is_held(const snq__region_edges *e, const candidate *c)
{
    if (!c->open || c->bound || e->final)
        return 0;
    if (e->run.hops < YOUNG)
        return 1;
    return e->known - c->first < SNQ__REGION_STEADY && snq__region_any_steady(&e->run);
}

static int is_closed(const snq__region_edges *e, const candidate *c)
{
    return !c->open && (e->final || e->known >= c->end + GAP);
}

static int is_sure(const snq__region_edges *e, const candidate *c)
{
    return (c->strong >= SURE_SIGMAS || (c->open && e->run.strong >= SURE_SIGMAS)) &&
           (c->db5 >= SURE_DBFS || (c->open && e->run.db5 >= SURE_DBFS));
}

/* What waits since before this hop can't wait longer. */
static int is_late(const snq__region_edges *e, int64_t hop)
{
    return !e->final && hop < e->known - WAIT;
}

/* End of its active hops as far as known. */
static int64_t end_of(const snq__region_edges *e, const candidate *c)
{
    return c->open ? e->known : c->end;
}

/* The candidate after the i-th, without those that came to nothing; NULL when there is none yet. */
static candidate *next_of(snq__region_edges *e, int i)
{
    while (i + 1 < e->candidates) {
        candidate *n = &e->at[i + 1];
        if (!is_closed(e, n) || is_sure(e, n))
            return n;
        remove_at(e, i + 1);
    }
    return NULL;
}

/* ---- edges ----------------------------------------------------------------------------------- */

static void hand_out(snq__region_edges *e, int64_t hop, int is_start)
{
    e->edge[e->edges++] = (snq_region_edge) { .hop = hop, .is_start = is_start };
}

/* Find the head of a sure candidate, the end of the region before being known: 0 when it must
 * wait. */
static int set_head(const snq__region_edges *e, candidate *c, int64_t before, int any_before)
{
    if (c->headed)
        return 1;
    if (!is_closed(e, c) && end_of(e, c) < c->first + GAP)
        return 0;
    int64_t limit = any_before ? before + KEEP : 0;
    if (limit < c->first - FOLLOW_MAX)
        limit = c->first - FOLLOW_MAX;
    c->head = c->first;
    if (c->first > limit)
        c->head = snq__region_follow_head(e->rows, model_at(e, c->first - 1), c->first,
                                          end_of(e, c), limit);
    c->headed = 1;
    return 1;
}

/* Find the tail of the i-th candidate, a bound or sure one: 0 when it must wait. */
static int set_tail(snq__region_edges *e, int i)
{
    const candidate *n = next_of(e, i);
    candidate *c = &e->at[i];
    if (c->tailed)
        return 1;
    if (!is_closed(e, c))
        return 0;
    int64_t limit = c->end + FOLLOW_MAX;
    const int64_t horizon = limit + KEEP;
    if (n && n->first < horizon) {
        if ((!is_sure(e, n) || is_held(e, n)) && !is_late(e, c->end))
            return 0;
        limit = n->first - KEEP;
    } else if (!n && !e->final && e->known < horizon) {
        return 0;
    }
    if (limit > e->known)
        limit = e->known;
    c->tail = snq__region_follow_tail(e->rows, model_at(e, c->end), c->first, c->end, limit);
    c->tailed = 1;
    return 1;
}

/* The first candidate's region ends with it. */
static int end_region(snq__region_edges *e)
{
    e->closed = e->at[0].tail;
    e->any_closed = 1;
    hand_out(e, e->closed, 0);
    remove_at(e, 0);
    return 1;
}

/* No region is open: open one when a candidate is ready. 0 when nothing can be done now. */
static int settle_start(snq__region_edges *e)
{
    if (!e->candidates)
        return 0;
    candidate *c = &e->at[0];
    if (!is_sure(e, c)) {
        if (is_closed(e, c)) {
            remove_at(e, 0);
            return 1;
        }
        if (is_late(e, c->first)) /* not heard of so far: should it be, it began later */
            c->first = e->known - WAIT;
        return 0;
    }
    if (!set_head(e, c, e->closed, e->any_closed) || is_held(e, c))
        return 0;
    c->bound = 1;
    e->merged = c->head;
    hand_out(e, c->head, 1);
    return 1;
}

/* Is the second candidate, `n`, sure and headed, part of the first one's region? -1: must wait. */
static int joins(snq__region_edges *e)
{
    const candidate *c = &e->at[0], *n = &e->at[1];
    const int64_t gap = n->head - c->tail;
    const snq__region_model *m = model_at(e, c->tail);
    if (gap < GAP)
        return 1;
    if (gap > BRIDGE_MAX || !m->known)
        return 0;
    int64_t end = end_of(e, n);
    if (end < n->head + COMPARED) {
        if (!n->open && set_tail(e, 1))
            end = n->tail;
        else if (!is_late(e, c->tail))
            return -1;
    }
    return snq__region_alike(e->rows, m, &(snq__region_span) { e->merged, c->tail },
                             &(snq__region_span) { n->head, end });
}

/* A region is open: end it or join the next candidate to it. 0 when nothing can be done now. */
static int settle_end(snq__region_edges *e)
{
    if (!set_tail(e, 0))
        return 0;
    const candidate *c = &e->at[0];
    candidate *n = next_of(e, 0);
    const int64_t reach = c->tail + BRIDGE_MAX + FOLLOW_MAX; /* whose heads could lie near enough */
    if (n ? n->first > reach : e->final || e->known > reach)
        return end_region(e);
    if (!n)
        return 0;
    const int late = is_late(e, c->tail);
    if (!is_sure(e, n))
        return late ? end_region(e) : 0;
    if (is_held(e, n) && !late)
        return 0;
    if (!set_head(e, n, c->tail, 1))
        return 0;
    const int join = joins(e);
    if (join < 0)
        return 0;
    if (!join)
        return end_region(e);
    n->bound = 1;
    remove_at(e, 0);
    return 1;
}

/* All edges before this hop are handed out. */
static int64_t decided_now(const snq__region_edges *e)
{
    if (e->final)
        return e->known;
    if (!e->candidates) {
        const int64_t next = e->known - FOLLOW_MAX;
        return next > e->closed ? next : e->closed;
    }
    const candidate *c = &e->at[0];
    if (c->bound)
        return c->tailed ? c->tail : end_of(e, c);
    if (c->headed)
        return c->head;
    return c->first - FOLLOW_MAX > e->closed ? c->first - FOLLOW_MAX : e->closed;
}

void snq__region_edges_settle(snq__region_edges *e, int final)
{
    candidate *c = last_of(e);
    e->final = final;
    if (final && c && c->open)
        close_run(e, c);
    while (e->candidates && (e->at[0].bound ? settle_end(e) : settle_start(e)))
        ;
    const int64_t decided = decided_now(e);
    e->decided = decided > e->decided ? decided : e->decided;
}
