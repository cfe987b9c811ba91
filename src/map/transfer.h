// SPDX-License-Identifier: MIT
/* transfer -- from what a source says to what a destination is set to.
 *
 *     x --inputRange--> u (0 .. 1) --shape--> s (0 .. 1) --outputRange, scale--> y
 *
 * Shapes: linear s = u; exponential u^exponent; logarithmic log(1 + (base - 1) u) / log(base); sigmoid: a logistic
 * of this steepness about the midpoint, stretched so that 0 stays 0 and 1 stays 1; custom: a formula whose x is u and
 * whose value is s. Plain data. Threads: many may read. */
#ifndef SNQ_MAP_TRANSFER_H
#define SNQ_MAP_TRANSFER_H

#include "map/expression.h"

typedef enum snq_transfer_type {
    SNQ_TRANSFER_LINEAR = 0,
    SNQ_TRANSFER_EXPONENTIAL,
    SNQ_TRANSFER_LOGARITHMIC,
    SNQ_TRANSFER_SIGMOID,
    SNQ_TRANSFER_CUSTOM,
    SNQ_TRANSFERS
} snq_transfer_type;
extern const char *const snq_transfer_names[SNQ_TRANSFERS]; /* "linear", … */

#define SNQ_TRANSFER_EXPONENT_MIN  0.01
#define SNQ_TRANSFER_EXPONENT_MAX  100.0
#define SNQ_TRANSFER_BASE_MIN      1.001
#define SNQ_TRANSFER_BASE_MAX      1e6
#define SNQ_TRANSFER_STEEPNESS_MIN 0.1
#define SNQ_TRANSFER_STEEPNESS_MAX 1000.0

typedef struct snq_transfer {
    snq_transfer_type type;
    double in[2];     /* in[0] < in[1], in the source's unit (0, 1) */
    double out[2];    /* in the destination's unit, may fall (0, 1) */
    int log_scale;    /* out is crossed in equal ratios; both above 0 (0) */
    int clamp;        /* what is outside of `in` counts as its end (1) */
    double exponent;  /* 0.01 .. 100 (2) */
    double base;      /* 1.001 .. 1e6 (10) */
    double steepness; /* 0.1 .. 1000, over the whole input range (10) */
    double midpoint;  /* within `in`, in the source's unit; NaN: its middle (NaN) */
    snq_expression formula;
} snq_transfer;

snq_transfer snq_transfer_default(void); /* linear, 0 .. 1 to 0 .. 1 */
/* s, in 0 .. 1 with `clamp`; NaN for NaN, and where a formula has no value. */
double snq_transfer_shape(const snq_transfer *t, double x);
/* y of s; finite for finite s as far as double goes. */
double snq_transfer_place(const snq_transfer *t, double s);
/* Both. NaN where there is no value; never infinite. */
double snq_transfer_at(const snq_transfer *t, double x);

#endif
