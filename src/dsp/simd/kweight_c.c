// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

double snq__kweight_c(const snq__kweight_coef *c, double *state, const float *x, size_t n)
{
    double p1 = state[0], p2 = state[1], q1 = state[2], q2 = state[3];
    double sum = 0;
    for (size_t t = 0; t < n; t++) {
        const double v = x[t];
        const double y =
            c->b0 * v + c->fast_c1 * p1 + c->fast_c2 * p2 + c->slow_c1 * q1 + c->slow_c2 * q2;
        const double p = v - c->fast_a1 * p1 - c->fast_a2 * p2;
        const double q = v - c->slow_a1 * q1 - c->slow_a2 * q2;
        p2 = p1;
        p1 = p;
        q2 = q1;
        q1 = q;
        sum += y * y;
    }
    state[0] = p1;
    state[1] = p2;
    state[2] = q1;
    state[3] = q2;
    return sum;
}
