// SPDX-License-Identifier: MIT
#include "watch/made_motion.h"

#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"

static made filled(const made *m)
{
    made f = *m;
    f.width = f.width ? f.width : 320;
    f.height = f.height ? f.height : 240;
    f.across = f.across ? f.across : 32;
    f.down = f.down ? f.down : 24;
    return f;
}

uint32_t made_frames(const made *m)
{
    return (uint32_t)(m->seconds * m->fps + 0.5) - 1;
}

static double sine(double amp, double hz, double t)
{
    return amp * sin(2 * M_PI * hz * t);
}

/* The shift of picture t along its direction. */
static double way(const made *m, double t)
{
    if (m->kind == MADE_RAMP)
        return (m->amp + (m->amp2 - m->amp) * t / m->seconds) * sin(2 * M_PI * m->hz * t);
    const double d = t >= m->onset_s ? sine(m->amp, m->hz, t - m->onset_s) : 0;
    return d + m->speed * t + (m->kind == MADE_OSC ? sine(m->amp2, m->hz2, t) : 0);
}

/* A number in -1 .. 1 that belongs to (seed, a, b). */
static double drawn(uint64_t seed, uint64_t a, uint64_t b)
{
    snq_rng r;
    snq_rng_init(&r, seed * 1000003 + a * 7919 + b);
    return 2 * snq_rng_uniform(&r) - 1;
}

static void leaves(const made *m, uint32_t t, uint32_t x, uint32_t y, double out[2])
{
    out[0] = out[1] = 0;
    for (uint32_t k = 0; k < 9; k++) {
        const uint64_t place = (x / 3 + k % 3) * 1000 + y / 3 + k / 3;
        out[0] += m->amp * drawn(m->seed, 2 * t, place) * 0.577;
        out[1] += m->amp * drawn(m->seed, 2 * t + 1, place) * 0.577;
    }
}

/* Flow (right, up) of frame t at a cell. */
static void flow(const made *m, uint32_t t, uint32_t x, uint32_t y, double out[2])
{
    const double a = t / m->fps, b = (t + 1) / m->fps, angle = m->deg * M_PI / 180;
    const double px = ((x + 0.5) / m->across - 0.5) * m->width;
    const double py = (0.5 - (y + 0.5) / m->down) * m->height;
    const double fx = (x + 0.5) / m->across, fy = (y + 0.5) / m->down;
    double d = way(m, b) - way(m, a), turn = 0, grow = 1;
    int moves = 1;
    switch (m->kind) {
    case MADE_CIRCLE:
        out[0] = m->amp * (cos(2 * M_PI * m->hz * b) - cos(2 * M_PI * m->hz * a));
        out[1] = m->amp * (sin(2 * M_PI * m->hz * b) - sin(2 * M_PI * m->hz * a));
        return;
    case MADE_ROTATION:
    case MADE_SWING:
    case MADE_ZOOM:
        if (m->kind == MADE_ROTATION)
            turn = m->speed / m->fps * M_PI / 180;
        else if (m->kind == MADE_SWING)
            turn = (sine(m->amp, m->hz, b) - sine(m->amp, m->hz, a)) * M_PI / 180;
        else
            grow = exp(m->speed / m->fps);
        out[0] = grow * (px * cos(turn) - py * sin(turn)) - px;
        out[1] = grow * (px * sin(turn) + py * cos(turn)) - py;
        return;
    case MADE_JITTER:
        for (int k = 0; k < 2; k++)
            out[k] = m->amp * (drawn(m->seed, t + 1, k) - drawn(m->seed, t, k));
        return;
    case MADE_LEAVES:
        leaves(m, t, x, y, out);
        return;
    case MADE_DISK:
        moves = hypot(px, py) < 0.2 * m->height;
        break;
    case MADE_TWO:
        moves = fy > 0.2 && fy < 0.8 && ((fx > 0.08 && fx < 0.42) || (fx > 0.58 && fx < 0.92));
        d = fx < 0.5 ? d : sine(m->amp2, m->hz2, b) - sine(m->amp2, m->hz2, a);
        break;
    case MADE_WAVE:
        d = sine(m->amp, m->hz, b - 3 * fx / m->hz) - sine(m->amp, m->hz, a - 3 * fx / m->hz);
        break;
    case MADE_CROWD:
        out[0] = m->speed / m->fps * cos(M_PI * drawn(m->seed, x, y));
        out[1] = m->speed / m->fps * sin(M_PI * drawn(m->seed, x, y));
        return;
    default:
        moves = m->kind != MADE_STATIC;
    }
    out[0] = moves ? d * cos(angle) : 0;
    out[1] = moves ? d * sin(angle) : 0;
}

void made_frame(const made *unfilled, uint32_t t, float *lattice)
{
    const made m = filled(unfilled);
    snq_rng r;
    snq_rng_init(&r, m.seed + 99991 * (uint64_t)(t + 1));
    for (uint32_t y = 0; y < m.down; y++)
        for (uint32_t x = 0; x < m.across; x++, lattice += 3) {
            double v[2];
            flow(&m, t, x, y, v);
            if (m.noise > 0) {
                v[0] += m.noise * M_SQRT1_2 * snq_rng_normal(&r);
                v[1] += m.noise * M_SQRT1_2 * snq_rng_normal(&r);
            }
            lattice[0] = (float)v[0];
            lattice[1] = -(float)v[1];
            lattice[2] = 1;
        }
}

snq_motion_cfg made_cfg(const made *unfilled)
{
    const made m = filled(unfilled);
    return snq_motion_cfg_default(m.fps, m.width, m.height, m.across, m.down);
}

void made_see(const made *m, const snq_motion_cfg *cfg, const uint64_t *cut, size_t cuts,
              snq_sight *sight)
{
    snq_motion *motion;
    float *lattice = snq_calloc((size_t)cfg->across * cfg->down, 3 * sizeof *lattice);
    assert_non_null(lattice);
    check_ok(snq_motion_new(cfg, &motion));
    for (uint32_t t = 0; t < made_frames(m); t++) {
        made_frame(m, t, lattice);
        check_ok(snq_motion_push(motion, lattice, 0));
    }
    snq_sight_init(sight);
    check_ok(snq_motion_finish(motion, cut, cuts, sight));
    snq_motion_free(motion);
    snq_free(lattice);
}

void made_look(const made *m, snq_sight *sight)
{
    const snq_motion_cfg cfg = made_cfg(m);
    made_see(m, &cfg, NULL, 0, sight);
}
