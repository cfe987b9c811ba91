// SPDX-License-Identifier: MIT
/* flow_kernels_impl -- the inner loops of the optical flow as one table of typed function pointers.
 *
 * snq__flow_kernels_init fills it with plain C, then lets each instruction set that `flags` allows
 * put its own functions over it. All variants are made from the same text (flow_rows.inc,
 * flow_patch.inc) over vectors of 1, 8 and 16 floats; they differ in the order of sums over a patch
 * and in the last bits of reciprocals: within the tolerance stated at each (tests/watch/).
 *
 * Rows: a row of n floats, n a multiple of SNQ__FLOW_LANES, stands in memory from SNQ__FLOW_LANES
 * floats before its first to SNQ__FLOW_LANES behind its last. Pixels at and behind the picture's
 * width are there and finite, and nothing depends on them. */
#ifndef SNQ_WATCH_FLOW_KERNELS_IMPL_H
#define SNQ_WATCH_FLOW_KERNELS_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum {
    SNQ__FLOW_LANES = 32,  /* rows are padded to a multiple of this (two vectors of AVX-512) */
    SNQ__FLOW_MARGIN = 32, /* pixels around an image that repeat its edge */
    SNQ__FLOW_PATCH = 8,   /* px, side of a patch */
    SNQ__FLOW_ONE = 64,    /* an image's number for one grey level */
};

/* A luma picture of one scale: 16-bit numbers of 1/64 grey level, edges repeated outside. */
typedef struct snq__flow_image {
    const int16_t *at; /* pixel (0, 0) */
    ptrdiff_t stride;  /* numbers from row to row */
    uint32_t width, height;
} snq__flow_image;

/* out (n,) = 64 in (n,). Exact. */
typedef void snq__flow_widen_fn(int16_t *out, const uint8_t *in, uint32_t n);

/* out (n,): out[i] = sum over j of (1 3 3 1)/8 [j] (sum over k of (1 3 3 1)/8 [k]
 * row[k][2 i - 1 + j]); row k reaches from -1 to 2 n. work (2 n + 2 SNQ__FLOW_LANES,). Within 1. */
typedef void snq__flow_halve_fn(int16_t *out, const int16_t *const *row, float *work, uint32_t n);

/* out (n,): spline numbers of the middle one of thirteen rows, half the scale: along both
 * directions the filter sum over k of sqrt(3) (sqrt(3) - 2)^|k|, cut off behind 6 and scaled to the
 * sum 1; a cubic B-spline over them passes through the pixels. row k reaches from -6 to n + 5; work
 * (n + 2 SNQ__FLOW_LANES,). Within 1. */
enum { SNQ__FLOW_SPLINE_REACH = 6 };
typedef void snq__flow_spline_fn(int16_t *out, const int16_t *const *row, float *work, uint32_t n);

/* One row of the flow at twice the size: out[x] = 2 c(x / 2 - 1/4), linear, where c is
 * 3/4 near + 1/4 far; near and far (n / 2,), read from -1 to n / 2; out (n,). Within 1e-6. */
typedef void snq__flow_twice_fn(float *out, const float *near, const float *far, float *work,
                                uint32_t n);

/* Light's change from the first picture to the second: first = gain second + offset. */
typedef struct snq__flow_light {
    const float *gain, *offset; /* (n,) each; NULL: 1 and 0 */
} snq__flow_light;

/* out (n,) = start + slope i; writes up to SNQ__FLOW_LANES floats behind. Within 1e-6 of the largest
 * magnitude. */
typedef void snq__flow_ramp_fn(float *out, float start, float slope, uint32_t n);

typedef struct snq__flow_sample {
    const snq__flow_image *first, *second;
    const float *u, *v;    /* (n,) flow of the row */
    snq__flow_light light; /* of the row */
    uint32_t y, n;
    int cubic; /* second holds spline numbers; else linear */
} snq__flow_sample;
/* mean (n,) = (first + w) / 2, diff (n,) = w - first in grey levels, w = second at x + flow. Within
 * 1e-3. */
typedef void snq__flow_sample_fn(const snq__flow_sample *s, float *mean, float *diff);

/* out (n,) = alpha / sqrt(squares of the flow's forward differences + epsilon); u, v (2,): the row
 * and the one below. Within 4e-4 of the value. */
typedef void snq__flow_looseness_fn(float *out, const float *const *u, const float *const *v,
                                    float alpha, float epsilon, uint32_t n);

/* Weights between neighbours: to the right and to the row below, (n,) each:
 * mean of the two looseness values / (1 + edge d^2), d = grey levels from one to the other.
 * loose (2,): the row and the one below, read from 0 to n; image: same rows. Within 1e-3. */
typedef void snq__flow_couple_fn(float *right, float *down, const float *const *loose,
                                 const int16_t *const *image, float edge, uint32_t n);

/* What is known of a row before its system of equations is made. */
typedef struct snq__flow_terms {
    const float *mean[5];                   /* rows y - 2 .. y + 2, read from -2 to n + 1 */
    const float *diff[3];                   /* rows y - 1 .. y + 1, read from -1 to n */
    const float *u, *v;                     /* (n,) */
    const float *right, *down, *down_above; /* weights; right is read from -1 */
    float delta, gamma, zeta, epsilon_d, epsilon_g, omega;
    uint32_t y, n, width, height;
} snq__flow_terms;

/* The row's equations by colour: x + y even is colour 0. Half rows begin at `half` floats times
 * their number in a block. */
enum {
    SNQ__FLOW_U,     /* unknowns */
    SNQ__FLOW_V,     /* */
    SNQ__FLOW_RIGHT, /* weights */
    SNQ__FLOW_DOWN,  /* */
    SNQ__FLOW_CROSS, /* the data's a12 */
    SNQ__FLOW_IU,    /* omega / (sum of weights + a11) */
    SNQ__FLOW_IV,    /* omega / (sum of weights + a22) */
    SNQ__FLOW_CU,    /* right sides */
    SNQ__FLOW_CV,    /* */
    SNQ__FLOW_HALVES
};
/* block (SNQ__FLOW_HALVES, 2, half). Within 1e-3 of the value. */
typedef void snq__flow_equate_fn(const snq__flow_terms *t, float *block, size_t half);

/* One step of successive over-relaxation for all pixels of one colour of a row; block (3,): the
 * rows above, here, below; n pixels (both colours). Within 1e-5 of the value. */
typedef void snq__flow_relax_fn(float *const *block, size_t half, uint32_t y, uint32_t colour,
                                float omega, uint32_t n);

/* u, v (n,) of the block of row y. Exact. */
typedef void snq__flow_join_fn(float *u, float *v, const float *block, size_t half, uint32_t y,
                               uint32_t n);

/* A patch of the first picture, its slopes and what is made of them. */
typedef struct snq__flow_template {
    float grey[SNQ__FLOW_PATCH * SNQ__FLOW_PATCH]; /* times 64, as images are */
    float dx[SNQ__FLOW_PATCH * SNQ__FLOW_PATCH];
    float dy[SNQ__FLOW_PATCH * SNQ__FLOW_PATCH];
    float sx, sy, sxx, sxy, syy; /* sums of dx, dy and their products */
} snq__flow_template;
/* The patch at (x, y). Sums within 1e-5 of the sum of magnitudes. */
typedef void snq__flow_cut_fn(snq__flow_template *t, const snq__flow_image *image, int32_t x,
                              int32_t y);
/* Sums over a patch, r = gain image - template: r, r^2, r dx, r dy. The same. */
typedef struct snq__flow_match {
    float r, rr, rx, ry;
} snq__flow_match;
/* at: the patch's first pixel's left upper neighbour; fx, fy in [0, 1): what is between. */
typedef void snq__flow_compare_fn(snq__flow_match *m, const snq__flow_template *t,
                                  const int16_t *at, ptrdiff_t stride, float fx, float fy,
                                  float gain);

/* The patch at (x, y) of `first`, sought in `second` from (u, v) on: flow_search.c. */
typedef struct snq__flow_seek {
    const snq__flow_image *first, *second;
    int32_t x, y;
    float u, v, gain;
    float stop; /* px^2: a step whose square is less is the last */
    uint32_t steps;
} snq__flow_seek;
#define SNQ__FLOW_RIDGE 0.1f /* (grey level / px)^2 a pixel */
typedef struct snq__flow_found {
    float u, v;
    float mean_square; /* what is left, in squared grey levels */
    float corner;      /* smaller eigenvalue of the slopes' mean products, in the same per px^2 */
} snq__flow_found;
/* Ends within 1e-3 px of one another where there is texture and the same number of steps. */
typedef void snq__flow_descend_fn(snq__flow_found *found, const snq__flow_seek *s);

/* X(kernel) for every kernel; its type is snq__flow_<kernel>_fn. */
#define SNQ__FLOW_KERNEL_MAP(X) \
    X(widen)                    \
    X(halve)                    \
    X(spline)                   \
    X(twice)                    \
    X(ramp)                     \
    X(sample)                   \
    X(looseness)                \
    X(couple)                   \
    X(equate)                   \
    X(relax)                    \
    X(join)                     \
    X(cut)                      \
    X(compare)                  \
    X(descend)

typedef struct snq__flow_kernels {
#define X(kernel) snq__flow_##kernel##_fn *kernel;
    SNQ__FLOW_KERNEL_MAP(X)
#undef X
} snq__flow_kernels;

/* flags: SNQ_CPU_*; 0 gives C. */
void snq__flow_kernels_init(snq__flow_kernels *k, unsigned flags);

/* The rows: each sets all. */
void snq__flow_kernels_c(snq__flow_kernels *k);
void snq__flow_kernels_avx2(snq__flow_kernels *k);
void snq__flow_kernels_avx512(snq__flow_kernels *k);

#endif
