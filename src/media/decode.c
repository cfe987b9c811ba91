// SPDX-License-Identifier: MIT
/* IDEA   libavformat finds packets, libavcodec makes samples of them. Neither may open anything,
 *        print anything or believe a lie for long; a packet that is broken leaves a hole, and the
 *        hole gets its length in silence, so that what follows stays where it was.
 * STEPS  identify  stream.c
 *        open      first audio track; streams that announce nothing are probed (stream.c)
 *        prime     decode to the first frame: rate and channels are what the decoder really yields
 *        next      receive a frame; else send a packet; a failure adds the packet's duration to the
 *                  hole, which is handed out before the next good frame (and never at the end); Ogg
 *                  leaves damaged pages out, there the time stamps tell
 *        refuse    when at the 64th packet (or the end) more have failed than not
 * CONST  A hole is at most 1 s a packet; by Ogg's time stamps 4097 frames to 60 s:
 *        the stamps of Vorbis packets are off by up to a quarter of a long block (2048) where block
 *        lengths change.
 * COST   libav's own; no copy besides its packets.
 * LIMITS one track; a change of rate or channels midway ends the reading.
 * REFS   libavformat/avformat.h, libavcodec/avcodec.h (5.1). */
#include "media/decode_impl.h"

#include <math.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>

#include "base/alloc.h"
#include "media/id3_impl.h"
#include "media/layout_impl.h"
#include "media/mpeg_scan_impl.h"
#include "media/stream_impl.h"

enum {
    TRIAL_PACKETS = 64,
    PRIME_PACKETS = 4096,
    HOLE_MIN_FRAMES = 4096,
    HOLE_MAX_S = 60,
    FLAC_CHECKS = AV_EF_CRCCHECK | AV_EF_EXPLODE, /* without the latter it only logs them */
};

/* Lossy decoders give float without bounds: beyond +18 dBFS it is damage, not music. */
#define LOSSY_LIMIT 8.0f

typedef struct snq__decode {
    snq__source *source;
    snq_warnings *warnings;
    snq__stream stream;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    int track;
    uint32_t rate_hz, channels;
    enum AVSampleFormat sample_format;
    uint64_t packets, good; /* tried; frames received */
    uint64_t damaged, lost; /* packets that failed: decoded all the same; not at all */
    uint64_t hole_frames;
    int clocked;       /* holes are found by time stamps, which are exact in Ogg */
    int64_t next_time; /* frames; where the next frame should begin, by them */
    int64_t first_error_at;
    int bad_tail; /* the last packet was damaged or did not decode */
    float limit;  /* for the samples */
    int draining, primed, done;
} snq__decode;

/* ---- opening ---- */

static int first_audio(const AVFormatContext *f)
{
    for (unsigned i = 0; i < f->nb_streams; i++)
        if (f->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            return (int)i;
    return -1;
}

/* Whether the header leaves open what the decoder must be told. Those of TrueHD and MLP decode
 * nothing while they don't know the channels. */
static int must_probe(const AVFormatContext *f, int track)
{
    if (track < 0 || f->ctx_flags & AVFMTCTX_NOHEADER)
        return 1;
    const AVCodecParameters *p = f->streams[track]->codecpar;
    return p->codec_id == AV_CODEC_ID_NONE ||
           ((p->codec_id == AV_CODEC_ID_TRUEHD || p->codec_id == AV_CODEC_ID_MLP) &&
            p->ch_layout.nb_channels == 0);
}

static snq_status find_track(snq__decode *d, snq_media_info *info)
{
    AVFormatContext *f = d->format;
    d->track = first_audio(f);
    if (must_probe(f, d->track)) {
        const int code = avformat_find_stream_info(f, NULL);
        if (code < 0)
            return snq__stream_failed(&d->stream, code, "looking for tracks");
        SNQ_TRY(snq__source_status(d->source));
        d->track = first_audio(f);
    }
    for (unsigned i = 0; i < f->nb_streams; i++) {
        AVStream *s = f->streams[i];
        info->audio_tracks += s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        info->has_video |= s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                           !(s->disposition & AV_DISPOSITION_ATTACHED_PIC);
        if ((int)i != d->track)
            s->discard = AVDISCARD_ALL;
    }
    if (d->track < 0)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no audio track%s",
                        info->has_video ? " (only pictures)" : "");
    if (info->audio_tracks > 1)
        snq_warnings_add(d->warnings, "several_audio_tracks", -1,
                         "%u audio tracks; the first one is read", info->audio_tracks);
    return SNQ_OK;
}

static snq_status open_codec(snq__decode *d, snq_media_info *info)
{
    AVStream *s = d->format->streams[d->track];
    const AVCodecParameters *p = s->codecpar;
    if (d->stream.mpeg_layer)
        snprintf(info->codec, sizeof info->codec, "mp%u", d->stream.mpeg_layer);
    else
        snprintf(info->codec, sizeof info->codec, "%s", avcodec_get_name(p->codec_id));
    const AVCodec *codec = avcodec_find_decoder(p->codec_id);
    if (!codec)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no decoder for the codec '%s'", info->codec);
    d->codec = avcodec_alloc_context3(codec);
    if (!d->codec || !(d->codec->codec_whitelist = av_strdup(snq__decoders)) ||
        avcodec_parameters_to_context(d->codec, p) < 0)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    d->codec->thread_count = 1;
    d->codec->pkt_timebase = s->time_base;
    if (p->codec_id == AV_CODEC_ID_FLAC)
        d->codec->err_recognition = FLAC_CHECKS;
    const int code = avcodec_open2(d->codec, codec, NULL);
    if (code == AVERROR(EINVAL))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "the codec '%s' is not one that is decoded here",
                        info->codec);
    if (code < 0)
        return snq__stream_failed(&d->stream, code, "starting the decoder");
    return SNQ_OK;
}

static void check_tags(snq__decode *d, const AVDictionary *tags)
{
    const AVDictionaryEntry *e = NULL;
    while ((e = av_dict_get(tags, "", e, AV_DICT_IGNORE_SUFFIX))) {
        if (!snq__text_fine(e->value) || !snq__text_fine(e->key))
            snq_warnings_add(d->warnings, "bad_tags", -1,
                             "a tag holds text that is not valid; tags are not used");
    }
}

/* ---- decoding ---- */

static void note_error(snq__decode *d, int64_t at)
{
    if (d->damaged + d->lost == 0)
        d->first_error_at = at;
}

static void note_lost(snq__decode *d, int64_t at, uint64_t frames)
{
    note_error(d, at);
    d->bad_tail = 1;
    d->lost++;
    if (d->packets < d->lost) /* what can't even be cut out of the file was tried as well */
        d->packets = d->lost;
    if (d->good && !d->clocked)
        d->hole_frames += frames;
}

/* The packet's duration in frames, at most one second. */
static uint64_t packet_frames(const snq__decode *d)
{
    if (d->packet->duration <= 0 || !d->rate_hz)
        return 0;
    const int64_t frames =
        av_rescale_q(d->packet->duration, d->format->streams[d->track]->time_base,
                     (AVRational) { 1, (int)d->rate_hz });
    return frames < 0 ? 0 : frames > d->rate_hz ? d->rate_hz : (uint64_t)frames;
}

/* Whether the packet is shorter than the frame that begins in it: the stream was cut. */
static int packet_cut(const snq__decode *d)
{
    const uint8_t *p = d->packet->data;
    const uint32_t n = (uint32_t)d->packet->size;
    if (d->packet->flags & AV_PKT_FLAG_CORRUPT)
        return 1;
    if (strcmp(d->stream.container->name, "mp3") == 0)
        return n < 4 || snq__mpeg_frame_bytes(p) > n;
    if (strcmp(d->stream.container->name, "aac") == 0 && n >= 6 && p[0] == 0xFF && p[1] >= 0xF0)
        return ((p[3] & 3u) << 11 | (uint32_t)p[4] << 3 | p[5] >> 5) > n; /* aac_frame_length */
    return 0;
}

static snq_status try_packet(snq__decode *d)
{
    const int64_t at = d->packet->pos < 0 ? -1 : d->source->base + d->packet->pos;
    d->packets++;
    d->bad_tail = packet_cut(d);
    int code = avcodec_send_packet(d->codec, d->packet);
    if (code == AVERROR_INVALIDDATA && d->codec->codec_id == AV_CODEC_ID_FLAC) {
        /* The checksum fails: take it as it is, as players do, but say so. */
        d->codec->err_recognition = 0;
        code = avcodec_send_packet(d->codec, d->packet);
        d->codec->err_recognition = FLAC_CHECKS;
        if (code >= 0) {
            note_error(d, at);
            d->damaged++;
        }
    }
    if (code == AVERROR(ENOMEM))
        return snq__stream_failed(&d->stream, code, "decoding");
    if (code < 0 && code != AVERROR(EAGAIN))
        note_lost(d, at, packet_frames(d));
    return SNQ_OK;
}

/* Send the next packet of our track to the decoder; at the end, send the end. */
static snq_status feed(snq__decode *d)
{
    const int code = av_read_frame(d->format, d->packet);
    if (code < 0) {
        SNQ_TRY(snq__source_status(d->source));
        if (code == AVERROR(ENOMEM))
            return snq__stream_failed(&d->stream, code, "reading a packet");
        if (code != AVERROR_EOF)
            note_lost(d, d->source->base + d->stream.pos, 0);
        d->draining = 1;
        avcodec_send_packet(d->codec, NULL);
        return SNQ_OK;
    }
    snq_status st = SNQ_OK;
    if (d->packet->stream_index == d->track)
        st = try_packet(d);
    av_packet_unref(d->packet);
    return st;
}

/* Most of what was tried has failed: this is no music. */
static int hopeless(const snq__decode *d)
{
    return (d->packets == TRIAL_PACKETS || (d->draining && d->packets < TRIAL_PACKETS)) &&
           d->lost > 2 && d->lost * 2 > d->packets;
}

static void finish(snq__decode *d)
{
    d->done = 1;
    if (d->damaged)
        snq_warnings_add(d->warnings, "decode_errors", d->first_error_at,
                         "%llu of %llu packets fail their checksum and %llu could not be decoded",
                         (unsigned long long)d->damaged, (unsigned long long)d->packets,
                         (unsigned long long)d->lost);
    else if (d->lost)
        snq_warnings_add(d->warnings, "decode_errors", d->first_error_at,
                         "%llu of %llu packets could not be decoded", (unsigned long long)d->lost,
                         (unsigned long long)d->packets);
}

/* The next good frame into d->frame. */
static snq_status receive(snq__decode *d)
{
    while (!d->done) {
        SNQ_TRY(snq__source_status(d->source));
        const int code = avcodec_receive_frame(d->codec, d->frame);
        if (code == 0 && d->frame->nb_samples > 0)
            return SNQ_OK;
        if (code == AVERROR(ENOMEM))
            return snq__stream_failed(&d->stream, code, "decoding");
        if (hopeless(d))
            return SNQ_FAIL(SNQ_ERR_FORMAT,
                            "%llu of %llu packets can't be decoded: this is no audio",
                            (unsigned long long)d->lost, (unsigned long long)d->packets);
        if (code == AVERROR_EOF || (d->draining && code == AVERROR(EAGAIN)))
            finish(d);
        else if (code == AVERROR(EAGAIN))
            SNQ_TRY(feed(d));
        else if (code < 0)
            note_lost(d, d->source->base + d->stream.pos, 0);
        if (!d->good && d->packets > PRIME_PACKETS)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "no audio in the first %d packets", PRIME_PACKETS);
    }
    return SNQ_END;
}

static int sample_of(enum AVSampleFormat f, snq__sample *to)
{
    switch (av_get_packed_sample_fmt(f)) {
    case AV_SAMPLE_FMT_U8:
        *to = SNQ__SAMPLE_U8;
        return 1;
    case AV_SAMPLE_FMT_S16:
        *to = SNQ__SAMPLE_S16;
        return 1;
    case AV_SAMPLE_FMT_S32:
        *to = SNQ__SAMPLE_S32;
        return 1;
    case AV_SAMPLE_FMT_S64:
        *to = SNQ__SAMPLE_S64;
        return 1;
    case AV_SAMPLE_FMT_FLT:
        *to = SNQ__SAMPLE_F32;
        return 1;
    case AV_SAMPLE_FMT_DBL:
        *to = SNQ__SAMPLE_F64;
        return 1;
    default:
        return 0;
    }
}

/* Decode up to the first frame and learn from it what the stream is. */
static snq_status prime(snq__decode *d, snq_media_info *info)
{
    snq__sample sample;
    const snq_status st = receive(d);
    SNQ_TRY(st);
    if (st == SNQ_END)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "nothing in it can be decoded (%llu packets, %llu errors)",
                        (unsigned long long)d->packets, (unsigned long long)d->lost);
    const AVFrame *f = d->frame;
    const int channels = f->ch_layout.nb_channels;
    if (channels < 1 || channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%d channels (1 to %d are possible)", channels,
                        SNQ_CHANNELS_MAX);
    if (f->sample_rate < SNQ_RATE_MIN_HZ || f->sample_rate > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%d Hz (%d to %d are possible)", f->sample_rate,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (!sample_of(f->format, &sample))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "samples of an unknown kind (%d)", f->format);
    d->primed = 1;
    d->rate_hz = info->rate_hz = (uint32_t)f->sample_rate;
    d->channels = info->channels = (uint32_t)channels;
    d->sample_format = f->format;
    snq__positions_of_layout(&f->ch_layout, info->position);
    return SNQ_OK;
}

static void describe(snq__decode *d, snq_media_info *info)
{
    const AVStream *s = d->format->streams[d->track];
    const AVCodecDescriptor *about = avcodec_descriptor_get(s->codecpar->codec_id);
    int bits = 0;
    if (about && about->props & AV_CODEC_PROP_LOSSLESS) {
        bits = d->codec->bits_per_raw_sample > 0 ? d->codec->bits_per_raw_sample
                                                 : s->codecpar->bits_per_coded_sample;
        if (bits <= 0)
            bits = av_get_bytes_per_sample(d->sample_format) * 8;
    }
    info->bits_per_sample = bits > 0 ? (uint32_t)bits : 0;
    d->clocked = strcmp(d->stream.container->name, "ogg") == 0;
    d->limit = about && about->props & AV_CODEC_PROP_LOSSLESS ? 0 : LOSSY_LIMIT;
    int64_t slack;
    const int64_t promise = snq__decode_promise(d, &slack);
    info->header_duration_s = promise < 0 ? (double)NAN : (double)promise / d->rate_hz;
}

static snq_status build(snq__decode *d, const char *demuxer, snq_media_info *info)
{
    const AVInputFormat *input = NULL;
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->packet || !d->frame)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    SNQ_TRY(snq__stream_identify(&d->stream, demuxer, d->warnings, &input));
    SNQ_TRY(snq__stream_open(&d->stream, input, snq__decoders, &d->format));
    SNQ_TRY(find_track(d, info));
    SNQ_TRY(open_codec(d, info));
    check_tags(d, d->format->metadata);
    check_tags(d, d->format->streams[d->track]->metadata);
    SNQ_TRY(prime(d, info));
    describe(d, info);
    return SNQ_OK;
}

snq_status snq__decode_open(snq__source *source, const char *demuxer, snq_media_info *info,
                            snq_warnings *warnings, void **out)
{
    snq_status st;
    *out = NULL;
    snq__decode *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    d->source = source;
    d->warnings = warnings;
    snq__stream_init(&d->stream, source);
    SNQ_GOTO(build(d, demuxer, info));
    *out = d;
    return SNQ_OK;
fail:
    snq__decode_free(d);
    return st;
}

void snq__decode_free(void *decoder)
{
    snq__decode *d = decoder;
    if (!d)
        return;
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
    snq__stream_clear(&d->stream);
    snq_free(d);
}

/* Frames of the frame at hand that count. In MP4 the last packet's duration says how much of it is
 * padding; it is exact when the track's clock ticks in samples. */
static size_t kept_frames(const snq__decode *d)
{
    const AVFrame *f = d->frame;
    const AVRational tick = d->codec->pkt_timebase;
    const int rate = (int)d->rate_hz;
    const int is_mp4 = strcmp(d->stream.container->name, "mp4") == 0 ||
                       strcmp(d->stream.container->name, "mov") == 0;
    if (is_mp4 && f->pkt_duration > 0 && tick.num == 1 &&
        (tick.den % rate == 0 || rate % tick.den == 0)) {
        const int64_t n = av_rescale_q(f->pkt_duration, tick, (AVRational) { 1, rate });
        if (n > 0 && n < f->nb_samples)
            return (size_t)n;
    }
    return (size_t)f->nb_samples;
}

/* Ogg drops a damaged page without a word; the time stamp of what follows tells how much it held. */
static void find_hole(snq__decode *d)
{
    const AVFrame *f = d->frame;
    const AVRational unit = { 1, (int)d->rate_hz };
    if (!d->clocked || f->pts == AV_NOPTS_VALUE)
        return;
    const int64_t at = av_rescale_q(f->pts, d->codec->pkt_timebase, unit);
    if (!d->good)
        d->next_time = at;
    const int64_t hole = at - d->next_time;
    if (hole > HOLE_MIN_FRAMES) {
        const int64_t most = (int64_t)HOLE_MAX_S * d->rate_hz;
        note_lost(d, d->source->base + d->stream.pos, 0);
        d->bad_tail = 0;
        d->hole_frames += (uint64_t)(hole < most ? hole : most);
        d->next_time = at;
    }
    d->next_time += f->nb_samples;
}

snq_status snq__decode_next(void *decoder, snq__chunk *chunk, uint64_t *silence)
{
    snq__decode *d = decoder;
    *silence = 0;
    if (d->primed) {
        d->primed = 0;
    } else {
        const snq_status st = receive(d);
        if (st != SNQ_OK)
            return st;
    }
    const AVFrame *f = d->frame;
    if ((uint32_t)f->sample_rate != d->rate_hz ||
        (uint32_t)f->ch_layout.nb_channels != d->channels || f->format != d->sample_format) {
        snq_warnings_add(d->warnings, "format_change", d->source->base + d->stream.pos,
                         "from %u Hz, %u channels to %d Hz, %d channels midway; read up to there",
                         d->rate_hz, d->channels, f->sample_rate, f->ch_layout.nb_channels);
        d->bad_tail = 1;
        finish(d);
        return SNQ_END;
    }
    find_hole(d);
    const int planar = av_sample_fmt_is_planar(d->sample_format);
    const size_t width = (size_t)av_get_bytes_per_sample(d->sample_format);
    *chunk = (snq__chunk) { .channels = d->channels,
                            .stride = planar ? 1 : d->channels,
                            .frames = kept_frames(d),
                            .limit = d->limit };
    sample_of(d->sample_format, &chunk->format);
    for (uint32_t c = 0; c < d->channels; c++)
        chunk->plane[c] = planar ? f->extended_data[c] : f->extended_data[0] + c * width;
    *silence = d->hole_frames;
    d->hole_frames = 0;
    d->good++;
    return SNQ_OK;
}

unsigned snq__decode_cut(const void *decoder)
{
    const snq__decode *d = decoder;
    return (d->stream.cut ? SNQ__CUT_STRUCTURE : 0u) | (d->bad_tail ? SNQ__CUT_TAIL : 0u);
}

int snq__decode_holed(const void *decoder)
{
    const snq__decode *d = decoder;
    return d->damaged + d->lost > 0;
}

const snq__container *snq__decode_container(const void *decoder)
{
    const snq__decode *d = decoder;
    return d->stream.container;
}

int64_t snq__decode_promise(const void *decoder, int64_t *slack)
{
    const snq__decode *d = decoder;
    const AVStream *s = d->format->streams[d->track];
    const AVRational unit = { 1, (int)d->rate_hz };
    const int exact = s->codecpar->codec_id == AV_CODEC_ID_FLAC;
    *slack = exact ? 0 : d->rate_hz / 10 + 4608;
    if (s->duration > 0)
        return av_rescale_q(s->duration, s->time_base, unit);
    if (d->format->duration > 0)
        return av_rescale_q(d->format->duration, (AVRational) { 1, AV_TIME_BASE }, unit);
    return -1;
}
