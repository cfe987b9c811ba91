// SPDX-License-Identifier: MIT
/* melody_make -- a section's melody out of a style's traits: who sings it (an instrument, a voice) says how.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_MELODY_MAKE_H
#define SNQ_COMPOSE_MELODY_MAKE_H

#include "base/attr.h"
#include "base/status.h"
#include "compose/style_melody.h"
#include "compose/track_kind.h"

typedef struct snq_singer {
    const snq_track_job *job;      /* borrowed */
    const snq_style_melody *style; /* borrowed: traits, with what words made of them */
    double density;                /* 0 .. 1 */
    double vary;                   /* 0 .. 1 chance that a bar comes back varied */
    double loud;                   /* added to velocities */
    double breath_steps;           /* longest phrase; 0: never out of breath */
} snq_singer;

/* Set of qualities asked for less those to be avoided, as -1, 0, 1. */
int snq_singer_has(const snq_track_job *job, int quality);
/* Append the notes of one section in which the track plays. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_singer_section(const snq_singer *s, const snq_form_section *f,
                                           snq_track *out);

#endif
