// SPDX-License-Identifier: MIT
/* flow_search -- flow from patches that look for themselves in the next picture.
 *
 * STEPS  Patches of 8 x 8 px stand every 4 px, half a patch over the edges. Each starts from the
 *        flow of the scale above and goes down the slope of its squared difference by Newton's
 *        method; the slopes are those of the patch, not of the place where it is compared, so that
 *        the 2 x 2 matrix is inverted once ("inverse search"):
 *            r      = gain second(x + p) - first(x), less its mean over the patch
 *            H      = sum (g - mean g)(g - mean g)^T + RIDGE,  g = slopes of first
 *            p     -= H^-1 sum r g
 *        It ends when the difference no longer falls, when a step is shorter than STOP, or after
 *        `steps`. Who strays further than a patch's side from where it began, is put back there.
 *        A pixel's flow is the mean of its four patches', weighted by nearness (linear) and
 *        1 / (1 + E), E = mean squared difference in squared grey levels.
 *
 * CONST  Patch 8, every 4: T. Kroeger et al. STOP^2 1e-3 px^2 and RIDGE 0.1 (grey level / px)^2 a
 *        pixel: our measurement, 2026-11-21; neither matters within a factor of 3. The weight by
 *        whole patches is as good as the paper's by pixels, and needs no second look at them.
 *
 * COST   A look at a patch takes some 35 cycles with AVX-512, 60 with AVX2; seven looks a patch.
 *
 * REFS   T. Kroeger, R. Timofte, D. Dai, L. Van Gool, "Fast optical flow using dense inverse search",
 *        ECCV 2016; S. Baker, I. Matthews, "Lucas-Kanade 20 years on", IJCV 56(3), 2004. */
#include "watch/flow_impl.h"

#include <math.h>

enum { SIDE = SNQ__FLOW_PATCH, STEP = SIDE / 2, PIXELS = SIDE * SIDE, ONE = SNQ__FLOW_ONE };

/* How far a patch may hang over the edge of what it is compared with (px). */
enum { OVER = SNQ__FLOW_MARGIN - SIDE - 2 };

static const float STOP = 1e-3f, RIDGE = 0.1f;

static float within(float x, float lowest, float highest)
{
    return x < lowest ? lowest : x > highest ? highest : x;
}

/* The patch of `t` at (x, y) of the other picture: *m, less means. */
static void look(const snq_flow *f, const snq__flow_template *t, const snq__flow_image *image,
                 float x, float y, float gain, snq__flow_match *m)
{
    x = within(x, -OVER, (float)image->width + OVER - SIDE);
    y = within(y, -OVER, (float)image->height + OVER - SIDE);
    const float ix = floorf(x), iy = floorf(y);
    f->k.compare(m, t, image->at + (ptrdiff_t)iy * image->stride + (ptrdiff_t)ix, image->stride,
                 x - ix, y - iy, gain);
    const float mean = m->r / PIXELS;
    m->rr -= m->r * mean;
    m->rx -= t->sx * mean;
    m->ry -= t->sy * mean;
}

snq__flow_found snq__flow_descend(const snq_flow *f, const snq__flow_image *first,
                                  const snq__flow_image *second, int32_t x, int32_t y, float u,
                                  float v, float gain)
{
    snq__flow_template t;
    snq__flow_match m;
    f->k.cut(&t, first, x, y);
    const float ridge = RIDGE * ONE * ONE * PIXELS;
    const float xx = t.sxx - t.sx * t.sx / PIXELS + ridge;
    const float xy = t.sxy - t.sx * t.sy / PIXELS;
    const float yy = t.syy - t.sy * t.sy / PIXELS + ridge;
    const float inverse = 1 / (xx * yy - xy * xy), u0 = u, v0 = v;
    const float part = 0.5f * (xx - yy), corner = 0.5f * (xx + yy) - sqrtf(part * part + xy * xy);
    const float norm = 1.0f / (ONE * ONE * PIXELS);
    snq__flow_found best = { u, v, HUGE_VALF, corner * norm - RIDGE };
    for (uint32_t step = 0;; step++) {
        look(f, &t, second, (float)x + u, (float)y + v, gain, &m);
        if (!(m.rr < best.mean_square))
            break;
        best.u = u;
        best.v = v;
        best.mean_square = m.rr;
        if (step == f->plan.steps)
            break;
        const float du = (yy * m.rx - xy * m.ry) * inverse, dv = (xx * m.ry - xy * m.rx) * inverse;
        u -= du;
        v -= dv;
        if ((u - u0) * (u - u0) + (v - v0) * (v - v0) > PIXELS) {
            best.u = u0;
            best.v = v0;
            break;
        }
        if (du * du + dv * dv < STOP) {
            best.u = u;
            best.v = v;
            break;
        }
    }
    best.mean_square *= norm;
    return best;
}

typedef struct search_job {
    snq_flow *f;
    uint32_t level;
} search_job;

static void descend_share(void *user, uint32_t index, uint32_t count)
{
    const search_job *s = user;
    snq_flow *f = s->f;
    const snq__flow_level *l = &f->level[s->level];
    const snq__flow_image *first = snq__flow_first(f, s->level);
    const snq__flow_image *second = snq__flow_second(f, s->level);
    uint32_t from, to;
    snq__flow_part(f->patches_y, index, count, &from, &to);
    for (uint32_t j = from; j < to; j++) {
        const uint32_t cy = STEP * j < l->height ? STEP * j : l->height - 1;
        for (uint32_t i = 0; i < f->patches_x; i++) {
            const uint32_t cx = STEP * i < l->width ? STEP * i : l->width - 1;
            const int32_t x = STEP * ((int32_t)i - 1), y = STEP * ((int32_t)j - 1);
            const snq__flow_found at = snq__flow_descend(
                f, first, second, x, y, snq__flow_row(&l->u, cy)[cx], snq__flow_row(&l->v, cy)[cx],
                snq__flow_lamp_gain(f, s->level, x + STEP, y + STEP));
            const float weight = 1 / (1 + at.mean_square);
            const size_t k = (size_t)j * f->patches_x + i;
            f->patch[0][k] = weight * at.u;
            f->patch[1][k] = weight * at.v;
            f->patch[2][k] = weight;
        }
    }
}

/* Blocks of 4 x 4 px have the same four patches. */
static void blend_share(void *user, uint32_t index, uint32_t count)
{
    const search_job *s = user;
    snq_flow *f = s->f;
    const snq__flow_level *l = &f->level[s->level];
    uint32_t from, to;
    snq__flow_part(l->height, index, count, &from, &to);
    for (uint32_t y = from; y < to; y++) {
        float *u = snq__flow_row(&l->u, y), *v = snq__flow_row(&l->v, y);
        const float below = ((float)(y % STEP) + 0.5f) / STEP;
        const size_t k = (size_t)(y / STEP) * f->patches_x;
        float left[3], right[3], rise[3];
        for (uint32_t i = 0; i < f->patches_x; i++) {
            for (int c = 0; c < 3; c++) {
                const float *p = f->patch[c] + k + i;
                left[c] = right[c];
                right[c] = p[0] + below * (p[f->patches_x] - p[0]);
                if (i)
                    rise[c] = (right[c] - left[c]) / STEP;
            }
            for (uint32_t x = 0; i && x < STEP; x++) {
                const float t = (float)x + 0.5f, scale = 1 / (left[2] + t * rise[2]);
                u[STEP * (i - 1) + x] = (left[0] + t * rise[0]) * scale;
                v[STEP * (i - 1) + x] = (left[1] + t * rise[1]) * scale;
            }
        }
        snq__flow_extend(u, l->width, 1);
        snq__flow_extend(v, l->width, 1);
    }
}

void snq__flow_search(snq_flow *f, uint32_t level)
{
    const snq__flow_level *l = &f->level[level];
    search_job s = { .f = f, .level = level };
    f->patches_x = (l->width + STEP - 1) / STEP + 1;
    f->patches_y = (l->height + STEP - 1) / STEP + 1;
    snq__flow_team_run(f->team, snq__flow_shares(f, f->patches_y, 4), descend_share, &s);
    snq__flow_team_run(f->team, snq__flow_shares(f, l->height, 16), blend_share, &s);
}
