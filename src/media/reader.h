// SPDX-License-Identifier: MIT
/* reader -- any recording in, planar float blocks out, streaming, in bounded memory.
 *
 * What a file is, is found from its bytes, never from its name; the name serves the messages and the
 * warning `extension_mismatch`. PCM in WAV, RF64, BW64, RIFX, Wave64, AIFF and AIFF-C is read by our
 * own code (media/riff_scan.h, pcm.c), FLAC by libFLAC, everything else by libavformat and libavcodec,
 * which the first such file loads (media/libraries.h); all over the same file descriptor: no path,
 * protocol or network is ever opened.
 *
 * Blocks: (channels, frames) float; every block has exactly cfg.block_frames frames but the last, so
 * that what follows cannot depend on how a codec cuts its packets. Integer samples are divided by
 * 2^(bits-1), exact up to 24 bits. NaN becomes 0, an infinity +-SNQ_SAMPLE_MAX, and what is beyond
 * that is cut to it; each is counted and warned of. Encoder delay and padding are removed where the
 * file tells them (LAME tag, MP4 edit list, Opus pre-skip, Ogg granule positions). A packet in the
 * middle that can't be decoded is replaced by as much silence, so that times stay right.
 *
 * Only the first audio track is decoded. A file that is refused fails in open or in the first pull,
 * with one sentence in snq_last_error.
 *
 * Warnings, final after END: extension_mismatch, several_audio_tracks, truncated, size_mismatch,
 * decode_errors, format_change, nan_samples, inf_samples, over_range, empty_audio, max_frames,
 * high_expansion, lossy_pcm, bad_tags, and those of the scanner (riff_scan.h).
 *
 * Threads: one object belongs to one thread at a time; a decoder uses no thread of its own.
 * Algorithm and constants: top of reader.c. */
#ifndef SNQ_MEDIA_READER_H
#define SNQ_MEDIA_READER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/warnings.h"
#include "media/riff_scan.h"

typedef struct snq_reader snq_reader;

enum {
    SNQ_READER_BLOCK_MIN = 256,     /* frames */
    SNQ_READER_BLOCK_MAX = 65536,   /* frames */
    SNQ_READER_BLOCK_DEFAULT = 8192 /* frames */
};

typedef struct snq_media_info {
    char container[32]; /* wav rf64 bw64 rifx w64 aiff flac mp3 mp4 mov ogg matroska ... */
    char codec[32];     /* pcm_s16le flac mp3 aac vorbis opus ... (names of libavcodec) */
    uint32_t rate_hz;   /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ, as decoded */
    uint32_t channels;  /* 1 .. SNQ_CHANNELS_MAX */
    snq_position position[SNQ_CHANNELS_MAX]; /* (channels,); see snq_reader_info */
    uint32_t bits_per_sample;                /* of the coded samples where lossless, else 0 */
    double header_duration_s;                /* seconds; NaN when the file does not say */
    uint32_t audio_tracks;                   /* >= 1 */
    int has_video;                           /* moving pictures, not a cover */
    snq_riff_sampler sampler;                /* of PCM in WAV; all 0: nothing is said */
} snq_media_info;

typedef struct snq_reader_cfg {
    uint32_t block_frames; /* frames a block, 256 .. 65536 (default 8192) */
    uint64_t max_frames;   /* stop there with END and the warning `max_frames`; 0: no bound
                                   (default 0) */
    int no_loading; /* a file that needs the module of libraries.h is ERR_STATE while that isn't
                       loaded: for processes that can't load any more (default 0) */
    const volatile int
        *cancel; /* non-zero asks to stop; borrowed until free; NULL: never (default) */
} snq_reader_cfg;

snq_reader_cfg snq_reader_cfg_default(void);

/* Open the recording in `fd`, a seekable regular file: borrowed until free, its file position is
 * neither used nor moved. `name` is the path as given, copied as far as needed. `cfg` is copied,
 * NULL means the default. On success *out is owned by the caller (snq_reader_free), on error it is
 * NULL.
 * Errors: ERR_FORMAT (empty, not audio, damaged beyond use), ERR_UNSUPPORTED (no audio track, a codec
 * we don't decode, or the module that it needs is missing), ERR_RANGE (rate, channels, bits or cfg
 * out of bounds), ERR_STATE (no_loading), ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_reader_open(int fd, const char *name, const snq_reader_cfg *cfg,
                                        snq_reader **out);
/* NULL is legal. */
void snq_reader_free(snq_reader *r);

/* Returns borrowed, valid until free, constant. Positions: as the file says; a back pair without a
 * side pair is called side (the surrounds of 4.0, 5.0 and 5.1 stand at 110 degrees); where the file
 * is silent, 1, 2, 5, 6 and 8 channels are mono, stereo, 5.0, 5.1 and 7.1, others unknown. */
const snq_media_info *snq_reader_info(const snq_reader *r);

/* The next block. OK: 1 .. block_frames frames, borrowed until the next pull or free. END: no more,
 * block->frames is 0 (and so it stays). Errors: ERR_CANCELLED, ERR_IO, ERR_FORMAT, ERR_NOMEM; the
 * same again on further calls. */
SNQ_MUST_USE snq_status snq_reader_pull(snq_reader *r, snq_audio *block);

/* Frames handed out so far. */
int64_t snq_reader_frames(const snq_reader *r);
/* After END: whether the data ended before the header's promise or in the middle of a frame. */
int snq_reader_truncated(const snq_reader *r);
/* Returns borrowed, valid until free; final after END. */
const snq_warnings *snq_reader_warnings(const snq_reader *r);

/* SHA-256 of the whole file as 64 lower-case hexadecimal digits and a terminator. What the decoder
 * read in order has been hashed on the way; the rest is read now. ERR_STATE before END, ERR_IO,
 * ERR_CANCELLED. May be called again. */
SNQ_MUST_USE snq_status snq_reader_sha256(snq_reader *r, char hex[65]);

/* For progress: bytes consumed so far (never falls) of the size at open. */
int64_t snq_reader_offset(const snq_reader *r);
int64_t snq_reader_size(const snq_reader *r);

#endif
