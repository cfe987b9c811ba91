// SPDX-License-Identifier: MIT
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_llong live_blocks;
static atomic_llong fail_after = -1; /* -1: off */
static atomic_int refused;

/* Whether the test hook lets this allocation pass. */
static int allowed(void)
{
    long long left = atomic_load_explicit(&fail_after, memory_order_relaxed);
    if (left < 0)
        return 1;
    if (left == 0) {
        atomic_store(&refused, 1);
        return 0;
    }
    atomic_store(&fail_after, left - 1);
    return 1;
}

/* Whole lines, so that kernels may read the padding of the last one. */
static size_t whole_lines(size_t bytes)
{
    return (bytes + SNQ_ALLOC_ALIGN) / SNQ_ALLOC_ALIGN * SNQ_ALLOC_ALIGN;
}

void *snq_alloc(size_t n, size_t size)
{
    if (size && n > SNQ_ALLOC_MAX / size)
        return NULL;
    if (!allowed())
        return NULL;
    void *p = aligned_alloc(SNQ_ALLOC_ALIGN, whole_lines(n * size));
    if (p)
        atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    return p;
}

void *snq_calloc(size_t n, size_t size)
{
    void *p = snq_alloc(n, size);
    if (p)
        memset(p, 0, whole_lines(n * size));
    return p;
}

void *snq_regrow(void *p, size_t old_n, size_t new_n, size_t size)
{
    void *q = snq_calloc(new_n, size);
    if (!q)
        return NULL;
    if (p)
        memcpy(q, p, (old_n < new_n ? old_n : new_n) * size);
    snq_free(p);
    return q;
}

char *snq_strdup(const char *s)
{
    const size_t n = strlen(s) + 1;
    char *p = snq_calloc(n, 1);
    if (p)
        memcpy(p, s, n);
    return p;
}

void snq_free(void *p)
{
    if (!p)
        return;
    atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
    free(p);
}

void snq_alloc_fail_after(int64_t n)
{
    atomic_store(&refused, 0);
    atomic_store(&fail_after, (long long)n);
}

int snq_alloc_refused(void)
{
    return atomic_load(&refused);
}

int64_t snq_alloc_live(void)
{
    return (int64_t)atomic_load(&live_blocks);
}
