// SPDX-License-Identifier: MIT
/* film_scan -- a film's tracks and the times of its packets (private to media; part of the module). */
#ifndef SNQ_MEDIA_FILM_SCAN_IMPL_H
#define SNQ_MEDIA_FILM_SCAN_IMPL_H

#include <libavformat/avformat.h>

#include "media/film_kind_impl.h"
#include "media/stream_impl.h"

/* A film that is open for reading packets. Must not move in memory. */
typedef struct snq__film {
    snq__stream stream;
    AVFormatContext *format;
    AVPacket *packet;
    int picture, sound; /* tracks; sound -1: none */
    unsigned videos, sounds;
} snq__film;

/* What the writer must know besides. Times in ticks of the picture's track. */
typedef struct snq__film_times {
    int64_t zero;       /* of the new clock */
    int64_t first_dts;  /* the first that is known; AV_NOPTS_VALUE: none is */
    int64_t unknown;    /* packets before it */
    int64_t step;       /* ticks a picture, > 0 */
    int64_t last_ticks; /* that the last picture is shown */
    int64_t
        before; /* ticks before zero at which a picture is that must be decoded and isn't shown */
    int completed; /* times of showing are libavformat's, by the order of decoding */
    int no_pts; /* pictures are shown in the order of their packets, whose times are those of decoding */
} snq__film_times;

/* In any case ended by close. `completed`: libavformat finds out when pictures are shown that don't say it. */
SNQ_MUST_USE snq_status snq__film_open(snq__film *f, snq__source *source, int completed,
                                       snq_warnings *warnings);
void snq__film_close(snq__film *f);
/* The next packet of a wanted track into f->packet, to be unreferenced. END: there is no more; *broken: because it
 * can't be read. */
SNQ_MUST_USE snq_status snq__film_read(snq__film *f, int *broken);
/* All packets once. */
SNQ_MUST_USE snq_status snq__film_scan_times(snq__source *source, snq_film_info *info,
                                             snq__film_times *times, snq_warnings *warnings);
/* libavformat's muxer of a container; NULL: it was built without. */
const AVOutputFormat *snq__film_muxer(snq_film_container container);
/* Whether it can hold pictures of this codec. */
int snq__film_holds(snq_film_container container, const AVCodecParameters *p);

#endif
