// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include <string.h>

#include "base/alloc.h"

enum { CHUNK_MIN = 64 * 1024, HEAD = 64 };

struct snq_arena_chunk {
    struct snq_arena_chunk *next;
    size_t used, size; /* bytes after the head */
};

void snq_arena_init(snq_arena *a, size_t max_bytes)
{
    *a = (snq_arena) { .max_bytes = max_bytes };
}

void *snq_arena_get(snq_arena *a, size_t n, size_t size)
{
    if (size && n > SNQ_ALLOC_MAX / size)
        return NULL;
    const size_t bytes = (n * size + HEAD - 1) / HEAD * HEAD;
    struct snq_arena_chunk *c = a->chunk;
    if (!c || bytes > c->size - c->used) {
        const size_t room = bytes > CHUNK_MIN ? bytes : CHUNK_MIN;
        if (a->total_bytes + room > a->max_bytes)
            return NULL;
        c = snq_calloc(1, HEAD + room);
        if (!c)
            return NULL;
        c->next = a->chunk;
        c->size = room;
        a->chunk = c;
        a->total_bytes += room;
    }
    void *p = (char *)c + HEAD + c->used;
    c->used += bytes;
    return memset(p, 0, bytes);
}

void snq_arena_reset(snq_arena *a)
{
    struct snq_arena_chunk *best = NULL, *next;
    for (struct snq_arena_chunk *c = a->chunk; c; c = c->next)
        if (!best || c->size > best->size)
            best = c;
    for (struct snq_arena_chunk *c = a->chunk; c; c = next) {
        next = c->next;
        if (c != best)
            snq_free(c);
    }
    a->chunk = best;
    a->total_bytes = best ? best->size : 0;
    if (best) {
        best->next = NULL;
        best->used = 0;
    }
}

void snq_arena_clear(snq_arena *a)
{
    snq_arena_reset(a);
    snq_free(a->chunk);
    a->chunk = NULL;
    a->total_bytes = 0;
}
