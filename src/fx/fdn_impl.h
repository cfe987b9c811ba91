// SPDX-License-Identifier: MIT
/* fdn_impl -- the inner loop of the reverb: diffusers, eight delay lines, their filters and matrix.
 *
 * For a chunk of at most SNQ__FDN_CHUNK frames, none of which leaves the CHUNK-frame raster of `at`:
 *     cuts    two high-passes x - s and two low-passes s, s <- s + p (x - s), one after another; while p
 *             stands still, eight frames at once from the states before them
 *     x_c     = four all-passes one after another on in_c,  c = left, right
 *     y_l     = shelf_1(shelf_0(pass_l * line l, read `whole` + a fraction frames ago))
 *     line l <- all-pass_l(sum over j of (H / sqrt 8)_lj y_j + s_l x_(l mod 2)),
 *               H: Hadamard, s: signs
 *     out_c   = sum over l of t_cl y_l
 *     shelf:    y = x + c w;  w <- x + a w
 *     all-pass: y = d - g v,  v = x + g d,  d = loss times what v was `frames` ago
 * All delays are longer than a chunk, so the lines can be read before they are written: everything but
 * the shelves works on eight frames of one line at once, ring after ring, the shelves on eight lines of one
 * frame.
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
#define SNQ__FDN_ROOT     2.82842712f

/* Every second line's reading place moves. */
#define SNQ__FDN_MOVES(l) ((l) % 2)

typedef struct snq__fdn_lanes {
    _Alignas(32) float v[SNQ__FDN_LINES];
} snq__fdn_lanes;

typedef struct snq__fdn_shelf {
    snq__fdn_lanes c, a;
} snq__fdn_shelf;

typedef struct snq__fdn {
    float *line[SNQ__FDN_LINES]; /* (line_mask + 1 + GUARD,) each */
    float *diffuser[2][SNQ__FDN_DIFFUSERS];
    uint32_t line_mask, diffuser_mask;
    uint32_t diffuser_frames[2][SNQ__FDN_DIFFUSERS]; /* >= CHUNK */
    float *inner[SNQ__FDN_LINES]; /* the all-passes before the lines; masks as diffusers */
    uint32_t inner_frames[SNQ__FDN_LINES];
    float inner_gain;
    snq__fdn_lanes w[2];
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
    snq__fdn_lanes pass, pass_slope;         /* over sqrt 8, likewise */
    float gain[SNQ__FDN_DIFFUSERS], gain_slope[SNQ__FDN_DIFFUSERS]; /* of the diffusers, likewise */
    snq__fdn_lanes loss, loss_slope;                                /* of the all-passes */
    int listening; /* whether energy is asked for; else it is 1 */
    float
        energy; /* out: of what the lines took, n brought up to whole vectors; nothing else can ring alone */
} snq__fdn_chunk;

/* Eight frames of the cuts at once, of one side with states s: out = h x + from_state s,
 * s <- keep s + from_in x, columns one after another. */
typedef struct snq__fdn_cut_block {
    _Alignas(32) float h[8][8], from_state[4][8];
    _Alignas(32) float from_in[8][4], keep[4][4];
    float low, high; /* the p that it was made for */
} snq__fdn_cut_block;

/* The cuts before the room: in to out (n,), of both sides; out == in is legal. */
typedef struct snq__fdn_cut {
    _Alignas(32) float s[2][4];             /* (sides, stages) */
    float low, low_slope, high, high_slope; /* p at the first frame, and a frame */
    snq__fdn_cut_block block;
} snq__fdn_cut;

/* Dry and wet, at the frame before the first, and a frame. */
typedef struct snq__fdn_mix {
    float mix, mix_slope, width, width_slope, level, level_slope;
} snq__fdn_mix;

#define SNQ__FDN_LINES_ARGS snq__fdn *f, snq__fdn_chunk *c
#define SNQ__FDN_CUT_ARGS   snq__fdn_cut *c, const float *const in[2], float *const out[2], uint32_t n
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

/* A frame of one side. */
static inline float snq__fdn_cut_step(float s[4], float low, float high, float x)
{
    const float a = x - s[0], b = a - s[1];
    s[0] += low * (x - s[0]);
    s[1] += low * (a - s[1]);
    s[2] += high * (b - s[2]);
    s[3] += high * (s[2] - s[3]);
    return s[3];
}

/* Brings block to where low and high are. */
void snq__fdn_cut_prepare(snq__fdn_cut *c);

void snq__fdn_kernels_init(snq__fdn_kernels *k, unsigned cpu_flags);
void snq__fdn_lines_c(SNQ__FDN_LINES_ARGS);
void snq__fdn_cut_c(SNQ__FDN_CUT_ARGS);
void snq__fdn_weigh_c(SNQ__FDN_WEIGH_ARGS);
void snq__fdn_mix_c(SNQ__FDN_MIX_ARGS);
void snq__fdn_lines_avx2(SNQ__FDN_LINES_ARGS);
void snq__fdn_cut_avx2(SNQ__FDN_CUT_ARGS);
void snq__fdn_weigh_avx2(SNQ__FDN_WEIGH_ARGS);
void snq__fdn_mix_avx2(SNQ__FDN_MIX_ARGS);
void snq__fdn_lines_avx512(SNQ__FDN_LINES_ARGS);
void snq__fdn_cut_avx512(SNQ__FDN_CUT_ARGS);
void snq__fdn_weigh_avx512(SNQ__FDN_WEIGH_ARGS);
void snq__fdn_mix_avx512(SNQ__FDN_MIX_ARGS);

#endif
