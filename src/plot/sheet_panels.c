// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>

#include "plot/sheet_impl.h"

double snq__sheet_x(const snq__sheet *s, double t_s)
{
    const snq__box b = s->at.wave;
    return b.x0 + (b.x1 - b.x0) * fmin(fmax(t_s / s->duration_s, 0.0), 1.0);
}

double snq__sheet_y(snq__box panel, double lo, double hi, double value)
{
    const double part = (value - lo) / (hi - lo);
    return panel.y1 - (panel.y1 - panel.y0) * fmin(fmax(part, 0.0), 1.0);
}

void snq__sheet_panel(snq__sheet *s, snq__box panel, const char *title, const char *unit,
                      const char *unit_right)
{
    const double y = panel.y0 - s->at.legend_y;
    const snq__type bold = { .size = SNQ__SIZE_TEXT, .bold = 1, .ink = SNQ__INK_TEXT };
    snq__type small = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&s->canvas, &bold, panel.x0, y, title);
    snq__text(&s->canvas, &small, panel.x0 - 12, y, unit);
    small.anchor = 0;
    if (unit_right)
        snq__text(&s->canvas, &small, panel.x1 + 12, y, unit_right);
}

void snq__sheet_tick(snq__sheet *s, snq__box panel, double y, const char *label)
{
    const snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&s->canvas, &type, panel.x0 - 12, y + 0.36 * SNQ__SIZE_TICK, label);
    if (y > panel.y0 + 2 && y < panel.y1 - 2)
        snq__line(&s->canvas, (snq__box) { panel.x0, y, panel.x1, y }, 1, 0, SNQ__INK_GRID);
}

void snq__sheet_legend(snq__sheet *s, snq__box panel, const snq__key *key, uint32_t keys)
{
    const double y = panel.y0 - s->at.legend_y;
    const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    double x = panel.x1;
    for (uint32_t i = keys; i-- > 0;) {
        const double stroke = key[i].width > 0 ? 34 : 14, middle = y - 0.36 * SNQ__SIZE_SMALL;
        x -= snq__text(&s->canvas, &type, x, y, key[i].text) + 8;
        if (!key[i].ink)
            continue;
        if (key[i].width > 0)
            snq__line(&s->canvas, (snq__box) { x - stroke, middle, x, middle }, key[i].width,
                      key[i].dash, key[i].ink);
        else
            snq__fill_round(&s->canvas,
                            (snq__box) { x - stroke, middle - stroke / 2, x, middle + stroke / 2 },
                            3, key[i].ink);
        x -= stroke + 26;
    }
}

void snq__sheet_say(snq__sheet *s, snq__box panel, const char *text)
{
    const snq__type type = { .size = SNQ__SIZE_TEXT,
                             .ink = SNQ__INK_TICK,
                             .anchor = 0.5,
                             .most = panel.x1 - panel.x0 - 40 };
    snq__text(&s->canvas, &type, (panel.x0 + panel.x1) / 2,
              (panel.y0 + panel.y1) / 2 + 0.36 * SNQ__SIZE_TEXT, text);
}

void snq__sheet_time_axis(snq__sheet *s)
{
    const snq__box last = s->at.loudness;
    snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK, .anchor = 0.5 };
    const double y = last.y1 + 8 + SNQ__SIZE_TICK;
    for (uint32_t i = 0; i < s->time.ticks; i++) {
        const double x = snq__sheet_x(s, s->time.tick[i].value);
        snq__text(&s->canvas, &type, x, y, s->time.tick[i].label);
        snq__line(&s->canvas, (snq__box) { x, last.y1, x, last.y1 + 6 }, 1, 0, SNQ__INK_TICK);
    }
    /* right of the last label, which may stand at the edge */
    type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&s->canvas, &type, s->at.figures.x1, y, s->time.unit);
}
