// SPDX-License-Identifier: MIT
/* lanes -- voices side by side: eight of them in the lanes of a vector, a block of frames at a time.
 *
 * Everything that a voice does is done to eight voices at once, (frames, lanes), lanes fastest. Control
 * values (pitch, cutoff, level) are worked out once a block and run in straight lines across it.
 * A lane without a voice still computes: its level is 0 and its inputs are ordinary numbers.
 *
 * Blocks are cut at events, so that each starts on its frame: n is 1 .. SNQ_SYNTH_BLOCK. */
#ifndef SNQ_SYNTH_LANES_IMPL_H
#define SNQ_SYNTH_LANES_IMPL_H

#include <stdint.h>

enum { SNQ_LANES = 8, SNQ_SYNTH_BLOCK = 64 };

typedef struct snq__lanes {
    _Alignas(32) float v[SNQ_LANES];
} snq__lanes;

/* A straight line a lane: value at frame i of n is from + (to - from) * i / n, so that the next block's
 * `from` is this one's `to`. */
typedef struct snq__ramp {
    snq__lanes from, to;
} snq__ramp;

#endif
