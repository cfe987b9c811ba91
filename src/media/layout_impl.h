// SPDX-License-Identifier: MIT
/* layout -- from the files' channel descriptions to snq_position (private to media). */
#ifndef SNQ_MEDIA_LAYOUT_IMPL_H
#define SNQ_MEDIA_LAYOUT_IMPL_H

#include <stdint.h>

#include "base/audio.h"

struct AVChannelLayout;

/* `to` is (SNQ_CHANNELS_MAX,), all of it written. The rules: snq_reader_info in media/reader.h. */
void snq__positions_of_mask(uint32_t mask, uint32_t channels, snq_position *to);
/* bit (channels,): enum AVChannel of each. */
void snq__positions_of_bits(const int *bit, uint32_t channels, snq_position *to);
/* The same for libavcodec's description; in the module (av_layout.c). */
void snq__positions_of_layout(const struct AVChannelLayout *layout, snq_position *to);

#endif
