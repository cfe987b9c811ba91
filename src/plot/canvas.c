// SPDX-License-Identifier: MIT
#include "plot/canvas_impl.h"

#include <cairo.h>
#include <ft2build.h>
#include <math.h>
#include <string.h>

#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/str.h"

/* ---- object ---- */

static snq_status open_font(FT_Library library, const snq_sheet_font *font, const char *what,
                            FT_Face *out)
{
    if (!font->bytes || !font->n || font->n > 1u << 30)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "no %s font to write on the picture with", what);
    if (FT_New_Memory_Face(library, font->bytes, (FT_Long)font->n, 0, out) != 0) {
        *out = NULL;
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the %s font can't be read", what);
    }
    if (!FT_IS_SCALABLE(*out) || (*out)->units_per_EM < 16)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the %s font has no outlines", what);
    return SNQ_OK;
}

snq_status snq__canvas_init(snq__canvas *c, uint32_t width_px, double height,
                            const snq_sheet_cfg *cfg)
{
    snq_status st;
    memset(c, 0, sizeof *c);
    c->scale = width_px / SNQ__CANVAS_UNITS;
    c->width_px = width_px;
    c->height_px = (uint32_t)lround(height * c->scale);
    if (FT_Init_FreeType(&c->library) != 0) {
        c->library = NULL;
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for drawing text");
    }
    SNQ_GOTO(open_font(c->library, &cfg->regular, "regular", &c->face[0]));
    if (cfg->bold.bytes)
        SNQ_GOTO(open_font(c->library, &cfg->bold, "bold", &c->face[1]));
    else
        c->face[1] = c->face[0];
    c->surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)c->width_px, (int)c->height_px);
    c->cr = cairo_create(c->surface);
    cairo_scale(c->cr, c->scale, c->scale);
    SNQ_GOTO(snq__canvas_check(c));
    return SNQ_OK;
fail:
    snq__canvas_clear(c);
    return st;
}

void snq__canvas_clear(snq__canvas *c)
{
    if (c->cr)
        cairo_destroy(c->cr);
    if (c->surface)
        cairo_surface_destroy(c->surface);
    if (c->library)
        FT_Done_FreeType(c->library); /* and the faces */
    memset(c, 0, sizeof *c);
}

snq_status snq__canvas_check(const snq__canvas *c)
{
    const cairo_status_t bad = cairo_status(c->cr);
    if (bad)
        return SNQ_FAIL(bad == CAIRO_STATUS_NO_MEMORY ? SNQ_ERR_NOMEM : SNQ_ERR_INTERNAL,
                        "drawing a picture of %u x %u pixels: %s", c->width_px, c->height_px,
                        cairo_status_to_string(bad));
    return SNQ_OK;
}

/* ---- shapes ---- */

static void dip(snq__canvas *c, snq__ink ink)
{
    cairo_set_source_rgba(c->cr, (ink >> 24) / 255.0, (ink >> 16 & 255) / 255.0,
                          (ink >> 8 & 255) / 255.0, (ink & 255) / 255.0);
}

double snq__snap(const snq__canvas *c, double u)
{
    return round(u * c->scale) / c->scale;
}

void snq__fill(snq__canvas *c, snq__box box, snq__ink ink)
{
    dip(c, ink);
    cairo_rectangle(c->cr, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
    cairo_fill(c->cr);
}

void snq__fill_round(snq__canvas *c, snq__box box, double radius, snq__ink ink)
{
    const double half = 0.5 * fmin(box.x1 - box.x0, box.y1 - box.y0);
    const double r = fmin(radius, half);
    if (half <= 0)
        return;
    dip(c, ink);
    cairo_new_sub_path(c->cr);
    cairo_arc(c->cr, box.x1 - r, box.y0 + r, r, -M_PI / 2, 0);
    cairo_arc(c->cr, box.x1 - r, box.y1 - r, r, 0, M_PI / 2);
    cairo_arc(c->cr, box.x0 + r, box.y1 - r, r, M_PI / 2, M_PI);
    cairo_arc(c->cr, box.x0 + r, box.y0 + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(c->cr);
    cairo_fill(c->cr);
}

void snq__line(snq__canvas *c, snq__box l, double width, double dash, snq__ink ink)
{
    const double dashes[2] = { dash, dash * 0.75 };
    const double px = fmax(1.0, round(width * c->scale)), w = px / c->scale;
    /* the middle of a line of an odd width is the middle of a pixel */
    const double off = fmod(px, 2.0) * 0.5 / c->scale;
    if (l.y0 == l.y1)
        l.y0 = l.y1 = snq__snap(c, l.y0 - off) + off;
    if (l.x0 == l.x1)
        l.x0 = l.x1 = snq__snap(c, l.x0 - off) + off;
    dip(c, ink);
    cairo_set_line_width(c->cr, w);
    cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(c->cr, dashes, dash > 0 ? 2 : 0, 0);
    cairo_move_to(c->cr, l.x0, l.y0);
    cairo_line_to(c->cr, l.x1, l.y1);
    cairo_stroke(c->cr);
    cairo_set_dash(c->cr, NULL, 0, 0);
}

void snq__bars_begin(snq__canvas *c)
{
    cairo_surface_flush(c->surface);
}

void snq__bars_end(snq__canvas *c)
{
    cairo_surface_mark_dirty(c->surface);
}

static uint32_t mix(uint32_t under, uint32_t over, double part)
{
    uint32_t mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const double a = under >> shift & 255, b = over >> shift & 255;
        mixed |= (uint32_t)(a + (b - a) * part + 0.5) << shift;
    }
    return mixed;
}

void snq__bar(snq__canvas *c, uint32_t x_px, double y0, double y1, snq__ink ink)
{
    const double top = fmax(y0 * c->scale, 0), bottom = fmin(y1 * c->scale, c->height_px);
    const size_t stride = (size_t)cairo_image_surface_get_stride(c->surface) / sizeof(uint32_t);
    if (x_px >= c->width_px || !(bottom > top))
        return;
    uint32_t *pixel = (uint32_t *)(void *)cairo_image_surface_get_data(c->surface) + x_px;
    for (uint32_t y = (uint32_t)top; y < bottom; y++) {
        const double cover = fmin(y + 1.0, bottom) - fmax(y, top);
        pixel[y * stride] = mix(pixel[y * stride], ink >> 8, cover * (ink & 255) / 255);
    }
}

void snq__put_picture(snq__canvas *c, cairo_surface_t *picture, snq__box at)
{
    const double x0 = round(at.x0 * c->scale), y0 = round(at.y0 * c->scale);
    cairo_save(c->cr);
    cairo_identity_matrix(c->cr);
    cairo_set_source_surface(c->cr, picture, x0, y0);
    cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
    cairo_rectangle(c->cr, x0, y0, cairo_image_surface_get_width(picture),
                    cairo_image_surface_get_height(picture));
    cairo_fill(c->cr);
    cairo_restore(c->cr);
}

/* ---- text ---- */

enum { GLYPHS_MAX = 1024, ELLIPSIS = 0x2026 };

typedef struct run {
    FT_UInt glyph[GLYPHS_MAX];
    double advance[GLYPHS_MAX]; /* units */
    size_t n;
} run;

static double glyph_advance(FT_Face face, FT_UInt glyph)
{
    if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_SCALE) != 0)
        return 0.0;
    return (double)face->glyph->metrics.horiAdvance / face->units_per_EM;
}

static void add_point(run *r, FT_Face face, double size, uint32_t point)
{
    r->glyph[r->n] = FT_Get_Char_Index(face, point);
    r->advance[r->n] = size * glyph_advance(face, r->glyph[r->n]);
    r->n++;
}

/* Text that is too long for anything loses its end here. */
static void set_text(run *r, FT_Face face, double size, const char *text)
{
    size_t left = strlen(text);
    r->n = 0;
    while (left && r->n < GLYPHS_MAX) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, left, &point);
        add_point(r, face, size, point);
        text += k;
        left -= k;
    }
}

void snq__elide(const double *advance, size_t n, double most, double mark, int middle, size_t *head,
                size_t *tail)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += advance[i];
    *head = n;
    *tail = 0;
    if (sum <= most)
        return;
    sum = mark;
    *head = 0;
    while (*head + *tail < n) {
        /* from both ends in turn, or from the front alone */
        const int back = middle && *tail < *head;
        sum += advance[back ? n - 1 - *tail : *head];
        if (sum > most)
            return;
        *(back ? tail : head) += 1;
    }
}

static void fit(run *r, FT_Face face, const snq__type *type)
{
    size_t head, tail;
    run one = { .n = 0 };
    if (type->most <= 0)
        return;
    add_point(&one, face, type->size, ELLIPSIS);
    snq__elide(r->advance, r->n, type->most, one.advance[0], type->middle, &head, &tail);
    if (head == r->n)
        return;
    r->glyph[head] = one.glyph[0];
    r->advance[head] = one.advance[0];
    memmove(r->glyph + head + 1, r->glyph + r->n - tail, tail * sizeof *r->glyph);
    memmove(r->advance + head + 1, r->advance + r->n - tail, tail * sizeof *r->advance);
    r->n = head + 1 + tail;
}

static double set_run(const snq__canvas *c, const snq__type *type, const char *text, run *r)
{
    double sum = 0.0;
    FT_Face face = c->face[type->bold != 0];
    set_text(r, face, type->size, text);
    fit(r, face, type);
    for (size_t i = 0; i < r->n; i++)
        sum += r->advance[i];
    return sum;
}

double snq__text_width(const snq__canvas *c, const snq__type *type, const char *text)
{
    run r;
    return set_run(c, type, text, &r);
}

/* One glyph's outline on its way into a path. */
typedef struct pen {
    cairo_t *cr;
    double x, y, size; /* origin, units; units a font unit, y up */
    int open;
} pen;

static double pen_x(const pen *p, const FT_Vector *v)
{
    return p->x + p->size * (double)v->x;
}

static double pen_y(const pen *p, const FT_Vector *v)
{
    return p->y - p->size * (double)v->y;
}

static int pen_move(const FT_Vector *to, void *user)
{
    pen *p = user;
    if (p->open)
        cairo_close_path(p->cr);
    p->open = 1;
    cairo_move_to(p->cr, pen_x(p, to), pen_y(p, to));
    return 0;
}

static int pen_line(const FT_Vector *to, void *user)
{
    const pen *p = user;
    cairo_line_to(p->cr, pen_x(p, to), pen_y(p, to));
    return 0;
}

static int pen_cubic(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *user)
{
    const pen *p = user;
    cairo_curve_to(p->cr, pen_x(p, a), pen_y(p, a), pen_x(p, b), pen_y(p, b), pen_x(p, to),
                   pen_y(p, to));
    return 0;
}

/* A quadratic curve as a cubic one. */
static int pen_conic(const FT_Vector *a, const FT_Vector *to, void *user)
{
    const pen *p = user;
    double x, y;
    cairo_get_current_point(p->cr, &x, &y);
    const double ax = pen_x(p, a), ay = pen_y(p, a), bx = pen_x(p, to), by = pen_y(p, to);
    cairo_curve_to(p->cr, x + (ax - x) * 2 / 3, y + (ay - y) * 2 / 3, bx + (ax - bx) * 2 / 3,
                   by + (ay - by) * 2 / 3, bx, by);
    return 0;
}

double snq__text(snq__canvas *c, const snq__type *type, double x, double y, const char *text)
{
    static const FT_Outline_Funcs funcs = { pen_move, pen_line, pen_conic, pen_cubic, 0, 0 };
    run r;
    FT_Face face = c->face[type->bold != 0];
    const double width = set_run(c, type, text, &r);
    pen p = { .cr = c->cr, .size = type->size / face->units_per_EM };
    cairo_save(c->cr);
    cairo_translate(c->cr, type->upwards ? snq__snap(c, x) : x,
                    type->upwards ? y : snq__snap(c, y));
    if (type->upwards)
        cairo_rotate(c->cr, -M_PI / 2);
    dip(c, type->ink);
    cairo_set_fill_rule(c->cr, CAIRO_FILL_RULE_WINDING);
    p.x = -type->anchor * width;
    for (size_t i = 0; i < r.n; i++) {
        p.open = 0;
        if (FT_Load_Glyph(face, r.glyph[i], FT_LOAD_NO_SCALE) == 0 &&
            face->glyph->format == FT_GLYPH_FORMAT_OUTLINE)
            FT_Outline_Decompose(&face->glyph->outline, &funcs, &p);
        if (p.open)
            cairo_close_path(c->cr);
        p.x += r.advance[i];
    }
    cairo_fill(c->cr);
    cairo_restore(c->cr);
    return width;
}
