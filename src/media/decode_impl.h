// SPDX-License-Identifier: MIT
/* decode -- everything that is not plain PCM, by libavformat and libavcodec (private to media).
 *
 * Reads the first audio track of a source through an AVIOContext of our own. One decoder thread, no
 * log output, decoders and demuxers from the lists of container.c only. */
#ifndef SNQ_MEDIA_DECODE_IMPL_H
#define SNQ_MEDIA_DECODE_IMPL_H

#include "base/status.h"
#include "base/warnings.h"
#include "media/container_impl.h"
#include "media/convert_impl.h"
#include "media/reader.h"
#include "media/source_impl.h"

typedef struct snq__decode snq__decode;

/* Open and decode up to the first frame, which gives `info` its rate, channels and positions.
 * `demuxer` is libavformat's name or NULL: found by the content. `source` and `warnings` are
 * borrowed until free. */
SNQ_MUST_USE snq_status snq__decode_open(snq__source *source, const char *demuxer,
                                         snq_media_info *info, snq_warnings *warnings,
                                         snq__decode **out);
void snq__decode_free(snq__decode *d); /* NULL is legal */
/* OK: *silence frames that could not be decoded, then the frames of `chunk`, borrowed until the next
 * call. END: the warnings are final. Errors: ERR_FORMAT, ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__decode_next(snq__decode *d, snq__chunk *chunk, uint64_t *silence);
/* After END: whether packets were damaged or lost. */
int snq__decode_holed(const snq__decode *d);
/* After END: a set of SNQ__CUT_*. */
enum {
    SNQ__CUT_STRUCTURE = 1, /* the container goes on past the end of the file */
    SNQ__CUT_TAIL = 2,      /* the last packet was short or did not decode */
};
unsigned snq__decode_cut(const snq__decode *d);
const snq__container *snq__decode_container(const snq__decode *d);
/* Frames that the file promises, -1: unknown; *slack is how far it may be off. */
int64_t snq__decode_promise(const snq__decode *d, int64_t *slack);

#endif
