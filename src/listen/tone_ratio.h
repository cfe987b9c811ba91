// SPDX-License-Identifier: MIT
/* tone_ratio -- how much of a moment of sound is tone: the harmonic-to-noise ratio of a frame of the pitch
 * spectrum.
 *
 * Threads: [any]. Algorithm: top of tone_ratio.c. */
#ifndef SNQ_LISTEN_TONE_RATIO_H
#define SNQ_LISTEN_TONE_RATIO_H

#include "listen/hops.h"

/* Power of the tones over the power of the rest, 40 .. 5000 Hz, 0 .. 10^4. note_hz: the pitch of the one
 * note that sounds, or 0. */
float snq_tone_ratio(const snq_pitch_frame *frame, float note_hz);

#endif
