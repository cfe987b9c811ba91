// SPDX-License-Identifier: MIT
/* voicing -- chords into pitches: laid out as the style likes them, moving as little as can be.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_VOICING_H
#define SNQ_COMPOSE_VOICING_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/context.h"
#include "compose/style_harmony.h"
#include "compose/theory.h"

enum { SNQ_VOICING_NOTES_MAX = 8 };

typedef struct snq_voicing {
    uint8_t pitch[SNQ_VOICING_NOTES_MAX]; /* (notes,), rising */
    uint8_t notes;                        /* 0: no chord */
} snq_voicing;

typedef struct snq_voicing_cfg {
    uint8_t low, high; /* the register, SNQ_VOICING_WINDOW_MIN apart at least */
    uint8_t voices;    /* 1 .. 6 */
    uint8_t kind;      /* SNQ_VOICING_* */
    uint8_t
        with_bass; /* nobody else plays the bass: it is put below, and counts among the voices */
} snq_voicing_cfg;

/* What is to be laid out. */
typedef struct snq_voicing_job {
    snq_chord chord;
    uint8_t ceiling; /* what is above belongs to a melody: avoided; 127: nobody is there */
} snq_voicing_job;

/* job (n,) to out (n,). `before` is what sounded last (notes 0: nothing). ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_voicing_run(const snq_voicing_cfg *cfg, const snq_voicing_job *job,
                                        size_t n, const snq_voicing *before, snq_voicing *out);

/* Which intervals of a chord (n,) a voicing of so many voices takes, by priority; returns n <= 8. Doublings
 * come as the same interval again. */
size_t snq__voicing_tones(const snq_chord *c, int kind, int voices, uint8_t *interval);
/* Cost of going from one to the other: what the search makes small. */
float snq__voicing_motion(const snq_voicing *a, const snq_voicing *b);

/* All chords of the context from chord `first` on, n of them, in one kind drawn from the style's weights;
 * a ceiling where a melody is already there. out (n,). */
SNQ_MUST_USE snq_status snq__voicing_of_context(const snq_context *c, size_t first, size_t n,
                                                const snq_voicing_cfg *cfg,
                                                const snq_voicing *before, snq_voicing *out);

#endif
