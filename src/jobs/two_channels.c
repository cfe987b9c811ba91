// SPDX-License-Identifier: MIT
#include "jobs/two_channels.h"

#include <string.h>

#include "dsp/mixdown.h"

/* How much of a loudspeaker goes to the left and to the right. */
static void weigh(snq_position position, uint32_t channel, float to[2])
{
    const float g = 0.70710678f;
    const int side = position == SNQ_POSITION_SIDE_LEFT || position == SNQ_POSITION_BACK_LEFT ? 0
                     : position == SNQ_POSITION_SIDE_RIGHT || position == SNQ_POSITION_BACK_RIGHT
                         ? 1
                         : -1;
    to[0] = to[1] = 0.0f;
    if (position == SNQ_POSITION_FRONT_LEFT || position == SNQ_POSITION_FRONT_RIGHT)
        to[position == SNQ_POSITION_FRONT_RIGHT] = 1.0f;
    else if (position == SNQ_POSITION_FRONT_CENTRE)
        to[0] = to[1] = g;
    else if (position == SNQ_POSITION_BACK_CENTRE)
        to[0] = to[1] = 0.5f;
    else if (side >= 0)
        to[side] = g;
    else if (position != SNQ_POSITION_LFE)
        to[channel & 1] = 1.0f;
}

static void mix_to_two(const snq_media_info *info, const snq_audio *block, float *l, float *right)
{
    memset(l, 0, block->frames * sizeof *l);
    memset(right, 0, block->frames * sizeof *right);
    for (uint32_t c = 0; c < block->channels; c++) {
        float w[2];
        weigh(info->position[c], c, w);
        for (size_t i = 0; i < block->frames; i++) {
            l[i] += w[0] * block->channel[c][i];
            right[i] += w[1] * block->channel[c][i];
        }
    }
}

void snq_two_channels(const snq_media_info *info, const snq_audio *block, uint32_t wanted,
                      float *mixed, const float *to[2])
{
    to[0] = block->channel[0];
    to[1] = block->channel[block->channels > 1];
    if (wanted == 1 && block->channels > 1) {
        snq_mixdown(block, mixed);
        to[0] = mixed;
    } else if (block->channels > 2) {
        mix_to_two(info, block, mixed, mixed + SNQ_READER_BLOCK_DEFAULT);
        to[0] = mixed;
        to[1] = mixed + SNQ_READER_BLOCK_DEFAULT;
    }
}
