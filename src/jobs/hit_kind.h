// SPDX-License-Identifier: MIT
/* hit_kind -- what a hit in a recording of drums sounds like: a kick, a snare, a hi-hat. How: top of hit_kind.c.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_HIT_KIND_H
#define SNQ_JOBS_HIT_KIND_H

#include <stddef.h>
#include <stdint.h>

enum { SNQ_HIT_KICK = 36, SNQ_HIT_SNARE = 38, SNQ_HIT_HAT = 42 }; /* General MIDI keys */

/* Of the hit at frame `at` of x (2, frames): SNQ_HIT_*; silence is a hi-hat. */
int snq_drum_hit_kind(const float *const x[2], size_t frames, uint32_t rate_hz, size_t at);

#endif
