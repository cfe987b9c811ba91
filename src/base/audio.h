// SPDX-License-Identifier: MIT
/* audio -- a view of planar audio: it owns nothing.
 *
 * A frame is one sample per channel. Samples are float, nominal range [-1, 1] (0 dBFS at 1.0);
 * values beyond occur in float files, NaN and infinities never do once media has read them. */
#ifndef SNQ_BASE_AUDIO_H
#define SNQ_BASE_AUDIO_H

#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/* Where a channel's loudspeaker stands (ITU-R BS.2051 names in words). */
typedef enum snq_position {
    SNQ_POSITION_UNKNOWN = 0,
    SNQ_POSITION_FRONT_LEFT,
    SNQ_POSITION_FRONT_RIGHT,
    SNQ_POSITION_FRONT_CENTRE,
    SNQ_POSITION_LFE,
    SNQ_POSITION_BACK_LEFT, /* azimuth beyond 120 degrees */
    SNQ_POSITION_BACK_RIGHT,
    SNQ_POSITION_BACK_CENTRE,
    SNQ_POSITION_SIDE_LEFT, /* azimuth 60 to 120 degrees: the surrounds of 5.1 */
    SNQ_POSITION_SIDE_RIGHT,
    SNQ_POSITION_OTHER, /* known, but none of the above: heights, wides, centre pairs */
} snq_position;

typedef struct snq_audio {
    const float *channel[SNQ_CHANNELS_MAX]; /* (channels,) pointers to (frames,), borrowed */
    uint32_t channels;                      /* 1 .. SNQ_CHANNELS_MAX */
    uint32_t rate_hz;                       /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    size_t frames;                          /* 0 is legal */
} snq_audio;

/* The part [from, from + frames) of `a`, cut to what is there. */
static inline snq_audio snq_audio_part(const snq_audio *a, size_t from, size_t frames)
{
    snq_audio part = *a;
    if (from > a->frames)
        from = a->frames;
    part.frames = frames < a->frames - from ? frames : a->frames - from;
    for (uint32_t c = 0; c < a->channels; c++)
        part.channel[c] = a->channel[c] + from;
    return part;
}

#endif
