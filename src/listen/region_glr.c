// SPDX-License-Identifier: MIT
/* IDEA   Most of the region finder's time is logarithms of 42 bands; here is a short one, written
 *        so that compilers turn the loop into vector instructions.
 * STEPS  x = 2^e m with m in [2/3, 4/3): subtract the bits of 2/3; what then stands in the
 *        exponent's place is e; take it out of x. ln x = e ln 2 + ln m, ln(1 + t) = t p(t), t = m - 1.
 *        Bound: ln(1 + x) >= 2 x / (2 + x), so q - 1 - ln q <= x^2 / (2 + x) with x = q - 1;
 *        their ratio is least, 0.896, at x = 3.5.
 *        Sums run in 16 lanes, so the order of adding doesn't depend on the compiler.
 * CONST  p of degree 6: least maximum of |t p(t) - ln(1 + t)| on [-1/3, 1/3], 2.3e-7; own fit,
 *        2026-11 (iterated least squares at 4000 Chebyshev points).
 * LIMITS x must be a normal positive float. */
#include "listen/region_glr_impl.h"

#include <string.h>

enum { N = SNQ__REGION_STRIDE, LANES = 16 };

#define LN_2     0.693147181f
#define TEN_LG_E 4.34294482f /* 10 lg e */
#define BITS_2_3 0x3f2aaaabu /* of 2/3 */
#define EXPONENT 0xff800000u
#define TINY     1e-12f

static inline float short_log(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t from = bits - BITS_2_3;
    const float e = (float)((int32_t)from >> 23);
    bits -= from & EXPONENT;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float t = m - 1.0f;
    float p = 0.178200355f;
    p = p * t - 0.197027788f;
    p = p * t + 0.196613474f;
    p = p * t - 0.247958754f;
    p = p * t + 0.333450069f;
    p = p * t - 0.500038247f;
    p = p * t + 0.999998991f;
    return e * LN_2 + t * p;
}

static inline float sum_lanes(const float *lane)
{
    float four[4];
    for (int k = 0; k < 4; k++)
        four[k] = (lane[k] + lane[k + 4]) + (lane[k + 8] + lane[k + 12]);
    return (four[0] + four[1]) + (four[2] + four[3]);
}

float snq__glr(const float *restrict x, const float *restrict inv, const float *restrict weight)
{
    float lane[LANES] = { 0 };
    for (int b = 0; b < N; b += LANES)
        for (int k = 0; k < LANES; k++) {
            float q = x[b + k] * inv[b + k];
            q = q > 1.0f ? q : 1.0f;
            lane[k] += weight[b + k] * (q - 1.0f - short_log(q));
        }
    return sum_lanes(lane);
}

float snq__glr_bound(const float *restrict x, const float *restrict inv,
                     const float *restrict weight)
{
    float lane[LANES] = { 0 };
    for (int b = 0; b < N; b += LANES)
        for (int k = 0; k < LANES; k++) {
            float over = x[b + k] * inv[b + k] - 1.0f;
            over = over > 0.0f ? over : 0.0f;
            lane[k] += weight[b + k] * (over * (over / (2.0f + over)));
        }
    return sum_lanes(lane);
}

float snq__glr_between(const float *x, const float *inv, const float *weight, float lo, float hi)
{
    const float most = snq__glr_bound(x, inv, weight), least = SNQ__GLR_LEAST * most;
    if (most < lo || (least > lo && most < hi))
        return most;
    return least > hi ? least : snq__glr(x, inv, weight);
}

void snq__row_sum(const snq__region_rows *r, int64_t i, int n, float *restrict to)
{
    for (int b = 0; b < N; b += LANES) {
        float lane[LANES] = { 0 };
        for (int t = 0; t < n; t++) {
            const float *restrict x = snq__region_power(r, i + t) + b;
            for (int k = 0; k < LANES; k++)
                lane[k] += x[k];
        }
        for (int k = 0; k < LANES; k++)
            to[b + k] = lane[k];
    }
}

float snq__mean_db(const float *restrict x)
{
    float lane[LANES] = { 0 };
    for (int b = 0; b < SNQ_MEL_BANDS / LANES * LANES; b += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += short_log(x[b + k] + TINY);
    for (int k = 0; k < SNQ_MEL_BANDS % LANES; k++)
        lane[k] += short_log(x[SNQ_MEL_BANDS / LANES * LANES + k] + TINY);
    return sum_lanes(lane) * (TEN_LG_E / SNQ_MEL_BANDS);
}
