// SPDX-License-Identifier: MIT
/* IDEA   A region is a bar in a lane of its own and a lighter shade behind the panels. Where regions
 *        are too many for bars with edges, the lane tells how much of each pixel they cover.
 * STEPS  a bar that is wide enough says its number and level; edges go through the panels as fine
 *        lines while they are few
 * COST   one pass over the regions, one over the pixels. */
#include <math.h>
#include <stdio.h>

#include "plot/sheet_impl.h"

/* Edges of more regions than this would hide what is under them. */
enum { EDGES_MAX = 60, BARS_MAX = 200 };

static void draw_shade(snq__sheet *s, double x0, double x1, unsigned alpha)
{
    const snq__box panel[] = { s->at.wave, s->at.loudness };
    for (int k = 0; k < 2; k++)
        snq__fill(&s->canvas, (snq__box) { x0, panel[k].y0, x1, panel[k].y1 },
                  (SNQ__INK_REGION & 0xFFFFFF00u) | alpha);
}

static void draw_bar(snq__sheet *s, uint32_t i, double x0, double x1)
{
    char text[64], level[SNQ__LABEL_BYTES];
    const snq__box lane = s->at.regions;
    const snq_region *r = &s->h->region[i];
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TEXT };
    const snq__box bar = { x0 + 0.5, lane.y0, fmax(x1 - 0.5, x0 + 2), lane.y1 };
    snq__fill_round(&s->canvas, bar, 5, 0x33445FFF);
    const double room = bar.x1 - bar.x0 - 14;
    if (!r->level_dbfs.reason) {
        snprintf(text, sizeof text, "%u  \xC2\xB7  %s dBFS", i + 1,
                 snq__put_number(level, r->level_dbfs.value, 1));
        if (snq__text_width(&s->canvas, &type, text) <= room) {
            snq__text(&s->canvas, &type, bar.x0 + 8, lane.y1 - 9, text);
            return;
        }
    }
    type.anchor = 0.5;
    snprintf(text, sizeof text, "%u", i + 1);
    if (snq__text_width(&s->canvas, &type, text) <= room + 12)
        snq__text(&s->canvas, &type, (bar.x0 + bar.x1) / 2, lane.y1 - 9, text);
}

/* Pixel columns x0 .. x1 of the lane and the panels, as opaque as they are covered. */
static void draw_covered(snq__sheet *s, double x0, double x1, unsigned alpha)
{
    const snq__box lane = s->at.regions;
    if (!alpha || x1 <= x0)
        return;
    snq__fill(&s->canvas, (snq__box) { x0, lane.y0, x1, lane.y1 }, (0x4A628AFFu & ~255u) | alpha);
    draw_shade(s, x0, x1, alpha);
}

/* Many: how much of each pixel column they cover; regions ascend and don't overlap. */
static void draw_cover(snq__sheet *s)
{
    const snq_hearing *h = s->h;
    const double x0 = s->at.wave.x0, px = 1 / s->canvas.scale;
    const uint32_t n = (uint32_t)lround((s->at.wave.x1 - x0) / px);
    const double s_a_px = s->duration_s / n;
    uint32_t first = 0, run = 0;
    unsigned last = 0;
    for (uint32_t x = 0; x < n; x++) {
        const snq_span here = { x * s_a_px, (x + 1) * s_a_px };
        double sum = 0;
        while (first < h->regions && h->region[first].span.end_s <= here.start_s)
            first++;
        for (uint32_t i = first; i < h->regions && h->region[i].span.start_s < here.end_s; i++)
            sum += snq_span_overlap(h->region[i].span, here);
        const unsigned alpha = (unsigned)lround(255 * fmin(sum / s_a_px, 1));
        if (alpha != last) {
            draw_covered(s, x0 + run * px, x0 + x * px, last);
            run = x;
            last = alpha;
        }
    }
    draw_covered(s, x0 + run * px, x0 + n * px, last);
}

void snq__sheet_regions(snq__sheet *s)
{
    const snq_hearing *h = s->h;
    const snq__box lane = s->at.regions;
    const char *none = h->regions_reason ? h->regions_reason : h->no_regions_reason;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    char text[64];
    snq__text(&s->canvas, &type, lane.x0 - 12, lane.y1 - 9, "Regions");
    snq__fill_round(&s->canvas, lane, 5, SNQ__INK_PANEL);
    if (h->regions_reason || !h->regions) {
        type.anchor = 0;
        type.most = lane.x1 - lane.x0 - 16;
        snprintf(text, sizeof text, "none: %s", none ? none : "nothing found");
        snq__text(&s->canvas, &type, lane.x0 + 8, lane.y1 - 9, text);
        return;
    }
    type.anchor = 0;
    type.most = SNQ__CANVAS_UNITS - lane.x1 - 20;
    snprintf(text, sizeof text, "%u %s", h->regions, h->regions == 1 ? "region" : "regions");
    snq__text(&s->canvas, &type, lane.x1 + 12, lane.y1 - 9, text);
    if (h->regions > BARS_MAX) {
        draw_cover(s);
        return;
    }
    for (uint32_t i = 0; i < h->regions; i++) {
        const double x0 = snq__sheet_x(s, h->region[i].span.start_s);
        const double x1 = snq__sheet_x(s, h->region[i].span.end_s);
        draw_shade(s, x0, fmax(x1, x0 + 1), 255);
        draw_bar(s, i, x0, x1);
    }
}

void snq__sheet_region_edges(snq__sheet *s)
{
    const snq_hearing *h = s->h;
    const snq__box panel[] = { s->at.wave, s->at.spectrum, s->at.loudness };
    if (h->regions_reason || h->regions > EDGES_MAX)
        return;
    for (uint32_t i = 0; i < 2 * h->regions; i++) {
        const snq_span span = h->region[i / 2].span;
        const double x = snq__sheet_x(s, i & 1 ? span.end_s : span.start_s);
        for (int k = 0; k < 3; k++)
            if (x > panel[k].x0 + 1 && x < panel[k].x1 - 1)
                snq__line(&s->canvas, (snq__box) { x, panel[k].y0, x, panel[k].y1 }, 1, 0,
                          SNQ__INK_EDGE);
    }
}
