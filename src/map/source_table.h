// SPDX-License-Identifier: MIT
/* source_table -- what a mapping can read: rows of type and property, with unit, range and default as data.
 *
 * A source is a row, and a band where the row is of the eyes' bands: written {"type", "band", "property"}, or as a path,
 * "oscillatory.mf.primary_frequency", "picture.luma_mean". Types are the four published ones (directional, oscillatory,
 * chaotic, ambient: the columns of `watch --windows`), and ours: motion (speed of a band, or of mf and above together), jitter, cuts,
 * picture, sound (what the ears know of the video's own sound).
 *
 * The range is what is usual: it normalises a source that modulates, and is shown to people; a value may lie outside.
 * Plain data, static. Threads: [any]. */
#ifndef SNQ_MAP_SOURCE_TABLE_H
#define SNQ_MAP_SOURCE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "score/sight.h"

enum {
    SNQ_SOURCE_TEXT_MAX = 96, /* bytes of a path with its NUL */
    SNQ_SOURCE_NO_BAND = -1,
};

/* Whether a row wants a band. */
typedef enum snq_source_banding {
    SNQ_SOURCE_UNBANDED = 0,
    SNQ_SOURCE_BANDED,
    SNQ_SOURCE_ANY_BAND /* one, or none: several together */
} snq_source_banding;

typedef struct snq_source_row {
    const char *type, *property; /* as published */
    const char *unit;            /* of what is read; "heights_s" is frame heights a second */
    float min, max, value;       /* usual range, what nothing counts as */
    uint8_t banding;             /* snq_source_banding */
    uint8_t norm;                /* what is read is the `_norm` property of the eyes */
    uint8_t log_scale;           /* normalised in equal ratios */
    uint8_t circular;            /* an angle: 359 is beside 0 */
    int8_t eyes;                 /* snq_sight_property that is read, or -1 */
    const char *what;            /* a few words */
} snq_source_row;

/* Which one a mapping reads. */
typedef struct snq_map_source {
    uint16_t row;
    int8_t band; /* snq_sight_band_id, or SNQ_SOURCE_NO_BAND */
} snq_map_source;

const snq_source_row *snq_source_rows(size_t *n);
/* Index of the row, -1 when there is none. A property may have `_norm` behind it where that is what is read. */
int snq_source_find(const char *type, const char *property);
/* Rows of the motion's drift, which stands in for a directional source: index of the row or -1. */
int snq_source_stand_in(uint32_t row);
/* "oscillatory.mf.primary_frequency" into to[SNQ_SOURCE_TEXT_MAX]. */
void snq_source_path(snq_map_source s, char *to);
/* 0 .. 1 along the row's usual range; NaN for NaN. */
double snq_source_normalise(uint32_t row, double v);

/* {"type", "band"?, "property"}, or a path as a string. ERR_FORMAT naming the place and what there is. */
SNQ_MUST_USE snq_status snq_source_from_json(const snq_json_ref *at, snq_map_source *out);
void snq_source_json(snq_json *j, snq_map_source s);

#endif
