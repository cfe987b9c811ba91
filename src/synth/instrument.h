// SPDX-License-Identifier: MIT
/* instrument -- something that plays notes: what every engine looks like from outside.
 *
 * Engines: "voice" (sources, filters, envelopes, matrix), "drums" (drums by synthesis), "soundfont"
 * (FluidSynth, when it was found at build time). An instrument plays one track.
 *
 *     new ─► prepare ─► { note_on, note_off, set, wheel …, run }* ─► free
 *
 * Threads: new, prepare, free [control]; all else [audio]: they neither allocate nor lock. One object
 * belongs to one thread at a time. */
#ifndef SNQ_SYNTH_INSTRUMENT_H
#define SNQ_SYNTH_INSTRUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/param.h"
#include "synth/bank.h"
#include "synth/patch.h"

enum { SNQ_INSTRUMENT_BLOCK = 64 }; /* most frames of one run */

typedef struct snq_instrument snq_instrument;

typedef struct snq_instrument_cfg {
    uint32_t rate_hz;       /* 8000 .. 192000 (48000) */
    uint64_t seed;          /* of all that is random */
    const snq_patch *patch; /* borrowed for new only */
    const snq_bank *bank;   /* borrowed for life */
} snq_instrument_cfg;

/* Performance inputs of a player (MIDI controllers in words). */
typedef enum snq_perform {
    SNQ_PERFORM_BEND = 0,   /* semitones */
    SNQ_PERFORM_WHEEL,      /* 0..1, controller 1 */
    SNQ_PERFORM_PRESSURE,   /* 0..1, channel pressure */
    SNQ_PERFORM_SUSTAIN,    /* 0 or 1, controller 64 */
    SNQ_PERFORM_EXPRESSION, /* 0..1, linear gain squared as GM says: controller 11 */
    SNQ_PERFORM_VOLUME,     /* 0..1, controller 7 (100/127 by default) */
    SNQ_PERFORM_PAN,        /* -1..1, controller 10 */
    SNQ_PERFORM_BEAT,       /* quarter notes since the start: synced LFOs run by it */
    SNQ_PERFORM_BPM,        /* quarter notes a minute now */
} snq_perform;

/* A note that will come: what an engine may want to make ready beforehand. */
typedef struct snq_instrument_note {
    int64_t frame;  /* when it begins */
    float note;     /* MIDI note number */
    float velocity; /* 0..1 */
} snq_instrument_note;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM, ERR_NOT_FOUND (engine,
 * recording), ERR_RANGE, ERR_UNSUPPORTED (an engine that this build lacks). */
SNQ_MUST_USE snq_status snq_instrument_new(const snq_instrument_cfg *cfg, snq_instrument **out);
void snq_instrument_free(snq_instrument *i); /* NULL is legal */
/* Optional: the notes (n,) of the whole track in order of frame, borrowed for the call, and a way to know
 * what parameter `index` will be at a frame (NULL: as it is now). ERR_NOMEM. */
SNQ_MUST_USE snq_status
snq_instrument_prepare(snq_instrument *i, const snq_instrument_note *note, size_t n,
                       float (*value_at)(void *user, uint32_t index, int64_t frame), void *user);

/* The parameters that can be set: borrowed, for the instrument's life. Parameter i moves by set(i). */
const snq_param *snq_instrument_params(const snq_instrument *i, size_t *n);

/* Note `id` (any number; two sounding notes of one id are legal: off ends the older). velocity 0..1. */
SNQ_RT void snq_instrument_note_on(snq_instrument *i, uint32_t id, float note, float velocity);
SNQ_RT void snq_instrument_note_off(snq_instrument *i, uint32_t id, float release_velocity);
SNQ_RT void snq_instrument_set(snq_instrument *i, uint32_t index,
                               float value); /* clamped; NaN ignored */
SNQ_RT void snq_instrument_perform(snq_instrument *i, snq_perform what, double value);
/* All notes off (with their release), or silence at once (5 ms fade). */
SNQ_RT void snq_instrument_all_off(snq_instrument *i, int at_once);
/* WRITES n frames (n <= SNQ_INSTRUMENT_BLOCK) to left and right. */
SNQ_RT void snq_instrument_run(snq_instrument *i, float *left, float *right, uint32_t n);
/* Whether nothing sounds and nothing will until the next note: run would write exact zeros. */
SNQ_RT int snq_instrument_silent(const snq_instrument *i);

#endif
