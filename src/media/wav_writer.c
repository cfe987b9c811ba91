// SPDX-License-Identifier: MIT
/* Header layout, offsets for integer samples in one or two channels:
 *     offset  size  meaning
 *     0       12    "RIFF" (or "RF64"), file size - 8 (or 0xFFFFFFFF), "WAVE"
 *     12      36    "JUNK" 28, zeros (or "ds64" 28: riff size, data size, frames, 0; EBU Tech 3306)
 *     48      24    "fmt " 16: tag, channels, rate, bytes a second, bytes a frame, bits
 *     72      8     "data", bytes (or 0xFFFFFFFF)
 * Float: "fmt " 18 (with an empty extension) and "fact" 4: frames. Over two channels: "fmt " 40 with
 * valid bits, loudspeaker mask and the sub-format GUID {0000000t-0000-0010-8000-00AA00389B71}. */
#include "media/wav_writer.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "media/atomic_file.h"
#include "media/pack24_impl.h"
#include "media/quantise_impl.h"
#include "media/wav_header_impl.h"

enum { CHUNK_FRAMES = 8192 };

struct snq_wav_writer {
    snq_wav_writer_cfg cfg;
    snq_atomic_file *file; /* NULL: attached to a stream */
    FILE *stream;          /* the file's, or the caller's */
    snq__pack24_fn *pack;  /* for what most files are */
    uint8_t *bytes; /* (CHUNK_FRAMES, channels) samples, interleaved, and SNQ__PACK24_SLACK */
    uint64_t frames, clipped;
    snq_status st; /* first failure of push */
};

snq_wav_writer_cfg snq_wav_writer_cfg_default(void)
{
    return (snq_wav_writer_cfg) { .rate_hz = 48000, .channels = 2, .format = SNQ_WAV_S24 };
}

uint32_t snq__wav_sample_bytes(snq_wav_format format)
{
    return format == SNQ_WAV_S16 ? 2 : format == SNQ_WAV_S24 ? 3 : 4;
}

/* ---- header ---- */

typedef struct pen {
    uint8_t *p;
} pen;

static void put(pen *w, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *w->p++ = (uint8_t)(v >> 8 * i);
}

static void put_id(pen *w, const char *id)
{
    memcpy(w->p, id, 4);
    w->p += 4;
}

static void put_fmt(pen *w, const snq_wav_writer_cfg *cfg)
{
    static const uint8_t guid_tail[14] = { 0, 0, 0,    0, 0x10, 0,    0x80,
                                           0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 };
    static const uint16_t masks[] = { 0, 4, 3, 0, 0, 0x607, 0x60F, 0, 0x63F };
    const uint32_t bytes = snq__wav_sample_bytes(cfg->format), block = bytes * cfg->channels;
    const int is_float = cfg->format == SNQ_WAV_F32, wide = cfg->channels > 2;
    put_id(w, "fmt ");
    put(w, wide ? 40 : is_float ? 18 : 16, 4);
    put(w, wide ? 0xFFFE : is_float ? 3 : 1, 2);
    put(w, cfg->channels, 2);
    put(w, cfg->rate_hz, 4);
    put(w, (uint64_t)cfg->rate_hz * block, 4);
    put(w, block, 2);
    put(w, bytes * 8, 2);
    if (wide) {
        put(w, 22, 2);
        put(w, bytes * 8, 2);
        put(w, cfg->channels < SNQ_COUNT(masks) ? masks[cfg->channels] : 0, 4);
        put(w, is_float ? 3 : 1, 2);
        memcpy(w->p, guid_tail, sizeof guid_tail);
        w->p += sizeof guid_tail;
    } else if (is_float) {
        put(w, 0, 2);
    }
}

size_t snq__wav_header(const snq_wav_writer_cfg *cfg, uint64_t frames, uint8_t *to)
{
    const uint32_t bytes = snq__wav_sample_bytes(cfg->format);
    const uint64_t data = frames * bytes * cfg->channels;
    const int is_float = cfg->format == SNQ_WAV_F32, wide = cfg->channels > 2;
    const size_t head = 12 + 36 + (wide ? 48 : is_float ? 26 : 24) + (is_float ? 12 : 0) + 8;
    const uint64_t riff = head - 8 + data + (data & 1);
    const int rf64 = riff > UINT32_MAX;
    pen w = { to };
    put_id(&w, rf64 ? "RF64" : "RIFF");
    put(&w, rf64 ? UINT32_MAX : riff, 4);
    put_id(&w, "WAVE");
    put_id(&w, rf64 ? "ds64" : "JUNK");
    put(&w, 28, 4);
    put(&w, rf64 ? riff : 0, 8);
    put(&w, rf64 ? data : 0, 8);
    put(&w, rf64 ? frames : 0, 8);
    put(&w, 0, 4);
    put_fmt(&w, cfg);
    if (is_float) {
        put_id(&w, "fact");
        put(&w, 4, 4);
        put(&w, frames > UINT32_MAX ? UINT32_MAX : frames, 4);
    }
    put_id(&w, "data");
    put(&w, rf64 ? UINT32_MAX : data, 4);
    return head;
}

/* ---- samples ---- */

static void interleave(snq_wav_writer *w, const snq_audio *block, size_t from, size_t n)
{
    const uint32_t channels = w->cfg.channels, bytes = snq__wav_sample_bytes(w->cfg.format);
    const double scale = w->cfg.format == SNQ_WAV_S16 ? 0x1p15 : 0x1p23;
    if (channels == 2 && w->cfg.format == SNQ_WAV_S24) {
        w->clipped += w->pack(block->channel[0] + from, block->channel[1] + from, n, w->bytes);
        return;
    }
    for (uint32_t c = 0; c < channels; c++) {
        const float *x = block->channel[c] + from;
        uint8_t *p = w->bytes + (size_t)c * bytes;
        if (w->cfg.format == SNQ_WAV_F32) {
            for (size_t i = 0; i < n; i++, p += channels * bytes)
                memcpy(p, &x[i], 4);
            continue;
        }
        for (size_t i = 0; i < n; i++, p += channels * bytes) {
            const uint32_t v = (uint32_t)snq__quantise(x[i], scale, &w->clipped);
            p[0] = (uint8_t)v;
            p[1] = (uint8_t)(v >> 8);
            if (bytes == 3)
                p[2] = (uint8_t)(v >> 16);
        }
    }
}

/* ---- the object ---- */

static snq_status write_failed(void)
{
    return SNQ_FAIL(SNQ_ERR_IO, "writing samples: %s", strerror(errno));
}

static snq_status check_cfg(const snq_wav_writer_cfg *cfg)
{
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    if (cfg->format != SNQ_WAV_S16 && cfg->format != SNQ_WAV_S24 && cfg->format != SNQ_WAV_F32)
        return SNQ_FAIL(SNQ_ERR_RANGE, "format %d is none", (int)cfg->format);
    return SNQ_OK;
}

static snq_status write_header(snq_wav_writer *w)
{
    uint8_t head[SNQ__WAV_HEADER_MAX];
    const size_t n = snq__wav_header(&w->cfg, w->frames, head);
    if (fseeko(w->stream, 0, SEEK_SET) != 0 || fwrite(head, 1, n, w->stream) != n)
        return write_failed();
    return SNQ_OK;
}

/* Into `path`, or the stream `to` where that is not NULL. */
static snq_status begin(const char *path, int force, FILE *to, const snq_wav_writer_cfg *cfg,
                        snq_wav_writer **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(check_cfg(cfg));
    snq_wav_writer *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to write %s", path);
    w->cfg = *cfg;
    w->pack = snq__pack24_pick(snq_cpu_flags());
    w->bytes =
        snq_calloc((size_t)CHUNK_FRAMES * cfg->channels * snq__wav_sample_bytes(cfg->format) +
                       SNQ__PACK24_SLACK,
                   1);
    if (!w->bytes) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to write %s", path);
        goto fail;
    }
    if (!to)
        SNQ_GOTO(snq_atomic_open(path, force, &w->file));
    w->stream = to ? to : snq_atomic_stream(w->file);
    SNQ_GOTO(write_header(w));
    *out = w;
    return SNQ_OK;
fail:
    snq_wav_writer_free(w);
    return st;
}

snq_status snq_wav_writer_open(const char *path, const snq_wav_writer_cfg *cfg, int force,
                               snq_wav_writer **out)
{
    return begin(path, force, NULL, cfg, out);
}

snq_status snq_wav_writer_attach(FILE *to, const snq_wav_writer_cfg *cfg, snq_wav_writer **out)
{
    return begin("sound", 0, to, cfg, out);
}

snq_status snq_wav_writer_push(snq_wav_writer *w, const snq_audio *block)
{
    if (block->channels != w->cfg.channels)
        return SNQ_FAIL(SNQ_ERR_ARG, "%u channels into a file of %u", block->channels,
                        w->cfg.channels);
    const size_t width = (size_t)w->cfg.channels * snq__wav_sample_bytes(w->cfg.format);
    for (size_t i = 0; i < block->frames && w->st == SNQ_OK; i += CHUNK_FRAMES) {
        const size_t left = block->frames - i, n = left < CHUNK_FRAMES ? left : CHUNK_FRAMES;
        interleave(w, block, i, n);
        if (fwrite(w->bytes, width, n, w->stream) != n)
            w->st = write_failed();
        else
            w->frames += n;
    }
    return w->st;
}

snq_status snq_wav_writer_close(snq_wav_writer *w)
{
    snq_status st = w->st;
    if (st < 0)
        goto fail;
    const uint64_t data = w->frames * w->cfg.channels * snq__wav_sample_bytes(w->cfg.format);
    if (data & 1 && fputc(0, w->stream) == EOF) {
        st = write_failed();
        goto fail;
    }
    SNQ_GOTO(write_header(w));
    if (w->file) {
        snq_atomic_file *file = w->file;
        w->file = NULL;
        st = snq_atomic_commit(file);
    } else if (fflush(w->stream) != 0)
        st = write_failed();
fail:
    snq_wav_writer_free(w);
    return st;
}

void snq_wav_writer_free(snq_wav_writer *w)
{
    if (!w)
        return;
    snq_atomic_abort(w->file);
    snq_free(w->bytes);
    snq_free(w);
}

uint64_t snq_wav_writer_frames(const snq_wav_writer *w)
{
    return w->frames;
}

uint64_t snq_wav_writer_clipped(const snq_wav_writer *w)
{
    return w->clipped;
}
