// SPDX-License-Identifier: MIT
/* mux_io -- a stream of ours as libavformat's muxers see it (private to media; part of the module).
 *
 * What fails is kept: the system's reason is told, not libavformat's word for it. Belongs to one thread at a
 * time; must not move in memory while a muxer has it. */
#ifndef SNQ_MEDIA_MUX_IO_IMPL_H
#define SNQ_MEDIA_MUX_IO_IMPL_H

#include <stdint.h>
#include <stdio.h>

#include <libavformat/avformat.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq__mux_io {
    FILE *to;         /* can be sought in, open for reading and writing; borrowed */
    int error;        /* errno of the first operation that failed, 0 */
    int64_t again_at; /* where a second pass reads */
} snq__mux_io;

/* Make `format` write to io->to, and open nothing else but that, to read it again (the index of an MP4 is put
 * before what it is about in a second pass). ERR_NOMEM. Undone by snq__mux_io_detach, which takes a
 * format that was never attached. */
SNQ_MUST_USE snq_status snq__mux_io_attach(snq__mux_io *io, AVFormatContext *format);
void snq__mux_io_detach(AVFormatContext *format);
/* What libav's error code means: the system's reason if there is one, ERR_NOMEM, or ERR_INTERNAL "what: doing
 * failed (words)". */
SNQ_MUST_USE snq_status snq__mux_io_failed(const snq__mux_io *io, int code, const char *what,
                                           const char *doing);
/* The index, what is still in buffers: all is in the stream then. */
SNQ_MUST_USE snq_status snq__mux_io_finish(snq__mux_io *io, AVFormatContext *format,
                                           const char *what);

#endif
