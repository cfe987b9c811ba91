// SPDX-License-Identifier: MIT
#include "dsp/silence.h"

#include <stdint.h>
#include <string.h>

enum { STRETCH = 512 }; /* samples between two looks at the result */

int snq_is_silent(const float *x, size_t n)
{
    for (size_t at = 0; at < n; at += STRETCH) {
        const size_t end = n - at < STRETCH ? n : at + STRETCH;
        uint32_t bits = 0;
        for (size_t i = at; i < end; i++) {
            uint32_t word;
            memcpy(&word, x + i, sizeof word);
            bits |= word;
        }
        if (bits << 1) /* but for the sign */
            return 0;
    }
    return 1;
}

int snq_audio_is_silent(const snq_audio *block)
{
    for (uint32_t c = 0; c < block->channels; c++)
        if (!snq_is_silent(block->channel[c], block->frames))
            return 0;
    return 1;
}
