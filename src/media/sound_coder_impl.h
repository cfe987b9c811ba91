// SPDX-License-Identifier: MIT
/* sound_coder -- samples to coded packets by libavcodec (private to media; part of the module).
 *
 * What goes in comes out of a decoder as many frames long: the first packet begins at minus the encoder's delay,
 * the last one is as short as it is. The same samples in blocks of any size give the same packets.
 *
 * Belongs to one thread at a time. */
#ifndef SNQ_MEDIA_SOUND_CODER_IMPL_H
#define SNQ_MEDIA_SOUND_CODER_IMPL_H

#include <stdint.h>

#include <libavcodec/avcodec.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq__sound_coder snq__sound_coder;

typedef struct snq__sound_coder_cfg {
    const char *what;                        /* "MP3": for messages; static */
    const char *encoder;                     /* libavcodec's name; there is one */
    uint32_t rate_hz, channels, bitrate_bps; /* that it takes */
    const char *options;                     /* of the encoder, "a=1:b=2"; NULL: none; static */
    int global_header;                       /* its header goes into the container's */
    /* Takes a packet, its times in frames of the sound; borrowed for the call, may be changed. What it returns
     * below 0 ends the push. */
    snq_status (*take)(void *user, AVPacket *packet);
    void *user;
} snq__sound_coder_cfg;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM, ERR_UNSUPPORTED, ERR_INTERNAL. */
SNQ_MUST_USE snq_status snq__sound_coder_new(const snq__sound_coder_cfg *cfg,
                                             snq__sound_coder **out);
void snq__sound_coder_free(snq__sound_coder *c); /* NULL is legal */
/* Returns borrowed, until free. */
const AVCodecContext *snq__sound_coder_codec(const snq__sound_coder *c);
/* Append a block of the cfg's channels; *clipped grows by the samples beyond full scale. */
SNQ_MUST_USE snq_status snq__sound_coder_push(snq__sound_coder *c, const snq_audio *block,
                                              uint64_t *clipped);
/* Hand on the rest. */
SNQ_MUST_USE snq_status snq__sound_coder_finish(snq__sound_coder *c);

#endif
