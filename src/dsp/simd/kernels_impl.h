// SPDX-License-Identifier: MIT
/* kernels_impl -- the room's inner loops as one table of typed function pointers.
 *
 * snq__kernels_init fills it with plain C, then lets each instruction set that `flags` allows put
 * its own functions over what it does better. Objects copy the pointers they need when they are
 * made. The C row is the definition: it adds in the order in which the formula is read. Other rows
 * may add in any order and must agree within the tolerance stated here (tests/kernels/).
 * No kernel needs aligned buffers; none reads or writes outside of the shapes stated. */
#ifndef SNQ_DSP_KERNELS_IMPL_H
#define SNQ_DSP_KERNELS_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* A pass of the transform (see fft.c): groups x stride butterflies of radix 4 or 8. */
typedef struct snq__fft_pass {
    uint32_t radix, stride, groups;
    /* Roots of a butterfly, w = e^(-2 pi i p / (groups radix)), as (re, im) pairs: w, w^2 for radix
     * 4; w, w e^(-i pi/4), w^2, w^4 for radix 8. Middle passes: (groups, radix), by position, where
     * p is the position's digits in reverse. Last pass: (groups rounded up / tile, 8, tile), by p.
     * The first pass has none; when n < 32, where it is the only one, (n, 2): e^(-2 pi i k / n). */
    const float *root;
} snq__fft_pass;

enum { SNQ__FFT_PASSES = 6, SNQ__FFT_TILE = 16 };

typedef struct snq__fft_plan {
    uint32_t n, passes;
    snq__fft_pass pass[SNQ__FFT_PASSES];
    uint32_t *row;    /* (n/8,) where in `work` the row of butterfly p of the last pass begins */
    uint32_t *mirror; /* (n/8,) the same of butterfly (n/8 - p) mod n/8 */
    float
        *work; /* 2n floats and a tile for every 2^skew numbers; the order is the kernel's affair */
    uint32_t skew;
    float *roots; /* of all passes */
} snq__fft_plan;

/* What is transformed, x (n,): re and im (n,) each, or im NULL and re (n, 2) complex numbers; each
 * float of them times that of `window` (same shape, one for both of re and im), unless NULL. */
typedef struct snq__fft_source {
    const float *re, *im, *window;
} snq__fft_source;

/* re, im (n,): transform of `in`, which must not overlap them. plan->n in [8, 131072].
 * Within 1e-6 of the root of the sum of |x|^2. */
typedef void snq__fft_fn(const snq__fft_plan *plan, float *re, float *im,
                         const snq__fft_source *in);

/* From z = re + i im (m,) each, the transform of 2m real samples taken as m complex ones; v (2,
 * m/2 + 1) real and imaginary parts of v[k] = -i/2 e^(-i pi k / m); m a multiple of 2, see fft.c:
 * x (m + 1, 2) = transform of the samples. Within 1e-6 of |z[k]| + |z[m - k]|. */
typedef void snq__rfft_unpack_fn(float *x, const float *re, const float *im, const float *v,
                                 uint32_t m);
/* power (m + 1,) = scale |x[k]|^2. Within 1e-6 of scale (|z[k]| + |z[m - k]|)^2. */
typedef void snq__rfft_power_fn(float *power, const float *re, const float *im, const float *v,
                                uint32_t m, float scale);

/* power[k] += scale (|z[k]|^2 + |z[(n - k) mod n]|^2), k in [0, n/2]; z = re + i im (n,), n even.
 * Within 1e-6 of the value. */
typedef void snq__stft_pair_fn(float *power, const float *re, const float *im, uint32_t n,
                               float scale);

/* power (n/2 + 1,) = scale (|z[k]|^2 + |z[(n - k) mod n]|^2), z = transform of `in`, n = plan->n.
 * re and im (n + 1,) are scratch but for z[k] and z[(n - k) mod n], k in [0, bins), which are left
 * there. Within 2e-6 of scale times the sum of |x|^2 of all samples. */
typedef void snq__stft_power_fn(const snq__fft_plan *plan, float *re, float *im, float *power,
                                uint32_t bins, const snq__fft_source *in, float scale);

enum { SNQ__MEL_TILE = 8 };
/* Triangles cut into tiles of eight bins: band b has tiles at[b] .. at[b + 1] - 1, of which tile i
 * has weight (8,) from 8 i on and begins at bin first[i]. */
typedef struct snq__mel_bank {
    uint32_t bands;
    uint32_t *at;    /* (bands + 1,) */
    uint32_t *first; /* (at[bands],) */
    float *weight;   /* (at[bands], 8) */
} snq__mel_bank;
/* out (bands,) = sums of weight times power. Within 1e-6 of the value for power >= 0. */
typedef void snq__mel_fn(float *out, const snq__mel_bank *bank, const float *power);

enum { SNQ__CONV_TILE = 16 };
/* A convolution over rows made ready: its outputs in tiles of sixteen. */
typedef struct snq__conv_plan {
    uint32_t in, out, taps;
    uint32_t hop;        /* floats from a row's inputs to those of the next */
    const float *weight; /* (tiles, taps, in, 16), tiles = ceil(out / 16); 0 where no output is */
    const float *bias;   /* (tiles, 16), the same */
} snq__conv_plan;
/* y[t][o] = bias[o] + sum over k, i of weight[k][i][o] x[k][t hop + i] (+ add[t hop + o] unless
 * NULL); x (taps,) where each tap's inputs of row 0 are; y (rows, out), its rows y_step floats
 * apart, overlaps no input. Within (taps in + 3) 2^-24 of the sum of the magnitudes of all terms. A
 * row's values depend on nothing but its inputs: any cut of rows into calls gives the same bits. */
typedef void snq__conv_fn(const snq__conv_plan *p, float *y, size_t y_step, const float *const *x,
                          const float *add, uint32_t rows);

/* out[t] = (x_0[t] + x_1[t] + …) * gain; every channel and out (n,). Bit-exact. */
typedef void snq__mixdown_fn(float *out, const float *const *channel, uint32_t channels, float gain,
                             size_t n);

/* Adds to *sum and *sum_sq, widens *min and *max by x (n,). Sums within 1e-12 of sum |x| and
 * sum x^2; min and max exact. */
typedef void snq__levels_fn(const float *x, size_t n, double *sum, double *sum_sq, float *min,
                            float *max);
/* Sum of l r over (n,) in double. Within 1e-12 of sum |l r|. */
typedef double snq__levels_dot_fn(const float *l, const float *r, size_t n);
/* First index with |x| >= ceiling, n when there is none; x (n,). Exact. */
typedef size_t snq__levels_find_fn(const float *x, size_t n, float ceiling);

enum { SNQ__TRUEPEAK_HALF = 6, SNQ__TRUEPEAK_BACK = 2 * SNQ__TRUEPEAK_HALF - 1 };

typedef struct snq__truepeak_coef {
    /* Weights by distance k + d from the point between two samples: x[i - k] and x[i + 1 + k],
     * k in [0, 6). quarter: d = 1/4 from x[i]; the point at 3/4 is its mirror. */
    float near[SNQ__TRUEPEAK_HALF]; /* d = k + 1/4 */
    float far[SNQ__TRUEPEAK_HALF];  /* d = k + 3/4 */
    float half[SNQ__TRUEPEAK_HALF]; /* d = k + 1/2 */
    float even[SNQ__TRUEPEAK_HALF]; /* (near + far) / 2 */
    float odd[SNQ__TRUEPEAK_HALF];  /* (near - far) / 2 */
    float bound;                    /* largest sum of |weights| of any phase, rounded up */
    uint32_t factor;                /* 1, 2 or 4 */
} snq__truepeak_coef;
/* Largest of `floor`, |x[t]| and |interpolated values whose newest sample is x[t]|, t in [0, n).
 * x[-11] .. x[-1] are read too. Within 1e-6 of the value. */
typedef float snq__truepeak_fn(const snq__truepeak_coef *c, const float *x, size_t n, float floor);

typedef struct snq__kweight_coef {
    double b0;               /* direct path */
    double fast_c1, fast_c2; /* output weights of the shelf's section */
    double fast_a1, fast_a2; /* its recursion */
    double slow_c1, slow_c2; /* the same of the high-pass */
    double slow_a1, slow_a2; /* */
    const double *fast_h;    /* (lane_max + 2,) impulse response of the recursion alone: */
    const double *slow_h;    /*   h[k] stands at [lane_max - k], k in [-1, lane_max]; h[-1] = 0 */
    uint32_t fast_frames;    /* so many last frames of a lane make its fast section's end state */
    uint32_t lane_max;       /* frames, longest lane */
} snq__kweight_coef;
/* Filters x (n,) from state (4,) = {fast w[-1], w[-2], slow w[-1], w[-2]}, which is updated;
 * returns the sum of y^2. Within 1e-11 of the value; what follows the states within 1e-9. */
typedef double snq__kweight_fn(const snq__kweight_coef *c, double *state, const float *x, size_t n);

/* The coefficients that the objects use, for tests/kernels. */
struct snq_kweight;
const snq__kweight_coef *snq__kweight_coef_of(const struct snq_kweight *k);
void snq__truepeak_coef_fill(snq__truepeak_coef *c, uint32_t rate_hz);

/* X(kernel) for every kernel; its type is snq__<kernel>_fn. */
#define SNQ__KERNEL_MAP(X) \
    X(fft)                 \
    X(rfft_unpack)         \
    X(rfft_power)          \
    X(stft_pair)           \
    X(stft_power)          \
    X(mel)                 \
    X(conv)                \
    X(mixdown)             \
    X(levels)              \
    X(levels_dot)          \
    X(levels_find)         \
    X(truepeak)            \
    X(kweight)

typedef struct snq__kernels {
#define X(kernel) snq__##kernel##_fn *kernel;
    SNQ__KERNEL_MAP(X)
#undef X
} snq__kernels;

/* flags: SNQ_CPU_*; 0 gives C. */
void snq__kernels_init(snq__kernels *k, unsigned flags);

/* The rows: each sets what it has. */
void snq__kernels_c(snq__kernels *k);
void snq__kernels_avx2(snq__kernels *k);
void snq__kernels_avx512(snq__kernels *k);

/* Not every row has every function: what a row lacks is only declared. */
#define X(kernel)                                   \
    extern snq__##kernel##_fn snq__##kernel##_c;    \
    extern snq__##kernel##_fn snq__##kernel##_avx2; \
    extern snq__##kernel##_fn snq__##kernel##_avx512;
SNQ__KERNEL_MAP(X)
#undef X

#endif
