// SPDX-License-Identifier: MIT
/* riff_scan -- reads the chunk list of WAV, RF64, BW64, RIFX, Wave64, AIFF and AIFF-C files.
 *
 * A bounded scanner of outside bytes: it visits at most SNQ_RIFF_CHUNKS_MAX chunks, never follows a
 * size past the end of the file, allocates nothing, and refuses what no decoder should be shown (no
 * format chunk, 0 Hz, 65535 channels, 0 bits). What is odd but harmless becomes a warning:
 *     size_mismatch       a size field is a placeholder, a lie, or disagrees with the file
 *     truncated           the file ends before its data does
 *     cue_invalid         the cue list claims more points than its chunk holds
 *     loop_invalid        a sampler loop lies outside of the data, or the list's count lies
 *     data_before_fmt     the samples stand before their description
 *     chunk_flood         over 1000 chunks
 *     fmt_inconsistent    block size and bits disagree (the bits are believed)
 *     uncommon_container  RIFX or Wave64
 *     lossy_pcm           ADPCM
 *     empty_audio         no sample at all
 *
 * Threads: [any]; no state. Formats, sources and the worked example: top of riff_scan.c. */
#ifndef SNQ_MEDIA_RIFF_SCAN_H
#define SNQ_MEDIA_RIFF_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"

enum { SNQ_RIFF_CHUNKS_MAX = 65536, SNQ_RIFF_CHUNKS_FLOOD = 1000 };

/* Where the bytes come from. read copies up to n bytes at `offset` and returns how many (fewer only
 * at the end), or -1 when reading fails. */
typedef struct snq_riff_input {
    int64_t (*read)(void *user, int64_t offset, void *to, size_t n);
    void *user;
    int64_t size_bytes; /* of the whole file */
} snq_riff_input;

typedef enum snq_riff_form {
    SNQ_RIFF_NONE = 0, /* none of these */
    SNQ_RIFF_WAVE,     /* RIFF .. WAVE */
    SNQ_RIFF_RIFX,     /* the same, big-endian */
    SNQ_RIFF_RF64,     /* EBU Tech 3306 */
    SNQ_RIFF_BW64,     /* ITU-R BS.2088 */
    SNQ_RIFF_W64,      /* Sony Wave64 */
    SNQ_RIFF_AIFF,
    SNQ_RIFF_AIFC,
} snq_riff_form;

typedef enum snq_riff_coding {
    SNQ_RIFF_CODED = 0, /* not plain PCM: a codec's business */
    SNQ_RIFF_UNSIGNED,  /* offset binary: 8 bits */
    SNQ_RIFF_SIGNED,    /* two's complement, left-justified */
    SNQ_RIFF_FLOAT,     /* IEEE 754 */
} snq_riff_coding;

typedef enum snq_riff_loop {
    SNQ_RIFF_LOOP_NONE = 0,
    SNQ_RIFF_LOOP_FORWARD,
    SNQ_RIFF_LOOP_ALTERNATING, /* forth and back */
    SNQ_RIFF_LOOP_BACKWARD,
} snq_riff_loop;

/* What a WAV's smpl chunk says for samplers; all 0: nothing. */
typedef struct snq_riff_sampler {
    int keyed;                    /* `key` and `cents` are told */
    uint32_t key;                 /* MIDI key at which it sounds as recorded, 1 .. 127 */
    double cents;                 /* the recording is that much above the key, 0 <= cents < 100 */
    snq_riff_loop loop;           /* the first of its loops that lies within the samples */
    int64_t loop_start, loop_end; /* frames; the end is excluded */
} snq_riff_sampler;

typedef struct snq_riff_scan {
    snq_riff_form form;
    snq_riff_coding coding;
    int big_endian;         /* of the samples */
    uint32_t tag;           /* WAV format tag, that of the sub-format when extensible; AIFF-C: the
                               four characters, first one highest */
    uint32_t rate_hz;       /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;      /* 1 .. SNQ_CHANNELS_MAX */
    uint32_t bits;          /* meaningful bits a sample; 0 for some codecs */
    uint32_t sample_bytes;  /* container of a sample; 1 2 3 4 8; 0 when coded */
    uint32_t channel_mask;  /* loudspeaker bits of WAVE_FORMAT_EXTENSIBLE, else 0 */
    int64_t data_offset;    /* of the first sample */
    int64_t data_bytes;     /* that are really there */
    int64_t promised_bytes; /* that the header claims; -1: it does not say */
    int truncated;          /* promised more than is there */
    uint32_t chunks;        /* visited */
    snq_riff_sampler sampler;
} snq_riff_scan;

/* Scan. OK with form SNQ_RIFF_NONE when it is none of these formats (`scan` zeroed, no warning).
 * Errors: ERR_FORMAT (no format or data chunk, nonsense), ERR_RANGE (rate, channels, bits),
 * ERR_UNSUPPORTED, ERR_IO. `warnings` is borrowed for the call and added to. */
SNQ_MUST_USE snq_status snq_riff_scan_run(const snq_riff_input *in, snq_riff_scan *scan,
                                          snq_warnings *warnings);

#endif
