// SPDX-License-Identifier: MIT
/* flow_search -- flow from patches that look for themselves in the next picture; the descent itself
 * is in simd/flow_patch.inc.
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
 *        pixel (SNQ__FLOW_RIDGE): our measurement, 2026-11-21; neither matters within a factor of 3. The weight by
 *        whole patches is as good as the paper's by pixels, and needs no second look at them.
 *
 * COST   A look at a patch takes some 35 cycles with AVX-512, 60 with AVX2; seven looks a patch.
 *
 * REFS   T. Kroeger, R. Timofte, D. Dai, L. Van Gool, "Fast optical flow using dense inverse search",
 *        ECCV 2016; S. Baker, I. Matthews, "Lucas-Kanade 20 years on", IJCV 56(3), 2004. */
#include "watch/flow_impl.h"

enum { STEP = SNQ__FLOW_PATCH / 2 };

static const float STOP = 1e-3f;

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
    const snq__flow_scratch *rows = &f->scratch[index];
    uint32_t from, to;
    snq__flow_part(f->patches_y, index, count, &from, &to);
    for (uint32_t j = from; j < to; j++) {
        const uint32_t cy = STEP * j < l->height ? STEP * j : l->height - 1;
        if (f->lamp.on)
            snq__flow_lamp_row(f, s->level, cy, rows->gain, rows->offset);
        for (uint32_t i = 0; i < f->patches_x; i++) {
            const uint32_t cx = STEP * i < l->width ? STEP * i : l->width - 1;
            const int32_t x = STEP * ((int32_t)i - 1), y = STEP * ((int32_t)j - 1);
            const snq__flow_seek seek = { .first = first,
                                          .second = second,
                                          .x = x,
                                          .y = y,
                                          .u = snq__flow_row(&l->u, cy)[cx],
                                          .v = snq__flow_row(&l->v, cy)[cx],
                                          .gain = f->lamp.on ? rows->gain[cx] : 1,
                                          .stop = STOP,
                                          .steps = f->plan.steps };
            snq__flow_found at;
            f->k.descend(&at, &seek);
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
    snq__flow_team_run(f->team, snq__flow_shares(f, f->patches_y, 8), descend_share, &s);
    snq__flow_team_run(f->team, snq__flow_shares(f, l->height, 32), blend_share, &s);
}
