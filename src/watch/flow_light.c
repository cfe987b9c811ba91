// SPDX-License-Identifier: MIT
/* flow_light -- how the light changed from one picture to the next, and undoing it.
 *
 * IDEA   A lamp that flickers makes everything brighter or darker at once: to the flow, a gradient
 *        that becomes brighter looks as if it moved. So it is asked, over large parts of the
 *        picture, by what factor and by how much the second picture must be changed to look like
 *        the first.
 *
 * STEPS  guess:   gain = deviation of first / deviation of second, offset = difference of means, of
 *                 the whole pictures at the coarsest scale.
 *        measure: when a coarse scale's flow is known, every pixel pairs a, the first picture, with
 *                 w, the second where the flow leads. With weights 1 / (1 + (r / 4)^2), r what the
 *                 present correction leaves, sums of 1, a, w, w w, a w go to the four nearest of
 *                 8 x 6 tiles (linear). A tile's line a = gain w + offset is fitted by least
 *                 squares, drawn towards the whole picture's slope by SLOPE_PRIOR grey levels
 *                 squared and its mean by COUNT_PRIOR pixels' worth.
 *        It is used only when it is worth it: the sum of r^2 / (16 + r^2) over the pixels is less than
 *        WORTH of what it is without. In steady light that is rare.
 *
 * CONST  4 grey levels: sensor noise lies below, what moved wrongly above. WORTH 0.8: on our made
 *        pairs, the ratio was 0.78 to 0.96 for most in steady light, 0.01 to 0.75 after a change of
 *        gain by 3 % or of brightness by 4 grey levels (2026-11-21). Priors: our choice.
 *
 * LIMITS A shadow's edge is no slow change, and stays in. A guess of more than a factor of two is
 *        taken for another scene's. */
#include "watch/flow_impl.h"

#include <math.h>
#include <string.h>

enum { TX = SNQ__FLOW_TILES_X, TY = SNQ__FLOW_TILES_Y };

static const float ROBUST = 4, SLOPE_PRIOR = 100, COUNT_PRIOR = 20, WORTH = 0.8f,
                   ONE = SNQ__FLOW_ONE;

/* Where pixel x of `size` lies between the centres of `tiles`: tile *at and part of the next. */
static float between(float x, uint32_t size, int tiles, int *at)
{
    float t = (x + 0.5f) / (float)size * (float)tiles - 0.5f;
    t = t < 0 ? 0 : t > (float)(tiles - 1) ? (float)(tiles - 1) : t;
    *at = (int)t < tiles - 1 ? (int)t : tiles - 2;
    return t - (float)*at;
}

static float blend(const float (*field)[TX], int i, float fx, int j, float fy)
{
    const float above = field[j][i] + fx * (field[j][i + 1] - field[j][i]);
    const float below = field[j + 1][i] + fx * (field[j + 1][i + 1] - field[j + 1][i]);
    return above + fy * (below - above);
}

float snq__flow_lamp_gain(const snq_flow *f, uint32_t level, int32_t x, int32_t y)
{
    if (!f->lamp.on)
        return 1;
    int i, j;
    const float fx = between((float)x, f->level[level].width, TX, &i);
    const float fy = between((float)y, f->level[level].height, TY, &j);
    return blend(f->lamp.gain, i, fx, j, fy);
}

/* out (n,) = a field's row at a level, linear between the centres of the tiles. */
static void field_row(float *out, const float (*field)[TX], int j, float fy, uint32_t width,
                      uint32_t n)
{
    const float rise = (float)TX / (float)width;
    for (int i = -1; i < TX; i++) {
        const int left = i < 0 ? 0 : i, right = i < TX - 1 ? i + 1 : TX - 1;
        const float a = field[j][left] + fy * (field[j + 1][left] - field[j][left]);
        const float b = field[j][right] + fy * (field[j + 1][right] - field[j][right]);
        /* pixels from this tile's centre to the next one's */
        const float centre = ((float)i + 0.5f) / rise - 0.5f;
        const int32_t from = i < 0 ? 0 : (int32_t)ceilf(centre);
        const int32_t to = i < TX - 1 ? (int32_t)ceilf(centre + 1 / rise) : (int32_t)n;
        for (int32_t x = from; x < to; x++)
            out[x] = a + ((float)x - centre) * rise * (b - a);
    }
}

void snq__flow_lamp_row(const snq_flow *f, uint32_t level, uint32_t y, float *gain, float *offset)
{
    const snq__flow_level *l = &f->level[level];
    int j;
    const float fy = between((float)y, l->height, TY, &j);
    field_row(gain, f->lamp.gain, j, fy, l->width, l->n);
    field_row(offset, f->lamp.offset, j, fy, l->width, l->n);
}

static void statistics(const snq__flow_image *p, double *mean, double *deviation)
{
    double sum = 0, square = 0;
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++) {
            const double a = (double)p->at[(ptrdiff_t)y * p->stride + (ptrdiff_t)x] / ONE;
            sum += a;
            square += a * a;
        }
    const double n = (double)p->width * p->height;
    *mean = sum / n;
    *deviation = sqrt(fmax(0, square / n - *mean * *mean));
}

void snq__flow_lamp_guess(snq_flow *f)
{
    snq__flow_lamp *lamp = &f->lamp;
    lamp->on = 0;
    if (f->cfg.steady_light)
        return;
    double m0, s0, m1, s1;
    statistics(snq__flow_first(f, f->levels - 1), &m0, &s0);
    statistics(snq__flow_second(f, f->levels - 1), &m1, &s1);
    const double gain = s0 > 1 && s1 > 1 ? s0 / s1 : 1;
    if (gain < 0.5 || gain > 2 || (fabs(gain - 1) < 0.02 && fabs(m0 - m1) < 1))
        return;
    lamp->on = 1;
    for (int j = 0; j < TY; j++)
        for (int i = 0; i < TX; i++) {
            lamp->gain[j][i] = (float)gain;
            lamp->offset[j][i] = (float)(m0 - gain * m1);
        }
}

/* Sums of a tile or the picture: 1, a, w, w w, a w, each times its weight. */
enum { S_1, S_A, S_W, S_WW, S_AW, SUMS };
typedef double sums[SUMS];

/* Second picture at (x, y), linear; grey levels. */
static float second_at(const snq__flow_image *p, float x, float y)
{
    const int ix = (int)x, iy = (int)y;
    const float fx = x - (float)ix, fy = y - (float)iy;
    const int16_t *a = p->at + iy * p->stride + ix, *b = a + p->stride;
    const float above = a[0] + fx * (float)(a[1] - a[0]), below = b[0] + fx * (float)(b[1] - b[0]);
    return (above + fy * (below - above)) / ONE;
}

/* A pixel of the first picture and what lies under its flow in the second. */
typedef struct pair {
    float a, w;   /* grey levels */
    int i, j;     /* tile */
    float fx, fy; /* part of the next */
} pair;

/* Whether (x, y) has one. */
static int pair_at(const snq_flow *f, uint32_t level, uint32_t x, uint32_t y, pair *p)
{
    const snq__flow_level *l = &f->level[level];
    const snq__flow_image *first = snq__flow_first(f, level);
    const float px = (float)x + snq__flow_row(&l->u, y)[x];
    const float py = (float)y + snq__flow_row(&l->v, y)[x];
    if (!(px >= 0 && py >= 0 && px <= (float)(l->width - 1) && py <= (float)(l->height - 1)))
        return 0;
    p->fx = between((float)x, l->width, TX, &p->i);
    p->fy = between((float)y, l->height, TY, &p->j);
    p->a = first->at[(ptrdiff_t)y * first->stride + (ptrdiff_t)x] / ONE;
    p->w = second_at(snq__flow_second(f, level), px, py);
    return 1;
}

static float corrected(const snq__flow_lamp *lamp, const pair *p)
{
    return p->w * blend(lamp->gain, p->i, p->fx, p->j, p->fy) +
           blend(lamp->offset, p->i, p->fx, p->j, p->fy);
}

static void gather(const snq_flow *f, uint32_t level, sums (*tile)[TX])
{
    const snq__flow_level *l = &f->level[level];
    for (uint32_t y = 0; y < l->height; y++)
        for (uint32_t x = 0; x < l->width; x++) {
            pair p;
            if (!pair_at(f, level, x, y, &p))
                continue;
            const float r = (p.a - (f->lamp.on ? corrected(&f->lamp, &p) : p.w)) / ROBUST;
            const float weight = 1 / (1 + r * r);
            const float value[SUMS] = { 1, p.a, p.w, p.w * p.w, p.a * p.w };
            for (int k = 0; k < 4; k++) {
                const float part = (k & 1 ? p.fx : 1 - p.fx) * (k & 2 ? p.fy : 1 - p.fy) * weight;
                for (int s = 0; s < SUMS; s++)
                    tile[p.j + k / 2][p.i + k % 2][s] += (double)(part * value[s]);
            }
        }
}

/* Whether what the correction leaves is so much less than what is there without it. */
static int worth(const snq_flow *f, uint32_t level)
{
    const snq__flow_level *l = &f->level[level];
    double with = 0, without = 0;
    for (uint32_t y = 0; y < l->height; y++)
        for (uint32_t x = 0; x < l->width; x++) {
            pair p;
            if (!pair_at(f, level, x, y, &p))
                continue;
            const float r = (p.a - corrected(&f->lamp, &p)) / ROBUST, s = (p.a - p.w) / ROBUST;
            with += (double)(r * r / (1 + r * r));
            without += (double)(s * s / (1 + s * s));
        }
    return with < WORTH * without;
}

/* Slope and means of a = gain w + offset; drawn towards `slope`, and `lift` = a - slope w. */
static void fit(const sums s, double slope, double lift, double *gain, double *offset)
{
    const double n = s[S_1] + COUNT_PRIOR;
    const double w = s[S_1] > 0 ? s[S_W] / s[S_1] : 0;
    const double a = (s[S_A] + COUNT_PRIOR * (slope * w + lift)) / n;
    double ww = 0, aw = 0;
    if (s[S_1] > 0) {
        ww = fmax(0, s[S_WW] / s[S_1] - w * w);
        aw = s[S_AW] / s[S_1] - w * s[S_A] / s[S_1];
    }
    *gain = fmin(2, fmax(0.5, (aw + SLOPE_PRIOR * slope) / (ww + SLOPE_PRIOR)));
    *offset = a - *gain * w;
}

void snq__flow_lamp_measure(snq_flow *f, uint32_t level)
{
    snq__flow_lamp *lamp = &f->lamp;
    sums tile[TY][TX], all = { 0 };
    memset(tile, 0, sizeof tile);
    gather(f, level, tile);
    for (int k = 0; k < TX * TY; k++)
        for (int s = 0; s < SUMS; s++)
            all[s] += tile[k / TX][k % TX][s];
    double slope, lift;
    fit(all, 1, 0, &slope, &lift);
    for (int k = 0; k < TX * TY; k++) {
        double gain, offset;
        fit(tile[k / TX][k % TX], slope, lift, &gain, &offset);
        lamp->gain[k / TX][k % TX] = (float)gain;
        lamp->offset[k / TX][k % TX] = (float)offset;
    }
    lamp->on = worth(f, level);
}
