// SPDX-License-Identifier: MIT
/* make_audio -- test signals with known answers. Buffers are owned by the caller: snq_free. */
#ifndef SNQ_TESTS_MAKE_AUDIO_H
#define SNQ_TESTS_MAKE_AUDIO_H

#include <stddef.h>
#include <stdint.h>

/* n zeros */
float *make_silence(size_t n);
/* x[i] += amplitude * sin(2 pi hz i / rate + phase), i from `from` to `to` */
void add_sine(float *x, size_t from, size_t to, double rate, double hz, double amplitude,
              double phase);
/* white noise of this RMS, uniform in distribution, from a seed */
void add_noise(float *x, size_t from, size_t to, double rms, uint64_t seed);
/* amplitude of a sine whose peak is at this level (EBU Tech 3341 gives levels so) */
double sine_amplitude(double dbfs_peak);

#endif
