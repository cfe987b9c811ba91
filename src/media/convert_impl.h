// SPDX-License-Identifier: MIT
/* convert -- decoded samples of any kind to planar float (private to media).
 *
 * Integers of b bits are multiplied by 2^-(b-1). Floats pass, but NaN becomes 0, infinities
 * +-SNQ_SAMPLE_MAX, larger values are cut to it (each counted), and denormals become 0, so that no
 * arithmetic above meets them. Samples are in the machine's byte order, which must be little-endian;
 * 24-bit ones are three bytes, lowest first. */
#ifndef SNQ_MEDIA_CONVERT_IMPL_H
#define SNQ_MEDIA_CONVERT_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

typedef enum snq__sample {
    SNQ__SAMPLE_U8,
    SNQ__SAMPLE_S8,
    SNQ__SAMPLE_S16,
    SNQ__SAMPLE_S24,
    SNQ__SAMPLE_S32,
    SNQ__SAMPLE_S64,
    SNQ__SAMPLE_F32,
    SNQ__SAMPLE_F64,
} snq__sample;

/* Bytes readable after the last sample (24-bit samples are fetched four bytes at a time). */
enum { SNQ__CHUNK_SLACK = 4 };

/* A run of decoded frames as a decoder holds it: borrowed. */
typedef struct snq__chunk {
    snq__sample format;
    uint32_t channels;
    uint32_t stride;                        /* samples from one frame to the next: 1 or channels */
    const uint8_t *plane[SNQ_CHANNELS_MAX]; /* (channels,) first sample of each channel */
    size_t frames;
    float limit; /* larger floats are cut to it; 0: SNQ_SAMPLE_MAX */
} snq__chunk;

typedef struct snq__convert_stats {
    uint64_t nan, inf, over; /* samples */
} snq__convert_stats;

uint32_t snq__sample_bytes(snq__sample format);
/* Frames [from, from + n) of `chunk` to out[c][0 .. n), which the caller owns. */
void snq__convert(const snq__chunk *chunk, size_t from, size_t n, float *const *out,
                  snq__convert_stats *stats);
/* Reverse the bytes of each of n samples of `bytes` (1 2 3 4 8) in place. */
void snq__swap(uint8_t *p, size_t n, uint32_t bytes);

#endif
