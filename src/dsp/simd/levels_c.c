// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <math.h>

void snq__levels_c(const float *x, size_t n, double *sum, double *sum_sq, float *min, float *max)
{
    double s = *sum, q = *sum_sq;
    float lo = *min, hi = *max;
    for (size_t t = 0; t < n; t++) {
        const double v = x[t];
        s += v;
        q += v * v;
        lo = x[t] < lo ? x[t] : lo;
        hi = x[t] > hi ? x[t] : hi;
    }
    *sum = s;
    *sum_sq = q;
    *min = lo;
    *max = hi;
}

double snq__levels_dot_c(const float *l, const float *r, size_t n)
{
    double y = 0;
    for (size_t t = 0; t < n; t++)
        y += (double)l[t] * r[t];
    return y;
}

size_t snq__levels_find_c(const float *x, size_t n, float ceiling)
{
    size_t t = 0;
    while (t < n && fabsf(x[t]) < ceiling)
        t++;
    return t;
}
