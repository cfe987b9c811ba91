// SPDX-License-Identifier: MIT
#include "watch/watcher_look.h"

#include <math.h>
#include <string.h>

/* The column of a band (-1: the picture) with this name, or NULL. */
static const snq_series *column_of(const snq_sight *s, int band, const char *name)
{
    for (uint32_t i = 0; i < s->columns; i++)
        if (s->column[i].band == band && strcmp(s->column[i].series.name, name) == 0)
            return &s->column[i].series;
    return NULL;
}

/* Mean of the valid among `n` values from `from` on; `none` when there is none. */
static float mean_of(const snq_series *c, size_t from, size_t n, float none)
{
    double sum = 0;
    size_t valid = 0;
    for (size_t i = from; i < from + n && i < c->length; i++)
        if (c->valid[i]) {
            sum += (double)c->value[i];
            valid++;
        }
    return valid ? (float)(sum / (double)valid) : none;
}

static float within(float v, float most)
{
    return v < 0 && v != SNQ_WATCH_LOOK_NONE ? 0 : v > most ? most : v;
}

/* The first cut in (from_s, to_s], or INFINITY. */
static double cut_in(const snq_sight *s, double from_s, double to_s)
{
    uint32_t a = 0, b = s->events;
    while (a < b) {
        const uint32_t k = (a + b) / 2;
        if (s->event[k].t_s > from_s)
            b = k;
        else
            a = k + 1;
    }
    for (; a < s->events && s->event[a].t_s <= to_s; a++)
        if (s->event[a].kind == SNQ_SIGHT_CUT)
            return s->event[a].t_s;
    return INFINITY;
}

/* A column has values at the ends of steps, a curve has them for the middle of each: there it is the
 * mean of both, or, where a cut lies between, the one of this side. */
static void fill_middles(const snq_sight *s, const snq_series *c, float none, float most,
                         uint32_t steps, float *to)
{
    for (uint32_t i = 0; i < steps; i++) {
        const double t_s = snq_series_time_s(c, i);
        const int more = i + 1 < c->length;
        const double cut_s = cut_in(s, t_s, t_s + c->step_s);
        uint32_t from = i, n = more && c->valid[i] && c->valid[i + 1] ? 2 : 1;
        if (!isinf(cut_s)) {
            from += more && cut_s <= t_s + 0.5 * c->step_s;
            n = 1;
        }
        to[i] = within(mean_of(c, from, n, none), most);
    }
}

static void fill(const snq_series *c, size_t n, float none, float most, uint32_t steps, float *to)
{
    for (uint32_t i = 0; c && i < steps; i++)
        to[i] = within(mean_of(c, i * n, n, none), most);
}

static void fill_motion(const float *square, size_t frames, double fps, snq_watch_look *look)
{
    for (uint32_t i = 0; i < look->steps; i++) { /* frame t covers t .. t + 1 */
        const double from = i * look->step_s * fps, to = (i + 1) * look->step_s * fps;
        double sum = 0, weight = 0;
        for (size_t t = (size_t)from; t < frames && (double)t < to; t++) {
            const double part = fmin((double)t + 1, to) - fmax((double)t, from);
            if (isnan(square[t]))
                continue;
            sum += part * (double)square[t];
            weight += part;
        }
        look->motion[i] = weight > 0 ? within((float)(sum / weight), SNQ_WATCH_LOOK_VALUE_MAX)
                                     : SNQ_WATCH_LOOK_NONE;
    }
}

snq_status snq_watcher_look_curves(const snq_sight *s, const float *square, size_t frames,
                                   double fps, snq_watch_look *look)
{
    if (!s->columns || !s->column[0].series.length)
        return SNQ_OK;
    const snq_series *first = &s->column[0].series;
    const size_t n = (first->length - 1) / SNQ_WATCH_LOOK_STEPS_MAX + 1;
    const uint32_t steps = (uint32_t)((first->length + n - 1) / n);
    SNQ_TRY(snq_watch_look_make_curves(look, steps, first->start_s, first->step_s * (double)n));
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++) {
        const snq_series *c = column_of(s, (int)b, "energy");
        float *to = look->energy + (size_t)b * steps;
        if (c && n == 1)
            fill_middles(s, c, SNQ_WATCH_LOOK_NONE, SNQ_WATCH_LOOK_VALUE_MAX, steps, to);
        else
            fill(c, n, SNQ_WATCH_LOOK_NONE, SNQ_WATCH_LOOK_VALUE_MAX, steps, to);
    }
    fill(column_of(s, -1, "luma_mean"), n, SNQ_WATCH_LOOK_NONE, 1, steps, look->luma);
    fill(column_of(s, -1, "saturation_mean"), n, SNQ_WATCH_LOOK_NONE, 1, steps, look->saturation);
    fill(column_of(s, -1, "hue_deg"), n, SNQ_WATCH_LOOK_NONE, 360, steps, look->hue_deg);
    fill_motion(square, frames, fps, look);
    return SNQ_OK;
}
