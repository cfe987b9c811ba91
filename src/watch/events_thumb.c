// SPDX-License-Identifier: MIT
/* events_thumb -- small pictures of pictures, and how alike two of them are.
 *
 * IDEA   Two pictures of one shot hold the same things, a little moved, in the same light or in
 *        another; two of different shots don't. So each block of one is looked for near its place in
 *        the other, after the light of the whole has been made equal: what isn't found is broken.
 *
 * STEPS  cells:  c[j, i] = mean luma of the area, at most 64 along the long side
 *        light:  a' = (a - mean a), b' = g (b - mean b), g = spread a / spread b within 1/2 .. 2
 *        block:  S x S cells, alike(d) = 2 cov(a', b'_d) / (var a' + var b'_d + (mean a' - mean
 *                b'_d)^2 + N), d within +-R cells; alike = the best over d, cut to 0 .. 1
 *        broken: sum w (1 - alike) / sum w, w = min(sqrt(max(var a', var b')), W) + W0
 *        colour: the larger distance of the histograms of Cb and of Cr; distance = half the sum of
 *                |h_a - h_b| after smoothing with (1 2 1)/4
 *
 * CONST  S 12 cells (a fifth of the picture's width: smaller blocks of smooth pictures are found
 *        anywhere; measured on films of noise textures), R 6 cells: a tenth of the width from one
 *        picture to the next. Rings around the place are searched until one
 *        has alike >= 0.8. N = (1.5 levels)^2: noise of the means of cells. W = 16 levels: above it, contrast
 *        doesn't make a block more telling; W0 = 0.25 so that flat pictures weigh something.
 *
 * COST   28 blocks of 144 cells at up to 169 places: 0.7 M multiplications a pair at worst, 4 k for
 *        pictures that stand still; one pass over luma.
 *
 * LIMITS Blocks are moved, not turned or grown: fast turns and zooms look broken in part. */
#include "watch/events_impl.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 4096, TILES = 4, BLOCK = 12, REACH = 6, BLOCKS_X = 7, BLOCKS_Y = 4 };
#define NOISE_2   (1.5f * 1.5f)
#define ALIKE     0.8f
#define WEIGHT_HI 16.0f
#define WEIGHT_LO 0.25f

static uint32_t at_least_1(uint32_t x)
{
    return x ? x : 1;
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

snq__thumb_plan snq__thumb_look(uint32_t width, uint32_t height)
{
    const uint32_t side = width > height ? width : height;
    snq__thumb_plan p = { .across = width, .down = height };
    if (side > SNQ__THUMB_SIDE) {
        p.across = at_least_1((width * SNQ__THUMB_SIDE + side / 2) / side);
        p.down = at_least_1((height * SNQ__THUMB_SIDE + side / 2) / side);
    }
    const uint32_t least = lesser(p.across, p.down);
    p.block = lesser(BLOCK, at_least_1(3 * least / 4));
    p.reach = lesser(REACH, p.block / 2);
    const int upright = height > width;
    p.blocks_x = lesser(upright ? BLOCKS_Y : BLOCKS_X, p.across - p.block + 1);
    p.blocks_y = lesser(upright ? BLOCKS_X : BLOCKS_Y, p.down - p.block + 1);
    return p;
}

/* line (width,): rows are added up first, which vectors do, and cells after that. At most 128 rows of
 * 255 fit. */
static void reduce(const snq__thumb_plan *p, const snq_picture *luma, uint16_t *line, int16_t *cell)
{
    for (uint32_t j = 0; j < p->down; j++) {
        const uint32_t y0 = (uint32_t)((uint64_t)j * luma->height / p->down);
        const uint32_t y1 = (uint32_t)((uint64_t)(j + 1) * luma->height / p->down);
        memset(line, 0, luma->width * sizeof *line);
        for (uint32_t y = y0; y < y1; y++) {
            const uint8_t *row = snq_picture_row(luma, y);
            for (uint32_t x = 0; x < luma->width; x++)
                line[x] = (uint16_t)(line[x] + row[x]);
        }
        uint32_t x = 0;
        for (uint32_t i = 0; i < p->across; i++) {
            const uint32_t x0 = x, x1 = (uint32_t)((uint64_t)(i + 1) * luma->width / p->across);
            uint32_t sum = 0;
            for (; x < x1; x++)
                sum += line[x];
            const uint32_t n = (x1 - x0) * (y1 - y0);
            cell[j * p->across + i] = (int16_t)(((uint64_t)sum * SNQ__THUMB_ONE + n / 2) / n);
        }
    }
}

/* Shares of the values of about SAMPLES pixels in `bins` bins, smoothed. */
static void histogram(const snq_picture *p, uint32_t bins, float *out)
{
    uint32_t count[SNQ__HIST_LUMA + 2] = { 0 };
    const uint32_t width = 256 / bins;
    uint32_t n = 0, step = 1;
    while ((uint64_t)p->width * p->height > (uint64_t)SAMPLES * step * step)
        step++;
    memset(out, 0, bins * sizeof *out);
    if (!p->pixels)
        return;
    for (uint32_t y = 0; y < p->height; y += step) {
        const uint8_t *row = snq_picture_row(p, y);
        for (uint32_t x = 0; x < p->width; x += step)
            count[1 + row[x] / width]++;
        n += (p->width + step - 1) / step;
    }
    if (!n)
        return;
    /* the ends are mirrored, so that the sum stays 1 */
    count[0] = count[1];
    count[bins + 1] = count[bins];
    for (uint32_t i = 0; i < bins; i++)
        out[i] = (float)(count[i] + 2 * count[i + 1] + count[i + 2]) / (4.0f * (float)n);
}

void snq__thumb_make(const snq__thumb_plan *plan, const snq_picture *luma, const snq_picture *cb,
                     const snq_picture *cr, uint16_t *line, snq__thumb *t)
{
    const uint32_t n = plan->across * plan->down;
    reduce(plan, luma, line, t->cell);
    histogram(luma, SNQ__HIST_LUMA, t->luma);
    histogram(cb, SNQ__HIST_CHROMA, t->cb);
    histogram(cr, SNQ__HIST_CHROMA, t->cr);
    int64_t sum = 0, square = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += t->cell[i];
        square += (int32_t)t->cell[i] * t->cell[i];
    }
    const double mean = (double)sum / n, var = (double)square / n - mean * mean;
    t->mean = (float)(mean / SNQ__THUMB_ONE);
    t->spread = (float)(sqrt(var > 0 ? var : 0) / SNQ__THUMB_ONE);
}

/* ---- match ---- */

enum { TABLE = (SNQ__THUMB_SIDE + 1) * (SNQ__THUMB_SIDE + 1) };

/* Sums over all rectangles from the corner, modulo 2^32: a block's are exact. */
typedef struct table {
    uint32_t one[TABLE], two[TABLE]; /* (down + 1, across + 1) */
} table;

/* A pair of thumbs and what makes their light equal. */
typedef struct pair {
    const snq__thumb_plan *plan;
    const int16_t *a, *b;
    float mean_a, mean_b, gain; /* cells' units */
    table ta, tb;
} pair;

static void fill_table(const snq__thumb_plan *p, const int16_t *cell, table *t)
{
    const uint32_t row = p->across + 1;
    memset(t->one, 0, row * sizeof *t->one);
    memset(t->two, 0, row * sizeof *t->two);
    for (uint32_t y = 0; y < p->down; y++) {
        uint32_t one = 0, two = 0, k = (y + 1) * row;
        t->one[k] = t->two[k] = 0;
        for (uint32_t x = 0; x < p->across; x++, k++) {
            const uint32_t v = (uint32_t)cell[y * p->across + x];
            one += v;
            two += v * v;
            t->one[k + 1] = t->one[k + 1 - row] + one;
            t->two[k + 1] = t->two[k + 1 - row] + two;
        }
    }
}

static uint32_t over_block(const snq__thumb_plan *p, const uint32_t *sum, uint32_t x, uint32_t y)
{
    const uint32_t row = p->across + 1, *at = sum + y * row + x, *below = at + p->block * row;
    return below[p->block] - below[0] - at[p->block] + at[0];
}

static int32_t add_products(const snq__thumb_plan *p, const int16_t *a, const int16_t *b)
{
    int32_t s = 0;
    if (p->block == BLOCK) { /* all but tiny pictures: known lengths make vectors */
        for (uint32_t y = 0; y < BLOCK; y++, a += p->across, b += p->across)
            for (uint32_t x = 0; x < BLOCK; x++)
                s += (int32_t)a[x] * b[x];
        return s;
    }
    for (uint32_t y = 0; y < p->block; y++)
        for (uint32_t x = 0; x < p->block; x++)
            s += (int32_t)a[y * p->across + x] * b[y * p->across + x];
    return s;
}

/* A block of a: where it is, its mean and variance; and how it was found in b. */
typedef struct block {
    uint32_t x, y;
    float mean, var;
    float best, most_var; /* likeness; the larger variance at the place itself */
    int32_t dx, dy;
} block;

/* How alike the block and that at (x, y) of b are, at most 1. */
static float alike(const pair *q, const block *k, uint32_t x, uint32_t y, float *var_b)
{
    const snq__thumb_plan *p = q->plan;
    const float n = (float)(p->block * p->block);
    const float mb = (float)over_block(p, q->tb.one, x, y) / n;
    const float vb = q->gain * q->gain * ((float)over_block(p, q->tb.two, x, y) / n - mb * mb);
    const int32_t ab = add_products(p, q->a + k->y * p->across + k->x, q->b + y * p->across + x);
    const float cov = q->gain * ((float)ab / n - k->mean * mb);
    const float off = k->mean - q->mean_a - q->gain * (mb - q->mean_b);
    const float noise = NOISE_2 * SNQ__THUMB_ONE * SNQ__THUMB_ONE;
    *var_b = vb;
    return (2 * cov + noise) / (k->var + vb + off * off + noise);
}

static void try_at(const pair *q, block *k, int32_t dx, int32_t dy)
{
    const snq__thumb_plan *p = q->plan;
    const int32_t x = (int32_t)k->x + dx, y = (int32_t)k->y + dy;
    if (x < 0 || y < 0 || x > (int32_t)(p->across - p->block) || y > (int32_t)(p->down - p->block))
        return;
    float var;
    const float now = alike(q, k, (uint32_t)x, (uint32_t)y, &var);
    if (now > k->best) {
        k->best = now;
        k->dx = dx;
        k->dy = dy;
    }
}

/* The best place of the block within b, ring by ring until it is good enough. */
static void look_around(const pair *q, block *k)
{
    const float n = (float)(q->plan->block * q->plan->block);
    float var;
    k->mean = (float)over_block(q->plan, q->ta.one, k->x, k->y) / n;
    k->var = (float)over_block(q->plan, q->ta.two, k->x, k->y) / n - k->mean * k->mean;
    k->best = alike(q, k, k->x, k->y, &var);
    k->most_var = fmaxf(k->var, var);
    k->dx = k->dy = 0;
    for (int32_t r = 1; r <= (int32_t)q->plan->reach && k->best < ALIKE; r++)
        for (int32_t i = -r; i < r; i++) {
            try_at(q, k, i, -r);
            try_at(q, k, r, i);
            try_at(q, k, -i, r);
            try_at(q, k, -r, -i);
        }
}

static float distance(const float *a, const float *b, uint32_t n)
{
    float sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += fabsf(a[i] - b[i]);
    return 0.5f * sum;
}

snq__match snq__thumb_match(const snq__thumb_plan *p, const snq__thumb *a, const snq__thumb *b)
{
    const float gain = b->spread > 0 ? a->spread / b->spread : 1;
    pair q = { .plan = p };
    q.a = a->cell;
    q.b = b->cell;
    q.mean_a = a->mean * SNQ__THUMB_ONE;
    q.mean_b = b->mean * SNQ__THUMB_ONE;
    q.gain = fminf(fmaxf(gain, 0.5f), 2.0f);
    fill_table(p, a->cell, &q.ta);
    fill_table(p, b->cell, &q.tb);
    const uint32_t room_x = p->across - p->block, room_y = p->down - p->block;
    float broken = 0, weights = 0, shifts = 0, texture = 0, way, left;
    for (uint32_t j = 0; j < p->blocks_y; j++)
        for (uint32_t i = 0; i < p->blocks_x; i++) {
            block k;
            k.x = p->blocks_x > 1 ? i * room_x / (p->blocks_x - 1) : room_x / 2;
            k.y = p->blocks_y > 1 ? j * room_y / (p->blocks_y - 1) : room_y / 2;
            look_around(&q, &k);
            const float spread = sqrtf(fmaxf(k.most_var, 0)) / SNQ__THUMB_ONE;
            const float w = fminf(spread, WEIGHT_HI) + WEIGHT_LO;
            broken += w * (1 - fminf(fmaxf(k.best, 0), 1));
            shifts += w * hypotf((float)k.dx, (float)k.dy);
            weights += w;
            texture += spread;
        }
    const float change = snq__thumb_blend(p, a, a, b, &way, &left), mean = b->mean - a->mean;
    return (snq__match) {
        .broken = broken / weights,
        .shift = shifts / weights,
        .texture = texture / (float)(p->blocks_x * p->blocks_y),
        .change = change,
        .reshape = sqrtf(fmaxf(change * change - mean * mean, 0)),
        .tone = distance(a->luma, b->luma, SNQ__HIST_LUMA),
        .colour = fmaxf(distance(a->cb, b->cb, SNQ__HIST_CHROMA),
                        distance(a->cr, b->cr, SNQ__HIST_CHROMA)),
    };
}

/* ---- blend ---- */

float snq__thumb_blend(const snq__thumb_plan *p, const snq__thumb *a, const snq__thumb *m,
                       const snq__thumb *b, float *way, float *left)
{
    const uint32_t n = p->across * p->down;
    int64_t bb = 0, bm = 0, mm = 0;
    for (uint32_t y = 0; y < p->down; y++) {
        const uint32_t k = y * p->across;
        const int16_t *ra = a->cell + k, *rb = b->cell + k, *rm = m->cell + k;
        int32_t sbb = 0, sbm = 0, smm = 0; /* 64 (8 * 255)^2 fits */
        for (uint32_t x = 0; x < p->across; x++) {
            const int32_t db = rb[x] - ra[x], dm = rm[x] - ra[x];
            sbb += db * db;
            sbm += db * dm;
            smm += dm * dm;
        }
        bb += sbb;
        bm += sbm;
        mm += smm;
    }
    /* the part of the light of the whole: it goes its way in any case */
    const double one = SNQ__THUMB_ONE, lb = one * (double)(b->mean - a->mean);
    const double lm = one * (double)(m->mean - a->mean);
    const double vb = (double)bb / n - lb * lb, vm = (double)mm / n - lm * lm;
    const double cov = (double)bm / n - lb * lm;
    const int flat = vb < 0.01 * one * one;
    *way = flat ? 0 : (float)(cov / vb);
    *left = flat ? 0 : (float)((vm - cov * cov / vb) / vb);
    return (float)(sqrt((double)bb / n) / one);
}

float snq__thumb_uneven(const snq__thumb_plan *p, const snq__thumb *a, const snq__thumb *m,
                        const snq__thumb *b, float way)
{
    double bb[TILES * TILES] = { 0 }, bm[TILES * TILES] = { 0 }, all = 0, off = 0;
    for (uint32_t y = 0; y < p->down; y++)
        for (uint32_t x = 0; x < p->across; x++) {
            const uint32_t k = y * p->across + x;
            const uint32_t i = y * TILES / p->down * TILES + x * TILES / p->across;
            const int32_t db = b->cell[k] - a->cell[k];
            bb[i] += (double)(db * db);
            bm[i] += (double)(db * (m->cell[k] - a->cell[k]));
        }
    for (uint32_t i = 0; i < TILES * TILES; i++) {
        all += bb[i];
        off += fabs(bm[i] - (double)way * bb[i]);
    }
    return all > 0 ? (float)(off / all) : 0;
}
