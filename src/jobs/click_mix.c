// SPDX-License-Identifier: MIT
#include "jobs/click_mix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "media/click_track.h"
#include "media/reader.h"
#include "media/wav_writer.h"

/* Everything that one run holds. */
typedef struct mix {
    const snq_click_mix_cfg *cfg;
    snq_reader *reader;
    snq_click_track *clicks;
    FILE *stream;
    snq_wav_writer *wav;
} mix;

static snq_status open_stream(mix *m)
{
    const int fd = dup(m->cfg->out_fd);
    m->stream = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (m->stream)
        return SNQ_OK;
    const int error = errno;
    if (fd >= 0)
        close(fd);
    return SNQ_FAIL(SNQ_ERR_IO, "no stream for the clicks: %s", strerror(error));
}

static snq_status open_all(mix *m)
{
    const snq_click_request *q = m->cfg->request;
    snq_reader_cfg read = snq_reader_cfg_default();
    read.cancel = m->cfg->cancel;
    read.no_loading = m->cfg->no_loading;
    SNQ_TRY(snq_reader_open(m->cfg->fd, q->name, &read, &m->reader));
    const snq_media_info *info = snq_reader_info(m->reader);
    const snq_click_track_cfg click = { .rate_hz = info->rate_hz,
                                        .channels = info->channels,
                                        .block_frames = read.block_frames,
                                        .peak = q->peak,
                                        .beat_s = q->beats.beat_s,
                                        .downbeat_s = q->beats.downbeat_s,
                                        .beats = q->beats.beats,
                                        .downbeats = q->beats.downbeats };
    SNQ_TRY(snq_click_track_new(&click, &m->clicks));
    const snq_wav_writer_cfg wav = { info->rate_hz, info->channels, SNQ_WAV_S24 };
    SNQ_TRY(open_stream(m));
    return snq_wav_writer_attach(m->stream, &wav, &m->wav);
}

static snq_status stream(mix *m)
{
    const uint32_t rate_hz = snq_reader_info(m->reader)->rate_hz;
    for (;;) {
        snq_audio block, mixed;
        const snq_status st = snq_reader_pull(m->reader, &block);
        if (st < 0)
            return st;
        if (st == SNQ_END)
            return SNQ_OK;
        SNQ_TRY(snq_click_track_push(m->clicks, &block, &mixed));
        SNQ_TRY(snq_wav_writer_push(m->wav, &mixed));
        const double sound_s = (double)snq_reader_frames(m->reader) / rate_hz;
        snq_pulse_set(m->cfg->pulse, snq_reader_offset(m->reader), snq_reader_size(m->reader),
                      (int64_t)(sound_s * 1e6));
    }
}

snq_status snq_click_mix_run(const snq_click_mix_cfg *cfg)
{
    mix m = { .cfg = cfg };
    snq_status st = open_all(&m);
    if (st >= 0)
        st = stream(&m);
    if (st >= 0) {
        st = snq_wav_writer_close(m.wav);
        m.wav = NULL;
    }
    snq_wav_writer_free(m.wav);
    if (m.stream && fclose(m.stream) != 0 && st >= 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "writing samples: %s", strerror(errno));
    snq_click_track_free(m.clicks);
    snq_reader_free(m.reader);
    return st;
}
