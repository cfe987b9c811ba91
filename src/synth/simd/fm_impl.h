// SPDX-License-Identifier: MIT
/* fm_impl -- the inner loop of source "fm": up to four sines that modulate each other's phase.
 *
 * For frame i of n, every lane, operator k from the highest down to 0, all phases in periods:
 *     turn_k = phase_k(i) + sum over edges m -> k of edge(i) y_m + feedback_k(i) (y_k' + y_k'') / 2
 *     y_k    = sin(2 pi turn_k) (held_k(i) + falling_k(i) d_k)
 *     d_k    = d_k - decay_k d_k                                  after each frame
 *     to[i] += level(i) sum over k of carrier_k(i) y_k
 * What depends on i without being state goes in straight lines (value + i step); y' and y'' are the
 * operator's last two values. Sine: within 1.2e-7. All variants give the same bits: what is
 * fed back makes much of a rounding. */
#ifndef SNQ_SYNTH_SIMD_FM_IMPL_H
#define SNQ_SYNTH_SIMD_FM_IMPL_H

#include "synth/simd/lane_words.h"

enum { SNQ__FM_OPERATORS = 4, SNQ__FM_EDGES = 6 };

/* Edges in this order: modulator, then what it modulates. */
enum {
    SNQ__FM_4_3 = 0,
    SNQ__FM_4_2,
    SNQ__FM_4_1,
    SNQ__FM_3_2,
    SNQ__FM_3_1,
    SNQ__FM_2_1,
};

typedef struct snq__fm_line {
    snq__lanes value, step;
} snq__fm_line;

typedef struct snq__fm_state {
    snq__lane_words phase[SNQ__FM_OPERATORS];
    snq__lanes d[SNQ__FM_OPERATORS];
    snq__lanes last[SNQ__FM_OPERATORS][2]; /* y', y'' */
} snq__fm_state;

typedef struct snq__fm_run {
    uint32_t n, operators;                                           /* 2 .. 4 */
    snq__lane_words inc[SNQ__FM_OPERATORS], more[SNQ__FM_OPERATORS]; /* as in wave_impl.h */
    snq__lanes decay[SNQ__FM_OPERATORS];
    float held[SNQ__FM_OPERATORS][2], falling[SNQ__FM_OPERATORS][2]; /* value, step */
    uint32_t edges, loops, heard; /* bit an edge, a feedback, a carrier that isn't 0 throughout */
    snq__fm_line edge[SNQ__FM_EDGES], carrier[SNQ__FM_OPERATORS];
    snq__fm_line feedback[SNQ__FM_OPERATORS], level;
} snq__fm_run;

typedef void snq__fm_fn(const snq__fm_run *r, snq__fm_state *s, snq__lanes *to);

snq__fm_fn *snq__fm_pick(unsigned cpu_flags);
void snq__fm_c(const snq__fm_run *r, snq__fm_state *s, snq__lanes *to);
void snq__fm_avx2(const snq__fm_run *r, snq__fm_state *s, snq__lanes *to);

#endif
