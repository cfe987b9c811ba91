// SPDX-License-Identifier: MIT
/* IDEA   One sheet of a video's motion, read from the top: what it is, its figures, where it moves, when it
 *        moves, how often. The look is that of a recording's sheet (sheet_draw.c).
 * STEPS  lay out   maps: as many in a row as leave them a good size, in the frame's own proportions;
 *                  lanes: high for what can be seen, a line of words for what can't
 *        paint     part by part
 *        encode    sheet_png.c
 * CONST  A map is at least 150 units high in one row, else there are two; at most 440 high; proportions
 *        beyond 6 to 1 are squeezed to it. By looking at 16:9, 4:3, 1:1, 9:16, 8:1.
 * COST   50 ms (nothing but words) to 200 ms (six maps) for 1600 pixels, 0.2 to 1.3 MB (21 November 2026, one
 *        shared core of 2.7 GHz).
 * LIMITS as sheet_draw.c */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/watch_sheet_impl.h"

enum { TIME_STEPS = 14 };

#define MAP_GAP      14.0
#define MAP_WORDS    32.0 /* above a map */
#define MAP_SCALE    30.0 /* below it */
#define MAP_LEAST    150.0
#define MAP_MOST     440.0
#define MAP_ALONE    300.0
#define ASPECT_MOST  6.0
#define SECTION      52.0 /* from one part to the next, with a title */
#define LANE_HEIGHT  62.0
#define LANE_NOTHING 26.0
#define LANE_GAP     6.0

/* ---- words and places ---- */

snq__ink snq__watch_ink(int layer)
{
    static const snq__ink ink[] = { SNQ__INK_ULF, SNQ__INK_LF,  SNQ__INK_MF,
                                    SNQ__INK_HF,  SNQ__INK_UHF, SNQ__INK_ALL };
    return ink[layer];
}

const char *snq__watch_unobservable(const snq_sight *s, int band)
{
    return s->motion_reason ? s->motion_reason : s->band[band].unobservable;
}

int snq__watch_swings(const snq_sight *s, int band)
{
    const snq_sight_band *b = &s->band[band];
    const snq_measure f = b->property[SNQ_SIGHT_PRIMARY_FREQUENCY];
    return !snq__watch_unobservable(s, band) && !b->still && !f.reason && f.value > 0 &&
           b->type[SNQ_SIGHT_OSCILLATORY].percentage >= 0.2;
}

char *snq__put_band(char to[SNQ__LABEL_BYTES], int band)
{
    snprintf(to, SNQ__LABEL_BYTES, "%g\xE2\x80\x93%g Hz", snq_sight_band_lo_hz((uint32_t)band),
             snq_sight_band_hi_hz((uint32_t)band));
    return to;
}

char *snq__put_three(char to[SNQ__LABEL_BYTES], double value)
{
    const double v = fabs(value);
    return snq__put_number(to, value, v >= 99.95 || v == 0 ? 0 : v >= 9.995 ? 1 : 2);
}

double snq__watch_x(const snq__watch_sheet *s, double t_s)
{
    const snq__box b = s->at.events;
    return b.x0 + (b.x1 - b.x0) * fmin(fmax((t_s - s->from_s) / (s->to_s - s->from_s), 0), 1);
}

/* ---- layout ---- */

/* Width by height of the frame, within what can be drawn. */
static double aspect_of(const snq_sight *s, const snq_watch_look *l)
{
    double aspect = 16.0 / 9;
    if (s->video.width && s->video.height)
        aspect = (double)s->video.width / s->video.height;
    else if (l->still_width)
        aspect = (double)l->still_width / l->still_height;
    return fmin(fmax(aspect, 1 / ASPECT_MOST), ASPECT_MOST);
}

/* The maps from y on; returns where they end. */
static double lay_maps(snq__watch_layout *at, double aspect, double y)
{
    const double width = SNQ__PAGE_X1 - SNQ__PAGE_X0;
    uint32_t a_row = at->maps;
    double w = (width + MAP_GAP) / a_row - MAP_GAP;
    if (w / aspect < MAP_LEAST && a_row > 2) {
        a_row = (a_row + 1) / 2;
        w = (width + MAP_GAP) / a_row - MAP_GAP;
    }
    const double h = fmin(w / aspect, at->maps > 1 ? MAP_MOST : MAP_ALONE);
    w = fmin(w, h * aspect);
    /* from edge to edge */
    const double each = a_row > 1 ? (width - w) / (a_row - 1) : 0;
    for (uint32_t i = 0; i < at->maps; i++) {
        const double x = SNQ__PAGE_X0 + each * (i % a_row);
        const double top = y + MAP_WORDS + (i / a_row) * (MAP_WORDS + h + MAP_SCALE);
        at->map[i] = (snq__box) { x, top, x + w, top + h };
    }
    return y + ((at->maps - 1) / a_row + 1) * (MAP_WORDS + h + MAP_SCALE);
}

static double lay_lanes(snq__watch_layout *at, const snq_sight *s, const snq_watch_look *l,
                        double y)
{
    const double x0 = SNQ__PANEL_X0, x1 = SNQ__PANEL_X1;
    at->events = (snq__box) { x0, y, x1, y + 30 };
    y += 30;
    for (int i = -1; i < (s->motion_reason ? 0 : SNQ_SIGHT_BANDS); i++) {
        const int layer = i < 0 ? SNQ__WATCH_ALL : i;
        const int empty = !l->steps || s->motion_reason || (i >= 0 && s->band[i].unobservable);
        y += LANE_GAP;
        at->lane[layer] = (snq__box) { x0, y, x1, y + (empty ? LANE_NOTHING : LANE_HEIGHT) };
        y = at->lane[layer].y1;
    }
    y += LANE_GAP;
    at->picture = (snq__box) { x0, y, x1, y + (l->steps ? 34 : LANE_NOTHING) };
    y = at->picture.y1;
    at->light = (snq__box) { x0, y, x1, y + (l->steps ? 74 : 0) };
    return at->light.y1;
}

snq__watch_layout snq__watch_sheet_layout(const snq_sight *s, const snq_watch_look *l)
{
    snq__watch_layout at = { .figures = { SNQ__PAGE_X0, 130, SNQ__PAGE_X1, 314 } };
    double y = at.figures.y1 + SECTION + 8;
    at.where_y = y;
    if (l->across && !s->motion_reason) {
        at.layer[at.maps++] = SNQ__WATCH_DRIFT;
        for (int i = 0; i < SNQ_SIGHT_BANDS; i++)
            if (!s->band[i].unobservable)
                at.layer[at.maps++] = i;
    } else if (l->still_width) {
        at.layer[at.maps++] = -1; /* the frame alone */
    }
    if (at.maps) {
        y = lay_maps(&at, aspect_of(s, l), y);
    } else {
        at.no_maps = (snq__box) { SNQ__PAGE_X0, y, SNQ__PAGE_X1, y + 60 };
        y = at.no_maps.y1;
    }
    y = lay_lanes(&at, s, l, y + SECTION) + 40;
    at.height = y + 26;
    if (s->motion_reason) /* which has been said twice by now */
        return at;
    y += SECTION;
    at.spectrum = (snq__box) { SNQ__PANEL_X0, y, 1010, y + 232 };
    at.types = (snq__box) { 1110, y, SNQ__PAGE_X1, y + 232 };
    at.height = at.types.y1 + 66;
    return at;
}

/* ---- drawing ---- */

void snq__watch_snap(const snq__canvas *c, snq__box *b)
{
    b->x0 = snq__snap(c, b->x0);
    b->x1 = snq__snap(c, b->x1);
    b->y0 = snq__snap(c, b->y0);
    b->y1 = snq__snap(c, b->y1);
}

/* All that was looked at: the range, or the curves where there is no range. */
void snq__watch_times(snq__watch_sheet *s)
{
    const snq_span range = s->sight->video.range;
    s->from_s = fmax(range.start_s, 0);
    s->to_s = range.end_s;
    if (!(s->to_s > s->from_s) && s->look->steps) {
        s->from_s = fmax(s->look->start_s, 0);
        s->to_s = s->look->start_s + s->look->steps * s->look->step_s;
    }
    if (!(s->to_s > s->from_s))
        s->to_s = s->from_s + 1; /* no time: any axis, without ticks */
    else
        snq__time_axis_between(s->from_s, s->to_s, TIME_STEPS, &s->time);
}

snq_status snq__watch_sheet_draw(const snq_sight *sight, const snq_watch_look *look,
                                 const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user)
{
    snq__watch_sheet s = {
        .at = snq__watch_sheet_layout(sight, look), .sight = sight, .look = look, .cfg = cfg
    };
    snq__watch_layout *at = &s.at;
    SNQ_TRY(snq__canvas_init(&s.canvas, cfg->width_px, at->height, cfg));
    for (int i = 0; i < SNQ__WATCH_LAYERS; i++) {
        snq__watch_snap(&s.canvas, &at->map[i]);
        snq__watch_snap(&s.canvas, &at->lane[i]);
    }
    snq__watch_snap(&s.canvas, &at->events);
    snq__watch_snap(&s.canvas, &at->picture);
    snq__watch_snap(&s.canvas, &at->light);
    snq__watch_snap(&s.canvas, &at->spectrum);
    snq__watch_times(&s);
    snq__fill(&s.canvas, (snq__box) { 0, 0, SNQ__CANVAS_UNITS, at->height + 1 }, SNQ__INK_PAPER);
    snq__watch_sheet_head(&s);
    snq_status st = snq__watch_sheet_maps(&s);
    if (st >= 0) {
        snq__watch_sheet_lanes(&s);
        snq__watch_sheet_events(&s);
        if (!sight->motion_reason)
            snq__watch_sheet_bands(&s);
        st = snq__sheet_png_canvas(&s.canvas, 1, sink, user);
    }
    snq__canvas_clear(&s.canvas);
    return st;
}
