// SPDX-License-Identifier: MIT
/* region_finder -- where something sounds: content regions between silences, found on the way.
 *
 * Fed hops with their mel powers in order, it tells edges in order, starts and ends in turn, and
 * how far they are known; what it has told is final. Answers don't depend on how the hops are cut
 * into pushes. A stream of up to 30 s is decided as a whole at its end. In longer ones edges are
 * known 35 s behind as a rule, 51 s at most, but for a sound that stands still from its start: it
 * may be the noise floor of what follows, and its start waits for up to SNQ_REGION_LOOKAHEAD_HOPS.
 *
 * Channels' levels count all channels; mel powers are those of their mean. Values that are no
 * numbers, negative or absurd do no harm.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of region_finder.c. */
#ifndef SNQ_LISTEN_REGION_FINDER_H
#define SNQ_LISTEN_REGION_FINDER_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"

typedef struct snq_region_finder snq_region_finder;

/* decided() is never further behind the last hop pushed: 67 s. */
enum { SNQ_REGION_LOOKAHEAD_HOPS = 67 * SNQ_HOPS_PER_S };

typedef struct snq_region_edge {
    int64_t hop; /* the region's first hop, or the first behind it */
    int is_start;
} snq_region_edge;

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE (channels), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_region_finder_new(uint32_t channels, snq_region_finder **out);
void snq_region_finder_free(snq_region_finder *f); /* NULL is legal */
/* Take a run of hops: hop (hops,), mel (hops, SNQ_MEL_BANDS), borrowed for the call. ERR_NOMEM
 * (after it the object can only be freed), ERR_STATE after finish. */
SNQ_MUST_USE snq_status snq_region_finder_push(snq_region_finder *f, const snq_hop *hop,
                                               const float *mel, uint32_t hops);
/* The stream has ended: decide the rest, close an open region. ERR_NOMEM as above; a second call
 * does nothing. */
SNQ_MUST_USE snq_status snq_region_finder_finish(snq_region_finder *f);
/* All edges before this hop are known; never goes back. After finish: the number of hops. */
int64_t snq_region_finder_decided(const snq_region_finder *f);
/* Take the next known edge: 1 and *edge, or 0 when there is none yet. */
int snq_region_finder_pull(snq_region_finder *f, snq_region_edge *edge);
/* After finish: whether no region was told and yet sound is there: noise so steady that nothing
 * stands out of it, which is then the content itself, the whole stream. */
int snq_region_finder_unbroken(const snq_region_finder *f);
/* After finish, when there was no region: why ("digital silence" …). Static text. */
const char *snq_region_finder_reason(const snq_region_finder *f);

#endif
