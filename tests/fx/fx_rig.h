// SPDX-License-Identifier: MIT
/* fx_rig -- plays sound through an effect and measures what comes out: for the tests of reverb, delay,
 * chorus, saturation and vinyl. */
#ifndef SNQ_TESTS_FX_RIG_H
#define SNQ_TESTS_FX_RIG_H

#include "support/check.h"

#include "fx/effect.h"

typedef struct rig_sound {
    float *left, *right; /* (n,) */
    size_t n;
} rig_sound;

/* All fail the running test when they can't. Zeros; free with rig_sound_free. */
rig_sound rig_sound_new(size_t n);
void rig_sound_free(rig_sound *s);
/* Both sides: a sine; white noise of an RMS, sides apart. */
void rig_sine(rig_sound *s, double hz, double rate_hz, double amplitude);
void rig_noise(rig_sound *s, double rms, uint64_t seed);

/* An effect with parameters set: pairs of id and value as text, "size=0.5 mix=1". */
snq_effect *rig_effect(const char *kind, uint32_t rate_hz, uint64_t seed, const char *settings);
void rig_set(snq_effect *e, const char *kind, const char *settings);
uint32_t rig_param(const char *kind, const char *id);
/* In place, `block` frames a call, denormals off. */
void rig_run(snq_effect *e, rig_sound *s, size_t block);
/* frames from .. to of s in place. */
void rig_run_part(snq_effect *e, rig_sound *s, size_t from, size_t to, size_t block);

double rig_rms(const float *x, size_t n);
double rig_db(double ratio); /* 20 log10 */
/* Amplitude of the sine of hz in x (n,), by projection with a Hann window. */
double rig_tone(const float *x, size_t n, double hz, double rate_hz);
/* Largest |a - b|. */
double rig_apart(const float *a, const float *b, size_t n);

/* The bar on clicks: a jump of a parameter at frame `at`; energy above 8 kHz in the 5 ms around every
 * moment of the 100 ms after it, against the most of such 5 ms in the 50 ms before, in dB; both sides.
 * Counts nothing below -100 dBFS. */
double rig_click_db(const rig_sound *s, size_t at, double rate_hz);
/* The same, but against the 50 ms from frame `later` on as well: what a parameter brings for good is no
 * click. */
double rig_jump_db(const rig_sound *s, size_t at, size_t later, double rate_hz);

/* What every kind owes: the sweep of failing allocations; the same for any cut into blocks within
 * `apart`; the same after a reset; extreme values of all parameters, at several rates, with sound that is
 * none, stay finite; a tail that ends in zeros within tail_s, when effect_silent says so
 * (tail_s 0: the kind keeps no sound). */
void rig_check_kind(const char *kind, const char *settings, double apart, double tail_s);

#endif
