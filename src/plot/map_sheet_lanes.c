// SPDX-License-Identifier: MIT
/* IDEA   A lane a destination: how high it stands on its own scale, from moment to moment, with what it is made of in
 *        words above it.
 * STEPS  words     id; range, scale and unit; a line a source; why it has its default, in part
 *        shade     what of the range its mappings can reach
 *        scale     straight: ends and middle; logarithmic: ends and powers of ten; choices: each by its name
 *        curve     of each pixel column the range of LOOKS values in it, joined to the column before; choices as steps,
 *                  named where they begin if there is room; grey where the default stands in
 *        figures   beside the lane what the curve reached, highest and lowest
 *        rests     a lane that is nothing but its default is a line of words
 * CONST  LOOKS: 40 a second, twice the mapper's usual rate, at most 64 a column (24 h: one every second). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/map_sheet_impl.h"

enum { LOOKS_MAX = 64 };
#define LOOKS_HZ   40.0
#define THICK      1.8
#define SIZE_SCALE 13.0

/* ---- words ---- */

static void put_value(snq_str *to, const snq_param *p, double v)
{
    char text[SNQ__LABEL_BYTES];
    if (p->choices)
        snq_str_put(to, p->choices[(int)snq_param_clamp(p, (float)v)]);
    else if (p->scale == SNQ_PARAM_DISCRETE || v == round(v))
        snq_str_put(to, snq__put_number(text, v, 0));
    else
        snq_str_put(to, snq__put_three(text, v));
}

/* "0.10 – 20 Hz, log" */
static void put_range(snq_str *to, const snq_param *p)
{
    static const struct {
        const char *id, *text;
    } unit[] = { { "hz", " Hz" }, { "bpm", " BPM" }, { "db", " dB" } };
    if (p->choices) {
        snq_str_putf(to, "%d choices", (int)(p->max - p->min) + 1);
        return;
    }
    put_value(to, p, (double)p->min);
    snq_str_put(to, "\xE2\x80\x93");
    put_value(to, p, (double)p->max);
    size_t i = 0;
    while (i < SNQ_COUNT(unit) && strcmp(unit[i].id, p->unit) != 0)
        i++;
    if (i < SNQ_COUNT(unit))
        snq_str_put(to, unit[i].text);
    else if (*p->unit)
        snq_str_putf(to, " %s", p->unit);
    if (p->scale == SNQ_PARAM_LOG)
        snq_str_put(to, ", log");
}

static void draw_line(snq__map_drawing *d, double x, double y, snq__ink ink, const char *text)
{
    const snq__type type = { .size = 15, .ink = ink, .most = SNQ__PANEL_X1 - x };
    snq_str line;
    snq_str_init(&line, 1 << 12);
    snq_str_put_printable(&line, text);
    if (type.most > 40)
        snq__text(&d->film.canvas, &type, x, y, snq_str_text(&line));
    snq_str_clear(&line);
}

static void draw_words(snq__map_drawing *d, uint32_t i)
{
    const snq_map_sheet_lane *l = &d->map->lane[i];
    const double x = d->at.lane[i].x0;
    const uint32_t n =
        l->sources < SNQ_MAP_SHEET_SOURCES_MAX ? l->sources : SNQ_MAP_SHEET_SOURCES_MAX;
    const snq__type type = { .size = SNQ__SIZE_SMALL, .bold = 1, .ink = SNQ__INK_TEXT };
    double y = d->at.words_y[i], at = x;
    snq_str text;
    snq_str_init(&text, 1 << 10);
    at += snq__text(&d->film.canvas, &type, at, y, l->param->id) + 14;
    put_range(&text, l->param);
    const snq__type small = { .size = 15, .ink = SNQ__INK_TICK };
    at += snq__text(&d->film.canvas, &small, at, y, snq_str_text(&text)) + 28;
    snq_str_clear(&text);
    for (uint32_t k = 0; k < n; k++, y += 19)
        draw_line(d, k ? x + 20 : at, y, SNQ__INK_TICK, l->source[k]);
    y = n ? y : y + 19;
    if (l->sources > n) {
        char more[48];
        snprintf(more, sizeof more, "and %u more", l->sources - n);
        draw_line(d, x + 20, y, SNQ__INK_TICK, more);
        y += 19;
    }
    if (!snq__map_rests(d->map, l) && l->reason && *l->reason)
        draw_line(d, x + 20, y, SNQ__INK_WARN, l->reason);
}

/* ---- scale ---- */

static double y_of(snq__box b, const snq_param *p, double value)
{
    return snq__panel_y(b, 0, 1, snq__map_place(p, value));
}

/* `shift`: from the line to the words' baseline. */
static void draw_tick(snq__map_drawing *d, snq__box b, const snq_param *p, double v, double shift)
{
    snq_str text;
    const double y = y_of(b, p, v);
    const snq__type type = {
        .size = SIZE_SCALE, .ink = SNQ__INK_TICK, .anchor = 1, .most = b.x0 - 20
    };
    snq_str_init(&text, 1 << 10);
    put_value(&text, p, v);
    snq__text(&d->film.canvas, &type, b.x0 - 10, y + shift, snq_str_text(&text));
    snq_str_clear(&text);
    if (y > b.y0 + 2 && y < b.y1 - 2)
        snq__line(&d->film.canvas, (snq__box) { b.x0, y, b.x1, y }, 1, 0, SNQ__INK_GRID);
}

static void draw_scale(snq__map_drawing *d, snq__box b, const snq_param *p)
{
    const double lo = (double)p->min, hi = (double)p->max;
    if (p->scale == SNQ_PARAM_DISCRETE) {
        const int every = (int)ceil(14 * (hi - lo + 1) / (b.y1 - b.y0));
        for (int v = (int)lo; v <= (int)hi; v += every > 1 ? every : 1)
            draw_tick(d, b, p, v, 5);
        return;
    }
    draw_tick(d, b, p, lo, -1);
    draw_tick(d, b, p, hi, 11);
    if (p->scale == SNQ_PARAM_LINEAR) {
        draw_tick(d, b, p, (lo + hi) / 2, 5);
        return;
    }
    for (double v = pow(10, ceil(log10(lo) + 1e-9)); v < hi; v *= 10) {
        const double y = y_of(b, p, v);
        if (y > b.y0 + 21 && y < b.y1 - 13)
            draw_tick(d, b, p, v, 5);
    }
}

/* ---- curve ---- */

/* A lane on its way from left to right. */
typedef struct pen {
    snq__map_drawing *d;
    const snq_map_sheet_lane *lane;
    snq__box b;
    size_t hint;   /* place in the curve */
    uint32_t rest; /* stretch of rest that is not over */
    double lo, hi; /* that the curve reached so far, in the destination's unit */
} pen;

static double value_at(pen *p, double t_s)
{
    return (double)snq_curve_at(&p->lane->curve[0], snq__map_beat(p->d, t_s), &p->hint,
                                p->lane->param->value);
}

/* Whether a default stands in; times ascend. */
static int rests_at(pen *p, double t_s)
{
    const snq_map_sheet_lane *l = p->lane;
    while (p->rest < l->rests && l->rest[p->rest].end_s <= t_s)
        p->rest++;
    return p->rest < l->rests && l->rest[p->rest].start_s <= t_s;
}

static snq__ink ink_at(pen *p, double t_s)
{
    return rests_at(p, t_s) ? SNQ__INK_FAINT : snq__map_ink(p->lane->acts);
}

/* Range of places from one time to another, both within. */
static void look(pen *p, double from_s, double to_s, double *lo, double *hi)
{
    const double want = ceil((to_s - from_s) * LOOKS_HZ);
    const int n = want < 1 ? 1 : want > LOOKS_MAX ? LOOKS_MAX : (int)want;
    *lo = 1;
    *hi = 0;
    for (int k = 0; k <= n; k++) {
        const double v = value_at(p, from_s + (to_s - from_s) * k / n);
        const double at = snq__map_place(p->lane->param, v);
        p->lo = fmin(p->lo, v);
        p->hi = fmax(p->hi, v);
        *lo = fmin(*lo, at);
        *hi = fmax(*hi, at);
    }
}

static void draw_curve(pen *p)
{
    snq__watch_sheet *f = &p->d->film;
    const snq__box b = p->b;
    const double px = 1 / f->canvas.scale, span = f->to_s - f->from_s;
    const uint32_t x0 = (uint32_t)lround(b.x0 / px), n = (uint32_t)lround((b.x1 - b.x0) / px);
    snq__bars_begin(&f->canvas);
    for (uint32_t i = 0; i < n; i++) {
        double lo, hi;
        const double from_s = f->from_s + span * i / n, to_s = f->from_s + span * (i + 1) / n;
        look(p, from_s, to_s, &lo, &hi);
        const snq__ink ink = ink_at(p, (from_s + to_s) / 2);
        const double top = fmin(snq__panel_y(b, 0, 1, hi) - THICK / 2, b.y1 - THICK);
        const double low = fmax(snq__panel_y(b, 0, 1, lo) + THICK / 2, top + THICK);
        snq__bar(&f->canvas, x0 + i, low, b.y1, (ink & ~255u) | 0x38);
        snq__bar(&f->canvas, x0 + i, fmax(top, b.y0), low, ink);
    }
    snq__bars_end(&f->canvas);
}

/* Names where a choice begins and stays long enough. */
static void draw_choices(pen *p)
{
    snq__watch_sheet *f = &p->d->film;
    const snq_param *param = p->lane->param;
    const snq__box b = p->b;
    const double px = 1 / f->canvas.scale, span = f->to_s - f->from_s;
    const uint32_t n = (uint32_t)lround((b.x1 - b.x0) / px);
    uint32_t from = 0;
    p->hint = 0;
    double now = value_at(p, f->from_s + span * 0.5 / n);
    for (uint32_t i = 1; i <= n; i++) {
        const double next = i < n ? value_at(p, f->from_s + span * (i + 0.5) / n) : NAN;
        if (next == now)
            continue;
        const double room = (i - from) * px - 12, y = y_of(b, param, now);
        snq__type type = { .size = SIZE_SCALE, .bold = 1, .ink = SNQ__INK_TEXT };
        const char *name =
            param->choices ? param->choices[(int)snq_param_clamp(param, (float)now)] : "";
        const double above = y - 5 > b.y0 + 10 ? y - 5 : y + 15;
        if (*name && snq__text_width(&f->canvas, &type, name) <= room)
            snq__text(&f->canvas, &type, b.x0 + from * px + 6, above, name);
        from = i;
        now = next;
    }
}

static void draw_shade(snq__map_drawing *d, snq__box b, const snq_map_sheet_lane *l)
{
    double lo = snq__map_place(l->param, (double)l->out[0]);
    double hi = snq__map_place(l->param, (double)l->out[1]);
    const double half = l->param->scale == SNQ_PARAM_DISCRETE
                            ? 0.5 / ((double)l->param->max - (double)l->param->min + 1)
                            : 0;
    snq__fill(&d->film.canvas, b, SNQ__INK_PANEL);
    if (!(hi > lo))
        return;
    lo -= half;
    hi += half;
    snq__fill(&d->film.canvas,
              (snq__box) { b.x0, snq__panel_y(b, 0, 1, hi), b.x1, snq__panel_y(b, 0, 1, lo) },
              SNQ__INK_REGION);
}

/* ---- a lane ---- */

static void draw_rest(snq__map_drawing *d, snq__box b, const snq_map_sheet_lane *l)
{
    snq_str text;
    const float v = l->curve->points ? l->curve->point[0].value : l->param->value;
    const snq__type type = { .size = 15, .ink = SNQ__INK_FAINT, .most = b.x1 - b.x0 - 16 };
    snq__fill(&d->film.canvas, b, SNQ__INK_PANEL);
    snq_str_init(&text, 1 << 12);
    snq_str_put(&text, "stays at ");
    put_value(&text, l->param, (double)v);
    if (l->reason && *l->reason) {
        snq_str_put(&text, "  \xC2\xB7  ");
        snq_str_put_printable(&text, l->reason);
    }
    snq__text(&d->film.canvas, &type, b.x0 + 8, b.y1 - 8, snq_str_text(&text));
    snq_str_clear(&text);
}

static void draw_reached(const pen *p)
{
    snq_str text;
    const snq__box b = p->b;
    snq__type type = { .size = SIZE_SCALE, .ink = snq__map_ink(p->lane->acts) };
    type.most = SNQ__CANVAS_UNITS - b.x1 - 20;
    for (int high = 0; high < 2; high++) {
        snq_str_init(&text, 1 << 8);
        snq_str_put(&text, high ? "\xE2\x86\x91 " : "\xE2\x86\x93 ");
        put_value(&text, p->lane->param, high ? p->hi : p->lo);
        snq__text(&p->d->film.canvas, &type, b.x1 + 12, high ? b.y0 + 13 : b.y1 - 3,
                  snq_str_text(&text));
        snq_str_clear(&text);
    }
}

static void draw_lane(snq__map_drawing *d, uint32_t i)
{
    const snq_map_sheet_lane *l = &d->map->lane[i];
    const snq__box b = d->at.lane[i];
    pen p = { .d = d, .lane = l, .b = b, .lo = INFINITY, .hi = -INFINITY };
    draw_words(d, i);
    if (snq__map_rests(d->map, l)) {
        draw_rest(d, b, l);
        return;
    }
    draw_shade(d, b, l);
    draw_scale(d, b, l->param);
    for (uint32_t k = 0; k < d->film.time.ticks; k++) {
        const double x = snq__watch_x(&d->film, d->film.time.tick[k].value);
        if (x > b.x0 + 2 && x < b.x1 - 2)
            snq__line(&d->film.canvas, (snq__box) { x, b.y0, x, b.y1 }, 1, 0, SNQ__INK_GRID);
    }
    const double rest = y_of(b, l->param, (double)l->param->value);
    if (l->param->scale != SNQ_PARAM_DISCRETE)
        snq__line(&d->film.canvas, (snq__box) { b.x0, rest, b.x1, rest }, 1, 6, SNQ__INK_BAR);
    draw_curve(&p);
    if (l->param->scale == SNQ_PARAM_DISCRETE)
        draw_choices(&p);
    draw_reached(&p);
}

void snq__map_sheet_lanes(snq__map_drawing *d)
{
    static const snq__key key[] = { { "sound, all along", SNQ__INK_MID, 0, 0 },
                                    { "composition, bar by bar", SNQ__INK_TARGET, 0, 0 },
                                    { "the whole piece", SNQ__INK_MOMENTARY, 0, 0 },
                                    { "a default stands in", SNQ__INK_FAINT, 0, 0 },
                                    { "default", SNQ__INK_TICK, 1, 6 } };
    const double y = d->at.lanes_y + SNQ__LEGEND_Y;
    const snq__box top = { SNQ__PANEL_X0, y, SNQ__PANEL_X1, y };
    snq__panel_title(&d->film.canvas, top, "What it sets", "", NULL);
    if (!d->map->lanes) {
        const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_FAINT };
        snq__text(&d->film.canvas, &type, top.x0, y + 14, "no mapping is enabled");
        return;
    }
    snq__panel_legend(&d->film.canvas, top, key, SNQ_COUNT(key));
    for (uint32_t i = 0; i < d->map->lanes; i++)
        draw_lane(d, i);
}
