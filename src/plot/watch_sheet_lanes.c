// SPDX-License-Identifier: MIT
/* IDEA   How fast the picture moves from moment to moment: a lane for all motion and one a band, and under
 *        them the colours that the picture had and how light and colourful it was.
 * STEPS  pixel column x   mean square over the steps on it, then its root; between the middles of steps linear
 *                         where they are wider than a pixel, but no line leads over a cut; nothing where
 *                         no step could be measured
 *        axis of a lane   0 up to its own greatest value, so that a slow sway can be seen beside a fast pan,
 *                         but not less than a 20th of the greatest of all, so that noise is not
 *        colour           hue, saturation and luma as HSL
 * COST   one pass over the columns a lane. */
#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/watch_sheet_impl.h"

/* Mean of the known steps in [from, to), in steps; NONE when there is none. */
static double mean_on(const float *v, uint32_t n, double from, double to)
{
    double sum = 0, weight = 0;
    if (to - from < 1) {
        if (n == 1)
            return v[0];
        const double at = fmin(fmax((from + to) / 2 - 0.5, 0), n - 1.0);
        const uint32_t i = (uint32_t)at, j = i + 1 < n ? i + 1 : i;
        if (v[i] < 0 || v[j] < 0)
            return at - i < 0.5 ? v[i] : v[j];
        return v[i] + (at - i) * ((double)v[j] - v[i]);
    }
    for (uint32_t i = (uint32_t)fmax(from, 0); i < n && i < to; i++) {
        const double w = fmin(i + 1.0, to) - fmax(i, from);
        if (v[i] < 0)
            continue;
        sum += w * v[i];
        weight += w;
    }
    return weight > 0 ? sum / weight : (double)SNQ_WATCH_LOOK_NONE;
}

/* The time of the first cut in (from_s, to_s]; INFINITY without one. */
static double cut_between(const snq_sight *s, double from_s, double to_s)
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

/* The same as mean_on, but where a cut lies between the middles of two steps, what is on this side. */
static double mean_in_shot(const snq__watch_sheet *s, const float *v, double from, double to)
{
    const snq_watch_look *l = s->look;
    const double at = (from + to) / 2, i = floor(at - 0.5);
    if (to - from >= 1 || i < 0 || i + 1 >= l->steps)
        return mean_on(v, l->steps, from, to);
    const double left_s = l->start_s + (i + 0.5) * l->step_s;
    const double cut_s = cut_between(s->sight, left_s, left_s + l->step_s);
    if (isinf(cut_s))
        return mean_on(v, l->steps, from, to);
    return v[(uint32_t)i + (l->start_s + at * l->step_s >= cut_s)];
}

/* What of the curves falls on pixel column i of n, in steps. */
static void column_of(const snq__watch_sheet *s, uint32_t i, uint32_t n, double *from, double *to)
{
    const snq_watch_look *l = s->look;
    const double span = s->to_s - s->from_s;
    *from = (s->from_s + span * i / n - l->start_s) / l->step_s;
    *to = (s->from_s + span * (i + 1) / n - l->start_s) / l->step_s;
}

static const float *curve_of(const snq_watch_look *l, int layer)
{
    return layer == SNQ__WATCH_ALL ? l->motion : l->energy + (size_t)layer * l->steps;
}

static double greatest(const float *v, uint32_t n)
{
    float most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = fmaxf(most, v[i]);
    return most;
}

double snq__watch_lane_top(const snq_watch_look *l, int layer)
{
    const double own = sqrt(greatest(curve_of(l, layer), l->steps));
    const double all = sqrt(greatest(l->motion, l->steps));
    return fmax(fmax(1.08 * own, 0.05 * all), 0.5);
}

/* ---- a lane ---- */

static void draw_lane_names(snq__watch_sheet *s, snq__box b, int layer, int tall)
{
    char range[SNQ__LABEL_BYTES];
    const char *name =
        layer == SNQ__WATCH_ALL ? "all motion" : snq_sight_band_name((uint32_t)layer);
    const double middle = (b.y0 + b.y1) / 2;
    snq__type type = { .size = SNQ__SIZE_SMALL, .bold = 1, .ink = SNQ__INK_TEXT, .anchor = 1 };
    if (!tall)
        type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_FAINT, .anchor = 1 };
    if (!tall || layer == SNQ__WATCH_ALL) {
        if (layer == SNQ__WATCH_ALL)
            type.size = 15;
        snq__text(&s->canvas, &type, b.x0 - 12, middle + 0.36 * SNQ__SIZE_SMALL, name);
        return;
    }
    snq__text(&s->canvas, &type, b.x0 - 12, middle - 4, name);
    type = (snq__type) { .size = 13, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&s->canvas, &type, b.x0 - 12, middle + 15, snq__put_band(range, layer));
}

static void draw_changes(snq__watch_sheet *s, snq__box b, int layer)
{
    const snq_sight_band *band = &s->sight->band[layer];
    cairo_t *cr = s->canvas.cr;
    if (band->changes > SNQ__WATCH_CHANGES_MAX)
        return;
    for (uint32_t i = 0; i < band->changes; i++) {
        const double x = snq__watch_x(s, band->change_s[i]);
        cairo_move_to(cr, x - 5.5, b.y0);
        cairo_line_to(cr, x + 5.5, b.y0);
        cairo_line_to(cr, x, b.y0 + 9);
        cairo_close_path(cr);
    }
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill(cr);
}

static void draw_curve(snq__watch_sheet *s, snq__box b, int layer)
{
    char text[SNQ__LABEL_BYTES];
    const snq_watch_look *l = s->look;
    const float *v = curve_of(l, layer);
    const double px = 1 / s->canvas.scale, top = snq__watch_lane_top(l, layer);
    const uint32_t x0 = (uint32_t)lround(b.x0 / px), n = (uint32_t)lround((b.x1 - b.x0) / px);
    const snq__ink ink = snq__watch_ink(layer);
    double before = NAN;
    snq__bars_begin(&s->canvas);
    for (uint32_t i = 0; i < n; i++) {
        double from, to;
        column_of(s, i, n, &from, &to);
        const double mean = to <= 0 || from >= l->steps ? -1 : mean_in_shot(s, v, from, to);
        if (mean < 0) {
            before = NAN;
            continue;
        }
        const double y = fmin(snq__panel_y(b, 0, top, sqrt(mean)), b.y1 - 1.6);
        /* the edge goes on from the column before */
        const double edge = isnan(before) ? y : before;
        snq__bar(&s->canvas, x0 + i, y, b.y1, (ink & ~255u) | 0x60);
        snq__bar(&s->canvas, x0 + i, fmin(y, edge), fmax(y, edge) + 1.6, ink);
        before = y;
    }
    snq__bars_end(&s->canvas);
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    snq__text(&s->canvas, &type, b.x1 + 12, b.y0 + 14, snq__put_three(text, top));
    type.size = 13;
    snq__text(&s->canvas, &type, b.x1 + 12, b.y0 + 31, "px/s");
}

void snq__watch_lane(snq__watch_sheet *s, int layer)
{
    const snq__box b = s->at.lane[layer];
    const int band = layer < SNQ_SIGHT_BANDS;
    const char *none = s->sight->motion_reason;
    if (!none && band)
        none = s->sight->band[layer].unobservable;
    if (!none && !s->look->steps)
        none = "no curves of this video";
    if (b.y1 <= b.y0)
        return;
    draw_lane_names(s, b, layer, !none);
    snq__fill(&s->canvas, b, SNQ__INK_PANEL);
    if (none) {
        const snq__type type = { .size = SNQ__SIZE_SMALL,
                                 .ink = SNQ__INK_FAINT,
                                 .most = b.x1 - b.x0 - 16 };
        snq__text(&s->canvas, &type, b.x0 + 8, b.y1 - 8, none);
        return;
    }
    draw_curve(s, b, layer);
    if (band)
        draw_changes(s, b, layer);
}

/* ---- the picture ---- */

/* HSL; 0x00RRGGBB. */
static uint32_t colour_of(double hue_deg, double saturation, double luma)
{
    uint32_t rgb = 0;
    const double a = hue_deg < 0 ? 0 : saturation * fmin(luma, 1 - luma);
    for (int k = 0; k < 3; k++) {
        static const double turn[] = { 0, 8, 4 };
        const double at = fmod(turn[k] + fmax(hue_deg, 0) / 30, 12);
        const double v = luma - a * fmax(-1, fmin(fmin(at - 3, 9 - at), 1));
        rgb = rgb << 8 | (uint32_t)lround(255 * fmin(fmax(v, 0), 1));
    }
    return rgb;
}

static void draw_colours(snq__watch_sheet *s)
{
    const snq_watch_look *l = s->look;
    const snq__box b = s->at.picture;
    const double px = 1 / s->canvas.scale;
    const uint32_t x0 = (uint32_t)lround(b.x0 / px), n = (uint32_t)lround((b.x1 - b.x0) / px);
    snq__bars_begin(&s->canvas);
    for (uint32_t i = 0; i < n; i++) {
        double from, to;
        column_of(s, i, n, &from, &to);
        if (to <= 0 || from >= l->steps)
            continue;
        const double luma = mean_on(l->luma, l->steps, from, to);
        const double saturation = mean_on(l->saturation, l->steps, from, to);
        /* hues go round: the one in the middle, not a mean */
        const double middle = fmin(fmax((from + to) / 2, 0), l->steps - 1.0);
        if (luma < 0)
            continue;
        snq__bar(&s->canvas, x0 + i, b.y0, b.y1,
                 colour_of(l->hue_deg[(uint32_t)middle], fmax(saturation, 0), luma) << 8 | 255);
    }
    snq__bars_end(&s->canvas);
}

static void draw_line(snq__watch_sheet *s, const float *v, snq__ink ink)
{
    const snq_watch_look *l = s->look;
    const snq__box b = s->at.light;
    cairo_t *cr = s->canvas.cr;
    const double px = 1 / s->canvas.scale;
    const uint32_t n = (uint32_t)lround((b.x1 - b.x0) / px);
    int down = 0; /* the pen */
    for (uint32_t i = 0; i < n; i++) {
        double from, to;
        column_of(s, i, n, &from, &to);
        const double mean = to <= 0 || from >= l->steps ? -1 : mean_in_shot(s, v, from, to);
        if (mean >= 0 && down)
            cairo_line_to(cr, b.x0 + (i + 0.5) * px, snq__panel_y(b, 0, 1, mean));
        else if (mean >= 0)
            cairo_move_to(cr, b.x0 + (i + 0.5) * px, snq__panel_y(b, 0, 1, mean));
        down = mean >= 0;
    }
    cairo_set_source_rgb(cr, (ink >> 24) / 255.0, (ink >> 16 & 255) / 255.0,
                         (ink >> 8 & 255) / 255.0);
    cairo_set_line_width(cr, 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
}

static void draw_picture(snq__watch_sheet *s)
{
    const snq__box colours = s->at.picture, b = s->at.light;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__fill(&s->canvas, colours, SNQ__INK_PANEL);
    snq__text(&s->canvas, &type, b.x0 - 12, (colours.y0 + colours.y1) / 2 + 6, "picture");
    if (b.y1 <= b.y0) {
        type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_FAINT };
        snq__text(&s->canvas, &type, colours.x0 + 8, colours.y1 - 8, "no curves of this video");
        return;
    }
    draw_colours(s);
    snq__fill(&s->canvas, b, SNQ__INK_PANEL);
    type.size = 13;
    snq__panel_tick(&s->canvas, b, snq__panel_y(b, 0, 1, 0.5), "");
    snq__text(&s->canvas, &type, b.x0 - 12, b.y0 + 16, "100 %");
    snq__text(&s->canvas, &type, b.x0 - 12, snq__panel_y(b, 0, 1, 0.5) + 5, "50 %");
    snq__text(&s->canvas, &type, b.x0 - 12, b.y1 - 1, "0 %");
    draw_line(s, s->look->saturation, SNQ__INK_MID);
    draw_line(s, s->look->luma, SNQ__INK_TEXT);
    type = (snq__type) { .size = 13, .ink = SNQ__INK_TEXT, .most = SNQ__PAGE_X1 - b.x1 - 14 };
    snq__text(&s->canvas, &type, b.x1 + 12, b.y0 + 26, "brightness");
    type.ink = SNQ__INK_MID;
    snq__text(&s->canvas, &type, b.x1 + 12, b.y0 + 50, "saturation");
}

/* ---- all ---- */

static void draw_time_lines(snq__watch_sheet *s)
{
    for (int i = 0; i <= SNQ__WATCH_LAYERS; i++) {
        const snq__box b = i < SNQ__WATCH_LAYERS ? s->at.lane[i] : s->at.light;
        for (uint32_t k = 0; k < s->time.ticks && b.y1 - b.y0 > 30; k++) {
            const double x = snq__watch_x(s, s->time.tick[k].value);
            if (x > b.x0 + 2 && x < b.x1 - 2)
                snq__line(&s->canvas, (snq__box) { x, b.y0, x, b.y1 }, 1, 0, SNQ__INK_GRID);
        }
    }
}

void snq__watch_sheet_lanes(snq__watch_sheet *s)
{
    const snq__box last = s->at.light;
    for (int i = 0; i < SNQ__WATCH_LAYERS; i++)
        snq__watch_lane(s, i);
    draw_picture(s);
    draw_time_lines(s);
    if (s->time.ticks)
        snq__panel_times(&s->canvas, last, &s->time, s->from_s, s->to_s);
}
