// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "plot/panels_impl.h"

double snq__panel_y(snq__box panel, double lo, double hi, double value)
{
    const double part = (value - lo) / (hi - lo);
    return panel.y1 - (panel.y1 - panel.y0) * fmin(fmax(part, 0.0), 1.0);
}

void snq__panel_title(snq__canvas *c, snq__box panel, const char *title, const char *unit,
                      const char *unit_right)
{
    const double y = panel.y0 - SNQ__LEGEND_Y;
    const snq__type bold = { .size = SNQ__SIZE_TEXT, .bold = 1, .ink = SNQ__INK_TEXT };
    snq__type small = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(c, &bold, panel.x0, y, title);
    snq__text(c, &small, panel.x0 - 12, y, unit);
    small.anchor = 0;
    if (unit_right)
        snq__text(c, &small, panel.x1 + 12, y, unit_right);
}

void snq__panel_tick(snq__canvas *c, snq__box panel, double y, const char *label)
{
    const snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(c, &type, panel.x0 - 12, y + 0.36 * SNQ__SIZE_TICK, label);
    if (y > panel.y0 + 2 && y < panel.y1 - 2)
        snq__line(c, (snq__box) { panel.x0, y, panel.x1, y }, 1, 0, SNQ__INK_GRID);
}

void snq__panel_legend(snq__canvas *c, snq__box panel, const snq__key *key, uint32_t keys)
{
    const double y = panel.y0 - SNQ__LEGEND_Y;
    const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    double x = panel.x1;
    for (uint32_t i = keys; i-- > 0;) {
        const double stroke = key[i].width > 0 ? 34 : 14, middle = y - 0.36 * SNQ__SIZE_SMALL;
        x -= snq__text(c, &type, x, y, key[i].text) + 8;
        if (!key[i].ink) {
            x -= 18;
            continue;
        }
        if (key[i].width > 0)
            snq__line(c, (snq__box) { x - stroke, middle, x, middle }, key[i].width, key[i].dash,
                      key[i].ink);
        else
            snq__fill_round(c,
                            (snq__box) { x - stroke, middle - stroke / 2, x, middle + stroke / 2 },
                            3, key[i].ink);
        x -= stroke + 26;
    }
}

void snq__panel_say(snq__canvas *c, snq__box panel, const char *text)
{
    const snq__type type = { .size = SNQ__SIZE_TEXT,
                             .ink = SNQ__INK_TICK,
                             .anchor = 0.5,
                             .most = panel.x1 - panel.x0 - 40 };
    snq__text(c, &type, (panel.x0 + panel.x1) / 2,
              (panel.y0 + panel.y1) / 2 + 0.36 * SNQ__SIZE_TEXT, text);
}

void snq__panel_times(snq__canvas *c, snq__box panel, const snq__axis *time, double from_s,
                      double to_s)
{
    snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK, .anchor = 0.5 };
    const double y = panel.y1 + 8 + SNQ__SIZE_TICK;
    for (uint32_t i = 0; i < time->ticks; i++) {
        const double part = fmin((time->tick[i].value - from_s) / (to_s - from_s), 1);
        const double x = panel.x0 + (panel.x1 - panel.x0) * part;
        snq__text(c, &type, x, y, time->tick[i].label);
        snq__line(c, (snq__box) { x, panel.y1, x, panel.y1 + 6 }, 1, 0, SNQ__INK_TICK);
    }
    /* right of the last label, which may stand at the edge */
    type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(c, &type, SNQ__PAGE_X1, y, time->unit);
}

/* ---- title ---- */

void snq__page_title(snq__canvas *c, const char *title, const char *path, const char *brand)
{
    snq_str text;
    const snq__type small = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__type large = { .size = SNQ__SIZE_TITLE, .bold = 1, .ink = SNQ__INK_TEXT, .middle = 1 };
    if (!title) {
        const char *slash = path ? strrchr(path, '/') : NULL;
        title = slash && slash[1] ? slash + 1 : path ? path : "";
    }
    const double words = snq__text(c, &small, SNQ__PAGE_X1, SNQ__TITLE_Y, brand);
    large.most = SNQ__PAGE_X1 - SNQ__PAGE_X0 - words - 40;
    snq_str_init(&text, 1 << 16);
    snq_str_put_printable(&text, title);
    snq__text(c, &large, SNQ__PAGE_X0, SNQ__TITLE_Y, snq_str_text(&text));
    snq_str_clear(&text);
}

/* ---- figures ---- */

/* In one line, or broken at a space into two. */
static void draw_reason(snq__canvas *c, double x, double y, double most, const char *text)
{
    char first[128];
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    size_t cut = strlen(text);
    if (cut >= sizeof first)
        cut = sizeof first - 1;
    memcpy(first, text, cut);
    first[cut] = '\0';
    while (snq__text_width(c, &type, first) > most) {
        char *space = strrchr(first, ' ');
        if (!space)
            break;
        *space = '\0';
    }
    type.most = most;
    cut = strlen(first);
    if (!text[cut]) {
        snq__text(c, &type, x, y, first);
        return;
    }
    snq__text(c, &type, x, y - 18, first);
    snq__text(c, &type, x, y + 3, text + cut + (text[cut] == ' '));
}

static void draw_figure(snq__canvas *c, snq__box card, const snq__figure *f)
{
    char text[SNQ__LABEL_BYTES];
    const char *why = f->reason ? f->reason : f->text ? NULL : f->measure.reason;
    const snq__type name = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    snq__type unit = { .size = SNQ__SIZE_TEXT, .ink = SNQ__INK_TICK };
    snq__type value = { .size = SNQ__SIZE_FIGURE, .bold = 1, .ink = SNQ__INK_TEXT };
    const double x = card.x0 + 16, y = card.y1 - 18;
    snq__fill_round(c, card, 8, SNQ__INK_CARD);
    snq__text(c, &name, x, card.y0 + 26, f->name);
    if (why) {
        value.ink = SNQ__INK_TICK;
        const double used = snq__text(c, &value, x, y, "\xE2\x80\x93") + 12;
        draw_reason(c, x + used, y, card.x1 - 10 - x - used, why);
        return;
    }
    value.most = card.x1 - 10 - x;
    const char *number = f->text ? f->text : snq__put_number(text, f->measure.value, f->decimals);
    const double used = snq__text(c, &value, x, y, number);
    unit.most = fmax(card.x1 - 10 - x - used - 8, 1);
    snq__text(c, &unit, x + used + 8, y, f->unit);
}

void snq__figures(snq__canvas *c, snq__box all, const snq__figure *f, uint32_t n, uint32_t a_row)
{
    const double gap = 12;
    const uint32_t rows = (n + a_row - 1) / a_row;
    const double w = (all.x1 - all.x0 + gap) / a_row, h = (all.y1 - all.y0 + gap) / rows;
    for (uint32_t i = 0; i < n; i++) {
        const double x = all.x0 + w * (i % a_row), y = all.y0 + h * (i / a_row);
        draw_figure(c, (snq__box) { x, y, x + w - gap, y + h - gap }, &f[i]);
    }
}
