// SPDX-License-Identifier: MIT
/* two_channels -- any recording as one or two channels.
 *
 *     one    the mean of all channels
 *     two    of one: twice the same. Of more than two, by where the loudspeakers stand:
 *                L = FL + g C + g SL + g BL,   R = FR + g C + g SR + g BR,   g = 2^-1/2
 *            a back centre is in both by g/2^1/2; LFE is left out; channels whose place nobody knows are
 *            left and right in turn (ITU-R BS.775-4, annex 4)
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_TWO_CHANNELS_H
#define SNQ_JOBS_TWO_CHANNELS_H

#include <stdint.h>

#include "base/audio.h"
#include "media/reader.h"

/* The `wanted` (1, 2) channels of a block of at most SNQ_READER_BLOCK_DEFAULT frames: `to` borrows from the block
 * or from mixed (2, SNQ_READER_BLOCK_DEFAULT). */
void snq_two_channels(const snq_media_info *info, const snq_audio *block, uint32_t wanted,
                      float *mixed, const float *to[2]);

#endif
