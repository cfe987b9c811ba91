// SPDX-License-Identifier: MIT
/* decode -- everything that is neither plain PCM nor FLAC, by libavformat and libavcodec (private to
 * media; part of the module, see av_module_impl.h).
 *
 * Reads the first audio track of a source through an AVIOContext of our own. One decoder thread, no
 * log output, decoders and demuxers from the lists of container.c only. */
#ifndef SNQ_MEDIA_DECODE_IMPL_H
#define SNQ_MEDIA_DECODE_IMPL_H

#include "media/decoder_impl.h"

/* See snq__decoder_kind. */
snq_status snq__decode_open(snq__source *source, const char *demuxer, snq_media_info *info,
                            snq_warnings *warnings, void **out);
void snq__decode_free(void *decoder);
snq_status snq__decode_next(void *decoder, snq__chunk *chunk, uint64_t *silence);
int snq__decode_holed(const void *decoder);
unsigned snq__decode_cut(const void *decoder);
const snq__container *snq__decode_container(const void *decoder);
int64_t snq__decode_promise(const void *decoder, int64_t *slack);

#endif
