// SPDX-License-Identifier: MIT
/* biquad_pair -- one second-order filter for both sides of a stereo pair, in double.
 *
 *     z (n, 2) -> z:   sides interleaved, in place
 *
 * The filters of the cookbook (dsp/sos.h: RBJ), in the form of a state-variable filter: its numbers keep
 * their meaning while a coefficient moves, and stay exact at 20 Hz. Still: any number of frames with
 * run. Moving: aim says where the coefficients shall be after `frames`, and glide takes them there in
 * straight lines. Plain data, zeros are a filter that passes nothing; belongs to one thread.
 * How it is done: top of biquad_pair.c. */
#ifndef SNQ_FX_BIQUAD_PAIR_H
#define SNQ_FX_BIQUAD_PAIR_H

#include <stdint.h>

#include "base/attr.h"
#include "dsp/sos.h"

typedef struct snq__svf {
    double a1, a2, a3; /* of the two integrators */
    double m0, m1, m2; /* what of input, band and low makes the output */
} snq__svf;

/* f_hz is brought into 1 .. 0.497 rate, q into 0.01 .. 1000. As snq_sos_rbj otherwise. */
SNQ_RT snq__svf snq__svf_design(snq_rbj_kind kind, double f_hz, double q, double gain_db,
                                double rate_hz);

/* Four frames at once: what simd/ reads. Each row is {side 0, side 1} of two frames or states. */
typedef struct snq__biquad_block {
    _Alignas(32) double from_in[4][4]; /* h0 h1 | 0 h0 | h2 h3 | h1 h2 (each twice) */
    double from_state[4][4];           /* to frames 0, 1 and 2, 3 of state 1; the same of state 2 */
    double in_to_state[4][4];          /* frame k to states 1, 2 */
    double keep[4], swap[4];           /* state to itself, to the other */
    double a[2][2], b[2], c[2], d;     /* the same, a frame at a time */
} snq__biquad_block;

/* A cell at once, as four parts of sixteen frames beside each other. A part at rest; from part to part; a part
 * frame by frame. */
enum { SNQ__BIQUAD_PART = 16, SNQ__BIQUAD_PARTS = 4 };

typedef struct snq__biquad_cell {
    double in_to_state[2][SNQ__BIQUAD_PART / 2];  /* frame k to state 1, 2 behind half a part */
    double out_of_state[2][SNQ__BIQUAD_PART / 2]; /* state 1, 2 to frame k */
    double over_half[2][2], over_part[2][2], over_two[2][2]; /* state to state behind them */
    double d, e[2], a[2]; /* y = d x + t1, t1' = e1 x - a1 t1 + t2, t2' = e2 x - a2 t1 */
    float near[SNQ__BIQUAD_PART / 2],
        far[2][SNQ__BIQUAD_PART / 2]; /* x[n - k] to y[n]; out_of_state */
} snq__biquad_cell;

typedef struct snq__biquad_pair {
    _Alignas(32) double state[4]; /* 1 of side 0, side 1; 2 of side 0, side 1 */
    snq__svf now, step, goal;
    uint32_t left; /* frames until goal */
    int ready;     /* block is now's */
    int cell_ready;
    snq__biquad_block block;
    snq__biquad_cell cell;
} snq__biquad_pair;

/* Of cells of SNQ__BIQUAD_PARTS parts; z (SNQ__BIQUAD_PART, 2, SNQ__BIQUAD_PARTS) of 64 bytes' alignment. */
typedef struct snq__biquad_cells {
    void (*run)(const snq__biquad_cell *k, double state[4], double *z);
    void (*join)(double *z, const float *left, const float *right);
    void (*part)(float *left, float *right, const double *z);
    /* a filter alone, in to out (which may be in); out rounded like a sum of ten floats */
    void (*one)(const snq__biquad_cell *k, double state[4], const float *const in[2],
                float *const out[2]);
} snq__biquad_cells;

typedef struct snq__biquad {
    const char *name;
    void (*run)(const snq__biquad_block *k, double state[4], double *z, uint32_t n);
    /* left, right (n,) to z (n, 2), and back */
    void (*join)(double *z, const float *left, const float *right, uint32_t n);
    void (*part)(float *left, float *right, const double *z, uint32_t n);
    const snq__biquad_cells *cells; /* NULL: none */
} snq__biquad;

const snq__biquad *snq__biquad_pick(unsigned cpu_flags);
extern const snq__biquad snq__biquad_c, snq__biquad_avx2, snq__biquad_avx512;
extern const snq__biquad_cells snq__biquad_cells_avx512;

SNQ_RT void snq__biquad_pair_reset(snq__biquad_pair *p); /* at rest, coefficients kept */
SNQ_RT void snq__biquad_pair_set(snq__biquad_pair *p, const snq__svf *at_once);
SNQ_RT void snq__biquad_pair_aim(snq__biquad_pair *p, const snq__svf *goal, uint32_t frames);
/* What is left below 1e-9 becomes 0. */
SNQ_RT void snq__biquad_pair_run(snq__biquad_pair *p, const snq__biquad *kernels, double *z,
                                 uint32_t n);
/* in (n,) of two sides through one filter after another to out (n,), which may be in; n <= SNQ_EFFECT_BLOCK. out NULL:
 * nobody listens. */
SNQ_RT void snq__biquad_pairs_run(snq__biquad_pair *const *p, uint32_t pairs,
                                  const snq__biquad *kernels, const float *const in[2],
                                  float *const out[2], uint32_t n);
SNQ_RT int snq__biquad_pair_is_at_rest(const snq__biquad_pair *p);

#endif
