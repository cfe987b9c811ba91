// SPDX-License-Identifier: MIT
/* IDEA   The portrait's cells stretched over the panel: where cells are narrower than a pixel their
 *        powers are averaged, where they are wider the picture goes straight from one to the next.
 * STEPS  column of pixel x   sum over cells of (share on the pixel) * 10^(level / 10), in dB; or, where
 *                            a pixel is within a cell, linear in dB between the cells' middles
 *        row of pixel y      linear in dB between rows, which are even on the log axis
 *        colour              level between floor and top, of `heat`
 * CONST  top: the level that one cell in 2000 exceeds, up to the next 5 dB, so that one click does not
 *        darken the rest. floor: the level that one sounding cell in 20 is under, down to the next
 *        5 dB, but 45 to 85 dB under the top (looked at on music, speech, field recordings).
 * COST   one power and one logarithm for each row of each pixel column. */
#include <cairo.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "plot/heat_impl.h"
#include "plot/sheet_impl.h"

enum { LEVELS = 256 };

typedef struct scale {
    double floor_db, top_db;
} scale;

/* The level that `part` of the counted cells are not above. */
static uint32_t quantile(const uint64_t count[LEVELS], uint64_t all, double part)
{
    const double want = part * (double)all;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < LEVELS; i++) {
        sum += count[i];
        if ((double)sum >= want && sum)
            return i;
    }
    return LEVELS - 1;
}

static scale scale_of(const snq_portrait *p)
{
    uint64_t count[LEVELS] = { 0 }, all = 0;
    for (size_t i = 0; i < (size_t)p->columns * p->rows; i++)
        count[p->level[i]]++;
    count[0] = 0; /* silence */
    for (uint32_t i = 0; i < LEVELS; i++)
        all += count[i];
    if (!all)
        return (scale) { -80, 0 };
    const double top = snq_portrait_level_db(p, (uint8_t)quantile(count, all, 0.9995));
    const double low = snq_portrait_level_db(p, (uint8_t)quantile(count, all, 0.05));
    scale s = { .top_db = 5 * ceil(top / 5) };
    s.floor_db = fmin(fmax(5 * floor(low / 5), s.top_db - 85), s.top_db - 45);
    return s;
}

/* The spectrum at one pixel column that covers the cells [from, to): dB into to_db (rows,). */
static void column_db(const snq_portrait *p, const float power[LEVELS], double from, double to,
                      float *to_db)
{
    const uint32_t rows = p->rows, last = p->columns - 1;
    if (to - from <= 1) {
        const double at = fmin(fmax((from + to) / 2 - 0.5, 0), last);
        const uint32_t i = (uint32_t)at, j = i < last ? i + 1 : i;
        const uint8_t *a = p->level + (size_t)i * rows, *b = p->level + (size_t)j * rows;
        for (uint32_t r = 0; r < rows; r++)
            to_db[r] = (float)(p->top_db - SNQ_PORTRAIT_LEVEL_STEP *
                                               (255 - (a[r] + (at - i) * ((double)b[r] - a[r]))));
        return;
    }
    memset(to_db, 0, rows * sizeof *to_db);
    float sum = 0;
    for (uint32_t i = (uint32_t)from; i <= last && i < to; i++) {
        const float w = (float)(fmin(i + 1.0, to) - fmax(i, from));
        const uint8_t *a = p->level + (size_t)i * rows;
        sum += w;
        for (uint32_t r = 0; r < rows; r++)
            to_db[r] += w * power[a[r]];
    }
    for (uint32_t r = 0; r < rows; r++)
        to_db[r] = (float)p->top_db + 10 * log10f(to_db[r] / sum + 1e-13f);
}

/* One pixel column of the picture, top to bottom; stride in pixels. */
static void paint_column(const float *db, uint32_t rows, scale sc, uint32_t height, size_t stride,
                         uint32_t *to)
{
    const float slope = (float)((SNQ__HEAT_COLOURS - 1) / (sc.top_db - sc.floor_db));
    for (uint32_t y = 0; y < height; y++) {
        const float at =
            fminf(fmaxf((float)rows * (1 - ((float)y + 0.5f) / (float)height) - 0.5f, 0),
                  (float)(rows - 1));
        const uint32_t i = (uint32_t)at, j = i + 1 < rows ? i + 1 : i;
        const float level = db[i] + (at - (float)i) * (db[j] - db[i]);
        const float heat =
            fminf(fmaxf((level - (float)sc.floor_db) * slope, 0), SNQ__HEAT_COLOURS - 1);
        to[y * stride] = snq__heat[(uint32_t)(heat + 0.5f)];
    }
}

static snq_status paint(snq__sheet *s, scale sc)
{
    const snq_portrait *p = s->p;
    const snq__box b = s->at.spectrum;
    const int w = (int)lround((b.x1 - b.x0) * s->canvas.scale);
    const int h = (int)lround((b.y1 - b.y0) * s->canvas.scale);
    float power[LEVELS];
    float *db = snq_calloc(p->rows, sizeof *db);
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    snq_status st = SNQ_OK;
    if (!db || cairo_surface_status(picture)) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrogram of %d x %d pixels", w, h);
        goto end;
    }
    for (int i = 0; i < LEVELS; i++)
        power[i] = powf(10, (float)(SNQ_PORTRAIT_LEVEL_STEP * (i - 255) / 10));
    uint32_t *pixel = (uint32_t *)(void *)cairo_image_surface_get_data(picture);
    const size_t stride = (size_t)cairo_image_surface_get_stride(picture) / sizeof *pixel;
    const double cells = (double)p->frames / (double)p->column_frames / w;
    for (int x = 0; x < w; x++) {
        column_db(p, power, x * cells, (x + 1) * cells, db);
        paint_column(db, p->rows, sc, (uint32_t)h, stride, pixel + x);
    }
    cairo_surface_mark_dirty(picture);
    snq__put_picture(&s->canvas, picture, b);
end:
    cairo_surface_destroy(picture);
    snq_free(db);
    return st;
}

static void draw_colour_bar(snq__sheet *s, scale sc)
{
    const snq__box b = s->at.spectrum;
    const snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK };
    const double x0 = b.x1 + 12, x1 = x0 + 16, px = 1 / s->canvas.scale;
    snq__axis axis;
    for (double y = b.y0; y < b.y1 - px / 2; y += px) {
        const double part = (b.y1 - y - px / 2) / (b.y1 - b.y0);
        snq__fill(&s->canvas, (snq__box) { x0, y, x1, y + px },
                  snq__heat[(int)lround((SNQ__HEAT_COLOURS - 1) * part)] << 8 | 255);
    }
    snq__db_axis(sc.floor_db, sc.top_db, 10, &axis);
    for (uint32_t i = 0; i < axis.ticks; i++) {
        const double y = snq__panel_y(b, sc.floor_db, sc.top_db, axis.tick[i].value);
        snq__text(&s->canvas, &type, x1 + 8, y + 0.36 * SNQ__SIZE_TICK, axis.tick[i].label);
    }
}

snq_status snq__sheet_spectrum(snq__sheet *s)
{
    const snq_portrait *p = s->p;
    const snq__box b = s->at.spectrum;
    snq__axis axis;
    snq__panel_title(&s->canvas, b, "Spectrogram", "Hz", "dBFS");
    if (!p->rows || !p->columns) {
        snq__panel_say(&s->canvas, b, "The sample rate leaves nothing above 20 Hz.");
        return SNQ_OK;
    }
    const snq__key note = { "level within each semitone", 0, 0, 0 };
    snq__panel_legend(&s->canvas, b, &note, 1);
    const scale sc = scale_of(p);
    SNQ_TRY(paint(s, sc));
    draw_colour_bar(s, sc);
    const double lo = -0.5, hi = p->rows - 0.5;
    snq__hz_axis(snq_portrait_row_hz(lo), snq_portrait_row_hz(hi), &axis);
    for (uint32_t i = 0; i < axis.ticks; i++)
        snq__panel_tick(&s->canvas, b,
                        snq__panel_y(b, lo, hi, snq_portrait_hz_row(axis.tick[i].value)),
                        axis.tick[i].label);
    return SNQ_OK;
}
