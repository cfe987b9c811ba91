// SPDX-License-Identifier: MIT
#include "dsp/simd/kernels_impl.h"

#include <math.h>

float snq__truepeak_c(const snq__truepeak_coef *c, const float *x, size_t n, float floor)
{
    for (size_t t = 0; t < n; t++) {
        floor = fmaxf(floor, fabsf(x[t]));
        if (c->factor == 1)
            continue;
        const float *i = x + t - SNQ__TRUEPEAK_HALF; /* the points lie between i[0] and i[1] */
        float first = 0, mid = 0, last = 0;
        for (int k = 0; k < SNQ__TRUEPEAK_HALF; k++) {
            first += c->near[k] * i[-k] + c->far[k] * i[1 + k];
            mid += c->half[k] * (i[-k] + i[1 + k]);
            last += c->far[k] * i[-k] + c->near[k] * i[1 + k];
        }
        floor = fmaxf(floor, fabsf(mid));
        if (c->factor == 4)
            floor = fmaxf(floor, fmaxf(fabsf(first), fabsf(last)));
    }
    return floor;
}
