// SPDX-License-Identifier: MIT
/* voice_source -- what makes a voice's raw sound: a table of functions a kind.
 *
 * An object serves the eight lanes of one voice group. The voice engine starts a lane when a note
 * begins, runs blocks, and may start the lane again at any time (a stolen voice has been faded out by
 * then). Sources don't know envelopes, filters or notes' ends, except those that may end by themselves
 * or have a way out of a loop.
 *
 * Determinism: all chance comes from the seed given at start; the sound does not depend on how blocks
 * are cut beyond rounding.
 * Threads: new, free [control]; the rest [audio], one thread at a time. */
#ifndef SNQ_SYNTH_VOICE_SOURCE_IMPL_H
#define SNQ_SYNTH_VOICE_SOURCE_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/param.h"
#include "synth/bank.h"
#include "synth/lanes_impl.h"

enum { SNQ__SOURCE_PARAMS_MAX = 24 };

typedef struct snq__source_cfg {
    uint32_t rate_hz;
    const float *value;    /* (params,) of the type's table, clamped; copied */
    const snq_bank *bank;  /* wave tables, recordings: borrowed for life */
    const char *recording; /* name in the bank that the patch asks for, "" none; borrowed */
    int stereo;            /* run will be given a right side */
} snq__source_cfg;

typedef struct snq__source_note {
    float hz;       /* at the start, before modulation */
    float note;     /* MIDI note number, fractions are cents */
    float velocity; /* 0..1 */
    uint64_t seed;  /* of all that is random in this note */
} snq__source_note;

typedef struct snq__source_block {
    uint32_t n;      /* frames, 1 .. SNQ_SYNTH_BLOCK */
    uint32_t active; /* bit a lane that has a voice */
    snq__ramp hz;    /* 0 .. rate / 2, all modulation of pitch included */
    snq__ramp shape; /* 0..1: what the kind makes of it (pulse width, table position, FM depth …) */
    snq__ramp level; /* linear gain; 0 in lanes that have no voice */
} snq__source_block;

typedef struct snq__source_type {
    const char *name;       /* "wave", "noise", "fm", "string", "formant", "grain", "sample" */
    const snq_param *param; /* (params,) static; ids without prefix, e.g. "unison" */
    uint32_t params;        /* 0 .. SNQ__SOURCE_PARAMS_MAX */
    int stereo;             /* can make two different sides */

    /* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM, ERR_NOT_FOUND (the
     * recording), ERR_ARG. */
    snq_status (*make)(const snq__source_cfg *cfg, void **out);
    void (*free)(void *self); /* NULL is legal */
    /* A note is about to begin in a lane of this group or of another one of the instrument: told to all of
     * them, in order, before start. It ends what the note chokes, and counts turns. NULL: nothing to do. */
    SNQ_RT void (*begins)(void *self, const snq__source_note *note);
    SNQ_RT void (*start)(void *self, uint32_t lane, const snq__source_note *note);
    /* The note has ended, the voice's release goes on; NULL: nothing to do. */
    SNQ_RT void (*release)(void *self, uint32_t lane);
    /* Parameter `index` moves to `value` (clamped), from the next block on, without a click. NULL: fixed. */
    SNQ_RT void (*set)(void *self, uint32_t index, float value);
    /* ADDS n frames to left and right (n, lanes); right is NULL when cfg.stereo is 0. */
    SNQ_RT void (*run)(void *self, const snq__source_block *b, snq__lanes *left, snq__lanes *right);
    /* Whether the lane's sound is over for good (a one-shot's end); NULL: never. */
    SNQ_RT int (*ended)(const void *self, uint32_t lane);
} snq__source_type;

extern const snq__source_type snq__source_wave;    /* saw, square, triangle, sine, tables; unison */
extern const snq__source_type snq__source_noise;   /* white, pink, brown, blue, violet */
extern const snq__source_type snq__source_fm;      /* two to four operators */
extern const snq__source_type snq__source_string;  /* plucked string */
extern const snq__source_type snq__source_formant; /* a voice that sings vowels */
extern const snq__source_type snq__source_grain;   /* a cloud of grains of a recording */
extern const snq__source_type snq__source_sample;  /* the user's recordings, by key and velocity */

/* The type of this name, NULL when there is none. */
const snq__source_type *snq__source_find(const char *name);

#endif
