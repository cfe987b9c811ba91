// SPDX-License-Identifier: MIT
/* flow -- dense optical flow: where every point of one picture is in the next.
 *
 * IDEA   First look from far away, where everything moves little, then step by step closer. At each
 *        scale small patches look for themselves in the next picture, each on its own; then the
 *        field as a whole is made to agree with the pictures and with itself.
 *
 * STEPS  pyramid:  scales of half the size each, down to COARSEST_SIDE px (flow_pyramid.c). A picture
 *                  is taken in once; its pyramid serves the pair before and the pair after.
 *        light:    the change of light is guessed, then measured at scales of up to LAMP_SIDE px
 *                  (flow_light.c); when there is one, the scale begins again, at most twice.
 *        per scale, coarse to fine: enlarge the flow; search patches (flow_search.c) but at the finest
 *                  sizes, where they gain little; refine (flow_refine.c).
 *        sampling: between pixels, levels under `cubic_below` are sampled by cubic B-splines. Linear
 *                  or Keys' cubic sampling answers a small shift s of a wave of f cycles a pixel with
 *                  sin(2 pi f) / (2 pi f) of it, and the flow makes up for that: 7 % too much at
 *                  f = 0.1. The spline's slope is true within 0.1 % there.
 *        lattice:  means over cells, and confidence by the way back (flow_lattice.c).
 *        Nothing is carried from pair to pair but pictures: a cut of the film into pieces changes
 *        nothing.
 *
 * CONST  Presets: warps and sweeps by trial on the pairs named in flow_refine.c, weighing error
 *        against time. COARSEST_SIDE 16: smaller scales changed nothing.
 *
 * COST   640 x 360, real film, one core of a Xeon (Sapphire Rapids), AVX-512, beside OpenCV 4.6's DIS
 *        in the same run (bench/peer_flow.py, 2026-11-21, least of 24 pairs, ms of CPU time; end
 *        error in px on RubberWhale and mean of five synthetic pairs, both among those that the numbers
 *        were tuned on; means of two times ten made pairs that were not):
 *
 *                                     ms   RubberWhale  synthetic  layers  smooth fields
 *            fast                    2.1      0.207       0.051     0.53       0.49
 *            default                 5.8      0.124       0.016     0.43       0.45
 *            fine                   16.1      0.085       0.013     0.38       0.47
 *            DIS fast                5.5      0.445       0.080     0.85       0.73
 *            DIS medium             23.1      0.220       0.035     0.65       0.56
 *            DIS, finest scale 0    94.8      0.114       0.016     0.56       0.54
 *            Farneback              50.6      0.361       0.027     1.39       2.03
 *
 *        The time of `default`, and its layers and smooth fields, are from before patches were searched
 *        at a quarter of the size only: that takes a tenth less, and ten other made pairs got 1.5 % worse.
 *        The lattice with confidence takes 0.4 ms more (64 x 36 cells).
 *        Memory: see flow.h; equations take a few dozen rows (flow_refine.c).
 *
 * LIMITS Those of flow_refine.c. The mean flow of a sway of 0.05 .. 0.5 px is within 1 % of it on
 *        texture with or without noise, within 2.5 % on a soft photograph with noise of one grey
 *        level (fine; default: 2 % and 7 %). Without any noise, rounding to grey levels hides shifts
 *        under 0.2 px in plain parts of photographs (0.74 of 0.05 px, fine), as it does with DIS.
 *        Pictures that are alike but for noise of 2 grey levels seem to move by 0.014 px (texture) to
 *        0.044 px (photograph), default.
 *
 * REFS   T. Kroeger, R. Timofte, D. Dai, L. Van Gool, "Fast optical flow using dense inverse search",
 *        ECCV 2016; M. Unser, "Splines: a perfect fit for signal and image processing", IEEE Signal
 *        Processing Magazine 16(6), 1999; S. Baker et al., "A database and evaluation methodology for
 *        optical flow", IJCV 92(1), 2011 (RubberWhale). */
#include "watch/flow.h"

#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "watch/flow_impl.h"

enum { LANES = SNQ__FLOW_LANES, COARSEST_SIDE = 16, LAMP_SIDE = 128, LAMP_ROUNDS = 2 };

static snq__flow_plan plan_of(snq_flow_preset preset)
{
    static const snq__flow_plan plan[] = {
        [SNQ_FLOW_FAST] = { .finest = 1,
                            .warps = { 0, 1, 2 },
                            .cubic_below = 0,
                            .search_from = 1,
                            .steps = 12,
                            .back = 3,
                            .sweeps = 6,
                            .omega = 1.85f },
        [SNQ_FLOW_DEFAULT] = { .finest = 0,
                               .warps = { 1, 2, 2 },
                               .cubic_below = 2,
                               .search_from = 2,
                               .steps = 6,
                               .back = 2,
                               .sweeps = 7,
                               .omega = 1.85f },
        [SNQ_FLOW_FINE] = { .finest = 0,
                            .warps = { 4, 4, 4 },
                            .cubic_below = 2,
                            .search_from = 1,
                            .steps = 12,
                            .back = 3,
                            .sweeps = 8,
                            .omega = 1.87f },
    };
    return plan[preset];
}

snq_flow_cfg snq_flow_cfg_default(uint32_t width, uint32_t height)
{
    snq_flow_cfg c = { .width = width, .height = height, .preset = SNQ_FLOW_DEFAULT, .threads = 1 };
    c.cells_x = width < 64 ? width : 64;
    const uint64_t square = width ? ((uint64_t)height * c.cells_x + width / 2) / width : 1;
    const uint64_t most = height < SNQ_FLOW_CELLS_MAX ? height : SNQ_FLOW_CELLS_MAX;
    c.cells_y = (uint32_t)(square < 1 ? 1 : square < most ? square : most);
    return c;
}

snq_status snq__flow_check(const snq_flow_cfg *c)
{
    const uint32_t side = SNQ_FLOW_CELLS_MAX;
    const struct {
        const char *name;
        uint32_t value, min, max;
    } field[] = {
        { "width", c->width, SNQ_FLOW_SIDE_MIN, SNQ_FLOW_SIDE_MAX },
        { "height", c->height, SNQ_FLOW_SIDE_MIN, SNQ_FLOW_SIDE_MAX },
        { "preset", (uint32_t)c->preset, SNQ_FLOW_FAST, SNQ_FLOW_FINE },
        { "threads", c->threads, 1, SNQ_FLOW_THREADS_MAX },
        { "cells_x", c->cells_x, 1, c->width < side ? c->width : side },
        { "cells_y", c->cells_y, 1, c->height < side ? c->height : side },
    };
    for (size_t i = 0; i < SNQ_COUNT(field); i++)
        if (field[i].value < field[i].min || field[i].value > field[i].max)
            return SNQ_FAIL(SNQ_ERR_RANGE, "flow: %s %u, must be in [%u, %u]", field[i].name,
                            field[i].value, field[i].min, field[i].max);
    return SNQ_OK;
}

/* ---- construction */

/* Two planes of a level. */
static snq_status level_new(snq__flow_level *l, uint32_t width, uint32_t height)
{
    *l = (snq__flow_level) { .width = width, .height = height };
    l->n = (width + LANES - 1) / LANES * LANES;
    const size_t stride = l->n + 2 * LANES, plane = stride * height;
    l->pixels = snq_calloc(2 * plane, sizeof *l->pixels);
    if (!l->pixels)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: a plane of %u x %u", width, height);
    l->u = (snq__flow_plane) { l->pixels + LANES, stride };
    l->v = (snq__flow_plane) { l->pixels + plane + LANES, stride };
    return SNQ_OK;
}

static snq_status scratch_new(snq__flow_scratch *s, uint32_t n)
{
    enum { ROWS = 2 * SNQ__FLOW_RING + 8 + 2 };
    const size_t stride = n + 4 * (size_t)LANES;
    s->pixels = snq_calloc(ROWS * stride, sizeof *s->pixels);
    if (!s->pixels)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: rows of %u", n);
    float *row = s->pixels + LANES;
    float **const single[] = { &s->loose[0], &s->loose[1], &s->right,  &s->down[0],
                               &s->down[1],  &s->gain,     &s->offset, &s->work };
    for (int i = 0; i < SNQ__FLOW_RING; i++, row += 2 * stride) {
        s->mean[i] = row;
        s->diff[i] = row + stride;
    }
    for (size_t i = 0; i < SNQ_COUNT(single); i++, row += stride)
        *single[i] = row;
    s->work -= LANES;
    return SNQ_OK;
}

static snq_status block_new(snq_flow *f, uint32_t n, uint32_t height)
{
    /* behind each half row a vector of zeros, which are the neighbours outside; an odd number of
     * vectors, or rows would fall on the same lines of the cache */
    f->half = n / 2 + 16;
    f->half += f->half / 16 % 2 ? 0 : 16;
    f->block_row = 2 * SNQ__FLOW_HALVES * f->half;
    const size_t rows = snq__flow_block_rows(&f->plan, height, f->cfg.threads);
    f->block_pixels = snq_calloc(rows * f->block_row + 2 * LANES, sizeof(float));
    f->row = snq_calloc((size_t)height + 2, sizeof *f->row);
    if (!f->block_pixels || !f->row)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: %zu rows of equations", rows);
    f->block = f->block_pixels + LANES;
    return SNQ_OK;
}

static snq_status patches_new(snq_flow *f)
{
    const snq__flow_level *l = &f->level[f->plan.search_from];
    const size_t n = ((size_t)l->width / 4 + 2) * (l->height / 4 + 2);
    for (int c = 0; c < 3; c++) {
        f->patch[c] = snq_calloc(n, sizeof *f->patch[c]);
        if (!f->patch[c])
            return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: %zu patches", n);
    }
    return SNQ_OK;
}

static snq_status build(snq_flow *f)
{
    uint32_t width = f->cfg.width, height = f->cfg.height;
    do {
        SNQ_TRY(level_new(&f->level[f->levels++], width, height));
        width = (width + 1) / 2;
        height = (height + 1) / 2;
    } while (width >= COARSEST_SIDE && height >= COARSEST_SIDE);
    const uint32_t last = f->levels - 1;
    f->plan.finest = f->plan.finest < last ? f->plan.finest : last;
    f->plan.search_from = f->plan.search_from < last ? f->plan.search_from : last;
    const snq__flow_level *finest = &f->level[f->plan.finest];
    SNQ_TRY(block_new(f, finest->n, finest->height));
    SNQ_TRY(patches_new(f));
    f->scratch = snq_calloc(f->cfg.threads, sizeof *f->scratch);
    if (!f->scratch)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: rows of %u threads", f->cfg.threads);
    for (uint32_t i = 0; i < f->cfg.threads; i++)
        SNQ_TRY(scratch_new(&f->scratch[i], f->level[0].n));
    return snq__flow_team_new(f->cfg.threads, &f->team);
}

snq_status snq__flow_new_bare(const snq_flow_cfg *cfg, snq_flow **out)
{
    *out = NULL;
    SNQ_TRY(snq__flow_check(cfg));
    snq_flow *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: no memory");
    f->cfg = *cfg;
    f->plan = plan_of(cfg->preset);
    snq__flow_kernels_init(&f->k, snq_cpu_flags());
    snq_status st;
    SNQ_GOTO(build(f));
    *out = f;
    return SNQ_OK;
fail:
    snq_flow_free(f);
    return st;
}

snq_status snq_flow_new(const snq_flow_cfg *cfg, snq_flow **out)
{
    snq_flow *f;
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq__flow_new_bare(cfg, &f));
    for (int i = 0; i < 2; i++)
        SNQ_GOTO(snq__flow_pyramid_new(&f->own[i], cfg->width, cfg->height, f->levels,
                                       f->plan.cubic_below));
    f->second = &f->own[0];
    *out = f;
    return SNQ_OK;
fail:
    snq_flow_free(f);
    return st;
}

void snq_flow_free(snq_flow *f)
{
    if (!f)
        return;
    snq__flow_team_free(f->team);
    for (uint32_t i = 0; f->scratch && i < f->cfg.threads; i++)
        snq_free(f->scratch[i].pixels);
    snq_free(f->scratch);
    for (int c = 0; c < 3; c++)
        snq_free(f->patch[c]);
    snq_free(f->row);
    snq_free(f->block_pixels);
    for (int i = 0; i < 2; i++)
        snq__flow_pyramid_clear(&f->own[i]);
    for (uint32_t l = 0; l < SNQ__FLOW_LEVELS; l++)
        snq_free(f->level[l].pixels);
    snq_free(f);
}

/* ---- work */

static void start_level(snq_flow *f, uint32_t level)
{
    const snq__flow_level *l = &f->level[level];
    if (level + 1 < f->levels)
        snq__flow_enlarge(f, level);
    else
        memset(l->pixels, 0, 2 * l->u.stride * l->height * sizeof(float));
    if (level >= f->plan.search_from)
        snq__flow_search(f, level);
    snq__flow_refine(f, level);
}

/* Coarse scales, where the light is measured, begin again when it was found to have changed. */
void snq__flow_find(snq_flow *f)
{
    snq__flow_lamp_guess(f);
    for (uint32_t l = f->levels; l-- > f->plan.finest;) {
        const int measures = !f->cfg.steady_light && l > f->plan.finest &&
                             f->level[l].width <= LAMP_SIDE && f->level[l].height <= LAMP_SIDE;
        start_level(f, l);
        for (int i = 0; measures && i < LAMP_ROUNDS && snq__flow_lamp_measure(f, l); i++)
            start_level(f, l);
    }
}

snq_status snq__flow_fits(const snq_flow_cfg *cfg, const snq_picture *luma)
{
    if (luma->width != cfg->width || luma->height != cfg->height || luma->channels != 1)
        return SNQ_FAIL(SNQ_ERR_ARG, "flow: a picture of %u x %u x %u, want %u x %u x 1",
                        luma->width, luma->height, luma->channels, cfg->width, cfg->height);
    return SNQ_OK;
}

snq_status snq_flow_push(snq_flow *f, const snq_picture *luma)
{
    SNQ_TRY(snq__flow_fits(&f->cfg, luma));
    snq__flow_pyramid *now = &f->own[f->second == &f->own[0]];
    f->first = f->second;
    f->second = now;
    snq__flow_take(f, luma, now);
    if (f->pushed < 2)
        f->pushed++;
    if (f->pushed < 2)
        return SNQ_AGAIN;
    snq__flow_find(f);
    return SNQ_OK;
}

void snq_flow_reset(snq_flow *f)
{
    f->pushed = 0;
}

typedef struct dense_job {
    const snq_flow *f;
    float *out;
} dense_job;

static void dense_share(void *user, uint32_t index, uint32_t count)
{
    const dense_job *j = user;
    const snq__flow_level *l = &j->f->level[0];
    uint32_t from, to;
    snq__flow_part(l->height, index, count, &from, &to);
    for (uint32_t y = from; y < to; y++) {
        const float *u = snq__flow_row(&l->u, y), *v = snq__flow_row(&l->v, y);
        float *out = j->out + (size_t)y * l->width * 2;
        for (uint32_t x = 0; x < l->width; x++) {
            out[2 * x] = u[x];
            out[2 * x + 1] = v[x];
        }
    }
}

snq_status snq_flow_get_dense(snq_flow *f, float *out)
{
    if (f->pushed < 2)
        return SNQ_FAIL(SNQ_ERR_STATE, "flow: %u of 2 pictures", (unsigned)f->pushed);
    for (uint32_t l = f->plan.finest; l-- > 0;)
        snq__flow_enlarge(f, l);
    dense_job j = { .f = f, .out = out };
    snq__flow_team_run(f->team, snq__flow_shares(f, f->cfg.height, 32), dense_share, &j);
    return SNQ_OK;
}
