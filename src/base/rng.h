// SPDX-License-Identifier: MIT
/* rng -- seeded random numbers, the same on every machine.
 *
 * xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
 * 47(4), 2021), seeded through splitmix64 as its authors advise. Not for secrets. */
#ifndef SNQ_BASE_RNG_H
#define SNQ_BASE_RNG_H

#include <stdint.h>

typedef struct snq_rng {
    uint64_t s[4];
} snq_rng;

void snq_rng_init(snq_rng *r, uint64_t seed);
uint64_t snq_rng_next(snq_rng *r);
/* uniform in [0, 1), 53 bits */
double snq_rng_uniform(snq_rng *r);
/* uniform integer in [0, n), n > 0, without bias */
uint32_t snq_rng_below(snq_rng *r, uint32_t n);
/* normal, mean 0, deviation 1 (Marsaglia's polar method) */
double snq_rng_normal(snq_rng *r);

#endif
