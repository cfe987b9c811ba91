// SPDX-License-Identifier: MIT
/* IDEA   A lossy encoder delays the sound and rounds its end up to whole frames. What it put before and
 *        after is written into the file, so that a player gives exactly the frames that came in.
 * STEPS  open    muxer over the caller's stream; encoder; header
 *        push    samples become packets (sound_coder.c), packets are written
 *        finish  what the encoder holds; trailer
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

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>

#include "base/alloc.h"
#include "media/mux_io_impl.h"
#include "media/sound_coder_impl.h"

typedef struct snq__encode {
    const char *what;
    snq__mux_io io;
    AVFormatContext *format;
    AVStream *stream;
    snq__sound_coder *coder;
} snq__encode;

/* ---- opening ---- */

static snq_status failed(const snq__encode *e, int code, const char *doing)
{
    return snq__mux_io_failed(&e->io, code, e->what, doing);
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

static snq_status take_packet(void *user, AVPacket *packet)
{
    snq__encode *e = user;
    packet->stream_index = 0;
    av_packet_rescale_ts(packet, snq__sound_coder_codec(e->coder)->time_base, e->stream->time_base);
    const int code = av_write_frame(e->format, packet);
    return code < 0 ? failed(e, code, "writing a packet") : SNQ_OK;
}

static snq_status build(snq__encode *e, const snq__encode_request *q)
{
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    SNQ_TRY(snq__encode_check(q));
    int code = avformat_alloc_output_context2(&e->format, NULL, q->muxer, NULL);
    if (code < 0)
        return failed(e, code, "starting the file");
    SNQ_TRY(snq__mux_io_attach(&e->io, e->format));
    e->format->flags |= AVFMT_FLAG_BITEXACT;
    e->stream = avformat_new_stream(e->format, NULL);
    if (!e->stream)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    const snq__sound_coder_cfg coder = { .what = q->what,
                                         .encoder = q->encoder,
                                         .rate_hz = q->rate_hz,
                                         .channels = q->channels,
                                         .bitrate_bps = q->bitrate_bps,
                                         .global_header =
                                             (e->format->oformat->flags & AVFMT_GLOBALHEADER) != 0,
                                         .take = take_packet,
                                         .user = e };
    SNQ_TRY(snq__sound_coder_new(&coder, &e->coder));
    const AVCodecContext *codec = snq__sound_coder_codec(e->coder);
    e->stream->time_base = codec->time_base;
    code = avcodec_parameters_from_context(e->stream->codecpar, codec);
    if (code >= 0)
        code = add_tags(e, q);
    return code < 0 ? failed(e, code, "describing the sound") : write_header(e, q);
}

void snq__encode_free(void *encoder)
{
    snq__encode *e = encoder;
    if (!e)
        return;
    snq__sound_coder_free(e->coder);
    if (e->format)
        snq__mux_io_detach(e->format);
    avformat_free_context(e->format);
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
    e->io.to = q->to;
    SNQ_GOTO(build(e, q));
    *out = e;
    return SNQ_OK;
fail:
    snq__encode_free(e);
    return st;
}

/* ---- encoding ---- */

snq_status snq__encode_push(void *encoder, const snq_audio *block, uint64_t *clipped)
{
    snq__encode *e = encoder;
    return snq__sound_coder_push(e->coder, block, clipped);
}

snq_status snq__encode_finish(void *encoder)
{
    snq__encode *e = encoder;
    snq_status st = snq__sound_coder_finish(e->coder);
    if (st >= 0)
        st = snq__mux_io_finish(&e->io, e->format, e->what);
    snq__encode_free(encoder);
    return st;
}
