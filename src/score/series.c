// SPDX-License-Identifier: MIT
#include "score/series.h"

#include <math.h>

#include "base/alloc.h"

snq_status snq_series_init(snq_series *s, const char *name, const char *unit, double start_s,
                           double step_s, size_t max)
{
    *s = (snq_series) {
        .name = name, .unit = unit, .start_s = start_s, .step_s = step_s, .max = max
    };
    if (!(step_s > 0.0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "series %s: step of %g s, must be above 0", name, step_s);
    return SNQ_OK;
}

void snq_series_clear(snq_series *s)
{
    snq_free(s->value);
    snq_free(s->valid);
    s->value = NULL;
    s->valid = NULL;
    s->length = s->room = 0;
}

static snq_status grow(snq_series *s)
{
    size_t room = s->room ? 2 * s->room : 64;
    room = room < s->max ? room : s->max;
    if (room == s->length)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "series %s: more than %zu values", s->name, s->max);
    uint8_t *valid = snq_regrow(s->valid, s->length, room, sizeof *valid);
    if (!valid)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "series %s: no memory for %zu values", s->name, room);
    s->valid = valid; /* larger than `room` says until the values follow */
    float *value = snq_regrow(s->value, s->length, room, sizeof *value);
    if (!value)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "series %s: no memory for %zu values", s->name, room);
    s->value = value;
    s->room = room;
    return SNQ_OK;
}

snq_status snq_series_push(snq_series *s, float value)
{
    if (s->length == s->room)
        SNQ_TRY(grow(s));
    s->valid[s->length] = isfinite(value) != 0;
    s->value[s->length] = isfinite(value) ? value : 0.0f;
    s->length++;
    return SNQ_OK;
}

double snq_series_time_s(const snq_series *s, size_t i)
{
    return s->start_s + (double)i * s->step_s;
}

float snq_series_at(const snq_series *s, double t_s)
{
    const double x = (t_s - s->start_s) / s->step_s;
    if (!(x >= 0.0) || !(x <= (double)s->length - 1.0))
        return NAN;
    const size_t i = (size_t)x;
    const double part = x - (double)i;
    if (!s->valid[i] || (part > 0.0 && !s->valid[i + 1]))
        return NAN;
    if (part == 0.0)
        return s->value[i];
    return (float)((1.0 - part) * s->value[i] + part * s->value[i + 1]);
}

void snq_series_json(snq_json *j, const snq_series *s, int decimals)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", s->name);
    snq_json_put_string(j, "unit", s->unit);
    snq_json_put_real(j, "start_s", s->start_s, 6);
    snq_json_put_real(j, "step_s", s->step_s, 9);
    snq_json_key(j, "values");
    snq_json_array(j);
    for (size_t i = 0; i < s->length; i++)
        snq_json_real(j, s->valid[i] ? s->value[i] : NAN, decimals);
    snq_json_end(j);
    snq_json_end(j);
}
