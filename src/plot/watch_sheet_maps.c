// SPDX-License-Identifier: MIT
/* IDEA   A frame of the video, dark and grey, and where something moves it glows: the faster on the mean, the
 *        brighter. What moves not at all stays the picture.
 * STEPS  frame     luma from cell to cell linear, times 0.6
 *        heat      level = mean speed / top, linear between the cells' middles; top is the speed that 1 cell
 *                  in 200 exceeds, but at least 1 px/s; the two are mixed: opacity rises with the level
 *        drift     arrows: the mean velocity over a square of the map, as long as it is fast
 *        regions   boxes, the strongest with number and frequency where there is room
 * COST   some 40 operations a pixel of the maps: 15 ms.
 * LIMITS A source narrower or flatter than 6 to 1 is squeezed. */
#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plot/heat_impl.h"
#include "plot/watch_sheet_impl.h"

enum { BOXES_MAX = 24, LABELS_MAX = 8 };

#define ARROW_EVERY 34.0 /* units from arrow to arrow */
#define BOX_INK     0xFFFFFFD0u
#define FAINT_INK   0xFFFFFF60u
#define SHADE_INK   0x00000070u

/* ---- heat ---- */

/* A grid of values read at (x, y) in 0 .. 1, linear between the middles of its cells. */
typedef struct grid {
    const float *value; /* of cells, or NULL: of bytes */
    const uint8_t *byte;
    uint32_t across, down;
} grid;

static float grid_cell(const grid *g, uint32_t x, uint32_t y)
{
    const size_t i = (size_t)y * g->across + x;
    return g->value ? g->value[i] : g->byte[i];
}

static float grid_at(const grid *g, double x, double y)
{
    const double u = fmin(fmax(x * g->across - 0.5, 0), g->across - 1.0);
    const double v = fmin(fmax(y * g->down - 0.5, 0), g->down - 1.0);
    const uint32_t i = (uint32_t)u, j = (uint32_t)v;
    const uint32_t i1 = i + 1 < g->across ? i + 1 : i, j1 = j + 1 < g->down ? j + 1 : j;
    const float a = (float)(u - i), b = (float)(v - j);
    const float top = grid_cell(g, i, j) * (1 - a) + grid_cell(g, i1, j) * a;
    const float bottom = grid_cell(g, i, j1) * (1 - a) + grid_cell(g, i1, j1) * a;
    return top * (1 - b) + bottom * b;
}

/* The value that one cell in 200 exceeds; a histogram of 1024 steps. */
static double top_of(const float *value, uint32_t n)
{
    enum { BINS = 1024 };
    uint32_t count[BINS] = { 0 }, sum = 0;
    float most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = fmaxf(most, value[i]);
    for (uint32_t i = 0; i < n && most > 0; i++)
        count[(uint32_t)(fmaxf(value[i], 0) / most * (BINS - 1))]++;
    uint32_t bin = BINS;
    while (bin > 0 && sum <= n / 200)
        sum += count[--bin];
    return fmax((double)most * (bin + 1) / BINS, 1);
}

static uint32_t mix(uint32_t under, uint32_t over, float part)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const float a = (float)(under >> shift & 255), b = (float)(over >> shift & 255);
        mixed |= (uint32_t)(a + (b - a) * part + 0.5f) << shift;
    }
    return mixed;
}

/* One pixel: the frame's luma 0 .. 255 and a level 0 .. 1. */
static uint32_t colour_of(float luma, float level)
{
    const uint32_t grey = (uint32_t)(luma * 0.6f + 8) * 0x010101u;
    const float up = fminf(level / 0.6f, 1), part = 0.92f * up * up * (3 - 2 * up);
    const uint32_t hot = (uint32_t)((SNQ__HEAT_COLOURS - 1) * (0.3f + 0.7f * level) + 0.5f);
    return mix(grey, snq__heat[hot], part);
}

static snq_status paint(snq__watch_sheet *s, snq__box b, const float *heat, double top)
{
    const snq_watch_look *l = s->look;
    const int w = (int)lround((b.x1 - b.x0) * s->canvas.scale);
    const int h = (int)lround((b.y1 - b.y0) * s->canvas.scale);
    const grid frame = { .byte = l->still, .across = l->still_width, .down = l->still_height };
    const grid speed = { .value = heat, .across = l->across, .down = l->down };
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    if (cairo_surface_status(picture)) {
        cairo_surface_destroy(picture);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a map of %d x %d pixels", w, h);
    }
    uint32_t *pixel = (uint32_t *)(void *)cairo_image_surface_get_data(picture);
    const size_t stride = (size_t)cairo_image_surface_get_stride(picture) / sizeof *pixel;
    for (int j = 0; j < h; j++)
        for (int i = 0; i < w; i++) {
            const double x = (i + 0.5) / w, y = (j + 0.5) / h;
            const float luma = l->still_width ? grid_at(&frame, x, y) : 40;
            const float level = heat ? fminf(grid_at(&speed, x, y) / (float)top, 1) : 0;
            pixel[(size_t)j * stride + (size_t)i] = colour_of(luma, level);
        }
    cairo_surface_mark_dirty(picture);
    snq__put_picture(&s->canvas, picture, b);
    cairo_surface_destroy(picture);
    return SNQ_OK;
}

/* ---- drift ---- */

static void draw_arrow(cairo_t *cr, double x, double y, double dx, double dy)
{
    const double length = hypot(dx, dy), head = fmin(6, 0.45 * length);
    const double ux = dx / length, uy = dy / length;
    cairo_move_to(cr, x - dx / 2, y - dy / 2);
    cairo_line_to(cr, x + dx / 2, y + dy / 2);
    cairo_move_to(cr, x + dx / 2 - head * (ux + 0.6 * uy), y + dy / 2 - head * (uy - 0.6 * ux));
    cairo_line_to(cr, x + dx / 2, y + dy / 2);
    cairo_line_to(cr, x + dx / 2 - head * (ux - 0.6 * uy), y + dy / 2 - head * (uy + 0.6 * ux));
}

/* Mean velocity over the part of the map from (x, y) on, of size (w, h), all in 0 .. 1. */
static void mean_drift(const snq_watch_look *l, double x, double y, double w, double h,
                       double mean[2])
{
    uint32_t n = 0;
    mean[0] = mean[1] = 0;
    const uint32_t i0 = (uint32_t)(x * l->across), j0 = (uint32_t)(y * l->down);
    for (uint32_t j = j0; j < l->down && (j == j0 || j < (y + h) * l->down); j++)
        for (uint32_t i = i0; i < l->across && (i == i0 || i < (x + w) * l->across); i++, n++) {
            mean[0] += l->drift[2 * ((size_t)j * l->across + i)];
            mean[1] += l->drift[2 * ((size_t)j * l->across + i) + 1];
        }
    mean[0] /= n ? n : 1;
    mean[1] /= n ? n : 1;
}

static void draw_arrows(snq__watch_sheet *s, snq__box b, double top)
{
    cairo_t *cr = s->canvas.cr;
    const int across = (int)fmax(round((b.x1 - b.x0) / ARROW_EVERY), 1);
    const int down = (int)fmax(round((b.y1 - b.y0) / ARROW_EVERY), 1);
    const double w = 1.0 / across, h = 1.0 / down;
    for (int j = 0; j < down; j++)
        for (int i = 0; i < across; i++) {
            double v[2];
            mean_drift(s->look, i * w, j * h, w, h, v);
            const double speed = hypot(v[0], v[1]), length = 30 * fmin(speed / top, 1);
            if (speed < 0.08 * top)
                continue;
            draw_arrow(cr, b.x0 + (i + 0.5) * w * (b.x1 - b.x0),
                       b.y0 + (j + 0.5) * h * (b.y1 - b.y0), length * v[0] / speed,
                       length * v[1] / speed);
        }
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.6);
    cairo_set_line_width(cr, 4);
    cairo_stroke_preserve(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_line_width(cr, 1.8);
    cairo_stroke(cr);
}

/* ---- regions ---- */

static int touch(snq__box a, snq__box b)
{
    return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

/* A region's box on the map, within it and large enough to see. */
static snq__box region_box(const snq__watch_sheet *s, snq__box map, const snq_sight_region *r)
{
    const double kx = (map.x1 - map.x0) / fmax(s->sight->video.width, 1);
    const double ky = (map.y1 - map.y0) / fmax(s->sight->video.height, 1);
    snq__box b = { map.x0 + r->x * kx, map.y0 + r->y * ky, map.x0 + (r->x + r->width) * kx,
                   map.y0 + (r->y + r->height) * ky };
    b.x0 = fmin(fmax(b.x0, map.x0 + 1.5), map.x1 - 7.5);
    b.y0 = fmin(fmax(b.y0, map.y0 + 1.5), map.y1 - 7.5);
    b.x1 = fmin(fmax(b.x1, b.x0 + 6), map.x1 - 1.5);
    b.y1 = fmin(fmax(b.y1, b.y0 + 6), map.y1 - 1.5);
    return b;
}

static void outline(snq__canvas *c, snq__box b, double width, snq__ink ink)
{
    const double half = width / 2; /* corners are of the lines across alone */
    snq__line(c, (snq__box) { b.x0 - half, b.y0, b.x1 + half, b.y0 }, width, 0, ink);
    snq__line(c, (snq__box) { b.x0 - half, b.y1, b.x1 + half, b.y1 }, width, 0, ink);
    snq__line(c, (snq__box) { b.x0, b.y0 + half, b.x0, b.y1 - half }, width, 0, ink);
    snq__line(c, (snq__box) { b.x1, b.y0 + half, b.x1, b.y1 - half }, width, 0, ink);
}

/* Above the box, within it, under it, or nowhere. Returns whether `taken` has one more. */
static int draw_region_label(snq__watch_sheet *s, snq__box map, snq__box b, const char *text,
                             snq__box *taken, uint32_t n)
{
    const snq__type type = { .size = SNQ__SIZE_SMALL, .bold = 1, .ink = SNQ__INK_TEXT };
    const double w = snq__text_width(&s->canvas, &type, text) + 10, h = 21;
    const double x = fmin(fmax(b.x0, map.x0 + 2), map.x1 - w - 2);
    const double y[] = { b.y0 - h - 2, b.y0 + 3, b.y1 + 2, b.y1 - h - 3 };
    for (size_t k = 0; k < SNQ_COUNT(y); k++) {
        const snq__box at = { x, y[k], x + w, y[k] + h };
        int free = at.x0 >= map.x0 && at.y0 >= map.y0 && at.x1 <= map.x1 && at.y1 <= map.y1;
        for (uint32_t i = 0; i < n && free; i++)
            free = !touch(at, taken[i]);
        if (!free)
            continue;
        snq__fill_round(&s->canvas, at, 4, (SNQ__INK_PAPER & ~255u) | 0xD8);
        snq__text(&s->canvas, &type, at.x0 + 5, at.y1 - 5.5, text);
        taken[n] = at;
        return 1;
    }
    return 0;
}

static void draw_regions(snq__watch_sheet *s, snq__box map, const snq_sight_band *band)
{
    char text[64], hz[SNQ__LABEL_BYTES];
    snq__box taken[LABELS_MAX];
    uint32_t labels = 0;
    const uint32_t n = band->regions < BOXES_MAX ? band->regions : BOXES_MAX;
    for (uint32_t i = n; i-- > 0;) {
        const snq__box b = region_box(s, map, &band->region[i]);
        /* dark around it, since the hottest is as light as the line */
        if (i < LABELS_MAX)
            outline(&s->canvas, b, 5, SHADE_INK);
        outline(&s->canvas, b, i < LABELS_MAX ? 2 : 1, i < LABELS_MAX ? BOX_INK : FAINT_INK);
    }
    for (uint32_t i = 0; i < n && i < LABELS_MAX; i++) {
        const snq_sight_region *r = &band->region[i];
        if (r->dominant_hz.reason)
            snprintf(text, sizeof text, "%u", i + 1);
        else
            snprintf(text, sizeof text, "%u  \xC2\xB7  %s Hz", i + 1,
                     snq__put_three(hz, r->dominant_hz.value));
        const snq__box b = region_box(s, map, r);
        int done = draw_region_label(s, map, b, text, taken, labels);
        if (!done && !r->dominant_hz.reason) {
            snprintf(text, sizeof text, "%u", i + 1);
            done = draw_region_label(s, map, b, text, taken, labels);
        }
        labels += (uint32_t)done;
    }
}

/* ---- a map ---- */

/* 0, a bar of heat, the top; and at the right end how many regions there are. */
static void draw_scale(snq__watch_sheet *s, snq__box map, double top, uint32_t regions)
{
    char text[64], number[SNQ__LABEL_BYTES];
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    const double y = map.y1 + 21, px = 1 / s->canvas.scale;
    double x = map.x0 + snq__text(&s->canvas, &type, map.x0, y, "0") + 7;
    const double x1 = x + fmin(90, (map.x1 - map.x0) / 4);
    for (double at = x; at < x1; at += px)
        snq__fill(&s->canvas, (snq__box) { at, y - 12, at + px, y },
                  colour_of(40, (float)((at - x) / (x1 - x))) << 8 | 255);
    snprintf(text, sizeof text, "%s px/s", snq__put_three(number, top));
    x = x1 + 7 + snq__text(&s->canvas, &type, x1 + 7, y, text);
    if (!regions)
        return;
    type.anchor = 1;
    snprintf(text, sizeof text, "%u %s", regions, regions == 1 ? "region" : "regions");
    if (snq__text_width(&s->canvas, &type, text) < map.x1 - x - 12)
        snq__text(&s->canvas, &type, map.x1, y, text);
}

static void draw_name(snq__watch_sheet *s, snq__box map, int layer)
{
    char range[SNQ__LABEL_BYTES];
    const snq__type bold = { .size = SNQ__SIZE_TEXT, .bold = 1, .ink = SNQ__INK_TEXT };
    snq__type small = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    const double y = map.y0 - 9;
    double x = map.x0;
    if (layer >= 0 && layer < SNQ_SIGHT_BANDS) {
        snq__fill_round(&s->canvas, (snq__box) { x, y - 13, x + 14, y + 1 }, 3,
                        snq__watch_ink(layer));
        x += 22;
    }
    const char *name = layer < 0                   ? "The frame"
                       : layer == SNQ__WATCH_DRIFT ? "drift"
                                                   : snq_sight_band_name((uint32_t)layer);
    x += snq__text(&s->canvas, &bold, x, y, name) + 10;
    const char *more = layer < 0                   ? ""
                       : layer == SNQ__WATCH_DRIFT ? "mean flow, 0 Hz"
                                                   : snq__put_band(range, layer);
    if (x + snq__text_width(&s->canvas, &small, more) <= map.x1 + 1)
        snq__text(&s->canvas, &small, x, y, more);
}

static void say_in(snq__watch_sheet *s, snq__box map, const char *text)
{
    const snq__type type = { .size = SNQ__SIZE_SMALL,
                             .ink = SNQ__INK_TEXT,
                             .most = map.x1 - map.x0 - 24 };
    const double w = snq__text_width(&s->canvas, &type, text);
    const snq__box b = { map.x0 + 6, map.y0 + 6, map.x0 + 18 + w, map.y0 + 30 };
    snq__fill_round(&s->canvas, b, 4, (SNQ__INK_PAPER & ~255u) | 0xD8);
    snq__text(&s->canvas, &type, b.x0 + 6, b.y1 - 7, text);
}

/* Lengths of the drift's vectors, owned by the caller; NULL without memory. */
static float *drift_speed(const snq_watch_look *l)
{
    const size_t n = (size_t)l->across * l->down;
    float *speed = snq_calloc(n, sizeof *speed);
    for (size_t i = 0; i < n && speed; i++)
        speed[i] = hypotf(l->drift[2 * i], l->drift[2 * i + 1]);
    return speed;
}

static snq_status draw_drift_map(snq__watch_sheet *s, snq__box map)
{
    float *speed = drift_speed(s->look);
    if (!speed)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a map of the drift");
    const double top = top_of(speed, s->look->across * s->look->down);
    const snq_status st = paint(s, map, speed, top);
    snq_free(speed);
    if (st >= 0) {
        draw_arrows(s, map, top);
        draw_scale(s, map, top, 0);
    }
    return st;
}

static snq_status draw_map(snq__watch_sheet *s, snq__box map, int layer)
{
    const snq_watch_look *l = s->look;
    draw_name(s, map, layer);
    if (layer == SNQ__WATCH_DRIFT)
        return draw_drift_map(s, map);
    if (layer < 0)
        return paint(s, map, NULL, 1);
    const snq_sight_band *band = &s->sight->band[layer];
    const uint32_t cells = l->across * l->down;
    const float *heat = l->speed + (size_t)layer * cells;
    const double top = top_of(heat, cells);
    SNQ_TRY(paint(s, map, band->still ? NULL : heat, top));
    if (band->still) {
        say_in(s, map, "nothing moves here");
        return SNQ_OK;
    }
    draw_regions(s, map, band);
    draw_scale(s, map, top, band->regions);
    return SNQ_OK;
}

snq_status snq__watch_sheet_maps(snq__watch_sheet *s)
{
    const snq__watch_layout *at = &s->at;
    const snq__box all = { SNQ__PAGE_X0, at->where_y, SNQ__PAGE_X1, at->where_y };
    const snq__key words = { "mean speed over the time looked at", 0, 0, 0 };
    snq__panel_title(&s->canvas, all, "Where it moves", "", NULL);
    if (at->maps && at->layer[0] >= 0)
        snq__panel_legend(&s->canvas, all, &words, 1);
    if (!at->maps) {
        snq__fill_round(&s->canvas, at->no_maps, 8, SNQ__INK_PANEL);
        snq__panel_say(&s->canvas, at->no_maps,
                       s->sight->motion_reason ? s->sight->motion_reason
                                               : "There are no maps of this video.");
    }
    for (uint32_t i = 0; i < at->maps; i++)
        SNQ_TRY(draw_map(s, at->map[i], at->layer[i]));
    if (at->maps == 1 && at->layer[0] < 0 && s->sight->motion_reason)
        say_in(s, at->map[0], s->sight->motion_reason);
    return SNQ_OK;
}
