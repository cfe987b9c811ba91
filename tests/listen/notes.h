// SPDX-License-Identifier: MIT
/* notes -- tones from lists of partials, and the pitch spectrum of a sound. */
#ifndef SNQ_TESTS_NOTES_H
#define SNQ_TESTS_NOTES_H

#include <stddef.h>

#include "listen/hops.h"

enum { NOTES_RATE = 44100 };

/* A sine a partial: `ratio` times the pitch, `amplitude`. A list ends with ratio 0. */
typedef struct partial {
    double ratio, amplitude;
} partial;

/* n samples of the partials below 20 kHz; decay_s > 0: they fade, e^(-t / decay_s). Owned: snq_free. */
float *note_make(size_t n, double hz, const partial *partials, double decay_s);
/* Adds a sawtooth of its harmonics below 8 kHz, h-th amplitude / h. */
void add_saw(float *x, size_t n, double hz, double amplitude);
/* Each pitch frame of x (n,), mono, goes to `take`. */
void pitch_frames(const float *x, size_t n, void (*take)(void *user, const snq_pitch_frame *f),
                  void *user);

#endif
