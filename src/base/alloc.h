// SPDX-License-Identifier: MIT
/* alloc -- every allocation of our own goes through here.
 *
 * All sizes are checked for overflow and against SNQ_ALLOC_MAX before anything is asked of the
 * system. Tests make the n-th allocation fail (snq_alloc_fail_after) and count what is live, so
 * that each constructor is proved to clean up after itself.
 *
 * Threads: [any]. The hooks are atomic; set them only while no other thread allocates. */
#ifndef SNQ_BASE_ALLOC_H
#define SNQ_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* No single block is larger than this (bytes); a larger wish comes from damaged input. */
#define SNQ_ALLOC_MAX   ((size_t)1 << 31)
/* Alignment of every block that these functions return (bytes): a cache line, and AVX-512. */
#define SNQ_ALLOC_ALIGN ((size_t)64)

/* n * size zeroed bytes, aligned to SNQ_ALLOC_ALIGN; NULL when out of memory, on overflow or over
 * SNQ_ALLOC_MAX. Zero bytes give a valid pointer. The caller owns it: snq_free. */
void *snq_calloc(size_t n, size_t size) SNQ_MUST_USE;

/* The same, not zeroed: for what is written before it is read. */
void *snq_alloc(size_t n, size_t size) SNQ_MUST_USE;

/* Grow or shrink `p` (NULL is legal) from `old_n` to `new_n` elements of `size` bytes; the new
 * elements are zero. On failure returns NULL and `p` stays valid and owned by the caller. */
void *snq_regrow(void *p, size_t old_n, size_t new_n, size_t size) SNQ_MUST_USE;

/* Copy of a string; NULL when out of memory. The caller owns it. */
char *snq_strdup(const char *s) SNQ_MUST_USE;

void snq_free(void *p); /* NULL is legal */

/* Test hooks: let `n` further allocations succeed, then fail every one; -1 switches it off. */
void snq_alloc_fail_after(int64_t n);
/* Whether the hook above has refused an allocation since it was set. */
int snq_alloc_refused(void);
/* Blocks allocated and not yet freed, in the whole process. */
int64_t snq_alloc_live(void);

#endif
