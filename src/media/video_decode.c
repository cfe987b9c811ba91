// SPDX-License-Identifier: MIT
/* IDEA   libavformat finds packets, libavcodec makes pictures of them. Neither may open anything, print
 *        anything or believe a lie for long. What stands in the decoder's memory is described, not
 *        converted: what to do with it is the reader's affair.
 * STEPS  attach   identify (stream.c), demuxer, first moving picture track, decoder
 *        times    of all packets (video_times.c), by another demuxer
 *        prime    decode to the first picture: size and kind are what the decoder really yields
 *        next     receive a picture; else send a packet; a failure is counted
 *        seek     to a packet at or before the time, where packets are frames with times; when the first
 *                 one is later all the same, or elsewhere, attach anew and decode from the beginning
 *        order    some files that were cut without decoding bear the times of decoding although pictures
 *                  are shown in another order: then the k-th picture gets the k-th time, and a lost packet
 *                  takes one with it
 *        turn     of the display matrix (ISO/IEC 14496-12, 8.3.2): which of x and y the larger numbers
 *                 are at, and their signs
 * CONST  A picture's sides are 16 to 8192 px and 8192 x 4352 px in all: what flow can use, and 8K.
 *        At most 4096 packets without a picture.
 * COST   libav's own; no copy besides its packets.
 * LIMITS one track. Floating-point, Bayer and XYZ pictures are refused. Alpha is not looked at.
 * REFS   libavformat/avformat.h, libavcodec/avcodec.h, libavutil/pixdesc.h (5.1). */
#include "media/video_decode_impl.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>

#include "base/alloc.h"
#include "media/decoder_impl.h"
#include "media/stream_impl.h"
#include "media/video_times_impl.h"

enum { PRIME_PACKETS = 4096 };

typedef struct snq__video_decode {
    snq__source *source;
    snq_warnings *warnings;
    snq__video_request request;
    snq__stream stream;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    int track;
    snq__video_times times;
    int64_t shown;          /* times used up, where they are those of decoding */
    uint64_t packets, good; /* tried; pictures received */
    uint64_t lost, damaged; /* packets that failed; pictures with errors in them */
    int64_t first_error_at;
    int64_t sought; /* ticks of a seek whose first packet is awaited */
    int awaiting, too_late;
    int bad_tail; /* the last packet was short or did not decode */
    int draining, primed, done;
} snq__video_decode;

/* ---- opening ---- */

static int is_cover(const AVStream *s)
{
    return (s->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
}

static snq_status find_track(snq__video_decode *d)
{
    const AVFormatContext *f = d->format;
    int covers = 0, sounds = 0;
    d->track = -1;
    for (unsigned i = 0; i < f->nb_streams; i++) {
        AVStream *s = f->streams[i];
        const int video = s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
        sounds += s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        covers += video && is_cover(s);
        if (video && !is_cover(s) && d->track < 0)
            d->track = (int)i;
        else
            s->discard = AVDISCARD_ALL;
    }
    if (d->track < 0)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no video track%s",
                        covers   ? " (a cover picture only)"
                        : sounds ? " (only sound)"
                                 : "");
    return SNQ_OK;
}

static snq_status open_codec(snq__video_decode *d)
{
    AVStream *s = d->format->streams[d->track];
    const AVCodecParameters *p = s->codecpar;
    const char *name = avcodec_get_name(p->codec_id);
    const AVCodec *codec = avcodec_find_decoder(p->codec_id);
    if (!codec)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no decoder for the codec '%s'", name);
    d->codec = avcodec_alloc_context3(codec);
    if (!d->codec || !(d->codec->codec_whitelist = av_strdup(snq__video_decoders)) ||
        avcodec_parameters_to_context(d->codec, p) < 0)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    d->codec->thread_count = (int)d->request.threads;
    d->codec->pkt_timebase = s->time_base;
    d->codec->max_pixels = SNQ__VIDEO_PIXELS_MAX;
    d->codec->flags |= AV_CODEC_FLAG_UNALIGNED; /* or else cropping is only nearly right */
    if (p->width > SNQ__VIDEO_SIDE_MAX || p->height > SNQ__VIDEO_SIDE_MAX ||
        (int64_t)p->width * p->height > SNQ__VIDEO_PIXELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%d x %d px are more than the %d x %d that can be read",
                        p->width, p->height, SNQ__VIDEO_SIDE_MAX,
                        SNQ__VIDEO_PIXELS_MAX / SNQ__VIDEO_SIDE_MAX);
    const int code = avcodec_open2(d->codec, codec, NULL);
    if (code == AVERROR(EINVAL))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "the codec '%s' is not one that is decoded here",
                        name);
    return code < 0 ? snq__stream_failed(&d->stream, code, "starting the decoder") : SNQ_OK;
}

static void detach(snq__video_decode *d)
{
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
    snq__stream_clear(&d->stream);
}

/* Demuxer and decoder at the beginning of the file. */
static snq_status attach(snq__video_decode *d, snq_warnings *warnings)
{
    const AVInputFormat *input = NULL;
    snq__stream_init(&d->stream, d->source);
    d->stream.pictures = 1;
    d->draining = d->primed = d->done = 0;
    SNQ_TRY(snq__stream_identify(&d->stream, NULL, warnings, &input));
    char *decoders = av_asprintf("%s,%s", snq__video_decoders, snq__decoders);
    if (!decoders)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a demuxer");
    const snq_status st = snq__stream_open(&d->stream, input, decoders, &d->format);
    av_free(decoders);
    SNQ_TRY(st);
    SNQ_TRY(snq__stream_probe(&d->stream, d->format));
    SNQ_TRY(find_track(d));
    return open_codec(d);
}

/* ---- decoding ---- */

static void note_error(snq__video_decode *d, int64_t at)
{
    if (d->damaged + d->lost == 0)
        d->first_error_at = at;
}

static void note_lost(snq__video_decode *d, int64_t at)
{
    note_error(d, at);
    d->bad_tail = 1;
    d->lost++;
    d->shown++;
    if (d->packets < d->lost) /* what can't even be cut out of the file was tried as well */
        d->packets = d->lost;
}

static snq_status try_packet(snq__video_decode *d)
{
    const AVPacket *p = d->packet;
    const int64_t at = p->pos < 0 ? -1 : d->source->base + p->pos;
    if (d->awaiting) {
        d->too_late = p->pts == AV_NOPTS_VALUE || p->pts > d->sought;
        d->awaiting = 0;
    }
    d->packets++;
    d->bad_tail = (p->flags & AV_PKT_FLAG_CORRUPT) != 0;
    const int code = avcodec_send_packet(d->codec, p);
    if (code == AVERROR(ENOMEM))
        return snq__stream_failed(&d->stream, code, "decoding");
    if (code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF)
        note_lost(d, at);
    return SNQ_OK;
}

/* Send the next packet of our track to the decoder; at the end, send the end. */
static snq_status feed(snq__video_decode *d)
{
    const int code = av_read_frame(d->format, d->packet);
    if (code < 0) {
        SNQ_TRY(snq__source_status(d->source));
        if (code == AVERROR(ENOMEM))
            return snq__stream_failed(&d->stream, code, "reading a packet");
        if (code != AVERROR_EOF)
            note_lost(d, d->source->base + d->stream.pos);
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

static void finish(snq__video_decode *d)
{
    d->done = 1;
    if (d->damaged + d->lost)
        snq_warnings_add(d->warnings, "decode_errors", d->first_error_at,
                         "%llu of %llu packets could not be decoded, %llu pictures have errors",
                         (unsigned long long)d->lost, (unsigned long long)d->packets,
                         (unsigned long long)d->damaged);
}

/* Whether the picture at hand has a size that we take. */
static int size_fits(const AVFrame *f)
{
    return f->width >= SNQ__VIDEO_SIDE_MIN && f->height >= SNQ__VIDEO_SIDE_MIN &&
           f->width <= SNQ__VIDEO_SIDE_MAX && f->height <= SNQ__VIDEO_SIDE_MAX &&
           (int64_t)f->width * f->height <= SNQ__VIDEO_PIXELS_MAX;
}

/* Times of decoding on pictures that are shown in another order. */
static int is_misdated(const snq__video_decode *d)
{
    return d->times.coding_order && d->times.count > 0 && d->codec->has_b_frames > 0;
}

/* The next picture into d->frame. */
static snq_status receive(snq__video_decode *d)
{
    while (!d->done) {
        SNQ_TRY(snq__source_status(d->source));
        const int code = avcodec_receive_frame(d->codec, d->frame);
        if (code == 0) {
            if (d->frame->decode_error_flags || d->frame->flags & AV_FRAME_FLAG_CORRUPT) {
                note_error(d, d->frame->pkt_pos);
                d->damaged++;
                d->bad_tail = 1;
            }
            return SNQ_OK;
        }
        if (code == AVERROR(ENOMEM))
            return snq__stream_failed(&d->stream, code, "decoding");
        if (code == AVERROR_EOF || (d->draining && code == AVERROR(EAGAIN)))
            finish(d);
        else if (code == AVERROR(EAGAIN))
            SNQ_TRY(feed(d));
        else
            note_lost(d, d->source->base + d->stream.pos);
        if (!d->good && d->packets > PRIME_PACKETS)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "no picture in the first %d packets", PRIME_PACKETS);
    }
    return SNQ_END;
}

/* ---- describing pictures ---- */

static int is_full_range(const AVFrame *f, const AVPixFmtDescriptor *desc)
{
    if (f->color_range != AVCOL_RANGE_UNSPECIFIED)
        return f->color_range == AVCOL_RANGE_JPEG;
    return strncmp(desc->name, "yuvj", 4) == 0 || desc->nb_components < 3;
}

static int kind_of(const AVFrame *f, const AVPixFmtDescriptor *desc, snq__video_kind *kind)
{
    const uint64_t strange =
        AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
    if (f->format == AV_PIX_FMT_MONOWHITE || f->format == AV_PIX_FMT_MONOBLACK) {
        *kind = SNQ__VIDEO_BITS;
        return 1;
    }
    if (desc->flags & AV_PIX_FMT_FLAG_PAL) {
        *kind = SNQ__VIDEO_PALETTE;
        return f->data[1] != NULL;
    }
    if (desc->flags & (strange | AV_PIX_FMT_FLAG_BITSTREAM) || strncmp(desc->name, "xyz", 3) == 0)
        return 0;
    *kind = desc->flags & AV_PIX_FMT_FLAG_RGB ? SNQ__VIDEO_RGB : SNQ__VIDEO_YUV;
    for (int i = 0; i < desc->nb_components; i++)
        if (desc->comp[i].depth > 16 || !f->data[desc->comp[i].plane])
            return 0;
    return 1;
}

/* The frame at hand, as it stands. ERR_UNSUPPORTED: of a kind that we have no way with. */
static snq_status describe_picture(const snq__video_decode *d, snq__video_raw *raw)
{
    const AVFrame *f = d->frame;
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    *raw = (snq__video_raw) { .width = (uint32_t)f->width, .height = (uint32_t)f->height };
    if (!desc || !kind_of(f, desc, &raw->kind))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "pictures of the kind '%s' can't be used here",
                        desc ? desc->name : "unknown");
    raw->planes = desc->nb_components >= 3 && raw->kind <= SNQ__VIDEO_RGB ? 3 : 1;
    for (uint32_t i = 0; i < raw->planes; i++) {
        const AVComponentDescriptor *c = &desc->comp[i];
        const int low_byte = desc->flags & AV_PIX_FMT_FLAG_BE && c->shift + c->depth <= 8;
        raw->plane[i] = (snq__video_plane) { .data = f->data[c->plane] + c->offset + low_byte,
                                             .stride = f->linesize[c->plane],
                                             .step = (uint32_t)c->step,
                                             .shift = (uint32_t)c->shift,
                                             .depth = (uint32_t)c->depth };
    }
    if (raw->kind == SNQ__VIDEO_PALETTE)
        raw->palette = (const uint32_t *)(const void *)f->data[1];
    raw->chroma_log2_w = desc->log2_chroma_w;
    raw->chroma_log2_h = desc->log2_chroma_h;
    raw->big_endian = (desc->flags & AV_PIX_FMT_FLAG_BE) != 0;
    raw->full_range = is_full_range(f, desc);
    raw->bt709 = f->colorspace == AVCOL_SPC_BT709;
    raw->white_is_0 = f->format == AV_PIX_FMT_MONOWHITE;
    raw->interlaced = f->interlaced_frame;
    raw->has_ticks = f->best_effort_timestamp != AV_NOPTS_VALUE;
    raw->ticks = raw->has_ticks ? f->best_effort_timestamp : 0;
    return SNQ_OK;
}

/* ---- describing the track ---- */

static uint32_t turn_of(const AVStream *s, snq_warnings *warnings)
{
    size_t bytes = 0;
    const uint8_t *data = av_stream_get_side_data(s, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    int32_t m[9];
    if (!data || bytes < sizeof m)
        return 0;
    memcpy(m, data, sizeof m);
    /* shown x = a x + c y, y = b x + d y */
    const double a = m[0], b = m[1], c = m[3], e = m[4];
    const double straight = a * a + e * e, across = b * b + c * c;
    const double least = straight < across ? straight : across;
    if (straight + across <= 0 || a * e == b * c)
        return 0;
    if (least > 1e-3 * (straight + across))
        snq_warnings_add(warnings, "odd_rotation", -1,
                         "the file asks to be shown askew; turned by a multiple of 90 degrees");
    if (straight >= across)
        return (a < 0 ? SNQ__TURN_FLIP_X : 0u) | (e < 0 ? SNQ__TURN_FLIP_Y : 0u);
    return SNQ__TURN_TRANSPOSE | (c < 0 ? SNQ__TURN_FLIP_X : 0u) | (b < 0 ? SNQ__TURN_FLIP_Y : 0u);
}

static double rate_of(AVRational r)
{
    return r.num > 0 && r.den > 0 ? av_q2d(r) : 0;
}

static void describe_track(const snq__video_decode *d, const snq__video_raw *raw,
                           snq__video_track *t)
{
    const AVStream *s = d->format->streams[d->track];
    const char *pixels = av_get_pix_fmt_name(d->frame->format);
    const AVRational aspect = av_guess_sample_aspect_ratio(d->format, (AVStream *)s, d->frame);
    const enum AVFieldOrder order = s->codecpar->field_order;
    *t = (snq__video_track) { .width = raw->width,
                              .height = raw->height,
                              .chroma_width = raw->width,
                              .chroma_height = raw->height,
                              .bits = raw->kind == SNQ__VIDEO_BITS ? 1 : raw->plane[0].depth,
                              .turn = turn_of(s, d->warnings),
                              .aspect_num = aspect.num > 0 ? (uint32_t)aspect.num : 1,
                              .aspect_den = aspect.num > 0 ? (uint32_t)aspect.den : 1,
                              .tick_s = av_q2d(s->time_base),
                              .average_hz = rate_of(s->avg_frame_rate),
                              .base_hz = rate_of(s->r_frame_rate),
                              .first_ticks = is_misdated(d) ? d->times.ticks[0] : raw->ticks,
                              .has_first_ticks = is_misdated(d) || raw->has_ticks,
                              .times = d->times.ticks,
                              .times_count = d->times.count,
                              .packets = d->times.packets,
                              .read = d->times.all,
                              .promised = -1,
                              .interlaced =
                                  order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE,
                              .full_range = raw->full_range };
    if (raw->kind == SNQ__VIDEO_YUV && raw->planes == 3) {
        t->chroma_width = (raw->width + (1u << raw->chroma_log2_w) - 1) >> raw->chroma_log2_w;
        t->chroma_height = (raw->height + (1u << raw->chroma_log2_h) - 1) >> raw->chroma_log2_h;
    }
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        const AVStream *one = d->format->streams[i];
        t->video_tracks += one->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_cover(one);
        t->audio_tracks += one->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    }
    const char *container = d->stream.container->name;
    if (s->nb_frames > 0 && (strcmp(container, "mp4") == 0 || strcmp(container, "mov") == 0))
        t->promised = s->nb_frames;
    snprintf(t->container, sizeof t->container, "%s", container);
    snprintf(t->codec, sizeof t->codec, "%s", avcodec_get_name(s->codecpar->codec_id));
    snprintf(t->pixels, sizeof t->pixels, "%s", pixels ? pixels : "unknown");
}

/* ---- the object ---- */

/* Decode up to the first picture and learn from it what the track is. */
static snq_status prime(snq__video_decode *d, snq__video_track *track)
{
    snq__video_raw raw;
    const snq_status st = receive(d);
    SNQ_TRY(st);
    if (st == SNQ_END)
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "no picture in it can be decoded (%llu packets, %llu errors)",
                        (unsigned long long)d->packets, (unsigned long long)d->lost);
    if (!size_fits(d->frame))
        return SNQ_FAIL(
            SNQ_ERR_RANGE, "pictures of %d x %d px (%d x %d to 8192 x 4320 are possible)",
            d->frame->width, d->frame->height, SNQ__VIDEO_SIDE_MIN, SNQ__VIDEO_SIDE_MIN);
    SNQ_TRY(describe_picture(d, &raw));
    describe_track(d, &raw, track);
    d->primed = 1;
    return SNQ_OK;
}

static snq_status build(snq__video_decode *d, snq__video_track *track)
{
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->packet || !d->frame)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    SNQ_TRY(attach(d, d->warnings));
    SNQ_TRY(snq__video_times_read(d->source, d->track, &d->times));
    return prime(d, track);
}

snq_status snq__video_decode_open(snq__source *source, const snq__video_request *request,
                                  snq__video_track *track, snq_warnings *warnings, void **out)
{
    snq_status st;
    *out = NULL;
    snq__video_decode *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    d->source = source;
    d->warnings = warnings;
    d->request = *request;
    SNQ_GOTO(build(d, track));
    *out = d;
    return SNQ_OK;
fail:
    snq__video_decode_free(d);
    return st;
}

void snq__video_decode_free(void *decoder)
{
    snq__video_decode *d = decoder;
    if (!d)
        return;
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    detach(d);
    snq__video_times_clear(&d->times);
    snq_free(d);
}

snq_status snq__video_decode_next(void *decoder, snq__video_raw *raw)
{
    snq__video_decode *d = decoder;
    for (;;) {
        snq_status st = SNQ_OK;
        if (!d->primed)
            st = receive(d);
        d->primed = 0;
        if (st != SNQ_OK)
            return st;
        /* midway another size is taken, a strange one left out */
        if (size_fits(d->frame) && describe_picture(d, raw) == SNQ_OK)
            break;
        note_error(d, d->frame->pkt_pos);
        d->damaged++;
    }
    d->good++;
    if (is_misdated(d)) {
        raw->has_ticks = d->shown < d->times.count;
        raw->ticks = raw->has_ticks ? d->times.ticks[d->shown] : 0;
        d->shown++;
    }
    return SNQ_OK;
}

/* From the very beginning. What is read again was warned of before. */
static snq_status restart(snq__video_decode *d)
{
    snq_warnings unused = { 0 };
    d->shown = 0;
    av_frame_unref(d->frame);
    detach(d);
    return attach(d, &unused);
}

snq_status snq__video_decode_seek(void *decoder, int64_t ticks)
{
    snq__video_decode *d = decoder;
    if (is_misdated(d) || !snq__video_packets_are_frames(d->stream.container->name) ||
        avformat_seek_file(d->format, d->track, INT64_MIN, ticks, ticks, 0) < 0)
        return restart(d);
    avcodec_flush_buffers(d->codec);
    d->primed = d->draining = d->done = d->too_late = 0;
    d->sought = ticks;
    d->awaiting = 1;
    while (d->awaiting && !d->draining)
        SNQ_TRY(feed(d));
    return d->awaiting || d->too_late ? restart(d) : SNQ_OK;
}

void snq__video_decode_report(const void *decoder, snq__video_report *report)
{
    const snq__video_decode *d = decoder;
    *report = (snq__video_report) { .packets = d->packets,
                                    .lost = d->lost,
                                    .damaged = d->damaged,
                                    .cut = (d->stream.cut ? SNQ__CUT_STRUCTURE : 0u) |
                                           (d->bad_tail ? SNQ__CUT_TAIL : 0u) };
}
