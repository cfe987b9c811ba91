// SPDX-License-Identifier: MIT
/* IDEA   Cuts, fades, flashes and accents, each kind with a mark of its own, in a lane over the lanes of
 *        motion; cuts go on as lines through these.
 * STEPS  marks while they are few; where they are many, of each pixel column the most important kind
 *        (cut, fade, flash, accent) as a line in the lane alone
 * CONST  60 lines, 200 marks: as of regions (sheet_regions.c). */
#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/watch_sheet_impl.h"

enum { LINES_MAX = 60, MARKS_MAX = 200, KINDS = SNQ__WATCH_EVENT_KINDS };

static const snq__ink ink_of[KINDS] = { SNQ__INK_TEXT, SNQ__INK_MOMENTARY, SNQ__INK_SHORT_TERM,
                                        SNQ__INK_TARGET };

static void dip(cairo_t *cr, snq__ink ink)
{
    cairo_set_source_rgb(cr, (ink >> 24) / 255.0, (ink >> 16 & 255) / 255.0,
                         (ink >> 8 & 255) / 255.0);
}

void snq__watch_event_mark(snq__canvas *c, double x, double y, snq_sight_event_kind kind,
                           double strength, snq__ink ink)
{
    cairo_t *cr = c->cr;
    const double r = 6 + 4 * fmin(fmax(strength, 0), 1);
    switch (kind) {
    case SNQ_SIGHT_CUT:
        cairo_rectangle(cr, x - 1.5, y - 13, 3, 26);
        break;
    case SNQ_SIGHT_FADE: /* a ramp */
        cairo_move_to(cr, x - 10, y + 9);
        cairo_line_to(cr, x + 10, y + 9);
        cairo_line_to(cr, x + 10, y - 9);
        cairo_close_path(cr);
        break;
    case SNQ_SIGHT_FLASH: /* a star of four points */
        for (int i = 0; i < 8; i++) {
            const double a = i * M_PI / 4, far = i % 2 ? 0.36 * r : 1.15 * r;
            cairo_line_to(cr, x + far * sin(a), y - far * cos(a));
        }
        cairo_close_path(cr);
        break;
    case SNQ_SIGHT_ACCENT:
        cairo_move_to(cr, x - 0.7 * r, y + 11);
        cairo_line_to(cr, x + 0.7 * r, y + 11);
        cairo_line_to(cr, x, y + 11 - 2 * r);
        cairo_close_path(cr);
        break;
    }
    dip(cr, ink);
    cairo_fill(cr);
}

static void draw_dense(snq__watch_sheet *s)
{
    const snq__box b = s->at.events;
    const double px = 1 / s->canvas.scale;
    for (int kind = KINDS - 1; kind >= 0; kind--) {
        double last = -1e9;
        for (uint32_t i = 0; i < s->sight->events; i++) {
            const double x = snq__snap(&s->canvas, snq__watch_x(s, s->sight->event[i].t_s));
            if ((int)s->sight->event[i].kind != kind || x < last + px / 2)
                continue;
            last = x;
            const double cut = kind == SNQ_SIGHT_CUT ? 2 : 4 + 3 * kind;
            snq__fill(&s->canvas, (snq__box) { x, b.y0 + cut, fmin(x + px, b.x1), b.y1 - 2 },
                      ink_of[kind]);
        }
    }
}

static void draw_lines(snq__watch_sheet *s, uint32_t cuts)
{
    if (cuts > LINES_MAX)
        return;
    for (uint32_t i = 0; i < s->sight->events; i++) {
        const double x = snq__watch_x(s, s->sight->event[i].t_s);
        if (s->sight->event[i].kind == SNQ_SIGHT_CUT)
            snq__line(&s->canvas, (snq__box) { x, s->at.events.y1, x, s->at.light.y1 }, 1, 0,
                      SNQ__INK_EDGE);
    }
}

static void count_kinds(const snq_sight *s, uint32_t count[KINDS])
{
    memset(count, 0, KINDS * sizeof *count);
    for (uint32_t i = 0; !s->events_reason && i < s->events; i++)
        count[s->event[i].kind % KINDS]++;
}

uint32_t snq__watch_event_keys(const snq__watch_sheet *s, char text[KINDS][48], snq__key *key)
{
    static const char *const plural[KINDS] = { "cuts", "fades", "flashes", "accents" };
    uint32_t count[KINDS], keys = 0;
    count_kinds(s->sight, count);
    if (!s->sight->motion_reason && s->look->steps)
        key[keys++] = (snq__key) { "RMS speed of the frame", 0, 0, 0 };
    for (uint32_t k = 0; k < KINDS; k++) {
        if (!count[k])
            continue;
        snprintf(text[k], sizeof text[k], "%u %s", count[k],
                 count[k] == 1 ? snq_sight_event_name(k) : plural[k]);
        key[keys++] = (snq__key) { text[k], ink_of[k], 0, 0 };
    }
    return keys;
}

static void draw_title(snq__watch_sheet *s)
{
    char text[KINDS][48];
    snq__key key[KINDS + 2];
    uint32_t keys = snq__watch_event_keys(s, text, key), changes = 0;
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++)
        if (!snq__watch_unobservable(s->sight, i) &&
            s->sight->band[i].changes <= SNQ__WATCH_CHANGES_MAX)
            changes += s->sight->band[i].changes;
    if (changes)
        key[keys++] = (snq__key) { "\xE2\x96\xBE change in a band", 0, 0, 0 };
    snq__panel_title(&s->canvas, s->at.events, "When it moves", "", NULL);
    snq__panel_legend(&s->canvas, s->at.events, key, keys);
}

void snq__watch_sheet_events(snq__watch_sheet *s)
{
    draw_title(s);
    snq__watch_events(s);
}

void snq__watch_events(snq__watch_sheet *s)
{
    const snq_sight *sight = s->sight;
    const snq__box b = s->at.events;
    uint32_t count[KINDS];
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__fill_round(&s->canvas, b, 5, SNQ__INK_PANEL);
    snq__text(&s->canvas, &type, b.x0 - 12, b.y1 - 9, "events");
    count_kinds(sight, count);
    if (sight->events_reason || !sight->events) {
        type = (snq__type) { .size = SNQ__SIZE_SMALL,
                             .ink = SNQ__INK_FAINT,
                             .most = b.x1 - b.x0 - 16 };
        snq__text(&s->canvas, &type, b.x0 + 8, b.y1 - 9,
                  sight->events_reason ? sight->events_reason : "no cut, fade, flash or accent");
        return;
    }
    draw_lines(s, count[SNQ_SIGHT_CUT]);
    if (sight->events > MARKS_MAX) {
        draw_dense(s);
        return;
    }
    for (uint32_t i = sight->events; i-- > 0;)
        snq__watch_event_mark(&s->canvas, snq__watch_x(s, sight->event[i].t_s), (b.y0 + b.y1) / 2,
                              sight->event[i].kind, sight->event[i].strength,
                              ink_of[sight->event[i].kind % KINDS]);
}
