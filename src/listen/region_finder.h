// SPDX-License-Identifier: MIT
/* region_finder -- where something sounds: content regions between silences, found on the way.
 *
 * Fed hops with their mel powers in order, it decides with a delay of at most
 * SNQ_REGION_LOOKAHEAD_HOPS; a file shorter than that is decided as a whole at its end. Edges come
 * out in order, starts and ends in turn.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_finder.c. */
#ifndef SNQ_LISTEN_REGION_FINDER_H
#define SNQ_LISTEN_REGION_FINDER_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"

typedef struct snq_region_finder snq_region_finder;

/* Longest look ahead: 30 s. */
enum { SNQ_REGION_LOOKAHEAD_HOPS = 30 * SNQ_HOPS_PER_S };

typedef struct snq_region_edge {
    int64_t hop; /* the region's first hop, or the first behind it */
    int is_start;
} snq_region_edge;

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE (channels), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_region_finder_new(uint32_t channels, snq_region_finder **out);
void snq_region_finder_free(snq_region_finder *f); /* NULL is legal */
/* Take a run of hops: hop (hops,), mel (hops, SNQ_MEL_BANDS), borrowed for the call. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_region_finder_push(snq_region_finder *f, const snq_hop *hop,
                                               const float *mel, uint32_t hops);
/* The stream has ended: decide the rest, close an open region. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_region_finder_finish(snq_region_finder *f);
/* All edges before this hop are known. */
int64_t snq_region_finder_decided(const snq_region_finder *f);
/* Take the next known edge: 1 and *edge, or 0 when there is none yet. */
int snq_region_finder_pull(snq_region_finder *f, snq_region_edge *edge);
/* After finish, when there was no region: why ("digital silence" …). Static text. */
const char *snq_region_finder_reason(const snq_region_finder *f);

#endif
