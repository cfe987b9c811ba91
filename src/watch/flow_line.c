// SPDX-License-Identifier: MIT
/* flow_line -- the flow of a stream of pictures, several pairs at a time.
 *
 * IDEA   A pair's flow depends on its two pictures alone. So pairs may be found beside each other by as
 *        many threads, none of which waits for another within a pair; stripes of one picture wait at
 *        every scale and refinement, a hundred times a pair.
 *
 * STEPS  push:   the caller makes the picture's pyramid, once for the pair before and the pair behind;
 *                the pair with the one before is then ready to be found.
 *        find:   a helper takes the oldest pair that is ready, and finds its flow and lattice with levels
 *                and rows of its own.
 *        pull:   as long as the oldest pair is not done, the caller finds pairs as well; it sleeps only
 *                when all that are left are in other hands.
 *        Pictures are in a ring of room + 1: pair n needs pictures n and n + 1, and n's place is taken
 *        again only after pair n was pulled.
 *
 * CONST  room: two pairs a thread, so that the helpers have work while the caller does one pair itself.
 *        With one thread it is 1.
 *
 * COST   The caller's pyramids are some 6 % (default) or 4 % (fast) of all work, which delays nobody while
 *        pairs are waiting. 640 x 360, four threads on four cores: 3.4 (fast, default) and 3.8 (fine) times
 *        as fast as one, where the stripes of one pair gave 2.1 to 2.9 (2026-11-21, the least of 9).
 *
 * LIMITS The first pairs of a stream, and the last, are found by fewer threads. */
#include "watch/flow_line.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/flow_impl.h"

typedef struct helper {
    struct snq_flow_line *line;
    snq_flow *flow;
    pthread_t thread;
} helper;

struct snq_flow_line {
    snq_flow_cfg cfg; /* of one pair: one thread */
    uint32_t members; /* the caller is member 0 */
    uint32_t started; /* threads, members - 1 when all went well */
    uint32_t room;
    size_t cells;
    snq__flow_pyramid *picture; /* (room + 1,) picture n at n % (room + 1) */
    snq_flow_cell *cell;        /* (room, cells) pair n at n % room */
    uint64_t pictures;          /* pushed */
    uint64_t pulled;            /* pairs */
    /* under `lock` */
    int *is_done;   /* (room,) pair n at n % room */
    uint64_t taken; /* pairs that somebody has begun */
    uint64_t ready; /* pairs that may be */
    int end;
    pthread_mutex_t lock;
    pthread_cond_t begun, done;
    int has_lock;
    helper *helper; /* (members,) */
};

/* ---- a pair */

static void find_pair(const snq_flow_line *l, snq_flow *f, uint64_t pair)
{
    f->first = &l->picture[pair % (l->room + 1)];
    f->second = &l->picture[(pair + 1) % (l->room + 1)];
    f->pushed = 2;
    snq__flow_find(f);
    const snq_status st = snq_flow_get_cells(f, l->cell + pair % l->room * l->cells);
    (void)st; /* there is a pair */
}

/* Finds the oldest pair that nobody has begun. The lock is held before and after, not between. */
static void help(snq_flow_line *l, snq_flow *f)
{
    const uint64_t pair = l->taken++;
    pthread_mutex_unlock(&l->lock);
    find_pair(l, f, pair);
    pthread_mutex_lock(&l->lock);
    l->is_done[pair % l->room] = 1;
}

static void *work(void *user)
{
    const helper *h = user;
    snq_flow_line *l = h->line;
    pthread_mutex_lock(&l->lock);
    while (!l->end) {
        if (l->taken == l->ready) {
            pthread_cond_wait(&l->begun, &l->lock);
            continue;
        }
        help(l, h->flow);
        pthread_cond_signal(&l->done);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- the object */

static snq_status build_ring(snq_flow_line *l)
{
    l->picture = snq_calloc((size_t)l->room + 1, sizeof *l->picture);
    l->cell = snq_calloc(l->room * l->cells, sizeof *l->cell);
    l->is_done = snq_calloc(l->room, sizeof *l->is_done);
    l->helper = snq_calloc(l->members, sizeof *l->helper);
    if (!l->picture || !l->cell || !l->is_done || !l->helper)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: a line of %u pairs", l->room);
    for (uint32_t i = 0; i < l->members; i++)
        SNQ_TRY(snq__flow_new_bare(&l->cfg, &l->helper[i].flow));
    const snq_flow *f = l->helper[0].flow;
    for (uint32_t i = 0; i <= l->room; i++)
        SNQ_TRY(snq__flow_pyramid_new(&l->picture[i], l->cfg.width, l->cfg.height, f->levels,
                                      f->plan.cubic_below));
    return SNQ_OK;
}

static snq_status start(snq_flow_line *l)
{
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->begun, NULL);
    pthread_cond_init(&l->done, NULL);
    l->has_lock = 1;
    for (uint32_t i = 1; i < l->members; i++) {
        helper *h = l->helper + i;
        h->line = l;
        if (pthread_create(&h->thread, NULL, work, h))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: no thread %u of %u", i, l->members);
        l->started++;
    }
    return SNQ_OK;
}

snq_status snq_flow_line_new(const snq_flow_cfg *cfg, snq_flow_line **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq__flow_check(cfg));
    snq_flow_line *l = snq_calloc(1, sizeof *l);
    if (!l)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: no memory for a line");
    l->cfg = *cfg;
    l->cfg.threads = 1;
    l->members = cfg->threads;
    l->room = cfg->threads > 1 ? 2 * cfg->threads : 1;
    l->cells = (size_t)cfg->cells_x * cfg->cells_y;
    SNQ_GOTO(build_ring(l));
    SNQ_GOTO(start(l));
    *out = l;
    return SNQ_OK;
fail:
    snq_flow_line_free(l);
    return st;
}

static void stop(snq_flow_line *l)
{
    pthread_mutex_lock(&l->lock);
    l->end = 1;
    pthread_cond_broadcast(&l->begun);
    pthread_mutex_unlock(&l->lock);
    for (uint32_t i = 1; i <= l->started; i++)
        pthread_join(l->helper[i].thread, NULL);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->begun);
    pthread_cond_destroy(&l->done);
}

void snq_flow_line_free(snq_flow_line *l)
{
    if (!l)
        return;
    if (l->has_lock)
        stop(l);
    for (uint32_t i = 0; l->helper && i < l->members; i++)
        snq_flow_free(l->helper[i].flow);
    for (uint32_t i = 0; l->picture && i <= l->room; i++)
        snq__flow_pyramid_clear(&l->picture[i]);
    snq_free(l->helper);
    snq_free(l->picture);
    snq_free(l->cell);
    snq_free(l->is_done);
    snq_free(l);
}

/* ---- stream */

uint32_t snq_flow_line_waiting(const snq_flow_line *l)
{
    return l->pictures ? (uint32_t)(l->pictures - 1 - l->pulled) : 0;
}

uint32_t snq_flow_line_room(const snq_flow_line *l)
{
    return l->room;
}

snq_status snq_flow_line_push(snq_flow_line *l, const snq_picture *luma)
{
    SNQ_TRY(snq__flow_fits(&l->cfg, luma));
    if (snq_flow_line_waiting(l) >= l->room)
        return SNQ_FAIL(SNQ_ERR_STATE, "flow: %u pairs wait already", l->room);
    snq__flow_take(l->helper[0].flow, luma, &l->picture[l->pictures % (l->room + 1)]);
    if (!l->pictures++)
        return SNQ_AGAIN;
    pthread_mutex_lock(&l->lock);
    l->is_done[l->ready++ % l->room] = 0;
    pthread_cond_signal(&l->begun);
    pthread_mutex_unlock(&l->lock);
    return SNQ_OK;
}

snq_status snq_flow_line_pull(snq_flow_line *l, snq_flow_cell *out)
{
    if (!snq_flow_line_waiting(l))
        return SNQ_FAIL(SNQ_ERR_STATE, "flow: no pair waits");
    const size_t at = l->pulled % l->room;
    pthread_mutex_lock(&l->lock);
    while (!l->is_done[at]) {
        if (l->taken < l->ready)
            help(l, l->helper[0].flow);
        else
            pthread_cond_wait(&l->done, &l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    memcpy(out, l->cell + at * l->cells, l->cells * sizeof *out);
    l->pulled++;
    return SNQ_OK;
}
