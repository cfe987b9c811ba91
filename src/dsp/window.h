// SPDX-License-Identifier: MIT
/* window -- tapering windows for spectral analysis and filter design.
 *
 * Periodic form: w (n,) is the first n of n + 1 symmetric points, so w[0] is the lowest and the
 * peak 1.0 lies at n/2; sums of shifted Hann windows are then constant.
 *
 *     RECT             1
 *     HANN             0.5 - 0.5 cos a,       a = 2 pi t / n
 *     HAMMING          0.54 - 0.46 cos a
 *     BLACKMAN_HARRIS  0.35875 - 0.48829 cos a + 0.14128 cos 2a - 0.01168 cos 3a   (-92 dB)
 *     KAISER           I0(beta sqrt(1 - (2t/n - 1)^2)) / I0(beta)
 *
 * Sources: F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier
 * transform", Proc. IEEE 66(1), 1978 (all but Kaiser); J. F. Kaiser, "Nonrecursive digital filter
 * design using the I0-sinh window function", ISCAS 1974.
 * Threads: [any]. */
#ifndef SNQ_DSP_WINDOW_H
#define SNQ_DSP_WINDOW_H

#include <stdint.h>

typedef enum snq_window_kind {
    SNQ_WINDOW_RECT = 0,
    SNQ_WINDOW_HANN,
    SNQ_WINDOW_HAMMING,
    SNQ_WINDOW_BLACKMAN_HARRIS,
} snq_window_kind;

/* w (n,) is filled; n 0 is legal. An unknown kind gives RECT. */
void snq_window_fill(snq_window_kind kind, float *w, uint32_t n);
/* beta >= 0: 0 is RECT, 8.6 has side lobes near -90 dB. */
void snq_window_kaiser(float *w, uint32_t n, double beta);
/* Sum of w and of w^2 over (n,); either pointer may be NULL. */
void snq_window_sums(const float *w, uint32_t n, double *sum, double *sum_sq);

#endif
