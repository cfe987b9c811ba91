// SPDX-License-Identifier: MIT
/* flac -- native FLAC by libFLAC (private to media). FLAC within Ogg, MP4 or Matroska is libav's.
 *
 * Damaged frames are replaced by as much silence, and counted in the warning `decode_errors`. Samples
 * come as SNQ__SAMPLE_S32, whatever their depth (4 to 32 bits). Essay: top of flac.c. */
#ifndef SNQ_MEDIA_FLAC_IMPL_H
#define SNQ_MEDIA_FLAC_IMPL_H

#include "media/decoder_impl.h"

extern const snq__decoder_kind snq__flac_decoder;

/* Whether the file begins with "fLaC", ID3v2 tags left aside. */
int snq__flac_here(snq__source *source);
/* libFLAC's version at run time; static. */
const char *snq__flac_version(void);

#endif
