// SPDX-License-Identifier: MIT
/* wav_writer -- plain WAV out: 16 or 24 bit integers or 32 bit float.
 *
 * Integers: round(x * 2^(bits-1)) to nearest, ties to even; what does not fit is clipped and counted
 * (so +1.0 is clipped by one step: reading and writing back is exact). No dither is applied: a
 * mastering step that wants it adds it before. NaN is written as 0. Float is written as it is.
 * Over two channels the header is WAVE_FORMAT_EXTENSIBLE with the loudspeakers that media/reader.h
 * assumes for that number; a file that outgrows 4 GiB becomes RF64 (EBU Tech 3306): 28 bytes are kept free for it.
 *
 * The file appears under its name at close, whole (media/atomic_file.h). Free without close leaves
 * nothing. A writer over a stream of the caller's (attach) leaves both to the caller.
 *
 * Layout: "RIFF" size "WAVE" | "JUNK" 28 zeros (or "ds64") | "fmt " 16, 18 or 40 | "fact" 4 (float) |
 *         "data" size, samples, a pad byte when odd. Little-endian throughout.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_MEDIA_WAV_WRITER_H
#define SNQ_MEDIA_WAV_WRITER_H

#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_wav_writer snq_wav_writer;

typedef enum snq_wav_format {
    SNQ_WAV_S16 = 0,
    SNQ_WAV_S24,
    SNQ_WAV_F32,
} snq_wav_format;

typedef struct snq_wav_writer_cfg {
    uint32_t rate_hz;      /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ (default 48000) */
    uint32_t channels;     /* 1 .. SNQ_CHANNELS_MAX (default 2) */
    snq_wav_format format; /* (default S24) */
} snq_wav_writer_cfg;

snq_wav_writer_cfg snq_wav_writer_cfg_default(void);

/* Start writing `path`. On success *out is owned by the caller, who ends it by close or free; on
 * error it is NULL and nothing is left on the disk.
 * Errors: ERR_RANGE (names the field), those of snq_atomic_open. */
SNQ_MUST_USE snq_status snq_wav_writer_open(const char *path, const snq_wav_writer_cfg *cfg,
                                            int force, snq_wav_writer **out);
/* The same into `to`, an empty stream that can be sought in, open for writing: borrowed until close or
 * free, which don't close it. Errors: ERR_RANGE, ERR_NOMEM, ERR_IO. */
SNQ_MUST_USE snq_status snq_wav_writer_attach(FILE *to, const snq_wav_writer_cfg *cfg,
                                              snq_wav_writer **out);
/* Append a block, borrowed for the call; zero frames are legal. Its channels must be the writer's;
 * its rate is not looked at. Errors: ERR_ARG (channels), ERR_IO with the system's reason; after an
 * error only free is of use. */
SNQ_MUST_USE snq_status snq_wav_writer_push(snq_wav_writer *w, const snq_audio *block);
/* Finish the header, give the file its name, free `w` in any case; on error nothing is left. A stream
 * that was attached is flushed. Errors: ERR_IO, ERR_EXISTS, and the error of an earlier push. */
SNQ_MUST_USE snq_status snq_wav_writer_close(snq_wav_writer *w);
/* Give up: nothing is left on the disk. NULL is legal. */
void snq_wav_writer_free(snq_wav_writer *w);

/* Frames pushed, samples clipped so far. */
uint64_t snq_wav_writer_frames(const snq_wav_writer *w);
uint64_t snq_wav_writer_clipped(const snq_wav_writer *w);

#endif
