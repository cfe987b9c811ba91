// SPDX-License-Identifier: MIT
#include "score/param.h"

#include <math.h>
#include <string.h>

float snq_param_clamp(const snq_param *p, float v)
{
    if (isnan(v))
        return p->value;
    if (p->scale == SNQ_PARAM_DISCRETE && isfinite(v))
        v = floorf(v + 0.5f);
    return v < p->min ? p->min : v > p->max ? p->max : v;
}

float snq_param_to_norm(const snq_param *p, float v)
{
    v = snq_param_clamp(p, v);
    if (!(p->max > p->min))
        return 0.0f;
    if (p->scale == SNQ_PARAM_LOG)
        return (float)(log((double)v / (double)p->min) / log((double)p->max / (double)p->min));
    return (float)(((double)v - (double)p->min) / ((double)p->max - (double)p->min));
}

float snq_param_from_norm(const snq_param *p, float norm)
{
    if (isnan(norm))
        return p->value;
    const double x = norm < 0.0f ? 0.0 : norm > 1.0f ? 1.0 : (double)norm;
    const double lo = (double)p->min, hi = (double)p->max;
    double v = lo + x * (hi - lo);
    if (p->scale == SNQ_PARAM_LOG)
        v = lo * pow(hi / lo, x);
    else if (p->scale == SNQ_PARAM_DISCRETE)
        v = lo + floor(x * (hi - lo + 1.0)); /* to_norm of choice i lies in part i */
    return snq_param_clamp(p, (float)v);
}

int snq_param_find(const snq_param *table, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].id, id) == 0)
            return (int)i;
    return -1;
}

int snq_param_choice(const snq_param *p, const char *name)
{
    for (int i = 0; p->choices && i <= (int)p->max; i++)
        if (strcmp(p->choices[i], name) == 0)
            return i;
    return -1;
}

void snq_param_json(snq_json *j, const snq_param *p)
{
    static const char *const scales[] = {
        [SNQ_PARAM_LINEAR] = "linear",
        [SNQ_PARAM_LOG] = "log",
        [SNQ_PARAM_DISCRETE] = "discrete",
    };
    snq_json_object(j);
    snq_json_put_string(j, "id", p->id);
    snq_json_put_string(j, "unit", p->unit);
    snq_json_key(j, "min");
    snq_json_float(j, p->min);
    snq_json_key(j, "max");
    snq_json_float(j, p->max);
    snq_json_key(j, "default");
    snq_json_float(j, p->value);
    snq_json_put_string(j, "scale", scales[p->scale]);
    if (p->choices) {
        snq_json_key(j, "choices");
        snq_json_array(j);
        for (int i = 0; i <= (int)p->max; i++)
            snq_json_string(j, p->choices[i]);
        snq_json_end(j);
    }
    snq_json_put_string(j, "what", p->what);
    snq_json_end(j);
}
