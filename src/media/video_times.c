// SPDX-License-Identifier: MIT
/* IDEA   When its pictures are shown is written on a file's packets. Reading them all before a single
 *        one is decoded costs next to nothing beside decoding, and then the rate, the gaps and the
 *        length are known, not guessed.
 * STEPS  open     a demuxer of its own over the same source
 *        packets  presentation time, else decoding time, of those that show something
 *        sort     into the order of showing
 * CONST  At most 2^24 packets (19 hours at 240 a second) are looked at, the times of the first 2^18
 *        (2.4 hours at 30) are kept: enough to know a rate.
 * COST   reading the file once more: 0.7 ms/MB with the hash, which is then done.
 * LIMITS where more than 2 of 100 packets have no presentation time, decoding times are taken, where they
 *        have none either, there are no times. */
#include "media/video_times_impl.h"

#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/alloc.h"
#include "media/stream_impl.h"
#include "media/video_decoder_impl.h"

enum { PACKETS_MAX = 1 << 24, ROOM_FIRST = 4096 };

typedef struct list {
    int64_t *at;
    uint32_t count, room;
    int64_t missing;
} list;

typedef struct scan {
    snq__stream stream;
    AVFormatContext *format;
    AVPacket *packet;
    list shown, decoded;
    int64_t packets, all, reordered;
} scan;

static snq_status add(list *l, int64_t ticks)
{
    if (ticks == AV_NOPTS_VALUE) {
        l->missing++;
        return SNQ_OK;
    }
    if (l->count == SNQ__VIDEO_TIMES_MAX)
        return SNQ_OK;
    if (l->count == l->room) {
        const uint32_t room = l->room ? l->room * 2 : ROOM_FIRST;
        int64_t *at = snq_regrow(l->at, l->room, room, sizeof *at);
        if (!at)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u time stamps", room);
        l->at = at;
        l->room = room;
    }
    l->at[l->count++] = ticks;
    return SNQ_OK;
}

int snq__video_packets_are_frames(const char *container)
{
    return strcmp(container, "mp4") == 0 || strcmp(container, "mov") == 0 ||
           strcmp(container, "matroska") == 0 || strcmp(container, "flv") == 0;
}

static snq_status open_scan(scan *s)
{
    const AVInputFormat *input;
    snq_warnings unused = { 0 };
    s->packet = av_packet_alloc();
    if (!s->packet)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a packet");
    SNQ_TRY(snq__stream_identify(&s->stream, NULL, &unused, &input));
    SNQ_TRY(snq__stream_open(&s->stream, input, snq__video_decoders, &s->format));
    if (snq__video_packets_are_frames(s->stream.container->name)) /* no need to parse */
        s->format->flags |= AVFMT_FLAG_NOPARSE;
    else if (avformat_find_stream_info(s->format, NULL) < 0)
        return snq__stream_failed(&s->stream, AVERROR_INVALIDDATA, "looking for tracks");
    return SNQ_OK;
}

static snq_status read_packets(scan *s, int track)
{
    while (s->packets < PACKETS_MAX) {
        for (unsigned i = 0; i < s->format->nb_streams; i++)
            s->format->streams[i]->discard = (int)i == track ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
        const int code = av_read_frame(s->format, s->packet);
        if (code < 0) {
            SNQ_TRY(snq__source_status(s->stream.source));
            return code == AVERROR(ENOMEM)
                       ? snq__stream_failed(&s->stream, code, "reading a packet")
                       : SNQ_OK;
        }
        snq_status st = SNQ_OK;
        s->all += s->packet->stream_index == track;
        if (s->packet->stream_index == track && !(s->packet->flags & AV_PKT_FLAG_DISCARD)) {
            s->packets++;
            s->reordered += s->packet->pts != s->packet->dts;
            st = add(&s->shown, s->packet->pts);
            if (st >= 0)
                st = add(&s->decoded, s->packet->dts);
        }
        av_packet_unref(s->packet);
        SNQ_TRY(st);
    }
    s->packets = -1;
    return SNQ_OK;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void clear_scan(scan *s)
{
    av_packet_free(&s->packet);
    avformat_close_input(&s->format);
    snq__stream_clear(&s->stream);
    snq_free(s->shown.at);
    snq_free(s->decoded.at);
}

snq_status snq__video_times_read(snq__source *source, int track, snq__video_times *out)
{
    scan s = { 0 };
    *out = (snq__video_times) { 0 };
    snq__stream_init(&s.stream, source);
    s.stream.pictures = 1;
    snq_status st = open_scan(&s);
    if (st >= 0)
        st = read_packets(&s, track);
    if (st >= 0) {
        const int decoded = s.shown.missing * 50 > s.packets && s.decoded.missing < s.shown.missing;
        list *use = decoded ? &s.decoded : &s.shown;
        out->packets = s.packets;
        out->all = s.all;
        out->coding_order = s.reordered == 0 && s.shown.count == s.packets;
        if (use->count && use->missing * 50 <= (int64_t)use->count) {
            out->ticks = use->at;
            out->count = use->count;
            use->at = NULL;
            qsort(out->ticks, out->count, sizeof *out->ticks, by_value);
        }
    }
    clear_scan(&s);
    return st;
}

void snq__video_times_clear(snq__video_times *t)
{
    snq_free(t->ticks);
    *t = (snq__video_times) { 0 };
}
