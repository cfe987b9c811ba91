// SPDX-License-Identifier: MIT
/* STEPS  a table of formats with what each takes; the encoder of a format (encoder_impl.h) over the stream of
 *        an atomic file.
 * CONST  Rates: MP3 those of MPEG-1, -2 and -2.5 (ISO 11172-3, 13818-3); AAC the sampling frequency index
 *        (ISO 14496-3, table 1.18); Opus decodes at 48 kHz (RFC 6716). Bit rates: MPEG-1 layer III ends
 *        at 320 kbit/s, MPEG-2 at 160; an AAC frame of 1024 frames has at most 6144 bits a channel (ISO
 *        14496-3, 4.5.3); Opus 256 kbit/s a channel (libopus). The defaults are what listening tests call
 *        transparent, with some to spare: a mix of ours may be coded once more by whoever publishes it.
 *        Least: below, the encoders fail or nobody would want it. */
#include "media/audio_writer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "media/atomic_file.h"
#include "media/av_loader_impl.h"
#include "media/flac_encode_impl.h"

enum { FLAC_RATE_MAX_HZ = 655350, COUNT = SNQ_AUDIO_FORMAT_OPUS + 1 };

struct snq_audio_writer {
    uint32_t channels;
    const snq__encoder_kind *kind;
    void *encoder;
    snq_atomic_file *file;
    uint64_t frames, clipped;
    snq_status st; /* first failure of push */
    char why[SNQ_ERROR_MAX];
};

/* ---- wav ---- */

static snq_status wav_check(const snq__encode_request *q)
{
    if ((unsigned)q->wav > SNQ_WAV_F32)
        return SNQ_FAIL(SNQ_ERR_RANGE, "WAV: samples of format %d are none", (int)q->wav);
    return SNQ_OK;
}

static snq_status wav_open(const snq__encode_request *q, void **out)
{
    const snq_wav_writer_cfg cfg = { q->rate_hz, q->channels, q->wav };
    snq_wav_writer *w;
    const snq_status st = snq_wav_writer_attach(q->to, &cfg, &w);
    *out = w;
    return st;
}

static snq_status wav_push(void *encoder, const snq_audio *block, uint64_t *clipped)
{
    const uint64_t before = snq_wav_writer_clipped(encoder);
    const snq_status st = snq_wav_writer_push(encoder, block);
    *clipped += snq_wav_writer_clipped(encoder) - before;
    return st;
}

static snq_status wav_finish(void *encoder)
{
    return snq_wav_writer_close(encoder);
}

static void wav_free(void *encoder)
{
    snq_wav_writer_free(encoder);
}

static const snq__encoder_kind wav_encoder = {
    .check = wav_check, .open = wav_open, .push = wav_push, .finish = wav_finish, .free = wav_free
};

/* ---- formats ---- */

static const uint32_t mp3_rates[] = { 8000,  11025, 12000, 16000, 22050,
                                      24000, 32000, 44100, 48000, 0 };
static const uint32_t aac_rates[] = { 7350,  8000,  11025, 12000, 16000, 22050, 24000,
                                      32000, 44100, 48000, 64000, 88200, 96000, 0 };
static const uint32_t opus_rates[] = { 48000, 0 };

typedef struct format {
    const char *ending, *what, *encoder, *muxer;
    const snq__encoder_kind *kind;
    uint32_t channels_max;
    uint32_t rate_min_hz, rate_max_hz; /* any within, or */
    const uint32_t *rates;             /* these, a 0 at the end; NULL: any */
    uint32_t bitrate_bps[2];           /* default of one channel, of two */
    uint32_t bitrate_min_bps;          /* 0: it has none */
} format;

static const format format_tab[COUNT] = {
    [SNQ_AUDIO_FORMAT_WAV] = { ".wav",
                               "WAV",
                               NULL,
                               NULL,
                               &wav_encoder,
                               SNQ_CHANNELS_MAX,
                               SNQ_RATE_MIN_HZ,
                               SNQ_RATE_MAX_HZ,
                               NULL,
                               { 0, 0 },
                               0 },
    [SNQ_AUDIO_FORMAT_FLAC] = { ".flac",
                                "FLAC",
                                NULL,
                                NULL,
                                &snq__flac_encoder,
                                2,
                                SNQ_RATE_MIN_HZ,
                                FLAC_RATE_MAX_HZ,
                                NULL,
                                { 0, 0 },
                                0 },
    [SNQ_AUDIO_FORMAT_MP3] = { ".mp3",
                               "MP3",
                               "libmp3lame",
                               "mp3",
                               &snq__av_encoder,
                               2,
                               0,
                               0,
                               mp3_rates,
                               { 160000, 256000 },
                               32000 },
    [SNQ_AUDIO_FORMAT_M4A] = { ".m4a",
                               "M4A (AAC)",
                               "aac",
                               "ipod",
                               &snq__av_encoder,
                               2,
                               0,
                               0,
                               aac_rates,
                               { 160000, 256000 },
                               24000 },
    [SNQ_AUDIO_FORMAT_OPUS] = { ".opus",
                                "Opus",
                                "libopus",
                                "opus",
                                &snq__av_encoder,
                                2,
                                0,
                                0,
                                opus_rates,
                                { 96000, 160000 },
                                12000 },
};

snq_status snq_audio_format_parse(const char *name, snq_audio_format *out)
{
    for (int i = 0; i < COUNT; i++)
        if (strcasecmp(name, format_tab[i].ending + 1) == 0) {
            *out = (snq_audio_format)i;
            return SNQ_OK;
        }
    return SNQ_FAIL(SNQ_ERR_NOT_FOUND,
                    "no format is called \"%s\"; there are: wav flac mp3 m4a opus", name);
}

const char *snq_audio_format_ending(snq_audio_format f)
{
    return format_tab[f].ending;
}

snq_audio_writer_cfg snq_audio_writer_cfg_default(snq_audio_format f)
{
    return (
        snq_audio_writer_cfg) { .format = f, .rate_hz = 48000, .channels = 2, .wav = SNQ_WAV_S24 };
}

/* ---- checking ---- */

static snq_status check_rate(const format *f, uint32_t rate_hz)
{
    char list[160] = "";
    size_t used = 0;
    if (!f->rates && rate_hz >= f->rate_min_hz && rate_hz <= f->rate_max_hz)
        return SNQ_OK;
    if (!f->rates)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s: rate_hz %u is not in %u .. %u", f->what, rate_hz,
                        f->rate_min_hz, f->rate_max_hz);
    for (const uint32_t *r = f->rates; *r; r++) {
        if (*r == rate_hz)
            return SNQ_OK;
        used += (size_t)snprintf(list + used, sizeof list - used, " %u", *r);
    }
    return SNQ_FAIL(SNQ_ERR_RANGE, "%s: rate_hz %u is none of%s", f->what, rate_hz, list);
}

static uint32_t bitrate_max(const snq_audio_writer_cfg *cfg)
{
    switch (cfg->format) {
    case SNQ_AUDIO_FORMAT_MP3:
        return cfg->rate_hz < 32000 ? 160000 : 320000;
    case SNQ_AUDIO_FORMAT_M4A:
        return (uint32_t)((uint64_t)6144 * cfg->channels * cfg->rate_hz / 1024);
    default:
        return 256000 * cfg->channels;
    }
}

/* The default, or what is wished. */
static uint32_t bitrate_of(const snq_audio_writer_cfg *cfg)
{
    const uint32_t most = bitrate_max(cfg),
                   usual = format_tab[cfg->format].bitrate_bps[cfg->channels > 1];
    return cfg->bitrate_bps ? cfg->bitrate_bps : usual < most ? usual : most;
}

static snq_status check_bitrate(const format *f, const snq_audio_writer_cfg *cfg)
{
    const uint32_t rate_bps = bitrate_of(cfg), most = bitrate_max(cfg);
    if (!f->bitrate_min_bps || (rate_bps >= f->bitrate_min_bps && rate_bps <= most))
        return SNQ_OK;
    return SNQ_FAIL(SNQ_ERR_RANGE, "%s: bitrate_bps %u is not in %u .. %u (%u channels at %u Hz)",
                    f->what, rate_bps, f->bitrate_min_bps, most, cfg->channels, cfg->rate_hz);
}

static snq__encode_request request_of(const snq_audio_writer_cfg *cfg)
{
    const format *f = &format_tab[cfg->format];
    return (snq__encode_request) { .what = f->what,
                                   .encoder = f->encoder,
                                   .muxer = f->muxer,
                                   .title = cfg->title,
                                   .software = "Sonique " SNQ_VERSION,
                                   .rate_hz = cfg->rate_hz,
                                   .channels = cfg->channels,
                                   .bitrate_bps = bitrate_of(cfg),
                                   .wav = cfg->wav };
}

snq_status snq_audio_writer_check(const snq_audio_writer_cfg *cfg)
{
    if ((unsigned)cfg->format >= COUNT)
        return SNQ_FAIL(SNQ_ERR_RANGE, "format %d is none", (int)cfg->format);
    const format *f = &format_tab[cfg->format];
    if (cfg->channels < 1 || cfg->channels > f->channels_max)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s: channels %u is not in 1 .. %u", f->what, cfg->channels,
                        f->channels_max);
    SNQ_TRY(check_rate(f, cfg->rate_hz));
    SNQ_TRY(check_bitrate(f, cfg));
    if (cfg->title && !snq_utf8_check(cfg->title))
        return SNQ_FAIL(SNQ_ERR_ARG, "the title is not UTF-8");
    const snq__encode_request q = request_of(cfg);
    return f->kind->check(&q);
}

/* ---- the object ---- */

static snq_status build(snq_audio_writer *w, const char *path, const snq_audio_writer_cfg *cfg,
                        int force)
{
    snq__encode_request q = request_of(cfg);
    SNQ_TRY(snq_atomic_open(path, force, &w->file));
    q.to = snq_atomic_stream(w->file);
    w->channels = cfg->channels;
    w->kind = format_tab[cfg->format].kind;
    return w->kind->open(&q, &w->encoder);
}

snq_status snq_audio_writer_open(const char *path, const snq_audio_writer_cfg *cfg, int force,
                                 snq_audio_writer **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq_audio_writer_check(cfg));
    snq_audio_writer *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to write %s", path);
    SNQ_GOTO(build(w, path, cfg, force));
    *out = w;
    return SNQ_OK;
fail:
    snq_audio_writer_free(w);
    return st;
}

snq_status snq_audio_writer_push(snq_audio_writer *w, const snq_audio *block)
{
    if (w->st < 0)
        return SNQ_FAIL(w->st, "%s", w->why);
    if (block->channels != w->channels)
        return SNQ_FAIL(SNQ_ERR_ARG, "%u channels into a file of %u", block->channels, w->channels);
    w->st = w->kind->push(w->encoder, block, &w->clipped);
    if (w->st < 0)
        snprintf(w->why, sizeof w->why, "%s", snq_last_error());
    else
        w->frames += block->frames;
    return w->st;
}

snq_status snq_audio_writer_close(snq_audio_writer *w)
{
    snq_status st = w->st < 0 ? SNQ_FAIL(w->st, "%s", w->why) : SNQ_OK;
    if (st >= 0) {
        st = w->kind->finish(w->encoder);
        w->encoder = NULL;
    }
    if (st >= 0) {
        snq_atomic_file *file = w->file;
        w->file = NULL;
        st = snq_atomic_commit(file);
    }
    snq_audio_writer_free(w);
    return st;
}

void snq_audio_writer_free(snq_audio_writer *w)
{
    if (!w)
        return;
    if (w->kind)
        w->kind->free(w->encoder);
    snq_atomic_abort(w->file);
    snq_free(w);
}

uint64_t snq_audio_writer_frames(const snq_audio_writer *w)
{
    return w->frames;
}

uint64_t snq_audio_writer_clipped(const snq_audio_writer *w)
{
    return w->clipped;
}
