// SPDX-License-Identifier: MIT
/* IDEA   One sheet of fixed proportions, read from the top: what it is, its figures, then how it
 *        sounds over one time axis as outline, spectrum and loudness. Dark, since the spectrogram's
 *        silence is dark and sound should be what shines.
 * STEPS  lay out      boxes in units of 1/1600 of the width; lanes for what was heard of music
 *        paint        panel by panel; per pixel column what of the portrait's cells falls on it
 *        encode       libpng
 * COST   70 to 115 ms for 1600 pixels, 50 of them in zlib (21 November 2026, one core of 2.7 GHz);
 *        some 7 more for the lanes of music.
 * LIMITS Text is not shaped: Arabic and Indic names show their letters one by one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/sheet_impl.h"

enum { TIME_STEPS = 14 };

/* The lane `bit`, when it is among `lanes`, `gap` under y, which moves to its bottom. */
static snq__box lane_at(const snq__layout *at, unsigned lanes, unsigned bit, double height,
                        double *y)
{
    const double gap = 5;
    if (!(lanes & bit))
        return (snq__box) { at->spectrum.x0, *y, at->spectrum.x1, *y };
    *y += gap + height;
    return (snq__box) { at->spectrum.x0, *y - height, at->spectrum.x1, *y };
}

snq__layout snq__sheet_layout(int empty, unsigned lanes)
{
    const double left = SNQ__PANEL_X0, right = SNQ__PANEL_X1;
    snq__layout at = { .title_y = SNQ__TITLE_Y, .format_y = SNQ__FORMAT_Y };
    at.figures = (snq__box) { 40, 130, 1560, 314 };
    if (empty) {
        at.wave = at.spectrum = at.loudness = (snq__box) { 40, 340, 1560, 620 };
        at.height = 660;
        return at;
    }
    at.regions = (snq__box) { left, 340, right, 370 };
    at.wave = (snq__box) { left, 422, right, 612 };
    at.spectrum = (snq__box) { left, 664, right, 1084 };
    double y = at.spectrum.y1;
    at.bars = lane_at(&at, lanes, SNQ__LANE_BARS, 32, &y);
    at.chords = lane_at(&at, lanes, SNQ__LANE_CHORDS, 42, &y);
    at.keys = lane_at(&at, lanes, SNQ__LANE_KEYS, 28, &y);
    at.loudness = (snq__box) { left, y + 52, right, y + 252 };
    at.height = y + 304;
    return at;
}

double snq__sheet_x(const snq__sheet *s, double t_s)
{
    const snq__box b = s->at.wave;
    return b.x0 + (b.x1 - b.x0) * fmin(fmax(t_s / s->duration_s, 0.0), 1.0);
}

static void draw_time_lines(snq__sheet *s)
{
    const snq__box panel[] = { s->at.wave, s->at.loudness };
    for (uint32_t i = 0; i < s->time.ticks; i++) {
        const double x = snq__sheet_x(s, s->time.tick[i].value);
        for (int k = 0; k < 2; k++)
            if (x > panel[k].x0 + 2 && x < panel[k].x1 - 2)
                snq__line(&s->canvas, (snq__box) { x, panel[k].y0, x, panel[k].y1 }, 1, 0,
                          SNQ__INK_GRID);
    }
}

static snq_status draw_panels(snq__sheet *s)
{
    snq__fill(&s->canvas, s->at.wave, SNQ__INK_PANEL);
    snq__fill(&s->canvas, s->at.spectrum, SNQ__INK_PANEL);
    snq__fill(&s->canvas, s->at.loudness, SNQ__INK_PANEL);
    snq__sheet_regions(s);
    draw_time_lines(s);
    snq__sheet_wave(s);
    SNQ_TRY(snq__sheet_spectrum(s));
    snq__sheet_music(s);
    snq__sheet_loudness(s);
    snq__sheet_region_edges(s);
    snq__panel_times(&s->canvas, s->at.loudness, &s->time, 0, s->duration_s);
    return SNQ_OK;
}

/* Panel edges come to lie between pixels. */
static void snap_box(const snq__canvas *c, snq__box *b)
{
    b->x0 = snq__snap(c, b->x0);
    b->x1 = snq__snap(c, b->x1);
    b->y0 = snq__snap(c, b->y0);
    b->y1 = snq__snap(c, b->y1);
}

snq_status snq__sheet_draw(const snq_portrait *p, const snq_hearing *h, const snq_sheet_cfg *cfg,
                           snq_sheet_sink sink, void *user)
{
    const int empty = p->frames <= 0 || p->rate_hz == 0;
    snq__sheet s = {
        .at = snq__sheet_layout(empty, snq__sheet_lanes(h)), .p = p, .h = h, .cfg = cfg
    };
    SNQ_TRY(snq__canvas_init(&s.canvas, cfg->width_px, s.at.height, cfg));
    snap_box(&s.canvas, &s.at.wave);
    snap_box(&s.canvas, &s.at.spectrum);
    snap_box(&s.canvas, &s.at.loudness);
    snap_box(&s.canvas, &s.at.bars);
    snap_box(&s.canvas, &s.at.chords);
    snap_box(&s.canvas, &s.at.keys);
    snq__fill(&s.canvas, (snq__box) { 0, 0, SNQ__CANVAS_UNITS, s.at.height + 1 }, SNQ__INK_PAPER);
    snq__sheet_head(&s);
    snq_status st = SNQ_OK;
    if (empty) {
        snq__fill(&s.canvas, s.at.wave, SNQ__INK_PANEL);
        snq__panel_say(&s.canvas, s.at.wave,
                       "This recording has no sample: there is nothing to draw.");
    } else {
        s.duration_s = (double)p->frames / p->rate_hz;
        snq__time_axis(s.duration_s, TIME_STEPS, &s.time);
        st = draw_panels(&s);
    }
    if (st >= 0)
        st = snq__sheet_png_canvas(&s.canvas, 0, sink, user);
    snq__canvas_clear(&s.canvas);
    return st;
}
