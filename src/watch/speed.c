// SPDX-License-Identifier: MIT
/* speed -- the length of the flow, picture by picture, and its mean over the steps of the windows.
 *
 * IDEA   The bands tell of rhythm and need windows of seconds; what a piece of music wants to know is
 *        how much moves just now, pans too. That is the mean length of the flow of one pair of
 *        pictures.
 *
 * STEPS  frame t:  length = sum c |(u, v)| / sum c over the cells, times scale fps; square = the same of
 *                  u u + v v; c the cell's confidence, so what can't be seen has no say; nothing can:
 *                  0. A cell that is not finite, or over FLOW_MAX, has c = 0
 *        bridged:  r repeats and the frame after them share its way: length / (r + 1) for each, square
 *                  / (r + 1)^2; at the end of the film without one: 0
 *        cut:      the frame before it is left out
 *        step i:   mean of length over [i - 1/2, i + 1/2] step fps frames, a frame's part counting as
 *                  such; the last frame holds to the end
 *
 * CONST  FLOW_MAX 1e4 px a frame: as in motion_store.c.
 *        Confidence as the weight, not all cells alike: in 15 s of bottles before a still camera the
 *        flow of plain walls trebles the median; on films of texture all three ways (alike, where c is
 *        over 0.1, c) agree within 0.1 % (ours, 2026-11-21).
 *
 * COST   2 us a frame of 64 x 36 cells.
 *
 * LIMITS Noise of the flow is speed: still pictures with noise have 0.005 to 0.04 px a frame. A fade's or a
 *        flash's flow counts as it is. Rank correlation with the truth, both over 4 s: docs/rooms/map.md. */
#include "watch/speed.h"

#include <math.h>

#include "base/alloc.h"

enum { CELLS_MAX = 65536, ROOM = 1024 };
#define FLOW_MAX 1e4 /* px a frame */

struct snq_speed {
    snq_speed_cfg cfg;
    float *length, *square; /* (room,) px/s and (px/s)^2 of each frame; NAN: left out */
    uint32_t frames, room;
    uint32_t held; /* of the frames, the last: repeats whose way is not known yet */
};

snq_status snq_speed_new(const snq_speed_cfg *cfg, snq_speed **out)
{
    *out = NULL;
    if (!(cfg->fps >= 0.01 && cfg->fps <= 1e5))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g frames a second are not in 0.01 .. 100000", cfg->fps);
    if (cfg->cells < 1 || cfg->cells > CELLS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u cells are not in 1 .. %d", cfg->cells, CELLS_MAX);
    if (!cfg->height || !(cfg->scale > 0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "no picture: %u px high, scale %g", cfg->height, cfg->scale);
    snq_speed *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the speed of a video");
    s->cfg = *cfg;
    *out = s;
    return SNQ_OK;
}

void snq_speed_free(snq_speed *s)
{
    if (!s)
        return;
    snq_free(s->length);
    snq_free(s->square);
    snq_free(s);
}

static snq_status make_room(snq_speed *s)
{
    if (s->frames >= s->cfg.frames_max)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %u frames of motion", s->cfg.frames_max);
    if (s->frames < s->room)
        return SNQ_OK;
    const uint32_t room = s->room ? 2 * s->room : ROOM;
    float *length = snq_regrow(s->length, s->room, room, sizeof *length);
    if (length)
        s->length = length;
    float *square = length ? snq_regrow(s->square, s->room, room, sizeof *square) : NULL;
    if (!square)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of motion", room);
    s->square = square;
    s->room = room;
    return SNQ_OK;
}

snq_status snq_speed_push(snq_speed *s, const float *lattice, int bridged)
{
    double length = 0, square = 0, sum = 0;
    SNQ_TRY(make_room(s));
    for (uint32_t i = 0; i < s->cfg.cells; i++) {
        const float u = lattice[3 * i], v = lattice[3 * i + 1], c = lattice[3 * i + 2];
        const double power = (double)u * (double)u + (double)v * (double)v;
        if (!(power < FLOW_MAX * FLOW_MAX) || !(c > 0 && isfinite(c))) /* true for NaN */
            continue;
        length += (double)c * sqrt(power);
        square += (double)c * power;
        sum += (double)c;
    }
    const double px_s = s->cfg.scale * s->cfg.fps / (s->held + 1);
    uint32_t from = s->frames; /* which this frame tells of */
    if (bridged)
        s->held++;
    else {
        from -= s->held;
        s->held = 0;
    }
    for (uint32_t t = from; t <= s->frames; t++) {
        s->length[t] = sum > 0 && !bridged ? (float)(length / sum * px_s) : 0;
        s->square[t] = sum > 0 && !bridged ? (float)(square / sum * px_s * px_s) : 0;
    }
    s->frames++;
    return SNQ_OK;
}

void snq_speed_leave_out(snq_speed *s, const uint64_t *cut, size_t cuts)
{
    for (size_t i = 0; i < cuts; i++)
        if (cut[i] >= 1 && cut[i] <= s->frames)
            s->length[cut[i] - 1] = s->square[cut[i] - 1] = NAN;
}

const float *snq_speed_squares(const snq_speed *s, size_t *frames)
{
    *frames = s->frames;
    return s->square;
}

/* Mean from one place to another, in frames; frame t lies at t .. t + 1. */
static double mean_of(const snq_speed *s, double from, double to)
{
    double sum = 0, weight = 0;
    from = fmax(fmin(from, s->frames - 1.0), 0);
    for (uint32_t t = (uint32_t)from; t < s->frames && t < to; t++) {
        const double part = fmin(t + 1.0, to) - fmax(t, from);
        if (isnan(s->length[t]))
            continue;
        sum += part * (double)s->length[t];
        weight += part;
    }
    return sum / weight; /* 0 / 0: no value */
}

snq_status snq_speed_windows(const snq_speed *s, double from_s, double step_s, uint32_t steps,
                             snq_sight *sight)
{
    snq_series *speed, *norm;
    SNQ_TRY(snq_sight_add_column(sight, -1, "mean_speed", "px_s", from_s, step_s, &speed));
    SNQ_TRY(snq_sight_add_column(sight, -1, "mean_speed_norm", "norm", from_s, step_s, &norm));
    for (uint32_t i = 0; i < steps; i++) {
        const double v =
            mean_of(s, (i - 0.5) * step_s * s->cfg.fps, (i + 0.5) * step_s * s->cfg.fps);
        SNQ_TRY(snq_series_push(speed, (float)v));
        SNQ_TRY(snq_series_push(norm, (float)(v / s->cfg.height)));
    }
    return SNQ_OK;
}
