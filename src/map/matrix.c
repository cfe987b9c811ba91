// SPDX-License-Identifier: MIT
/* IDEA   One number of the picture turns one knob of the sound; a second one may turn how far the first one does.
 *
 * STEPS  y = transfer(x);  m in 0 .. 1
 *        additive        y + amount m          of the destination's range, along its scale
 *        multiplicative  y (1 + amount (2 m - 1))
 *        frequency       y 2^(amount (2 m - 1))
 *        amplitude       d + (y - d) (1 - amount (1 - m)),  d the default
 *        Discrete destinations: the same with the place s of the choice instead of y; choice floor(s n) of the n that
 *        the output range spans, and it stays until s is EDGE of a choice's width beyond its edge.
 *
 * CONST  EDGE 0.1: a tenth of a choice's width keeps noise on an edge from flickering (ours, 2026).
 * COST   A transfer and a modulation a value. LIMITS none known. */
#include "map/matrix.h"

#include <math.h>

#include "base/alloc.h"

static const double edge = 0.1;

const char *const snq_modulation_names[SNQ_MODULATIONS] = { "additive", "multiplicative",
                                                            "frequency", "amplitude" };
const char *const snq_map_sync_names[SNQ_MAP_SYNCS] = { "1/4",   "1/4d", "1/4t",  "1/8",
                                                        "1/8d",  "1/8t", "1/16",  "1/16d",
                                                        "1/16t", "1/32", "1/32d", "1/32t" };

double snq_map_sync_beats(uint32_t sync)
{
    static const double part[3] = { 1, 1.5, 2.0 / 3.0 };
    return part[sync % 3] / (double)(1u << sync / 3);
}

void snq_map_template_free(snq_map_template *t)
{
    if (t)
        snq_free(t->mapping);
    snq_free(t);
}

static double modulated(const snq_map_modulation *mod, double y, double m, double rest)
{
    switch (mod->type) {
    case SNQ_MODULATION_MULTIPLICATIVE:
        return y * (1 + mod->amount * (2 * m - 1));
    case SNQ_MODULATION_FREQUENCY:
        return y * exp2(mod->amount * (2 * m - 1));
    case SNQ_MODULATION_AMPLITUDE:
        return rest + (y - rest) * (1 - mod->amount * (1 - m));
    default:
        return y + mod->amount * m; /* y is a place, 0 .. 1 */
    }
}

/* The destination's range as a place 0 .. 1, in double. */
static double to_place(const snq_param *p, double v)
{
    const double lo = (double)p->min, hi = (double)p->max;
    const double held = fmin(fmax(v, lo), hi);
    return p->scale == SNQ_PARAM_LOG ? log(held / lo) / log(hi / lo) : (held - lo) / (hi - lo);
}

static double from_place(const snq_param *p, double s)
{
    const double lo = (double)p->min, hi = (double)p->max, held = fmin(fmax(s, 0), 1);
    return p->scale == SNQ_PARAM_LOG ? lo * pow(hi / lo, held) : lo + held * (hi - lo);
}

double snq_mapping_at(const snq_mapping *m, double x, double by)
{
    size_t n;
    const snq_destination *d = &snq_destinations(&n)[m->destination];
    const snq_param *p = &d->param;
    const int discrete = snq_destination_is_discrete(d);
    const int moves = m->modulation.used && !isnan(by);
    double y = discrete ? snq_transfer_shape(&m->transfer, x) : snq_transfer_at(&m->transfer, x);
    if (isnan(y))
        return NAN;
    if (discrete)
        return fmin(fmax(moves ? modulated(&m->modulation, y, by, 0) : y, 0), 1);
    if (moves && m->modulation.type == SNQ_MODULATION_ADDITIVE)
        y = from_place(p, modulated(&m->modulation, to_place(p, y), by, 0));
    else if (moves)
        y = modulated(&m->modulation, y, by, (double)p->value);
    return fmin(fmax(y, (double)p->min), (double)p->max);
}

int snq_mapping_choice(const snq_mapping *m, double s, int last)
{
    const int from = (int)m->transfer.out[0], to = (int)m->transfer.out[1];
    const int n = (to > from ? to - from : from - to) + 1, way = to > from ? 1 : -1;
    const double at = s * n;
    const int before = (last - from) * way; /* which of the n it was */
    if (last >= 0 && before >= 0 && before < n && at > before - edge && at < before + 1 + edge)
        return last;
    const int k = (int)floor(fmin(fmax(at, 0), n - 1));
    return from + way * k;
}
