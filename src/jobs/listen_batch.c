// SPDX-License-Identifier: MIT
/* STEPS  jobs/batch.c asks; what it asks is up to the recording's stage (jobs/listen_job.h).
 * CONST  CPU_S + CPU_S_PER_MIB * size: the slowest formats cost 5 s a MiB (Opus at 6 kbit/s,
 *        measured 2026-11-21); twice that, and two minutes for what is tiny and expands.
 * LIMITS A picture's data (1 MB) leaves the batch as soon as it is drawn. */
#include "jobs/listen_batch.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/listen_job.h"
#include "jobs/messages.h"
#include "jobs/nursery.h"
#include "jobs/outputs.h"
#include "jobs/pool.h"

#ifdef SNQ_INSTRUMENTED
#define CPU_S 2000.0
#else
#define CPU_S 120.0
#endif
#define CPU_S_PER_MIB 10.0
/* Listening's part of the progress where clicks follow: 0.62 to 0.73 on FLAC, MP3 and WAV, 2026-11-21. */
#define HEARD_PART    0.65

/* One recording that is begun and not given back. */
typedef struct entry {
    snq_listen_job job;
    snq_atomic_file *waveform, *plot, *click;
} entry;

typedef struct batch {
    const snq_listen_batch_cfg *cfg;
    snq_listen_request request; /* what is the same for all */
} batch;

snq_listen_batch_cfg snq_listen_batch_cfg_default(void)
{
    return (snq_listen_batch_cfg) { .zoom = 256 };
}

static int ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n > k && strcmp(text + n - k, end) == 0;
}

static int wants(const snq_listen_batch_cfg *cfg, const char *id)
{
    uint32_t i = 0;
    while (i < cfg->only_count && strcmp(cfg->only[i], id) != 0)
        i++;
    return !cfg->only_count || i < cfg->only_count;
}

static snq_status check_outputs(const snq_listen_batch_cfg *cfg)
{
    const char *w = cfg->waveform_path, *p = cfg->plot_path, *c = cfg->click_path;
    if (w && !snq_output_is_folder(w) && !ends_with(w, ".dat") && !ends_with(w, ".json"))
        return SNQ_FAIL(SNQ_ERR_ARG, "the waveform file must end in .dat or .json, not \"%s\"", w);
    if (p && !snq_output_is_folder(p) && !ends_with(p, ".png"))
        return SNQ_FAIL(SNQ_ERR_ARG, "the plot must end in .png, not \"%s\"", p);
    if (c && !snq_output_is_folder(c) && !ends_with(c, ".wav"))
        return SNQ_FAIL(SNQ_ERR_ARG, "the sound with clicks must end in .wav, not \"%s\"", c);
    if (c && !wants(cfg, snq_beats_analyser.id))
        return SNQ_FAIL(SNQ_ERR_ARG, "--click needs the analyser \"%s\": name it in --only",
                        snq_beats_analyser.id);
    if (w)
        SNQ_TRY(snq_output_check(cfg->inputs, "waveform", w));
    if (p)
        SNQ_TRY(snq_output_check(cfg->inputs, "plot", p));
    return c ? snq_output_check(cfg->inputs, "click", c) : SNQ_OK;
}

snq_status snq_listen_batch_check(const snq_listen_batch_cfg *cfg)
{
    for (uint32_t i = 0; i < cfg->only_count; i++)
        if (!snq_analyser_find(cfg->only[i])) {
            uint32_t count;
            const snq_analyser *const *all = snq_analysers(&count);
            char known[512] = "";
            for (uint32_t k = 0; k < count; k++)
                snprintf(known + strlen(known), sizeof known - strlen(known), " %s", all[k]->id);
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no analyser is called \"%s\"; there are:%s",
                            cfg->only[i], known);
        }
    if (cfg->only_count > SNQ_PLUGINS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u analysers, at most %d", cfg->only_count,
                        SNQ_PLUGINS_MAX);
    if (cfg->zoom < 2 || cfg->zoom > INT32_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "zoom of %u samples a pixel, must be 2 .. 2147483647",
                        cfg->zoom);
    return check_outputs(cfg);
}

/* --- one entry ---------------------------------------------------------------------------------- */

static snq_status begin(void *user, void *job, const snq_batch_item *item)
{
    const batch *b = user;
    entry *e = job;
    return snq_listen_job_init(&e->job, &b->request, item->path);
}

static snq_status open_outputs(void *user, void *job, const snq_batch_item *item,
                               const snq_outputs *o)
{
    const snq_listen_batch_cfg *cfg = ((const batch *)user)->cfg;
    entry *e = job;
    SNQ_TRY(snq_outputs_open(o, item->index, cfg->waveform_path, ".dat", &e->waveform));
    SNQ_TRY(snq_outputs_open(o, item->index, cfg->plot_path, ".png", &e->plot));
    return snq_outputs_open(o, item->index, cfg->click_path, ".wav", &e->click);
}

static void abort_outputs(entry *e)
{
    snq_atomic_abort(e->waveform);
    snq_atomic_abort(e->plot);
    snq_atomic_abort(e->click);
    e->waveform = e->plot = e->click = NULL;
}

/* Give an output its name, or refuse. */
static void name_output(snq_listen_job *j, snq_atomic_file **file)
{
    if (j->stage != SNQ_LISTEN_FINISHED || !*file)
        return;
    const snq_status st = snq_atomic_commit(*file);
    *file = NULL;
    if (st < 0)
        snq_listen_job_refuse(j, st, snq_last_error());
}

static void settle(void *job)
{
    entry *e = job;
    snq_listen_job *j = &e->job;
    snq_portrait_clear(&j->portrait);
    name_output(j, &e->waveform);
    name_output(j, &e->plot);
    if (j->clicked)
        name_output(j, &e->click);
    abort_outputs(e);
}

static void refuse(void *job, snq_status st, const char *error)
{
    entry *e = job;
    snq_listen_job_refuse(&e->job, st, error);
}

static void lose(void *job, const snq_loss *loss)
{
    entry *e = job;
    snq_listen_job_lost(&e->job, loss);
}

static snq_batch_stage stage(const void *job)
{
    const entry *e = job;
    return e->job.stage == SNQ_LISTEN_FINISHED  ? SNQ_BATCH_FINISHED
           : e->job.stage == SNQ_LISTEN_REFUSED ? SNQ_BATCH_REFUSED
                                                : SNQ_BATCH_WORKING;
}

static void clear(void *job)
{
    entry *e = job;
    abort_outputs(e);
    snq_listen_job_clear(&e->job);
}

static void where(const void *job, snq_batch_place *place)
{
    const entry *e = job;
    const double heard = e->job.clicks ? HEARD_PART : 1.0;
    if (e->job.stage < SNQ_LISTEN_DRAWING) {
        place->part *= heard;
        return;
    }
    place->media_s = e->job.hearing.file.duration_s;
    place->part = e->job.stage == SNQ_LISTEN_CLICKING ? heard + (1.0 - heard) * place->part : heard;
}

/* --- requests ----------------------------------------------------------------------------------- */

static snq_status ask_listen(const batch *b, entry *e, const snq_batch_item *item,
                             snq_pool_request *r, int *fds)
{
    snq_listen_request request = b->request;
    snprintf(request.name, sizeof request.name, "%s", item->path);
    snq_listen_job_ask(&e->job, &request);
    r->kind = SNQ_FRAME_LISTEN;
    fds[r->fd_count++] = item->fd;
    if (request.waveform != SNQ_WAVEFORM_NONE)
        SNQ_TRY(snq_output_rewind(e->waveform, &fds[r->fd_count++]));
    snq_listen_request_pack(r->payload, &request);
    return SNQ_OK;
}

static snq_status ask_draw(entry *e, const snq_batch_item *item, snq_pool_request *r, int *fds)
{
    const snq_draw_request draw = { item->path, &e->job.hearing, &e->job.portrait };
    r->kind = SNQ_FRAME_DRAW;
    SNQ_TRY(snq_output_rewind(e->plot, &fds[r->fd_count++]));
    snq_draw_request_pack(r->payload, &draw);
    return SNQ_OK;
}

static snq_status ask_click(entry *e, const snq_batch_item *item, snq_pool_request *r, int *fds)
{
    snq_click_request click = { .peak = e->job.peak, .beats = e->job.hearing.beats };
    snprintf(click.name, sizeof click.name, "%s", item->path);
    r->kind = SNQ_FRAME_CLICK;
    fds[r->fd_count++] = item->fd;
    SNQ_TRY(snq_output_rewind(e->click, &fds[r->fd_count++]));
    snq_click_request_pack(r->payload, &click);
    return SNQ_OK;
}

static snq_status ask(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                      int fds[SNQ_FRAME_FDS_MAX])
{
    entry *e = job;
    /* who is guilty shows only in a worker that nobody has spoilt */
    r->fresh = e->job.stage == SNQ_LISTEN_STREAM || e->job.stage == SNQ_LISTEN_SOLO;
    return e->job.stage == SNQ_LISTEN_DRAWING    ? ask_draw(e, item, r, fds)
           : e->job.stage == SNQ_LISTEN_CLICKING ? ask_click(e, item, r, fds)
                                                 : ask_listen(user, e, item, r, fds);
}

/* --- replies ------------------------------------------------------------------------------------ */

static snq_status take_heard(entry *e, const snq_frame *f)
{
    snq_heard_reply heard;
    SNQ_TRY(snq_heard_reply_unpack(f->payload, f->length, &heard));
    if (heard.st < 0 && heard.needs) {
        snq_heard_reply_clear(&heard);
        return SNQ_AGAIN;
    }
    snq_listen_job_heard(&e->job, &heard);
    return SNQ_OK;
}

static snq_status take_drawn(entry *e, const snq_frame *f, const char *missing)
{
    char error[SNQ_ERROR_MAX];
    snq_status drawn;
    SNQ_TRY(snq_batch_hear_drawn(f, missing, &drawn, error));
    snq_listen_job_drawn(&e->job, drawn, error);
    return SNQ_OK;
}

static snq_status take_clicked(entry *e, const snq_frame *f)
{
    snq_done_reply clicked;
    SNQ_TRY(snq_done_reply_unpack(f->payload, f->length, &clicked));
    if (clicked.st < 0 && clicked.needs)
        return SNQ_AGAIN;
    snq_listen_job_clicked(&e->job, clicked.st, clicked.error);
    return SNQ_OK;
}

static snq_status hear(void *user, void *job, const snq_frame *f, const char *missing)
{
    entry *e = job;
    if (f->kind == SNQ_FRAME_HEARD && e->job.stage < SNQ_LISTEN_DRAWING)
        return take_heard(e, f);
    if (f->kind == SNQ_FRAME_DRAWN && e->job.stage == SNQ_LISTEN_DRAWING)
        return take_drawn(e, f, missing);
    if (f->kind == SNQ_FRAME_CLICKED && e->job.stage == SNQ_LISTEN_CLICKING)
        return take_clicked(e, f);
    return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer of kind %d", (int)f->kind);
}

/* --- results ------------------------------------------------------------------------------------ */

/* "no pulse: out.wav not written (too short for a pulse)" */
static void say_no_clicks(const batch *b, const entry *e, const char *path_in, char *to,
                          size_t room)
{
    char path[SNQ_PATH_MAX] = "";
    const snq_hearing *h = &e->job.hearing;
    const char *why = h->beats_reason ? h->beats_reason : h->tempo.bpm.reason;
    if (!snq_output_path(b->cfg->click_path, path_in, ".wav", path, sizeof path))
        return; /* can't be: it was opened */
    snprintf(to, room, "no pulse: %s not written%s%s%s", path, why ? " (" : "", why ? why : "",
             why ? ")" : "");
}

static snq_status give(void *user, void *job, const snq_batch_item *item)
{
    const batch *b = user;
    entry *e = job;
    const int good = e->job.stage == SNQ_LISTEN_FINISHED;
    char unmade[SNQ_PATH_MAX + SNQ_ERROR_MAX] = "";
    if (good && e->job.clicks && !e->job.clicked)
        say_no_clicks(b, e, item->path, unmade, sizeof unmade);
    const snq_listen_batch_result r = { .index = item->index,
                                        .st = good ? SNQ_OK : e->job.st,
                                        .error = e->job.error,
                                        .hearing = good ? &e->job.hearing : NULL,
                                        .unmade = unmade };
    return b->cfg->result(b->cfg->hooks.user, &r);
}

static snq_status fill_request(batch *b)
{
    const snq_listen_batch_cfg *cfg = b->cfg;
    snq_listen_request *r = &b->request;
    uint32_t count;
    const snq_analyser *const *all = snq_analysers(&count);
    r->zoom = cfg->zoom;
    r->timings = cfg->timings;
    r->portrait = cfg->plot_path != NULL;
    r->peak = cfg->click_path != NULL;
    if (cfg->waveform_path)
        r->waveform = ends_with(cfg->waveform_path, ".json") ? SNQ_WAVEFORM_JSON : SNQ_WAVEFORM_DAT;
    if (cfg->only_count > SNQ_PLUGINS_MAX || count > SNQ_PLUGINS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "more than %d analysers", SNQ_PLUGINS_MAX);
    r->only_count = cfg->only_count ? cfg->only_count : count;
    for (uint32_t i = 0; i < r->only_count; i++)
        snprintf(r->only[i], SNQ_ID_MAX, "%s", cfg->only_count ? cfg->only[i] : all[i]->id);
    return SNQ_OK;
}

snq_status snq_listen_batch_run(const snq_listen_batch_cfg *cfg)
{
    static const snq_batch_kind listening = { .job_bytes = sizeof(entry),
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
    batch b = { .cfg = cfg };
    snq_batch_cfg run = { .kind = &listening,
                          .inputs = cfg->inputs,
                          .user = &b,
                          .hooks = &cfg->hooks,
                          .pool = snq_pool_cfg_default(),
                          .force = cfg->force };
    SNQ_TRY(fill_request(&b));
    if (cfg->threads)
        run.pool.workers = cfg->threads;
    run.pool.modules = cfg->plot_path ? SNQ_MODULE_PLOT : 0;
    if (cfg->click_path)
        run.pool.limits.file_bytes = SNQ_CONFINE_SOUND_BYTES;
    return snq_batch_run(&run);
}
