// SPDX-License-Identifier: MIT
/* encode -- samples to coded bytes by libavcodec, into files by libavformat (private to media; part of
 * the module). Essay: top of encode.c. */
#ifndef SNQ_MEDIA_ENCODE_IMPL_H
#define SNQ_MEDIA_ENCODE_IMPL_H

#include "media/encoder_impl.h"

/* As snq__encoder_kind says. */
SNQ_MUST_USE snq_status snq__encode_check(const snq__encode_request *request);
SNQ_MUST_USE snq_status snq__encode_open(const snq__encode_request *request, void **out);
SNQ_MUST_USE snq_status snq__encode_push(void *encoder, const snq_audio *block, uint64_t *clipped);
SNQ_MUST_USE snq_status snq__encode_finish(void *encoder);
void snq__encode_free(void *encoder);

#endif
