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
 *        measure: when a coarse scale's flow is known, every pixel, or every second each way where
 *                 one side has more than 64, pairs a, the first picture, with w, the second where
 *                 the flow leads. With weights 1 / (1 + (r / 4)^2), r what the
 *                 present correction leaves, sums of 1, a, w, w w, a w go to the four nearest of
 *                 8 x 6 tiles (linear). A tile's line a = gain w + offset is fitted by least
 *                 squares, drawn towards the whole picture's slope by SLOPE_PRIOR grey levels
 *                 squared and its mean by COUNT_PRIOR pixels' worth.
 *        A scale begins again when the correction of a grey of 64 or 192 is more than CHANGE grey
 *        levels other than that with which it was found.
 *        It is used only when it is worth it: the sum of r^2 / (16 + r^2) over the pixels is less than
 *        WORTH of what it is without. In steady light that is rare.
 *
 * CONST  4 grey levels: sensor noise lies below, what moved wrongly above. WORTH 0.8: on our made
 *        pairs, the ratio was 0.78 to 0.96 for most in steady light, 0.01 to 0.75 after a change of
 *        gain by 3 % or of brightness by 4 grey levels (2026-11-21). Priors: our choice. CHANGE 2:
 *        less made no difference to the made pairs, and took a twentieth longer where light drifts.
 *
 * LIMITS A shadow's edge is no slow change, and stays in. A guess of more than a factor of two is
 *        taken for another scene's. */
#include "watch/flow_impl.h"

#include <math.h>
#include <string.h>

enum { TX = SNQ__FLOW_TILES_X, TY = SNQ__FLOW_TILES_Y };

static const float ROBUST = 4, SLOPE_PRIOR = 100, COUNT_PRIOR = 20, WORTH = 0.8f,
                   ONE = SNQ__FLOW_ONE, NOWHERE = -1, CHANGE = 2;

/* Where pixel x of `size` lies between the centres of `tiles`: tile *at and part of the next. */
static float between(float x, uint32_t size, int tiles, int *at)
{
    float t = (x + 0.5f) / (float)size * (float)tiles - 0.5f;
    t = t < 0 ? 0 : t > (float)(tiles - 1) ? (float)(tiles - 1) : t;
    *at = (int)t < tiles - 1 ? (int)t : tiles - 2;
    return t - (float)*at;
}

/* Tile column i of a field, where part fy of the next row of tiles counts. */
static float tile_of(const float (*field)[TX], int i, int j, float fy)
{
    return field[j][i] + fy * (field[j + 1][i] - field[j][i]);
}

void snq__flow_lamp_row(const snq_flow *f, uint32_t level, uint32_t y, float *gain, float *offset)
{
    const snq__flow_level *l = &f->level[level];
    const float rise = (float)TX / (float)l->width, fall = (float)l->width / (float)TX;
    int j;
    const float fy = between((float)y, l->height, TY, &j);
    float g = tile_of(f->lamp.gain, 0, j, fy), o = tile_of(f->lamp.offset, 0, j, fy);
    int32_t from = 0;
    for (int i = -1; i < TX; i++) {
        /* pixels from this tile's centre to the next one's, linear */
        const int right = i < TX - 1 ? i + 1 : TX - 1;
        const float next_g = tile_of(f->lamp.gain, right, j, fy);
        const float next_o = tile_of(f->lamp.offset, right, j, fy);
        const float centre = ((float)i + 0.5f) * fall - 0.5f;
        const int32_t to = i < TX - 1 ? (int32_t)(centre + fall) + 1 : (int32_t)l->n;
        const float g_slope = rise * (next_g - g), o_slope = rise * (next_o - o);
        const float in = (float)from - centre;
        f->k.ramp(gain + from, g + in * g_slope, g_slope, (uint32_t)(to - from));
        f->k.ramp(offset + from, o + in * o_slope, o_slope, (uint32_t)(to - from));
        from = to;
        g = next_g;
        o = next_o;
    }
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

/* A row of pairs and where it lies between the tiles. */
typedef struct pair_row {
    const float *a, *w; /* see snq__flow_pairs */
    int j;
    float fy;
    float gain[TX], offset[TX]; /* the present correction in each column of tiles */
} pair_row;

/* What of the columns is the same in every row. */
typedef struct pair_columns {
    int tile[SNQ__FLOW_PAIRS_SIDE];
    float part[SNQ__FLOW_PAIRS_SIDE]; /* of the next */
} pair_columns;

/* Pairs every pixel, or every `step`th each way, with what lies under its flow. */
static void pair_up(snq_flow *f, uint32_t level)
{
    const snq__flow_level *l = &f->level[level];
    const snq__flow_image *first = snq__flow_first(f, level), *second = snq__flow_second(f, level);
    const float right = (float)(l->width - 1), bottom = (float)(l->height - 1);
    const uint32_t side = l->width > l->height ? l->width : l->height;
    snq__flow_pairs *p = &f->pairs;
    p->step = (side + SNQ__FLOW_PAIRS_SIDE - 1) / SNQ__FLOW_PAIRS_SIDE;
    p->across = (l->width + p->step - 1) / p->step;
    p->down = (l->height + p->step - 1) / p->step;
    for (uint32_t j = 0; j < p->down; j++) {
        const uint32_t y = j * p->step;
        const float *u = snq__flow_row(&l->u, y), *v = snq__flow_row(&l->v, y);
        const int16_t *row = first->at + (ptrdiff_t)y * first->stride;
        for (uint32_t i = 0; i < p->across; i++) {
            const uint32_t x = i * p->step;
            const float px = (float)x + u[x], py = (float)y + v[x];
            const int inside = px >= 0 && py >= 0 && px <= right && py <= bottom;
            p->a[j][i] = inside ? row[x] / ONE : NOWHERE;
            p->w[j][i] = inside ? second_at(second, px, py) : 0;
        }
    }
}

static void begin_columns(const snq_flow *f, uint32_t level, pair_columns *c)
{
    for (uint32_t i = 0; i < f->pairs.across; i++)
        c->part[i] = between((float)(i * f->pairs.step), f->level[level].width, TX, &c->tile[i]);
}

static pair_row begin_row(const snq_flow *f, uint32_t level, uint32_t j)
{
    const snq__flow_lamp *lamp = &f->lamp;
    pair_row r = { .a = f->pairs.a[j], .w = f->pairs.w[j] };
    r.fy = between((float)(j * f->pairs.step), f->level[level].height, TY, &r.j);
    for (int i = 0; i < TX; i++) {
        const float g = lamp->gain[r.j][i], o = lamp->offset[r.j][i];
        r.gain[i] = g + r.fy * (lamp->gain[r.j + 1][i] - g);
        r.offset[i] = o + r.fy * (lamp->offset[r.j + 1][i] - o);
    }
    return r;
}

/* What the present correction leaves of pair i, in units of ROBUST. */
static float rest(const pair_row *r, const pair_columns *c, uint32_t i)
{
    const int k = c->tile[i];
    const float gain = r->gain[k] + c->part[i] * (r->gain[k + 1] - r->gain[k]);
    const float offset = r->offset[k] + c->part[i] * (r->offset[k + 1] - r->offset[k]);
    return (r->a[i] - (r->w[i] * gain + offset)) / ROBUST;
}

static void gather(const snq_flow *f, uint32_t level, const pair_columns *c, sums (*tile)[TX])
{
    const float each = 1;
    for (uint32_t j = 0; j < f->pairs.down; j++) {
        const pair_row row = begin_row(f, level, j);
        float s[TX][2][SUMS] = { 0 }; /* of the pairs between two tiles; times their part */
        for (uint32_t i = 0; i < f->pairs.across; i++) {
            const float a = row.a[i], w = row.w[i];
            if (a < 0)
                continue;
            const float r = f->lamp.on ? rest(&row, c, i) : (a - w) / ROBUST;
            const float weight = each / (1 + r * r);
            const float value[SUMS] = { weight, weight * a, weight * w, weight * w * w,
                                        weight * a * w };
            for (int k = 0; k < SUMS; k++) {
                s[c->tile[i]][0][k] += value[k];
                s[c->tile[i]][1][k] += c->part[i] * value[k];
            }
        }
        for (int i = 0; i < TX - 1; i++)
            for (int k = 0; k < SUMS; k++) {
                const double part = (double)row.fy, next = (double)s[i][1][k];
                const double own = (double)s[i][0][k] - next;
                tile[row.j][i][k] += (1 - part) * own;
                tile[row.j][i + 1][k] += (1 - part) * next;
                tile[row.j + 1][i][k] += part * own;
                tile[row.j + 1][i + 1][k] += part * next;
            }
    }
}

/* Whether what the correction leaves is so much less than what is there without it. */
static int worth(const snq_flow *f, uint32_t level, const pair_columns *c)
{
    double with = 0, without = 0;
    for (uint32_t j = 0; j < f->pairs.down; j++) {
        const pair_row row = begin_row(f, level, j);
        float of_row[2] = { 0, 0 };
        for (uint32_t i = 0; i < f->pairs.across; i++) {
            if (row.a[i] < 0)
                continue;
            const float r = rest(&row, c, i), s = (row.a[i] - row.w[i]) / ROBUST;
            of_row[0] += r * r / (1 + r * r);
            of_row[1] += s * s / (1 + s * s);
        }
        with += (double)of_row[0];
        without += (double)of_row[1];
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

/* Largest difference of two corrections of a dark or a bright grey, in grey levels. */
static float change(const snq__flow_lamp *a, const snq__flow_lamp *b)
{
    static const float grey[2] = { 64, 192 };
    float most = 0;
    for (int k = 0; k < 2 * TX * TY; k++) {
        const int j = k / 2 / TX, i = k / 2 % TX;
        const float gain = (a->on ? a->gain[j][i] : 1) - (b->on ? b->gain[j][i] : 1);
        const float offset = (a->on ? a->offset[j][i] : 0) - (b->on ? b->offset[j][i] : 0);
        most = fmaxf(most, fabsf(gain * grey[k % 2] + offset));
    }
    return most;
}

int snq__flow_lamp_measure(snq_flow *f, uint32_t level)
{
    const snq__flow_lamp before = f->lamp;
    snq__flow_lamp *lamp = &f->lamp;
    sums tile[TY][TX], all = { 0 };
    memset(tile, 0, sizeof tile);
    pair_columns columns;
    pair_up(f, level);
    begin_columns(f, level, &columns);
    gather(f, level, &columns, tile);
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
    lamp->on = worth(f, level, &columns);
    return lamp->on && change(lamp, &before) > CHANGE;
}
