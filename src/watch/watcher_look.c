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

static void fill(const snq_series *c, size_t n, float none, float most, uint32_t steps, float *to)
{
    for (uint32_t i = 0; c && i < steps; i++)
        to[i] = within(mean_of(c, i * n, n, none), most);
}

/* Whether the flow from picture t to the next crosses a cut; *next: the first event not behind it, for
 * ascending t. */
static int over_cut(const snq_sight *s, double start_s, size_t t, double fps, uint32_t *next)
{
    const double picture = (double)t + 1;
    while (*next < s->events && (s->event[*next].t_s - start_s) * fps < picture - 0.5)
        ++*next;
    for (uint32_t i = *next; i < s->events; i++) {
        if ((s->event[i].t_s - start_s) * fps > picture + 0.5)
            return 0;
        if (s->event[i].kind == SNQ_SIGHT_CUT)
            return 1;
    }
    return 0;
}

/* The flow over a cut is no motion: it is left out. */
static void fill_motion(const snq_sight *s, const float *square, size_t frames, double fps,
                        snq_watch_look *look)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < look->steps; i++) {
        const size_t from = (size_t)(i * look->step_s * fps);
        const size_t to = (size_t)((i + 1) * look->step_s * fps);
        double sum = 0;
        size_t n = 0;
        for (size_t t = from; t < frames && (t < to || t == from); t++)
            if (!over_cut(s, look->start_s, t, fps, &next)) {
                sum += (double)square[t];
                n++;
            }
        look->motion[i] =
            n ? within((float)(sum / (double)n), SNQ_WATCH_LOOK_VALUE_MAX) : SNQ_WATCH_LOOK_NONE;
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
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        fill(column_of(s, (int)b, "energy"), n, SNQ_WATCH_LOOK_NONE, SNQ_WATCH_LOOK_VALUE_MAX,
             steps, look->energy + (size_t)b * steps);
    fill(column_of(s, -1, "luma_mean"), n, SNQ_WATCH_LOOK_NONE, 1, steps, look->luma);
    fill(column_of(s, -1, "saturation_mean"), n, SNQ_WATCH_LOOK_NONE, 1, steps, look->saturation);
    fill(column_of(s, -1, "hue_deg"), n, SNQ_WATCH_LOOK_NONE, 360, steps, look->hue_deg);
    fill_motion(s, square, frames, fps, look);
    return SNQ_OK;
}
