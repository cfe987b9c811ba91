// SPDX-License-Identifier: MIT
/* STEPS  jobs/batch.c asks; a video is one question (jobs/single_job.h), and so is a pair of pictures.
 * CONST  CPU_S + CPU_S_PER_MIB * size: a still film at a bit a picture has some 200 000 pictures a MiB,
 *        3 ms each. STALL_CPU_S: the longest stretches without a beat are finding the packets of a
 *        large file, 1 s a GiB, and the end of a long film, 20 s an hour (2026-11-21). */
#include "jobs/watch_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "jobs/messages.h"
#include "jobs/nursery.h"
#include "jobs/single_job.h"
#include "jobs/spill.h"
#include "watch/flow.h"

#ifdef SNQ_INSTRUMENTED
#define SLOWER 20.0
#else
#define SLOWER 1.0
#endif
#define CPU_S         (SLOWER * 300.0)
#define CPU_S_PER_MIB (SLOWER * 600.0)
#define STALL_CPU_S   (SLOWER * 300.0)
#define STALL_WALL_S  (SLOWER * 900.0)

snq_watch_batch_cfg snq_watch_batch_cfg_default(void)
{
    return (snq_watch_batch_cfg) { .end = -1.0, .preset = SNQ_FLOW_DEFAULT };
}

snq_status snq_watch_preset(const char *name, uint32_t *preset)
{
    static const char *const name_tab[] = {
        [SNQ_FLOW_FAST] = "fast", [SNQ_FLOW_DEFAULT] = "default", [SNQ_FLOW_FINE] = "fine"
    };
    for (uint32_t i = 0; i < SNQ_COUNT(name_tab); i++)
        if (strcmp(name, name_tab[i]) == 0) {
            *preset = i;
            return SNQ_OK;
        }
    return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no preset is called \"%s\"; there are: fast default fine",
                    name);
}

snq_status snq_watch_batch_check(const snq_watch_batch_cfg *cfg)
{
    const char *p = cfg->plot_path;
    const size_t n = p ? strlen(p) : 0;
    if (!p)
        return SNQ_OK;
    if (!snq_output_is_folder(p) && (n < 5 || strcmp(p + n - 4, ".png") != 0))
        return SNQ_FAIL(SNQ_ERR_ARG, "the plot must end in .png, not \"%s\"", p);
    return snq_output_check(cfg->inputs, "plot", p);
}

/* How workers are confined that decode pictures, with `threads` for all of them together. */
static snq_pool_cfg pool_for(uint32_t threads, uint32_t inputs, uint32_t *each)
{
    snq_pool_cfg pool = snq_pool_cfg_default();
    if (threads)
        pool.workers = threads;
    const uint32_t all = pool.workers;
    if (pool.workers > inputs)
        pool.workers = inputs;
    *each = pool.workers ? all / pool.workers : 1;
    *each = *each < SNQ_FLOW_THREADS_MAX ? *each : SNQ_FLOW_THREADS_MAX;
    pool.limits.memory_bytes = SNQ_CONFINE_VIDEO_MEMORY;
    pool.limits.file_bytes = SNQ_CONFINE_SOUND_BYTES;
    pool.limits.threads = *each > 1;
    pool.stall_cpu_s = STALL_CPU_S;
    pool.stall_wall_s = STALL_WALL_S;
    pool.modules = SNQ_MODULE_AV; /* every picture wants it */
    return pool;
}

/* --- videos ------------------------------------------------------------------------------------- */

/* One video that is begun and not given back. */
typedef struct entry {
    snq_single_job job;
    snq_sight sight;
    snq_watch_look look;
    int spill; /* -1: none */
    int given; /* the look is for the result */
    snq_atomic_file *plot;
} entry;

typedef struct batch {
    const snq_watch_batch_cfg *cfg;
    snq_watch_request request; /* what is the same for all */
} batch;

static snq_status begin(void *user, void *job, const snq_batch_item *item)
{
    const batch *b = user;
    entry *e = job;
    snq_sight_init(&e->sight);
    e->spill = -1;
    e->given = b->cfg->look;
    return SNQ_OK;
}

static snq_status open_outputs(void *user, void *job, const snq_batch_item *item,
                               const snq_outputs *o)
{
    const batch *b = user;
    entry *e = job;
    e->job.picture = b->cfg->plot_path != NULL;
    SNQ_TRY(snq_spill_open(&e->spill));
    return snq_outputs_open(o, item->index, b->cfg->plot_path, ".png", &e->plot);
}

static snq_status ask_sketch(entry *e, const snq_batch_item *item, snq_pool_request *r, int *fds)
{
    const snq_sketch_request sketch = { item->path, &e->sight, &e->look };
    r->kind = SNQ_FRAME_SKETCH;
    SNQ_TRY(snq_output_rewind(e->plot, &fds[r->fd_count++]));
    snq_sketch_request_pack(r->payload, &sketch);
    return SNQ_OK;
}

static snq_status ask(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                      int fds[SNQ_FRAME_FDS_MAX])
{
    const batch *b = user;
    entry *e = job;
    snq_watch_request request = b->request;
    if (e->job.stage == SNQ_SINGLE_DRAWING)
        return ask_sketch(e, item, r, fds);
    snprintf(request.name, sizeof request.name, "%s", item->path);
    request.size_bytes = item->size_bytes;
    SNQ_TRY(snq_spill_reset(e->spill));
    r->kind = SNQ_FRAME_WATCH;
    fds[r->fd_count++] = item->fd;
    fds[r->fd_count++] = e->spill;
    snq_watch_request_pack(r->payload, &request);
    return SNQ_OK;
}

static snq_status hear_drawn(entry *e, const snq_frame *f, const char *missing)
{
    char error[SNQ_ERROR_MAX];
    snq_status drawn;
    SNQ_TRY(snq_batch_hear_drawn(f, missing, &drawn, error));
    snq_single_job_answered(&e->job, drawn, error);
    return SNQ_OK;
}

static snq_status hear(void *user, void *job, const snq_frame *f, const char *missing)
{
    entry *e = job;
    snq_seen_reply seen;
    if (f->kind == SNQ_FRAME_DRAWN && e->job.stage == SNQ_SINGLE_DRAWING)
        return hear_drawn(e, f, missing);
    if (f->kind != SNQ_FRAME_SEEN || e->job.stage != SNQ_SINGLE_ASKING)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer of kind %d", (int)f->kind);
    SNQ_TRY(snq_seen_reply_unpack(f->payload, f->length, &seen));
    if (seen.st < 0 && *missing)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", missing);
    snq_sight_clear(&e->sight);
    snq_watch_look_clear(&e->look);
    e->sight = seen.sight;
    e->look = seen.look;
    snq_single_job_answered(&e->job, seen.st, seen.error);
    return SNQ_OK;
}

static void lose(void *job, const snq_loss *loss)
{
    entry *e = job;
    snq_single_job_lost(&e->job, "watching", loss);
}

static void refuse(void *job, snq_status st, const char *error)
{
    entry *e = job;
    snq_single_job_refuse(&e->job, st, error);
}

static snq_batch_stage stage(const void *job)
{
    const entry *e = job;
    return snq_single_job_stage(&e->job);
}

static void let_go(entry *e)
{
    if (e->spill >= 0)
        close(e->spill);
    e->spill = -1;
    snq_atomic_abort(e->plot);
    e->plot = NULL;
    if (!e->given)
        snq_watch_look_clear(&e->look);
}

static void settle(void *job)
{
    entry *e = job;
    snq_single_job_commit(&e->job, &e->plot);
    let_go(e);
}

static snq_status give(void *user, void *job, const snq_batch_item *item)
{
    const batch *b = user;
    entry *e = job;
    const int good = e->job.stage == SNQ_SINGLE_FINISHED;
    e->sight.video.path = item->path;
    const snq_watch_batch_result r = { .index = item->index,
                                       .st = good ? SNQ_OK : e->job.st,
                                       .error = e->job.error,
                                       .sight = good ? &e->sight : NULL,
                                       .look = good && e->given ? &e->look : NULL };
    return b->cfg->result(b->cfg->hooks.user, &r);
}

static void clear(void *job)
{
    entry *e = job;
    let_go(e);
    snq_watch_look_clear(&e->look);
    snq_sight_clear(&e->sight);
}

static void where(const void *job, snq_batch_place *place)
{
    const entry *e = job;
    if (e->job.stage == SNQ_SINGLE_ASKING)
        return;
    const snq_sight_video *v = &e->sight.video;
    place->part = 1.0;
    place->media_s = snq_span_length(v->range);
    place->pictures = (int64_t)(place->media_s * v->fps + 0.5);
}

snq_status snq_watch_batch_run(const snq_watch_batch_cfg *cfg)
{
    static const snq_batch_kind watching = { .job_bytes = sizeof(entry),
                                             .cpu_s = CPU_S,
                                             .cpu_s_per_mib = CPU_S_PER_MIB,
                                             .begin = begin,
                                             .open = open_outputs,
                                             .ask = ask,
                                             .hear = hear,
                                             .lose = lose,
                                             .refuse = refuse,
                                             .stage = stage,
                                             .settle = settle,
                                             .give = give,
                                             .clear = clear,
                                             .where = where };
    batch b = { .cfg = cfg,
                .request = { .start = cfg->start,
                             .end = cfg->end,
                             .range_in_frames = cfg->range_in_frames,
                             .fps_hz = cfg->fps_hz,
                             .preset = cfg->preset,
                             .stabilize = cfg->stabilize,
                             .windows = cfg->windows,
                             .timings = cfg->timings,
                             .look = cfg->plot_path != NULL || cfg->look } };
    snq_batch_cfg run = {
        .kind = &watching,
        .inputs = cfg->inputs,
        .user = &b,
        .hooks = &cfg->hooks,
        .pool = pool_for(cfg->threads, cfg->inputs->count, &b.request.threads),
        .force = cfg->force,
    };
    if (cfg->plot_path)
        run.pool.modules |= SNQ_MODULE_PLOT;
    return snq_batch_run(&run);
}

/* --- the flow of a pair ------------------------------------------------------------------------- */

typedef struct pair {
    snq_single_job job;
    int second; /* the other picture, -1 */
    snq_atomic_file *out;
    uint32_t threads;
} pair;

/* What the one job of a batch hands on. */
typedef struct pair_batch {
    const snq_flow_batch_cfg *cfg;
    uint32_t threads;
    int refused;
    char *error; /* (SNQ_ERROR_MAX,) */
} pair_batch;

static snq_status begin_pair(void *user, void *job, const snq_batch_item *item)
{
    pair *p = job;
    p->second = -1;
    return SNQ_OK;
}

static snq_status open_pair(void *user, void *job, const snq_batch_item *item, const snq_outputs *o)
{
    const snq_flow_batch_cfg *cfg = ((const pair_batch *)user)->cfg;
    pair *p = job;
    snq_batch_item second = { .path = cfg->to, .fd = -1 };
    if (strlen(cfg->to) >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", strlen(cfg->to));
    const snq_status st = snq_batch_open_file(&second);
    p->second = second.fd;
    if (st < 0) {
        char what[SNQ_ERROR_MAX];
        snprintf(what, sizeof what, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", cfg->to, what);
    }
    return snq_outputs_open(o, 0, cfg->out, ".flo", &p->out);
}

static snq_status ask_pair(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                           int fds[SNQ_FRAME_FDS_MAX])
{
    const pair_batch *b = user;
    pair *p = job;
    snq_flow_request request = { .preset = b->cfg->preset, .threads = b->threads };
    snprintf(request.name[0], sizeof request.name[0], "%s", item->path);
    snprintf(request.name[1], sizeof request.name[1], "%s", b->cfg->to);
    r->kind = SNQ_FRAME_FLOW;
    fds[r->fd_count++] = item->fd;
    fds[r->fd_count++] = p->second;
    SNQ_TRY(snq_output_rewind(p->out, &fds[r->fd_count++]));
    snq_flow_request_pack(r->payload, &request);
    return SNQ_OK;
}

static snq_status hear_pair(void *user, void *job, const snq_frame *f, const char *missing)
{
    pair *p = job;
    snq_done_reply done;
    if (f->kind != SNQ_FRAME_FLOWN)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer of kind %d", (int)f->kind);
    SNQ_TRY(snq_done_reply_unpack(f->payload, f->length, &done));
    if (done.st < 0 && *missing)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", missing);
    snq_single_job_answered(&p->job, done.st, done.error);
    return SNQ_OK;
}

static void lose_pair(void *job, const snq_loss *loss)
{
    pair *p = job;
    snq_single_job_lost(&p->job, "finding the flow", loss);
}

static void refuse_pair(void *job, snq_status st, const char *error)
{
    pair *p = job;
    snq_single_job_refuse(&p->job, st, error);
}

static snq_batch_stage stage_pair(const void *job)
{
    const pair *p = job;
    return snq_single_job_stage(&p->job);
}

static void clear_pair(void *job)
{
    pair *p = job;
    if (p->second >= 0)
        close(p->second);
    p->second = -1;
    snq_atomic_abort(p->out);
    p->out = NULL;
}

static void settle_pair(void *job)
{
    pair *p = job;
    snq_single_job_commit(&p->job, &p->out);
    clear_pair(p);
}

static snq_status give_pair(void *user, void *job, const snq_batch_item *item)
{
    pair_batch *b = user;
    const pair *p = job;
    b->refused = p->job.stage == SNQ_SINGLE_REFUSED;
    snprintf(b->error, SNQ_ERROR_MAX, "%s", p->job.error);
    return SNQ_OK;
}

static void where_pair(const void *job, snq_batch_place *place)
{
}

snq_status snq_flow_batch_run(const snq_flow_batch_cfg *cfg, int *refused,
                              char error[SNQ_ERROR_MAX])
{
    static const snq_batch_kind pairing = { .job_bytes = sizeof(pair),
                                            .cpu_s = CPU_S,
                                            .cpu_s_per_mib = CPU_S_PER_MIB,
                                            .begin = begin_pair,
                                            .open = open_pair,
                                            .ask = ask_pair,
                                            .hear = hear_pair,
                                            .lose = lose_pair,
                                            .refuse = refuse_pair,
                                            .stage = stage_pair,
                                            .settle = settle_pair,
                                            .give = give_pair,
                                            .clear = clear_pair,
                                            .where = where_pair };
    snq_input item = { .path = (char *)cfg->from };
    const snq_inputs inputs = { .item = &item, .count = 1 };
    pair_batch b = { .cfg = cfg, .error = error };
    const snq_batch_cfg run = { .kind = &pairing,
                                .inputs = &inputs,
                                .user = &b,
                                .hooks = &cfg->hooks,
                                .pool = pool_for(cfg->threads, 1, &b.threads),
                                .force = cfg->force };
    error[0] = '\0';
    const snq_status st = snq_batch_run(&run);
    *refused = b.refused;
    return st;
}
