// SPDX-License-Identifier: MIT
/* wave_impl -- the inner loops of source "wave": periods read at eight pitches, by all voices of a unison.
 *
 * For voice j, lane l, frame i of n, in 32-bit arithmetic that wraps round as phases do:
 *     inc        = hz_from scale[j], rounded;   more = (hz_to - hz_from) scale[j] / n
 *     phase_r(i) = phase[j] + offset[r] + i (inc + offset_step[r]) + more i (i - 1) / 2   r = 0, or 0 and 1
 *     read_r     = the straight line of piece first[r] + phase_r >> (32 - bits), at the place that
 *                  the phase's other bits say
 *     side_s(i) += gain_s(i) sum over r (weight[r] + i weight_step[r]) read_r,
 *                  gain_s: the straight line from side_from[j][s] level_from to side_to[j][s] level_to
 * With one read its weight is 1, its offset 0. Sides: left, and right unless that is NULL.
 *
 * Two ways: eight lanes side by side, a frame at a time; or frames side by side, a lane at a time, which
 * costs nothing for lanes that are silent. All take the second where few lanes sound;
 * AVX-512 gathers, which is quicker there (Sapphire Rapids: 0.5 ns a stereo read, against 1.3 by single loads).
 * Phases agree to the bit; gains and sums are rounded in another order: within -110 dB. */
#ifndef SNQ_SYNTH_SIMD_WAVE_IMPL_H
#define SNQ_SYNTH_SIMD_WAVE_IMPL_H

#include "synth/simd/lane_words.h"

enum { SNQ__WAVE_VOICES_MAX = 9 };

typedef struct snq__wave_run {
    const float *piece;             /* (pieces, 2) value in the middle, slope: see bank_impl.h */
    uint32_t n;                     /* 0 .. SNQ_SYNTH_BLOCK */
    uint32_t lanes;                 /* bit a lane that may be heard; the others have level 0 */
    uint32_t reads;                 /* 1 or 2 */
    uint32_t voices;                /* 1 .. SNQ__WAVE_VOICES_MAX */
    snq__lane_words first[2], bits; /* bits: 8 .. 14 */
    snq__lane_words offset[2], offset_step[2];
    snq__lanes weight[2], weight_step[2];
    snq__lanes hz_from, hz_to, level_from, level_to;
    float scale[SNQ__WAVE_VOICES_MAX]; /* words of phase a frame and Hz */
    float side_from[SNQ__WAVE_VOICES_MAX][2], side_to[SNQ__WAVE_VOICES_MAX][2];
    const snq__lane_words *phase; /* (voices,) */
} snq__wave_run;

typedef void snq__wave_fn(const snq__wave_run *r, snq__lanes *left, snq__lanes *right);
/* Phases (r->voices,) at the end of what r says, without offsets. */
typedef void snq__wave_move_fn(const snq__wave_run *r, snq__lane_words *phase);

typedef struct snq__wave_kernels {
    snq__wave_fn *play;
    snq__wave_move_fn *move;
} snq__wave_kernels;

void snq__wave_kernels_init(snq__wave_kernels *k, unsigned cpu_flags);
extern snq__wave_fn snq__wave_play_c, snq__wave_play_avx2, snq__wave_play_avx512;
extern snq__wave_move_fn snq__wave_move_c, snq__wave_move_avx2, snq__wave_move_avx512;

#endif
