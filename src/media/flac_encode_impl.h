// SPDX-License-Identifier: MIT
/* flac_encode -- native FLAC of 24 bits by libFLAC (private to media). Essay: top of flac_encode.c. */
#ifndef SNQ_MEDIA_FLAC_ENCODE_IMPL_H
#define SNQ_MEDIA_FLAC_ENCODE_IMPL_H

#include "media/encoder_impl.h"

extern const snq__encoder_kind snq__flac_encoder;

#endif
