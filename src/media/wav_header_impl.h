// SPDX-License-Identifier: MIT
/* wav_header -- the bytes before the samples of a WAV or RF64 file (private to media). */
#ifndef SNQ_MEDIA_WAV_HEADER_IMPL_H
#define SNQ_MEDIA_WAV_HEADER_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "media/wav_writer.h"

enum { SNQ__WAV_HEADER_MAX = 128 };

/* Bytes of one sample. */
uint32_t snq__wav_sample_bytes(snq_wav_format format);
/* Write the header of a file of so many frames into to (SNQ__WAV_HEADER_MAX,); returns its length,
 * which depends on `cfg` alone. */
size_t snq__wav_header(const snq_wav_writer_cfg *cfg, uint64_t frames, uint8_t *to);

#endif
