// SPDX-License-Identifier: MIT
/* voice_checks -- a patch from its text, an instrument of it, and what is measured on its sound. */
#ifndef SNQ_TESTS_VOICE_CHECKS_H
#define SNQ_TESTS_VOICE_CHECKS_H

#include <stddef.h>
#include <stdint.h>

#include "synth/bank.h"
#include "synth/instrument.h"

/* An instrument with its bank, and the sound that it has made so far. */
typedef struct sound {
    snq_bank *bank;
    snq_instrument *instrument;
    uint32_t rate_hz;
    float *left, *right; /* (room,) */
    size_t n, room;
} sound;

/* Head of a patch of the voice engine; goes before its "sources". */
#define PATCH_HEAD                                                                           \
    "{\"schema\":\"sonique/patch/1\",\"id\":\"test\",\"name\":\"Test\",\"family\":\"lead\"," \
    "\"about\":\"A test.\",\"taste\":\"None.\",\"engine\":\"voice\","

/* Fails the running test on any error. The bank has a recording "tone", a second of A4. */
void sound_open(sound *s, const char *patch_text, uint32_t rate_hz, double room_s);
void sound_open_patch(sound *s, const snq_patch *patch, uint32_t rate_hz, double room_s);
void sound_close(sound *s);
void patch_of(const char *text, snq_patch *out);
/* patches/<id>.json of the tree; the test skips where the tree is not known. */
void patch_file(const char *id, snq_patch *out);

/* Play on for this long, in blocks of 64 frames (or `block`). */
void sound_run(sound *s, double seconds);
void sound_run_blocks(sound *s, size_t frames, uint32_t block);
/* Set a parameter; sound_set fails the test when there is none of this id. */
void sound_set(sound *s, const char *id, float value);
void sound_set_if(sound *s, const char *id, float value);

double rms_of(const float *x, size_t n);
double peak_of(const float *x, size_t n);
/* dB by which the power above 8 kHz of the 5 ms round `at` exceeds that of the 50 ms before; neither
 * counts for less than floor_dbfs. */
double click_db(const float *x, size_t n, size_t at, double rate_hz, double floor_dbfs);

#endif
