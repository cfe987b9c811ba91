// SPDX-License-Identifier: MIT
/* source_sound -- sources under test: made, played and measured. Buffers are owned by the caller: snq_free. */
#ifndef SNQ_TESTS_SOURCE_SOUND_H
#define SNQ_TESTS_SOURCE_SOUND_H

#include "synth/voice_source_impl.h"

/* A source with one or more lanes that sound. */
typedef struct sound {
    const snq__source_type *type;
    void *source;
    snq_bank *bank;
    float value[SNQ__SOURCE_PARAMS_MAX];
    uint32_t rate_hz, active;
    int stereo;
    snq__source_block
        block; /* hz, shape, level of the next block: `from` is where the last ended */
} sound;

/* A mono sound with the type's defaults and level 1, shape 1/2: then change value[], and make. */
sound sound_of(const snq__source_type *type, uint32_t rate_hz);
void sound_set(sound *s, const char *id, float value); /* in value[]; to the source too once made */
void sound_make(sound *s, const char *recording);
void sound_start(sound *s, uint32_t lane, double hz, uint64_t seed);
/* n frames of one lane of the left side; lane hz, shape, level stay as they are. Blocks of `block` frames;
 * 0: of odd sizes. */
float *sound_play(sound *s, uint32_t lane, size_t n, uint32_t block);
/* The same of both sides: (2, n). */
float *sound_play_both(sound *s, uint32_t lane, size_t n, uint32_t block);
void sound_pitch(sound *s, uint32_t lane, double hz); /* at once */
void sound_shape(sound *s, float shape);              /* of all lanes, at once */
void sound_free(sound *s);

/* power (n / 2 + 1,) of x (n,) under a Kaiser window whose skirts are below -140 dB and whose line is
 * SPECTRUM_HALF bins wide to either side; a sine of amplitude 1 has the sum 1/2 over its line. */
enum { SPECTRUM_HALF = 12 };
double *sound_spectrum(const float *x, uint32_t n);
/* Sum of the line round bin `at`. */
double sound_line(const double *power, uint32_t n, double at);
/* Power from bin `from` to `to` that belongs to no line of a multiple of `base` (bins). */
double sound_between(const double *power, uint32_t n, double base, double from, double to);

#endif
