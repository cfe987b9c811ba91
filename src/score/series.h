// SPDX-License-Identifier: MIT
/* series -- a feature series: one value a step on a regular time grid, with validity.
 *
 * This is what rooms exchange when something changes over time: a loudness curve from the ears, a
 * motion curve from the eyes, later a control curve's source. Value i belongs to the time
 * start_s + i * step_s. A step without a value is marked, not filled.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_SCORE_SERIES_H
#define SNQ_SCORE_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"

typedef struct snq_series {
    const char *name; /* static text, e.g. "loudness.momentary" */
    const char *unit; /* static text as keys end: "lufs", "hz", "norm", "" for none */
    double start_s;   /* time of value 0 */
    double step_s;    /* > 0 */
    size_t length;    /* values */
    float *value;     /* (length,), owned; 0 where invalid */
    uint8_t *valid;   /* (length,), owned; 1 where there is a value */
    size_t room;      /* values allocated */
    size_t max;       /* bound on length */
} snq_series;

/* Empty series; allocates nothing yet. `name` and `unit` are borrowed for its life.
 * ERR_RANGE when step_s is not above zero. */
snq_status snq_series_init(snq_series *s, const char *name, const char *unit, double start_s,
                           double step_s, size_t max);
void snq_series_clear(snq_series *s);
/* Append a value; one that is not finite is appended as invalid. ERR_NOMEM, ERR_TOO_BIG. */
snq_status snq_series_push(snq_series *s, float value);
/* Time of value i in seconds. */
double snq_series_time_s(const snq_series *s, size_t i);
/* Value at a time, linear between valid neighbours; NaN outside the series or beside a gap. */
float snq_series_at(const snq_series *s, double t_s);
/* {"name", "unit", "start_s", "step_s", "values": [number or null, …]} */
void snq_series_json(snq_json *j, const snq_series *s, int decimals);

#endif
