// SPDX-License-Identifier: MIT
/* IDEA   How often it moves: the power of motion over frequency, in the bands' colours, with the frequency that
 *        swings most in each; and beside it what type of motion each band is.
 * STEPS  axis        log frequency, ticks at the bands' edges; 45 dB down from the greatest density
 *        column      the greatest of the points on it, else linear (dB, log Hz) between them
 *        no spectrum a bar a band: its energy, on the same axis of dB
 *        frequency   of a band that is at least a fifth oscillatory
 * COST   one pass over points and columns. */
#include <math.h>
#include <stdio.h>

#include "plot/watch_sheet_impl.h"

#define RANGE_DB    45.0
#define HEADROOM_DB 17.0 /* for names */
#define ALIAS_LEAST 0.25

double snq__watch_hz_x(snq__box b, double hz)
{
    const double lo = log(snq_sight_band_lo_hz(0)),
                 hi = log(snq_sight_band_hi_hz(SNQ_SIGHT_BANDS - 1));
    return b.x0 + (b.x1 - b.x0) * (log(hz) - lo) / (hi - lo);
}

static int observable(const snq_sight *s, int band)
{
    return !snq__watch_unobservable(s, band);
}

/* ---- spectrum ---- */

/* dB under the panel's top, per column; negative is above the bottom of what can be seen. */
static double db_of(double power, double top)
{
    return power > 0 && top > 0 ? fmax(10 * log10(power / top), -RANGE_DB) : -RANGE_DB;
}

static double y_of(snq__box b, double db)
{
    return snq__panel_y(b, -RANGE_DB, HEADROOM_DB, db);
}

/* The greatest density that can be seen. */
static double top_of(const snq__watch_sheet *s)
{
    double top = 0;
    const snq_watch_look *l = s->look;
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        const snq_sight_band *band = &s->sight->band[i];
        if (!observable(s->sight, i))
            continue;
        if (!l->points && !band->energy.reason)
            top = fmax(top, band->energy.value);
        for (uint32_t k = 0; k < l->points; k++)
            if (l->hz[k] >= band->effective_hz[0] && l->hz[k] < band->effective_hz[1])
                top = fmax(top, l->power[k]);
    }
    return top;
}

/* dB at the frequencies lo .. hi, where *at is the last point under lo, and moves. */
static double db_on(const snq_watch_look *l, double lo, double hi, double top, uint32_t *at)
{
    double most = -1;
    while (*at + 1 < l->points && l->hz[*at + 1] < lo)
        (*at)++;
    for (uint32_t k = *at; k < l->points && l->hz[k] < hi; k++)
        if (l->hz[k] >= lo)
            most = fmax(most, l->power[k]);
    if (most >= 0)
        return db_of(most, top);
    if (*at + 1 >= l->points || l->hz[*at] >= hi)
        return db_of(l->power[*at], top);
    const double a = log(l->hz[*at]), b = log(l->hz[*at + 1]), f = 0.5 * (log(lo) + log(hi));
    const double part = fmin(fmax((f - a) / (b - a), 0), 1);
    return db_of(l->power[*at], top) * (1 - part) + db_of(l->power[*at + 1], top) * part;
}

static void draw_spectrum(snq__watch_sheet *s, int band, double top)
{
    const snq_watch_look *l = s->look;
    const snq__box b = s->at.spectrum;
    const snq_sight_band *k = &s->sight->band[band];
    const double px = 1 / s->canvas.scale,
                 scale = log(snq_sight_band_hi_hz(SNQ_SIGHT_BANDS - 1) / snq_sight_band_lo_hz(0)) /
                         (b.x1 - b.x0);
    const snq__ink ink = snq__watch_ink(band);
    const uint32_t from =
        (uint32_t)lround(snq__watch_hz_x(b, fmax(k->effective_hz[0], k->lo_hz)) / px);
    const uint32_t to =
        (uint32_t)lround(snq__watch_hz_x(b, fmin(k->effective_hz[1], k->hi_hz)) / px);
    uint32_t at = 0;
    double before = NAN;
    snq__bars_begin(&s->canvas);
    for (uint32_t x = from; x < to; x++) {
        const double lo = snq_sight_band_lo_hz(0) * exp((x * px - b.x0) * scale);
        const double y = y_of(b, db_on(l, lo, lo * exp(px * scale), top, &at));
        snq__bar(&s->canvas, x, y, b.y1, (ink & ~255u) | 0x50);
        /* the edge goes on from the column before */
        const double edge = isnan(before) ? y : before;
        snq__bar(&s->canvas, x, fmin(y, edge) - 1, fmax(y, edge) + 1, ink);
        before = y;
    }
    snq__bars_end(&s->canvas);
}

static void draw_bar(snq__watch_sheet *s, int band, double top)
{
    const snq_sight_band *k = &s->sight->band[band];
    const snq__box b = s->at.spectrum;
    const double x0 = snq__watch_hz_x(b, fmax(k->effective_hz[0], k->lo_hz)) + 4;
    const double x1 = snq__watch_hz_x(b, fmin(k->effective_hz[1], k->hi_hz)) - 4;
    if (k->energy.reason || x1 <= x0)
        return;
    const double y = y_of(b, db_of(k->energy.value, top));
    snq__fill(&s->canvas, (snq__box) { x0, fmin(y, b.y1 - 2), x1, b.y1 },
              (snq__watch_ink(band) & ~255u) | 0x90);
}

/* A stem and the frequency on its top. */
static void draw_frequency(snq__watch_sheet *s, int band, double *free_x)
{
    char text[SNQ__LABEL_BYTES], number[SNQ__LABEL_BYTES];
    const snq_sight_band *k = &s->sight->band[band];
    const snq__box b = s->at.spectrum;
    const snq__type type = {
        .size = SNQ__SIZE_TICK, .bold = 1, .ink = snq__watch_ink(band), .anchor = 0.5
    };
    const snq_measure f = k->property[SNQ_SIGHT_PRIMARY_FREQUENCY];
    snprintf(text, sizeof text, "%s Hz", snq__put_three(number, f.value));
    const double half = snq__text_width(&s->canvas, &type, text) / 2 + 4;
    const double x = fmin(fmax(snq__watch_hz_x(b, f.value), b.x0 + 1), b.x1 - 1);
    /* beside the one before, where that is not too far, else a line lower */
    const double middle = fmin(fmax(x, b.x0 + half), b.x1 - half), right = *free_x + half;
    const int beside = right <= fmin(x + half, b.x1 - half);
    const double at = beside ? fmax(middle, right) : middle, y = b.y0 + (beside ? 44 : 68);
    snq__line(&s->canvas, (snq__box) { x, y + 6, x, b.y1 }, 2, 4, snq__watch_ink(band));
    snq__fill_round(&s->canvas, (snq__box) { at - half, y - 17, at + half, y + 5 }, 4,
                    (SNQ__INK_PAPER & ~255u) | 0xC0);
    snq__text(&s->canvas, &type, at, y, text);
    *free_x = at + half;
}

/* Names on top; what can't be seen is dark. */
static void draw_bands(snq__watch_sheet *s)
{
    const snq__box b = s->at.spectrum;
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        const snq_sight_band *k = &s->sight->band[i];
        const double lo = snq_sight_band_lo_hz((uint32_t)i), hi = snq_sight_band_hi_hz((uint32_t)i);
        const double x0 = snq__watch_hz_x(b, lo), x1 = snq__watch_hz_x(b, hi);
        double from = x0, to = x1; /* what can be seen */
        if (!observable(s->sight, i))
            to = x0;
        else if (k->effective_hz[1] > k->effective_hz[0] && k->effective_hz[0] > 0) {
            from = fmin(fmax(snq__watch_hz_x(b, k->effective_hz[0]), x0), x1);
            to = fmin(fmax(snq__watch_hz_x(b, k->effective_hz[1]), from), x1);
        }
        snq__fill(&s->canvas, (snq__box) { x0, b.y0, from, b.y1 }, 0x00000070);
        snq__fill(&s->canvas, (snq__box) { to, b.y0, x1, b.y1 }, 0x00000070);
        if (i)
            snq__line(&s->canvas, (snq__box) { x0, b.y0, x0, b.y1 }, 1, 0, SNQ__INK_BAR);
        snq__type type = { .size = SNQ__SIZE_SMALL,
                           .bold = 1,
                           .anchor = 0.5,
                           .ink = to > from ? snq__watch_ink(i) : SNQ__INK_FAINT };
        snq__text(&s->canvas, &type, (x0 + x1) / 2, b.y0 + 20, snq_sight_band_name((uint32_t)i));
        type =
            (snq__type) { .size = 13, .anchor = 0.5, .ink = SNQ__INK_FAINT, .most = x1 - x0 - 6 };
        if (to <= from)
            snq__text(&s->canvas, &type, (x0 + x1) / 2, (b.y0 + b.y1) / 2 + 6, "not observable");
    }
}

static void draw_axes(snq__watch_sheet *s)
{
    char text[SNQ__LABEL_BYTES];
    const snq__box b = s->at.spectrum;
    const snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK, .anchor = 0.5 };
    for (uint32_t i = 0; i <= SNQ_SIGHT_BANDS; i++) {
        const double hz =
            i < SNQ_SIGHT_BANDS ? snq_sight_band_lo_hz(i) : snq_sight_band_hi_hz(i - 1);
        const double x = snq__watch_hz_x(b, hz);
        snprintf(text, sizeof text, "%g", hz);
        snq__text(&s->canvas, &type, x, b.y1 + 8 + SNQ__SIZE_TICK, text);
        snq__line(&s->canvas, (snq__box) { x, b.y1, x, b.y1 + 6 }, 1, 0, SNQ__INK_TICK);
    }
    const snq__type small = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    snq__text(&s->canvas, &small, b.x1 + 26, b.y1 + 8 + SNQ__SIZE_TICK, "Hz");
    for (int db = 0; db >= -40; db -= 20)
        snq__panel_tick(&s->canvas, b, y_of(b, db), snq__put_number(text, db, 0));
}

static void draw_frequencies(snq__watch_sheet *s)
{
    const snq__box b = s->at.spectrum;
    double free_x = -1;
    const double top = top_of(s);
    snq__panel_title(&s->canvas, b, "How often it moves", "dB", NULL);
    snq__fill(&s->canvas, b, SNQ__INK_PANEL);
    draw_bands(s);
    draw_axes(s);
    for (int i = 0; i < SNQ_SIGHT_BANDS && top > 0; i++) {
        if (!observable(s->sight, i))
            continue;
        if (s->look->points)
            draw_spectrum(s, i, top);
        else
            draw_bar(s, i, top);
    }
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++)
        if (snq__watch_swings(s->sight, i))
            draw_frequency(s, i, &free_x);
    for (int i = SNQ_SIGHT_BANDS; i-- > 0;) {
        const snq_sight_band *k = &s->sight->band[i];
        if (!observable(s->sight, i) || k->still || k->aliasing_risk.reason ||
            k->aliasing_risk.value < ALIAS_LEAST)
            continue;
        char text[64];
        const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_WARN, .anchor = 1 };
        snprintf(text, sizeof text, "%s may be faster motion in disguise",
                 snq_sight_band_name((uint32_t)i));
        snq__text(&s->canvas, &type, b.x1, b.y0 - SNQ__LEGEND_Y, text);
        break;
    }
}

/* ---- types ---- */

static const snq__ink type_ink[SNQ_SIGHT_TYPES] = { SNQ__INK_DIRECTIONAL, SNQ__INK_OSCILLATORY,
                                                    SNQ__INK_CHAOTIC, SNQ__INK_AMBIENT };

static void draw_shares(snq__watch_sheet *s, snq__box row, const snq_sight_band *band)
{
    char text[SNQ__LABEL_BYTES];
    double x = row.x0;
    for (int t = 0; t < SNQ_SIGHT_TYPES; t++) {
        const double share = fmin(fmax(band->type[t].percentage, 0), 1);
        const double x1 = fmin(x + share * (row.x1 - row.x0), row.x1);
        const int light = t == SNQ_SIGHT_OSCILLATORY || t == SNQ_SIGHT_CHAOTIC;
        const snq__type type = { .size = SNQ__SIZE_SMALL,
                                 .anchor = 0.5,
                                 .bold = 1,
                                 .ink = light ? SNQ__INK_PAPER : SNQ__INK_TEXT };
        snq__fill(&s->canvas, (snq__box) { x, row.y0, x1, row.y1 }, type_ink[t]);
        snprintf(text, sizeof text, "%.0f %%", 100 * share);
        if (snq__text_width(&s->canvas, &type, text) + 10 <= x1 - x)
            snq__text(&s->canvas, &type, (x + x1) / 2, row.y1 - 9, text);
        x = x1;
    }
}

static void draw_types(snq__watch_sheet *s)
{
    const snq__box b = s->at.types;
    const double each = (b.y1 - b.y0) / SNQ_SIGHT_BANDS;
    const snq__type title = { .size = SNQ__SIZE_TEXT, .bold = 1, .ink = SNQ__INK_TEXT };
    snq__text(&s->canvas, &title, b.x0, b.y0 - SNQ__LEGEND_Y, "How it moves");
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        const snq__box row = { b.x0, b.y0 + i * each + 5, b.x1, b.y0 + (i + 1) * each - 11 };
        const snq_sight_band *band = &s->sight->band[i];
        const int seen = observable(s->sight, i);
        /* the lanes say why */
        const char *none = !seen ? "not observable" : band->still ? "nothing moves" : NULL;
        const snq__type name = { .size = SNQ__SIZE_SMALL,
                                 .bold = seen,
                                 .anchor = 1,
                                 .ink = seen ? snq__watch_ink(i) : SNQ__INK_FAINT };
        snq__text(&s->canvas, &name, row.x0 - 10, row.y1 - 9, snq_sight_band_name((uint32_t)i));
        if (!none) {
            draw_shares(s, row, band);
            continue;
        }
        const snq__type why = { .size = SNQ__SIZE_SMALL,
                                .ink = SNQ__INK_FAINT,
                                .most = row.x1 - row.x0 - 16 };
        snq__fill(&s->canvas, row, SNQ__INK_PANEL);
        snq__text(&s->canvas, &why, row.x0 + 8, row.y1 - 9, none);
    }
    /* the swatches have a line of their own under the rows */
    double x = b.x0;
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES; t++) {
        const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
        const double y = b.y1 + 8 + SNQ__SIZE_TICK;
        snq__fill_round(&s->canvas, (snq__box) { x, y - 13, x + 14, y + 1 }, 3, type_ink[t]);
        x += 21 + snq__text(&s->canvas, &type, x + 21, y, snq_sight_type_name(t)) + 16;
    }
}

void snq__watch_sheet_bands(snq__watch_sheet *s)
{
    draw_frequencies(s);
    draw_types(s);
}
