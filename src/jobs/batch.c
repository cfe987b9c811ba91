// SPDX-License-Identifier: MIT
/* IDEA   One loop: hand a request to each free worker, wait for what comes back, give out what is due.
 * STEPS  entries stand in a ring of SNQ_BATCH_WINDOW by input number; `given` <= `begun` <= inputs.
 *        begin (open files) -> request -> reply or loss -> job -> … -> settle (files get their names)
 *        -> wait in the ring until all before are given -> result -> gone. */
#include "jobs/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/messages.h"
#include "jobs/nursery.h"

enum { WAIT_MS = 100, NO_SLOT = -1 };

/* One input that is begun and not given back. */
typedef struct entry {
    snq_batch_item item;
    int started; /* `job` is there */
    int settled;
    int slot; /* where its request is, NO_SLOT: none out */
    void *job;
    snq_batch_place done; /* settled: what it brought */
} entry;

typedef struct batch {
    const snq_batch_cfg *cfg;
    const snq_batch_kind *kind;
    snq_pool *pool;
    entry *ring; /* (window,) */
    uint32_t window;
    uint32_t begun, given; /* inputs */
    snq_outputs outputs;
    int64_t total_bytes, done_bytes;
    snq_batch_place done; /* of all that are settled */
    int told_unconfined;
} batch;

static entry *entry_of(const batch *b, uint32_t index)
{
    return &b->ring[index % b->window];
}

/* --- one entry ---------------------------------------------------------------------------------- */

snq_status snq_batch_open_file(snq_batch_item *item)
{
    struct stat st;
    /* O_NONBLOCK: a pipe without a writer must not hang us; for regular files it means nothing */
    item->fd = open(item->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (item->fd < 0 || fstat(item->fd, &st) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "can't open: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not a regular file");
    item->size_bytes = (int64_t)st.st_size;
    return SNQ_OK;
}

static snq_status open_entry(batch *b, entry *e)
{
    const snq_input *in = &b->cfg->inputs->item[e->item.index];
    SNQ_TRY(b->kind->begin(b->cfg->user, e->job, &e->item));
    if (in->problem)
        return SNQ_FAIL(SNQ_ERR_IO, "%s", in->problem);
    if (strlen(in->path) >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", strlen(in->path));
    SNQ_TRY(snq_batch_open_file(&e->item));
    return b->kind->open(b->cfg->user, e->job, &e->item, &b->outputs);
}

static void close_input(entry *e)
{
    if (e->item.fd >= 0)
        close(e->item.fd);
    e->item.fd = -1;
}

static void settle(batch *b, entry *e)
{
    b->kind->settle(e->job);
    close_input(e);
    e->settled = 1;
    if (b->kind->stage(e->job) == SNQ_BATCH_FINISHED)
        b->kind->where(e->job, &e->done);
    b->done_bytes += snq_outputs_input_bytes(&b->outputs, e->item.index);
    b->done.media_s += e->done.media_s;
    b->done.pictures += e->done.pictures;
}

static void refuse(batch *b, entry *e, snq_status st)
{
    b->kind->refuse(e->job, st, snq_last_error());
    settle(b, e);
}

static snq_status begin_entry(batch *b, entry *e)
{
    void *job = e->job ? e->job : snq_calloc(1, b->kind->job_bytes);
    if (!job)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an input");
    memset(job, 0, b->kind->job_bytes);
    *e = (entry) { .job = job, .started = 1, .slot = NO_SLOT };
    e->item = (snq_batch_item) { .index = b->begun++, .fd = -1 };
    e->item.path = b->cfg->inputs->item[e->item.index].path;
    const snq_status st = open_entry(b, e);
    if (st < 0)
        refuse(b, e, st);
    return SNQ_OK;
}

/* Its job's room stays for the next. */
static void end_entry(const batch *b, entry *e)
{
    if (!e->started)
        return;
    close_input(e);
    b->kind->clear(e->job);
    e->started = 0;
    e->slot = NO_SLOT;
}

/* --- requests and replies ----------------------------------------------------------------------- */

static void submit_entry(batch *b, entry *e)
{
    snq_str payload;
    uint32_t slot;
    int fds[SNQ_FRAME_FDS_MAX];
    snq_str_init(&payload, 256u << 20);
    snq_pool_request r = { .job = e->item.index, .payload = &payload, .fds = fds };
    r.cpu_s = b->kind->cpu_s + b->kind->cpu_s_per_mib * (double)e->item.size_bytes / (1 << 20);
    snq_status st = b->kind->ask(b->cfg->user, e->job, &e->item, &r, fds);
    if (st >= 0)
        st = snq_pool_submit(b->pool, &r, &slot);
    snq_str_clear(&payload);
    if (st < 0)
        refuse(b, e, st);
    else if (st == SNQ_OK)
        e->slot = (int)slot;
}

/* Give every free worker something to do: the oldest first. */
static snq_status submit_all(batch *b)
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
        SNQ_TRY(begin_entry(b, e));
        if (e->settled)
            continue;
        submit_entry(b, e);
        room = snq_pool_free_slots(b->pool);
    }
    return SNQ_OK;
}

snq_status snq_batch_hear_drawn(const snq_frame *f, const char *missing, snq_status *drawn,
                                char error[SNQ_ERROR_MAX])
{
    SNQ_TRY(snq_drawn_unpack(f->payload, f->length, drawn, error));
    if (*drawn == SNQ_ERR_UNSUPPORTED || *drawn == SNQ_ERR_FORMAT)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", *missing ? missing : error);
    return SNQ_OK;
}

static snq_status hear(batch *b, entry *e, const snq_pool_event *event)
{
    const snq_status st =
        b->kind->hear(b->cfg->user, e->job, &event->frame, snq_pool_load_error(b->pool));
    if (st == SNQ_AGAIN) {
        /* asked again once a worker has it */
        snq_pool_renew(b->pool, event->slot);
        return snq_pool_load(b->pool, SNQ_MODULE_AV);
    }
    if (st != SNQ_ERR_FORMAT)
        return st;
    snq_pool_renew(b->pool, event->slot); /* whatever it is, it is no worker of ours */
    const snq_loss loss = { .cause = SNQ_LOSS_NONSENSE, .size_bytes = e->item.size_bytes };
    b->kind->lose(e->job, &loss);
    return SNQ_OK;
}

static snq_status take_event(batch *b, const snq_pool_event *event)
{
    entry *e = entry_of(b, (uint32_t)event->job);
    e->slot = NO_SLOT;
    if (event->lost)
        b->kind->lose(e->job, &event->loss);
    else
        SNQ_TRY(hear(b, e, event));
    if (b->kind->stage(e->job) != SNQ_BATCH_WORKING)
        settle(b, e);
    return SNQ_OK;
}

/* --- the loop ----------------------------------------------------------------------------------- */

static snq_status give_results(batch *b)
{
    while (b->given < b->begun && entry_of(b, b->given)->settled) {
        entry *e = entry_of(b, b->given);
        const snq_status st = b->kind->give(b->cfg->user, e->job, &e->item);
        end_entry(b, e);
        b->given++;
        if (st < 0)
            return st;
    }
    return SNQ_OK;
}

/* Where an entry that isn't settled is. */
static snq_batch_place place_of(const batch *b, const entry *e)
{
    snq_batch_place place = { 0 };
    if (e->slot != NO_SLOT) {
        const snq_pulse *pulse = snq_pool_pulse(b->pool, (uint32_t)e->slot);
        const int64_t offset = atomic_load_explicit(&pulse->offset, memory_order_relaxed);
        const int64_t us = atomic_load_explicit(&pulse->media_us, memory_order_relaxed);
        const int64_t pictures = atomic_load_explicit(&pulse->pictures, memory_order_relaxed);
        /* from outside: kept within what is possible */
        const double size = (double)snq_outputs_input_bytes(&b->outputs, e->item.index);
        place.part = size > 0 ? fmin(fmax((double)offset / size, 0.0), 1.0) : 0.0;
        place.media_s = us > 0 ? (double)us * 1e-6 : 0.0;
        place.pictures = pictures > 0 && pictures < INT32_MAX ? pictures : 0;
    }
    b->kind->where(e->job, &place);
    return place;
}

static void tell_progress(const batch *b)
{
    const snq_batch_hooks *hooks = b->cfg->hooks;
    snq_batch_progress p = { .files = b->cfg->inputs->count,
                             .done = b->given,
                             .media_s = b->done.media_s,
                             .pictures = b->done.pictures };
    double bytes = (double)b->done_bytes;
    if (!hooks->progress)
        return;
    for (uint32_t i = b->given; i < b->begun; i++) {
        const entry *e = entry_of(b, i);
        if (e->settled) {
            p.done++;
            continue;
        }
        if (!p.name)
            p.name = e->item.path;
        const snq_batch_place place = place_of(b, e);
        bytes += place.part * (double)snq_outputs_input_bytes(&b->outputs, i);
        p.media_s += place.media_s;
        p.pictures += place.pictures;
    }
    p.part = b->total_bytes > 0 ? bytes / (double)b->total_bytes : 0.0;
    hooks->progress(hooks->user, &p);
}

static void tell_unconfined(batch *b)
{
    const snq_batch_hooks *hooks = b->cfg->hooks;
    snq_confinement c;
    if (b->told_unconfined || snq_pool_confinement(b->pool, &c) != SNQ_OK)
        return;
    b->told_unconfined = 1;
    if (c.layers != SNQ_CONFINE_ALL && hooks->unconfined)
        hooks->unconfined(hooks->user, &c);
}

static snq_status loop(batch *b)
{
    const volatile int *cancel = b->cfg->hooks->cancel;
    while (b->given < b->cfg->inputs->count) {
        snq_pool_event event;
        if (cancel && *cancel)
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
        SNQ_TRY(submit_all(b));
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

static snq_status open_batch(batch *b)
{
    const snq_inputs *in = b->cfg->inputs;
    snq_pool_cfg pool = b->cfg->pool;
    b->window = in->count < SNQ_BATCH_WINDOW ? in->count : SNQ_BATCH_WINDOW;
    b->ring = snq_calloc(b->window, sizeof *b->ring);
    if (!b->ring)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u inputs", in->count);
    SNQ_TRY(snq_outputs_init(&b->outputs, in, b->cfg->force));
    for (uint32_t i = 0; i < in->count; i++)
        b->total_bytes += snq_outputs_input_bytes(&b->outputs, i);
    if (pool.workers > in->count)
        pool.workers = in->count;
    return snq_pool_open(&pool, &b->pool);
}

snq_status snq_batch_run(const snq_batch_cfg *cfg)
{
    batch b = { .cfg = cfg, .kind = cfg->kind };
    if (!cfg->inputs->count)
        return SNQ_OK;
    snq_status st = open_batch(&b);
    if (st >= 0)
        st = loop(&b);
    snq_pool_close(b.pool, st < 0);
    for (uint32_t i = 0; b.ring && i < b.window; i++) {
        end_entry(&b, &b.ring[i]);
        snq_free(b.ring[i].job);
    }
    snq_free(b.ring);
    snq_outputs_clear(&b.outputs);
    return st;
}
