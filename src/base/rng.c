// SPDX-License-Identifier: MIT
#include "base/rng.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void snq_rng_init(snq_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t snq_rng_next(snq_rng *r)
{
    uint64_t *s = r->s;
    const uint64_t out = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
}

double snq_rng_uniform(snq_rng *r)
{
    return (double)(snq_rng_next(r) >> 11) * 0x1.0p-53;
}

uint32_t snq_rng_below(snq_rng *r, uint32_t n)
{
    const uint32_t threshold = -n % n; /* values below it would favour small results */
    for (;;) {
        const uint64_t m = (snq_rng_next(r) >> 32) * n;
        if ((uint32_t)m >= threshold)
            return (uint32_t)(m >> 32);
    }
}

double snq_rng_normal(snq_rng *r)
{
    for (;;) {
        const double u = 2.0 * snq_rng_uniform(r) - 1.0, v = 2.0 * snq_rng_uniform(r) - 1.0;
        const double q = u * u + v * v;
        if (q > 0.0 && q < 1.0)
            return u * sqrt(-2.0 * log(q) / q);
    }
}
