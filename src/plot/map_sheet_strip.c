// SPDX-License-Identifier: MIT
/* IDEA   The film as a strip: side by side what it looks like in the middle of each stretch.
 * STEPS  cell k of n covers [k, k + 1) T / n; it shows the thumb nearest to its middle, stretched to the cell, linear
 *        between pixels
 * LIMITS A shot that is shorter than a cell may have no picture; the marks under the strip tell of it. */
#include <cairo.h>
#include <math.h>

#include "plot/map_sheet_impl.h"

static double mix_at(const uint8_t *rgb, uint32_t w, uint32_t h, double x, double y, int k)
{
    const double u = fmin(fmax(x * w - 0.5, 0), w - 1.0), v = fmin(fmax(y * h - 0.5, 0), h - 1.0);
    const uint32_t i = (uint32_t)u, j = (uint32_t)v;
    const uint32_t i1 = i + 1 < w ? i + 1 : i, j1 = j + 1 < h ? j + 1 : j;
    const double a = u - i, b = v - j;
#define AT(x_, y_) rgb[3 * ((size_t)(y_)*w + (x_)) + (size_t)k]
    return (1 - b) * ((1 - a) * AT(i, j) + a * AT(i1, j)) +
           b * ((1 - a) * AT(i, j1) + a * AT(i1, j1));
#undef AT
}

static void paint(const snq_film_strip *s, uint32_t thumb, uint32_t *pixel, size_t stride, int w,
                  int h)
{
    const uint8_t *rgb = snq_film_strip_thumb(s, thumb);
    for (int j = 0; j < h; j++)
        for (int i = 0; i < w; i++) {
            uint32_t colour = 0;
            for (int k = 0; k < 3; k++)
                colour = colour << 8 | (uint32_t)(mix_at(rgb, s->width, s->height, (i + 0.5) / w,
                                                         (j + 0.5) / h, k) +
                                                  0.5);
            pixel[(size_t)j * stride + (size_t)i] = colour;
        }
}

static snq_status draw_thumb(snq__map_drawing *d, snq__box b, uint32_t thumb)
{
    snq__canvas *c = &d->film.canvas;
    const int w = (int)lround((b.x1 - b.x0) * c->scale), h = (int)lround((b.y1 - b.y0) * c->scale);
    if (w < 1 || h < 1)
        return SNQ_OK;
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    if (cairo_surface_status(picture)) {
        cairo_surface_destroy(picture);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a thumb of %d x %d pixels", w, h);
    }
    paint(&d->map->look->strip, thumb, (uint32_t *)(void *)cairo_image_surface_get_data(picture),
          (size_t)cairo_image_surface_get_stride(picture) / sizeof(uint32_t), w, h);
    cairo_surface_mark_dirty(picture);
    snq__put_picture(c, picture, b);
    cairo_surface_destroy(picture);
    return SNQ_OK;
}

snq_status snq__map_sheet_strip(snq__map_drawing *d)
{
    const snq_film_strip *s = &d->map->look->strip;
    const snq__watch_sheet *f = &d->film;
    const snq__box b = d->at.strip;
    const uint32_t n = d->at.thumbs;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__fill(&d->film.canvas, b, SNQ__INK_PANEL);
    snq__text(&d->film.canvas, &type, b.x0 - 12, (b.y0 + b.y1) / 2 + 6, "picture");
    if (!s->thumbs) {
        type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_FAINT };
        snq__text(&d->film.canvas, &type, b.x0 + 8, b.y1 - 8, "no pictures of this film");
        return SNQ_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        const double middle_s = f->from_s + (i + 0.5) / n * (f->to_s - f->from_s);
        snq__box cell = { b.x0 + (b.x1 - b.x0) * i / n, b.y0, b.x0 + (b.x1 - b.x0) * (i + 1) / n,
                          b.y1 };
        snq__watch_snap(&d->film.canvas, &cell);
        if (i + 1 < n)
            cell.x1 -= 1 / d->film.canvas.scale;
        SNQ_TRY(draw_thumb(d, cell, snq_film_strip_nearest(s, middle_s)));
    }
    return SNQ_OK;
}
