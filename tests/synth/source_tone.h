// SPDX-License-Identifier: MIT
/* source_tone -- single partials of a sound, and what a source costs. */
#ifndef SNQ_TESTS_SOURCE_TONE_H
#define SNQ_TESTS_SOURCE_TONE_H

#include <complex.h>
#include <stddef.h>

#include "source_sound.h"

/* Complex amplitude of the partial at hz of x (n,) under a Hann window: a sine of amplitude 1 has modulus 1. */
double complex tone_at(const float *x, size_t n, double rate, double hz);
/* Frequency of the partial near hz, from its phase in two windows of n / 2 frames, a quarter apart; those of x (n,). It
 * must be nearer than rate / n to what it is. */
double tone_hz(const float *x, size_t n, double rate, double hz);
/* Seconds in which the partial at hz falls by 60 dB: a straight line through its level in windows of
 * `window` frames, one after another. */
double tone_decay_s(const float *x, size_t n, size_t window, double rate, double hz);
/* Power above hz of x (n,), Hann window. */
double tone_power_above(const float *x, size_t n, double rate, double hz);
/* ns a voice-sample of eight lanes, the best of several seconds of blocks of 64, whose pitch moves by
 * `vibrato` (a share) from each to the next. */
double source_ns(sound *s, float vibrato);
/* Starts all eight lanes, a fourth apart from hz on. */
void source_chord(sound *s, double hz);

#endif
