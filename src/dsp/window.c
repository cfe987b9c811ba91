// SPDX-License-Identifier: MIT
#include "dsp/window.h"

#include <math.h>
#include <stddef.h>

/* w[t] = c0 - c1 cos(2 pi t / n): a quarter tells the others. */
static void fill_quarters(double c0, double c1, float *w, uint32_t n)
{
    for (uint32_t t = 0; t <= n / 4; t++) {
        const double q = c1 * cos(2 * M_PI * t / n);
        w[t] = w[t ? n - t : 0] = (float)(c0 - q);
        w[n / 2 - t] = w[n / 2 + t] = (float)(c0 + q);
    }
}

void snq_window_fill(snq_window_kind kind, float *w, uint32_t n)
{
    /* coefficients of 1, -cos a, cos 2a, -cos 3a: Harris 1978, table 1 and section V */
    static const double table[][4] = {
        [SNQ_WINDOW_RECT] = { 1, 0, 0, 0 },
        [SNQ_WINDOW_HANN] = { 0.5, 0.5, 0, 0 },
        [SNQ_WINDOW_HAMMING] = { 0.54, 0.46, 0, 0 },
        [SNQ_WINDOW_BLACKMAN_HARRIS] = { 0.35875, 0.48829, 0.14128, 0.01168 },
    };
    const double *c = table[(unsigned)kind <= SNQ_WINDOW_BLACKMAN_HARRIS ? kind : SNQ_WINDOW_RECT];
    if (c[2] == 0 && n % 4 == 0 && n) {
        fill_quarters(c[0], c[1], w, n);
        return;
    }
    for (uint32_t t = 0; t < n; t++) {
        const double a = 2 * M_PI * t / n;
        w[t] = (float)(c[0] - c[1] * cos(a) + c[2] * cos(2 * a) - c[3] * cos(3 * a));
    }
}

/* Modified Bessel function of order 0 by its power series: terms fall fast enough for beta < 50. */
static double bessel_i0(double x)
{
    double term = 1, sum = 1;
    for (int k = 1; k < 500 && term > sum * 1e-18; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

void snq_window_kaiser(float *w, uint32_t n, double beta)
{
    const double top = bessel_i0(beta);
    for (uint32_t t = 0; t < n; t++) {
        const double u = 2.0 * t / n - 1;
        w[t] = (float)(bessel_i0(beta * sqrt(1 - u * u)) / top);
    }
}

void snq_window_sums(const float *w, uint32_t n, double *sum, double *sum_sq)
{
    double s = 0, q = 0;
    for (uint32_t t = 0; t < n; t++) {
        s += w[t];
        q += (double)w[t] * w[t];
    }
    if (sum)
        *sum = s;
    if (sum_sq)
        *sum_sq = q;
}
