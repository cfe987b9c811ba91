// SPDX-License-Identifier: MIT
/* IDEA   Each picture is measured against the one before; what moves where goes on a lattice of cells,
 *        frame by frame. All that is said of motion is said at the end, when it is known where the cuts
 *        are.
 * STEPS  push:   the picture goes on the flow's line (flow_line.c; not where it is the same byte for byte:
 *                the flow is 0) and, copied, into a queue as long as the line's room. When that is full,
 *                the oldest is taken out: its lattice is pulled; events; look; a run of repeats waits
 *                until it is known what it is; camera; less the camera on wish; motion
 *        finish: events -> cuts; motion, camera, look; times are moved to where the range begins
 *        Repeats: 24 pictures a second shown at 30 stop at each fifth one in the middle of motion. A run
 *        of at most RUN repeats is such a stop when the flow before it and behind it are over MOVING and
 *        point the same way, cos(before, behind) over ALIKE: then motion bridges it. Where a swing turns
 *        they are opposed; where something stands still there is none.
 * CONST  RUN 4: as many as 12 pictures a second at 60 make. MOVING 0.1 px a frame (RMS over the cells),
 *        twice what still pictures give. ALIKE 0.5: set by hand, 2026-11-21.
 * COST   flow (see flow.c), then 20 us a picture.
 * LIMITS A run at the very beginning or end is taken for what it looks like: nothing moves. */
#include "watch/watcher.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/camera.h"
#include "watch/events.h"
#include "watch/flow_line.h"
#include "watch/look.h"
#include "watch/motion.h"
#include "watch/speed.h"
#include "watch/watcher_look.h"

enum { RUN = 4 };
#define MOVING      0.1
#define ALIKE       0.5
#define LEAST_FPS   1.0 /* what motion takes */
#define WINDOW_STEP 0.25

/* Where the flow from the picture before comes from: there is none, it is 0, the line. */
typedef enum flow_source { FLOW_NONE, FLOW_STILL, FLOW_LINE } flow_source;

/* A picture whose flow is being found. */
typedef struct waiting_picture {
    snq_watcher_picture seen; /* points into `pixels` */
    flow_source flow;
    uint8_t *pixels; /* (room,) */
    size_t room;
} waiting_picture;

struct snq_watcher {
    snq_watcher_cfg cfg;
    uint32_t across, down, cells;
    double scale; /* source px a working px */
    snq_flow_line *line;
    waiting_picture *queue; /* (queue_room,) picture n at n % queue_room */
    uint32_t queue_room;
    snq_events *events;
    snq_look *look;
    snq_camera *camera; /* these NULL: too few pictures a second */
    snq_motion *motion;
    snq_speed *speed;    /* NULL too: nobody wants to know */
    snq_flow_cell *cell; /* (cells,) */
    float *before;       /* (cells, 3) the last frame that is none of a run of repeats */
    float *run;          /* (RUN, cells, 3) of repeats that wait */
    uint32_t waiting;    /* of `run` */
    int has_before;
    int still;                 /* the run is longer than RUN: nothing moves */
    uint64_t pushed, pictures; /* pictures taken in; of them, looked at */
    float still_contrast;      /* of the look's still */
    int finished;
};

snq_watcher_cfg snq_watcher_cfg_default(double fps, uint32_t width, uint32_t height)
{
    return (snq_watcher_cfg) { .fps = fps,
                               .width = width,
                               .height = height,
                               .source_width = width,
                               .source_height = height,
                               .preset = SNQ_FLOW_DEFAULT,
                               .threads = 1,
                               .spill_fd = -1 };
}

static snq_status build_motion(snq_watcher *w)
{
    const snq_watcher_cfg *c = &w->cfg;
    snq_motion_cfg motion =
        snq_motion_cfg_default(c->fps, c->source_width, c->source_height, w->across, w->down);
    snq_camera_cfg camera = snq_camera_cfg_default(c->fps, c->width, c->height, w->across, w->down);
    if (c->fps < LEAST_FPS)
        return SNQ_OK;
    motion.scale = camera.scale = w->scale;
    motion.frames_max = camera.frames_max = SNQ_WATCHER_FRAMES_MAX;
    motion.spill_fd = c->spill_fd;
    motion.windows = c->windows || c->look;
    motion.look = c->look;
    SNQ_TRY(snq_motion_new(&motion, &w->motion));
    const snq_speed_cfg speed = { .fps = c->fps,
                                  .scale = w->scale,
                                  .height = c->source_height,
                                  .cells = w->cells,
                                  .frames_max = SNQ_WATCHER_FRAMES_MAX };
    if (motion.windows)
        SNQ_TRY(snq_speed_new(&speed, &w->speed));
    return snq_camera_new(&camera, &w->camera);
}

static snq_status build(snq_watcher *w)
{
    const snq_watcher_cfg *c = &w->cfg;
    snq_flow_cfg flow = snq_flow_cfg_default(c->width, c->height);
    flow.preset = c->preset;
    flow.threads = c->threads;
    SNQ_TRY(snq_flow_line_new(&flow, &w->line));
    w->across = flow.cells_x;
    w->down = flow.cells_y;
    w->cells = w->across * w->down;
    w->scale = sqrt((double)c->source_width * c->source_height / ((double)c->width * c->height));
    const snq_events_cfg events =
        snq_events_cfg_default(c->fps, c->width, c->height, w->across, w->down);
    SNQ_TRY(snq_events_new(&events, &w->events));
    SNQ_TRY(snq_look_new(c->start_s, &w->look));
    w->cell = snq_calloc(w->cells, sizeof *w->cell);
    w->before = snq_calloc((size_t)3 * w->cells, sizeof *w->before);
    w->run = snq_calloc((size_t)3 * w->cells * RUN, sizeof *w->run);
    if (!w->cell || !w->before || !w->run)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a lattice of %u cells", w->cells);
    w->queue_room = snq_flow_line_room(w->line);
    w->queue = snq_calloc(w->queue_room, sizeof *w->queue);
    if (!w->queue)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u pictures", w->queue_room);
    return build_motion(w);
}

snq_status snq_watcher_new(const snq_watcher_cfg *cfg, snq_watcher **out)
{
    *out = NULL;
    snq_watcher *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a watcher");
    w->cfg = *cfg;
    const snq_status st = build(w);
    if (st < 0) {
        snq_watcher_free(w);
        return st;
    }
    *out = w;
    return SNQ_OK;
}

void snq_watcher_free(snq_watcher *w)
{
    if (!w)
        return;
    snq_speed_free(w->speed);
    snq_motion_free(w->motion);
    snq_camera_free(w->camera);
    snq_look_free(w->look);
    snq_events_free(w->events);
    snq_flow_line_free(w->line);
    for (uint32_t i = 0; w->queue && i < w->queue_room; i++)
        snq_free(w->queue[i].pixels);
    snq_free(w->queue);
    snq_free(w->cell);
    snq_free(w->before);
    snq_free(w->run);
    snq_free(w);
}

/* ---- frames of flow ---- */

/* One frame on its way: camera, motion. The lattice may be changed. */
static snq_status send(snq_watcher *w, float *lattice, uint32_t flags)
{
    snq_camera_fit fit;
    if (!w->motion)
        return SNQ_OK;
    SNQ_TRY(snq_camera_push(w->camera, lattice, flags, &fit));
    if (w->cfg.stabilize)
        snq_camera_subtract(w->camera, &fit, lattice);
    if (w->speed)
        SNQ_TRY(snq_speed_push(w->speed, lattice, (flags & SNQ_MOTION_REPEATED) != 0));
    return snq_motion_push(w->motion, lattice, flags);
}

static snq_status send_waiting(snq_watcher *w, uint32_t flags)
{
    for (uint32_t i = 0; i < w->waiting; i++)
        SNQ_TRY(send(w, w->run + (size_t)3 * w->cells * i, flags));
    w->waiting = 0;
    return SNQ_OK;
}

/* Whether motion goes on from frame a to frame b. */
static int goes_on(const snq_watcher *w, const float *a, const float *b)
{
    double aa = 0, bb = 0, ab = 0, n = 0;
    for (size_t i = 0; i < (size_t)3 * w->cells; i += 3) {
        const double weight = (double)fminf(a[i + 2], b[i + 2]);
        aa += weight * (double)(a[i] * a[i] + a[i + 1] * a[i + 1]);
        bb += weight * (double)(b[i] * b[i] + b[i + 1] * b[i + 1]);
        ab += weight * (double)(a[i] * b[i] + a[i + 1] * b[i + 1]);
        n += weight;
    }
    const double least = MOVING * MOVING * n;
    return n > 0 && aa > least && bb > least && ab > ALIKE * sqrt(aa * bb);
}

static snq_status take_frame(snq_watcher *w, float *lattice, int repeated)
{
    const size_t bytes = (size_t)3 * w->cells * sizeof *lattice;
    if (repeated && !w->still && w->has_before && w->waiting < RUN) {
        memcpy(w->run + (size_t)3 * w->cells * w->waiting++, lattice, bytes);
        return SNQ_OK;
    }
    if (repeated) {
        w->still = 1;
        SNQ_TRY(send_waiting(w, 0));
        return send(w, lattice, 0);
    }
    const int bridged = w->waiting && goes_on(w, w->before, lattice);
    SNQ_TRY(send_waiting(w, bridged ? SNQ_MOTION_REPEATED : 0));
    memcpy(w->before, lattice, bytes);
    w->has_before = 1;
    w->still = 0;
    return send(w, lattice, 0);
}

/* ---- pictures ---- */

/* A picture from the later half of the film, and no black one where there are others. */
static snq_status keep_still(snq_watcher *w, const snq_watcher_picture *p, const snq_look_at *look,
                             double t_s)
{
    const int is_turn = (w->pictures & (w->pictures - 1)) == 0;
    if (!is_turn || look->luma_std < 0.5f * w->still_contrast)
        return SNQ_OK;
    w->still_contrast = look->luma_std;
    return snq_watch_look_set_still(w->cfg.look, &p->luma, t_s);
}

/* Look at a picture; with the flow of the cells from the one before to it, or NULL. */
static snq_status look_at(snq_watcher *w, const snq_watcher_picture *p, float *lattice)
{
    const double t_s = w->cfg.start_s + (double)w->pictures / w->cfg.fps;
    snq_look_at look;
    const snq_events_picture seen = { .luma = p->luma,
                                      .cb = p->cb,
                                      .cr = p->cr,
                                      .lattice = lattice,
                                      .t_s = t_s,
                                      .repeated = p->repeated };
    SNQ_TRY(snq_events_push(w->events, &seen));
    snq_look_measure(&p->luma, &p->cb, &p->cr, &look);
    SNQ_TRY(snq_look_push(w->look, &look, t_s));
    w->pictures++;
    if (w->cfg.look) {
        SNQ_TRY(keep_still(w, p, &look, t_s));
        SNQ_TRY(snq_film_strip_push(&w->cfg.look->strip, &p->luma, &p->cb, &p->cr, t_s));
    }
    return lattice ? take_frame(w, lattice, p->repeated) : SNQ_OK;
}

/* The oldest picture that waits. */
static snq_status take_oldest(snq_watcher *w)
{
    _Static_assert(sizeof(snq_flow_cell) == 3 * sizeof(float), "a cell is three floats");
    const waiting_picture *p = &w->queue[w->pictures % w->queue_room];
    float *lattice = p->flow == FLOW_NONE ? NULL : (float *)(void *)w->cell;
    if (p->flow == FLOW_LINE)
        SNQ_TRY(snq_flow_line_pull(w->line, w->cell));
    for (uint32_t i = 0; p->flow == FLOW_STILL && i < w->cells; i++)
        w->cell[i] = (snq_flow_cell) { .confidence = 1 };
    return look_at(w, &p->seen, lattice);
}

/* Copies a plane to *at, and moves that on. */
static snq_picture keep_plane(const snq_picture *p, uint8_t **at)
{
    snq_picture copy = *p;
    copy.pixels = p->pixels ? *at : NULL;
    copy.stride_bytes = p->width;
    for (uint32_t y = 0; p->pixels && y < p->height; y++, *at += p->width)
        memcpy(*at, snq_picture_row(p, y), p->width);
    return copy;
}

/* A copy for as long as the picture waits. */
static snq_status keep_picture(waiting_picture *to, const snq_watcher_picture *p)
{
    const size_t bytes = (size_t)p->luma.width * p->luma.height +
                         (size_t)p->cb.width * p->cb.height + (size_t)p->cr.width * p->cr.height;
    if (bytes > to->room) {
        snq_free(to->pixels);
        to->room = 0;
        to->pixels = snq_calloc(bytes, 1);
        if (!to->pixels)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a picture of %u x %u px", p->luma.width,
                            p->luma.height);
        to->room = bytes;
    }
    uint8_t *at = to->pixels;
    to->seen = *p;
    to->seen.luma = keep_plane(&p->luma, &at);
    to->seen.cb = keep_plane(&p->cb, &at);
    to->seen.cr = keep_plane(&p->cr, &at);
    return SNQ_OK;
}

snq_status snq_watcher_push(snq_watcher *w, const snq_watcher_picture *p)
{
    waiting_picture *now = &w->queue[w->pushed % w->queue_room];
    if (w->finished)
        return SNQ_FAIL(SNQ_ERR_STATE, "the watcher has finished");
    now->flow = FLOW_STILL;
    if (!p->same || !w->pushed) {
        const snq_status st = snq_flow_line_push(w->line, &p->luma);
        SNQ_TRY(st);
        now->flow = st == SNQ_AGAIN ? FLOW_NONE : FLOW_LINE;
    }
    SNQ_TRY(keep_picture(now, p));
    w->pushed++;
    return w->pushed - w->pictures < w->queue_room ? SNQ_OK : take_oldest(w);
}

/* ---- the end ---- */

/* What motion tells in seconds from the first picture, in seconds of the file. */
static void move_times(const snq_watcher *w, snq_sight *s)
{
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS && !s->motion_reason; b++) {
        double *change_s = (double *)s->band[b].change_s; /* ours: the sight's list was just made */
        for (uint32_t i = 0; i < s->band[b].changes; i++)
            change_s[i] += w->cfg.start_s;
    }
    for (uint32_t i = 0; i < s->columns; i++)
        s->column[i].series.start_s += w->cfg.start_s;
}

/* The picture's columns, on motion's grid where there is one. */
static snq_status add_windows(const snq_watcher *w, snq_sight *s)
{
    if ((!w->cfg.windows && !w->cfg.look) || !w->pictures)
        return SNQ_OK;
    const double all = floor((double)w->pictures / w->cfg.fps / WINDOW_STEP + 1e-9) + 1;
    const snq_series *grid = s->columns ? &s->column[0].series : NULL;
    const double start_s = w->cfg.start_s, step_s = grid ? grid->step_s : WINDOW_STEP;
    const uint32_t steps = grid                        ? (uint32_t)grid->length
                           : all < SNQ_SIGHT_STEPS_MAX ? (uint32_t)all
                                                       : SNQ_SIGHT_STEPS_MAX;
    SNQ_TRY(snq_look_windows(w->look, start_s, step_s, steps, s));
    return w->speed ? snq_speed_windows(w->speed, start_s, step_s, steps, s) : SNQ_OK;
}

/* The curves of a picture of it. */
static snq_status add_curves(const snq_watcher *w, const snq_sight *s)
{
    size_t frames = 0;
    const float *square = w->speed ? snq_speed_squares(w->speed, &frames) : NULL;
    return snq_watcher_look_curves(s, square, frames, w->cfg.fps, w->cfg.look);
}

snq_status snq_watcher_finish(snq_watcher *w, snq_sight *s)
{
    size_t cuts;
    if (w->finished)
        return SNQ_FAIL(SNQ_ERR_STATE, "the watcher has finished");
    w->finished = 1;
    while (w->pictures < w->pushed)
        SNQ_TRY(take_oldest(w));
    SNQ_TRY(send_waiting(w, 0));
    SNQ_TRY(snq_events_end(w->events));
    const uint64_t *cut = snq_events_cuts(w->events, &cuts);
    if (w->motion) {
        if (w->speed)
            snq_speed_leave_out(w->speed, cut, cuts);
        SNQ_TRY(snq_motion_finish(w->motion, cut, cuts, s));
        SNQ_TRY(snq_camera_finish(w->camera, cut, cuts, s));
    } else
        s->motion_reason = s->camera_reason = s->jitter_reason = "less than a picture a second";
    if (w->pictures == 1)
        s->motion_reason = s->camera_reason = s->jitter_reason = "a single picture";
    move_times(w, s);
    SNQ_TRY(snq_events_finish(w->events, s));
    snq_look_finish(w->look, s);
    SNQ_TRY(add_windows(w, s));
    if (w->cfg.look)
        SNQ_TRY(add_curves(w, s));
    s->has_windows = w->cfg.windows;
    for (uint32_t i = 0; i < s->columns && !w->cfg.windows; i++)
        snq_series_clear(&s->column[i].series);
    s->columns = w->cfg.windows ? s->columns : 0;
    return SNQ_OK;
}
