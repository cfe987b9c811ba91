// SPDX-License-Identifier: MIT
/* param -- what can be set: a parameter described as data.
 *
 * Instruments and effects publish a table of these; patches, control curves, mappings and the command
 * line address a parameter by its id. Values are float in the parameter's own unit. A discrete
 * parameter's value is the index of its choice. Tables are static; nothing here is owned. */
#ifndef SNQ_SCORE_PARAM_H
#define SNQ_SCORE_PARAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

typedef enum snq_param_scale {
    SNQ_PARAM_LINEAR = 0,
    SNQ_PARAM_LOG,      /* equal ratios are equal steps: Hz, times; min > 0 */
    SNQ_PARAM_DISCRETE, /* 0 .. max whole; `choices` name the values where they have names */
} snq_param_scale;

typedef struct snq_param {
    const char *id;        /* "filter_cutoff" */
    const char *unit;      /* as keys end: "hz", "s", "db", "semitones", "cents", "" for none */
    float min, max, value; /* inclusive range; value is the default */
    snq_param_scale scale;
    const char *const *choices; /* (max + 1,) or NULL */
    const char *what;           /* a few words: "cutoff of the filter" */
} snq_param;

/* v brought into the range; whole when discrete; NaN gives the default. */
float snq_param_clamp(const snq_param *p, float v);
/* 0..1 along the parameter's scale, and back. Of a discrete one, each choice has an equal part of 0..1.
 * What is outside is brought in first; NaN gives the default. */
float snq_param_to_norm(const snq_param *p, float v);
float snq_param_from_norm(const snq_param *p, float norm);
/* Index of `id` in table (n,), -1 when there is none. */
int snq_param_find(const snq_param *table, size_t n, const char *id);
/* Value of a choice's name, -1 when the parameter has no such choice. */
int snq_param_choice(const snq_param *p, const char *name);
/* {"id", "unit", "min", "max", "default", "scale", "choices"?, "what"} */
void snq_param_json(snq_json *j, const snq_param *p);

#endif
