// SPDX-License-Identifier: MIT
/* ESSAY */
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
    STEADY_BINS = 5,
};

#define SURE_SIGMAS  12.0f
#define SURE_DBFS    (-82.0f)
#define STEADY_SHARE 0.95

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

/* ---- candidates ------------------------------------------------------------------------------- */

static candidate *last_of(const snq__region_edges *e)
{
    return e->candidates ? &e->at[e->candidates - 1] : NULL;
}

static void remove_at(snq__region_edges *e, int i)
{
    e->candidates--;
    memmove(&e->at[i], &e->at[i + 1], (size_t)(e->candidates - i) * sizeof *e->at);
}

static snq__region_fame louder(snq__region_fame a, snq__region_fame b)
{
    return (snq__region_fame) { .strong = a.strong > b.strong ? a.strong : b.strong,
                                .db5 = a.db5 > b.db5 ? a.db5 : b.db5 };
}

static void open_run(snq__region_edges *e, int64_t hop)
{
    candidate *c = last_of(e);
    if (!c || hop - c->end >= GAP) {
        c = &e->at[e->candidates++];
        *c = (candidate) { .first = hop, .end = hop, .fame = { 0, -1000.0f } };
    }
    c->open = 1;
    e->run_first = hop;
    e->run_fame = (snq__region_fame) { 0, -1000.0f };
    memset(e->run_bins, 0, sizeof e->run_bins);
}

static void close_run(candidate *c, int64_t hop, snq__region_fame fame)
{
    c->open = 0;
    c->runs = 1;
    c->end = hop;
    c->fame = louder(c->fame, fame);
}

void snq__region_edges_feed(snq__region_edges *e, int active, float strong)
{
    const int64_t hop = e->known++;
    candidate *c = last_of(e);
    int open = c && c->open;
    if (active) {
        const snq__region_frame *f = snq__region_at(e->rows, hop);
        if (!open)
            open_run(e, hop);
        e->run_fame = louder(e->run_fame, (snq__region_fame) { strong, f->db5 });
        e->run_bins[f->bin5]++;
    } else if (open) {
        close_run(c, hop, e->run_fame);
    }
}

/* Share of the run going on whose level lies in the bins around `bin`. */
static double share_at(const snq__region_edges *e, int bin)
{
    uint64_t in = 0;
    for (int i = bin - STEADY_BINS; i <= bin + STEADY_BINS; i++)
        in += i >= 0 && i < SNQ__REGION_BINS ? e->run_bins[i] : 0;
    return (double)in / (double)(e->known - e->run_first);
}

void snq__region_edges_drop_steady(snq__region_edges *e, double tint)
{
    candidate *c = last_of(e);
    if (!c || !c->open || c->bound)
        return;
    const int bin = (int)lrint((tint - SNQ__REGION_FLOOR_DB) / SNQ__REGION_BIN_DB);
    if (share_at(e, bin) < STEADY_SHARE)
        return;
    c->open = 0;
    if (!c->runs)
        e->candidates--;
}

/* Might drop_steady yet take this candidate's run back? */
static int is_held(const snq__region_edges *e, const candidate *c)
{
    if (!c->open || c->bound || e->final)
        return 0;
    const int64_t age = e->known - e->run_first;
    if (age < YOUNG)
        return 1;
    if (e->known - c->first >= SNQ__REGION_STEADY)
        return 0;
    for (int bin = 0; bin < SNQ__REGION_BINS; bin++)
        if (share_at(e, bin) >= STEADY_SHARE)
            return 1;
    return 0;
}

static int is_closed(const snq__region_edges *e, const candidate *c)
{
    return !c->open && (e->final || e->known >= c->end + GAP);
}

static int is_sure(const snq__region_edges *e, const candidate *c)
{
    const snq__region_fame f = c->open ? louder(c->fame, e->run_fame) : c->fame;
    return f.strong >= SURE_SIGMAS && f.db5 >= SURE_DBFS;
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

/* ---- edges ------------------------------------------------------------------------------------ */

static void hand_out(snq__region_edges *e, int64_t hop, int is_start)
{
    e->edge[e->edges++] = (snq_region_edge) { .hop = hop, .is_start = is_start };
}

/* Find the head of a sure candidate, the end of the region before being known: 0 when it must wait. */
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
        close_run(c, e->known, e->run_fame);
    while (e->candidates && (e->at[0].bound ? settle_end(e) : settle_start(e)))
        ;
    const int64_t decided = decided_now(e);
    e->decided = decided > e->decided ? decided : e->decided;
}
