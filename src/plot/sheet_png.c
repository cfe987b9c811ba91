// SPDX-License-Identifier: MIT
/* IDEA   libpng itself, since cairo's own writer leaves no choice: a picture of 256 colours
 *        (palette.h), without a filter, which suits those; or, where there is a photograph on it, of all
 *        colours.
 * CONST  zlib level 6: 7 % smaller than 4 and 2 % larger than 9, which takes twice the time (a sheet of
 *        music, 1600 px).
 * LIMITS libpng ends a failed call by longjmp, over no frame of ours that owns anything. */
#include <cairo.h>
#include <png.h>
#include <setjmp.h>
#include <zlib.h>

#include "plot/heat_impl.h"
#include "plot/palette_impl.h"
#include "plot/panels_impl.h"

typedef struct outlet {
    snq_sheet_sink sink;
    void *user;
    snq_status st;
} outlet;

static void put_bytes(png_structp png, png_bytep bytes, size_t n)
{
    outlet *o = png_get_io_ptr(png);
    o->st = o->sink(o->user, (const char *)bytes, n);
    if (o->st < 0)
        png_error(png, "the sink refused");
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

/* libpng would print. */
static void fall(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void hush(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* What all pictures are written with. */
static void begin(png_structp png, png_infop info, const uint32_t size[2], int kind)
{
    png_set_IHDR(png, info, size[0], size[1], 8, kind, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_compression_buffer_size(png, 1 << 16);
}

static void write_indices(png_structp png, png_infop info, const snq__palette *p,
                          const uint32_t size[2])
{
    png_color colour[SNQ__PALETTE_MAX];
    for (uint32_t i = 0; i < p->colours; i++)
        colour[i] = (png_color) { (png_byte)(p->rgb[i] >> 16), (png_byte)(p->rgb[i] >> 8),
                                  (png_byte)p->rgb[i] };
    begin(png, info, size, PNG_COLOR_TYPE_PALETTE);
    png_set_PLTE(png, info, colour, (int)p->colours);
    png_set_compression_level(png, 6);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_write_info(png, info);
    for (uint32_t y = 0; y < size[1]; y++)
        png_write_row(png, p->index + (size_t)y * size[0]);
    png_write_end(png, NULL);
}

static void write_colours(png_structp png, png_infop info, const uint32_t *pixel, size_t stride,
                          const uint32_t size[2])
{
    begin(png, info, size, PNG_COLOR_TYPE_RGB);
    png_set_compression_level(png, 4);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_write_info(png, info);
    /* 0x??RRGGBB as it lies in memory */
    png_set_bgr(png);
    png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (uint32_t y = 0; y < size[1]; y++)
        png_write_row(png, (png_const_bytep)(pixel + y * stride));
    png_write_end(png, NULL);
}

/* Of the palette, or where there is none of the pixels. */
static snq_status write_png(outlet *o, const snq__palette *p, const uint32_t *pixel, size_t stride,
                            const uint32_t size[2])
{
    png_infop info = NULL;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fall, hush);
    if (png)
        info = png_create_info_struct(png);
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for writing a PNG");
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return o->st < 0 ? o->st : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for writing a PNG");
    }
    png_set_write_fn(png, o, put_bytes, flush_bytes);
    if (p)
        write_indices(png, info, p, size);
    else
        write_colours(png, info, pixel, stride, size);
    png_destroy_write_struct(&png, &info);
    return SNQ_OK;
}

snq_status snq__sheet_png(const uint32_t *pixel, size_t stride, uint32_t width, uint32_t height,
                          snq_sheet_sink sink, void *user)
{
    outlet o = { sink, user, SNQ_OK };
    snq__palette p;
    SNQ_TRY(snq__palette_init(&p, pixel, stride, width, height, snq__heat, SNQ__HEAT_COLOURS));
    const snq_status st = write_png(&o, &p, pixel, stride, (const uint32_t[]) { width, height });
    snq__palette_clear(&p);
    return st;
}

snq_status snq__sheet_png_canvas(const snq__canvas *c, int photo, snq_sheet_sink sink, void *user)
{
    outlet o = { sink, user, SNQ_OK };
    SNQ_TRY(snq__canvas_check(c));
    cairo_surface_flush(c->surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(c->surface) / sizeof(uint32_t);
    const uint32_t *pixel = (uint32_t *)(void *)cairo_image_surface_get_data(c->surface);
    if (photo)
        return write_png(&o, NULL, pixel, stride, (const uint32_t[]) { c->width_px, c->height_px });
    return snq__sheet_png(pixel, stride, c->width_px, c->height_px, sink, user);
}
