// SPDX-License-Identifier: MIT
/* The bits of WAVE_FORMAT_EXTENSIBLE's dwChannelMask (mmreg.h) and libavutil's enum AVChannel are the
 * same numbers up to 17. Surrounds: ITU-R BS.775 puts those of 5.1 at 110 degrees, files often label
 * them "back"; ITU-R BS.1770-5 weighs 60 to 120 degrees, so a lone back pair is called side. */
#include "media/layout_impl.h"

#include <libavutil/channel_layout.h>

#include "base/attr.h"

static snq_position of_bit(int bit)
{
    static const snq_position known[] = {
        SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT, SNQ_POSITION_FRONT_CENTRE,
        SNQ_POSITION_LFE,        SNQ_POSITION_BACK_LEFT,   SNQ_POSITION_BACK_RIGHT,
        SNQ_POSITION_OTHER,      SNQ_POSITION_OTHER,       SNQ_POSITION_BACK_CENTRE,
        SNQ_POSITION_SIDE_LEFT,  SNQ_POSITION_SIDE_RIGHT,
    };
    switch (bit) {
    case AV_CHAN_STEREO_LEFT:
        return SNQ_POSITION_FRONT_LEFT;
    case AV_CHAN_STEREO_RIGHT:
        return SNQ_POSITION_FRONT_RIGHT;
    case AV_CHAN_LOW_FREQUENCY_2:
        return SNQ_POSITION_LFE;
    default:
        break;
    }
    if (bit < 0 || bit >= AV_CHAN_UNUSED)
        return SNQ_POSITION_UNKNOWN;
    return bit < (int)SNQ_COUNT(known) ? known[bit] : SNQ_POSITION_OTHER;
}

static void backs_to_sides(uint32_t channels, snq_position *to)
{
    for (uint32_t c = 0; c < channels; c++)
        if (to[c] == SNQ_POSITION_SIDE_LEFT || to[c] == SNQ_POSITION_SIDE_RIGHT)
            return;
    for (uint32_t c = 0; c < channels; c++) {
        if (to[c] == SNQ_POSITION_BACK_LEFT)
            to[c] = SNQ_POSITION_SIDE_LEFT;
        if (to[c] == SNQ_POSITION_BACK_RIGHT)
            to[c] = SNQ_POSITION_SIDE_RIGHT;
    }
}

/* The bits that a file of so many channels means when it says nothing. */
static uint32_t usual_mask(uint32_t channels)
{
    switch (channels) {
    case 1:
        return 0x004;
    case 2:
        return 0x003;
    case 5:
        return 0x607; /* L R C Ls Rs */
    case 6:
        return 0x60F; /* L R C LFE Ls Rs */
    case 8:
        return 0x63F; /* L R C LFE Lb Rb Ls Rs */
    default:
        return 0;
    }
}

void snq__positions_of_mask(uint32_t mask, uint32_t channels, snq_position *to)
{
    uint32_t c = 0;
    for (uint32_t i = 0; i < SNQ_CHANNELS_MAX; i++)
        to[i] = SNQ_POSITION_UNKNOWN;
    mask = mask ? mask : usual_mask(channels);
    for (int bit = 0; bit < 32 && c < channels; bit++)
        if (mask >> bit & 1)
            to[c++] = of_bit(bit);
    backs_to_sides(channels, to);
}

void snq__positions_of_bits(const int *bit, uint32_t channels, snq_position *to)
{
    snq__positions_of_mask(0, channels, to);
    for (uint32_t c = 0; c < channels && c < SNQ_CHANNELS_MAX; c++)
        to[c] = of_bit(bit[c]);
    backs_to_sides(channels, to);
}
