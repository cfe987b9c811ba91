// SPDX-License-Identifier: MIT
#include "fx/biquad_pair.h"

typedef double pair __attribute__((vector_size(16), aligned(8)));

static void run(const snq__biquad_block *k, double state[4], double *z, uint32_t n)
{
    pair s1 = { state[0], state[1] }, s2 = { state[2], state[3] };
    for (uint32_t i = 0; i < n; i++) {
        pair *at = (pair *)(void *)(z + 2 * i);
        const pair x = *at;
        const pair t1 = k->b[0] * x + k->a[0][1] * s2, t2 = k->b[1] * x + k->a[1][0] * s1;
        *at = k->d * x + (k->c[0] * s1 + k->c[1] * s2);
        s1 = k->a[0][0] * s1 + t1;
        s2 = k->a[1][1] * s2 + t2;
    }
    state[0] = s1[0], state[1] = s1[1];
    state[2] = s2[0], state[3] = s2[1];
}

static void join(double *z, const float *left, const float *right, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        z[2 * i] = left[i];
        z[2 * i + 1] = right[i];
    }
}

static void part(float *left, float *right, const double *z, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        left[i] = (float)z[2 * i];
        right[i] = (float)z[2 * i + 1];
    }
}

const snq__biquad snq__biquad_c = { .name = "c", .run = run, .join = join, .part = part };
