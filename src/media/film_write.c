// SPDX-License-Identifier: MIT
/* IDEA   A film's pictures are not touched: its packets go from one container into another as they are. Beside
 *        them, as they pass, new sound is coded.
 * STEPS  scan     film_scan.c: zero, times that are missing
 *        tracks   the picture's description as it is, with its side data (rotation, colour, HDR), the shape of its
 *                 pixels, its language; a coder for the sound (sound_coder.c)
 *        copy     each packet: its times less zero, in the new track's ticks (a divisor of the old ones but in
 *                 Matroska, which counts in ms); before it, sound up to where it is decoded
 *        end      the rest of the sound; index
 *        times    where a packet has no time of decoding: at the beginning counted back from the first one that
 *                 has, elsewhere a tick after the one before; one that doesn't go on likewise
 *        sound    begins at zero: its delay stands in the edit list (MP4, MOV), as CodecDelay (Opus in WebM), or before
 *                 zero (AAC in Matroska)
 *        hidden   pictures that are decoded and not shown (an edit list that cuts into a group) lie before zero,
 *                 where an edit list hides them again. Matroska has none: there all is moved behind them
 * CONST  AAC 256 kbit/s, Opus 192: jobs/film_out.c says what that does to peaks. The AAC encoder's quick search,
 *        without noise in place of bands and without intensity stereo, is 2.4 times as fast as its long one with all
 *        tools, and as good (signal to noise on three minutes of music: 29.5, 37.2, 33.2 dB beside 31.0, 33.2,
 *        32.1, 2026-11-21).
 * COST   the coder's; copying 1 ms/MB. An index of some 40 bytes a picture stays in memory.
 * LIMITS libavformat writes no CodecDelay for AAC in Matroska: a reader that looks at no times has 1024 frames of
 *        near-silence first.
 *        One picture track, no subtitles and chapters. Matroska keeps no rotation (libavformat 59).
 * REFS   libavformat/avformat.h (5.1); ISO/IEC 14496-12, 8.6.5 and 8.6.6 (edit lists); RFC 9559 (Matroska). */
#include "media/film_scan_impl.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>

#include "base/alloc.h"
#include "media/mux_io_impl.h"
#include "media/sound_coder_impl.h"

enum { BLOCK = 1024, AAC_BPS = 256000, OPUS_BPS = 192000 };

typedef struct writer {
    const snq_film_mux_cfg *cfg;
    snq_film_mux_report *report;
    snq__film film;
    snq__film_times times;
    snq__mux_io io;
    AVFormatContext *format;
    AVStream *picture, *sound;
    snq__sound_coder *coder;
    AVCodecContext *decoder; /* NULL: nobody wants to hear */
    AVFrame *frame;
    int64_t delay; /* frames that it gives before the first, still to come */
    uint64_t heard;
    int64_t lift;      /* frames of sound by which all is later than the film's clock */
    int64_t own_delay; /* frames of it that the container takes off by itself */
    uint64_t pulled;   /* frames */
    int64_t last_dts;  /* in the new track; AV_NOPTS_VALUE: none yet */
    float side[2][BLOCK];
} writer;

#define AAC_OPTIONS "aac_coder=fast:aac_pns=0:aac_is=0"

/* What each container is made of. */
static const struct {
    const char *muxer, *encoder, *options, *software;
    int indexed; /* ISO 14496-12 */
} kind_tab[] = {
    [SNQ_FILM_MP4] = { "mp4", "aac", AAC_OPTIONS, "encoding_tool", 1 },
    [SNQ_FILM_M4V] = { "mp4", "aac", AAC_OPTIONS, "encoding_tool", 1 },
    [SNQ_FILM_MOV] = { "mov", "aac", AAC_OPTIONS, "encoding_tool", 1 },
    [SNQ_FILM_MKV] = { "matroska", "aac", AAC_OPTIONS, "encoder", 0 },
    [SNQ_FILM_WEBM] = { "webm", "libopus", NULL, "encoder", 0 },
};

const AVOutputFormat *snq__film_muxer(snq_film_container container)
{
    return av_guess_format(kind_tab[container].muxer, NULL, NULL);
}

int snq__film_holds(snq_film_container container, const AVCodecParameters *p)
{
    const AVOutputFormat *muxer = snq__film_muxer(container);
    /* it says it could, and can't: no sample description of these in a .mov (libavformat 59) */
    const int odd = container == SNQ_FILM_MOV &&
                    (p->codec_id == AV_CODEC_ID_AV1 || p->codec_id == AV_CODEC_ID_VP9 ||
                     p->codec_id == AV_CODEC_ID_RAWVIDEO);
    return muxer && !odd && avformat_query_codec(muxer, p->codec_id, FF_COMPLIANCE_NORMAL) == 1;
}

snq_status snq__film_check(snq_film_container container)
{
    const char *encoder = kind_tab[container].encoder;
    if (!snq__film_muxer(container))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "no %s can be written: this libavformat is built without '%s' (that of "
                        "Debian's package libavformat59 has it)",
                        snq_film_ending(container), kind_tab[container].muxer);
    if (!avcodec_find_encoder_by_name(encoder))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "no %s can be written: this libavcodec is built without %s (that of "
                        "Debian's package libavcodec59 has it)",
                        snq_film_ending(container), encoder);
    return SNQ_OK;
}

static snq_status failed(const writer *w, int code, const char *doing)
{
    return snq__mux_io_failed(&w->io, code, snq_film_ending(w->cfg->container), doing);
}

/* ---- sound ---- */

static snq_status hear(writer *w)
{
    for (;;) {
        const int code = avcodec_receive_frame(w->decoder, w->frame);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return SNQ_OK;
        if (code < 0)
            return failed(w, code, "decoding its own sound");
        snq_audio block = { .channels = 2, .rate_hz = SNQ_FILM_RATE_HZ };
        const uint64_t left = w->cfg->frames - w->heard;
        const int64_t n = w->frame->nb_samples, skip = w->delay < n ? w->delay : n;
        w->delay -= skip;
        block.frames = (uint64_t)(n - skip) < left ? (size_t)(n - skip) : (size_t)left;
        for (int c = 0; c < 2; c++)
            block.channel[c] = (const float *)(void *)w->frame->data[c] + skip;
        w->heard += block.frames;
        const int fits =
            w->frame->format == AV_SAMPLE_FMT_FLTP && w->frame->ch_layout.nb_channels == 2;
        const snq_status st = fits ? w->cfg->heard(w->cfg->user, &block)
                                   : SNQ_FAIL(SNQ_ERR_INTERNAL, "its own sound decodes oddly");
        av_frame_unref(w->frame);
        SNQ_TRY(st);
    }
}

static snq_status decode(writer *w, const AVPacket *packet)
{
    const int code = avcodec_send_packet(w->decoder, packet);
    return code < 0 ? failed(w, code, "decoding its own sound") : hear(w);
}

/* Matroska: the last packet's end that is none. Layout: AV_PKT_DATA_SKIP_SAMPLES, libavcodec/packet.h. */
static snq_status tell_padding(const writer *w, AVPacket *packet)
{
    const int64_t whole = snq__sound_coder_codec(w->coder)->frame_size;
    if (packet->duration <= 0 || packet->duration >= whole ||
        av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, NULL))
        return SNQ_OK;
    uint8_t *p = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, 10);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a packet");
    memset(p, 0, 10);
    for (int i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)((whole - packet->duration) >> 8 * i);
    return SNQ_OK;
}

static snq_status take_sound(void *user, AVPacket *packet)
{
    writer *w = user;
    const AVRational ticks = { 1, SNQ_FILM_RATE_HZ };
    if (w->decoder)
        SNQ_TRY(decode(w, packet));
    packet->stream_index = w->sound->index;
    if (!kind_tab[w->cfg->container].indexed)
        SNQ_TRY(tell_padding(w, packet));
    packet->pts += w->lift + w->own_delay;
    packet->dts += w->lift + w->own_delay;
    av_packet_rescale_ts(packet, ticks, w->sound->time_base);
    const int code = av_write_frame(w->format, packet);
    return code < 0 ? failed(w, code, "writing sound") : SNQ_OK;
}

/* Code the sound up to `frames`. */
static snq_status sound_to(writer *w, uint64_t frames)
{
    if (frames > w->cfg->frames)
        frames = w->cfg->frames;
    while (w->pulled < frames) {
        const uint64_t left = w->cfg->frames - w->pulled;
        const size_t n = left < BLOCK ? (size_t)left : BLOCK;
        SNQ_TRY(w->cfg->pull(w->cfg->user, n, w->side[0], w->side[1]));
        const snq_audio block = { .channel = { w->side[0], w->side[1] },
                                  .channels = 2,
                                  .rate_hz = SNQ_FILM_RATE_HZ,
                                  .frames = n };
        SNQ_TRY(snq__sound_coder_push(w->coder, &block, &w->report->clipped));
        w->pulled += n;
    }
    return SNQ_OK;
}

static snq_status open_decoder(writer *w)
{
    const AVCodecParameters *p = w->sound->codecpar;
    const AVCodec *codec = p->codec_id == AV_CODEC_ID_OPUS ? avcodec_find_decoder_by_name("opus")
                                                           : avcodec_find_decoder(p->codec_id);
    w->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    w->frame = av_frame_alloc();
    if (!w->decoder || !w->frame)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    int code = avcodec_parameters_to_context(w->decoder, p);
    w->delay =
        p->codec_id == AV_CODEC_ID_OPUS ? 0 : p->initial_padding; /* Opus takes it off itself */
    w->decoder->pkt_timebase = (AVRational) { 1, SNQ_FILM_RATE_HZ };
    w->decoder->thread_count = 1;
    if (code >= 0)
        code = avcodec_open2(w->decoder, codec, NULL);
    return code < 0 ? failed(w, code, "starting a decoder of its own sound") : SNQ_OK;
}

/* ---- tracks ---- */

static int copy_side_data(AVStream *to, const AVStream *from)
{
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *d = &from->side_data[i];
        uint8_t *bytes = av_stream_new_side_data(to, d->type, d->size);
        if (!bytes)
            return AVERROR(ENOMEM);
        memcpy(bytes, d->data, d->size);
    }
    return 0;
}

/* The four letters that the file had, where the new container knows them for this codec; else its own choice. */
static uint32_t fitting_tag(const AVOutputFormat *muxer, const AVCodecParameters *p)
{
    uint32_t own;
    const struct AVCodecTag *const *tags = muxer->codec_tag;
    const int fits = !tags || av_codec_get_id(tags, p->codec_tag) == p->codec_id ||
                     !av_codec_get_tag2(tags, p->codec_id, &own);
    return fits ? p->codec_tag : 0;
}

static snq_status make_picture(writer *w)
{
    const AVStream *from = w->film.format->streams[w->film.picture];
    AVStream *to = avformat_new_stream(w->format, NULL);
    if (!to)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a track");
    w->picture = to;
    int code = avcodec_parameters_copy(to->codecpar, from->codecpar);
    to->codecpar->codec_tag = fitting_tag(w->format->oformat, from->codecpar);
    to->time_base = from->time_base;
    to->avg_frame_rate = from->avg_frame_rate;
    to->r_frame_rate = from->r_frame_rate;
    to->sample_aspect_ratio = from->sample_aspect_ratio.num ? from->sample_aspect_ratio
                                                            : from->codecpar->sample_aspect_ratio;
    to->disposition = from->disposition;
    const AVDictionaryEntry *language = av_dict_get(from->metadata, "language", NULL, 0);
    if (code >= 0 && language)
        code = av_dict_set(&to->metadata, "language", language->value, 0);
    if (code >= 0)
        code = copy_side_data(to, from);
    return code < 0 ? failed(w, code, "describing the picture") : SNQ_OK;
}

static snq_status make_sound(writer *w)
{
    const snq_film_container container = w->cfg->container;
    const int aac = strcmp(kind_tab[container].encoder, "aac") == 0;
    const uint32_t usual = aac ? AAC_BPS : OPUS_BPS;
    const snq__sound_coder_cfg coder = { .what = snq_film_ending(container),
                                         .encoder = kind_tab[container].encoder,
                                         .options = kind_tab[container].options,
                                         .rate_hz = SNQ_FILM_RATE_HZ,
                                         .channels = 2,
                                         .bitrate_bps =
                                             w->cfg->bitrate_bps ? w->cfg->bitrate_bps : usual,
                                         .global_header =
                                             (w->format->oformat->flags & AVFMT_GLOBALHEADER) != 0,
                                         .take = take_sound,
                                         .user = w };
    SNQ_TRY(snq__sound_coder_new(&coder, &w->coder));
    const AVCodecContext *codec = snq__sound_coder_codec(w->coder);
    w->sound = avformat_new_stream(w->format, NULL);
    if (!w->sound)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a track");
    w->sound->time_base = codec->time_base;
    w->sound->disposition = AV_DISPOSITION_DEFAULT;
    const int code = avcodec_parameters_from_context(w->sound->codecpar, codec);
    if (code < 0)
        return failed(w, code, "describing the sound");
    snprintf(w->report->audio_codec, sizeof w->report->audio_codec, "%s",
             avcodec_get_name(codec->codec_id));
    return w->cfg->heard ? open_decoder(w) : SNQ_OK;
}

static snq_status write_header(writer *w)
{
    AVDictionary *options = NULL;
    const snq_film_container container = w->cfg->container;
    int code =
        av_dict_set(&w->format->metadata, kind_tab[container].software, "Sonique " SNQ_VERSION, 0);
    if (code >= 0 && w->cfg->title && *w->cfg->title)
        code = av_dict_set(&w->format->metadata, "title", w->cfg->title, 0);
    if (code >= 0 && kind_tab[container].indexed) {
        code = av_dict_set(&options, "movflags", "+faststart", 0);
        if (code >= 0)
            code = av_dict_set_int(&options, "movie_timescale", SNQ_FILM_RATE_HZ, 0);
    }
    if (code >= 0)
        code = avformat_write_header(w->format, &options);
    av_dict_free(&options);
    if (code == AVERROR(EINVAL) || code == AVERROR_INVALIDDATA || code == AVERROR_PATCHWELCOME)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "these %s pictures can't be put into %s: name the output %s",
                        avcodec_get_name(w->picture->codecpar->codec_id),
                        snq_film_ending(container), container == SNQ_FILM_MKV ? ".mp4" : ".mkv");
    return code < 0 ? failed(w, code, "writing the header") : SNQ_OK;
}

static snq_status open_output(writer *w)
{
    const int code =
        avformat_alloc_output_context2(&w->format, snq__film_muxer(w->cfg->container), NULL, NULL);
    if (code < 0)
        return failed(w, code, "starting the file");
    w->io.to = w->cfg->to;
    SNQ_TRY(snq__mux_io_attach(&w->io, w->format));
    w->format->flags |= AVFMT_FLAG_BITEXACT;
    w->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    SNQ_TRY(make_picture(w));
    SNQ_TRY(make_sound(w));
    SNQ_TRY(write_header(w));
    if (w->sound->codecpar->codec_id == AV_CODEC_ID_OPUS)
        w->own_delay = w->sound->codecpar->initial_padding;
    if (!kind_tab[w->cfg->container].indexed)
        w->lift =
            av_rescale_q_rnd(w->times.before, w->film.format->streams[w->film.picture]->time_base,
                             (AVRational) { 1, SNQ_FILM_RATE_HZ }, AV_ROUND_UP);
    return SNQ_OK;
}

/* ---- pictures ---- */

/* The times that packet `number` has, or gets, on the film's clock. */
static void complete(const writer *w, AVPacket *p, int64_t number)
{
    const snq__film_times *t = &w->times;
    if (p->dts == AV_NOPTS_VALUE && number < t->unknown && t->first_dts != AV_NOPTS_VALUE)
        p->dts = t->first_dts - (t->unknown - number) * t->step;
    if (p->pts == AV_NOPTS_VALUE)
        p->pts = p->dts;
    if (p->dts == AV_NOPTS_VALUE && t->first_dts == AV_NOPTS_VALUE)
        p->dts = p->pts;
    if (p->duration <= 0)
        p->duration = t->last_ticks;
}

/* What the container takes: times that go on, and none that is shown before it is decoded. */
static void mend(writer *w, AVPacket *p)
{
    const int loose = w->format->oformat->flags & AVFMT_TS_NONSTRICT;
    const int64_t least = w->last_dts == AV_NOPTS_VALUE ? INT64_MIN : w->last_dts + !loose;
    int mended = 0;
    if (p->dts == AV_NOPTS_VALUE || p->dts < least) {
        p->dts = least == INT64_MIN ? 0 : least;
        mended = 1;
    }
    if (p->pts == AV_NOPTS_VALUE || p->pts < p->dts) {
        p->pts = p->dts;
        mended = 1;
    }
    w->last_dts = p->dts;
    w->report->mended += mended;
}

static snq_status write_picture(writer *w, AVPacket *p)
{
    const AVRational ticks = w->film.format->streams[w->film.picture]->time_base;
    const AVRational frames = { 1, SNQ_FILM_RATE_HZ };
    complete(w, p, w->report->pictures);
    p->pts -= p->pts == AV_NOPTS_VALUE ? 0 : w->times.zero;
    p->dts -= p->dts == AV_NOPTS_VALUE ? 0 : w->times.zero;
    if (p->dts != AV_NOPTS_VALUE && p->dts > 0)
        SNQ_TRY(sound_to(w, (uint64_t)av_rescale_q(p->dts, ticks, frames)));
    av_packet_rescale_ts(p, ticks, w->picture->time_base);
    if (w->lift) {
        const int64_t lift = av_rescale_q(w->lift, frames, w->picture->time_base);
        p->pts += lift;
        p->dts += lift;
    }
    mend(w, p);
    p->stream_index = w->picture->index;
    p->pos = -1;
    const int code = av_write_frame(w->format, p);
    if (code < 0)
        return failed(w, code, "writing a picture");
    w->report->pictures++;
    return SNQ_OK;
}

static snq_status copy_all(writer *w)
{
    snq_status st;
    int broken;
    const snq__source *source = w->film.stream.source;
    while ((st = snq__film_read(&w->film, &broken)) == SNQ_OK) {
        if (w->film.packet->stream_index == w->film.picture)
            st = write_picture(w, w->film.packet);
        av_packet_unref(w->film.packet);
        SNQ_TRY(st);
        if (w->cfg->progress)
            w->cfg->progress(w->cfg->user, w->report->pictures, w->film.stream.pos,
                             source->size_bytes);
    }
    SNQ_TRY(st);
    SNQ_TRY(sound_to(w, w->cfg->frames));
    SNQ_TRY(snq__sound_coder_finish(w->coder));
    if (w->decoder)
        SNQ_TRY(decode(w, NULL));
    w->report->frames = w->pulled;
    return snq__mux_io_finish(&w->io, w->format, snq_film_ending(w->cfg->container));
}

static snq_status write_film(writer *w, snq__source *source)
{
    snq_film_info info;
    snq_warnings unused = { 0 };
    SNQ_TRY(snq__film_check(w->cfg->container));
    SNQ_TRY(snq__film_scan_times(source, &info, &w->times, &unused));
    SNQ_TRY(snq_film_fits(&info, w->cfg->container));
    SNQ_TRY(snq__film_open(&w->film, source, w->times.completed, &unused));
    if (w->film.sound >= 0)
        w->film.format->streams[w->film.sound]->discard = AVDISCARD_ALL;
    SNQ_TRY(open_output(w));
    return copy_all(w);
}

snq_status snq__film_run(snq__source *source, const snq_film_mux_cfg *cfg,
                         snq_film_mux_report *report)
{
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    writer *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a film");
    w->cfg = cfg;
    w->report = report;
    w->last_dts = AV_NOPTS_VALUE;
    const snq_status st = write_film(w, source);
    snq__sound_coder_free(w->coder);
    avcodec_free_context(&w->decoder);
    av_frame_free(&w->frame);
    if (w->format)
        snq__mux_io_detach(w->format);
    avformat_free_context(w->format);
    snq__film_close(&w->film);
    snq_free(w);
    return st;
}
