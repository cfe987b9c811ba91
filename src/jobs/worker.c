// SPDX-License-Identifier: MIT
#include "jobs/worker.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "jobs/analyse.h"
#include "jobs/click_mix.h"
#include "jobs/film_make.h"
#include "jobs/film_sound.h"
#include "jobs/flow_pair.h"
#include "jobs/frames.h"
#include "jobs/messages.h"
#include "jobs/nursery.h"
#include "jobs/observe.h"
#include "jobs/outputs.h"
#include "jobs/samples_read.h"
#include "plot/sheet.h"
#include "plot/watch_sheet.h"

#ifdef SNQ_COVERAGE
void __gcov_dump(void);
#endif
#ifdef SNQ_LEAK_CHECK
int __lsan_do_recoverable_leak_check(void);
#endif

/* A reply is bounded by the frame's limit; this is where packing it stops. */
enum { REPLY_BYTES_MAX = 256 << 20 };

/* Memory that a worker keeps, and blocks that it never keeps. */
enum { KEPT_BYTES = 16 << 20, KEPT_BLOCK_BYTES = 1 << 20 };

/* One request with what came along. */
typedef struct task {
    const snq_worker_cfg *cfg;
    snq_frame frame;
    const int *fds; /* (fd_count,) borrowed */
    uint32_t fd_count;
} task;

static snq_status reply(const task *t, snq_frame_kind kind, const snq_str *payload)
{
    if (payload->st < 0)
        return payload->st;
    return snq_frame_send(t->cfg->socket, kind, t->frame.ticket, snq_str_text(payload),
                          payload->length);
}

/* Which module would have helped, when loading it hasn't been tried. */
static uint32_t module_needed(const task *t, snq_status st)
{
    return st == SNQ_ERR_STATE ? SNQ_MODULE_AV & ~t->cfg->modules->tried : 0;
}

/* How it went, nothing else; call right after what failed. */
static snq_status reply_done(const task *t, snq_frame_kind kind, snq_status done_st)
{
    snq_done_reply done = { .st = done_st, .needs = module_needed(t, done_st) };
    snq_str payload;
    if (done_st < 0)
        strncpy(done.error, snq_last_error(), sizeof done.error - 1);
    snq_str_init(&payload, 4096);
    snq_done_reply_pack(&payload, &done);
    const snq_status st = reply(t, kind, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_listen(const task *t)
{
    static const snq_heard_reply nothing = { 0 };
    snq_listen_request request;
    snq_heard_reply heard = nothing;
    snq_str payload;
    SNQ_TRY(snq_listen_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 1 || (request.waveform != SNQ_WAVEFORM_NONE && t->fd_count < 2))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    cfg.request = &request;
    cfg.fd = t->fds[0];
    cfg.waveform_fd = t->fd_count > 1 ? t->fds[1] : -1;
    cfg.no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV);
    cfg.pulse = t->cfg->pulse;
    cfg.portrait = &heard.portrait;
    cfg.peak = &heard.peak;
    heard.st = snq_analyse_run(&cfg, &heard.hearing);
    heard.needs = module_needed(t, heard.st);
    heard.has_portrait = heard.st >= 0 && request.portrait;
    if (heard.st < 0)
        strncpy(heard.error, snq_last_error(), sizeof heard.error - 1);
    snq_str_init(&payload, REPLY_BYTES_MAX);
    snq_heard_reply_pack(&payload, &heard);
    snq_heard_reply_clear(&heard);
    snq_status st = reply(t, SNQ_FRAME_HEARD, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status write_png(void *user, const char *bytes, size_t n)
{
    return snq_output_write(*(const int *)user, bytes, n);
}

static snq_sheet_cfg sheet_cfg(const task *t)
{
    snq_sheet_cfg cfg = snq_sheet_cfg_default();
    const snq_font_file *font = t->cfg->modules->font;
    cfg.regular = (snq_sheet_font) { font[0].bytes, font[0].length };
    cfg.bold = (snq_sheet_font) { font[1].bytes, font[1].length };
    return cfg;
}

/* Call right after what failed. */
static snq_status reply_drawn(const task *t, snq_status drawn)
{
    snq_str payload;
    snq_str_init(&payload, 4096);
    snq_drawn_pack(&payload, drawn, drawn < 0 ? snq_last_error() : "");
    const snq_status st = reply(t, SNQ_FRAME_DRAWN, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_draw(const task *t)
{
    char name[SNQ_PATH_MAX];
    snq_hearing hearing;
    snq_portrait portrait;
    SNQ_TRY(snq_draw_request_unpack(t->frame.payload, t->frame.length, name, &hearing, &portrait));
    if (t->fd_count < 1) {
        snq_hearing_clear(&hearing);
        snq_portrait_clear(&portrait);
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptor");
    }
    const snq_sheet_cfg cfg = sheet_cfg(t);
    int fd = t->fds[0];
    const snq_status drawn = snq_sheet_draw(&portrait, &hearing, &cfg, write_png, &fd);
    snq_hearing_clear(&hearing);
    snq_portrait_clear(&portrait);
    return reply_drawn(t, drawn);
}

static snq_status serve_sketch(const task *t)
{
    char name[SNQ_PATH_MAX];
    snq_sight sight;
    snq_watch_look look;
    SNQ_TRY(snq_sketch_request_unpack(t->frame.payload, t->frame.length, name, &sight, &look));
    snq_status drawn = SNQ_ERR_FORMAT;
    const snq_sheet_cfg cfg = sheet_cfg(t);
    int fd = t->fd_count ? t->fds[0] : -1;
    if (t->fd_count)
        drawn = snq_watch_sheet_draw(&sight, &look, &cfg, write_png, &fd);
    snq_sight_clear(&sight);
    snq_watch_look_clear(&look);
    return t->fd_count ? reply_drawn(t, drawn)
                       : SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptor");
}

static snq_status serve_click(const task *t)
{
    snq_click_request request;
    SNQ_TRY(snq_click_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 2) {
        snq_click_request_clear(&request);
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    }
    const snq_click_mix_cfg cfg = { .request = &request,
                                    .fd = t->fds[0],
                                    .out_fd = t->fds[1],
                                    .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                    .pulse = t->cfg->pulse };
    const snq_status st = snq_click_mix_run(&cfg);
    snq_click_request_clear(&request);
    return reply_done(t, SNQ_FRAME_CLICKED, st);
}

static snq_status serve_watch(const task *t)
{
    static const snq_seen_reply nothing = { 0 };
    snq_watch_request request;
    snq_seen_reply seen = nothing;
    snq_str payload;
    SNQ_TRY(snq_watch_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 2)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    const snq_observe_cfg cfg = { .request = &request,
                                  .fd = t->fds[0],
                                  .spill_fd = t->fds[1],
                                  .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                  .look = &seen.look,
                                  .pulse = t->cfg->pulse };
    seen.st = snq_observe_run(&cfg, &seen.sight);
    seen.needs = module_needed(t, seen.st);
    seen.has_look = seen.st >= 0 && request.look;
    if (seen.st < 0)
        strncpy(seen.error, snq_last_error(), sizeof seen.error - 1);
    snq_str_init(&payload, REPLY_BYTES_MAX);
    snq_seen_reply_pack(&payload, &seen);
    snq_seen_reply_clear(&seen);
    const snq_status st = reply(t, SNQ_FRAME_SEEN, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_flow(const task *t)
{
    snq_flow_request request;
    SNQ_TRY(snq_flow_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 3)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    const snq_flow_pair_cfg cfg = { .request = &request,
                                    .fd = { t->fds[0], t->fds[1] },
                                    .out_fd = t->fds[2],
                                    .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                    .pulse = t->cfg->pulse };
    return reply_done(t, SNQ_FRAME_FLOWN, snq_flow_pair_run(&cfg));
}

static snq_status serve_sample(const task *t)
{
    snq_sample_request request;
    snq_sampled_reply sampled = { 0 };
    snq_str payload;
    SNQ_TRY(snq_sample_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 2)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    const snq_samples_read_cfg cfg = { .request = &request,
                                       .fd = t->fds[0],
                                       .out_fd = t->fds[1],
                                       .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                       .pulse = t->cfg->pulse };
    sampled.st = snq_samples_read_run(&cfg, &sampled);
    sampled.needs = module_needed(t, sampled.st);
    if (sampled.st < 0)
        strncpy(sampled.error, snq_last_error(), sizeof sampled.error - 1);
    snq_str_init(&payload, 4096);
    snq_sampled_reply_pack(&payload, &sampled);
    const snq_status st = reply(t, SNQ_FRAME_SAMPLED, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_film(const task *t)
{
    snq_film_request request;
    snq_filmed_reply filmed = { 0 };
    snq_str payload;
    SNQ_TRY(snq_film_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 2)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    const snq_film_sound_cfg cfg = { .request = &request,
                                     .fd = t->fds[0],
                                     .out_fd = t->fds[1],
                                     .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                     .pulse = t->cfg->pulse };
    filmed.st = snq_film_sound_run(&cfg, &filmed);
    filmed.needs = module_needed(t, filmed.st);
    if (filmed.st < 0)
        strncpy(filmed.error, snq_last_error(), sizeof filmed.error - 1);
    snq_str_init(&payload, 16384);
    snq_filmed_reply_pack(&payload, &filmed);
    const snq_status st = reply(t, SNQ_FRAME_FILMED, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_mux(const task *t)
{
    snq_mux_request request;
    snq_muxed_reply muxed = { 0 };
    snq_str payload;
    SNQ_TRY(snq_mux_request_unpack(t->frame.payload, t->frame.length, &request));
    if (t->fd_count < 3)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a request without its descriptors");
    const snq_film_make_cfg cfg = { .request = &request,
                                    .fd = t->fds[0],
                                    .sound_fd = t->fds[1],
                                    .out_fd = t->fds[2],
                                    .no_loading = !(t->cfg->modules->tried & SNQ_MODULE_AV),
                                    .pulse = t->cfg->pulse };
    muxed.st = snq_film_make_run(&cfg, &muxed);
    muxed.needs = module_needed(t, muxed.st);
    if (muxed.st < 0)
        strncpy(muxed.error, snq_last_error(), sizeof muxed.error - 1);
    snq_str_init(&payload, 4096);
    snq_muxed_reply_pack(&payload, &muxed);
    const snq_status st = reply(t, SNQ_FRAME_MUXED, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve_try(const task *t)
{
    snq_str payload;
    snq_str_init(&payload, 64);
    snq_tried_pack(&payload, snq_confine_try());
    const snq_status st = reply(t, SNQ_FRAME_TRIED, &payload);
    snq_str_clear(&payload);
    return st;
}

static snq_status serve(const task *t)
{
    switch (t->frame.kind) {
    case SNQ_FRAME_LISTEN:
        return serve_listen(t);
    case SNQ_FRAME_DRAW:
        return serve_draw(t);
    case SNQ_FRAME_CLICK:
        return serve_click(t);
    case SNQ_FRAME_WATCH:
        return serve_watch(t);
    case SNQ_FRAME_SKETCH:
        return serve_sketch(t);
    case SNQ_FRAME_FLOW:
        return serve_flow(t);
    case SNQ_FRAME_SAMPLE:
        return serve_sample(t);
    case SNQ_FRAME_FILM:
        return serve_film(t);
    case SNQ_FRAME_MUX:
        return serve_mux(t);
    case SNQ_FRAME_TRY:
        return serve_try(t);
    default:
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a frame of kind %d", (int)t->frame.kind);
    }
}

static snq_status hello(const snq_worker_cfg *cfg)
{
    snq_str payload;
    snq_str_init(&payload, 4096);
    snq_hello_pack(&payload, &cfg->confinement);
    snq_status st = payload.st;
    if (st >= 0)
        st = snq_frame_send(cfg->socket, SNQ_FRAME_HELLO, 0, payload.text, payload.length);
    snq_str_clear(&payload);
    return st;
}

/* What a short recording needs stays with the process from one to the next: giving it back and fetching
 * it anew, page by page, takes as long as listening to a third of a second. Larger blocks, which long
 * recordings grow, go back at once. */
static void keep_memory(void)
{
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, KEPT_BLOCK_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_TOP_PAD, KEPT_BLOCK_BYTES);
#endif
}

int snq_worker_run(const snq_worker_cfg *cfg)
{
    snq_frame_reader reader;
    int fds[SNQ_FRAME_FDS_MAX];
    task t = { .cfg = cfg, .fds = fds };
    snq_frame_reader_init(&reader, 1);
    keep_memory();
    snq_status st = hello(cfg);
    while (st == SNQ_OK) {
        st = snq_frame_reader_pull(&reader, &t.frame);
        if (st == SNQ_AGAIN) {
            st = snq_frame_fill(cfg->socket, &reader, fds, &t.fd_count);
            continue;
        }
        if (st == SNQ_OK)
            st = serve(&t);
        while (t.fd_count)
            close(fds[--t.fd_count]);
    }
    while (t.fd_count)
        close(fds[--t.fd_count]);
    snq_frame_reader_clear(&reader);
    return st == SNQ_END ? 0 : 1;
}

void snq_worker_end(int code)
{
#ifdef SNQ_LEAK_CHECK
    if (__lsan_do_recoverable_leak_check())
        code = 23;
#endif
#ifdef SNQ_COVERAGE
    __gcov_dump();
#endif
    _exit(code);
}
