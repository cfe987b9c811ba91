// SPDX-License-Identifier: MIT
/* encoder -- what the audio writer asks of whoever makes coded bytes of samples (private to media).
 *
 * Three kinds: WAV (audio_writer.c), FLAC (flac_encode_impl.h) and libav (av_loader_impl.h). An object
 * belongs to one thread at a time. */
#ifndef SNQ_MEDIA_ENCODER_IMPL_H
#define SNQ_MEDIA_ENCODER_IMPL_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "media/wav_writer.h"

typedef struct snq__encode_request {
    const char *what;           /* "MP3": for messages; static */
    const char *encoder;        /* libavcodec's name; static, NULL where that is not used */
    const char *muxer;          /* libavformat's name; the same */
    const char *title;          /* NULL: none; borrowed for the call */
    const char *software;       /* static */
    FILE *to;                   /* empty, can be sought in, open for reading and writing; borrowed
                                   until free */
    uint32_t rate_hz, channels; /* that the format takes */
    uint32_t bitrate_bps;       /* of lossy formats */
    snq_wav_format wav;
} snq__encode_request;

typedef struct snq__encoder_kind {
    /* Whether there is what the request names; needs no stream. ERR_UNSUPPORTED with the mend; ERR_RANGE. */
    snq_status (*check)(const snq__encode_request *request);
    /* On success *out is owned by the caller (free), on error it is NULL. ERR_UNSUPPORTED, ERR_RANGE,
     * ERR_NOMEM, ERR_IO. */
    snq_status (*open)(const snq__encode_request *request, void **out);
    /* Append a block of the request's channels, borrowed for the call; *clipped grows by the samples
     * that did not fit. After an error only free is of use. ERR_IO, ERR_NOMEM, ERR_INTERNAL. */
    snq_status (*push)(void *encoder, const snq_audio *block, uint64_t *clipped);
    /* Write the rest; all is then in the stream, which may still hold it. Frees `encoder` in any case. */
    snq_status (*finish)(void *encoder);
    void (*free)(void *encoder); /* NULL is legal */
} snq__encoder_kind;

/* ERR_IO with the system's reason; `error` is an errno, 0: it gave none. */
static inline snq_status snq__encode_io_failed(int error)
{
    return SNQ_FAIL(SNQ_ERR_IO, "writing sound: %s", strerror(error ? error : EIO));
}

#endif
