// SPDX-License-Identifier: MIT
/* parallel -- a few threads that take pieces of one piece of work, again and again.
 *
 * Pieces are taken in order of their index by whoever is free; the caller works along. What a piece
 * computes must not depend on who takes it: so answers don't depend on the number of threads.
 *
 * Threads: an object belongs to one caller at a time. */
#ifndef SNQ_BASE_PARALLEL_H
#define SNQ_BASE_PARALLEL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_PARALLEL_THREADS_MAX = 256 };

typedef struct snq_parallel snq_parallel;
typedef void snq_parallel_piece(void *user, uint32_t index);

/* threads 1 .. SNQ_PARALLEL_THREADS_MAX, the caller's own among them: 1 starts none. Fewer are started
 * when the system gives no more. On success *out is owned by the caller (free); on error NULL.
 * ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_parallel_new(uint32_t threads, snq_parallel **out);
void snq_parallel_free(snq_parallel *p); /* NULL is legal */
/* Runs piece(user, 0 .. count - 1), returns when all are done. */
void snq_parallel_run(snq_parallel *p, uint32_t count, snq_parallel_piece *piece, void *user);

#endif
