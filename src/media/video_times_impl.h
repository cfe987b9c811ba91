// SPDX-License-Identifier: MIT
/* video_times -- the time stamps of a video track, from its packets alone (private to media; part of
 * the module, see av_module_impl.h).
 *
 * Nothing is decoded. The file is hashed on the way. Belongs to one thread at a time. */
#ifndef SNQ_MEDIA_VIDEO_TIMES_IMPL_H
#define SNQ_MEDIA_VIDEO_TIMES_IMPL_H

#include <stdint.h>

#include "base/status.h"
#include "media/source_impl.h"

typedef struct snq__video_times {
    int64_t *ticks;   /* (count,) ascending, owned; NULL when the track has no time stamps */
    uint32_t count;   /* <= SNQ__VIDEO_TIMES_MAX: the first ones */
    int64_t packets;  /* that show a picture; -1: more than were looked at */
    int coding_order; /* each is shown, so they say, when it is decoded, and none lacks a time */
    int64_t all;      /* with those that show none */
} snq__video_times;

/* Those of track `track` (libavformat's number). What can't be read any more ends them. On error
 * there is nothing to clear. ERR_IO, ERR_CANCELLED, ERR_NOMEM, ERR_FORMAT. */
SNQ_MUST_USE snq_status snq__video_times_read(snq__source *source, int track,
                                              snq__video_times *out);
void snq__video_times_clear(snq__video_times *t);

/* Whether in this container (our name) a packet is a frame that bears its times. */
int snq__video_packets_are_frames(const char *container);

#endif
