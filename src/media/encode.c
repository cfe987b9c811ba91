// SPDX-License-Identifier: MIT
/* IDEA   A lossy encoder delays the sound and rounds its end up to whole frames. What it put before and
 *        after is written into the file, so that a player gives exactly the frames that came in.
 * STEPS  open    muxer over the caller's stream; encoder; header
 *        push    samples are cut to [-1, 1] and gathered into the encoder's frames of F; each is sent
 *                with its place t (frames, from 0), packets are taken
 *        finish  the last frame as short as it is; the encoder gives up what it holds; trailer
 *        delay   t of the first packet is -D, D the encoder's delay:
 *                  MP3   D and the padding at the end in the Xing header's LAME tag
 *                  M4A   an edit list that begins at D and lasts as long as the sound, in a clock
 *                        that ticks in samples (by libavformat's choice it ticks in ms); the last
 *                        packet's duration says as much
 *                  Opus  D in OpusHead (pre-skip), the end in the last page's granule position
 *        bytes   the same each time: libavformat and libavcodec leave out their versions, no clock, Ogg
 *                serial number 0
 * CONST  ID3v2.3, which everything reads that reads ID3v2.4, and more. The index of an M4A stands first
 *        (a second pass over the file), so that it plays while it is still being fetched.
 *        Encoders as they come. AAC's "fast" search is 2.5 times as fast and 5 dB noisier at 256 kbit/s (three
 *        minutes of music, 2026-11-21).
 * COST   the encoders' own, as fast as the music MP3 58 times, AAC 31, Opus 97 (48 kHz, 2 channels, one core,
 *        2026-11-21).
 * LIMITS players that know no edit list (FFmpeg is one, as to the end) play an M4A up to 1023 frames of
 *        near-silence too long. An MP3 below 32 kHz of less than 47 frames comes out of FFmpeg's decoder
 *        with 529 more: it forgets the rest of the delay when padding begins in the next packet.
 * REFS   libavformat/avformat.h, libavcodec/avcodec.h (5.1); RFC 7845 (Ogg Opus); ISO 14496-12, 8.6.6
 *        (edit list); LAME tag: gabriel.mp3-tech.org/mp3infotag.html. */
#include "media/encode_impl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>

#include "base/alloc.h"

enum { IO_BYTES = 65536 };

typedef struct snq__encode {
    const char *what;
    FILE *to;
    int error;        /* errno of the first write that failed, 0 */
    int64_t again_at; /* where the second pass reads */
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int filled;       /* samples of each channel in `frame` */
    int64_t place;    /* of its first, frames */
    uint32_t padding; /* frames at the end that the packets so far say are none */
} snq__encode;

/* ---- the file as libavformat sees it ---- */

static int io_write(void *opaque, uint8_t *bytes, int n)
{
    snq__encode *e = opaque;
    if (fwrite(bytes, 1, (size_t)n, e->to) == (size_t)n)
        return n;
    e->error = e->error ? e->error : errno;
    return AVERROR(EIO);
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    snq__encode *e = opaque;
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    if (fseeko(e->to, (off_t)offset, whence & ~AVSEEK_FORCE) != 0) {
        e->error = e->error ? e->error : errno;
        return AVERROR(EIO);
    }
    return (int64_t)ftello(e->to);
}

/* What has been written; the place is the second pass's own. */
static int io_read_again(void *opaque, uint8_t *to, int n)
{
    snq__encode *e = opaque;
    if (fflush(e->to) != 0) {
        e->error = e->error ? e->error : errno;
        return AVERROR(EIO);
    }
    const ssize_t got = pread(fileno(e->to), to, (size_t)n, (off_t)e->again_at);
    if (got < 0)
        e->error = e->error ? e->error : errno;
    e->again_at += got > 0 ? got : 0;
    return got > 0 ? (int)got : got < 0 ? AVERROR(EIO) : AVERROR_EOF;
}

static int64_t io_seek_again(void *opaque, int64_t offset, int whence)
{
    snq__encode *e = opaque;
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    e->again_at = offset + (whence == SEEK_CUR ? e->again_at : 0);
    return e->again_at;
}

static AVIOContext *make_io(snq__encode *e, int writing)
{
    uint8_t *buffer = av_malloc(IO_BYTES);
    AVIOContext *io =
        buffer ? avio_alloc_context(buffer, IO_BYTES, writing, e, writing ? NULL : io_read_again,
                                    writing ? io_write : NULL, writing ? io_seek : io_seek_again)
               : NULL;
    if (!io)
        av_free(buffer);
    return io;
}

static void free_io(AVIOContext *io)
{
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
}

/* The muxer opens nothing but the file that it writes, to read it again. */
static int open_again(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                      AVDictionary **options)
{
    snq__encode *e = format->opaque;
    if (flags != AVIO_FLAG_READ)
        return AVERROR(EPERM);
    e->again_at = 0;
    *io = make_io(e, 0);
    return *io ? 0 : AVERROR(ENOMEM);
}

static int close_again(AVFormatContext *format, AVIOContext *io)
{
    free_io(io);
    return 0;
}

/* ---- opening ---- */

static snq_status failed(const snq__encode *e, int code, const char *doing)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (e->error)
        return snq__encode_io_failed(e->error);
    if (code == AVERROR(ENOMEM))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory %s", doing);
    av_strerror(code, text, sizeof text);
    return SNQ_FAIL(SNQ_ERR_INTERNAL, "%s: %s failed (%s)", e->what, doing, text);
}

snq_status snq__encode_check(const snq__encode_request *q)
{
    if (!avcodec_find_encoder_by_name(q->encoder))
        return SNQ_FAIL(
            SNQ_ERR_UNSUPPORTED,
            "no %s can be written: this libavcodec is built without %s (that of Debian's "
            "package libavcodec59 has it); wav and flac can",
            q->what, q->encoder);
    if (!av_guess_format(q->muxer, NULL, NULL))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "no %s can be written: this libavformat is built without '%s' (that of "
                        "Debian's package libavformat59 has it); wav and flac can",
                        q->what, q->muxer);
    return SNQ_OK;
}

/* Planar float where the encoder takes it, else interleaved. */
static enum AVSampleFormat sample_format(const AVCodec *codec)
{
    for (const enum AVSampleFormat *f = codec->sample_fmts; f && *f >= 0; f++)
        if (*f == AV_SAMPLE_FMT_FLTP)
            return AV_SAMPLE_FMT_FLTP;
    return AV_SAMPLE_FMT_FLT;
}

static snq_status open_codec(snq__encode *e, const snq__encode_request *q)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(q->encoder);
    e->codec = avcodec_alloc_context3(codec);
    if (!e->codec)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    e->codec->sample_rate = (int)q->rate_hz;
    e->codec->sample_fmt = sample_format(codec);
    e->codec->bit_rate = q->bitrate_bps;
    e->codec->time_base = (AVRational) { 1, (int)q->rate_hz };
    e->codec->thread_count = 1;
    e->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (e->format->oformat->flags & AVFMT_GLOBALHEADER)
        e->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&e->codec->ch_layout, (int)q->channels);
    const int code = avcodec_open2(e->codec, codec, NULL);
    if (code < 0)
        return failed(e, code, "starting the encoder");
    if (!(codec->capabilities & AV_CODEC_CAP_SMALL_LAST_FRAME) || e->codec->frame_size < 1)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s: %s can't end a file in the middle of a frame",
                        q->what, q->encoder);
    return SNQ_OK;
}

static snq_status make_frame(snq__encode *e)
{
    e->frame->format = e->codec->sample_fmt;
    e->frame->sample_rate = e->codec->sample_rate;
    e->frame->nb_samples = e->codec->frame_size;
    int code = av_channel_layout_copy(&e->frame->ch_layout, &e->codec->ch_layout);
    if (code >= 0)
        code = av_frame_get_buffer(e->frame, 0);
    return code < 0 ? failed(e, code, "making room for a frame") : SNQ_OK;
}

/* Names of what wrote the file, as each container calls it. */
static int add_tags(snq__encode *e, const snq__encode_request *q)
{
    const int in_stream = strcmp(q->muxer, "opus") == 0; /* Vorbis comments belong to it */
    AVDictionary **to = in_stream ? &e->stream->metadata : &e->format->metadata;
    const char *software = in_stream                       ? "encoder"
                           : strcmp(q->muxer, "ipod") == 0 ? "encoding_tool"
                                                           : "TSSE";
    int code = av_dict_set(to, software, q->software, 0);
    if (code >= 0 && q->title && *q->title)
        code = av_dict_set(to, "title", q->title, 0);
    return code;
}

static snq_status write_header(snq__encode *e, const snq__encode_request *q)
{
    AVDictionary *options = NULL;
    int code = 0;
    if (strcmp(q->muxer, "mp3") == 0)
        code = av_dict_set(&options, "id3v2_version", "3", 0);
    if (strcmp(q->muxer, "ipod") == 0) {
        code = av_dict_set(&options, "movflags", "+faststart", 0);
        if (code >= 0)
            code = av_dict_set_int(&options, "movie_timescale", q->rate_hz, 0);
    }
    if (code >= 0)
        code = avformat_write_header(e->format, &options);
    av_dict_free(&options);
    return code < 0 ? failed(e, code, "writing the header") : SNQ_OK;
}

static snq_status build(snq__encode *e, const snq__encode_request *q)
{
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    SNQ_TRY(snq__encode_check(q));
    int code = avformat_alloc_output_context2(&e->format, NULL, q->muxer, NULL);
    if (code < 0)
        return failed(e, code, "starting the file");
    e->format->pb = make_io(e, 1);
    e->format->opaque = e;
    e->format->io_open = open_again;
    e->format->io_close2 = close_again;
    e->format->flags |= AVFMT_FLAG_BITEXACT;
    e->packet = av_packet_alloc();
    e->frame = av_frame_alloc();
    e->stream = avformat_new_stream(e->format, NULL);
    if (!e->format->pb || !e->packet || !e->frame || !e->stream)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    SNQ_TRY(open_codec(e, q));
    SNQ_TRY(make_frame(e));
    e->stream->time_base = e->codec->time_base;
    code = avcodec_parameters_from_context(e->stream->codecpar, e->codec);
    if (code >= 0)
        code = add_tags(e, q);
    return code < 0 ? failed(e, code, "describing the sound") : write_header(e, q);
}

void snq__encode_free(void *encoder)
{
    snq__encode *e = encoder;
    if (!e)
        return;
    AVIOContext *io = e->format ? e->format->pb : NULL;
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    avcodec_free_context(&e->codec);
    avformat_free_context(e->format);
    free_io(io);
    snq_free(e);
}

snq_status snq__encode_open(const snq__encode_request *q, void **out)
{
    snq_status st;
    *out = NULL;
    snq__encode *e = snq_calloc(1, sizeof *e);
    if (!e)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    e->what = q->what;
    e->to = q->to;
    SNQ_GOTO(build(e, q));
    *out = e;
    return SNQ_OK;
fail:
    snq__encode_free(e);
    return st;
}

/* ---- encoding ---- */

/* An encoder may say of several packets at the end how much of them is padding; the MP3 muxer looks at
 * the last one alone, so each gets the sum. Layout: AV_PKT_DATA_SKIP_SAMPLES, libavcodec/packet.h. */
static void sum_padding(snq__encode *e)
{
    size_t n = 0;
    uint8_t *p = av_packet_get_side_data(e->packet, AV_PKT_DATA_SKIP_SAMPLES, &n);
    if (!p || n < 10)
        return;
    e->padding +=
        (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
    for (int i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)(e->padding >> 8 * i);
}

static snq_status take_packets(snq__encode *e)
{
    for (;;) {
        int code = avcodec_receive_packet(e->codec, e->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return SNQ_OK;
        if (code < 0)
            return failed(e, code, "encoding");
        e->packet->stream_index = 0;
        sum_padding(e);
        av_packet_rescale_ts(e->packet, e->codec->time_base, e->stream->time_base);
        code = av_write_frame(e->format, e->packet);
        av_packet_unref(e->packet);
        if (code < 0)
            return failed(e, code, "writing a packet");
    }
}

/* Send the frame as far as it is filled. */
static snq_status send_frame(snq__encode *e)
{
    const int room = e->frame->nb_samples;
    e->frame->nb_samples = e->filled;
    e->frame->pts = e->place;
    const int code = avcodec_send_frame(e->codec, e->frame);
    e->frame->nb_samples = room;
    if (code < 0)
        return failed(e, code, "encoding");
    e->place += e->filled;
    e->filled = 0;
    return take_packets(e);
}

/* x (n,) into the frame, `step` samples apart; NaN becomes 0. Returns how many had to be cut. */
static uint64_t put_samples(const float *x, size_t n, float *to, size_t step)
{
    uint64_t clipped = 0;
    for (size_t i = 0; i < n; i++, to += step) {
        const float v = x[i] == x[i] ? x[i] : 0.0f;
        *to = v > 1.0f ? 1.0f : v < -1.0f ? -1.0f : v;
        clipped += *to != v;
    }
    return clipped;
}

snq_status snq__encode_push(void *encoder, const snq_audio *block, uint64_t *clipped)
{
    snq__encode *e = encoder;
    const uint32_t channels = (uint32_t)e->codec->ch_layout.nb_channels;
    const int planar = e->codec->sample_fmt == AV_SAMPLE_FMT_FLTP;
    for (size_t at = 0; at < block->frames;) {
        const size_t room = (size_t)(e->frame->nb_samples - e->filled);
        const size_t left = block->frames - at, n = left < room ? left : room;
        const int code = av_frame_make_writable(e->frame);
        if (code < 0)
            return failed(e, code, "encoding");
        for (uint32_t c = 0; c < channels; c++) {
            float *to = planar
                            ? (float *)(void *)e->frame->data[c] + e->filled
                            : (float *)(void *)e->frame->data[0] + (size_t)e->filled * channels + c;
            *clipped += put_samples(block->channel[c] + at, n, to, planar ? 1 : channels);
        }
        at += n;
        e->filled += (int)n;
        if (e->filled == e->frame->nb_samples)
            SNQ_TRY(send_frame(e));
    }
    return SNQ_OK;
}

static snq_status write_end(snq__encode *e)
{
    if (e->filled)
        SNQ_TRY(send_frame(e));
    int code = avcodec_send_frame(e->codec, NULL);
    if (code < 0)
        return failed(e, code, "encoding the end");
    SNQ_TRY(take_packets(e));
    code = av_write_trailer(e->format);
    if (code < 0)
        return failed(e, code, "writing the end");
    avio_flush(e->format->pb);
    return e->error || e->format->pb->error < 0 ? failed(e, e->format->pb->error, "writing the end")
                                                : SNQ_OK;
}

snq_status snq__encode_finish(void *encoder)
{
    const snq_status st = write_end(encoder);
    snq__encode_free(encoder);
    return st;
}
