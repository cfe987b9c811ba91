// SPDX-License-Identifier: MIT
/* A packed look (base/pack.h: little-endian, no padding; W x H the still, C cells, S steps, P points):
 *
 *   offset  size   meaning                  then
 *   0       4      W                        W H              still
 *   4       4      H                        4 + 4 * 5 C      5 C, then speed
 *   8       8      still_s                  4 + 4 * 2 C      2 C, then drift
 *   16      4      across                   4 + 4 * 5 S      5 S, then energy
 *   20      4      down                     4 + 4 S          S, then motion
 *   24      8      start_s                  4 + 4 S          S, then luma
 *   32      8      step_s                   4 + 4 S          S, then saturation
 *   40      4      S                        4 + 4 S          S, then hue_deg
 *   44      4      P                        4 + 4 P          P, then hz
 *                                           4 + 4 P          P, then power
 *                                                            strip (film_strip.c)
 *
 * Example: a look with nothing in it is 48 zero bytes, nine times 00 00 00 00, and a strip of 12 zero bytes: 96 bytes.
 *
 * What a legal look is: legal_head, the make functions, and legal_values. */
#include "score/watch_look.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

/* A thousand years (s). */
#define TIME_MAX_S 3.2e10

/* ---- making ---- */

void snq_watch_look_init(snq_watch_look *l)
{
    *l = (snq_watch_look) { 0 };
}

static void clear_maps(snq_watch_look *l)
{
    snq_free(l->speed);
    snq_free(l->drift);
    l->speed = l->drift = NULL;
    l->across = l->down = 0;
}

static void clear_curves(snq_watch_look *l)
{
    snq_free(l->energy);
    snq_free(l->motion);
    snq_free(l->luma);
    snq_free(l->saturation);
    snq_free(l->hue_deg);
    l->energy = l->motion = l->luma = l->saturation = l->hue_deg = NULL;
    l->start_s = l->step_s = 0;
    l->steps = 0;
}

static void clear_spectrum(snq_watch_look *l)
{
    snq_free(l->hz);
    snq_free(l->power);
    l->hz = l->power = NULL;
    l->points = 0;
}

void snq_watch_look_clear(snq_watch_look *l)
{
    snq_free(l->still);
    snq_film_strip_clear(&l->strip);
    clear_maps(l);
    clear_curves(l);
    clear_spectrum(l);
    *l = (snq_watch_look) { 0 };
}

snq_status snq_watch_look_make_maps(snq_watch_look *l, uint32_t across, uint32_t down)
{
    if (!across || across > SNQ_WATCH_LOOK_ACROSS_MAX || !down ||
        down > SNQ_WATCH_LOOK_ACROSS_MAX || across * down > SNQ_WATCH_LOOK_CELLS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "maps of %u x %u cells, at most %d are legal", across, down,
                        SNQ_WATCH_LOOK_CELLS_MAX);
    if (l->across)
        return SNQ_FAIL(SNQ_ERR_STATE, "the look has maps already");
    const size_t cells = (size_t)across * down;
    l->speed = snq_calloc(SNQ_SIGHT_BANDS * cells, sizeof *l->speed);
    l->drift = snq_calloc(2 * cells, sizeof *l->drift);
    if (!l->speed || !l->drift) {
        clear_maps(l);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for maps of %u x %u cells", across, down);
    }
    l->across = across;
    l->down = down;
    return SNQ_OK;
}

snq_status snq_watch_look_make_curves(snq_watch_look *l, uint32_t steps, double start_s,
                                      double step_s)
{
    if (!steps || steps > SNQ_WATCH_LOOK_STEPS_MAX || !(step_s > 0 && step_s <= TIME_MAX_S) ||
        !(fabs(start_s) <= TIME_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "curves of %u steps of %g s from %g s", steps, step_s,
                        start_s);
    if (l->steps)
        return SNQ_FAIL(SNQ_ERR_STATE, "the look has curves already");
    l->energy = snq_calloc((size_t)SNQ_SIGHT_BANDS * steps, sizeof *l->energy);
    l->motion = snq_calloc(steps, sizeof *l->motion);
    l->luma = snq_calloc(steps, sizeof *l->luma);
    l->saturation = snq_calloc(steps, sizeof *l->saturation);
    l->hue_deg = snq_calloc(steps, sizeof *l->hue_deg);
    if (!l->energy || !l->motion || !l->luma || !l->saturation || !l->hue_deg) {
        clear_curves(l);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for curves of %u steps", steps);
    }
    for (uint32_t i = 0; i < steps; i++)
        l->hue_deg[i] = SNQ_WATCH_LOOK_NONE;
    l->start_s = start_s;
    l->step_s = step_s;
    l->steps = steps;
    return SNQ_OK;
}

snq_status snq_watch_look_make_spectrum(snq_watch_look *l, uint32_t points)
{
    if (!points || points > SNQ_WATCH_LOOK_POINTS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "a spectrum of %u points, at most %d are legal", points,
                        SNQ_WATCH_LOOK_POINTS_MAX);
    if (l->points)
        return SNQ_FAIL(SNQ_ERR_STATE, "the look has a spectrum already");
    l->hz = snq_calloc(points, sizeof *l->hz);
    l->power = snq_calloc(points, sizeof *l->power);
    if (!l->hz || !l->power) {
        clear_spectrum(l);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrum of %u points", points);
    }
    l->points = points;
    return SNQ_OK;
}

static uint32_t smaller(uint32_t side, uint32_t by)
{
    return side / by ? side / by : 1;
}

/* Mean of the pixels that come to lie on (x, y); those that don't fill a pixel are left out. */
static uint8_t mean_of(const snq_picture *p, uint32_t x, uint32_t y, uint32_t by)
{
    const snq_picture part = snq_picture_part(p, x * by, y * by, by, by);
    const uint32_t n = part.width * part.height;
    uint64_t sum = 0;
    for (uint32_t j = 0; j < part.height; j++) {
        const uint8_t *row = snq_picture_row(&part, j);
        for (uint32_t i = 0; i < part.width; i++)
            sum += row[i];
    }
    return (uint8_t)((sum + n / 2) / n);
}

snq_status snq_watch_look_set_still(snq_watch_look *l, const snq_picture *luma, double t_s)
{
    if (!luma->pixels || !luma->width || !luma->height || luma->channels != 1 ||
        !(fabs(t_s) <= TIME_MAX_S))
        return SNQ_FAIL(SNQ_ERR_ARG, "no still: %u x %u pixels, %u channels, at %g s", luma->width,
                        luma->height, luma->channels, t_s);
    const uint32_t side = luma->width > luma->height ? luma->width : luma->height;
    const uint32_t by = (side - 1) / SNQ_WATCH_LOOK_SIDE_MAX + 1;
    const uint32_t width = smaller(luma->width, by), height = smaller(luma->height, by);
    uint8_t *still = snq_calloc(height, width);
    if (!still)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a still of %u x %u pixels", width, height);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            still[(size_t)y * width + x] = mean_of(luma, x, y, by);
    snq_free(l->still);
    l->still = still;
    l->still_width = width;
    l->still_height = height;
    l->still_s = t_s;
    return SNQ_OK;
}

/* ---- packing ---- */

void snq_watch_look_pack(snq_str *to, const snq_watch_look *l)
{
    const uint32_t cells = l->across * l->down;
    snq_pack_u32(to, l->still_width);
    snq_pack_u32(to, l->still_height);
    snq_pack_f64(to, l->still_s);
    snq_pack_u32(to, l->across);
    snq_pack_u32(to, l->down);
    snq_pack_f64(to, l->start_s);
    snq_pack_f64(to, l->step_s);
    snq_pack_u32(to, l->steps);
    snq_pack_u32(to, l->points);
    snq_str_put_bytes(to, l->still, (size_t)l->still_width * l->still_height);
    snq_pack_f32s(to, l->speed, SNQ_SIGHT_BANDS * cells);
    snq_pack_f32s(to, l->drift, 2 * cells);
    snq_pack_f32s(to, l->energy, SNQ_SIGHT_BANDS * l->steps);
    snq_pack_f32s(to, l->motion, l->steps);
    snq_pack_f32s(to, l->luma, l->steps);
    snq_pack_f32s(to, l->saturation, l->steps);
    snq_pack_f32s(to, l->hue_deg, l->steps);
    snq_pack_f32s(to, l->hz, l->points);
    snq_pack_f32s(to, l->power, l->points);
    snq_film_strip_pack(to, &l->strip);
}

static int within(const float *x, uint32_t n, float least, float most)
{
    for (uint32_t i = 0; i < n; i++)
        if (!(x[i] >= least && x[i] <= most))
            return 0;
    return 1;
}

/* At least `least`, or NONE. */
static int known(const float *x, uint32_t n, float least, float most)
{
    for (uint32_t i = 0; i < n; i++)
        if (x[i] != SNQ_WATCH_LOOK_NONE && !(x[i] >= least && x[i] <= most))
            return 0;
    return 1;
}

static int ascending(const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!(x[i] > (i ? x[i - 1] : 0)))
            return 0;
    return 1;
}

static int legal_values(const snq_watch_look *l)
{
    const uint32_t cells = l->across * l->down;
    const float most = SNQ_WATCH_LOOK_VALUE_MAX;
    return within(l->speed, SNQ_SIGHT_BANDS * cells, 0, most) &&
           within(l->drift, 2 * cells, -most, most) &&
           known(l->energy, SNQ_SIGHT_BANDS * l->steps, 0, most) &&
           known(l->motion, l->steps, 0, most) && known(l->luma, l->steps, 0, 1) &&
           known(l->saturation, l->steps, 0, 1) && known(l->hue_deg, l->steps, 0, 360) &&
           ascending(l->hz, l->points) && within(l->power, l->points, 0, most);
}

/* As a part that is missing packs it; -0 is another number. */
static int unsaid(double v)
{
    return v == 0 && !signbit(v);
}

static int legal_head(const snq_watch_look *l)
{
    return l->still_width <= SNQ_WATCH_LOOK_SIDE_MAX &&
           l->still_height <= SNQ_WATCH_LOOK_SIDE_MAX && !l->still_width == !l->still_height &&
           fabs(l->still_s) <= TIME_MAX_S && (l->still_width || unsaid(l->still_s)) &&
           !l->across == !l->down && (l->steps || (unsaid(l->start_s) && unsaid(l->step_s)));
}

static snq_status take_still(snq_unpack *u, const snq_watch_look *head, snq_watch_look *l)
{
    const snq_picture p = { .pixels = u->at,
                            .width = head->still_width,
                            .height = head->still_height,
                            .channels = 1,
                            .stride_bytes = head->still_width };
    const size_t n = (size_t)p.width * p.height;
    if (!n)
        return SNQ_OK;
    if (n > u->left)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a look ends early: %zu pixels in %zu bytes", n, u->left);
    u->at += n;
    u->left -= n;
    return snq_watch_look_set_still(l, &p, head->still_s);
}

/* Room for all that the head says. */
static snq_status make_parts(const snq_watch_look *head, snq_watch_look *l)
{
    snq_status st = SNQ_OK;
    if (head->across)
        st = snq_watch_look_make_maps(l, head->across, head->down);
    if (st >= 0 && head->steps)
        st = snq_watch_look_make_curves(l, head->steps, head->start_s, head->step_s);
    if (st >= 0 && head->points)
        st = snq_watch_look_make_spectrum(l, head->points);
    return st == SNQ_ERR_RANGE ? SNQ_ERR_FORMAT : st; /* with the text as it is */
}

static void take_values(snq_unpack *u, snq_watch_look *l)
{
    const uint32_t cells = l->across * l->down;
    snq_unpack_f32s(u, l->speed, SNQ_SIGHT_BANDS * cells);
    snq_unpack_f32s(u, l->drift, 2 * cells);
    snq_unpack_f32s(u, l->energy, SNQ_SIGHT_BANDS * l->steps);
    snq_unpack_f32s(u, l->motion, l->steps);
    snq_unpack_f32s(u, l->luma, l->steps);
    snq_unpack_f32s(u, l->saturation, l->steps);
    snq_unpack_f32s(u, l->hue_deg, l->steps);
    snq_unpack_f32s(u, l->hz, l->points);
    snq_unpack_f32s(u, l->power, l->points);
}

snq_status snq_watch_look_unpack(snq_unpack *u, snq_watch_look *l)
{
    snq_watch_look head = { 0 };
    snq_watch_look_init(l);
    head.still_width = snq_unpack_u32(u);
    head.still_height = snq_unpack_u32(u);
    head.still_s = snq_unpack_f64(u);
    head.across = snq_unpack_u32(u);
    head.down = snq_unpack_u32(u);
    head.start_s = snq_unpack_f64(u);
    head.step_s = snq_unpack_f64(u);
    head.steps = snq_unpack_u32(u);
    head.points = snq_unpack_u32(u);
    if (u->st >= 0 && !legal_head(&head))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a look of a still of %u x %u pixels, %u x %u cells",
                         head.still_width, head.still_height, head.across, head.down);
    if (u->st >= 0)
        u->st = take_still(u, &head, l);
    if (u->st >= 0)
        u->st = make_parts(&head, l);
    if (u->st >= 0)
        take_values(u, l);
    if (u->st >= 0)
        u->st = snq_film_strip_unpack(u, &l->strip);
    if (u->st >= 0 && !legal_values(l))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a look with values out of range");
    if (u->st < 0)
        snq_watch_look_clear(l);
    return u->st;
}
