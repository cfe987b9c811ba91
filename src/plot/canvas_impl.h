// SPDX-License-Identifier: MIT
/* canvas -- a bitmap to draw lines, areas and text on (private to plot; part of the module).
 *
 * Lengths are in units of 1/1600 of the sheet's width, x to the right, y down; text sizes too, so
 * that a sheet looks the same at every width. Pixels are opaque RGB.
 *
 * Text is drawn from the outlines of a font given as bytes, unhinted, one code point one glyph, left
 * to right: no shaping, which the scripts that need it (Arabic, Indic) lack. A glyph that the font
 * doesn't have is its own mark for that, usually a box. An object belongs to one thread at a time. */
#ifndef SNQ_PLOT_CANVAS_IMPL_H
#define SNQ_PLOT_CANVAS_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "plot/sheet.h"

#define SNQ__CANVAS_UNITS 1600.0

typedef uint32_t snq__ink; /* 0xRRGGBBAA, not premultiplied */

typedef struct snq__canvas {
    struct _cairo_surface *surface; /* cairo's and FreeType's own names of their types */
    struct _cairo *cr;
    double scale; /* pixels a unit */
    uint32_t width_px, height_px;
    struct FT_LibraryRec_ *library;
    struct FT_FaceRec_ *face[2]; /* regular, bold; the second may be the first */
} snq__canvas;

typedef struct snq__box {
    double x0, y0, x1, y1;
} snq__box;

typedef struct snq__type {
    double size; /* of the em, units */
    snq__ink ink;
    int bold;
    double anchor; /* 0: x is the left end, 0.5: the middle, 1: the right end */
    double most;   /* > 0: longer text is elided to this width */
    int middle;    /* elided in its middle, not at its end */
    int upwards;   /* turned by 90 degrees */
} snq__type;

/* Fonts are borrowed until clear. On error *c is cleared. ERR_FORMAT (a font), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__canvas_init(snq__canvas *c, uint32_t width_px, double height,
                                         const snq_sheet_cfg *cfg);
void snq__canvas_clear(snq__canvas *c);
/* ERR_NOMEM when anything failed so far. */
SNQ_MUST_USE snq_status snq__canvas_check(const snq__canvas *c);

/* Nearest edge between pixels to u, in units. */
double snq__snap(const snq__canvas *c, double u);

void snq__fill(snq__canvas *c, snq__box box, snq__ink ink);
/* Rounded corners. */
void snq__fill_round(snq__canvas *c, snq__box box, double radius, snq__ink ink);
/* Straight, `width` units wide but at least a pixel; vertical and horizontal ones are sharp. dash: lengths
 * of stroke and gap, 0: none. */
void snq__line(snq__canvas *c, snq__box from_to, double width, double dash, snq__ink ink);
/* Many upright bars one pixel wide, faster than by fill: between begin and end, nothing else draws. x in
 * pixels; y0 .. y1 in units, edges as smooth as fill's. Outside of the canvas nothing happens. */
void snq__bars_begin(snq__canvas *c);
void snq__bar(snq__canvas *c, uint32_t x_px, double y0, double y1, snq__ink ink);
void snq__bars_end(snq__canvas *c);

/* Pixel by pixel, its left upper corner at at.x0, at.y0. */
void snq__put_picture(snq__canvas *c, struct _cairo_surface *picture, snq__box at);

/* Width of text in units, as drawn (elided). */
double snq__text_width(const snq__canvas *c, const snq__type *type, const char *text);
/* Baseline at y; returns the width drawn. */
double snq__text(snq__canvas *c, const snq__type *type, double x, double y, const char *text);

/* What stays of n advances when they may take `most` in all and the mark costs `mark`: the first
 * *head and the last *tail. *head = n when all fit. */
void snq__elide(const double *advance, size_t n, double most, double mark, int middle, size_t *head,
                size_t *tail);

#endif
