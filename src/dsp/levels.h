// SPDX-License-Identifier: MIT
/* levels -- statistics of the samples themselves, per segment and channel, in one pass.
 *
 * Clipping: samples at the ceiling, 32767/32768 (the largest 16-bit value) <= |x| <= 1, in runs of
 * three or more consecutive ones of either sign; beyond 1, in float files, nothing was clipped. A run
 * may span segments and blocks: its first three samples are counted in the segment in which it
 * reaches three, each further one where it lies.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_DSP_LEVELS_H
#define SNQ_DSP_LEVELS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_levels snq_levels;

typedef struct snq_levels_cfg {
    uint32_t channels; /* 1 .. SNQ_CHANNELS_MAX */
} snq_levels_cfg;

/* |x| from here to 1 is at the ceiling. */
#define SNQ_LEVELS_CEILING (32767.0f / 32768.0f)
/* Shortest run that is called clipping (samples). */
#define SNQ_LEVELS_RUN     3

typedef struct snq_level {
    double sum;       /* of x */
    double sum_sq;    /* of x^2 */
    float min;        /* of x; 0 in an empty segment */
    float max;        /* of x; 0 in an empty segment */
    uint32_t clipped; /* samples, as above */
} snq_level;

/* On success *out is owned by the caller: snq_levels_free. On error *out is NULL. `cfg` is copied.
 * Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_levels_new(const snq_levels_cfg *cfg, snq_levels **out) SNQ_MUST_USE;
void snq_levels_free(snq_levels *l); /* NULL is legal */
/* block: borrowed, channels as in cfg. segment_frames (segments,) partition it: their sum is
 * block->frames (0 is a legal length). out (segments, channels) is overwritten. cross_lr
 * (segments,), which may be NULL, gets the sum of x0 * x1; 0 when there is one channel. */
void snq_levels_push(snq_levels *l, const snq_audio *block, const uint32_t *segment_frames,
                     uint32_t segments, snq_level *out, double *cross_lr);
/* Forget open runs. */
void snq_levels_reset(snq_levels *l);

#endif
