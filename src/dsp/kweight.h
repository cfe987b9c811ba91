// SPDX-License-Identifier: MIT
/* kweight -- energy of K-weighted audio (ITU-R BS.1770-5, annex 1), per segment and channel.
 *
 *     sum_sq[s][c] = sum over the frames of segment s of y_c^2,    y_c = x_c through the K filter
 *
 * The K filter is a high shelf of 4 dB (head) and a high-pass at 38 Hz (RLB). Loudness of a stretch
 * of F frames: -0.691 + 10 log10(sum over c of gain[c] * sum_sq[c] / F) LKFS.
 * The state goes on from block to block. Cutting the stream elsewhere changes sums by less than
 * 1e-9 of their value (rounding).
 *
 * Range: any rate SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ; under 3800 Hz, where the shelf's corner does
 * not exist, the shelf is left out (its gain in what remains is below 0.6 dB).
 * Threads: one object belongs to one thread at a time. How it is done: top of kweight.c. */
#ifndef SNQ_DSP_KWEIGHT_H
#define SNQ_DSP_KWEIGHT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "dsp/sos.h"

typedef struct snq_kweight snq_kweight;

typedef struct snq_kweight_cfg {
    uint32_t rate_hz;  /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels; /* 1 .. SNQ_CHANNELS_MAX */
} snq_kweight_cfg;

/* On success *out is owned by the caller: snq_kweight_free. On error *out is NULL. `cfg` is copied.
 * Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_kweight_new(const snq_kweight_cfg *cfg, snq_kweight **out) SNQ_MUST_USE;
void snq_kweight_free(snq_kweight *k); /* NULL is legal */
/* block: borrowed, channels as in cfg. segment_frames (segments,) partition it: their sum is
 * block->frames (0 is a legal length). sum_sq (segments, channels) is overwritten. */
void snq_kweight_push(snq_kweight *k, const snq_audio *block, const uint32_t *segment_frames,
                      uint32_t segments, double *sum_sq);
/* At rest again. */
void snq_kweight_reset(snq_kweight *k);
/* Whether the filters have come to rest: then silence sums to 0, changes nothing, and need not be
 * pushed. That is so some seconds after the last sound. */
int snq_kweight_is_at_rest(const snq_kweight *k);

/* The filter as two sections, shelf then high-pass, for this rate (Hz). */
void snq_kweight_sections(double rate_hz, snq_sos section[2]);
/* Channel weights by position (BS.1770-5): gain (channels,) from position (channels,). 1.41 for the
 * surrounds (side; or back, in a layout that has no side), 0 for LFE, 1 for all else. */
void snq_kweight_gains(const snq_position *position, uint32_t channels, double *gain);

#endif
