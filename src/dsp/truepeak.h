// SPDX-License-Identifier: MIT
/* truepeak -- the peak between the samples (ITU-R BS.1770-5, annex 2), per segment.
 *
 * The signal is oversampled by 4 (rates under 96 kHz), 2 (under 192 kHz) or 1 with a windowed sinc
 * of 12 taps a phase; the peak is the largest magnitude of any phase of any channel, linear
 * (1.0 = 0 dBTP).
 *
 * Time: a sample counts in its own segment, an interpolated value in the segment of the newest
 * sample that it needs, which is 6 frames later. So nothing is lost, nothing is counted before it
 * is known, and the answer for given segments does not depend on the blocks. What lies between the
 * last samples of the stream comes from finish.
 *
 * Threads: one object belongs to one thread at a time. How it is done: top of truepeak.c. */
#ifndef SNQ_DSP_TRUEPEAK_H
#define SNQ_DSP_TRUEPEAK_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_truepeak snq_truepeak;

typedef struct snq_truepeak_cfg {
    uint32_t rate_hz;  /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels; /* 1 .. SNQ_CHANNELS_MAX */
} snq_truepeak_cfg;

/* On success *out is owned by the caller: snq_truepeak_free. On error *out is NULL. `cfg` is
 * copied. Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_truepeak_new(const snq_truepeak_cfg *cfg, snq_truepeak **out) SNQ_MUST_USE;
void snq_truepeak_free(snq_truepeak *t); /* NULL is legal */
/* block: borrowed, channels as in cfg. segment_frames (segments,) partition it: their sum is
 * block->frames (0 is a legal length). peak (segments,) is overwritten. */
void snq_truepeak_push(snq_truepeak *t, const snq_audio *block, const uint32_t *segment_frames,
                       uint32_t segments, float *peak);
/* The same where a lower bound of each segment's peak is known: floor (segments,), magnitudes that its
 * own samples reach. Same answers, sooner: what can't exceed the bound is not interpolated. */
void snq_truepeak_push_over(snq_truepeak *t, const snq_audio *block, const uint32_t *segment_frames,
                            uint32_t segments, const float *floor, float *peak);
/* The stream has ended: the peak of what is interpolated around the last samples, with zeros
 * following. Then as after reset. */
float snq_truepeak_finish(snq_truepeak *t);
/* Forget the stream. */
void snq_truepeak_reset(snq_truepeak *t);
/* Whether it holds nothing but zeros: then silence peaks at 0, changes nothing, and need not be
 * pushed. That is so 11 frames after the last sound. */
int snq_truepeak_is_at_rest(const snq_truepeak *t);

#endif
