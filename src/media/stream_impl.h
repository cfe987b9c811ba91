// SPDX-License-Identifier: MIT
/* stream -- a source as libavformat sees it, and what kind of file it is (private to media).
 *
 * Belongs to one thread at a time; must not move in memory once identified. */
#ifndef SNQ_MEDIA_STREAM_IMPL_H
#define SNQ_MEDIA_STREAM_IMPL_H

#include <stdint.h>

#include <libavformat/avformat.h>

#include "base/status.h"
#include "base/warnings.h"
#include "media/container_impl.h"
#include "media/source_impl.h"

typedef struct snq__stream {
    snq__source *source; /* borrowed */
    int64_t pos;         /* of the AVIOContext, counted from source->base */
    AVIOContext *io;     /* owned */
    const snq__container *container;
    uint32_t mpeg_layer; /* of an MPEG audio stream, else 0 */
    int pictures;        /* not sound but pictures are wanted; set before identify */
    int cut;             /* the file's structure goes on past its end */
    uint8_t
        *patch; /* (patch_bytes,) stands for the file's bytes from patch_at on; NULL: none; owned */
    int64_t patch_at, patch_bytes;
} snq__stream;

void snq__stream_init(snq__stream *t, snq__source *source);
void snq__stream_clear(snq__stream *t);
/* Find out what it is (`demuxer`: libavformat's name when that is known, else NULL) and look at its
 * ends. On success *input is static and io, container and cut are set. */
SNQ_MUST_USE snq_status snq__stream_identify(snq__stream *t, const char *demuxer,
                                             snq_warnings *warnings, const AVInputFormat **input);
/* The demuxer of an identified stream: it opens nothing else, asks `decoders` (names, with commas) alone
 * what tracks are, and stops when the source is cancelled. On success *out is owned by the caller
 * (avformat_close_input, before clear), on error it is NULL. */
SNQ_MUST_USE snq_status snq__stream_open(snq__stream *t, const AVInputFormat *input,
                                         const char *decoders, AVFormatContext **out);
/* Look for what the headers of a film leave open; decoders get the bounds of video_decoder_impl.h. ERR_FORMAT,
 * ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__stream_probe(snq__stream *t, AVFormatContext *format);
/* What libav's error code means to us; the text says that `doing` failed. */
SNQ_MUST_USE snq_status snq__stream_failed(const snq__stream *t, int code, const char *doing);

#endif
