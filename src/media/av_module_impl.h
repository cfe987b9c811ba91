// SPDX-License-Identifier: MIT
/* av_module -- the part of media that needs libavformat and libavcodec, as a shared module with one
 * symbol (private to media).
 *
 * The module has its own copy of base and of the helpers that it needs; what passes between it and
 * the program are the structs whose sizes the tag names. Its error text is its own too: last_error. */
#ifndef SNQ_MEDIA_AV_MODULE_IMPL_H
#define SNQ_MEDIA_AV_MODULE_IMPL_H

#include <stdint.h>

#include "media/decoder_impl.h"
#include "media/encoder_impl.h"
#include "media/film_kind_impl.h"
#include "media/video_decoder_impl.h"

#define SNQ__AV_MODULE_FILE    "libsnq_media_av.so"
#define SNQ__AV_MODULE_SYMBOL  "snq_media_av"
#define SNQ__AV_MODULE_VERSION "media_av 4, sonique " SNQ_VERSION

typedef struct snq__av_module {
    uint32_t module_bytes; /* sizeof of this, and of what passes through it; never moves */
    uint32_t source_bytes, info_bytes, warnings_bytes, chunk_bytes;
    uint32_t video_request_bytes, video_track_bytes, video_raw_bytes, video_report_bytes;
    uint32_t encode_request_bytes, audio_bytes;
    uint32_t film_info_bytes, film_cfg_bytes, film_report_bytes;
    char version[64]; /* SNQ__AV_MODULE_VERSION of its build */
    snq__decoder_kind decoder;
    snq__video_decoder_kind video;
    snq__encoder_kind encoder;
    snq__film_kind film;
    const char *(*last_error)(void); /* text of the thread's last failure within the module */
    unsigned (*format_version)(void);
    unsigned (*codec_version)(void);
} snq__av_module;

/* What a module must say to be used; the same words fill and check the tag. */
#define SNQ__AV_MODULE_TAG                                                                    \
    .module_bytes = sizeof(snq__av_module), .source_bytes = sizeof(snq__source),              \
    .info_bytes = sizeof(snq_media_info), .warnings_bytes = sizeof(snq_warnings),             \
    .chunk_bytes = sizeof(snq__chunk), .video_request_bytes = sizeof(snq__video_request),     \
    .video_track_bytes = sizeof(snq__video_track), .video_raw_bytes = sizeof(snq__video_raw), \
    .video_report_bytes = sizeof(snq__video_report),                                          \
    .encode_request_bytes = sizeof(snq__encode_request), .audio_bytes = sizeof(snq_audio),    \
    .film_info_bytes = sizeof(snq_film_info), .film_cfg_bytes = sizeof(snq_film_mux_cfg),     \
    .film_report_bytes = sizeof(snq_film_mux_report), .version = SNQ__AV_MODULE_VERSION

extern const snq__av_module snq_media_av __attribute__((visibility("default")));

#endif
