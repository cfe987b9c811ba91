// SPDX-License-Identifier: MIT
/* feature_set -- what a matrix reads: named columns on one grid of time, each value valid or not.
 *
 * A column is of a source (source_table.h); value i belongs to i * step_s from the start. Where a source has nothing to
 * say at all, it has no values but a reason. Gaps of at most SNQ_FEATURE_SET_BRIDGE_S are crossed in a line; in longer ones the
 * source has no value.
 *
 * Builders copy: neither the sight nor the hearing is needed afterwards. An object belongs to one thread at a time; many
 * may read. */
#ifndef SNQ_MAP_FEATURE_SET_H
#define SNQ_MAP_FEATURE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "map/source_table.h"
#include "score/hearing.h"
#include "score/sight.h"

enum {
    SNQ_FEATURE_SET_MAX = 256,    /* columns */
    SNQ_FEATURE_REASON_MAX = 160, /* bytes with its NUL */
    SNQ_FEATURE_SET_STEPS_MAX = SNQ_SIGHT_STEPS_MAX,
};
#define SNQ_FEATURE_SET_BRIDGE_S 1.0

typedef struct snq_feature {
    snq_map_source source;
    float *value;                        /* (length,), owned; NaN: no value; NULL with a reason */
    char reason[SNQ_FEATURE_REASON_MAX]; /* why there are no values; "" */
    char note[SNQ_FEATURE_REASON_MAX];   /* what stands in for it; "" */
} snq_feature;

typedef struct snq_feature_set {
    double step_s;     /* > 0 */
    size_t length;     /* of every column */
    snq_feature *item; /* (items,), owned */
    size_t items, room;
} snq_feature_set;

/* No columns yet. ERR_RANGE (step_s not above 0, too many steps). */
SNQ_MUST_USE snq_status snq_feature_set_init(snq_feature_set *f, double step_s, size_t length);
void snq_feature_set_clear(snq_feature_set *f); /* legal twice */
/* A column without values (NaN), borrowed until the next is added; with a `reason`, it has none at all. One of this
 * source that is there is emptied. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_feature_set_add(snq_feature_set *f, snq_map_source s,
                                            const char *reason, snq_feature **out);
/* NULL where there is none. */
const snq_feature *snq_feature_set_find(const snq_feature_set *f, snq_map_source s);
/* Value at a time: in a line between neighbours (an angle: the nearer one's), the ends hold; NaN: none. */
double snq_feature_set_at(const snq_feature_set *f, const snq_feature *c, double t_s);
/* Cross short gaps (not of an angle); the builders have done it. */
void snq_feature_bridge(const snq_feature_set *f, snq_feature *c);

/* All that a sight has (with windows): the columns of each band; the one number of a film where there are no columns,
 * everywhere; a directional source of a band that can't be observed has the drift's. What is missing has the sight's own
 * reason. The grid is the windows', from the start of the range on; without windows 0.25 s. On error f is clear.
 * ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_feature_set_from_sight(snq_feature_set *f, const snq_sight *s);
/* The columns of `sound`, on the grid that is there; times of the hearing are the film's. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_feature_set_add_hearing(snq_feature_set *f, const snq_hearing *h);

#endif
