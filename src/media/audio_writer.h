// SPDX-License-Identifier: MIT
/* audio_writer -- sound out, in any of the formats that we write: one interface.
 *
 *     format  samples                channels  rates (Hz)                     bit rate (kbit/s, 2 channels)
 *     wav     s16, s24 or f32        1 .. 16   SNQ_RATE_MIN_HZ .. MAX_HZ      -
 *     flac    24 bit, lossless       1, 2      1000 .. 655 350                -
 *     mp3     MPEG layer III         1, 2      8000 .. 48 000, the nine       256, constant
 *     m4a     AAC-LC in MP4          1, 2      7350 .. 96 000, the thirteen   256
 *     opus    in Ogg                 1, 2      48 000                         160, variable
 *
 * A rate that the format doesn't know is refused, not converted: whoever has the sound has a better place
 * to do that (dsp/resample.h). As many frames come back as were pushed: encoder delay and padding are
 * written where each format has a place for them. MP3 is of constant bit rate: one meaning of the
 * setting in all formats, and any player finds any place by arithmetic.
 *
 * Full scale is 1.0. Samples beyond are clipped and counted, as is +1.0 where integers are written, which
 * end one step below it (f32 keeps all as it is and counts none); NaN is written as 0.
 *
 * The title and "Sonique VERSION" stand in the file's tags (wav has none). No clock and no chance: the same
 * samples in blocks of any size give the same bytes, whenever, with the same libraries.
 *
 * flac needs libFLAC, which is linked; mp3, m4a and opus need libavcodec, which the first such file loads
 * (media/libraries.h). The file appears under its name at close, whole (media/atomic_file.h); free without
 * close leaves nothing.
 *
 * Threads: one object belongs to one thread at a time. How: top of encode.c and flac_encode.c. */
#ifndef SNQ_MEDIA_AUDIO_WRITER_H
#define SNQ_MEDIA_AUDIO_WRITER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "media/wav_writer.h"

typedef struct snq_audio_writer snq_audio_writer;

/* X(name, number, its ending) */
#define SNQ_AUDIO_FORMAT_MAP(X) \
    X(WAV, 0, "wav")            \
    X(FLAC, 1, "flac")          \
    X(MP3, 2, "mp3")            \
    X(M4A, 3, "m4a")            \
    X(OPUS, 4, "opus")

typedef enum snq_audio_format {
#define X(name, number, ending) SNQ_AUDIO_FORMAT_##name = (number),
    SNQ_AUDIO_FORMAT_MAP(X)
#undef X
} snq_audio_format;

typedef struct snq_audio_writer_cfg {
    snq_audio_format format;
    uint32_t rate_hz;   /* one that the format knows (default 48000) */
    uint32_t channels;  /* 1, 2; wav: 1 .. SNQ_CHANNELS_MAX (default 2) */
    snq_wav_format wav; /* of wav (default S24) */
    uint32_t
        bitrate_bps;   /* of mp3, m4a, opus; 0: 256k, 256k, 160k for two channels, 160k, 160k, 96k
                             for one, or the most that the rate allows (default 0). mp3 takes the
                             nearest of its own. Bounds: see snq_audio_writer_check */
    const char *title; /* UTF-8; NULL: none (default); borrowed during open */
} snq_audio_writer_cfg;

/* "flac" (as on a command line; case doesn't matter). ERR_NOT_FOUND names those that there are. */
SNQ_MUST_USE snq_status snq_audio_format_parse(const char *name, snq_audio_format *out);
/* ".flac"; static. */
const char *snq_audio_format_ending(snq_audio_format format);

snq_audio_writer_cfg snq_audio_writer_cfg_default(snq_audio_format format);
/* Whether open would take this cfg and has what it needs, so that it is known before hours of work.
 * Loads the module of libraries.h for mp3, m4a and opus. ERR_RANGE names the field and its bounds; ERR_ARG
 * (a title that is not UTF-8); ERR_UNSUPPORTED says what is missing and how to mend it. */
SNQ_MUST_USE snq_status snq_audio_writer_check(const snq_audio_writer_cfg *cfg);

/* Start writing `path`. On success *out is owned by the caller, who ends it by close or free; on error it
 * is NULL and nothing is left on the disk.
 * Errors: those of check, those of snq_atomic_open, ERR_NOMEM, ERR_IO, ERR_INTERNAL (a library refused;
 * its words). */
SNQ_MUST_USE snq_status snq_audio_writer_open(const char *path, const snq_audio_writer_cfg *cfg,
                                              int force, snq_audio_writer **out);
/* Append a block, borrowed for the call; zero frames are legal. Its channels must be the writer's;
 * its rate is not looked at. Errors: ERR_ARG (channels), ERR_IO with the system's reason, ERR_NOMEM,
 * ERR_INTERNAL; after an error only close and free are of use, and close says the same. */
SNQ_MUST_USE snq_status snq_audio_writer_push(snq_audio_writer *w, const snq_audio *block);
/* Finish, give the file its name, free `w` in any case; on error nothing is left. A lossy file to which
 * nothing was pushed holds its header alone, which not every player opens. Errors: ERR_IO, ERR_EXISTS, and
 * the error of an earlier push. */
SNQ_MUST_USE snq_status snq_audio_writer_close(snq_audio_writer *w);
/* Give up: nothing is left on the disk. NULL is legal. */
void snq_audio_writer_free(snq_audio_writer *w);

/* Frames pushed, samples clipped so far. */
uint64_t snq_audio_writer_frames(const snq_audio_writer *w);
uint64_t snq_audio_writer_clipped(const snq_audio_writer *w);

#endif
