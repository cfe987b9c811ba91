// SPDX-License-Identifier: MIT
#include "jobs/film_make.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dsp/truepeak.h"
#include "jobs/film_planes.h"
#include "mix/engine/loud_slots.h"

/* Everything that one run holds. */
typedef struct make {
    const snq_film_make_cfg *cfg;
    FILE *stream;
    uint64_t at; /* frames of the sound */
    snq_loud_slots loud;
    snq_truepeak *true_peak;
    float peak;
} make;

static snq_status pull(void *user, size_t n, float *left, float *right)
{
    make *m = user;
    const uint64_t frames = m->cfg->request->frames;
    SNQ_TRY(snq_film_planes_read(m->cfg->sound_fd, frames, m->at, n, left, right));
    m->at += n;
    return SNQ_OK;
}

static snq_status heard(void *user, const snq_audio *block)
{
    make *m = user;
    const uint32_t n = (uint32_t)block->frames;
    float peak;
    snq_loud_slots_push(&m->loud, block->channel[0], block->channel[1], block->frames);
    snq_truepeak_push(m->true_peak, block, &n, 1, &peak);
    m->peak = fmaxf(m->peak, peak);
    return m->loud.st;
}

static void progress(void *user, int64_t pictures, int64_t bytes, int64_t of)
{
    const make *m = user;
    snq_pulse_set(m->cfg->pulse, bytes, of, (int64_t)((double)m->at / SNQ_FILM_RATE_HZ * 1e6));
    snq_pulse_set_pictures(m->cfg->pulse, pictures);
}

static snq_status open_all(make *m)
{
    const snq_truepeak_cfg peak = { SNQ_FILM_RATE_HZ, 2 };
    SNQ_TRY(snq_loud_slots_init(&m->loud, SNQ_FILM_RATE_HZ));
    SNQ_TRY(snq_truepeak_new(&peak, &m->true_peak));
    const int fd = dup(m->cfg->out_fd);
    m->stream = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (m->stream)
        return SNQ_OK;
    const int error = errno;
    if (fd >= 0)
        close(fd);
    return SNQ_FAIL(SNQ_ERR_IO, "no stream for the film: %s", strerror(error));
}

snq_status snq_film_make_run(const snq_film_make_cfg *cfg, snq_muxed_reply *reply)
{
    make m = { .cfg = cfg };
    const snq_mux_request *q = cfg->request;
    snq_status st = open_all(&m);
    if (st >= 0) {
        const snq_film_mux_cfg mux = { .container = q->container,
                                       .to = m.stream,
                                       .frames = q->frames,
                                       .title = q->title,
                                       .pull = pull,
                                       .heard = heard,
                                       .progress = progress,
                                       .user = &m,
                                       .cancel = cfg->cancel };
        st = snq_film_mux_run(cfg->fd, &mux, cfg->no_loading, &reply->film);
    }
    if (st >= 0) {
        m.peak = fmaxf(m.peak, snq_truepeak_finish(m.true_peak));
        reply->lufs = snq_loud_integrated(m.loud.power, m.loud.count);
        reply->true_peak = (double)m.peak;
    }
    if (m.stream && fclose(m.stream) != 0 && st >= 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "writing the film: %s", strerror(errno));
    snq_loud_slots_clear(&m.loud);
    snq_truepeak_free(m.true_peak);
    return st;
}
