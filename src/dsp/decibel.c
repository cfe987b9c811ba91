// SPDX-License-Identifier: MIT
/* IDEA   A float already holds the logarithm's whole part in its exponent; what is left is a smooth
 *        curve over one octave.
 * STEPS  x = 2^e m, m in [sqrt(1/2), sqrt(2)):  10 log10 x = 3.0103 (e + log2 m)
 *        log2 m = (2 / ln 2) atanh(z), z = (m - 1) / (m + 1): z + z^3/3 + z^5/5 + z^7/7
 * CONST  |z| <= 0.1716: what the series leaves out, 2/(9 ln 2) z^9, is 5e-8.
 * COST   One division a value; the loop is written so that compilers make vectors of it. */
#include "dsp/decibel.h"

#include <stdint.h>
#include <string.h>

void snq_decibel_run(float *out, const float *power, size_t n, float floor)
{
    const float per_octave = 3.01029995664f;
    for (size_t i = 0; i < n; i++) {
        const float x = power[i] > floor ? power[i] : floor;
        int32_t bits;
        memcpy(&bits, &x, sizeof bits);
        /* 0x3f3504f3 is sqrt(1/2): e counts octaves from there */
        const int32_t e = (bits - 0x3f3504f3) >> 23;
        const int32_t mantissa = bits - (int32_t)((uint32_t)e << 23);
        float m;
        memcpy(&m, &mantissa, sizeof m);
        const float z = (m - 1.0f) / (m + 1.0f), q = z * z;
        const float log2m =
            2.88539008178f * z * (1.0f + q * (0.333333333f + q * (0.2f + q * 0.142857143f)));
        out[i] = per_octave * ((float)e + log2m);
    }
}
