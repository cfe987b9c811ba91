// SPDX-License-Identifier: MIT
/* delay_parts -- what effects made of delays share: a tap that moves without a click, reading between
 * samples, a slow sine, a one-pole filter's coefficient.
 *
 * Reading between samples: Lagrange's polynomial through six of them,
 *     x(t - d) = sum over k = -2 .. 3 of w[k + 2](d - b) x[t - b - k],      b = floor(d) >= 2
 * flat within 0.1 dB to 0.19 of the rate, within 1 dB to 0.29 (at d - b = 1/2, where it is worst); at
 * whole d exactly the sample. */
#ifndef SNQ_FX_DELAY_PARTS_IMPL_H
#define SNQ_FX_DELAY_PARTS_IMPL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fx/effect_impl.h"

enum { SNQ__LAGRANGE = 6, SNQ__LAGRANGE_AHEAD = 2 };

static inline void snq__lagrange(float d, float w[SNQ__LAGRANGE])
{
    const float a = d + 2, b = d + 1, e = d - 1, f = d - 2, g = d - 3;
    const float ab = a * b, fg = f * g, de = d * e;
    w[0] = b * de * fg * (-1.0f / 120);
    w[1] = a * de * fg * (1.0f / 24);
    w[2] = ab * e * fg * (-1.0f / 12);
    w[3] = ab * d * fg * (1.0f / 12);
    w[4] = ab * de * g * (-1.0f / 24);
    w[5] = ab * de * f * (1.0f / 120);
}

/* Of ring (mask + 1,), whose newest sample is at `at`, that of `delay` >= 2 before. */
static inline float snq__ring_read(const float *ring, uint32_t mask, uint32_t at, double delay)
{
    const uint32_t whole = (uint32_t)delay;
    float w[SNQ__LAGRANGE], sum = 0;
    snq__lagrange((float)(delay - whole), w);
    const uint32_t first = at - whole + SNQ__LAGRANGE_AHEAD;
    for (uint32_t k = 0; k < SNQ__LAGRANGE; k++)
        sum += w[k] * ring[(first - k) & mask];
    return sum;
}

/* Least power of two >= n. */
static inline uint32_t snq__ring_size(uint32_t n)
{
    uint32_t size = 1;
    while (size < n)
        size *= 2;
    return size;
}

/* sin(2 pi phase / 2^32), within 2e-7. */
static inline float snq__slow_sine(uint32_t phase)
{
    const float y = (float)(int32_t)phase * 0x1p-32f, side = y < 0 ? -0.5f : 0.5f;
    const float q = (y < 0 ? -y : y) > 0.25f ? side - y : y;
    const float t = 6.28318531f * q, u = t * t;
    float p = u * -2.50521084e-8f + 2.75573192e-6f;
    p = u * p - 1.98412698e-4f;
    p = u * p + 8.33333333e-3f;
    p = u * p - 1.66666667e-1f;
    return t + t * u * p;
}

/* Steps of a phase of 2^32 a cycle. */
static inline uint32_t snq__phase_step(double hz, double rate_hz)
{
    return (uint32_t)(int64_t)(hz / rate_hz * 4294967296.0);
}

/* a of the one-pole low-pass s += a (x - s), whose gain at hz is -3.01 dB within 0.1 dB up to rate / 8;
 * at most 1. */
static inline float snq__pole(double hz, double rate_hz)
{
    const double w = 6.283185307179586 * hz / rate_hz, c = cos(w < 3.14159 ? w : 3.14159);
    return (float)(sqrt(c * c - 4 * c + 3) + c - 1);
}

static inline float snq__flush(float x)
{
    return fabsf(x) < SNQ__EFFECT_ECHO_ENDS ? 0 : x;
}

static inline int snq__is_zero(const float *x, uint32_t n)
{
    uint32_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        any |= bits;
    }
    return (any & 0x7fffffffu) == 0;
}

/* A whole number of frames that moves by fading from one to the next, cell by cell. */
typedef struct snq__tap {
    uint32_t now, next;   /* frames */
    uint32_t step, steps; /* step 0: no fade; else the cell's, 1 .. steps */
    uint32_t waited;      /* cells for which the goal differs and moves */
} snq__tap;

static inline void snq__tap_init(snq__tap *t, uint32_t frames)
{
    const uint32_t steps = t->steps;
    *t = (snq__tap) { .now = frames, .next = frames, .steps = steps };
}

/* At a cell's begin. A goal that moves is waited for, but not for ever. Returns whether anything
 * changed. */
static inline int snq__tap_cell(snq__tap *t, uint32_t goal, int resting)
{
    const int was = t->step != 0;
    if (t->step == t->steps) {
        t->now = t->next;
        t->step = 0;
    }
    if (t->step) {
        t->step++;
    } else if (goal == t->now) {
        t->waited = 0;
    } else if (resting || t->waited++ >= 2 * t->steps) {
        t->next = goal;
        t->step = 1;
        t->waited = 0;
    }
    return was || t->step;
}

/* Part of `next` at frame `at` of the cell. */
static inline float snq__tap_part(const snq__tap *t, uint32_t at)
{
    if (!t->step)
        return 0;
    const float u =
        (float)((t->step - 1) * SNQ_EFFECT_BLOCK + at + 1) / (float)(t->steps * SNQ_EFFECT_BLOCK);
    return u * u * (3 - 2 * u);
}

#endif
