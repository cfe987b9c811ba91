// SPDX-License-Identifier: MIT
/* region_follow -- what a sound under the noise floor still tells: where it fades away, and
 * whether two sounds on either side of a gap are one.
 *
 * Threads: [any]. Algorithm: top of region_follow.c. */
#ifndef SNQ_LISTEN_REGION_FOLLOW_IMPL_H
#define SNQ_LISTEN_REGION_FOLLOW_IMPL_H

#include "listen/region_floor_impl.h"
#include "listen/region_rows_impl.h"

typedef struct snq__region_span {
    int64_t first, end; /* hops [first, end) */
} snq__region_span;

/* The sound [first, end) stands over the floor m; follow it on from its end to at most `limit`:
 * returns the new end. Without a floor that is `end`. */
int64_t snq__region_follow_tail(const snq__region_rows *r, const snq__region_model *m,
                                int64_t first, int64_t end, int64_t limit);
/* The same backward from its first hop to at least `limit`: returns the new first hop. */
int64_t snq__region_follow_head(const snq__region_rows *r, const snq__region_model *m,
                                int64_t first, int64_t end, int64_t limit);
/* Are a and b, in this order and over a floor that is known, parts of one sound? At least 3 hops
 * lie between them. */
int snq__region_alike(const snq__region_rows *r, const snq__region_model *m,
                      const snq__region_span *a, const snq__region_span *b);

#endif
