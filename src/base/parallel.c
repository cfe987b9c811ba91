// SPDX-License-Identifier: MIT
#include "base/parallel.h"

#include <pthread.h>

#include "base/alloc.h"

struct snq_parallel {
    pthread_t thread[SNQ_PARALLEL_THREADS_MAX];
    uint32_t threads; /* started */
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    snq_parallel_piece *piece;
    void *user;
    uint32_t next, count, done;
    int stop;
};

/* Takes pieces until none is left; called and left with the lock held. */
static void take(snq_parallel *p)
{
    while (p->next < p->count) {
        const uint32_t index = p->next++;
        pthread_mutex_unlock(&p->lock);
        p->piece(p->user, index);
        pthread_mutex_lock(&p->lock);
        if (++p->done == p->count)
            pthread_cond_signal(&p->end);
    }
}

static void *work(void *user)
{
    snq_parallel *p = user;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        take(p);
        if (!p->stop)
            pthread_cond_wait(&p->begin, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

snq_status snq_parallel_new(uint32_t threads, snq_parallel **out)
{
    *out = NULL;
    if (threads < 1 || threads > SNQ_PARALLEL_THREADS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u threads are not 1 .. %d", threads,
                        SNQ_PARALLEL_THREADS_MAX);
    snq_parallel *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for threads");
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->begin, NULL);
    pthread_cond_init(&p->end, NULL);
    while (p->threads + 1 < threads && !pthread_create(&p->thread[p->threads], NULL, work, p))
        p->threads++;
    *out = p;
    return SNQ_OK;
}

void snq_parallel_free(snq_parallel *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = 1;
    pthread_cond_broadcast(&p->begin);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 0; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
    pthread_cond_destroy(&p->end);
    pthread_cond_destroy(&p->begin);
    pthread_mutex_destroy(&p->lock);
    snq_free(p);
}

void snq_parallel_run(snq_parallel *p, uint32_t count, snq_parallel_piece *piece, void *user)
{
    pthread_mutex_lock(&p->lock);
    p->piece = piece;
    p->user = user;
    p->next = p->done = 0;
    p->count = count;
    if (count > 1)
        pthread_cond_broadcast(&p->begin);
    take(p);
    while (p->done < p->count)
        pthread_cond_wait(&p->end, &p->lock);
    p->count = p->next = 0;
    pthread_mutex_unlock(&p->lock);
}
