// SPDX-License-Identifier: MIT
/* waveform -- minima and maxima of a recording a pixel, in the files that Peaks.js reads.
 *
 * A pixel is the smallest and the largest sample of `samples_per_pixel` frames; the last pixel may
 * cover fewer. Samples are first rounded to 16 bits, s = clip(round(x * 32768)); with bits = 8 the
 * extrema are stored divided by 256 (towards zero, as C divides). The mono mix of several channels
 * is the mean of their 16-bit values, towards zero.
 *
 * Binary file (audiowaveform data, version 2), little-endian:
 *     offset  type     meaning
 *     0       int32    version = 2
 *     4       uint32   flags: bit 0 set when the values are 8 bits, clear for 16
 *     8       int32    sample rate (Hz)
 *     12      int32    samples per pixel
 *     16      uint32   length: pixels
 *     20      int32    channels
 *     24      ...      for each pixel, for each channel: minimum, maximum (int8 or int16)
 * JSON file, one object: version, channels, sample_rate, samples_per_pixel, bits, length and `data`,
 * the same values in the same order. Worked example, mono, 2 pixels of 2 samples each, 16 bits:
 *     {"version":2,"channels":1,"sample_rate":8000,"samples_per_pixel":2,"bits":16,"length":2,
 *      "data":[-16384,16384,0,32767]}
 *
 * Memory: 4 bytes a pixel and channel, grown by doubling up to SNQ_WAVEFORM_VALUES_MAX values.
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_MEDIA_WAVEFORM_H
#define SNQ_MEDIA_WAVEFORM_H

#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_waveform snq_waveform;

/* Most values (2 a pixel and channel) that one object holds: 128 MiB; four days of mono at 48 kHz
 * and 512 samples a pixel. */
#define SNQ_WAVEFORM_VALUES_MAX (64u << 20)

typedef struct snq_waveform_cfg {
    uint32_t rate_hz;           /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;          /* of what is pushed, 1 .. SNQ_CHANNELS_MAX */
    uint32_t samples_per_pixel; /* frames, 2 .. 2^31 - 1 (default 256) */
    uint32_t bits;              /* 8 or 16 (default 16) */
    int split_channels;         /* a row for each channel, else their mono mix (default 0) */
} snq_waveform_cfg;

snq_waveform_cfg snq_waveform_cfg_default(uint32_t rate_hz, uint32_t channels);

/* On success *out is owned by the caller (snq_waveform_free), on error NULL. `cfg` is copied.
 * Errors: ERR_RANGE (names the field), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_waveform_new(const snq_waveform_cfg *cfg, snq_waveform **out);
void snq_waveform_free(snq_waveform *w); /* NULL is legal */

/* Add a block, borrowed for the call; any length, also zero; the result does not depend on how the
 * frames are cut into blocks. Errors: ERR_ARG (channels), ERR_TOO_BIG (SNQ_WAVEFORM_VALUES_MAX),
 * ERR_NOMEM; what was added before stays. */
SNQ_MUST_USE snq_status snq_waveform_push(snq_waveform *w, const snq_audio *block);

/* Pixels so far, the unfinished last one included. */
uint32_t snq_waveform_length(const snq_waveform *w);

/* Write what was pushed so far to a stream that is open for writing (borrowed); more may be pushed
 * afterwards. ERR_IO with the system's reason. */
SNQ_MUST_USE snq_status snq_waveform_write_dat(const snq_waveform *w, FILE *to);
SNQ_MUST_USE snq_status snq_waveform_write_json(const snq_waveform *w, FILE *to);

#endif
