// SPDX-License-Identifier: MIT
/* IDEA   What of the music stands already, over the film's time: sections as strong as they are meant to be, bars and
 *        beats, whether the film's moments are met, and how loud it became.
 * STEPS  sections  a block each, filled from below by its energy
 *        bars      a tick a downbeat and a beat; where they would stand closer than TICK_LEAST only every 2nd, 4th,
 *                  8th ... bar; numbers where there is room
 *        hits      a stem as high as the hit is heavy, with the mark of its kind: bright on a beat, dim on an eighth,
 *                  red where it is missed; many as lines, those that are missed on top
 *        loudness  of each pixel column the range of the readings, from LOW up to 0 LUFS
 * CONST  LOW -48 LUFS: what music for films is above but where it pauses. MARKS_MAX: as of events.
 * LIMITS Bars are numbered from the music's first, which may begin before the film does. */
#include <cairo.h>
#include <math.h>
#include <stdio.h>

#include "plot/map_sheet_impl.h"

enum { MARKS_MAX = 150, TICKS_MAX = 1 << 15, METS = SNQ_MAP_SHEET_DOWNBEAT + 1 };

#define TICK_LEAST   6.0
#define NUMBER_SPACE 16.0
#define LOW          (-48.0)

static const snq__ink met_ink[METS] = { 0xFF6B6BFF, 0xC99A3AFF, SNQ__INK_TARGET, SNQ__INK_TEXT };

static void label(snq__map_drawing *d, snq__box b, const char *text)
{
    const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&d->film.canvas, &type, b.x0 - 12, (b.y0 + b.y1) / 2 + 6, text);
}

/* ---- sections ---- */

static void draw_section(snq__map_drawing *d, snq__box b, const snq_section *s)
{
    char number[SNQ__LABEL_BYTES];
    snq__canvas *c = &d->film.canvas;
    snq__type type = { .size = SNQ__SIZE_SMALL, .bold = 1, .ink = SNQ__INK_TEXT };
    const int told = !isnan(s->energy);
    const double energy = told ? fmin(fmax((double)s->energy, 0), 1) : 0;
    if (b.x1 - b.x0 > 4)
        b.x1 -= 1 / c->scale;
    snq__fill(c, b, SNQ__INK_REGION);
    snq__fill(c, (snq__box) { b.x0, b.y1 - energy * (b.y1 - b.y0), b.x1, b.y1 },
              (SNQ__INK_MOMENTARY & ~255u) | 0x78);
    type.most = b.x1 - b.x0 - 16;
    if (type.most < 20)
        return;
    snq_str name;
    snq_str_init(&name, 1 << 12);
    snq_str_put_printable(&name, s->name);
    const double used = snq__text(c, &type, b.x0 + 8, b.y1 - 13, snq_str_text(&name));
    snq_str_clear(&name);
    type = (snq__type) { .size = 13, .ink = SNQ__INK_TEXT, .anchor = 1 };
    if (told && b.x1 - b.x0 - used > 60)
        snq__text(c, &type, b.x1 - 8, b.y1 - 13, snq__put_number(number, energy, 2));
}

static void draw_sections(snq__map_drawing *d)
{
    const snq__box all = d->at.sections;
    const snq_score *score = d->map->score;
    if (all.y1 <= all.y0)
        return;
    snq__fill(&d->film.canvas, all, SNQ__INK_PANEL);
    label(d, all, "sections");
    for (size_t i = 0; i < score->sections; i++) {
        const double from_s = snq__map_time_s(d, score->section[i].start);
        const double to_s = snq__map_time_s(d, score->section[i].end);
        const snq__box b = { snq__snap(&d->film.canvas, snq__watch_x(&d->film, from_s)), all.y0,
                             snq__snap(&d->film.canvas, snq__watch_x(&d->film, to_s)), all.y1 };
        if (b.x1 > b.x0)
            draw_section(d, b, &score->section[i]);
    }
}

/* ---- bars ---- */

/* Bars and beats between the film's ends. */
typedef struct bar_grid {
    int64_t first,
        bars;       /* the first bar that begins in the film or before it, and how many there are */
    uint32_t every; /* bars that are drawn, and those with a number */
    uint32_t numbered;
    int beats; /* whether these are drawn too */
} bar_grid;

static uint32_t step_of(double each, double least)
{
    uint32_t step = 1;
    while (step < 1u << 24 && step * each < least)
        step *= 2;
    return step;
}

static bar_grid grid_of(const snq__map_drawing *d)
{
    char text[24];
    const snq__watch_sheet *f = &d->film;
    const snq_score *s = d->map->score;
    const snq__type type = { .size = SNQ__SIZE_SMALL };
    const double to_s = f->to_s - f->from_s + d->map->lead_s;
    const int64_t first = snq_score_bar_at(s, (int64_t)snq_score_tick_at(s, d->map->lead_s), NULL);
    const int64_t last = snq_score_bar_at(s, (int64_t)snq_score_tick_at(s, to_s), NULL);
    const double each = (d->at.bars.x1 - d->at.bars.x0) / (double)(last - first + 1);
    const int64_t within = snq_score_bar_tick(s, first + 1) - snq_score_bar_tick(s, first);
    const double beats = fmax((double)within / s->ticks_per_quarter, 1);
    snprintf(text, sizeof text, "%lld", (long long)last + 1);
    return (bar_grid) { .first = first,
                        .bars = last - first + 1,
                        .every = step_of(each, TICK_LEAST),
                        .numbered =
                            step_of(each, snq__text_width(&f->canvas, &type, text) + NUMBER_SPACE),
                        .beats = each / beats >= TICK_LEAST };
}

static int in_film(const snq__map_drawing *d, double t_s)
{
    return t_s >= d->film.from_s - 1e-6 && t_s <= d->film.to_s + 1e-6;
}

static void draw_beats(snq__map_drawing *d, int64_t from, int64_t to)
{
    const snq__box b = d->at.bars;
    const int64_t quarter = d->map->score->ticks_per_quarter;
    for (int64_t tick = from + quarter; tick < to; tick += quarter) {
        const double t_s = snq__map_time_s(d, tick), x = snq__watch_x(&d->film, t_s);
        if (in_film(d, t_s))
            snq__line(&d->film.canvas, (snq__box) { x, b.y0, x, b.y0 + 7 }, 1.4, 0, SNQ__INK_TICK);
    }
}

static void draw_bar(snq__map_drawing *d, int64_t bar, double t_s, int numbered)
{
    char text[24];
    const snq__box b = d->at.bars;
    snq__canvas *c = &d->film.canvas;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 0.5 };
    double x = snq__watch_x(&d->film, t_s);
    snq__line(c, (snq__box) { x, b.y0, x, b.y0 + (numbered ? 15 : 12) }, numbered ? 2 : 1.4, 0,
              SNQ__INK_TEXT);
    if (!numbered)
        return;
    snprintf(text, sizeof text, "%lld", (long long)bar + 1);
    const double half = snq__text_width(c, &type, text) / 2;
    x = fmin(fmax(x, b.x0 + half), b.x1 - half);
    snq__text(c, &type, x, b.y1 - 2, text);
}

static void draw_bars(snq__map_drawing *d)
{
    char text[48];
    const snq__box b = d->at.bars;
    if (b.y1 <= b.y0)
        return;
    const bar_grid g = grid_of(d);
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    label(d, b, "bars");
    /* numbers stand at whole multiples, so ticks do too */
    for (int64_t i = -(g.first % g.every), n = 0; i < g.bars && n < TICKS_MAX; i += g.every, n++) {
        const int64_t tick = snq_score_bar_tick(d->map->score, g.first + i);
        const double t_s = snq__map_time_s(d, tick);
        if (g.beats)
            draw_beats(d, tick, snq_score_bar_tick(d->map->score, g.first + i + 1));
        if (in_film(d, t_s))
            draw_bar(d, g.first + i, t_s, (g.first + i) % g.numbered == 0);
    }
    snprintf(text, sizeof text, "%lld %s", (long long)g.bars, g.bars == 1 ? "bar" : "bars");
    type.most = SNQ__CANVAS_UNITS - b.x1 - 20;
    snq__text(&d->film.canvas, &type, b.x1 + 12, b.y1 - 2, text);
}

/* ---- hits ---- */

static void draw_hit(snq__map_drawing *d, const snq_map_sheet_hit *h)
{
    const snq__box b = d->at.hits;
    snq__canvas *c = &d->film.canvas;
    const double x = snq__watch_x(&d->film, h->t_s), weight = fmin(fmax((double)h->weight, 0), 1);
    const double y = b.y1 - 12 - 18 * weight;
    const snq__ink ink = met_ink[h->met % METS];
    snq__line(c, (snq__box) { x, y, x, b.y1 }, 2, 0, ink);
    if (h->kind >= SNQ_MAP_SHEET_MOTION) {
        const double r = 4 + 2 * weight;
        snq__fill_round(c, (snq__box) { x - r, y - r, x + r, y + r }, r, ink);
    } else if (h->kind == SNQ_SIGHT_CUT) {
        snq__fill(c, (snq__box) { x - 5, y - 4, x + 5, y + 4 }, ink);
    } else {
        snq__watch_event_mark(c, x, y, (snq_sight_event_kind)h->kind, 0.2, ink);
    }
}

static void draw_hit_lines(snq__map_drawing *d)
{
    const snq__box b = d->at.hits;
    const double px = 1 / d->film.canvas.scale;
    for (int met = METS - 1; met >= 0; met--)
        for (uint32_t i = 0; i < d->map->hits; i++) {
            const snq_map_sheet_hit *h = &d->map->hit[i];
            const double x = snq__snap(&d->film.canvas, snq__watch_x(&d->film, h->t_s));
            const double high = (b.y1 - b.y0) * fmin(fmax((double)h->weight, 0.15), 1);
            if (h->met % METS == met)
                snq__fill(&d->film.canvas, (snq__box) { x, b.y1 - high, fmin(x + px, b.x1), b.y1 },
                          met_ink[met]);
        }
}

static void draw_hits(snq__map_drawing *d)
{
    const snq__box b = d->at.hits;
    const snq_map_sheet *m = d->map;
    if (b.y1 <= b.y0)
        return;
    snq__fill_round(&d->film.canvas, b, 5, SNQ__INK_PANEL);
    label(d, b, "hits");
    if (m->hits > MARKS_MAX) {
        draw_hit_lines(d);
        return;
    }
    for (uint32_t i = 0; i < m->hits; i++)
        if (in_film(d, m->hit[i].t_s))
            draw_hit(d, &m->hit[i]);
}

/* ---- loudness ---- */

/* Least and greatest reading from one time to another; silence is LOW. */
static void range_between(const snq_map_sheet *m, double from_s, double to_s, double *lo,
                          double *hi)
{
    const double from = from_s / m->loudness_step_s, to = to_s / m->loudness_step_s;
    const double end = m->loudness;
    *lo = 0;
    *hi = LOW;
    for (double i = fmin(floor(fmax(from, 0)), end - 1); i < end && (i < to || *lo > *hi); i++) {
        const float read = m->loudness_lufs[(uint32_t)i];
        const double v = isnan(read) || read < (float)LOW ? LOW : fmin((double)read, 0);
        *lo = fmin(*lo, v);
        *hi = fmax(*hi, v);
    }
}

static void draw_loudness_curve(snq__map_drawing *d)
{
    const snq__box b = d->at.loudness;
    const snq__watch_sheet *f = &d->film;
    snq__canvas *c = &d->film.canvas;
    const double px = 1 / c->scale, end_s = d->map->loudness * d->map->loudness_step_s;
    const uint32_t x0 = (uint32_t)lround(b.x0 / px), n = (uint32_t)lround((b.x1 - b.x0) / px);
    double before = NAN;
    snq__bars_begin(c);
    for (uint32_t i = 0; i < n; i++) {
        double lo, hi;
        const double from_s = (f->to_s - f->from_s) * i / n;
        if (from_s >= end_s)
            break;
        range_between(d->map, from_s, (f->to_s - f->from_s) * (i + 1) / n, &lo, &hi);
        const double top = snq__panel_y(b, LOW, 0, hi), low = snq__panel_y(b, LOW, 0, lo);
        const double edge = isnan(before) ? top : before;
        snq__bar(c, x0 + i, top, b.y1, (SNQ__INK_MOMENTARY & ~255u) | 0x50);
        snq__bar(c, x0 + i, fmin(fmin(top, edge), b.y1 - 1.8), fmax(fmax(low, edge), top) + 1.8,
                 SNQ__INK_MOMENTARY);
        before = top;
    }
    snq__bars_end(c);
}

static void draw_loudness(snq__map_drawing *d)
{
    char text[SNQ__LABEL_BYTES];
    const snq__box b = d->at.loudness;
    snq__canvas *c = &d->film.canvas;
    const double target = d->film.cfg->target_lufs;
    snq__type type = { .size = 13, .ink = SNQ__INK_TICK, .anchor = 1 };
    if (b.y1 <= b.y0)
        return;
    snq__fill(c, b, SNQ__INK_PANEL);
    for (int lufs = -12; lufs > LOW; lufs -= 12) {
        const double y = snq__panel_y(b, LOW, 0, lufs);
        snq__line(c, (snq__box) { b.x0, y, b.x1, y }, 1, 0, SNQ__INK_GRID);
        snq__text(c, &type, b.x0 - 12, y + 5, snq__put_number(text, lufs, 0));
    }
    draw_loudness_curve(d);
    if (target > LOW) {
        const double y = snq__panel_y(b, LOW, 0, target);
        snq__line(c, (snq__box) { b.x0, y, b.x1, y }, 1.4, 4, SNQ__INK_TARGET);
    }
    type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    snq__text(c, &type, b.x1 + 12, b.y0 + 16, "loudness");
    type.size = 13;
    snq__text(c, &type, b.x1 + 12, b.y0 + 34, "LUFS");
}

/* ---- all ---- */

static void draw_title(snq__map_drawing *d)
{
    static const char *const words[METS] = { "missed", "on an eighth", "on a beat",
                                             "on a downbeat" };
    char text[METS][48];
    uint32_t count[METS] = { 0 }, keys = 0;
    snq__key key[METS];
    const snq__map_layout *at = &d->at;
    const snq__box top = at->sections.y1 > at->sections.y0 ? at->sections
                         : at->bars.y1 > at->bars.y0       ? at->bars
                         : at->hits.y1 > at->hits.y0       ? at->hits
                                                           : at->loudness;
    if (top.y1 <= top.y0)
        return;
    for (uint32_t i = 0; i < d->map->hits; i++)
        count[d->map->hit[i].met % METS]++;
    for (uint32_t i = METS; i-- > 0;) {
        if (!count[i])
            continue;
        snprintf(text[i], sizeof text[i], "%u %s", count[i], words[i]);
        key[keys++] = (snq__key) { text[i], met_ink[i], 0, 0 };
    }
    snq__panel_title(&d->film.canvas, top, "The music", "", NULL);
    snq__panel_legend(&d->film.canvas, top, key, keys);
}

void snq__map_sheet_music(snq__map_drawing *d)
{
    draw_title(d);
    draw_sections(d);
    draw_bars(d);
    draw_hits(d);
    draw_loudness(d);
}
