// SPDX-License-Identifier: MIT
/* flow_refine -- makes the flow of one scale agree with the pictures and with itself.
 *
 * IDEA   Where there is texture, the picture says how it moved; where there is none, the neighbours
 *        know. The flow wanted is the one that makes the second picture, drawn back along it, most
 *        like the first, in brightness and in the slopes of brightness, and that changes from pixel
 *        to pixel little, but for few sharp borders, which lie where the picture has borders too.
 *
 * STEPS  w = second at x + flow (light corrected), mean = (first + w) / 2, diff = w - first, in grey
 *        levels. Slopes of mean and diff by central differences: ix, iy, ixx, ixy, iyy; ixt, iyt.
 *        For the change d of the flow, weighted squares:
 *            brightness  k0 n0 (ix du + iy dv + diff)^2
 *            its slopes  k1 n1 (ixx du + ixy dv + ixt)^2 + k1 n2 (ixy du + iyy dv + iyt)^2
 *            n  = 1 / (squares of the two slopes + ZETA): counts distances in px, not in grey levels
 *            k0 = DELTA / sqrt(n0 diff^2 + EPSILON_D), k1 = GAMMA / sqrt(n1 ixt^2 + n2 iyt^2 +
 *                 EPSILON_G): what fits badly now (occluded, say) counts less; 0 outside the picture
 *            smoothness  sum over neighbours of w_ij |flow_i - flow_j|^2
 *            w_ij = (g_i + g_j) / 2 / (1 + EDGE (first_i - first_j)^2)
 *            g    = ALPHA / sqrt(squares of the flow's four forward differences + EPSILON_S)
 *        The minimum is a linear system in the whole flow u = u0 + du, two unknowns a pixel:
 *            (sum w + a11) u + a12 v = c1 + sum w u_j,    a12 u + (sum w + a22) v = c2 + sum w v_j
 *        solved by `sweeps` of successive over-relaxation, starting from the present flow: first all
 *        pixels with x + y even, then the odd ones, so that all of one colour may be done at once.
 *        Then all anew from the better flow, as often as the plan's `warps` say.
 *
 *        wave:   Equations of a row are 72 bytes a pixel: to write them to memory and read them for
 *                every sweep would take longer than all arithmetic. Half sweep h of row y needs only
 *                half sweep h - 1 of rows y - 1, y, y + 1. So one wave goes over the rows: row t gets
 *                its equations, row t - 1 its first half sweep, t - 2 the second, and so on, and the
 *                last in the train goes back into the flow. 2 sweeps + 4 rows, used in turn, hold all
 *                that lives, and stay in the second cache.
 *        stripes: each thread lets a wave go over its own stripe, where every step leaves out one
 *                row more at each border to another stripe; when all are done, the triangles left
 *                out around the borders are filled in. The same numbers are added in the same order
 *                as with one stripe, so the result is the same bit by bit. Where a stripe is too low
 *                for its triangles, the steps are done in several rounds.
 *
 * CONST  Found by coordinate descent on twenty made pairs (layers of photographs with occlusion,
 *        photographs under smooth fields), RubberWhale and five synthetic pairs; made pairs that had
 *        no part in it gained as much (see flow.c). 2026-11-21.
 *        GAMMA 10 and ALPHA 20 are OpenCV's, the minimum is there; DELTA 7 (5 there). ZETA 0.0095.
 *        EDGE 0.005: a step of 14 grey levels halves the weight. EPSILON_D 0.4 and EPSILON_G 0.09
 *        px^2: errors under half a pixel count by their squares, so that rounding to grey levels does
 *        not pull small motions to zero. EPSILON_S 1e-4 px^2.
 *
 * COST   A pixel and warp: 7 to 15 cycles for the equations with AVX-512 (linear, cubic), 1.5 a sweep,
 *        which the second cache's bandwidth limits.
 *
 * LIMITS What moves further than its own size at every scale where it can be seen is lost. Flow is
 *        smeared over occluded background. Plain areas follow their borders, right or wrong.
 *
 * REFS   T. Brox, A. Bruhn, N. Papenberg, J. Weickert, "High accuracy optical flow estimation based on
 *        a theory for warping", ECCV 2004; H. Zimmer, A. Bruhn, J. Weickert, "Optic flow in harmony",
 *        IJCV 93(3), 2011 (normalised terms, borders of the picture); D. M. Young, "Iterative solution
 *        of large linear systems", 1971. */
#include "watch/flow_impl.h"

#include <string.h>

enum { LANES = SNQ__FLOW_LANES, RING = SNQ__FLOW_RING, LEAST_ROWS = 32 };

static const float ALPHA = 20, DELTA = 7, GAMMA = 10, ZETA = 0.0095f;
static const float EPSILON_S = 1e-4f, EPSILON_D = 0.4f, EPSILON_G = 0.09f, EDGE = 0.005f;

typedef struct refine_job {
    snq_flow *f;
    uint32_t level;
    uint32_t stripes;
    uint32_t first, end; /* steps that this round does */
} refine_job;

static uint32_t clamp_row(int64_t y, uint32_t height)
{
    return y < 0 ? 0 : y < height ? (uint32_t)y : height - 1;
}

/* ---- equations */

/* mean and diff of row y. */
static void sample_row(const refine_job *j, snq__flow_scratch *s, uint32_t y)
{
    const snq_flow *f = j->f;
    const snq__flow_level *l = &f->level[j->level];
    const int cubic = j->level < f->plan.cubic_below;
    snq__flow_sample p = { .first = snq__flow_first(f, j->level),
                           .second =
                               cubic ? &f->second->spline[j->level] : snq__flow_second(f, j->level),
                           .u = snq__flow_row(&l->u, y),
                           .v = snq__flow_row(&l->v, y),
                           .y = y,
                           .n = l->n,
                           .cubic = cubic };
    if (f->lamp.on) {
        snq__flow_lamp_row(f, j->level, y, s->gain, s->offset);
        p.light = (snq__flow_light) { s->gain, s->offset };
    }
    float *mean = s->mean[y % RING], *diff = s->diff[y % RING];
    f->k.sample(&p, mean, diff);
    snq__flow_extend(mean, l->width, 2);
    snq__flow_extend(diff, l->width, 1);
}

static void loose_row(const refine_job *j, snq__flow_scratch *s, uint32_t y)
{
    const snq__flow_level *l = &j->f->level[j->level];
    const uint32_t below = clamp_row((int64_t)y + 1, l->height);
    const float *const u[2] = { snq__flow_row(&l->u, y), snq__flow_row(&l->u, below) };
    const float *const v[2] = { snq__flow_row(&l->v, y), snq__flow_row(&l->v, below) };
    j->f->k.looseness(s->loose[y % 2], u, v, ALPHA, EPSILON_S, l->n);
}

/* Weights of row y; looseness of rows y and y + 1 is there. */
static void couple_row(const refine_job *j, snq__flow_scratch *s, uint32_t y)
{
    const snq__flow_level *l = &j->f->level[j->level];
    const snq__flow_image *image = snq__flow_first(j->f, j->level);
    const int16_t *at = image->at + (ptrdiff_t)y * image->stride;
    const float *const loose[2] = { s->loose[y % 2], s->loose[(y + 1) % 2] };
    const int16_t *const row[2] = { at, at + image->stride };
    float *down = s->down[y % 2];
    j->f->k.couple(s->right, down, loose, row, EDGE, l->n);
    /* nothing beyond the picture has a weight */
    for (uint32_t i = l->width - 1; i < l->n; i++)
        s->right[i] = 0;
    for (uint32_t i = y + 1 < l->height ? l->width : 0; i < l->n; i++)
        down[i] = 0;
}

static void equate_row(const refine_job *j, snq__flow_scratch *s, uint32_t y)
{
    const snq_flow *f = j->f;
    const snq__flow_level *l = &f->level[j->level];
    snq__flow_terms t = { .u = snq__flow_row(&l->u, y),
                          .v = snq__flow_row(&l->v, y),
                          .right = s->right,
                          .down = s->down[y % 2],
                          .down_above = s->down[(y + 1) % 2],
                          .delta = DELTA,
                          .gamma = GAMMA,
                          .zeta = ZETA,
                          .epsilon_d = EPSILON_D,
                          .epsilon_g = EPSILON_G,
                          .omega = f->plan.omega,
                          .y = y,
                          .n = l->n,
                          .width = l->width,
                          .height = l->height };
    for (int k = -2; k <= 2; k++)
        t.mean[k + 2] = s->mean[clamp_row((int64_t)y + k, l->height) % RING];
    for (int k = -1; k <= 1; k++)
        t.diff[k + 1] = s->diff[clamp_row((int64_t)y + k, l->height) % RING];
    f->k.equate(&t, f->row[y + 1], f->half);
}

/* ---- a wave of steps over the rows */

/* What must be there before the first row of a stripe can be made. */
static void begin_stripe(const refine_job *j, snq__flow_scratch *s, uint32_t from)
{
    if (from) {
        loose_row(j, s, from - 1);
        loose_row(j, s, from);
        couple_row(j, s, from - 1);
    } else {
        memset(s->down[1], 0, j->f->level[j->level].n * sizeof *s->down[1]);
        loose_row(j, s, 0);
    }
    s->sampled = clamp_row((int64_t)from - 2, j->f->level[j->level].height);
}

/* Rows of a stripe come in order. */
static void make_row(const refine_job *j, snq__flow_scratch *s, uint32_t y)
{
    const uint32_t height = j->f->level[j->level].height;
    const uint32_t last = clamp_row((int64_t)y + 2, height);
    for (; s->sampled <= last; s->sampled++)
        sample_row(j, s, s->sampled);
    if (y + 1 < height)
        loose_row(j, s, y + 1);
    couple_row(j, s, y);
    equate_row(j, s, y);
}

/* Step `step` of row y: its equations, the half sweeps, and its return to the flow. */
static void do_step(const refine_job *j, snq__flow_scratch *s, uint32_t step, uint32_t y)
{
    const snq_flow *f = j->f;
    const snq__flow_level *l = &f->level[j->level];
    if (step == 0) {
        make_row(j, s, y);
    } else if (step <= 2 * f->plan.sweeps) {
        float *const block[3] = { f->row[y], f->row[y + 1], f->row[y + 2] };
        f->k.relax(block, f->half, y, (step - 1) & 1, f->plan.omega, l->n);
    } else {
        float *u = snq__flow_row(&l->u, y), *v = snq__flow_row(&l->v, y);
        f->k.join(u, v, f->row[y + 1], f->half, y, l->n);
        snq__flow_extend(u, l->width, 1);
        snq__flow_extend(v, l->width, 1);
    }
}

/* Steps first .. end - 1 of a stripe: step h follows h rows behind. It leaves out what depends on
 * the stripes beside it: with each step one more row at its borders. */
static void inner_share(void *user, uint32_t index, uint32_t count)
{
    const refine_job *j = user;
    snq__flow_scratch *s = &j->f->scratch[index];
    const int64_t height = j->f->level[j->level].height, steps = j->end - j->first;
    uint32_t from, to;
    snq__flow_part((uint32_t)height, index, count, &from, &to);
    if (j->first == 0)
        begin_stripe(j, s, from);
    for (int64_t t = from; t < to + steps; t++)
        for (int64_t h = 0; h < steps; h++) {
            const int64_t y = t - h;
            if (y >= from + (from ? h : 0) && y < to - (to < height ? h : 0))
                do_step(j, s, j->first + (uint32_t)h, (uint32_t)y);
        }
}

/* What inner_share has left out around the border below stripe `index`. */
static void border_share(void *user, uint32_t index, uint32_t count)
{
    const refine_job *j = user;
    uint32_t from, border;
    snq__flow_part(j->f->level[j->level].height, index, count + 1, &from, &border);
    const int64_t steps = j->end - j->first;
    for (int64_t t = border; t < border + 2 * steps; t++)
        for (int64_t h = 1; h < steps; h++) {
            const int64_t y = t - h;
            if (y >= border - h && y < border + h)
                do_step(j, NULL, j->first + (uint32_t)h, (uint32_t)y);
        }
}

/* Gives every row of a level its place. Where a stripe does all steps in one wave, a row far from
 * the borders is needed while the wave goes over it, and a few rows in turn serve all: they stay in
 * the cache. */
static void place_rows(snq_flow *f, uint32_t height, uint32_t stripes, uint32_t steps, int one_wave)
{
    float *zeros = f->block, *next = zeros + f->block_row;
    f->row[0] = f->row[height + 1] = zeros;
    for (uint32_t i = 0; i < stripes; i++) {
        uint32_t from, to;
        snq__flow_part(height, i, stripes, &from, &to);
        const uint32_t keep_from = one_wave ? from + (from ? steps + 1 : 0) : to;
        const uint32_t keep_to = one_wave ? to - (to < height ? steps + 1 : 0) : to;
        float *ring = next;
        if (keep_from < keep_to)
            next += (steps + 2) * f->block_row;
        for (uint32_t y = from; y < to; y++) {
            if (y >= keep_from && y < keep_to) {
                f->row[y + 1] = ring + y % (steps + 2) * f->block_row;
            } else {
                f->row[y + 1] = next;
                next += f->block_row;
            }
        }
    }
}

uint32_t snq__flow_block_rows(const snq__flow_plan *plan, uint32_t height, uint32_t threads)
{
    const uint32_t steps = 2 * plan->sweeps + 2;
    const uint64_t most = (uint64_t)threads * (3 * (steps + 2)) + 1;
    const uint64_t all = (uint64_t)height + threads * (uint64_t)(steps + 2) + 1;
    return (uint32_t)(most < all ? most : all);
}

static void refine_once(refine_job *j)
{
    snq_flow *f = j->f;
    const uint32_t height = f->level[j->level].height, steps = 2 * f->plan.sweeps + 2;
    const uint32_t stripes = snq__flow_shares(f, height, LEAST_ROWS);
    /* so few steps at a time that what is left out at two borders does not meet */
    const uint32_t rows = height / stripes;
    const uint32_t most = stripes == 1 || rows >= 2 * (steps + 1) ? steps : rows / 2;
    place_rows(f, height, stripes, steps, most == steps);
    for (j->first = 0; j->first < steps; j->first = j->end) {
        j->end = j->first + most < steps ? j->first + most : steps;
        snq__flow_team_run(f->team, stripes, inner_share, j);
        snq__flow_team_run(f->team, stripes - 1, border_share, j);
    }
}

void snq__flow_refine(snq_flow *f, uint32_t level)
{
    refine_job j = { .f = f, .level = level };
    const uint32_t warps = f->plan.warps[level < 2 ? level : 2];
    for (uint32_t i = 0; i < warps; i++)
        refine_once(&j);
}
