// SPDX-License-Identifier: MIT
/* curve -- a control curve: how a parameter moves while the music plays.
 *
 * Breakpoints over time in quarter notes (see score.h for tempo), each with the shape of the way to
 * the next one. Before the first point the first value holds, after the last the last. Values are in
 * the parameter's own unit; a discrete parameter's curve has steps only.
 *
 * An object belongs to one thread at a time; many may read. */
#ifndef SNQ_SCORE_CURVE_H
#define SNQ_SCORE_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_CURVE_TARGET_MAX = 64, SNQ_CURVE_POINTS_MAX = 1 << 20 };
/* The last place that a point may have (quarter notes). */
#define SNQ_CURVE_AT_MAX 1099511627776.0 /* 2^40 */

typedef enum snq_curve_shape {
    SNQ_CURVE_STEP = 0,    /* holds, then jumps at the next point */
    SNQ_CURVE_LINEAR,      /* straight */
    SNQ_CURVE_EXPONENTIAL, /* straight in the logarithm; straight where a value is not above zero */
    SNQ_CURVE_SMOOTH,      /* 3t^2 - 2t^3: rests at both ends */
} snq_curve_shape;
enum { SNQ_CURVE_SHAPES = 4 };
extern const char *const snq_curve_shape_names[SNQ_CURVE_SHAPES]; /* "step", … */

typedef struct snq_curve_point {
    double at;     /* quarter notes from the start, >= 0, never before the point before it */
    float value;   /* finite */
    uint8_t shape; /* snq_curve_shape, towards the next point */
} snq_curve_point;

typedef struct snq_curve {
    char target[SNQ_CURVE_TARGET_MAX]; /* parameter id, e.g. "filter_cutoff" */
    snq_curve_point *point;            /* (points,), owned */
    size_t points, room;
} snq_curve;

void snq_curve_clear(snq_curve *c);
/* Append a point; two at one time make a jump. ERR_RANGE (before the last one, not finite, shape),
 * ERR_TOO_BIG, ERR_NOMEM: the curve stays as it was. */
SNQ_MUST_USE snq_status snq_curve_push(snq_curve *c, double at, float value, snq_curve_shape shape);
/* Value at `at` (of two points at one time: the later one's); `hint` (0 at first) remembers the place, so
 * that reading forward is constant time; NULL is legal. A curve without points gives `otherwise`. */
SNQ_RT float snq_curve_at(const snq_curve *c, double at, size_t *hint, float otherwise);
/* ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG, naming the point. */
snq_status snq_curve_check(const snq_curve *c);

#endif
