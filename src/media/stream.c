// SPDX-License-Identifier: MIT
/* IDEA   What a file is stands in its first bytes, and whether it is whole in its last ones. Look at
 *        both before libavformat does, and show it a file it can read.
 * STEPS  probe      by content alone, after any ID3v2 tags. An MPEG stream must show three consistent
 *                   frames in a row and is read from the first of them on: tags and garbage before it
 *                   (an ID3v2 tag longer than the file, two tags with rubbish between) stay unseen;
 *                   three from the first byte on are enough where libavformat can't tell
 *        structure  media/cut_scan_impl.h; a cut Ogg page is replaced by one that is mended
 *        open       libavformat's demuxer over it, which may open nothing else
 * CONST  probe score >= 24 of 100: below lie guesses from a single header (libavformat retries at 25).
 *        1 MiB of probing is libavformat's own default; 2 MiB and 3 s of looking at tracks: an
 *        MPEG-TS repeats its tables every 0.1 s.
 * COST   reads 1 MiB of an MPEG stream, the last 64 KiB of an Ogg file. */
#include "media/stream_impl.h"

#include <string.h>

#include <libavformat/avformat.h>

#include "base/alloc.h"
#include "media/cut_scan_impl.h"
#include "media/id3_impl.h"
#include "media/mpeg_scan_impl.h"
#include "media/video_decoder_impl.h"

enum {
    SCORE_MIN = 24,
    PROBE_BYTES = 1 << 20,
    STREAM_PROBE_BYTES = 2 << 20,
    STREAM_PROBE_US = 3000000,
    TRACKS_MAX = 64,
    WAV_PACKET_BYTES = 65536,
};

/* ---- the file as libavformat sees it ---- */

static int64_t read_patch(const snq__stream *t, int64_t at, uint8_t *to, int64_t n)
{
    const int64_t left = t->patch_at + t->patch_bytes - at;
    n = n < left ? n : left;
    if (n > 0)
        memcpy(to, t->patch + (at - t->patch_at), (size_t)n);
    return n > 0 ? n : 0;
}

static int io_read(void *opaque, uint8_t *to, int n)
{
    snq__stream *t = opaque;
    const int64_t at = t->source->base + t->pos;
    int64_t got;
    if (snq__source_cancelled(t->source))
        return AVERROR_EXIT;
    if (t->patch && at >= t->patch_at) {
        got = read_patch(t, at, to, n);
    } else {
        if (t->patch && n > t->patch_at - at)
            n = (int)(t->patch_at - at);
        got = snq__source_read(t->source, at, to, (size_t)n);
    }
    if (got < 0)
        return AVERROR(EIO);
    t->pos += got;
    return got ? (int)got : AVERROR_EOF;
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    snq__stream *t = opaque;
    const int64_t whole = t->patch ? t->patch_at + t->patch_bytes : t->source->size_bytes;
    const int64_t size = whole - t->source->base;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return size;
    const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? t->pos : size;
    if (offset < -from || offset > INT64_MAX - from - t->source->base)
        return AVERROR(EINVAL);
    t->pos = from + offset;
    return t->pos;
}

snq_status snq__stream_failed(const snq__stream *t, int code, const char *doing)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    SNQ_TRY(snq__source_status(t->source));
    if (code == AVERROR(ENOMEM))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory %s", doing);
    av_strerror(code, text, sizeof text);
    return SNQ_FAIL(SNQ_ERR_FORMAT, "damaged beyond use: %s failed (%s)", doing, text);
}

static snq_status make_io(snq__stream *t)
{
    uint8_t *buffer = av_malloc(SNQ__SOURCE_BUFFER);
    if (buffer)
        t->io = avio_alloc_context(buffer, SNQ__SOURCE_BUFFER, 0, t, io_read, NULL, io_seek);
    if (!t->io) {
        av_free(buffer);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a read buffer");
    }
    return SNQ_OK;
}

static void rewind_io(snq__stream *t, int64_t base)
{
    /* Past the buffer, then back: nothing read under another base is kept. */
    t->source->base = base;
    t->pos = 0;
    t->io->buf_ptr = t->io->buf_end = t->io->buffer;
    t->io->pos = 0;
    t->io->eof_reached = 0;
    t->io->error = 0;
}

/* ---- what it is ---- */

/* Where MPEG audio begins in the PROBE_BYTES from `from` on; -1: nowhere; -2: no memory. */
static int64_t find_mpeg(snq__stream *t, int64_t from)
{
    uint8_t *bytes = snq_calloc(PROBE_BYTES, 1);
    if (!bytes)
        return -2;
    int64_t n = snq__source_peek(t->source, from, bytes, PROBE_BYTES);
    n = n < 0 ? 0 : n;
    const int whole = n < PROBE_BYTES;
    if (whole && n > 128 && memcmp(bytes + n - 128, "TAG", 3) == 0)
        n -= 128;
    const int64_t at = snq__mpeg_find(bytes, (size_t)n, whole);
    snq_free(bytes);
    return at < 0 ? at : from + at;
}

/* Refuse, with what it is instead where that can be told; `format`: libavformat's guess or NULL. */
static snq_status not_audio(snq__stream *t, const char *format)
{
    uint8_t head[512];
    SNQ_TRY(snq__source_status(t->source));
    const int64_t n = snq__source_peek(t->source, 0, head, sizeof head);
    const size_t known = n > 0 ? (size_t)n : 0;
    const char *what = t->pictures ? snq__not_video(head, known) : snq__not_audio(head, known);
    const char *wanted = t->pictures ? "video" : "audio";
    if (what)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not %s: this is %s", wanted, what);
    if (format)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "not a kind of file that is read here (%s)", format);
    return SNQ_FAIL(SNQ_ERR_FORMAT, "not %s: no known format in its first bytes", wanted);
}

/* Begin at the first of three consistent MPEG frames at or after `from`. Whatever tags and garbage
 * stand before it, the decoder never sees them. */
static snq_status begin_mpeg(snq__stream *t, int64_t from)
{
    uint8_t head[4];
    const int64_t at = find_mpeg(t, from);
    if (at == -2)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to look for MPEG frames");
    if (at < 0 || snq__source_peek(t->source, at, head, 4) < 4) {
        SNQ_TRY(snq__source_status(t->source));
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not audio: no %d consistent MPEG frames in a row",
                        SNQ__MPEG_CHAIN);
    }
    t->mpeg_layer = snq__mpeg_layer(head);
    rewind_io(t, at);
    return SNQ_OK;
}

/* The same where pictures are wanted: a recording of sound is told as such. */
static snq_status probe_pictures(snq__stream *t, const AVInputFormat **found)
{
    rewind_io(t, 0);
    const int score = av_probe_input_buffer2(t->io, found, "", NULL, 0, PROBE_BYTES);
    rewind_io(t, 0);
    if (score == AVERROR(ENOMEM))
        return snq__stream_failed(t, score, "to find out the format");
    const char *name = score >= 0 && *found ? (*found)->name : "";
    if (snq__video_container(name) && score >= SCORE_MIN)
        return SNQ_OK;
    if (snq__container_of_demuxer(name))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no video track: this is a recording of sound (%s)",
                        snq__container_of_demuxer(name)->name);
    return not_audio(t, score >= SCORE_MIN ? name : NULL);
}

static snq_status probe(snq__stream *t, snq_warnings *warnings, const AVInputFormat **found)
{
    if (t->pictures)
        return probe_pictures(t, found);
    const int64_t tags = snq__id3_end(t->source);
    if (tags)
        SNQ_TRY(snq__id3_check(t->source, warnings));
    if (tags < 0) {
        snq_warnings_add(warnings, "bad_tags", 0,
                         "the ID3v2 tag claims more bytes than the file has");
        *found = av_find_input_format("mp3");
        return begin_mpeg(t, 10);
    }
    rewind_io(t, tags);
    const int score = av_probe_input_buffer2(t->io, found, "", NULL, 0, PROBE_BYTES);
    rewind_io(t, 0);
    if (score == AVERROR(ENOMEM))
        return snq__stream_failed(t, score, "to find out the format");
    if (score >= 0 && *found && strcmp((*found)->name, "mp3") == 0)
        return begin_mpeg(t, tags);
    /* In a few frames libavformat may see two formats, and be sure of neither. */
    const int64_t mpeg = score < SCORE_MIN || !*found ? find_mpeg(t, tags) : -1;
    if (mpeg == tags || mpeg == -2) {
        *found = av_find_input_format("mp3");
        return begin_mpeg(t, tags);
    }
    if (score < SCORE_MIN || !*found)
        return not_audio(t, NULL);
    if (!snq__container_of_demuxer((*found)->name))
        return not_audio(t, (*found)->name);
    return SNQ_OK;
}

/* ---- what its structure says ---- */

/* An Ogg file whose last page is missing or cut; a cut page is mended in memory. */
static snq_status check_ogg(snq__stream *t)
{
    const int64_t size = t->source->size_bytes;
    const size_t n = size < SNQ__OGG_PAGE_MAX ? (size_t)size : SNQ__OGG_PAGE_MAX;
    uint8_t *tail = snq_calloc(n, 1);
    if (!tail)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an Ogg page");
    const int64_t got = snq__source_peek(t->source, size - (int64_t)n, tail, n);
    const snq__ogg_tail end = snq__ogg_find_tail(tail, got < 0 ? 0 : (size_t)got);
    t->cut = end.page_at < 0 || !end.whole || !end.last;
    if (end.page_at >= 0 && !end.whole) {
        t->patch = snq_calloc(n, 1);
        if (!t->patch) {
            snq_free(tail);
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an Ogg page");
        }
        t->patch_at = size - (int64_t)n + end.page_at;
        t->patch_bytes =
            (int64_t)snq__ogg_mend(tail + end.page_at, n - (size_t)end.page_at, t->patch);
    }
    snq_free(tail);
    return SNQ_OK;
}

static snq_status check_structure(snq__stream *t)
{
    const snq_riff_input in = { snq__source_peek, t->source, t->source->size_bytes };
    const char *name = t->container->name;
    if (strcmp(name, "ogg") == 0)
        return check_ogg(t);
    if (strcmp(name, "matroska") == 0)
        t->cut = snq__matroska_cut(&in);
    if (strcmp(name, "mp4") == 0) {
        const snq__mp4_scan scan = snq__mp4_scan_run(&in);
        t->cut = scan.cut;
        if (!scan.has_moov)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "no index (moov) in this MP4: %s",
                            scan.cut ? "it is cut off" : "it was never finished, or it was lost");
        if (scan.is_mov)
            t->container = snq__container_named("mov");
    }
    return SNQ_OK;
}

/* ---- opening it ---- */

/* Formats that refer to other files get none. */
static int io_open_nothing(AVFormatContext *s, AVIOContext **pb, const char *url, int flags,
                           AVDictionary **options)
{
    *pb = NULL;
    return AVERROR(EPERM);
}

static int interrupted(void *opaque)
{
    return snq__source_cancelled(opaque);
}

snq_status snq__stream_open(snq__stream *t, const AVInputFormat *input, const char *decoders,
                            AVFormatContext **out)
{
    AVFormatContext *f = avformat_alloc_context();
    *out = NULL;
    if (!f || !(f->codec_whitelist = av_strdup(decoders))) {
        avformat_free_context(f);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a demuxer");
    }
    f->pb = t->io;
    f->flags |= AVFMT_FLAG_CUSTOM_IO;
    f->io_open = io_open_nothing;
    f->interrupt_callback = (AVIOInterruptCB) { interrupted, t->source };
    f->max_streams = TRACKS_MAX;
    f->probesize = STREAM_PROBE_BYTES;
    f->max_analyze_duration = STREAM_PROBE_US;
    AVDictionary *options = NULL;
    av_dict_set_int(&options, "max_size", WAV_PACKET_BYTES, 0); /* only the wav demuxer takes it */
    const int code = avformat_open_input(&f, "", input, &options); /* frees it when it fails */
    av_dict_free(&options);
    *out = f;
    if (code == 0)
        return SNQ_OK;
    SNQ_TRY(snq__source_status(t->source));
    if (strstr(input->name, "mp4") && code == AVERROR_INVALIDDATA)
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "the index (moov) of this MP4 can't be read: it is damaged");
    return snq__stream_failed(t, code, "reading the header");
}

snq_status snq__stream_probe(snq__stream *t, AVFormatContext *format)
{
    AVDictionary *options[TRACKS_MAX] = { 0 };
    const unsigned n = format->nb_streams < TRACKS_MAX ? format->nb_streams : TRACKS_MAX;
    for (unsigned i = 0; i < n; i++)
        av_dict_set_int(&options[i], "max_pixels", SNQ__VIDEO_PIXELS_MAX, 0);
    const int code = avformat_find_stream_info(format, n ? options : NULL);
    for (unsigned i = 0; i < n; i++)
        av_dict_free(&options[i]);
    SNQ_TRY(snq__source_status(t->source));
    return code < 0 ? snq__stream_failed(t, code, "looking for tracks") : SNQ_OK;
}

/* ---- the object ---- */

void snq__stream_init(snq__stream *t, snq__source *source)
{
    *t = (snq__stream) { .source = source };
}

void snq__stream_clear(snq__stream *t)
{
    if (t->io)
        av_freep(&t->io->buffer);
    avio_context_free(&t->io);
    snq_free(t->patch);
    t->patch = NULL;
}

snq_status snq__stream_identify(snq__stream *t, const char *demuxer, snq_warnings *warnings,
                                const AVInputFormat **input)
{
    *input = NULL;
    SNQ_TRY(make_io(t));
    if (demuxer)
        *input = av_find_input_format(demuxer);
    else
        SNQ_TRY(probe(t, warnings, input));
    if (!*input)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "libavformat was built without what this file needs");
    t->container = t->pictures ? snq__video_container((*input)->name)
                               : snq__container_of_demuxer((*input)->name);
    return check_structure(t);
}
