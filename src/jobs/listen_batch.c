// SPDX-License-Identifier: MIT
/* IDEA   One loop: hand a request to each free worker, wait for what comes back, give out what is due.
 * STEPS  entries stand in a ring of SNQ_BATCH_WINDOW by input number; `given` <= `begun` <= inputs.
 *        begin (open files) -> request -> reply or loss -> job -> … -> settle (files get their names)
 *        -> wait in the ring until all before are given -> result -> gone.
 * CONST  CPU_S + CPU_S_PER_MIB * size: the slowest formats cost 5 s a MiB (Opus at 6 kbit/s,
 *        measured 2026-11-21); twice that, and two minutes for what is tiny and expands.
 * LIMITS The ring holds results only; a picture's data (1 MB) leaves it as soon as it is drawn. */
#include "jobs/listen_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
enum { WAIT_MS = 100, NO_SLOT = -1 };

/* One recording that is begun and not given back. */
typedef struct entry {
    uint32_t index; /* of the input */
    int started;    /* `job` is there */
    int settled;    /* FINISHED or REFUSED, files named or gone */
    int slot;       /* where its request is, NO_SLOT: none out */
    int fd;         /* the recording, -1 */
    int64_t size_bytes;
    double sound_s; /* heard, once it is done */
    snq_listen_job job;
    snq_atomic_file *waveform, *plot, *click;
} entry;

typedef struct batch {
    const snq_batch_cfg *cfg;
    snq_listen_request request; /* what is the same for all */
    snq_pool *pool;
    entry *ring; /* (window,) */
    uint32_t window;
    uint32_t begun, given; /* inputs */
    snq_outputs outputs;
    int64_t total_bytes, done_bytes;
    double done_sound_s;
    int told_unconfined;
} batch;

snq_batch_cfg snq_batch_cfg_default(void)
{
    return (snq_batch_cfg) { .zoom = 256 };
}

static int ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n > k && strcmp(text + n - k, end) == 0;
}

static int wants(const snq_batch_cfg *cfg, const char *id)
{
    uint32_t i = 0;
    while (i < cfg->only_count && strcmp(cfg->only[i], id) != 0)
        i++;
    return !cfg->only_count || i < cfg->only_count;
}

static snq_status check_outputs(const snq_batch_cfg *cfg)
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

snq_status snq_batch_check(const snq_batch_cfg *cfg)
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

static snq_status open_input(entry *e, const char *path)
{
    struct stat st;
    /* O_NONBLOCK: a pipe without a writer must not hang us; for regular files it means nothing */
    e->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (e->fd < 0 || fstat(e->fd, &st) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "can't open: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not a regular file");
    e->size_bytes = (int64_t)st.st_size;
    return SNQ_OK;
}

static snq_status open_files(const batch *b, entry *e)
{
    const snq_input *in = &b->cfg->inputs->item[e->index];
    if (in->problem)
        return SNQ_FAIL(SNQ_ERR_IO, "%s", in->problem);
    if (strlen(in->path) >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", strlen(in->path));
    SNQ_TRY(open_input(e, in->path));
    const snq_outputs *o = &b->outputs;
    SNQ_TRY(snq_outputs_open(o, e->index, b->cfg->waveform_path, ".dat", &e->waveform));
    SNQ_TRY(snq_outputs_open(o, e->index, b->cfg->plot_path, ".png", &e->plot));
    return snq_outputs_open(o, e->index, b->cfg->click_path, ".wav", &e->click);
}

static void close_files(entry *e)
{
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
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

/* The job is at its end: outputs get their names or vanish. */
static void settle(batch *b, entry *e)
{
    snq_listen_job *j = &e->job;
    snq_portrait_clear(&j->portrait);
    name_output(j, &e->waveform);
    name_output(j, &e->plot);
    if (j->clicked)
        name_output(j, &e->click);
    close_files(e);
    e->settled = 1;
    e->sound_s = j->stage == SNQ_LISTEN_FINISHED ? j->hearing.file.duration_s : 0.0;
    b->done_bytes += snq_outputs_input_bytes(&b->outputs, e->index);
    b->done_sound_s += e->sound_s;
}

static int at_end(const entry *e)
{
    return e->job.stage == SNQ_LISTEN_FINISHED || e->job.stage == SNQ_LISTEN_REFUSED;
}

static entry *entry_of(const batch *b, uint32_t index)
{
    return &b->ring[index % b->window];
}

static void begin_entry(batch *b, entry *e)
{
    memset(e, 0, sizeof *e);
    e->index = b->begun++;
    e->fd = e->slot = NO_SLOT;
    e->started = 1;
    const char *path = b->cfg->inputs->item[e->index].path;
    snq_status st = snq_listen_job_init(&e->job, &b->request, path);
    if (st >= 0)
        st = open_files(b, e);
    if (st < 0) {
        snq_listen_job_refuse(&e->job, st, snq_last_error());
        settle(b, e);
    }
}

static void end_entry(entry *e)
{
    if (!e->started)
        return;
    close_files(e);
    snq_listen_job_clear(&e->job);
    memset(e, 0, sizeof *e);
    e->fd = e->slot = NO_SLOT;
}

/* --- requests ----------------------------------------------------------------------------------- */

/* An output that a lost worker may have begun is empty again. */
static snq_status rewind_output(snq_atomic_file *f, int *fd)
{
    *fd = fileno(snq_atomic_stream(f));
    if (ftruncate(*fd, 0) != 0 || lseek(*fd, 0, SEEK_SET) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "emptying an output: %s", strerror(errno));
    return SNQ_OK;
}

static snq_status submit_listen(batch *b, entry *e, snq_pool_request *r, uint32_t *slot)
{
    int fds[2] = { e->fd, -1 };
    snq_listen_request request = b->request;
    snprintf(request.name, sizeof request.name, "%s", b->cfg->inputs->item[e->index].path);
    snq_listen_job_ask(&e->job, &request);
    r->kind = SNQ_FRAME_LISTEN;
    r->fds = fds;
    r->fd_count = 1;
    if (request.waveform != SNQ_WAVEFORM_NONE) {
        SNQ_TRY(rewind_output(e->waveform, &fds[1]));
        r->fd_count = 2;
    }
    snq_listen_request_pack(r->payload, &request);
    return snq_pool_submit(b->pool, r, slot);
}

static snq_status submit_draw(const batch *b, entry *e, snq_pool_request *r, uint32_t *slot)
{
    int fd;
    const snq_draw_request draw = { b->cfg->inputs->item[e->index].path, &e->job.hearing,
                                    &e->job.portrait };
    SNQ_TRY(rewind_output(e->plot, &fd));
    r->kind = SNQ_FRAME_DRAW;
    r->fds = &fd;
    r->fd_count = 1;
    snq_draw_request_pack(r->payload, &draw);
    return snq_pool_submit(b->pool, r, slot);
}

static snq_status submit_click(const batch *b, entry *e, snq_pool_request *r, uint32_t *slot)
{
    int fds[2] = { e->fd, -1 };
    snq_click_request click = { .peak = e->job.peak, .beats = e->job.hearing.beats };
    snprintf(click.name, sizeof click.name, "%s", b->cfg->inputs->item[e->index].path);
    SNQ_TRY(rewind_output(e->click, &fds[1]));
    r->kind = SNQ_FRAME_CLICK;
    r->fds = fds;
    r->fd_count = 2;
    snq_click_request_pack(r->payload, &click);
    return snq_pool_submit(b->pool, r, slot);
}

static void submit_entry(batch *b, entry *e)
{
    snq_str payload;
    uint32_t slot;
    snq_str_init(&payload, 256u << 20);
    snq_pool_request r = { .job = e->index, .payload = &payload };
    /* who is guilty shows only in a worker that nobody has spoilt */
    r.fresh = e->job.stage == SNQ_LISTEN_STREAM || e->job.stage == SNQ_LISTEN_SOLO;
    r.cpu_s = CPU_S + CPU_S_PER_MIB * (double)e->size_bytes / (1 << 20);
    const snq_status st = e->job.stage == SNQ_LISTEN_DRAWING    ? submit_draw(b, e, &r, &slot)
                          : e->job.stage == SNQ_LISTEN_CLICKING ? submit_click(b, e, &r, &slot)
                                                                : submit_listen(b, e, &r, &slot);
    snq_str_clear(&payload);
    if (st < 0) {
        snq_listen_job_refuse(&e->job, st, snq_last_error());
        settle(b, e);
    } else if (st == SNQ_OK)
        e->slot = (int)slot;
}

/* Give every free worker something to do: the oldest first. */
static void submit_all(batch *b)
{
    uint32_t room = snq_pool_free_slots(b->pool);
    for (uint32_t i = b->given; room && i < b->begun; i++) {
        entry *e = entry_of(b, i);
        if (e->settled || e->slot != NO_SLOT)
            continue;
        submit_entry(b, e);
        room = snq_pool_free_slots(b->pool);
    }
    while (room && b->begun < b->cfg->inputs->count && b->begun - b->given < b->window) {
        entry *e = entry_of(b, b->begun);
        begin_entry(b, e);
        if (e->settled)
            continue;
        submit_entry(b, e);
        room = snq_pool_free_slots(b->pool);
    }
}

/* --- replies ------------------------------------------------------------------------------------ */

static void lose(entry *e, snq_loss_cause cause)
{
    const snq_loss loss = { .cause = cause, .size_bytes = e->size_bytes };
    snq_listen_job_lost(&e->job, &loss);
}

static snq_status take_heard(batch *b, entry *e, const snq_pool_event *event)
{
    snq_heard_reply heard;
    const snq_status st = snq_heard_reply_unpack(event->frame.payload, event->frame.length, &heard);
    if (st == SNQ_ERR_NOMEM)
        return st;
    if (st < 0) {
        snq_pool_renew(b->pool, event->slot); /* whatever it is, it is no worker of ours */
        lose(e, SNQ_LOSS_NONSENSE);
        return SNQ_OK;
    }
    if (heard.st < 0 && heard.needs) {
        /* asked again once a worker has it */
        snq_heard_reply_clear(&heard);
        snq_pool_renew(b->pool, event->slot);
        return snq_pool_load(b->pool, SNQ_MODULE_AV);
    }
    snq_listen_job_heard(&e->job, &heard);
    return SNQ_OK;
}

static snq_status take_drawn(batch *b, entry *e, const snq_pool_event *event)
{
    char error[SNQ_ERROR_MAX];
    snq_status drawn;
    if (snq_drawn_unpack(event->frame.payload, event->frame.length, &drawn, error) < 0) {
        snq_pool_renew(b->pool, event->slot);
        lose(e, SNQ_LOSS_NONSENSE);
        return SNQ_OK;
    }
    /* what pictures need (the module, a font) is missing for all */
    const char *missing = snq_pool_load_error(b->pool);
    if (drawn == SNQ_ERR_UNSUPPORTED || drawn == SNQ_ERR_FORMAT)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", *missing ? missing : error);
    snq_listen_job_drawn(&e->job, drawn, error);
    return SNQ_OK;
}

static snq_status take_clicked(batch *b, entry *e, const snq_pool_event *event)
{
    snq_clicked_reply clicked;
    if (snq_clicked_reply_unpack(event->frame.payload, event->frame.length, &clicked) < 0) {
        snq_pool_renew(b->pool, event->slot);
        lose(e, SNQ_LOSS_NONSENSE);
        return SNQ_OK;
    }
    if (clicked.st < 0 && clicked.needs) {
        snq_pool_renew(b->pool, event->slot);
        return snq_pool_load(b->pool, SNQ_MODULE_AV);
    }
    snq_listen_job_clicked(&e->job, clicked.st, clicked.error);
    return SNQ_OK;
}

static snq_status take_event(batch *b, const snq_pool_event *event)
{
    entry *e = entry_of(b, (uint32_t)event->job);
    e->slot = NO_SLOT;
    if (event->lost)
        snq_listen_job_lost(&e->job, &event->loss);
    else if (event->frame.kind == SNQ_FRAME_HEARD && e->job.stage < SNQ_LISTEN_DRAWING)
        SNQ_TRY(take_heard(b, e, event));
    else if (event->frame.kind == SNQ_FRAME_DRAWN && e->job.stage == SNQ_LISTEN_DRAWING)
        SNQ_TRY(take_drawn(b, e, event));
    else if (event->frame.kind == SNQ_FRAME_CLICKED && e->job.stage == SNQ_LISTEN_CLICKING)
        SNQ_TRY(take_clicked(b, e, event));
    else {
        snq_pool_renew(b->pool, event->slot);
        lose(e, SNQ_LOSS_NONSENSE);
    }
    if (at_end(e))
        settle(b, e);
    return SNQ_OK;
}

/* --- the loop ----------------------------------------------------------------------------------- */

/* "no pulse: out.wav not written (too short for a pulse)" */
static void say_no_clicks(const batch *b, const entry *e, char *to, size_t room)
{
    char path[SNQ_PATH_MAX] = "";
    const snq_hearing *h = &e->job.hearing;
    const char *why = h->beats_reason ? h->beats_reason : h->tempo.bpm.reason;
    if (!snq_output_path(b->cfg->click_path, b->cfg->inputs->item[e->index].path, ".wav", path,
                         sizeof path))
        return; /* can't be: it was opened */
    snprintf(to, room, "no pulse: %s not written%s%s%s", path, why ? " (" : "", why ? why : "",
             why ? ")" : "");
}

static snq_status give_results(batch *b)
{
    while (b->given < b->begun && entry_of(b, b->given)->settled) {
        entry *e = entry_of(b, b->given);
        const int good = e->job.stage == SNQ_LISTEN_FINISHED;
        char unmade[SNQ_PATH_MAX + SNQ_ERROR_MAX] = "";
        if (good && e->job.clicks && !e->job.clicked)
            say_no_clicks(b, e, unmade, sizeof unmade);
        const snq_batch_result r = { .index = e->index,
                                     .st = good ? SNQ_OK : e->job.st,
                                     .error = e->job.error,
                                     .hearing = good ? &e->job.hearing : NULL,
                                     .unmade = unmade };
        const snq_status st = b->cfg->result(b->cfg->user, &r);
        end_entry(e);
        b->given++;
        if (st < 0)
            return st;
    }
    return SNQ_OK;
}

/* How much of an entry that isn't settled is done, 0 .. 1, and how much of it was heard. */
static double part_done(const batch *b, const entry *e, double *sound_s)
{
    const double heard = e->job.clicks ? HEARD_PART : 1.0;
    const int hearing = e->job.stage < SNQ_LISTEN_DRAWING;
    *sound_s = hearing ? 0.0 : e->job.hearing.file.duration_s;
    if (e->slot == NO_SLOT || e->job.stage == SNQ_LISTEN_DRAWING)
        return hearing ? 0.0 : heard;
    const snq_pulse *pulse = snq_pool_pulse(b->pool, (uint32_t)e->slot);
    const int64_t offset = atomic_load_explicit(&pulse->offset, memory_order_relaxed);
    const int64_t us = atomic_load_explicit(&pulse->sound_us, memory_order_relaxed);
    /* from outside: kept within what is possible */
    const double size = (double)snq_outputs_input_bytes(&b->outputs, e->index);
    const double part = size > 0 ? fmin(fmax((double)offset / size, 0.0), 1.0) : 0.0;
    if (hearing)
        *sound_s = us > 0 ? (double)us * 1e-6 : 0.0;
    return hearing ? heard * part : heard + (1.0 - heard) * part;
}

static void tell_progress(const batch *b)
{
    snq_batch_progress p = { .files = b->cfg->inputs->count,
                             .done = b->given,
                             .sound_s = b->done_sound_s };
    double bytes = (double)b->done_bytes;
    if (!b->cfg->progress)
        return;
    for (uint32_t i = b->given; i < b->begun; i++) {
        const entry *e = entry_of(b, i);
        if (e->settled)
            p.done++;
        if (!p.name && !e->settled)
            p.name = b->cfg->inputs->item[i].path;
        if (e->settled)
            continue;
        double sound_s;
        bytes += part_done(b, e, &sound_s) * (double)snq_outputs_input_bytes(&b->outputs, i);
        p.sound_s += sound_s;
    }
    p.part = b->total_bytes > 0 ? bytes / (double)b->total_bytes : 0.0;
    b->cfg->progress(b->cfg->user, &p);
}

static void tell_unconfined(batch *b)
{
    snq_confinement c;
    if (b->told_unconfined || snq_pool_confinement(b->pool, &c) != SNQ_OK)
        return;
    b->told_unconfined = 1;
    if (c.layers != SNQ_CONFINE_ALL && b->cfg->unconfined)
        b->cfg->unconfined(b->cfg->user, &c);
}

static snq_status loop(batch *b)
{
    while (b->given < b->cfg->inputs->count) {
        snq_pool_event event;
        if (b->cfg->cancel && *b->cfg->cancel)
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
        submit_all(b);
        SNQ_TRY(give_results(b));
        if (b->given == b->cfg->inputs->count)
            break;
        const snq_status st = snq_pool_wait(b->pool, WAIT_MS, &event);
        if (st < 0)
            return st;
        if (st == SNQ_OK)
            SNQ_TRY(take_event(b, &event));
        SNQ_TRY(give_results(b));
        tell_unconfined(b);
        tell_progress(b);
    }
    return SNQ_OK;
}

static snq_status fill_request(batch *b)
{
    const snq_batch_cfg *cfg = b->cfg;
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

static snq_status open_batch(batch *b)
{
    const snq_inputs *in = b->cfg->inputs;
    snq_pool_cfg pool = snq_pool_cfg_default();
    SNQ_TRY(fill_request(b));
    b->window = in->count < SNQ_BATCH_WINDOW ? in->count : SNQ_BATCH_WINDOW;
    b->ring = snq_calloc(b->window, sizeof *b->ring);
    if (!b->ring)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u inputs", in->count);
    SNQ_TRY(snq_outputs_init(&b->outputs, in, b->cfg->force));
    for (uint32_t i = 0; i < in->count; i++)
        b->total_bytes += snq_outputs_input_bytes(&b->outputs, i);
    if (b->cfg->threads)
        pool.workers = b->cfg->threads;
    if (pool.workers > in->count)
        pool.workers = in->count;
    pool.modules = b->cfg->plot_path ? SNQ_MODULE_PLOT : 0;
    if (b->cfg->click_path)
        pool.file_bytes = SNQ_CONFINE_SOUND_BYTES;
    return snq_pool_open(&pool, &b->pool);
}

snq_status snq_batch_run(const snq_batch_cfg *cfg)
{
    batch b = { .cfg = cfg };
    if (!cfg->inputs->count)
        return SNQ_OK;
    snq_status st = open_batch(&b);
    if (st >= 0)
        st = loop(&b);
    snq_pool_close(b.pool, st < 0);
    for (uint32_t i = 0; b.ring && i < b.window; i++)
        end_entry(&b.ring[i]);
    snq_free(b.ring);
    snq_outputs_clear(&b.outputs);
    return st;
}
