// SPDX-License-Identifier: MIT
/* map_run -- a template and what was seen, to control curves.
 *
 * One curve for each destination that an enabled mapping sets. Its target is the destination's id, its values are in
 * the destination's unit, its places quarter notes by the piece's tempo. Discrete destinations and synced rates have
 * steps; logarithmic ones exponential ways; the others straight ones. Where a source has nothing to say the curve is the
 * mapping's own default or the destination's, and the output's `reason` says why.
 *
 * What several mappings set: the mean of those that have a value (of logarithmic destinations the geometric one); of a
 * discrete destination the first that has.
 *
 * The same bytes for the same input. Threads: run [any]. */
#ifndef SNQ_MAP_MAP_RUN_H
#define SNQ_MAP_MAP_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "map/feature_set.h"
#include "map/matrix.h"
#include "score/curve.h"
#include "score/score.h"

#define SNQ_MAP_RATE_MIN_HZ    1.0
#define SNQ_MAP_RATE_MAX_HZ    200.0
#define SNQ_MAP_DURATION_MAX_S 86400.0
enum { SNQ_MAP_REASON_MAX = 320, SNQ_MAP_STEPS_MAX = 1 << 22 /* of a curve, before thinning */ };

typedef struct snq_map_run_cfg {
    const snq_map_template *map;     /* borrowed for the call */
    const snq_feature_set *features; /* borrowed for the call */
    const snq_score *score;          /* its tempo, in order; borrowed for the call; NULL: `bpm` */
    double bpm;                      /* 3.5 .. 1000 without a score (120) */
    double duration_s;               /* 0 .. 86400 */
    double lead_s;  /* 0 .. 86400: how much of the piece is over when the features begin (0) */
    double rate_hz; /* control rate, 1 .. 200 (20) */
    double thin;    /* part of the range that a curve may be off, 0 .. 0.1 (0.001) */
} snq_map_run_cfg;

typedef struct snq_map_output {
    uint16_t destination; /* index in snq_destinations */
    uint32_t mappings;    /* enabled ones that set it */
    double covered;       /* 0 .. 1 of the time in which a source had a value */
    snq_curve curve;      /* owned; at least one point */
    char reason
        [SNQ_MAP_REASON_MAX]; /* why it has the default, wholly or in part; or what stands in; "" */
} snq_map_output;

typedef struct snq_map_result {
    snq_map_output *output; /* (outputs,), owned; in the order of snq_destinations */
    size_t outputs;
} snq_map_result;

snq_map_run_cfg snq_map_run_cfg_default(void);
/* On error the result is clear. ERR_RANGE (a setting, naming it), ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_map_run(const snq_map_run_cfg *cfg, snq_map_result *out);
void snq_map_result_clear(snq_map_result *r); /* legal twice */
/* NULL where no mapping sets it. */
const snq_map_output *snq_map_result_find(const snq_map_result *r, const char *destination);
/* Value at a place (quarter notes), the destination's default where no mapping sets it; `destination` is a known id. */
float snq_map_result_at(const snq_map_result *r, const char *destination, double beat);
/* Mean from one place to another (of a discrete destination the value at the first): what a bar is composed with. */
float snq_map_result_mean(const snq_map_result *r, const char *destination, double from, double to);
/* The curve as a score's track carries it: target and values of a sound destination; the same points. Appended to
 * `out`, which is empty. ERR_ARG (it acts elsewhere), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_map_automation(const snq_map_output *o, snq_curve *out);

#endif
