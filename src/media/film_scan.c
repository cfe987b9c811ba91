// SPDX-License-Identifier: MIT
/* IDEA   When a film's pictures are shown and where its sound lies is written on its packets. Reading them all
 *        once, before anything is written, costs next to nothing, and then zero, length and gaps are known.
 * STEPS  open     identify (stream.c), demuxer, look at the tracks: the first moving picture, the first sound
 *        picture  for packets that are shown: least presentation time, largest end; the least of all; decoding
 *                 times that are missing at the beginning
 *        sound    place p (s) of the decoded sound: durations of packets, less what the file says to skip; the
 *                 clock says t. The first packet ties them; where t and p part by more than 40 ms there is a gap,
 *                 and they are tied anew
 *        zero     the first picture
 *        again    where pictures are coded in another order than shown and don't say when that is (MPEG-PS, AVI):
 *                 libavformat completes it by the order of decoding; refused if two pictures coincide then
 * CONST  40 ms: beyond what times in ms and a codec's look-ahead make, below what lips and sound may be apart
 *        (ITU-R BT.1359: 45 ms before, 125 ms behind). Vorbis 120 ms: durations of its packets are off by a long
 *        block (46 ms) where block lengths change, and its first gives nothing. At most 2^24 packets of the picture.
 * COST   reading the file: 0.7 ms/MB.
 * LIMITS Ogg's times of sound are not looked at: its decoder does it.
 * REFS   libavformat/avformat.h (5.1). */
#include "media/film_scan_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <libavutil/log.h>

#include "base/alloc.h"
#include "media/decoder_impl.h"

#define TICKS_MAX (INT64_C(1) << 55)
#define GAP_S     0.04
#define LONG_S    0.12 /* of Vorbis */
#define PICTURE_S 0.04 /* of a film of one picture that doesn't say */

enum { PICTURES_MAX = 1 << 24, COMPLETED_MAX = 1 << 20 };

/* ---- reading ---- */

static int is_cover(const AVStream *s)
{
    return (s->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
}

static snq_status find_tracks(snq__film *f)
{
    unsigned covers = 0;
    f->picture = f->sound = -1;
    for (unsigned i = 0; i < f->format->nb_streams; i++) {
        AVStream *s = f->format->streams[i];
        const enum AVMediaType type = s->codecpar->codec_type;
        const int video = type == AVMEDIA_TYPE_VIDEO && !is_cover(s);
        covers += type == AVMEDIA_TYPE_VIDEO && !video;
        s->discard = AVDISCARD_ALL;
        if (video && f->videos++ == 0)
            f->picture = (int)i;
        if (type == AVMEDIA_TYPE_AUDIO && f->sounds++ == 0)
            f->sound = (int)i;
    }
    if (f->picture < 0)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "no video track%s",
                        covers      ? " (a cover picture only)"
                        : f->sounds ? " (only sound)"
                                    : "");
    f->format->streams[f->picture]->discard = AVDISCARD_DEFAULT;
    if (f->sound >= 0)
        f->format->streams[f->sound]->discard = AVDISCARD_DEFAULT;
    return SNQ_OK;
}

snq_status snq__film_open(snq__film *f, snq__source *source, int completed, snq_warnings *warnings)
{
    const AVInputFormat *input = NULL;
    *f = (snq__film) { .picture = -1, .sound = -1 };
    snq__stream_init(&f->stream, source);
    f->stream.pictures = 1;
    f->packet = av_packet_alloc();
    if (!f->packet)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a packet");
    SNQ_TRY(snq__stream_identify(&f->stream, NULL, warnings, &input));
    char *decoders = av_asprintf("%s,%s", snq__video_decoders, snq__decoders);
    if (!decoders)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a demuxer");
    const snq_status st = snq__stream_open(&f->stream, input, decoders, &f->format);
    av_free(decoders);
    SNQ_TRY(st);
    if (completed)
        f->format->flags |= AVFMT_FLAG_GENPTS;
    SNQ_TRY(snq__stream_probe(&f->stream, f->format));
    return find_tracks(f);
}

void snq__film_close(snq__film *f)
{
    av_packet_free(&f->packet);
    avformat_close_input(&f->format);
    snq__stream_clear(&f->stream);
}

/* Times that nothing can be reckoned with are none. */
static void tame(AVPacket *p)
{
    if (p->pts < -TICKS_MAX || p->pts > TICKS_MAX)
        p->pts = AV_NOPTS_VALUE;
    if (p->dts < -TICKS_MAX || p->dts > TICKS_MAX)
        p->dts = AV_NOPTS_VALUE;
    if (p->duration < 0 || p->duration > TICKS_MAX)
        p->duration = 0;
}

snq_status snq__film_read(snq__film *f, int *broken)
{
    for (;;) {
        const int code = av_read_frame(f->format, f->packet);
        *broken = code < 0 && code != AVERROR_EOF;
        if (code < 0) {
            SNQ_TRY(snq__source_status(f->stream.source));
            return code == AVERROR(ENOMEM)
                       ? snq__stream_failed(&f->stream, code, "reading a packet")
                       : SNQ_END;
        }
        const int track = f->packet->stream_index;
        tame(f->packet);
        if (track == f->picture || track == f->sound)
            return SNQ_OK;
        av_packet_unref(f->packet);
    }
}

/* ---- the picture ---- */

typedef struct scan {
    snq__film film;
    snq_film_info *info;
    snq__film_times *times;
    /* of the picture, ticks */
    int64_t first, end, lowest;     /* AV_NOPTS_VALUE: none yet */
    int64_t last_shown, last_ticks; /* the packet shown last, for so long */
    int64_t last_dts, mended;
    int64_t without_pts;
    int64_t *shown; /* (shown_room,) of all pictures, where their times are completed; owned */
    size_t shown_room;
    /* of the sound, seconds */
    double tied_s;  /* clock less place; NaN: not yet */
    double place_s; /* decoded so far */
    double skip_s;  /* to be skipped still */
    double start_s;
    double gap_s; /* least that is one */
    int blind;    /* its times can't be followed */
} scan;

static void note_dts(scan *s, const AVPacket *p)
{
    snq__film_times *t = s->times;
    if (p->dts == AV_NOPTS_VALUE) {
        t->unknown += t->first_dts == AV_NOPTS_VALUE;
        s->mended += t->first_dts != AV_NOPTS_VALUE;
        return;
    }
    if (t->first_dts == AV_NOPTS_VALUE)
        t->first_dts = p->dts;
    else if (p->dts <= s->last_dts)
        s->mended++;
    s->last_dts = p->dts;
}

static snq_status keep_shown(scan *s, int64_t pts)
{
    const size_t at = (size_t)s->info->pictures;
    if (at == COMPLETED_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d pictures that don't say when they are shown",
                        COMPLETED_MAX);
    if (at == s->shown_room) {
        const size_t room = at ? 2 * at : 4096;
        int64_t *shown = snq_regrow(s->shown, at, room, sizeof *shown);
        if (!shown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu time stamps", room);
        s->shown = shown;
        s->shown_room = room;
    }
    s->shown[at] = pts;
    return SNQ_OK;
}

static void note_picture(scan *s, const AVPacket *p)
{
    const int64_t at = p->pts != AV_NOPTS_VALUE ? p->pts : p->dts;
    s->info->pictures++;
    s->without_pts += p->pts == AV_NOPTS_VALUE;
    note_dts(s, p);
    if (at == AV_NOPTS_VALUE)
        return;
    if (s->lowest == AV_NOPTS_VALUE || at < s->lowest)
        s->lowest = at;
    if (p->flags & AV_PKT_FLAG_DISCARD)
        return;
    if (s->first == AV_NOPTS_VALUE || at < s->first)
        s->first = at;
    if (s->last_shown == AV_NOPTS_VALUE || at >= s->last_shown) {
        s->last_shown = at;
        s->last_ticks = p->duration;
    }
}

/* ---- the sound ---- */

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static double sound_duration_s(const AVStream *st, const AVPacket *p)
{
    if (p->duration > 0)
        return (double)p->duration * av_q2d(st->time_base);
    const int n = av_get_audio_frame_duration2(st->codecpar, p->size);
    return n > 0 && st->codecpar->sample_rate > 0 ? (double)n / st->codecpar->sample_rate : 0.0;
}

static void add_gap(scan *s, double jump_s)
{
    snq_film_info *info = s->info;
    if (info->gaps == SNQ_FILM_GAPS_MAX) {
        s->blind = 1;
        return;
    }
    info->gap[info->gaps++] = (snq_film_gap) { s->place_s, jump_s };
    s->tied_s += jump_s;
}

static void note_sound(scan *s, const AVPacket *p)
{
    const AVStream *st = s->film.format->streams[s->film.sound];
    double lasts_s = sound_duration_s(st, p), cut_s = 0.0;
    size_t n = 0;
    const uint8_t *skip = av_packet_get_side_data(p, AV_PKT_DATA_SKIP_SAMPLES, &n);
    if (p->flags & AV_PKT_FLAG_DISCARD || s->blind)
        return;
    if (skip && n >= 10 && st->codecpar->sample_rate > 0) {
        s->skip_s += (double)u32(skip) / st->codecpar->sample_rate;
        cut_s = (double)u32(skip + 4) / st->codecpar->sample_rate;
    }
    const double skipped_s = fmin(s->skip_s, lasts_s);
    s->skip_s -= skipped_s;
    if (p->pts != AV_NOPTS_VALUE && lasts_s > skipped_s) {
        const double t = (double)p->pts * av_q2d(st->time_base) + skipped_s;
        if (isnan(s->tied_s)) {
            s->tied_s = t - s->place_s;
            s->start_s = s->tied_s;
        } else if (fabs(t - s->place_s - s->tied_s) > s->gap_s) {
            add_gap(s, t - s->place_s - s->tied_s);
        }
    }
    s->blind |= lasts_s <= 0.0;
    s->place_s += fmax(0.0, lasts_s - skipped_s - cut_s);
}

/* ---- the film ---- */

static snq_status read_all(scan *s, snq_warnings *warnings)
{
    snq_status st;
    int broken;
    s->gap_s = strcmp(s->info->audio_codec, "vorbis") == 0 ? LONG_S : GAP_S;
    const int clocked = strcmp(s->info->container, "ogg") == 0;
    while ((st = snq__film_read(&s->film, &broken)) == SNQ_OK) {
        const AVPacket *p = s->film.packet;
        if (p->stream_index == s->film.picture) {
            st = s->times->completed ? keep_shown(s, p->pts) : SNQ_OK;
            note_picture(s, p);
        } else if (!clocked || isnan(s->tied_s))
            note_sound(s, p);
        av_packet_unref(s->film.packet);
        SNQ_TRY(st);
        if (s->info->pictures > PICTURES_MAX)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d pictures", PICTURES_MAX);
    }
    SNQ_TRY(st);
    if (broken || s->film.stream.cut)
        snq_warnings_add(warnings, "truncated", -1,
                         "the film ends before its time: %lld pictures are there",
                         (long long)s->info->pictures);
    return SNQ_OK;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Whether no two pictures are shown at once. */
static int are_apart(scan *s)
{
    const size_t n = (size_t)s->info->pictures;
    qsort(s->shown, n, sizeof *s->shown, by_value);
    for (size_t i = 1; i < n; i++)
        if (s->shown[i] == s->shown[i - 1])
            return 0;
    return 1;
}

/* AGAIN: they are to be completed. */
static snq_status check_times(scan *s)
{
    if (s->info->pictures == 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "there is no picture in it");
    if (s->first == AV_NOPTS_VALUE)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "its pictures bear no times");
    const int delay = s->film.format->streams[s->film.picture]->codecpar->video_delay;
    if (s->without_pts && delay > 0 && !s->times->completed)
        return SNQ_AGAIN;
    if (s->times->completed && (s->without_pts || !are_apart(s)))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "its pictures don't say when they are shown, and they are coded in another "
                        "order: convert it to .mp4 or .mkv first");
    return SNQ_OK;
}

/* Ticks that a picture lasts where nothing says it. */
static int64_t usual_ticks(const scan *s)
{
    const AVStream *st = s->film.format->streams[s->film.picture];
    const int64_t n = s->info->pictures, span = s->last_shown - s->first;
    double ticks = PICTURE_S / av_q2d(st->time_base);
    if (n > 1 && span > 0)
        ticks = (double)span / (double)(n - 1);
    else if (st->avg_frame_rate.num > 0 && st->avg_frame_rate.den > 0)
        ticks = 1.0 / (av_q2d(st->avg_frame_rate) * av_q2d(st->time_base));
    return ticks < 1.0 ? 1 : ticks > 1e9 ? (int64_t)1e9 : (int64_t)(ticks + 0.5);
}

static snq_status place_all(scan *s)
{
    snq_film_info *info = s->info;
    snq__film_times *t = s->times;
    const double tick_s = av_q2d(s->film.format->streams[s->film.picture]->time_base);
    t->step = usual_ticks(s);
    t->no_pts = s->without_pts > 0;
    t->last_ticks = s->last_ticks > 0 ? s->last_ticks : t->step;
    t->zero = s->first;
    const int sounds = info->audio_codec[0] && !isnan(s->start_s);
    t->before = s->lowest < t->zero ? t->zero - s->lowest : 0;
    info->picture_s = (double)t->last_ticks * tick_s;
    info->length_s = (double)(s->last_shown - t->zero) * tick_s + info->picture_s;
    info->sound_start_s = sounds ? s->start_s - (double)t->zero * tick_s : 0.0;
    if (!(info->length_s <= SNQ_FILM_LENGTH_MAX_S))
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%.0f s are more than the %.0f that a film may last",
                        info->length_s, SNQ_FILM_LENGTH_MAX_S);
    return SNQ_OK;
}

static void warn(const scan *s, snq_warnings *warnings)
{
    const snq_film_info *info = s->info;
    if (s->mended)
        snq_warnings_add(warnings, "timestamps_mended", -1,
                         "%lld pictures have a time of decoding that doesn't go on, or none",
                         (long long)s->mended);
    if (s->times->completed)
        snq_warnings_add(warnings, "times_completed", -1,
                         "pictures don't say when they are shown; it was found from the order in "
                         "which they are decoded");
    if (info->video_tracks > 1)
        snq_warnings_add(warnings, "several_video_tracks", -1,
                         "%u video tracks; the first is taken, the others are left out",
                         info->video_tracks);
    if (info->audio_tracks > 1)
        snq_warnings_add(warnings, "several_audio_tracks", -1,
                         "%u sound tracks; the first is taken, the others are left out",
                         info->audio_tracks);
    if (info->gaps)
        snq_warnings_add(warnings, "sound_gaps", -1,
                         "the original sound leaps %u times on the film's clock, first by %.3f s "
                         "after %.3f s; it is laid where the clock says%s",
                         info->gaps, info->gap[0].jump_s, info->gap[0].at_s,
                         s->blind ? ", as far as can be told" : "");
}

static int is_turned(const AVStream *st)
{
    static const int32_t upright[4] = { 1 << 16, 0, 0, 1 << 16 };
    size_t n = 0;
    const uint8_t *bytes = av_stream_get_side_data(st, AV_PKT_DATA_DISPLAYMATRIX, &n);
    int32_t m[5];
    if (!bytes || n < sizeof m)
        return 0;
    memcpy(m, bytes, sizeof m);
    return m[0] != upright[0] || m[1] != upright[1] || m[3] != upright[2] || m[4] != upright[3];
}

static void describe(scan *s)
{
    snq_film_info *info = s->info;
    const snq__film *f = &s->film;
    const AVCodecParameters *p = f->format->streams[f->picture]->codecpar;
    snprintf(info->container, sizeof info->container, "%s", f->stream.container->name);
    snprintf(info->video_codec, sizeof info->video_codec, "%s", avcodec_get_name(p->codec_id));
    if (f->sound >= 0)
        snprintf(info->audio_codec, sizeof info->audio_codec, "%s",
                 avcodec_get_name(f->format->streams[f->sound]->codecpar->codec_id));
    info->width = p->width > 0 ? (uint32_t)p->width : 0;
    info->height = p->height > 0 ? (uint32_t)p->height : 0;
    info->turned = is_turned(f->format->streams[f->picture]);
    info->video_tracks = f->videos;
    info->audio_tracks = f->sounds;
    for (int i = 0; i < SNQ_FILM_CONTAINERS; i++)
        info->fits |= (uint32_t)snq__film_holds((snq_film_container)i, p) << i;
}

static snq_status run(scan *s, snq__source *source, snq_warnings *warnings)
{
    SNQ_TRY(snq__film_open(&s->film, source, s->times->completed, warnings));
    describe(s);
    SNQ_TRY(read_all(s, warnings));
    const snq_status st = check_times(s);
    if (st != SNQ_OK)
        return st;
    SNQ_TRY(place_all(s));
    warn(s, warnings);
    return SNQ_OK;
}

static snq_status scan_once(snq__source *source, snq_film_info *info, snq__film_times *times,
                            snq_warnings *warnings)
{
    scan s = { .info = info,
               .times = times,
               .first = AV_NOPTS_VALUE,
               .lowest = AV_NOPTS_VALUE,
               .last_shown = AV_NOPTS_VALUE,
               .tied_s = NAN,
               .start_s = NAN };
    *info = (snq_film_info) { 0 };
    *times = (snq__film_times) { .first_dts = AV_NOPTS_VALUE, .completed = times->completed };
    const snq_status st = run(&s, source, warnings);
    snq__film_close(&s.film);
    snq_free(s.shown);
    return st;
}

snq_status snq__film_scan_times(snq__source *source, snq_film_info *info, snq__film_times *times,
                                snq_warnings *warnings)
{
    times->completed = 0;
    snq_status st = scan_once(source, info, times, warnings);
    if (st == SNQ_AGAIN) {
        times->completed = 1;
        st = scan_once(source, info, times, warnings);
    }
    return st;
}

snq_status snq__film_scan(snq__source *source, snq_film_info *info, snq_warnings *warnings)
{
    snq__film_times times;
    av_log_set_level(AV_LOG_QUIET); /* process-wide: libraries never print */
    return snq__film_scan_times(source, info, &times, warnings);
}
