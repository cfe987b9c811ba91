// SPDX-License-Identifier: MIT
/* IDEA   libpng itself, since cairo's own writer leaves no choice: a picture of 256 colours
 *        (palette.h), without a filter, which suits those.
 * CONST  zlib level 6: 7 % smaller than 4 and 2 % larger than 9, which takes twice the time (a sheet of
 *        music, 1600 px).
 * LIMITS libpng ends a failed call by longjmp, over no frame of ours that owns anything. */
#include <png.h>
#include <setjmp.h>
#include <zlib.h>

#include "plot/heat_impl.h"
#include "plot/palette_impl.h"
#include "plot/sheet_impl.h"

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

static void write_rows(png_structp png, png_infop info, const snq__palette *p,
                       const uint32_t size[2])
{
    png_color colour[SNQ__PALETTE_MAX];
    for (uint32_t i = 0; i < p->colours; i++)
        colour[i] = (png_color) { (png_byte)(p->rgb[i] >> 16), (png_byte)(p->rgb[i] >> 8),
                                  (png_byte)p->rgb[i] };
    png_set_IHDR(png, info, size[0], size[1], 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_PLTE(png, info, colour, (int)p->colours);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_compression_level(png, 6);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_buffer_size(png, 1 << 16);
    png_write_info(png, info);
    for (uint32_t y = 0; y < size[1]; y++)
        png_write_row(png, p->index + (size_t)y * size[0]);
    png_write_end(png, NULL);
}

static snq_status write_png(outlet *o, const snq__palette *p, const uint32_t size[2])
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
    write_rows(png, info, p, size);
    png_destroy_write_struct(&png, &info);
    return SNQ_OK;
}

snq_status snq__sheet_png(const uint32_t *pixel, size_t stride, uint32_t width, uint32_t height,
                          snq_sheet_sink sink, void *user)
{
    outlet o = { sink, user, SNQ_OK };
    snq__palette p;
    SNQ_TRY(snq__palette_init(&p, pixel, stride, width, height, snq__heat, SNQ__HEAT_COLOURS));
    const snq_status st = write_png(&o, &p, (const uint32_t[]) { width, height });
    snq__palette_clear(&p);
    return st;
}
