// SPDX-License-Identifier: MIT
#include "media/layout_impl.h"

#include <libavutil/channel_layout.h>

void snq__positions_of_layout(const struct AVChannelLayout *layout, snq_position *to)
{
    int bit[SNQ_CHANNELS_MAX];
    uint32_t channels = (uint32_t)layout->nb_channels;
    channels = channels < SNQ_CHANNELS_MAX ? channels : SNQ_CHANNELS_MAX;
    if (layout->order == AV_CHANNEL_ORDER_UNSPEC) {
        snq__positions_of_mask(0, (uint32_t)layout->nb_channels, to);
        return;
    }
    for (uint32_t c = 0; c < channels; c++)
        bit[c] = (int)av_channel_layout_channel_from_index(layout, c);
    snq__positions_of_bits(bit, channels, to);
}
