// SPDX-License-Identifier: MIT
/* camera -- the similarity that most of a frame of flow follows.
 *
 * IDEA   If the camera moves, all that stands still moves alike in the picture: a shift, a turn, a
 *        growth. Guess it from many pairs of places, keep the guess that half of the picture agrees
 *        with best, then fit it anew to all that agree.
 *
 * STEPS  places x, y in px from the middle, y down:  u = sx + z x - r y,  v = sy + r x + z y
 *        trusted: cells with confidence > 0.1
 *        guess:   none; the last frame's; of 30 pairs of trusted cells that are apart (which ones
 *                 depends on their number alone): the similarity through both
 *        choose:  the least median of the squared residuals over at most 192 trusted
 *                 cells
 *        fit:     s = 1.4826 sqrt(median), at least 0.02 px; four times: weighted least squares with
 *                 w = confidence (1 - (res / 4.685 s)^2)^2 inside, 0 outside, the first two over
 *                 some 600 cells; s again after the second
 *        out:     turn = -atan2(r, 1 + z), zoom = ln |(1 + z, r)|: exact for large ones too
 *        follows: residual <= max(0.1 px, a quarter of the fitted motion there, min(2.5 s, 0.4 px))
 *        good:    at least 8 cells are trusted, 2 of 5 of them follow, and those are 12 % of all
 *
 *        summary: means over the frames that are good and lie within a shot: what was moved in all,
 *                 over the time it took. (Medians would lose a pan that fills less than half of the
 *                 time; wild fits don't get in, as few cells follow them.) Repeated pictures count
 *                 as frames without motion. residual_share = sum of the power that is left / sum of
 *                 the power of the flow, frames without a fit keeping all of theirs; 0 when the RMS
 *                 of the flow is under 0.03 px.
 *
 * CONST  Least median of squares stands up to 50 % of strangers (Rousseeuw). 30 pairs: with 40 % of
 *        strangers all are spoilt with a chance of 0.64^30 = 2e-6. 4.685: 95 % efficiency for normal
 *        errors (Tukey's biweight). 0.02 px: the noise of good flow. Ours: 0.03 px; 2 of 5.
 *
 * COST   32 guesses of 192 residuals and 5 passes over the cells: 0.1 ms for 64 x 36 cells.
 *
 * LIMITS Parallax, wide lenses and rolling shutters aren't similarities: the fit takes the larger
 *        plane. A stranger that fills more than half of the trusted cells is taken for the ground.
 *
 * REFS   P. J. Rousseeuw, "Least median of squares regression", J. Am. Stat. Assoc. 79(388), 1984;
 *        A. E. Beaton and J. W. Tukey, Technometrics 16(2), 1974. */
#include "watch/camera.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/median.h"
#include "watch/motion.h"
#include "watch/shake.h"

enum {
    SIDE_MAX = 8192,
    CELLS_MAX = 1024,
    GUESSES = 30,
    SAMPLE = 192,
    ROUNDS = 4,
    LEAST = 8,
    FEW = 600
};
enum { KEPT = 6 }; /* floats of a frame: shift x, y, turn, zoom, power, power left */
#define TRUST       0.1f
#define FOLLOW_PX   0.1
#define STILL_PX    0.03
#define LEAST_SHARE 0.4
#define LEAST_COVER 0.12
#define SHAKE_PX    0.05 /* working px: what noise of flow looks like as shake */
#define TO_DEG      57.29577951308232

/* u = sx + z x - r y, v = sy + r x + z y */
typedef struct motion {
    double sx, sy, z, r;
} motion;

/* A trusted cell. */
typedef struct place {
    float x, y, u, v, weight;
} place;

enum { GOOD = 1, REPEATED = 2 };

struct snq_camera {
    snq_camera_cfg cfg;
    place *place;  /* (cells,) those trusted in this frame come first */
    float *square; /* (cells,) residuals, squared */
    motion last;
    float *kept;    /* (room, KEPT) */
    uint8_t *state; /* (room,) GOOD, REPEATED */
    uint32_t frames, room;
};

snq_camera_cfg snq_camera_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down)
{
    return (snq_camera_cfg) { .fps = fps,
                              .width = width,
                              .height = height,
                              .scale = 1,
                              .across = across,
                              .down = down,
                              .frames_max = 1 << 22 };
}

static snq_status check(const snq_camera_cfg *c)
{
    if (!(c->fps >= 1 && c->fps <= 1e5))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g frames a second are not in 1 .. 100000", c->fps);
    if (!c->width || !c->height || c->width > SIDE_MAX || c->height > SIDE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u px are not in 1 .. %d each", c->width, c->height,
                        SIDE_MAX);
    if (!c->across || !c->down || c->across > CELLS_MAX || c->down > CELLS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u cells are not in 1 .. %d each", c->across, c->down,
                        CELLS_MAX);
    if (!(c->scale > 0 && c->scale <= SIDE_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a scale of %g is not in 0 .. %d", c->scale, SIDE_MAX);
    return SNQ_OK;
}

snq_status snq_camera_new(const snq_camera_cfg *cfg, snq_camera **out)
{
    *out = NULL;
    SNQ_TRY(check(cfg));
    snq_camera *c = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a camera");
    const size_t cells = (size_t)cfg->across * cfg->down;
    c->cfg = *cfg;
    c->place = snq_calloc(cells, sizeof *c->place);
    c->square = snq_calloc(cells, sizeof *c->square);
    if (!c->place || !c->square) {
        snq_camera_free(c);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu cells of a camera", cells);
    }
    *out = c;
    return SNQ_OK;
}

void snq_camera_free(snq_camera *c)
{
    if (!c)
        return;
    snq_free(c->place);
    snq_free(c->square);
    snq_free(c->kept);
    snq_free(c->state);
    snq_free(c);
}

/* ---- fit ---- */

static uint32_t gather(snq_camera *c, const float *lattice)
{
    uint32_t n = 0;
    const double step_x = (double)c->cfg.width / c->cfg.across;
    const double step_y = (double)c->cfg.height / c->cfg.down;
    for (uint32_t j = 0; j < c->cfg.down; j++)
        for (uint32_t i = 0; i < c->cfg.across; i++) {
            const float *f = lattice + 3 * ((size_t)j * c->cfg.across + i);
            if (!(f[2] > TRUST) || !(fabsf(f[0]) < 1e4f) || !(fabsf(f[1]) < 1e4f))
                continue;
            c->place[n++] = (place) { .x = (float)((i + 0.5) * step_x - 0.5 * c->cfg.width),
                                      .y = (float)((j + 0.5) * step_y - 0.5 * c->cfg.height),
                                      .u = f[0],
                                      .v = f[1],
                                      .weight = f[2] };
        }
    return n;
}

static float residual_2(const place *p, const motion *m)
{
    const float du = p->u - (float)m->sx - (float)m->z * p->x + (float)m->r * p->y;
    const float dv = p->v - (float)m->sy - (float)m->r * p->x - (float)m->z * p->y;
    return du * du + dv * dv;
}

/* The places that guesses are held against, side by side for vectors. */
typedef struct sample {
    float x[SAMPLE], y[SAMPLE], u[SAMPLE], v[SAMPLE], square[SAMPLE];
    uint32_t n;
} sample;

static void draw(const snq_camera *c, uint32_t n, sample *s)
{
    const uint32_t step = 1 + (n - 1) / SAMPLE;
    s->n = 0;
    for (uint32_t i = 0; i < n; i += step, s->n++) {
        s->x[s->n] = c->place[i].x;
        s->y[s->n] = c->place[i].y;
        s->u[s->n] = c->place[i].u;
        s->v[s->n] = c->place[i].v;
    }
}

/* Squares the residuals; how many are under the limit. */
static uint32_t square_all(sample *s, const motion *m, float limit)
{
    const float sx = (float)m->sx, sy = (float)m->sy, z = (float)m->z, r = (float)m->r;
    uint32_t under = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const float du = s->u[i] - sx - z * s->x[i] + r * s->y[i];
        const float dv = s->v[i] - sy - r * s->x[i] - z * s->y[i];
        s->square[i] = du * du + dv * dv;
        under += s->square[i] < limit;
    }
    return under;
}

static float median_2(snq_camera *c, uint32_t n, const motion *m)
{
    for (uint32_t i = 0; i < n; i++)
        c->square[i] = residual_2(&c->place[i], m);
    return snq_nth(c->square, n, n / 2);
}

/* The similarity that takes both places where they go; 0 when they are too near. */
static int through(const place *a, const place *b, double least_2, motion *m)
{
    const double x = (double)(b->x - a->x), y = (double)(b->y - a->y), d = x * x + y * y;
    const double u = (double)(b->u - a->u), v = (double)(b->v - a->v);
    if (d < least_2 || d <= 0)
        return 0;
    m->z = (x * u + y * v) / d;
    m->r = (x * v - y * u) / d;
    m->sx = (double)a->u - m->z * (double)a->x + m->r * (double)a->y;
    m->sy = (double)a->v - m->r * (double)a->x - m->z * (double)a->y;
    return 1;
}

/* Golden and silver ratio: pairs that fill the square evenly. */
static uint32_t pick(uint32_t k, double ratio, uint32_t n)
{
    const double t = (k + 1) * ratio;
    return (uint32_t)((t - floor(t)) * n);
}

static motion choose(snq_camera *c, uint32_t n, float *median)
{
    const double apart = 0.2 * hypot(c->cfg.width, c->cfg.height);
    motion best = { 0 }, m = c->last;
    sample s;
    draw(c, n, &s);
    square_all(&s, &best, 0);
    *median = snq_nth(s.square, s.n, s.n / 2);
    for (uint32_t k = 0; k <= GUESSES; k++) {
        /* the last frame's first */
        if (k && !through(&c->place[pick(k, 0.6180339887498949, n)],
                          &c->place[pick(k, 0.4142135623730951, n)], apart * apart, &m))
            continue;
        if (square_all(&s, &m, *median) <= s.n / 2)
            continue;
        *median = snq_nth(s.square, s.n, s.n / 2);
        best = m;
    }
    return best;
}

/* One round of weighted least squares; `reach`: residual at which the weight is 0. */
static motion refit(const snq_camera *c, uint32_t n, uint32_t step, const motion *from, float reach)
{
    double w = 0, x = 0, y = 0, u = 0, v = 0, q = 0, along = 0, across = 0;
    const float limit = reach * reach;
    for (uint32_t i = 0; i < n; i += step) {
        const place *p = &c->place[i];
        const float left = 1 - residual_2(p, from) / limit;
        const double k = left > 0 ? (double)(p->weight * left * left) : 0;
        const double px = (double)p->x, py = (double)p->y, pu = (double)p->u, pv = (double)p->v;
        w += k;
        x += k * px;
        y += k * py;
        u += k * pu;
        v += k * pv;
        q += k * (px * px + py * py);
        along += k * (px * pu + py * pv);
        across += k * (px * pv - py * pu);
    }
    if (!(w > 0))
        return *from;
    const double d = q - (x * x + y * y) / w;
    motion m = { 0 };
    if (d > 1e-9 * q) {
        m.z = (along - (x * u + y * v) / w) / d;
        m.r = (across - (x * v - y * u) / w) / d;
    }
    m.sx = (u - m.z * x + m.r * y) / w;
    m.sy = (v - m.r * x - m.z * y) / w;
    return m;
}

static float scale_of(float median_2)
{
    return fmaxf(1.4826f * sqrtf(median_2), 0.02f);
}

static void weigh(const snq_camera *c, uint32_t n, const motion *m, float scale,
                  snq_camera_fit *fit)
{
    double weights = 0, flow = 0, left = 0;
    uint32_t follow = 0;
    const double noise = fmax(FOLLOW_PX, fmin(2.5 * (double)scale, 0.4)), noise_2 = noise * noise;
    for (uint32_t i = 0; i < n; i++) {
        const place *p = &c->place[i];
        const double w = (double)p->weight, r2 = (double)residual_2(p, m);
        const double u = m->sx + m->z * (double)p->x - m->r * (double)p->y;
        const double v = m->sy + m->r * (double)p->x + m->z * (double)p->y;
        follow += r2 <= fmax(noise_2, (u * u + v * v) / 16);
        weights += w;
        flow += w * (double)(p->u * p->u + p->v * p->v);
        left += w * r2;
    }
    fit->share = (double)follow / n;
    fit->power[0] = flow / weights;
    fit->power[1] = left / weights;
}

static snq_camera_fit fit_frame(snq_camera *c, const float *lattice)
{
    snq_camera_fit fit = { 0 };
    const uint32_t n = gather(c, lattice), cells = c->cfg.across * c->cfg.down;
    if (n < LEAST)
        return fit;
    float median;
    motion m = choose(c, n, &median);
    float scale = scale_of(median);
    for (int i = 0; i < ROUNDS; i++) {
        m = refit(c, n, i < ROUNDS / 2 ? 1 + n / FEW : 1, &m, 4.685f * scale);
        if (i == 1)
            scale = scale_of(median_2(c, n, &m));
    }
    weigh(c, n, &m, scale, &fit);
    fit.good = fit.share >= LEAST_SHARE && fit.share * n >= LEAST_COVER * cells && 1 + m.z > 0.1;
    if (!fit.good) {
        fit.power[1] = fit.power[0];
        return fit;
    }
    c->last = m;
    fit.shift[0] = m.sx;
    fit.shift[1] = m.sy;
    fit.turn = -atan2(m.r, 1 + m.z);
    fit.zoom = log(hypot(1 + m.z, m.r));
    return fit;
}

void snq_camera_subtract(const snq_camera *c, const snq_camera_fit *fit, float *lattice)
{
    const double step_x = (double)c->cfg.width / c->cfg.across;
    const double step_y = (double)c->cfg.height / c->cfg.down;
    const double z = exp(fit->zoom) * cos(fit->turn) - 1, r = -exp(fit->zoom) * sin(fit->turn);
    for (uint32_t j = 0; j < c->cfg.down; j++)
        for (uint32_t i = 0; i < c->cfg.across; i++) {
            float *f = lattice + 3 * ((size_t)j * c->cfg.across + i);
            const double x = (i + 0.5) * step_x - 0.5 * c->cfg.width;
            const double y = (j + 0.5) * step_y - 0.5 * c->cfg.height;
            f[0] = (float)((double)f[0] - fit->shift[0] - z * x + r * y);
            f[1] = (float)((double)f[1] - fit->shift[1] - r * x - z * y);
        }
}

/* ---- stream ---- */

static snq_status make_room(snq_camera *c)
{
    if (c->frames >= c->cfg.frames_max)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %u frames", c->cfg.frames_max);
    if (c->frames < c->room)
        return SNQ_OK;
    const uint32_t room = c->room ? 2 * c->room : 1024;
    float *k = snq_regrow(c->kept, (size_t)c->room * KEPT, (size_t)room * KEPT, sizeof *k);
    if (k)
        c->kept = k;
    uint8_t *s = k ? snq_regrow(c->state, c->room, room, sizeof *s) : NULL;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of a camera", room);
    c->state = s;
    c->room = room;
    return SNQ_OK;
}

snq_status snq_camera_push(snq_camera *c, const float *lattice, uint32_t flags, snq_camera_fit *fit)
{
    SNQ_TRY(make_room(c));
    snq_camera_fit f = { 0 };
    if (!flags)
        f = fit_frame(c, lattice);
    float *kept = c->kept + (size_t)c->frames * KEPT;
    kept[0] = (float)f.shift[0];
    kept[1] = (float)f.shift[1];
    kept[2] = (float)f.turn;
    kept[3] = (float)f.zoom;
    kept[4] = (float)f.power[0];
    kept[5] = (float)f.power[1];
    const int again = (flags & SNQ_MOTION_REPEATED) && !(flags & SNQ_MOTION_BAD);
    c->state[c->frames++] = (uint8_t)((f.good ? GOOD : 0) | (again ? REPEATED : 0));
    if (fit)
        *fit = f;
    return SNQ_OK;
}

/* ---- finish ---- */

static void add_shot(snq_shake_shot *shot, size_t *shots, uint64_t start, uint64_t end)
{
    if (end > start)
        shot[(*shots)++] = (snq_shake_shot) { (uint32_t)start, (uint32_t)(end - start) };
}

/* As motion.c: the flow over a cut (frame cut - 1) belongs to no shot. */
static size_t find_shots(const snq_camera *c, const uint64_t *cut, size_t cuts,
                         snq_shake_shot *shot)
{
    size_t shots = 0;
    uint64_t start = 0;
    for (size_t i = 0; i < cuts; i++)
        if (cut[i] > start && cut[i] <= c->frames) {
            add_shot(shot, &shots, start, cut[i] - 1);
            start = cut[i];
        }
    add_shot(shot, &shots, start, c->frames);
    return shots;
}

static void sum_up(const snq_camera *c, const snq_shake_shot *shot, size_t shots, snq_sight *sight)
{
    double sum[KEPT] = { 0 };
    uint64_t all = 0, good = 0, again = 0;
    for (size_t s = 0; s < shots; s++)
        for (uint32_t t = shot[s].start; t < shot[s].start + shot[s].count; t++) {
            const float *kept = c->kept + (size_t)t * KEPT;
            for (int i = 0; i < KEPT; i++)
                sum[i] += (double)kept[i];
            all++;
            good += c->state[t] & GOOD ? 1 : 0;
            again += c->state[t] & REPEATED ? 1 : 0;
        }
    if (!good || 10 * good < all - again) {
        sight->camera_reason =
            all ? "no motion that most of the picture follows" : "too few pictures to see motion";
        return;
    }
    const double fps = c->cfg.fps / (double)(good + again), px_s = c->cfg.scale * fps;
    const double still = STILL_PX * STILL_PX * (double)all;
    sight->camera = (snq_sight_camera) {
        .translation_px_s = { sum[0] * px_s, -sum[1] * px_s },
        .rotation_deg_s = sum[2] * fps * TO_DEG,
        .zoom_per_s = sum[3] * fps,
        .residual_share = sum[4] > still ? fmin(sum[5] / sum[4], 1) : 0,
    };
    sight->camera_reason = NULL;
}

/* Motion i of frame t, in px of the source. */
static float motion_at(const snq_camera *c, int i, uint32_t t, double fix)
{
    const double gyration =
        sqrt(((double)c->cfg.width * c->cfg.width + (double)c->cfg.height * c->cfg.height) / 12);
    const double unit = c->cfg.scale * fix * (i == 2 ? gyration : 1);
    return (float)(unit * (double)c->kept[(size_t)t * KEPT + (size_t)i]);
}

/* One motion as a series: what is not known is linear between its neighbours within the shot. */
static void bridge(const snq_camera *c, int i, const snq_shake_shot *shot, double fix, float *x)
{
    const uint32_t end = shot->start + shot->count;
    uint32_t last = UINT32_MAX;
    for (uint32_t t = shot->start; t < end; t++) {
        if (!(c->state[t] & GOOD))
            continue;
        x[t] = motion_at(c, i, t, fix);
        const uint32_t from = last == UINT32_MAX ? shot->start : last + 1;
        for (uint32_t k = from; k < t; k++)
            x[k] = last == UINT32_MAX
                       ? x[t]
                       : x[last] + (x[t] - x[last]) * (float)(k - last) / (float)(t - last);
        last = t;
    }
    for (uint32_t k = last == UINT32_MAX ? shot->start : last + 1; k < end; k++)
        x[k] = last == UINT32_MAX ? 0 : x[last];
}

static snq_status see_shake(const snq_camera *c, const snq_shake_shot *shot, size_t shots,
                            snq_sight *sight)
{
    if (!c->frames || sight->camera_reason) {
        sight->jitter_reason = c->frames ? sight->camera_reason : "too few pictures to see motion";
        return SNQ_OK;
    }
    float *x = snq_calloc((size_t)3 * c->frames, sizeof *x);
    if (!x)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of shake", c->frames);
    uint32_t again = 0;
    for (uint32_t t = 0; t < c->frames; t++)
        again += c->state[t] & REPEATED ? 1 : 0;
    const double fix = 1 - (double)again / c->frames;
    snq_shake_in in = {
        .fps = c->cfg.fps, .floor_px = SHAKE_PX * c->cfg.scale, .shot = shot, .shots = shots
    };
    for (int i = 0; i < 3; i++) {
        in.motion[i] = x + (size_t)i * c->frames;
        for (size_t s = 0; s < shots; s++)
            bridge(c, i, &shot[s], fix, x + (size_t)i * c->frames);
    }
    const snq_status st = snq_shake_run(&in, sight);
    snq_free(x);
    return st;
}

snq_status snq_camera_finish(snq_camera *c, const uint64_t *cut, size_t cuts, snq_sight *sight)
{
    const char *camera = sight->camera_reason, *jitter = sight->jitter_reason;
    snq_shake_shot *shot = snq_calloc(cuts + 1, sizeof *shot);
    if (!shot)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu cuts", cuts);
    const size_t shots = find_shots(c, cut, cuts, shot);
    sum_up(c, shot, shots, sight);
    const snq_status st = see_shake(c, shot, shots, sight);
    if (st < 0) {
        sight->camera_reason = camera;
        sight->jitter_reason = jitter;
    }
    snq_free(shot);
    return st;
}
