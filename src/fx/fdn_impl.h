// SPDX-License-Identifier: MIT
/* fdn_impl -- the inner loop of the reverb: diffusers, eight delay lines, their filters and matrix.
 *
 * For a chunk of at most SNQ__FDN_CHUNK frames, none of which leaves the CHUNK-frame raster of `at`:
 *     cuts    two high-passes x - s and two low-passes s, s <- s + p (x - s), one after another
 *     x_c     = four all-passes one after another on in_c,  c = left, right
 *     y_l     = shelf_1(shelf_0(line l, read `whole` + a fraction frames ago))
 *     line l <- all-pass_l(sum over j of (H / sqrt 8)_lj y_j + s_l x_(l mod 2)),
 *               H: Hadamard, s: signs
 *     out_c   = sum over l of t_cl y_l
 *     shelf:    y = b x + z;  z <- c x + a z
 *     all-pass: y = d - g v,  v = x + g d,  d = loss times what v was `frames` ago
 * All delays are longer than a chunk, so the lines can be read before they are written: everything but
 * the shelves works on eight frames of one line at once, the shelves on eight lines of one frame.
 *
 * Variants differ in rounding only (fused products): within 1e-5 of the response's peak. */
#ifndef SNQ_FX_FDN_IMPL_H
#define SNQ_FX_FDN_IMPL_H

#include <stdint.h>

#include "fx/delay_parts_impl.h"

enum {
    SNQ__FDN_LINES = 8,
    SNQ__FDN_CHUNK = 32,
    SNQ__FDN_GUARD = 128, /* frames at a ring's end that repeat its begin */
    SNQ__FDN_DIFFUSERS = 4,
};

/* The size of the outputs' weights t: the signal that leaves repeats after line l's length by t_l (H t)_l / 8,
 * which is at most 0.088 with these; with all alike, 0.177 of four lines. sqrt 2 cos and sin of pi / 8
 * (found by search, 2026). */
#define SNQ__FDN_FAR      1.30656296f
#define SNQ__FDN_NEAR     0.54119610f

/* Every second line's reading place moves. */
#define SNQ__FDN_MOVES(l) ((l) % 2)

typedef struct snq__fdn_lanes {
    _Alignas(32) float v[SNQ__FDN_LINES];
} snq__fdn_lanes;

typedef struct snq__fdn_shelf {
    snq__fdn_lanes b, c, a;
} snq__fdn_shelf;

typedef struct snq__fdn {
    float *line[SNQ__FDN_LINES]; /* (line_mask + 1 + GUARD,) each */
    float *diffuser[2][SNQ__FDN_DIFFUSERS];
    uint32_t line_mask, diffuser_mask;
    uint32_t diffuser_frames[2][SNQ__FDN_DIFFUSERS]; /* >= CHUNK */
    float *inner[SNQ__FDN_LINES]; /* the all-passes before the lines; masks as diffusers */
    uint32_t inner_frames[SNQ__FDN_LINES];
    float inner_gain;
    snq__fdn_lanes z[2];
} snq__fdn;

typedef struct snq__fdn_chunk {
    uint32_t at;                 /* of the first frame, in the rings */
    uint32_t n;                  /* 1 .. CHUNK - at % CHUNK */
    float io[2][SNQ__FDN_CHUNK]; /* in, then out; beyond n anything finite */
    int modulated, fading, moving;
    uint32_t whole[2][SNQ__FDN_LINES]; /* frames; [1] is faded to */
    /* Lagrange's weights at the begin of the cell (frames of which `at` is a multiple of 64), and a frame. */
    snq__fdn_lanes weight[SNQ__LAGRANGE], weight_slope[SNQ__LAGRANGE];
    float fade, fade_slope;                  /* part of [1], at the first frame */
    snq__fdn_shelf shelf[2], shelf_slope[2]; /* at the first frame */
    float gain[SNQ__FDN_DIFFUSERS], gain_slope[SNQ__FDN_DIFFUSERS]; /* of the diffusers, likewise */
    snq__fdn_lanes loss, loss_slope;                                /* of the all-passes */
    float
        energy; /* out: of what the lines took, n brought up to eights; nothing else can ring alone */
} snq__fdn_chunk;

/* The cuts before the room, both sides: x (n,) in place, two frames late. */
typedef struct snq__fdn_cut {
    float low_z[4], high_z[4], said[4];     /* (stages, sides) */
    float low, low_slope, high, high_slope; /* p at the first frame, and a frame */
} snq__fdn_cut;

/* Dry and wet, at the frame before the first, and a frame. */
typedef struct snq__fdn_mix {
    float mix, mix_slope, width, width_slope, level, level_slope;
} snq__fdn_mix;

#define SNQ__FDN_LINES_ARGS snq__fdn *f, snq__fdn_chunk *c
#define SNQ__FDN_CUT_ARGS   snq__fdn_cut *c, float *left, float *right, uint32_t n
/* The chunk's weights, from fractions `from` at the cell's begin to `to` at its end. */
#define SNQ__FDN_WEIGH_ARGS const snq__fdn_lanes *from, const snq__fdn_lanes *to, snq__fdn_chunk *c
/* left, right (n,) in place; what comes from the room; nothing overlaps. */
#define SNQ__FDN_MIX_ARGS                                             \
    const snq__fdn_mix *m, int32_t n, const float *restrict wet_left, \
        const float *restrict wet_right, float *restrict left, float *restrict right

typedef struct snq__fdn_kernels {
    void (*lines)(SNQ__FDN_LINES_ARGS);
    void (*cut)(SNQ__FDN_CUT_ARGS);
    void (*weigh)(SNQ__FDN_WEIGH_ARGS);
    void (*mix)(SNQ__FDN_MIX_ARGS);
} snq__fdn_kernels;

void snq__fdn_kernels_init(snq__fdn_kernels *k, unsigned cpu_flags);
void snq__fdn_lines_c(SNQ__FDN_LINES_ARGS);
void snq__fdn_cut_c(SNQ__FDN_CUT_ARGS);
void snq__fdn_weigh_c(SNQ__FDN_WEIGH_ARGS);
void snq__fdn_mix_c(SNQ__FDN_MIX_ARGS);
void snq__fdn_lines_avx2(SNQ__FDN_LINES_ARGS);
void snq__fdn_cut_avx2(SNQ__FDN_CUT_ARGS);
void snq__fdn_weigh_avx2(SNQ__FDN_WEIGH_ARGS);
void snq__fdn_mix_avx2(SNQ__FDN_MIX_ARGS);

#endif
