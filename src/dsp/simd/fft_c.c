// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

void snq__rfft_unpack_c(float *x, const float *z, const float *v, uint32_t m)
{
    x[0] = z[0] + z[1];
    x[1] = 0.0f;
    x[2 * (size_t)m] = z[0] - z[1];
    x[2 * (size_t)m + 1] = 0.0f;
    for (uint32_t k = 1; k <= m / 2; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(m - k);
        const float sr = a[0] + b[0], si = a[1] - b[1]; /* a + conj b */
        const float dr = a[0] - b[0], di = a[1] + b[1]; /* a - conj b */
        const float vr = v[2 * (size_t)k], vi = v[2 * (size_t)k + 1];
        const float tr = vr * dr - vi * di, ti = vr * di + vi * dr;
        float *p = x + 2 * (size_t)k, *q = x + 2 * (size_t)(m - k);
        p[0] = 0.5f * sr + tr;
        p[1] = 0.5f * si + ti;
        q[0] = 0.5f * sr - tr;
        q[1] = ti - 0.5f * si;
    }
}
