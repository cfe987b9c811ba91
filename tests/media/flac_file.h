// SPDX-License-Identifier: MIT
/* flac_file -- FLAC files of known samples, made by libFLAC's encoder, with the place of each frame. */
#ifndef SNQ_TESTS_MEDIA_FLAC_FILE_H
#define SNQ_TESTS_MEDIA_FLAC_FILE_H

#include "files.h"

enum { FLAC_FRAMES_MAX = 1024 };

typedef struct flac_spec {
    uint32_t rate, channels, bits, frames;
    uint32_t block;                      /* frames of a FLAC frame; 0: 4096 */
    int tell_total;                      /* in STREAMINFO */
    const char *comment;                 /* "NAME=value", NULL: none */
    uint32_t constant_from, constant_to; /* frames in which every sample is `constant` */
    int32_t constant;
} flac_spec;

typedef struct flac_file {
    bytes b; /* caller frees b.p */
    size_t at[FLAC_FRAMES_MAX +
              1]; /* (count + 1,) where each FLAC frame begins; the last: their end */
    uint32_t count;
} flac_file;

/* A sample of the signal: noise over the whole range of `bits` bits. */
int32_t flac_sample(uint32_t bits, uint32_t frame, uint32_t channel);
flac_file flac_build(const flac_spec *s);

#endif
