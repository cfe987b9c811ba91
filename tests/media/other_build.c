// SPDX-License-Identifier: MIT
/* A module as another version would bring it: right but for one letter. */
#include "media/av_module_impl.h"

const snq__av_module snq_media_av = { .module_bytes = sizeof(snq__av_module),
                                      .source_bytes = sizeof(snq__source),
                                      .info_bytes = sizeof(snq_media_info),
                                      .warnings_bytes = sizeof(snq_warnings),
                                      .chunk_bytes = sizeof(snq__chunk),
                                      .video_request_bytes = sizeof(snq__video_request),
                                      .video_track_bytes = sizeof(snq__video_track),
                                      .video_raw_bytes = sizeof(snq__video_raw),
                                      .video_report_bytes = sizeof(snq__video_report),
                                      .encode_request_bytes = sizeof(snq__encode_request),
                                      .audio_bytes = sizeof(snq_audio),
                                      .version = SNQ__AV_MODULE_VERSION "x" };
