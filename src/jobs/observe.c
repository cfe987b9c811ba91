// SPDX-License-Identifier: MIT
#include "jobs/observe.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "media/video_reader.h"
#include "watch/watcher.h"

/* Everything that one run holds; released by run_clear whatever happened. */
typedef struct run {
    const snq_observe_cfg *cfg;
    const snq_watch_request *request;
    snq_sight *s;
    snq_video_reader *reader;
    snq_watcher *watcher; /* made with the first picture */
    int64_t first, last;  /* numbers of the pictures seen; first < 0: none yet */
} run;

snq_observe_cfg snq_observe_cfg_default(void)
{
    return (snq_observe_cfg) { .fd = -1, .spill_fd = -1 };
}

snq_status snq_watch_request_default(const char *name, snq_watch_request *r)
{
    memset(r, 0, sizeof *r);
    if (strlen(name) >= sizeof r->name)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes, at most %d are possible",
                        strlen(name), SNQ_PATH_MAX - 1);
    memcpy(r->name, name, strlen(name) + 1);
    r->end = -1.0;
    r->preset = SNQ_FLOW_DEFAULT;
    r->threads = 1;
    return SNQ_OK;
}

static void run_clear(run *r)
{
    snq_watcher_free(r->watcher);
    snq_video_reader_free(r->reader);
}

static snq_status open_reader(run *r)
{
    const snq_watch_request *q = r->request;
    snq_video_cfg cfg = snq_video_cfg_default();
    cfg.start = q->start;
    cfg.end = q->end;
    cfg.range_in_frames = q->range_in_frames;
    cfg.fps_hz = q->fps_hz;
    cfg.max_pictures = SNQ_WATCHER_FRAMES_MAX;
    cfg.no_loading = r->cfg->no_loading;
    cfg.cancel = r->cfg->cancel;
    return snq_video_reader_open(r->cfg->fd, q->name, &cfg, &r->reader);
}

static snq_status open_watcher(run *r, const snq_video_picture *first)
{
    const snq_video_info *info = snq_video_reader_info(r->reader);
    snq_watcher_cfg cfg =
        snq_watcher_cfg_default(info->fps_hz, first->luma.width, first->luma.height);
    cfg.start_s = first->t_s;
    cfg.source_width = info->width;
    cfg.source_height = info->height;
    cfg.preset = (snq_flow_preset)r->request->preset;
    cfg.threads = r->request->threads;
    cfg.stabilize = r->request->stabilize;
    cfg.windows = r->request->windows;
    cfg.spill_fd = r->cfg->spill_fd;
    cfg.look = r->request->look ? r->cfg->look : NULL;
    return snq_watcher_new(&cfg, &r->watcher);
}

/* How far: bytes are guessed from the pictures, for a bar. */
static void report(const run *r)
{
    const snq_video_info *info = snq_video_reader_info(r->reader);
    const int64_t pictures = snq_video_reader_pictures(r->reader);
    const int64_t end = info->end >= 0 ? info->end : info->frames;
    const double all = (double)(end - info->first);
    const double part = all > 0 ? fmin((double)pictures / all, 1.0) : 0.0;
    snq_pulse_set_pictures(r->cfg->pulse, pictures);
    snq_pulse_set(r->cfg->pulse, (int64_t)(part * (double)r->request->size_bytes),
                  r->request->size_bytes, (int64_t)(1e6 * (double)pictures / info->fps_hz));
}

static snq_status stream(run *r)
{
    for (;;) {
        snq_video_picture p;
        const snq_status st = snq_video_reader_pull(r->reader, &p);
        if (st < 0)
            return st;
        if (st == SNQ_END)
            return SNQ_OK;
        if (!r->watcher)
            SNQ_TRY(open_watcher(r, &p));
        const snq_watcher_picture seen = { .luma = p.luma,
                                           .cb = p.cb,
                                           .cr = p.cr,
                                           .repeated = (p.flags & SNQ_VIDEO_REPEATED) != 0,
                                           .same = p.difference == 0.0f };
        SNQ_TRY(snq_watcher_push(r->watcher, &seen));
        r->first = r->first < 0 ? p.number : r->first;
        r->last = p.number;
        report(r);
    }
}

static void describe(run *r)
{
    const snq_video_info *info = snq_video_reader_info(r->reader);
    snq_sight_video *v = &r->s->video;
    const int64_t seen = r->last + 1;
    v->width = info->width;
    v->height = info->height;
    v->fps = info->fps_hz;
    /* what the header promises counts only where we did not look */
    v->frames = (uint64_t)(r->request->end >= 0 && info->frames > seen ? info->frames : seen);
    v->duration_s = (double)v->frames / info->fps_hz;
    v->range = (snq_span) { (double)r->first / info->fps_hz, (double)seen / info->fps_hz };
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static snq_status run_all(run *r)
{
    const double from_ms = now_ms();
    SNQ_TRY(open_reader(r));
    SNQ_TRY(stream(r));
    if (!r->watcher)
        return SNQ_FAIL(SNQ_ERR_RANGE, "no picture in this range of the video");
    SNQ_TRY(snq_watcher_finish(r->watcher, r->s));
    describe(r);
    /* what the file was warned of stands before what was seen */
    const snq_warnings seen = r->s->warnings;
    r->s->warnings = *snq_video_reader_warnings(r->reader);
    snq_warnings_join(&r->s->warnings, &seen);
    r->s->ms = r->request->timings ? now_ms() - from_ms : 0.0;
    return SNQ_OK;
}

snq_status snq_observe_run(const snq_observe_cfg *cfg, snq_sight *s)
{
    run r = { .cfg = cfg, .request = cfg->request, .s = s, .first = -1 };
    snq_sight_init(s);
    s->video.path = cfg->request->name;
    if (cfg->look)
        snq_watch_look_init(cfg->look);
    const snq_status st = run_all(&r);
    run_clear(&r);
    if (st < 0)
        snq_sight_clear(s);
    if (st < 0 && cfg->look)
        snq_watch_look_clear(cfg->look);
    return st;
}
