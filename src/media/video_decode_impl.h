// SPDX-License-Identifier: MIT
/* video_decode -- pictures of a video track by libavformat and libavcodec (private to media; part of
 * the module, see av_module_impl.h).
 *
 * Reads through an AVIOContext of our own; no log output; demuxers and decoders from the lists of
 * container.c only. The decoder's planes are handed out as they are. */
#ifndef SNQ_MEDIA_VIDEO_DECODE_IMPL_H
#define SNQ_MEDIA_VIDEO_DECODE_IMPL_H

#include "media/video_decoder_impl.h"

/* See snq__video_decoder_kind. */
snq_status snq__video_decode_open(snq__source *source, const snq__video_request *request,
                                  snq__video_track *track, snq_warnings *warnings, void **out);
void snq__video_decode_free(void *decoder);
snq_status snq__video_decode_next(void *decoder, snq__video_raw *raw);
snq_status snq__video_decode_seek(void *decoder, int64_t ticks);
void snq__video_decode_report(const void *decoder, snq__video_report *report);

#endif
