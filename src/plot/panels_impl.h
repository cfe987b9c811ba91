// SPDX-License-Identifier: MIT
/* panels -- what the sheets have in common: inks, sizes of text, and the parts that panels are made of
 * (private to plot; part of the module). */
#ifndef SNQ_PLOT_PANELS_IMPL_H
#define SNQ_PLOT_PANELS_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "plot/axis_impl.h"
#include "plot/canvas_impl.h"
#include "plot/sheet.h"
#include "score/measure.h"

/* Everything on paper: 0xRRGGBBAA. Low, mid and high differ in lightness and along the axis from
 * blue to yellow, which every kind of colour vision but total blindness keeps, and that keeps the
 * lightness. */
#define SNQ__INK_PAPER      0x0D1017FFu
#define SNQ__INK_PANEL      0x10141DFFu
#define SNQ__INK_CARD       0x171C27FFu
#define SNQ__INK_REGION     0x1A2231FFu
#define SNQ__INK_EDGE       0xC8D8F038u
#define SNQ__INK_GRID       0xFFFFFF14u
#define SNQ__INK_BAR        0xFFFFFF30u
#define SNQ__INK_TICK       0xA4AFBFFFu
#define SNQ__INK_TEXT       0xEEF1F6FFu
#define SNQ__INK_LOW        0x2F6FE4FFu
#define SNQ__INK_MID        0xF29A2EFFu
#define SNQ__INK_HIGH       0xFFF6DCFFu
#define SNQ__INK_MOMENTARY  0x6FA5F5FFu
#define SNQ__INK_SHORT_TERM 0xFFC24AFFu
#define SNQ__INK_TARGET     0x63E0C4FFu
#define SNQ__INK_WARN       0xFFB454FFu

/* Text sizes (units). */
#define SNQ__SIZE_TITLE     36.0
#define SNQ__SIZE_FIGURE    33.0
#define SNQ__SIZE_TEXT      20.0
#define SNQ__SIZE_TICK      18.0
#define SNQ__SIZE_SMALL     16.0

/* Baselines of the title and of the line under it; from a panel's top up to the baseline above it. */
#define SNQ__TITLE_Y        66.0
#define SNQ__FORMAT_Y       104.0
#define SNQ__LEGEND_Y       17.0
/* Everything is between these. */
#define SNQ__PAGE_X0        40.0
#define SNQ__PAGE_X1        1560.0
/* Panels with axes on both sides. */
#define SNQ__PANEL_X0       124.0
#define SNQ__PANEL_X1       1470.0

/* y of a level in a panel from lo (bottom) to hi. */
double snq__panel_y(snq__box panel, double lo, double hi, double value);
/* Title above a panel, and units above its axes; unit_right may be NULL. */
void snq__panel_title(snq__canvas *c, snq__box panel, const char *title, const char *unit,
                      const char *unit_right);
/* A tick's label left of the panel, and its line across unless on its edge. */
void snq__panel_tick(snq__canvas *c, snq__box panel, double y, const char *label);
/* One line of words in the middle of a panel. */
void snq__panel_say(snq__canvas *c, snq__box panel, const char *text);
/* Ticks and labels under a panel whose edges are from_s and to_s. */
void snq__panel_times(snq__canvas *c, snq__box panel, const snq__axis *time, double from_s,
                      double to_s);
/* A swatch with words. */
typedef struct snq__key {
    const char *text;
    snq__ink ink;
    double width, dash; /* of the stroke; width 0: a square, ink 0: words alone */
} snq__key;
/* Right-aligned above the panel; the last is rightmost. */
void snq__panel_legend(snq__canvas *c, snq__box panel, const snq__key *key, uint32_t keys);

/* The sheet's title, elided in its middle, and at the right end whose sheet it is. `title` NULL: the last
 * part of `path`, which may be NULL too. Any bytes are legal. */
void snq__page_title(snq__canvas *c, const char *title, const char *path, const char *brand);

/* A card with a number, or the reason why there is none. */
typedef struct snq__figure {
    const char *name, *unit;
    int decimals;
    const char *reason;  /* of its section, or NULL */
    snq_measure measure; /* looked at unless there is a text */
    const char *text;    /* in place of the number, or NULL */
} snq__figure;
/* n cards, `a_row` in a row. */
void snq__figures(snq__canvas *c, snq__box all, const snq__figure *f, uint32_t n, uint32_t a_row);

/* sheet_png.c: rows of 0x??RRGGBB, `stride` pixels each, as a PNG of 256 colours into the sink. ERR_NOMEM, what the
 * sink said. */
SNQ_MUST_USE snq_status snq__sheet_png(const uint32_t *pixel, size_t stride, uint32_t width,
                                       uint32_t height, snq_sheet_sink sink, void *user);
/* What a canvas shows; `photo`: with all its colours. The same, and what snq__canvas_check says. */
SNQ_MUST_USE snq_status snq__sheet_png_canvas(const snq__canvas *c, int photo, snq_sheet_sink sink,
                                              void *user);

#endif
