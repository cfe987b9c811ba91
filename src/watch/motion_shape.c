// SPDX-License-Identifier: MIT
/* motion_shape -- how motion looks in the plane.
 *
 * IDEA   A frame that turns has arrows around a centre, one that is zoomed has arrows from or to it:
 *        an affine field tells both from a shift. What is no such field is judged cell by cell: is
 *        each cell's path a line, a circle, or neither?
 *
 * STEPS  Each frame's plane (motion.c): curl w = (v_x - u_y)/2, growth d = (u_x + v_y)/2. For steady
 *        motion their means, for changing motion their variances within shots:
 *            E_curl = <w^2> r^2, E_grow = <d^2> r^2,  r^2 = mean x^2 + y^2 over the frame
 *        against E, the mean square of all cells' velocities of the same sort:
 *            E_curl > FIELD E -> rotational;  E_grow > FIELD E -> expanding, contracting by sign
 *        Else, steady: |sum of mean v| / sum |mean v| > TOGETHER -> linear, else isotropic
 *        Else, changing, over active cells and bands:
 *            |sum spin| / sum power > ROUND -> circular
 *            sum |axis| / sum power > THIN  -> linear (each cell along its own line)
 *            else isotropic
 *
 * CONST  FIELD 0.4, TOGETHER 0.5, ROUND 0.6 (an ellipse of axes 1 : 0.33), THIN 0.6 (axes 1 : 0.5):
 *        set by hand between what the synthetic kinds give (over 0.9, or under 0.2).
 *
 * LIMITS A thing that turns within a still frame is judged by its cells, so it is 'linear' when it
 *        swings. A frame that pulses is 'expanding' when it grows on the whole, or stays. */
#include "watch/motion_impl.h"

#include <math.h>

#define FIELD    0.4
#define TOGETHER 0.5
#define ROUND    0.6
#define THIN     0.6

typedef struct field {
    double curl, grow;       /* mean over time */
    double curl_sq, grow_sq; /* variance within shots */
    double r_sq;
} field;

static field look_at_planes(const snq_motion *m)
{
    field f = { 0 };
    const double down = m->cfg.down, across = m->cfg.across;
    f.r_sq = ((across * across - 1) + (down * down - 1)) / (3 * down * down);
    double frames = 0;
    for (uint32_t i = 0; i < m->shots; i++) {
        double w = 0, d = 0, ww = 0, dd = 0, n = 0;
        for (uint32_t t = m->shot[i].start; t < m->shot[i].start + m->shot[i].count; t++) {
            const float *a = m->affine + (size_t)t * SNQ__AFFINE;
            if (m->flags[t])
                continue;
            const double curl = 0.5 * (double)(a[4] - a[2]), grow = 0.5 * (double)(a[1] + a[5]);
            w += curl;
            d += grow;
            ww += curl * curl;
            dd += grow * grow;
            n += 1;
        }
        if (!(n > 0))
            continue;
        f.curl += w;
        f.grow += d;
        f.curl_sq += ww - w * w / n;
        f.grow_sq += dd - d * d / n;
        frames += n;
    }
    if (frames > 0) {
        f.curl /= frames;
        f.grow /= frames;
        f.curl_sq /= frames;
        f.grow_sq /= frames;
    }
    return f;
}

static snq_sight_shape steady(const snq_motion *m, const field *f)
{
    double u = 0, v = 0, speed = 0, square = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->cells; i++) {
        const snq__cell *c = &m->cell[i];
        n += c->usable;
        if (!c->drifts)
            continue;
        const double x = (double)c->mean[0], y = (double)c->mean[1];
        u += x;
        v += y;
        speed += hypot(x, y);
        square += x * x + y * y;
    }
    const double all = n ? FIELD * square / n : 0;
    const double curl = f->curl * f->curl * f->r_sq, grow = f->grow * f->grow * f->r_sq;
    if (curl > all && curl > grow)
        return SNQ_SIGHT_ROTATIONAL;
    if (grow > all)
        return f->grow > 0 ? SNQ_SIGHT_EXPANDING : SNQ_SIGHT_CONTRACTING;
    return hypot(u, v) > TOGETHER * speed ? SNQ_SIGHT_LINEAR : SNQ_SIGHT_ISOTROPIC;
}

static snq_sight_shape changing(const snq_motion *m, const field *f)
{
    double power = 0, axis = 0, spin = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->cells; i++) {
        n += m->cell[i].usable;
        for (uint32_t b = 0; b < SNQ__BANDS; b++) {
            const snq__cell_band *cb = &m->cell[i].band[b];
            if (!cb->active || !m->sum[b].regions)
                continue;
            power += (double)cb->power;
            axis += hypot((double)cb->axis[0], (double)cb->axis[1]);
            spin += (double)cb->spin;
        }
    }
    const double all = n ? FIELD * power / n : 0;
    const double curl = f->curl_sq * f->r_sq, grow = f->grow_sq * f->r_sq;
    if (curl > all && curl > grow)
        return SNQ_SIGHT_ROTATIONAL;
    if (grow > all)
        return f->grow < 0 ? SNQ_SIGHT_CONTRACTING : SNQ_SIGHT_EXPANDING;
    if (fabs(spin) > ROUND * power)
        return SNQ_SIGHT_CIRCULAR;
    return axis > THIN * power ? SNQ_SIGHT_LINEAR : SNQ_SIGHT_ISOTROPIC;
}

snq_sight_shape snq__motion_shape(const snq_motion *m, snq_sight_type type)
{
    if (type == SNQ_SIGHT_STATIC)
        return SNQ_SIGHT_SHAPELESS;
    const field f = look_at_planes(m);
    return type == SNQ_SIGHT_DIRECTIONAL ? steady(m, &f) : changing(m, &f);
}
