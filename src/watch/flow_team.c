// SPDX-License-Identifier: MIT
/* flow_team -- a few threads that do one piece of work together, again and again.
 *
 * STEPS  The caller writes the piece, raises `turn` and wakes who sleeps; it takes share 0 itself,
 *        member i share i. Who has finished lowers `busy`; the caller waits until it is 0. Both
 *        waits look at the number SPIN times and then sleep on a condition: on an idle machine
 *        nobody sleeps between the steps of one picture, on a busy one nobody burns time long.
 *
 * CONST  SPIN 500 looks, some 30 microseconds: as long as a sleep and a wake-up take. */
#include "watch/flow_team_impl.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"

enum { SPIN = 500 };

typedef struct member {
    struct snq__flow_team *team;
    pthread_t thread;
    uint32_t index;
} member;

struct snq__flow_team {
    uint32_t members, started; /* threads; the caller is member 0 */
    snq__flow_share *share;
    void *user;
    uint32_t count;
    atomic_uint turn; /* pieces begun */
    atomic_uint busy; /* shares of the piece that others have not finished */
    atomic_int end;
    pthread_mutex_t lock;
    pthread_cond_t begun, done;
    int has_lock;
    member *member; /* (members,) */
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Waits until *value is not `from`; sleeps on `cond` when that takes long. */
static unsigned wait_change(snq__flow_team *t, atomic_uint *value, unsigned from,
                            pthread_cond_t *cond)
{
    for (int i = 0; i < SPIN; i++) {
        const unsigned now = atomic_load_explicit(value, memory_order_acquire);
        if (now != from)
            return now;
        pause_briefly();
    }
    pthread_mutex_lock(&t->lock);
    unsigned now;
    while ((now = atomic_load(value)) == from)
        pthread_cond_wait(cond, &t->lock);
    pthread_mutex_unlock(&t->lock);
    return now;
}

static void *work(void *user)
{
    member *m = user;
    snq__flow_team *t = m->team;
    unsigned turn = 0;
    for (;;) {
        turn = wait_change(t, &t->turn, turn, &t->begun);
        if (atomic_load(&t->end))
            return NULL;
        if (m->index < t->count)
            t->share(t->user, m->index, t->count);
        if (atomic_fetch_sub(&t->busy, 1) == 1) {
            pthread_mutex_lock(&t->lock);
            pthread_cond_signal(&t->done);
            pthread_mutex_unlock(&t->lock);
        }
    }
}

/* Lets the members see what was written before. */
static void begin(snq__flow_team *t)
{
    atomic_store(&t->busy, t->started);
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->turn, 1);
    pthread_cond_broadcast(&t->begun);
    pthread_mutex_unlock(&t->lock);
}

static snq_status start(snq__flow_team *t)
{
    for (uint32_t i = 1; i < t->members; i++) {
        member *m = t->member + i;
        *m = (member) { .team = t, .index = i };
        if (pthread_create(&m->thread, NULL, work, m))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: no thread %u of %u", i, t->members);
        t->started++;
    }
    return SNQ_OK;
}

snq_status snq__flow_team_new(uint32_t members, snq__flow_team **out)
{
    *out = NULL;
    snq_status st = SNQ_ERR_NOMEM;
    snq__flow_team *t = snq_calloc(1, sizeof *t);
    if (!t)
        goto fail;
    t->members = members;
    t->member = snq_calloc(members, sizeof *t->member);
    if (!t->member)
        goto fail;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->begun, NULL);
    pthread_cond_init(&t->done, NULL);
    t->has_lock = 1;
    SNQ_GOTO(start(t));
    *out = t;
    return SNQ_OK;
fail:
    snq__flow_team_free(t);
    return SNQ_FAIL(st, "flow: a team of %u threads", members);
}

void snq__flow_team_free(snq__flow_team *t)
{
    if (!t)
        return;
    if (t->started) {
        atomic_store(&t->end, 1);
        begin(t);
        for (uint32_t i = 1; i <= t->started; i++)
            pthread_join(t->member[i].thread, NULL);
    }
    if (t->has_lock) {
        pthread_mutex_destroy(&t->lock);
        pthread_cond_destroy(&t->begun);
        pthread_cond_destroy(&t->done);
    }
    snq_free(t->member);
    snq_free(t);
}

void snq__flow_team_run(snq__flow_team *t, uint32_t count, snq__flow_share *share, void *user)
{
    if (count <= 1 || !t->started) {
        for (uint32_t i = 0; i < count; i++)
            share(user, i, count);
        return;
    }
    t->share = share;
    t->user = user;
    t->count = count;
    begin(t);
    share(user, 0, count);
    for (unsigned left = atomic_load(&t->busy); left;)
        left = wait_change(t, &t->busy, left, &t->done);
}

uint32_t snq__flow_team_members(const snq__flow_team *t)
{
    return t->members;
}
