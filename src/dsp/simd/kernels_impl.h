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

/* z (n, 2): z[t] = (w[t] l[t], w[t] r[t]); w, l, r (n,). Bit-exact. */
typedef void snq__stft_load_fn(float *z, const float *w, const float *l, const float *r, size_t n);
/* y[t] = w[t] x[t]; all (n,). Bit-exact. */
typedef void snq__stft_mul_fn(float *y, const float *w, const float *x, size_t n);
/* power[k] += scale (|z[k]|^2 + |z[(n - k) mod n]|^2), k in [0, n/2]; z (n, 2), n even.
 * Within 1e-6 of the value. */
typedef void snq__stft_pair_fn(float *power, const float *z, uint32_t n, float scale);
/* cross[k] = scale Im(z[k] z[(n - k) mod n]), k in [0, bins), bins <= n/2 + 1; z (n, 2).
 * Within 1e-6 of |z[k]| |z[n - k]| scale. */
typedef void snq__stft_cross_fn(float *cross, const float *z, uint32_t n, uint32_t bins,
                                float scale);
/* power[k] += scale |z[k]|^2, k in [0, n); z (n, 2). Within 1e-6 of the value. */
typedef void snq__stft_abs2_fn(float *power, const float *z, size_t n, float scale);

/* x (m + 1, 2) = transform of 2m real samples, from z (m, 2) = transform of them taken as m complex
 * ones; v (m/2 + 1, 2), v[k] = -i/2 e^(-i pi k / m). x != z, m a multiple of 2. See fft.c.
 * Within 1e-6 of |z[k]| + |z[m - k]|. */
typedef void snq__rfft_unpack_fn(float *x, const float *z, const float *v, uint32_t m);

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
    X(stft_load)           \
    X(stft_mul)            \
    X(stft_pair)           \
    X(stft_cross)          \
    X(stft_abs2)           \
    X(rfft_unpack)         \
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
