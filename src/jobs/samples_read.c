// SPDX-License-Identifier: MIT
/* STEPS  each block: to the channels that are wanted, then each channel through its resampler, which is
 *        exact in length (dsp/resample.h), then to its plane in the file.
 *        channels two_channels.h
 *        loop   a place of p frames in the file is one of p out_hz / in_hz, not rounded: a loop of a few
 *               periods keeps its pitch */
#include "jobs/samples_read.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "dsp/resample.h"
#include "jobs/two_channels.h"
#include "media/reader.h"

/* Everything that one run holds. */
typedef struct run {
    const snq_samples_read_cfg *cfg;
    snq_reader *reader;
    uint32_t channels; /* 1, 2 */
    float *mixed;      /* (channels, block) or NULL: channels are the file's */
    snq_resample *resample[2];
    uint64_t written[2]; /* frames */
} run;

/* A channel on its way out. */
typedef struct plane {
    run *r;
    uint32_t c;
} plane;

static snq_status write_plane(void *user, const float *x, size_t n)
{
    const plane *p = user;
    const snq_sample_request *q = p->r->cfg->request;
    uint64_t *written = &p->r->written[p->c];
    const char *bytes = (const char *)x;
    size_t left = n * sizeof *x;
    if (n > q->max_frames - *written)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "longer than %g s, the most that is taken as samples",
                        (double)q->max_frames / q->rate_hz);
    off_t at = (off_t)((p->c * q->max_frames + *written) * sizeof *x);
    while (left) {
        const ssize_t done = pwrite(p->r->cfg->out_fd, bytes, left, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return SNQ_FAIL(SNQ_ERR_IO, "writing samples: %s", strerror(done ? errno : EIO));
        bytes += done;
        left -= (size_t)done;
        at += done;
    }
    *written += n;
    return SNQ_OK;
}

/* ---- the run ---- */

static snq_status open_all(run *r)
{
    const snq_sample_request *q = r->cfg->request;
    snq_reader_cfg read = snq_reader_cfg_default();
    read.cancel = r->cfg->cancel;
    read.no_loading = r->cfg->no_loading;
    SNQ_TRY(snq_reader_open(r->cfg->fd, q->name, &read, &r->reader));
    const snq_media_info *info = snq_reader_info(r->reader);
    r->channels = q->channels ? q->channels : info->channels > 1 ? 2 : 1;
    r->mixed = snq_alloc(2 * (size_t)SNQ_READER_BLOCK_DEFAULT, sizeof *r->mixed);
    if (!r->mixed)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a block of samples");
    const snq_resample_cfg cfg = { info->rate_hz, q->rate_hz };
    for (uint32_t c = 0; c < r->channels; c++)
        SNQ_TRY(snq_resample_new(&cfg, &r->resample[c]));
    return SNQ_OK;
}

static snq_status stream(run *r)
{
    const uint32_t rate_hz = snq_reader_info(r->reader)->rate_hz;
    snq_audio block;
    snq_status st;
    while ((st = snq_reader_pull(r->reader, &block)) == SNQ_OK) {
        const float *x[2];
        snq_two_channels(snq_reader_info(r->reader), &block, r->channels, r->mixed, x);
        for (uint32_t c = 0; c < r->channels; c++) {
            plane p = { r, c };
            SNQ_TRY(snq_resample_push(r->resample[c], x[c], block.frames, write_plane, &p));
        }
        const double sound_s = (double)snq_reader_frames(r->reader) / rate_hz;
        snq_pulse_set(r->cfg->pulse, snq_reader_offset(r->reader), snq_reader_size(r->reader),
                      (int64_t)(sound_s * 1e6));
    }
    SNQ_TRY(st);
    for (uint32_t c = 0; c < r->channels; c++) {
        plane p = { r, c };
        SNQ_TRY(snq_resample_finish(r->resample[c], write_plane, &p));
    }
    return r->written[0] ? SNQ_OK : SNQ_FAIL(SNQ_ERR_FORMAT, "there is no sample in it");
}

static void describe(const run *r, snq_sampled_reply *reply)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    const snq_riff_sampler *s = &info->sampler;
    const double scale = (double)r->cfg->request->rate_hz / info->rate_hz;
    reply->channels = r->channels;
    reply->frames = r->written[0];
    reply->keyed = s->keyed;
    reply->key = s->key;
    reply->cents = s->cents;
    if (s->loop && s->loop_end <= snq_reader_frames(r->reader)) {
        reply->loop = s->loop;
        reply->loop_start = (double)s->loop_start * scale;
        reply->loop_end = (double)s->loop_end * scale;
    }
}

snq_status snq_samples_read_run(const snq_samples_read_cfg *cfg, snq_sampled_reply *reply)
{
    run r = { .cfg = cfg };
    snq_status st = open_all(&r);
    if (st >= 0)
        st = stream(&r);
    if (st >= 0)
        describe(&r, reply);
    for (int c = 0; c < 2; c++)
        snq_resample_free(r.resample[c]);
    snq_free(r.mixed);
    snq_reader_free(r.reader);
    return st;
}
