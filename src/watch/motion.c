// SPDX-License-Identifier: MIT
/* motion -- the order of the steps, and what is done while frames come in.
 *
 * IDEA   Two passes. While frames come in, they are stored, and a plane of flow (an affine field) is
 *        fitted to each: its six numbers tell later whether the whole frame shifts, turns or grows.
 *        When all is there, each cell is read as a series over time, once for its spectrum and,
 *        where it moves, once more for the signals of its bands.
 *
 * STEPS  push:   store; weighted least squares u = a0 + a1 x + a2 y, v likewise, x and y from the
 *                middle, in half heights
 *        finish: shots between cuts; spectra of all cells -> power, line, axis of each cell and band
 *                -> regions, types, shape; signals of moving cells -> magnitudes, trend, changes
 *        Bridging: frames without flow (BAD, REPEATED, the one over a cut, a cell's own without
 *                confidence) are linear between their neighbours within the shot. REPEATED pictures
 *                mean that motion of n pictures is seen in n - r of them, so the velocities are
 *                multiplied by (n - r)/n: the way stays the same.
 *
 * CONST  A cell's frame counts when its confidence is over 0.1 (the scale's lowest tenth is what
 *        fails the forward-backward check outright).
 *
 * COST   20 operations a cell and frame for the plane, then see motion_spectra.c, motion_signals.c. */
#include "watch/motion_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { SIDE_MAX = 256 };
#define LEAST_CONFIDENCE 0.1f

snq_motion_cfg snq_motion_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down)
{
    return (snq_motion_cfg) { .fps = fps,
                              .width = width,
                              .height = height,
                              .scale = 1,
                              .across = across,
                              .down = down,
                              .frames_max = 1 << 22,
                              .memory_max = (size_t)48 << 20,
                              .spill_fd = -1 };
}

snq_status snq_motion_new(const snq_motion_cfg *cfg, snq_motion **out)
{
    snq_status st;
    *out = NULL;
    if (!(cfg->fps >= 1 && cfg->fps <= 1e5))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g frames a second are not in 1 .. 100000", cfg->fps);
    if (cfg->across < 1 || cfg->across > SIDE_MAX || cfg->down < 1 || cfg->down > SIDE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u cells are not in 1 .. %d each", cfg->across,
                        cfg->down, SIDE_MAX);
    if (!cfg->width || !cfg->height || !(cfg->scale > 0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "no picture: %u x %u px, scale %g", cfg->width, cfg->height,
                        cfg->scale);
    snq_motion *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for motion");
    m->cfg = *cfg;
    m->cells = cfg->across * cfg->down;
    const snq_motion_store_cfg store = { .cells = m->cells,
                                         .frames_max = cfg->frames_max,
                                         .memory_max = cfg->memory_max,
                                         .spill_fd = cfg->spill_fd };
    SNQ_GOTO(snq_motion_store_new(&store, &m->store));
    *out = m;
    return SNQ_OK;
fail:
    snq_motion_free(m);
    return st;
}

static void forget(snq_motion *m)
{
    snq_free(m->shot);
    snq_free(m->cell);
    snq_free(m->spectrum);
    m->shot = NULL;
    m->cell = NULL;
    m->spectrum = NULL;
}

void snq_motion_free(snq_motion *m)
{
    if (!m)
        return;
    forget(m);
    snq_motion_store_free(m->store);
    snq_free(m->flags);
    snq_free(m->affine);
    snq_free(m);
}

/* Solve the symmetric 3 x 3 system a p = b by Cramer's rule; 0 when it is singular. */
static int solve(const double a[6], const double b[3], double p[3])
{
    const double c0 = a[3] * a[5] - a[4] * a[4], c1 = a[2] * a[4] - a[1] * a[5];
    const double c2 = a[1] * a[4] - a[2] * a[3], det = a[0] * c0 + a[1] * c1 + a[2] * c2;
    if (!(fabs(det) > 1e-9 * a[0] * a[0] * a[0]))
        return 0;
    const double c3 = a[0] * a[5] - a[2] * a[2], c4 = a[1] * a[2] - a[0] * a[4];
    const double c5 = a[0] * a[3] - a[1] * a[1];
    p[0] = (c0 * b[0] + c1 * b[1] + c2 * b[2]) / det;
    p[1] = (c1 * b[0] + c3 * b[1] + c4 * b[2]) / det;
    p[2] = (c2 * b[0] + c4 * b[1] + c5 * b[2]) / det;
    return 1;
}

/* x of a column and y (up) of a row, in half heights of the lattice. */
static double place(uint32_t i, uint32_t n, uint32_t down)
{
    return (2.0 * i + 1.0 - n) / down;
}

/* Sums over rows are kept column by column, so that the inner loop runs in vectors. */
static void fit_plane(const snq_motion *m, const float *lattice, float out[SNQ__AFFINE])
{
    enum { W, WY, WYY, U, V, UY, VY, SUMS };
    float sum[SUMS][SIDE_MAX] = { { 0 } };
    const uint32_t across = m->cfg.across, down = m->cfg.down;
    for (uint32_t r = 0; r < down; r++) {
        const float y = -(float)place(r, down, down), *row = lattice + (size_t)3 * r * across;
        for (uint32_t i = 0; i < across; i++) {
            const float u = row[3 * i], v = -row[3 * i + 1], w = row[3 * i + 2];
            const float good = fabsf(u) < 1e4f && fabsf(v) < 1e4f && w > 0 ? w : 0;
            const float gu = good > 0 ? good * u : 0, gv = good > 0 ? good * v : 0;
            sum[W][i] += good;
            sum[WY][i] += good * y;
            sum[WYY][i] += good * y * y;
            sum[U][i] += gu;
            sum[V][i] += gv;
            sum[UY][i] += gu * y;
            sum[VY][i] += gv * y;
        }
    }
    double a[6] = { 0 }, bu[3] = { 0 }, bv[3] = { 0 }, pu[3], pv[3];
    for (uint32_t i = 0; i < across; i++) {
        const double x = place(i, across, down);
        const double w = (double)sum[W][i], wy = (double)sum[WY][i];
        const double u = (double)sum[U][i], v = (double)sum[V][i];
        a[0] += w;
        a[1] += w * x;
        a[2] += wy;
        a[3] += w * x * x;
        a[4] += wy * x;
        a[5] += (double)sum[WYY][i];
        bu[0] += u;
        bu[1] += u * x;
        bu[2] += (double)sum[UY][i];
        bv[0] += v;
        bv[1] += v * x;
        bv[2] += (double)sum[VY][i];
    }
    memset(out, 0, SNQ__AFFINE * sizeof *out);
    if (solve(a, bu, pu) && solve(a, bv, pv))
        for (int i = 0; i < 3; i++) {
            out[i] = (float)pu[i];
            out[3 + i] = (float)pv[i];
        }
    else if (a[0] > 0) {
        out[0] = (float)(bu[0] / a[0]);
        out[3] = (float)(bv[0] / a[0]);
    }
}

snq_status snq_motion_push(snq_motion *m, const float *lattice, uint32_t flags)
{
    SNQ_TRY(snq_motion_store_push(m->store, lattice));
    if (m->frames == m->room) {
        const uint32_t room = m->room ? 2 * m->room : 1024;
        uint8_t *f = snq_regrow(m->flags, m->room, room, sizeof *f);
        if (f)
            m->flags = f;
        float *a = f ? snq_regrow(m->affine, (size_t)m->room * SNQ__AFFINE,
                                  (size_t)room * SNQ__AFFINE, sizeof *a)
                     : NULL;
        if (!a)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of motion", room);
        m->affine = a;
        m->room = room;
    }
    m->flags[m->frames] = (uint8_t)flags;
    fit_plane(m, lattice, m->affine + (size_t)m->frames * SNQ__AFFINE);
    m->frames++;
    return SNQ_OK;
}

/* ---- finish ---- */

static void add_shot(snq_motion *m, uint64_t start, uint64_t end)
{
    if (end <= start)
        return;
    m->shot[m->shots++] = (snq__shot) { (uint32_t)start, (uint32_t)(end - start) };
    if (end - start > m->longest)
        m->longest = (uint32_t)(end - start);
}

/* The flow over a cut (frame cut - 1) belongs to no shot. */
static snq_status find_shots(snq_motion *m, const uint64_t *cut, size_t cuts)
{
    m->shot = snq_calloc(cuts + 1, sizeof *m->shot);
    if (!m->shot)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu cuts", cuts);
    m->shots = m->longest = 0;
    uint64_t start = 0;
    for (size_t i = 0; i < cuts; i++)
        if (cut[i] > start && cut[i] <= m->frames) {
            add_shot(m, start, cut[i] - 1);
            start = cut[i];
        }
    add_shot(m, start, m->frames);
    return SNQ_OK;
}

/* A band's longest period must fit twice, or the shot be among the longer ones. */
int snq__shot_tells(const snq_motion *m, const snq__shot *s, uint32_t band)
{
    const double need = 2.0 * m->cfg.fps / snq_sight_band_lo_hz(band);
    return s->count >= 4 && (s->count >= need || 2.0 * s->count >= m->longest);
}

/* Straight lines over what is not good, within [start, end); all bad: zeros. */
static void bridge(float *x, const float *c, uint32_t start, uint32_t end)
{
    uint32_t last = UINT32_MAX;
    for (uint32_t t = start; t < end; t++) {
        if (!(c[t] > LEAST_CONFIDENCE))
            continue;
        const uint32_t from = last == UINT32_MAX ? start : last + 1;
        for (uint32_t k = from; k < t; k++)
            x[k] = last == UINT32_MAX
                       ? x[t]
                       : x[last] + (x[t] - x[last]) * (float)(k - last) / (float)(t - last);
        last = t;
    }
    for (uint32_t k = last == UINT32_MAX ? start : last + 1; k < end; k++)
        x[k] = last == UINT32_MAX ? 0 : x[last];
}

snq_status snq__motion_series(snq_motion *m, uint32_t cell, float *u, float *v, float *c,
                              float *share_good, float *confidence)
{
    SNQ_TRY(snq_motion_store_read(m->store, cell, u, v, c));
    uint32_t good = 0;
    double sum = 0;
    for (uint32_t t = 0; t < m->frames; t++) {
        c[t] = m->flags[t] ? 0 : c[t];
        good += c[t] > LEAST_CONFIDENCE;
        sum += (double)c[t];
        v[t] = -v[t];
    }
    for (uint32_t i = 0; good < m->frames && i < m->shots; i++) {
        bridge(u, c, m->shot[i].start, m->shot[i].start + m->shot[i].count);
        bridge(v, c, m->shot[i].start, m->shot[i].start + m->shot[i].count);
    }
    if (m->rate_fix != 1.0)
        for (uint32_t t = 0; t < m->frames; t++) {
            u[t] *= (float)m->rate_fix;
            v[t] *= (float)m->rate_fix;
        }
    if (share_good)
        *share_good = (float)good / (float)m->frames;
    if (confidence)
        *confidence = good ? (float)(sum / good) : 0;
    return SNQ_OK;
}

double snq__motion_px_s(const snq_motion *m)
{
    return m->cfg.scale * m->cfg.fps;
}

static void look(snq_motion *m, snq_sight *sight)
{
    for (uint32_t b = 0; b < SNQ__BANDS; b++) {
        m->view[b] = snq_band_look(b, m->cfg.fps, (m->longest + 1.0) / m->cfg.fps);
        sight->band[b] = (snq_sight_band) {
            .lo_hz = m->view[b].lo_hz,
            .hi_hz = m->view[b].hi_hz,
            .effective_hz = { m->view[b].effective_hz[0], m->view[b].effective_hz[1] },
            .unobservable = m->view[b].unobservable,
            .aliasing_risk = snq_unmeasured("nothing moves"),
        };
    }
}

static snq_status run(snq_motion *m, snq_sight *sight)
{
    SNQ_TRY(snq__motion_spectra(m));
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        SNQ_TRY(snq__motion_regions(m, b, sight));
    snq__motion_types(m, sight);
    snq__motion_drift(m, sight);
    SNQ_TRY(snq__motion_signals(m, sight));
    sight->motion.shape = snq__motion_shape(m, sight->motion.type);
    return snq__motion_look(m);
}

snq_status snq_motion_finish(snq_motion *m, const uint64_t *cut, size_t cuts, snq_sight *sight)
{
    const char *reason = sight->motion_reason;
    snq_status st;
    SNQ_GOTO(find_shots(m, cut, cuts));
    if (m->longest < 4) {
        sight->motion_reason = "too few pictures to see motion";
        forget(m);
        return SNQ_OK;
    }
    uint32_t repeated = 0;
    for (uint32_t t = 0; t < m->frames; t++)
        repeated += m->flags[t] & SNQ_MOTION_REPEATED ? 1 : 0;
    m->rate_fix = 1.0 - (double)repeated / m->frames;
    look(m, sight);
    SNQ_GOTO(run(m, sight));
    sight->motion_reason = NULL;
    forget(m);
    return SNQ_OK;
fail:
    forget(m);
    sight->motion_reason = reason;
    return st;
}
