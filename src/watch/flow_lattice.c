// SPDX-License-Identifier: MIT
/* flow_lattice -- the flow's means over the cells of a lattice, and how far each can be trusted.
 *
 * IDEA   Whoever follows the flow and then looks for the way back should arrive where he started.
 *        Asking that once a cell costs a hundredth of a second flow.
 *
 * STEPS  (u, v) of a cell is the mean over its pixels at the finest scale that was refined. The
 *        patch of the second picture in which the cell's middle arrives is sought in the first, from
 *        (-u, -v) on (flow_search.c); e is what the two ways leave, in px of the picture.
 *            confidence = 1 / (1 + (e / tau)^2) * c / (c + CORNER) * RESIDUE / (RESIDUE + d)
 *            tau = TAU + TAU_PART |(u, v)|
 *        c the smaller eigenvalue of the patch's structure matrix, (grey level / px)^2 a pixel:
 *        0 where there is no texture, or edges of one direction alone; d the mean squared difference
 *        that is left. 0 where the middle leaves the picture.
 *        Where cells are smaller than a patch, patches of neighbours overlap: then every second cell
 *        asks, like the white squares of a chessboard, and the others take the mean of the two to four
 *        around them.
 *
 * CONST  TAU 0.3 px and 0.05: errors of good flow are below (flow.c). CORNER 4: what noise of 2 grey
 *        levels gives. RESIDUE 200 squared grey levels: of occlusions. (our choice, 2026-11-21)
 *
 *        The way back ends with a step under STOP^1/2 = 0.1 px, a third of TAU, or after the plan's
 *        `back` steps.
 *
 * LIMITS Large repeated patterns come back to a wrong place with confidence. */
#include "watch/flow_impl.h"

#include <math.h>
#include <string.h>

enum { SIDE = SNQ__FLOW_PATCH };

static const float TAU = 0.3f, TAU_PART = 0.05f, CORNER = 4, RESIDUE = 200, STOP = 1e-2f;

typedef struct lattice_job {
    const snq_flow *f;
    snq_flow_cell *out;
} lattice_job;

/* Whether cell (i, j) asks for the way back itself. */
static int asks(const snq_flow *f, uint32_t i, uint32_t j)
{
    const snq_flow_cfg *c = &f->cfg;
    const int small = c->cells_x * SIDE > c->width && c->cells_y * SIDE > c->height;
    return (i + j) % 2 == 0 || !small;
}

/* Columns (or rows) [*from, *to) of a level that cell i of `cells` covers; at least one. */
static void span_of(uint32_t i, uint32_t cells, uint32_t full, uint32_t scale, uint32_t size,
                    uint32_t *from, uint32_t *to)
{
    *from = (uint32_t)((uint64_t)full * i / cells) / scale;
    *to = ((uint32_t)((uint64_t)full * (i + 1) / cells) + scale - 1) / scale;
    *to = *to < size ? *to : size;
    *from = *from < *to ? *from : *to - 1;
}

static float trust(const snq_flow *f, uint32_t level, float x, float y, float u, float v,
                   float gain)
{
    const snq__flow_image *first = snq__flow_first(f, level), *second = snq__flow_second(f, level);
    const float px = x + u, py = y + v, scale = (float)(1u << level);
    const int32_t ix = (int32_t)lrintf(px) - SIDE / 2, iy = (int32_t)lrintf(py) - SIDE / 2;
    const snq__flow_seek seek = { .first = second,
                                  .second = first,
                                  .x = ix,
                                  .y = iy,
                                  .u = -u,
                                  .v = -v,
                                  .gain = gain,
                                  .stop = STOP,
                                  .steps = f->plan.back };
    snq__flow_found back;
    f->k.descend(&back, &seek);
    const float tau = TAU / scale + TAU_PART * sqrtf(u * u + v * v);
    const float du = back.u + u, dv = back.v + v, corner = back.corner > 0 ? back.corner : 0;
    return 1 / (1 + (du * du + dv * dv) / (tau * tau)) * corner / (corner + CORNER) * RESIDUE /
           (RESIDUE + back.mean_square);
}

static int is_inside(const snq_flow *f, uint32_t level, float x, float y)
{
    const snq__flow_image *p = snq__flow_first(f, level);
    return x >= 0 && y >= 0 && x <= (float)(p->width - 1) && y <= (float)(p->height - 1);
}

/* Sums of rows [y0, y1) of the flow, each column by itself. */
static void add_rows(const snq__flow_level *l, uint32_t y0, uint32_t y1, float *u, float *v)
{
    memcpy(u, snq__flow_row(&l->u, y0), l->n * sizeof *u);
    memcpy(v, snq__flow_row(&l->v, y0), l->n * sizeof *v);
    for (uint32_t y = y0 + 1; y < y1; y++) {
        const float *pu = snq__flow_row(&l->u, y), *pv = snq__flow_row(&l->v, y);
        for (uint32_t x = 0; x < l->n; x++) {
            u[x] += pu[x];
            v[x] += pv[x];
        }
    }
}

static void cells_row(const snq_flow *f, const snq__flow_scratch *s, uint32_t j, snq_flow_cell *out)
{
    const uint32_t level = f->plan.finest, scale = 1u << level;
    const snq__flow_level *l = &f->level[level];
    float *const sum_u = s->loose[0], *const sum_v = s->loose[1];
    uint32_t x0, x1, y0, y1;
    span_of(j, f->cfg.cells_y, f->cfg.height, scale, l->height, &y0, &y1);
    const float y = 0.5f * (float)(y0 + y1 - 1);
    add_rows(l, y0, y1, sum_u, sum_v);
    if (f->lamp.on)
        snq__flow_lamp_row(f, level, (uint32_t)y, s->gain, s->offset);
    for (uint32_t i = 0; i < f->cfg.cells_x; i++) {
        span_of(i, f->cfg.cells_x, f->cfg.width, scale, l->width, &x0, &x1);
        float u = 0, v = 0;
        for (uint32_t x = x0; x < x1; x++) {
            u += sum_u[x];
            v += sum_v[x];
        }
        const float norm = 1 / (float)((x1 - x0) * (y1 - y0)), x = 0.5f * (float)(x0 + x1 - 1);
        const float gain = f->lamp.on ? 1 / s->gain[(uint32_t)x] : 1;
        u *= norm;
        v *= norm;
        out[i] = (snq_flow_cell) { .u = u * (float)scale, .v = v * (float)scale };
        if (is_inside(f, level, x + u, y + v))
            out[i].confidence = asks(f, i, j) ? trust(f, level, x, y, u, v, gain) : 1;
    }
}

static void cells_share(void *user, uint32_t index, uint32_t count)
{
    const lattice_job *job = user;
    const size_t across = job->f->cfg.cells_x;
    uint32_t from, to;
    snq__flow_part(job->f->cfg.cells_y, index, count, &from, &to);
    for (uint32_t j = from; j < to; j++)
        cells_row(job->f, &job->f->scratch[index], j, job->out + j * across);
}

/* Who does not ask for the way back believes the neighbours, who do. */
static void ask_around(const snq_flow *f, snq_flow_cell *out)
{
    const uint32_t across = f->cfg.cells_x, down = f->cfg.cells_y;
    for (uint32_t j = 0; j < down; j++)
        for (uint32_t i = 0; i < across; i++) {
            snq_flow_cell *c = out + (size_t)j * across + i;
            if (asks(f, i, j) || !(c->confidence > 0))
                continue;
            const int has[4] = { i > 0, i + 1 < across, j > 0, j + 1 < down };
            const ptrdiff_t at[4] = { -1, 1, -(ptrdiff_t)across, (ptrdiff_t)across };
            float sum = 0, n = 0;
            for (int k = 0; k < 4; k++)
                if (has[k]) {
                    sum += c[at[k]].confidence;
                    n++;
                }
            c->confidence = n > 0 ? sum / n : 0;
        }
}

snq_status snq_flow_get_cells(snq_flow *f, snq_flow_cell *out)
{
    if (f->pushed < 2)
        return SNQ_FAIL(SNQ_ERR_STATE, "flow: %u of 2 pictures", (unsigned)f->pushed);
    lattice_job job = { .f = f, .out = out };
    snq__flow_team_run(f->team, snq__flow_shares(f, f->cfg.cells_y, 8), cells_share, &job);
    ask_around(f, out);
    return SNQ_OK;
}
