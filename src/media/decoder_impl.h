// SPDX-License-Identifier: MIT
/* decoder -- what the reader asks of whoever makes samples of coded bytes (private to media).
 *
 * Two kinds: libFLAC (flac_impl.h) and libav (av_loader_impl.h). An object belongs to one thread at a
 * time. */
#ifndef SNQ_MEDIA_DECODER_IMPL_H
#define SNQ_MEDIA_DECODER_IMPL_H

#include "base/status.h"
#include "base/warnings.h"
#include "media/container_impl.h"
#include "media/convert_impl.h"
#include "media/reader.h"
#include "media/source_impl.h"

enum {
    SNQ__CUT_STRUCTURE = 1, /* the container goes on past the end of the file */
    SNQ__CUT_TAIL = 2,      /* the last packet was short or did not decode */
};

typedef struct snq__decoder_kind {
    /* Open and decode up to the first frame, which gives `info` its rate, channels and positions.
     * `demuxer` is libavformat's name or NULL: found by the content. `source` and `warnings` are
     * borrowed until free. On success *out is owned by the caller (free), on error it is NULL. */
    snq_status (*open)(snq__source *source, const char *demuxer, snq_media_info *info,
                       snq_warnings *warnings, void **out);
    void (*free)(void *decoder); /* NULL is legal */
    /* OK: *silence frames that could not be decoded, then the frames of `chunk` (there may be none),
     * borrowed until the next call. END: the warnings are final. Errors: ERR_FORMAT, ERR_IO,
     * ERR_CANCELLED, ERR_NOMEM. */
    snq_status (*next)(void *decoder, snq__chunk *chunk, uint64_t *silence);
    /* After END: whether packets were damaged or lost. */
    int (*holed)(const void *decoder);
    /* After END: a set of SNQ__CUT_*. */
    unsigned (*cut)(const void *decoder);
    /* Static. */
    const snq__container *(*container)(const void *decoder);
    /* Frames that the file promises, -1: unknown; *slack is how far it may be off. */
    int64_t (*promise)(const void *decoder, int64_t *slack);
} snq__decoder_kind;

#endif
