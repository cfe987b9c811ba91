// SPDX-License-Identifier: MIT
/* IDEA   What a loudness meter would have shown: the quick reading as a thin band from its least to
 *        its greatest on each pixel, the slow one as a thick line, the whole recording's value and the
 *        target as lines across.
 * STEPS  axis     up to the next 5 LU over the highest of all; down to what one sounding reading in 20
 *                 is under, at least 30 and at most 60 LU
 *        pixel x  readings whose ticks fall on it; between ticks where they are wider than a pixel
 * LIMITS Under 3 s the slow reading says nothing and is left out. */
#include <cairo.h>
#include <math.h>
#include <string.h>

#include "plot/sheet_impl.h"

#define TICK_S(p) ((double)(p)->tick_hops / 100.0)

static int has_short_term(const snq__sheet *s)
{
    return s->duration_s >= 3;
}

/* The least reading that 95 % of those that sound are above, from a histogram of 1 LU. */
static double low_reading(const snq_portrait *p)
{
    uint32_t count[256] = { 0 }, all = 0, sum = 0;
    for (uint32_t i = 0; i < p->ticks; i++)
        if (p->momentary_hi[i] > -100) {
            const double bin = fmin(fmax(p->momentary_hi[i] + 120, 0), 255);
            count[(uint32_t)bin]++;
            all++;
        }
    for (uint32_t i = 0; i < 256; i++) {
        sum += count[i];
        if (sum * 20 > all)
            return i - 120.0;
    }
    return 0;
}

void snq__sheet_loudness_range(const snq__sheet *s, double *lo, double *hi)
{
    const snq_portrait *p = s->p;
    double most = s->cfg->target_lufs;
    if (!s->h->loudness_reason && !s->h->loudness.integrated_lufs.reason)
        most = fmax(most, s->h->loudness.integrated_lufs.value);
    for (uint32_t i = 0; i < p->ticks; i++)
        most = fmax(most, p->momentary_hi[i]);
    if (!(most > -60)) /* and when there is no target */
        most = -60;
    *hi = 5 * ceil((most + 1.5) / 5);
    *lo = 5 * floor((low_reading(p) - 4) / 5);
    *lo = fmin(fmax(*lo, *hi - 60), *hi - 30);
}

/* Readings on one pixel column [from, to) in ticks. */
static double mean_on(const float *v, uint32_t n, double from, double to)
{
    if (to - from <= 1) {
        const double at = fmin(fmax((from + to) / 2 - 0.5, 0), n - 1.0);
        const uint32_t i = (uint32_t)at, j = i + 1 < n ? i + 1 : i;
        return v[i] + (at - i) * ((double)v[j] - v[i]);
    }
    double sum = 0;
    uint32_t count = 0;
    for (uint32_t i = (uint32_t)from; i < n && i < to; i++, count++)
        sum += v[i];
    return count ? sum / count : v[n - 1];
}

static double most_on(const float *v, uint32_t n, double from, double to, double sign)
{
    double most = sign * mean_on(v, n, from, to);
    for (uint32_t i = (uint32_t)fmax(ceil(from - 0.5), 0); i < n && i + 0.5 < to; i++)
        most = fmax(most, sign * v[i]);
    return sign * most;
}

static void clip_to(cairo_t *cr, snq__box b)
{
    cairo_save(cr);
    cairo_rectangle(cr, b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0);
    cairo_clip(cr);
}

/* y below the panel for what is under it, so that the line leaves it. */
static double y_of(snq__box b, double lo, double hi, double value)
{
    return value < lo ? b.y1 + 6 : snq__panel_y(b, lo, hi, value);
}

static void dip_in(cairo_t *cr, snq__ink ink, double alpha)
{
    cairo_set_source_rgba(cr, (ink >> 24) / 255.0, (ink >> 16 & 255) / 255.0,
                          (ink >> 8 & 255) / 255.0, alpha);
}

/* The band between least and greatest reading faint, its upper edge full. */
static void draw_momentary(snq__sheet *s, double lo, double hi, double width)
{
    const snq_portrait *p = s->p;
    const snq__box b = s->at.loudness;
    cairo_t *cr = s->canvas.cr;
    const double px = 1 / s->canvas.scale;
    const uint32_t x0 = (uint32_t)lround(b.x0 / px), n = (uint32_t)lround((b.x1 - b.x0) / px);
    const double ticks = s->duration_s / TICK_S(p) / n;
    snq__bars_begin(&s->canvas);
    for (uint32_t i = 0; i < n; i++) {
        const double from = i * ticks, to = from + ticks;
        const double most = most_on(p->momentary_hi, p->ticks, from, to, 1);
        const double least = most_on(p->momentary_lo, p->ticks, from, to, -1);
        snq__bar(&s->canvas, x0 + i, snq__panel_y(b, lo, hi, most), snq__panel_y(b, lo, hi, least),
                 (SNQ__INK_MOMENTARY & ~255u) | 90);
    }
    snq__bars_end(&s->canvas);
    clip_to(cr, b);
    for (uint32_t i = 0; i < n; i++)
        cairo_line_to(
            cr, b.x0 + (i + 0.5) * px,
            y_of(b, lo, hi, most_on(p->momentary_hi, p->ticks, i * ticks, (i + 1) * ticks, 1)));
    dip_in(cr, SNQ__INK_MOMENTARY, 1);
    cairo_set_line_width(cr, width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
    cairo_restore(cr);
}

/* Faint in the first 3 s, while its window fills. */
static void draw_short_term(snq__sheet *s, double lo, double hi)
{
    const snq_portrait *p = s->p;
    const snq__box b = s->at.loudness;
    cairo_t *cr = s->canvas.cr;
    const double px = 1 / s->canvas.scale;
    const int n = (int)lround((b.x1 - b.x0) / px);
    const double ticks = s->duration_s / TICK_S(p) / n;
    const int full = (int)fmin(ceil(3 / s->duration_s * n), n - 1);
    clip_to(cr, b);
    /* of an hour, a pixel column holds more than one window: a thick line would be an area */
    cairo_set_line_width(cr, ticks * TICK_S(p) > 1.5 ? 2.2 : 3.2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int part = 0; part < 2; part++) {
        const int from = part ? full : 0, to = part ? n : full + 1;
        for (int i = from; i < to; i++)
            cairo_line_to(
                cr, b.x0 + (i + 0.5) * px,
                y_of(b, lo, hi, mean_on(p->short_term, p->ticks, i * ticks, (i + 1) * ticks)));
        dip_in(cr, SNQ__INK_SHORT_TERM, part ? 1 : 0.4);
        cairo_stroke(cr);
    }
    cairo_restore(cr);
}

/* A line across with its value and name on the right; `shift` moves the words. */
static void draw_mark(snq__sheet *s, double y, double shift, const char *name, double value,
                      const snq__key *key)
{
    const snq__box b = s->at.loudness;
    char text[SNQ__LABEL_BYTES];
    snq__type type = { .size = SNQ__SIZE_TICK, .bold = 1, .ink = key->ink };
    snq__line(&s->canvas, (snq__box) { b.x0, y, b.x1, y }, key->width, key->dash, key->ink);
    snq__text(&s->canvas, &type, b.x1 + 12, y + shift, snq__put_number(text, value, 1));
    type = (snq__type) { .size = SNQ__SIZE_SMALL, .ink = key->ink };
    snq__text(&s->canvas, &type, b.x1 + 12, y + shift + 18, name);
}

static void draw_marks(snq__sheet *s, double lo, double hi, const snq__key *integrated,
                       const snq__key *target)
{
    const snq__box b = s->at.loudness;
    const snq_measure m = s->h->loudness.integrated_lufs;
    const int has_value = !s->h->loudness_reason && !m.reason && m.value >= lo;
    const int has_target = s->cfg->target_lufs >= lo;
    const double y0 = has_value ? snq__panel_y(b, lo, hi, m.value) : 0;
    const double y1 = has_target ? snq__panel_y(b, lo, hi, s->cfg->target_lufs) : 0;
    /* two lines of words each: kept 46 apart */
    double shift[2] = { -2, -2 };
    if (has_value && has_target && fabs(y0 - y1) < 46) {
        const double more = (46 - fabs(y0 - y1)) / 2;
        shift[0] += y0 <= y1 ? -more : more;
        shift[1] += y0 <= y1 ? more : -more;
    }
    if (has_target)
        draw_mark(s, y1, shift[1], "target", s->cfg->target_lufs, target);
    if (has_value)
        draw_mark(s, y0, shift[0], "integrated", m.value, integrated);
}

void snq__sheet_loudness(snq__sheet *s)
{
    const snq__key key[] = { { "momentary (400 ms)", SNQ__INK_MOMENTARY, 2, 0 },
                             { "short-term (3 s)", SNQ__INK_SHORT_TERM, 3.2, 0 },
                             { "integrated", SNQ__INK_TEXT, 2, 12 },
                             { "target", SNQ__INK_TARGET, 2, 4 } };
    const snq__box b = s->at.loudness;
    double lo, hi;
    snq__axis axis;
    snq__panel_title(&s->canvas, b, "Loudness", "LUFS", "LUFS");
    if (!s->p->ticks) {
        snq__panel_say(&s->canvas, b, "Shorter than 10 ms: no loudness.");
        return;
    }
    snq__sheet_loudness_range(s, &lo, &hi);
    snq__db_axis(lo, hi, 8, &axis);
    for (uint32_t i = 0; i < axis.ticks; i++)
        snq__panel_tick(&s->canvas, b, snq__panel_y(b, lo, hi, axis.tick[i].value),
                        axis.tick[i].label);
    double most = SNQ_PORTRAIT_SILENT;
    for (uint32_t i = 0; i < s->p->ticks; i++)
        most = fmax(most, s->p->momentary_hi[i]);
    if (most < lo)
        snq__panel_say(&s->canvas, b, "Nothing that a loudness meter would show.");
    draw_momentary(s, lo, hi, has_short_term(s) ? 1.6 : 3);
    if (has_short_term(s))
        draw_short_term(s, lo, hi);
    draw_marks(s, lo, hi, &key[2], &key[3]);
    snq__key shown[4];
    uint32_t n = 0;
    for (uint32_t i = 0; i < 4; i++)
        if ((i != 1 || has_short_term(s)) && (i != 3 || s->cfg->target_lufs >= lo) &&
            (i != 2 || (!s->h->loudness_reason && !s->h->loudness.integrated_lufs.reason)))
            shown[n++] = key[i];
    snq__panel_legend(&s->canvas, b, shown, n);
}
