// SPDX-License-Identifier: MIT
/* overview -- a recording's outline in a fixed number of points, for plots and the catalogue.
 *
 * Point i of n covers the frames [i * total / n, (i + 1) * total / n) and holds the minimum, the
 * maximum and the root of the mean square over all channels. The length of the stream need not be
 * known beforehand and memory is bounded (1 MiB): see overview.c.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_SCORE_OVERVIEW_H
#define SNQ_SCORE_OVERVIEW_H

#include <stdint.h>

#include "base/audio.h"
#include "base/json.h"
#include "base/status.h"

typedef struct snq_overview_point {
    float min, max; /* over all channels */
    float rms;      /* over all channels */
} snq_overview_point;

typedef struct snq_overview {
    uint32_t points;           /* as asked; 0 when the stream was empty */
    uint32_t rate_hz;          /* Hz */
    int64_t frames;            /* of the stream */
    snq_overview_point *point; /* (points,), owned: snq_overview_clear */
} snq_overview;

void snq_overview_clear(snq_overview *o);
/* {"points", "rate_hz", "duration_s", "min": […], "max": […], "rms": […]} */
void snq_overview_json(snq_json *j, const snq_overview *o);

typedef struct snq_outliner snq_outliner; /* makes overviews from a stream */

enum { SNQ_OVERVIEW_POINTS_MAX = 8192 };

/* On success *out is owned by the caller; on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_outliner_new(uint32_t rate_hz, snq_outliner **out);
void snq_outliner_free(snq_outliner *o);
/* Borrows the block for the call. */
void snq_outliner_push(snq_outliner *o, const snq_audio *block);
/* The stream so far in `points` (1 .. SNQ_OVERVIEW_POINTS_MAX) points; may be called for several
 * numbers. On success *out is owned by the caller. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_outliner_pull(const snq_outliner *o, uint32_t points,
                                          snq_overview *out);

#endif
