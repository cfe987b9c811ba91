// SPDX-License-Identifier: MIT
/* STEPS  push    samples are cut to [-1, 1] and gathered into the encoder's frames of F; each is sent
 *                with its place t (frames, from 0), packets are taken
 *        finish  the last frame as short as it is; the encoder gives up what it holds
 * CONST  one thread, bit-exact: no version of libavcodec in the bytes. */
#include "media/sound_coder_impl.h"

#include "base/alloc.h"

struct snq__sound_coder {
    snq__sound_coder_cfg cfg;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int filled;       /* samples of each channel in `frame` */
    int64_t place;    /* of its first, frames */
    uint32_t padding; /* frames at the end that the packets so far say are none */
};

static snq_status failed(const snq__sound_coder *c, int code, const char *doing)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code == AVERROR(ENOMEM))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory %s", doing);
    av_strerror(code, text, sizeof text);
    return SNQ_FAIL(SNQ_ERR_INTERNAL, "%s: %s failed (%s)", c->cfg.what, doing, text);
}

/* ---- opening ---- */

/* Planar float where the encoder takes it, else interleaved. */
static enum AVSampleFormat sample_format(const AVCodec *codec)
{
    for (const enum AVSampleFormat *f = codec->sample_fmts; f && *f >= 0; f++)
        if (*f == AV_SAMPLE_FMT_FLTP)
            return AV_SAMPLE_FMT_FLTP;
    return AV_SAMPLE_FMT_FLT;
}

static snq_status open_codec(snq__sound_coder *c)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(c->cfg.encoder);
    c->codec = avcodec_alloc_context3(codec);
    if (!c->codec)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    c->codec->sample_rate = (int)c->cfg.rate_hz;
    c->codec->sample_fmt = sample_format(codec);
    c->codec->bit_rate = c->cfg.bitrate_bps;
    c->codec->time_base = (AVRational) { 1, (int)c->cfg.rate_hz };
    c->codec->thread_count = 1;
    c->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (c->cfg.global_header)
        c->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&c->codec->ch_layout, (int)c->cfg.channels);
    AVDictionary *options = NULL;
    int code = c->cfg.options ? av_dict_parse_string(&options, c->cfg.options, "=", ":", 0) : 0;
    if (code >= 0)
        code = avcodec_open2(c->codec, codec, &options);
    av_dict_free(&options);
    if (code < 0)
        return failed(c, code, "starting the encoder");
    if (!(codec->capabilities & AV_CODEC_CAP_SMALL_LAST_FRAME) || c->codec->frame_size < 1)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s: %s can't end a file in the middle of a frame",
                        c->cfg.what, c->cfg.encoder);
    return SNQ_OK;
}

static snq_status make_frame(snq__sound_coder *c)
{
    c->frame->format = c->codec->sample_fmt;
    c->frame->sample_rate = c->codec->sample_rate;
    c->frame->nb_samples = c->codec->frame_size;
    int code = av_channel_layout_copy(&c->frame->ch_layout, &c->codec->ch_layout);
    if (code >= 0)
        code = av_frame_get_buffer(c->frame, 0);
    return code < 0 ? failed(c, code, "making room for a frame") : SNQ_OK;
}

snq_status snq__sound_coder_new(const snq__sound_coder_cfg *cfg, snq__sound_coder **out)
{
    snq_status st;
    *out = NULL;
    snq__sound_coder *c = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
    c->cfg = *cfg;
    c->packet = av_packet_alloc();
    c->frame = av_frame_alloc();
    if (!c->packet || !c->frame) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an encoder");
        goto fail;
    }
    SNQ_GOTO(open_codec(c));
    SNQ_GOTO(make_frame(c));
    *out = c;
    return SNQ_OK;
fail:
    snq__sound_coder_free(c);
    return st;
}

void snq__sound_coder_free(snq__sound_coder *c)
{
    if (!c)
        return;
    av_frame_free(&c->frame);
    av_packet_free(&c->packet);
    avcodec_free_context(&c->codec);
    snq_free(c);
}

const AVCodecContext *snq__sound_coder_codec(const snq__sound_coder *c)
{
    return c->codec;
}

/* ---- encoding ---- */

/* An encoder may say of several packets at the end how much of them is padding; the MP3 muxer looks at
 * the last one alone, so each gets the sum. Layout: AV_PKT_DATA_SKIP_SAMPLES, libavcodec/packet.h. */
static void sum_padding(snq__sound_coder *c)
{
    size_t n = 0;
    uint8_t *p = av_packet_get_side_data(c->packet, AV_PKT_DATA_SKIP_SAMPLES, &n);
    if (!p || n < 10)
        return;
    c->padding +=
        (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
    for (int i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)(c->padding >> 8 * i);
}

static snq_status take_packets(snq__sound_coder *c)
{
    for (;;) {
        const int code = avcodec_receive_packet(c->codec, c->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return SNQ_OK;
        if (code < 0)
            return failed(c, code, "encoding");
        sum_padding(c);
        const snq_status st = c->cfg.take(c->cfg.user, c->packet);
        av_packet_unref(c->packet);
        SNQ_TRY(st);
    }
}

/* Send the frame as far as it is filled. */
static snq_status send_frame(snq__sound_coder *c)
{
    const int room = c->frame->nb_samples;
    c->frame->nb_samples = c->filled;
    c->frame->pts = c->place;
    const int code = avcodec_send_frame(c->codec, c->frame);
    c->frame->nb_samples = room;
    if (code < 0)
        return failed(c, code, "encoding");
    c->place += c->filled;
    c->filled = 0;
    return take_packets(c);
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

snq_status snq__sound_coder_push(snq__sound_coder *c, const snq_audio *block, uint64_t *clipped)
{
    const uint32_t channels = (uint32_t)c->codec->ch_layout.nb_channels;
    const int planar = c->codec->sample_fmt == AV_SAMPLE_FMT_FLTP;
    for (size_t at = 0; at < block->frames;) {
        const size_t room = (size_t)(c->frame->nb_samples - c->filled);
        const size_t left = block->frames - at, n = left < room ? left : room;
        const int code = av_frame_make_writable(c->frame);
        if (code < 0)
            return failed(c, code, "encoding");
        for (uint32_t i = 0; i < channels; i++) {
            float *to = planar
                            ? (float *)(void *)c->frame->data[i] + c->filled
                            : (float *)(void *)c->frame->data[0] + (size_t)c->filled * channels + i;
            *clipped += put_samples(block->channel[i] + at, n, to, planar ? 1 : channels);
        }
        at += n;
        c->filled += (int)n;
        if (c->filled == c->frame->nb_samples)
            SNQ_TRY(send_frame(c));
    }
    return SNQ_OK;
}

snq_status snq__sound_coder_finish(snq__sound_coder *c)
{
    if (c->filled)
        SNQ_TRY(send_frame(c));
    const int code = avcodec_send_frame(c->codec, NULL);
    return code < 0 ? failed(c, code, "encoding the end") : take_packets(c);
}
