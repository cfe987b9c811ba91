// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__stft_load_c(float *z, const float *w, const float *l, const float *r, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        z[2 * t] = w[t] * l[t];
        z[2 * t + 1] = w[t] * r[t];
    }
}

void snq__stft_mul_c(float *y, const float *w, const float *x, size_t n)
{
    for (size_t t = 0; t < n; t++)
        y[t] = w[t] * x[t];
}

void snq__stft_pair_c(float *power, const float *z, uint32_t n, float scale)
{
    for (uint32_t k = 0; k <= n / 2; k++) {
        const float *a = z + 2 * (size_t)k;
        const float *b = z + 2 * (size_t)(k ? n - k : 0);
        power[k] += scale * ((a[0] * a[0] + a[1] * a[1]) + (b[0] * b[0] + b[1] * b[1]));
    }
}

void snq__stft_cross_c(float *cross, const float *z, uint32_t n, uint32_t bins, float scale)
{
    for (uint32_t k = 0; k < bins; k++) {
        const float *a = z + 2 * (size_t)k;
        const float *b = z + 2 * (size_t)(k ? n - k : 0);
        cross[k] = scale * (a[0] * b[1] + a[1] * b[0]);
    }
}

void snq__stft_abs2_c(float *power, const float *z, size_t n, float scale)
{
    for (size_t k = 0; k < n; k++)
        power[k] += scale * (z[2 * k] * z[2 * k] + z[2 * k + 1] * z[2 * k + 1]);
}
