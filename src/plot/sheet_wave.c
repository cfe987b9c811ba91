// SPDX-License-Identifier: MIT
/* IDEA   The outline, and in each pixel column three layers one within the other: the whole height
 *        is what there is, the middle layer what of it lies above the low band, the innermost what
 *        lies in the high band. A bass drum is all low, a hi-hat all high, a voice has a low skin.
 * STEPS  edges of column x    lo(x), hi(x): least and greatest of the points on it, and of the lines
 *                             between points at its two sides, so that few points give a curve
 *        shares               a_b = sqrt(gain_b * power_b);  share_b = a_b / (sum of a)
 *        layers               about the column's middle: 1, share_mid + share_high, share_high
 * CONST  gain 0, 3, 6 dB: sounds fall towards the treble; without it nearly everything would be low (looked at on music, speech, field recordings).
 * COST   the pixels of the outline, up to three times. */
#include <math.h>

#include "plot/sheet_impl.h"

enum { LAYERS = 3 };

/* A series of cells over the stream, read between their middles. */
static double value_at(const float *v, uint32_t n, double cell)
{
    const double at = fmin(fmax(cell - 0.5, 0), n - 1.0);
    const uint32_t i = (uint32_t)at, next = i + 1 < n ? i + 1 : i;
    return v[i] + (at - i) * (v[next] - v[i]);
}

static void column_edges(const snq_portrait *p, double from, double to, double *lo, double *hi)
{
    *lo = fmin(value_at(p->min, p->points, from), value_at(p->min, p->points, to));
    *hi = fmax(value_at(p->max, p->points, from), value_at(p->max, p->points, to));
    /* points whose middle is on the column */
    for (uint32_t i = (uint32_t)fmax(ceil(from - 0.5), 0); i < p->points && i + 0.5 < to; i++) {
        *lo = fmin(*lo, p->min[i]);
        *hi = fmax(*hi, p->max[i]);
    }
}

/* Part of the height of each layer at a column of the portrait's spectrum. */
static void layer_parts(const snq_portrait *p, double from, double to, double part[LAYERS])
{
    static const double gain[LAYERS] = { 1.0, 1.0, 1.0 };
    double sum[LAYERS] = { 0 };
    uint32_t i = (uint32_t)fmin(fmax(floor(from), 0), p->columns - 1.0);
    do {
        for (int b = 0; b < LAYERS; b++)
            sum[b] += p->band[i * SNQ_PORTRAIT_BANDS + (uint32_t)b];
    } while (++i < p->columns && i + 1 <= to);
    for (int b = 0; b < LAYERS; b++)
        sum[b] = sqrt(fmax(sum[b], 0) * gain[b]);
    const double all = sum[0] + sum[1] + sum[2];
    part[0] = 1;
    part[1] = all > 0 ? (sum[1] + sum[2]) / all : 0;
    part[2] = all > 0 ? sum[2] / all : 0;
}

/* That half of a full scale is written exactly with; 2 where it needs many. */
static int half_decimals(double scale)
{
    double v = scale / 2;
    for (int d = 0; d < 8; d++, v *= 10)
        if (fabs(v - round(v)) < 1e-6)
            return d;
    return 2;
}

/* Ticks on the left in amplitude, on the right in dBFS. */
static void draw_axes(snq__sheet *s, double scale)
{
    const snq__box b = s->at.wave;
    char text[SNQ__LABEL_BYTES];
    const snq__type type = { .size = SNQ__SIZE_TICK, .ink = SNQ__INK_TICK };
    const int decimals = half_decimals(scale);
    for (int i = -2; i <= 2; i++) {
        const double v = scale * i / 2;
        snq__panel_tick(&s->canvas, b, snq__panel_y(b, -scale, scale, v),
                        snq__put_number(text, v, i == 0 ? 0 : decimals));
    }
    const double top = floor(20 * log10(scale) / 6 + 1e-9) * 6;
    for (int i = 0; i < 3; i++) {
        const double db = top - 6 * i, a = pow(10, db / 20);
        /* the next of the other half would touch it */
        if (a / scale * (b.y1 - b.y0) < 1.3 * SNQ__SIZE_TICK ||
            (i > 0 && a / scale * (b.y1 - b.y0) / 2 < SNQ__SIZE_TICK))
            break;
        snq__put_number(text, db, 0);
        for (int side = -1; side <= 1; side += 2)
            snq__text(&s->canvas, &type, b.x1 + 12,
                      snq__panel_y(b, -scale, scale, side * a) + 0.36 * SNQ__SIZE_TICK, text);
    }
}

static void draw_column(snq__sheet *s, uint32_t x_px, double from, double to, double scale)
{
    static const snq__ink ink[LAYERS] = { SNQ__INK_LOW, SNQ__INK_MID, SNQ__INK_HIGH };
    const snq_portrait *p = s->p;
    const snq__box b = s->at.wave;
    const double px = 1 / s->canvas.scale, half = (b.y1 - b.y0) / 2, middle = (b.y0 + b.y1) / 2;
    double lo, hi, part[LAYERS] = { 1, 0, 0 };
    column_edges(p, from / (double)p->point_frames, to / (double)p->point_frames, &lo, &hi);
    if (p->columns)
        layer_parts(p, from / (double)p->column_frames, to / (double)p->column_frames, part);
    double y0 = middle - hi / scale * half, y1 = middle - lo / scale * half;
    if (y1 - y0 < px) {
        y0 = (y0 + y1 - px) / 2;
        y1 = y0 + px;
    }
    for (int layer = 0; layer < LAYERS; layer++) {
        const double cut = (y1 - y0) / 2 * (1 - part[layer]);
        snq__bar(&s->canvas, x_px, y0 + cut, y1 - cut, ink[layer]);
    }
}

void snq__sheet_wave(snq__sheet *s)
{
    static const snq__key keys[] = { { "below 250 Hz", SNQ__INK_LOW, 0, 0 },
                                     { "250 Hz to 2.5 kHz", SNQ__INK_MID, 0, 0 },
                                     { "above 2.5 kHz", SNQ__INK_HIGH, 0, 0 } };
    const snq_portrait *p = s->p;
    double peak = 0;
    for (uint32_t i = 0; i < p->points; i++)
        peak = fmax(peak, fmax(-p->min[i], p->max[i]));
    const double scale = snq__amplitude_scale(peak > 0 ? peak : 1);
    snq__panel_title(&s->canvas, s->at.wave, "Waveform", "amplitude", "dBFS");
    snq__panel_legend(&s->canvas, s->at.wave, keys, 3);
    draw_axes(s, scale);
    if (!p->points)
        return;
    const snq__box b = s->at.wave;
    const uint32_t x0 = (uint32_t)lround(b.x0 * s->canvas.scale);
    const uint32_t n = (uint32_t)lround((b.x1 - b.x0) * s->canvas.scale);
    const double frames = (double)p->frames / n;
    snq__bars_begin(&s->canvas);
    for (uint32_t i = 0; i < n; i++)
        draw_column(s, x0 + i, i * frames, (i + 1) * frames, scale);
    snq__bars_end(&s->canvas);
}
