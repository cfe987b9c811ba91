// SPDX-License-Identifier: MIT
/* STEPS  jobs/batch.c asks, one question a recording (jobs/samples_read.c answers in a worker); the samples
 *        come in a nameless file (jobs/spill.h), and are copied out of it when the recording's turn has
 *        come, which is when the sum of all before it is known.
 * CONST  CPU seconds as in listen_batch.c: decoding is most of it there too.
 * COST   the file is in the page cache: two copies, 1 ms for a minute of stereo at 48 kHz.
 * LIMITS a slow first file leaves up to SNQ_BATCH_WINDOW files of max_s on the disk.
 *
 * Read, not mapped: a worker that was taken over by a file may still hold the descriptor, and could cut
 * the file under a mapping, or put an infinity where one was looked for. */
#include "jobs/samples.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/messages.h"
#include "jobs/single_job.h"
#include "jobs/spill.h"

#ifdef SNQ_INSTRUMENTED
#define CPU_S 2000.0
#else
#define CPU_S 120.0
#endif
#define CPU_S_PER_MIB 10.0

enum { PLANE_STEP = SNQ_ALLOC_ALIGN / sizeof(float) };

/* One recording that is begun and not given back. */
typedef struct entry {
    snq_single_job job;
    snq_sampled_reply said;
    int spill; /* -1: none */
} entry;

typedef struct batch {
    const snq_samples_cfg *cfg;
    snq_sample_request request; /* what is the same for all */
    snq_samples_list *list;
} batch;

snq_samples_cfg snq_samples_cfg_default(void)
{
    return (snq_samples_cfg) { .rate_hz = 48000, .max_s = 600.0, .max_bytes = UINT64_C(512) << 20 };
}

/* ---- one recording ---- */

static snq_status begin(void *user, void *job, const snq_batch_item *item)
{
    entry *e = job;
    e->spill = -1;
    return SNQ_OK;
}

static snq_status open_spill(void *user, void *job, const snq_batch_item *item,
                             const snq_outputs *o)
{
    entry *e = job;
    return snq_spill_open(&e->spill);
}

static snq_status ask(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                      int fds[SNQ_FRAME_FDS_MAX])
{
    const batch *b = user;
    entry *e = job;
    snq_sample_request request = b->request;
    snprintf(request.name, sizeof request.name, "%s", item->path);
    SNQ_TRY(snq_spill_reset(e->spill));
    r->kind = SNQ_FRAME_SAMPLE;
    fds[r->fd_count++] = item->fd;
    fds[r->fd_count++] = e->spill;
    snq_sample_request_pack(r->payload, &request);
    return SNQ_OK;
}

static snq_status hear(void *user, void *job, const snq_frame *f, const char *missing)
{
    const batch *b = user;
    entry *e = job;
    if (f->kind != SNQ_FRAME_SAMPLED)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer of kind %d", (int)f->kind);
    SNQ_TRY(snq_sampled_reply_unpack(f->payload, f->length, &e->said));
    if (e->said.st < 0 && e->said.needs)
        return SNQ_AGAIN;
    const uint32_t wanted = b->request.channels;
    if (e->said.st >= 0 &&
        (e->said.frames > b->request.max_frames || (wanted && e->said.channels != wanted)))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer to another question");
    snq_single_job_answered(&e->job, e->said.st, e->said.error);
    return SNQ_OK;
}

static void refuse(void *job, snq_status st, const char *error)
{
    entry *e = job;
    snq_single_job_refuse(&e->job, st, error);
}

static void lose(void *job, const snq_loss *loss)
{
    entry *e = job;
    char how[160], text[SNQ_ERROR_MAX];
    if (snq_loss_is_kill(loss, &e->job.kills))
        return;
    snq_loss_text(loss, how, sizeof how);
    snprintf(text, sizeof text, "the decoder %s, at byte %lld of %lld", how,
             (long long)loss->offset, (long long)loss->size_bytes);
    snq_single_job_refuse(&e->job, SNQ_ERR_INTERNAL, text);
}

static snq_batch_stage stage(const void *job)
{
    const entry *e = job;
    return snq_single_job_stage(&e->job);
}

static void settle(void *job)
{
}

static void clear(void *job)
{
    entry *e = job;
    if (e->spill >= 0)
        close(e->spill);
    e->spill = -1;
}

static void where(const void *job, snq_batch_place *place)
{
    const entry *e = job;
    if (e->job.stage != SNQ_SINGLE_ASKING)
        place->part = 1.0;
}

/* ---- into memory ---- */

/* n samples of the plane that begins at byte `at`. */
static snq_status read_plane(int fd, uint64_t at, float *to, size_t n)
{
    char *p = (char *)to;
    size_t left = n * sizeof *to;
    while (left) {
        const ssize_t got = pread(fd, p, left, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SNQ_FAIL(SNQ_ERR_IO, "reading its samples: %s", strerror(errno));
        if (got == 0)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "the decoder promised more samples than it gave");
        p += got;
        at += (uint64_t)got;
        left -= (size_t)got;
    }
    /* the worker's are finite; whoever has taken it over may have written anything */
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(to[i]) <= SNQ_SAMPLE_MAX))
            to[i] = to[i] > 0.0f ? SNQ_SAMPLE_MAX : to[i] < 0.0f ? -SNQ_SAMPLE_MAX : 0.0f;
    return SNQ_OK;
}

static snq_status take_sound(batch *b, const entry *e, snq_samples *s)
{
    const snq_sampled_reply *said = &e->said;
    const size_t plane = ((size_t)said->frames + PLANE_STEP - 1) / PLANE_STEP * PLANE_STEP;
    const uint64_t bytes = (uint64_t)plane * said->channels * sizeof(float);
    if (bytes > b->cfg->max_bytes - b->list->bytes)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG,
                        "its %.1f MiB and the %.1f MiB before it are more than the %.1f MiB of "
                        "samples that are taken",
                        (double)bytes / 0x1p20, (double)b->list->bytes / 0x1p20,
                        (double)b->cfg->max_bytes / 0x1p20);
    float *block = snq_alloc(plane * said->channels, sizeof *block);
    if (!block)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %.1f MiB of samples", (double)bytes / 0x1p20);
    for (uint32_t c = 0; c < said->channels; c++) {
        const uint64_t at = c * b->request.max_frames * sizeof(float);
        const snq_status st = read_plane(e->spill, at, block + c * plane, (size_t)said->frames);
        if (st < 0) {
            snq_free(block);
            return st;
        }
    }
    s->channels = said->channels;
    s->rate_hz = b->cfg->rate_hz;
    s->frames = (size_t)said->frames;
    s->channel[0] = block;
    s->channel[1] = block + (said->channels - 1) * plane;
    s->key = said->keyed ? (int)said->key : -1;
    s->cents = said->keyed ? said->cents : 0.0;
    s->loop = said->loop;
    s->loop_start = said->loop_start;
    s->loop_end = said->loop_end;
    b->list->bytes += bytes;
    return SNQ_OK;
}

static snq_status set_names(snq_samples *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    s->path = snq_strdup(path);
    s->name = snq_strdup(slash ? slash + 1 : path);
    if (!s->path || !s->name)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a name");
    char *dot = strrchr(s->name, '.');
    if (dot && dot != s->name)
        *dot = '\0';
    return SNQ_OK;
}

static snq_status give(void *user, void *job, const snq_batch_item *item)
{
    batch *b = user;
    const entry *e = job;
    snq_samples *s = &b->list->item[b->list->count++];
    const char *why = e->job.error;
    s->key = -1;
    s->st = e->job.st;
    SNQ_TRY(set_names(s, item->path));
    if (e->job.stage == SNQ_SINGLE_FINISHED) {
        s->st = take_sound(b, e, s);
        if (s->st == SNQ_ERR_NOMEM)
            return s->st;
        why = snq_last_error();
    }
    if (s->st >= 0)
        return SNQ_OK;
    b->list->refused++;
    s->error = snq_strdup(why);
    return s->error ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a reason");
}

/* ---- all of them ---- */

static snq_status check_cfg(const snq_samples_cfg *cfg)
{
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels > 2)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 0 .. 2", cfg->channels);
    if (!(cfg->max_s > 0.0 && cfg->max_s * cfg->rate_hz <= SNQ_SAMPLE_FRAMES_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "max_s %g is not in 0 .. %g", cfg->max_s,
                        (double)SNQ_SAMPLE_FRAMES_MAX / cfg->rate_hz);
    return SNQ_OK;
}

snq_status snq_samples_load(const snq_inputs *inputs, const snq_samples_cfg *cfg,
                            snq_samples_list *out)
{
    static const snq_batch_kind sampling = { .job_bytes = sizeof(entry),
                                             .cpu_s = CPU_S,
                                             .cpu_s_per_mib = CPU_S_PER_MIB,
                                             .begin = begin,
                                             .open = open_spill,
                                             .ask = ask,
                                             .hear = hear,
                                             .lose = lose,
                                             .refuse = refuse,
                                             .stage = stage,
                                             .settle = settle,
                                             .give = give,
                                             .clear = clear,
                                             .where = where };
    *out = (snq_samples_list) { 0 };
    SNQ_TRY(check_cfg(cfg));
    out->item = snq_calloc(inputs->count, sizeof *out->item);
    if (!out->item)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u recordings", inputs->count);
    batch b = { .cfg = cfg,
                .list = out,
                .request = { .rate_hz = cfg->rate_hz,
                             .channels = cfg->channels,
                             .max_frames = (uint64_t)ceil(cfg->max_s * cfg->rate_hz) } };
    snq_batch_cfg run = { .kind = &sampling,
                          .inputs = inputs,
                          .user = &b,
                          .hooks = &cfg->hooks,
                          .pool = snq_pool_cfg_default() };
    run.pool.limits.file_bytes = SNQ_CONFINE_SOUND_BYTES;
    if (cfg->threads)
        run.pool.workers = cfg->threads;
    const snq_status st = snq_batch_run(&run);
    if (st < 0)
        snq_samples_clear(out);
    return st;
}

snq_status snq_samples_load_path(const char *path, const snq_samples_cfg *cfg,
                                 snq_samples_list *out)
{
    snq_inputs in = { 0 };
    *out = (snq_samples_list) { 0 };
    snq_status st = snq_inputs_add(&in, path);
    if (st >= 0)
        st = snq_samples_load(&in, cfg, out);
    snq_inputs_clear(&in);
    return st;
}

void snq_samples_clear(snq_samples_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        snq_free(list->item[i].path);
        snq_free(list->item[i].name);
        snq_free(list->item[i].error);
        snq_free(list->item[i].channel[0]);
    }
    snq_free(list->item);
    *list = (snq_samples_list) { 0 };
}
