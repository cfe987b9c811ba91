// SPDX-License-Identifier: MIT
#include "support/make_audio.h"

#include <math.h>

#include "base/alloc.h"
#include "base/rng.h"

float *make_silence(size_t n)
{
    return snq_calloc(n ? n : 1, sizeof(float));
}

void add_sine(float *x, size_t from, size_t to, double rate, double hz, double amplitude,
              double phase)
{
    for (size_t i = from; i < to; i++)
        x[i] += (float)(amplitude * sin(2.0 * M_PI * fmod(hz * (double)i / rate, 1.0) + phase));
}

void add_noise(float *x, size_t from, size_t to, double rms, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t i = from; i < to; i++)
        x[i] += (float)(rms * sqrt(12.0) * (snq_rng_uniform(&r) - 0.5));
}

double sine_amplitude(double dbfs_peak)
{
    return pow(10.0, dbfs_peak / 20.0);
}
