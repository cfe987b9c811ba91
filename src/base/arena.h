// SPDX-License-Identifier: MIT
/* arena -- scratch memory of one job: taken piece by piece, given back all at once.
 *
 * Grows in chunks up to the maximum given at init; never moves what it handed out. An object
 * belongs to one thread at a time. */
#ifndef SNQ_BASE_ARENA_H
#define SNQ_BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"

typedef struct snq_arena {
    struct snq_arena_chunk *chunk; /* newest first */
    size_t total_bytes;            /* asked of the system so far */
    size_t max_bytes;              /* bound on the above */
} snq_arena;

/* Allocates nothing yet. */
void snq_arena_init(snq_arena *a, size_t max_bytes);
/* n * size zeroed bytes aligned to 64; NULL over the bound or when out of memory. Returns
 * borrowed: valid until reset or clear. */
void *snq_arena_get(snq_arena *a, size_t n, size_t size) SNQ_MUST_USE;
/* Forget all pieces, keep the largest chunk for the next job. */
void snq_arena_reset(snq_arena *a);
/* Give everything back. */
void snq_arena_clear(snq_arena *a);

#endif
