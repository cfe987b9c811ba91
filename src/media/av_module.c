// SPDX-License-Identifier: MIT
#include "media/av_module_impl.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "media/decode_impl.h"
#include "media/encode_impl.h"
#include "media/video_decode_impl.h"

const snq__av_module snq_media_av = {
    SNQ__AV_MODULE_TAG,
    .decoder = { .open = snq__decode_open,
                 .free = snq__decode_free,
                 .next = snq__decode_next,
                 .holed = snq__decode_holed,
                 .cut = snq__decode_cut,
                 .container = snq__decode_container,
                 .promise = snq__decode_promise },
    .video = { .open = snq__video_decode_open,
               .free = snq__video_decode_free,
               .next = snq__video_decode_next,
               .seek = snq__video_decode_seek,
               .report = snq__video_decode_report },
    .encoder = { .check = snq__encode_check,
                 .open = snq__encode_open,
                 .push = snq__encode_push,
                 .finish = snq__encode_finish,
                 .free = snq__encode_free },
    .film = { .check = snq__film_check, .scan = snq__film_scan, .run = snq__film_run },
    .last_error = snq_last_error,
    .format_version = avformat_version,
    .codec_version = avcodec_version
};
