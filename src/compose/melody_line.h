// SPDX-License-Identifier: MIT
/* melody_line -- which pitches a line takes: near to where it wants to go, at home in the chords, easy to sing.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_MELODY_LINE_H
#define SNQ_COMPOSE_MELODY_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_LINE_REACH = 9 }; /* semitones that a note may be off its target */

/* What a note is for. */
typedef enum snq_line_role {
    SNQ_LINE_PLAIN = 0,
    SNQ_LINE_QUESTION, /* the last of a half phrase: a chord's tone, rather not the tonic */
    SNQ_LINE_ANSWER,   /* the last of a phrase: the tonic, or the chord's third or fifth */
} snq_line_role;

typedef struct snq_line_note {
    int32_t step, steps;   /* where, how long (for how much a foreign tone hurts) */
    int16_t target;        /* pitch it would like */
    uint8_t fixed;         /* it has it */
    uint8_t strong;        /* 0 between, 1 weak, 2 a beat or long, 3 one of the bar */
    uint8_t role;          /* snq_line_role */
    uint8_t outside;       /* it may be foreign to the scale, if it leads by a semitone */
    uint8_t blue;          /* it may be a blue note */
    uint16_t scale, chord; /* pitch classes here */
} snq_line_note;

typedef struct snq_line_taste {
    int low, high;  /* pitches, high - low >= 1 */
    double leaps;   /* 0 .. 1 */
    double repeats; /* 0 .. 1 */
    uint16_t blue;  /* pitch classes */
    uint8_t tonic;
} snq_line_taste;

/* Pitches for all notes together: pitch (n,). ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_line_solve(const snq_line_taste *taste, const snq_line_note *note,
                                       size_t n, int16_t *pitch);

/* The scale where a chord sounds: foreign tones of the chord take the place of the scale's a semitone beside. */
uint16_t snq_line_scale(uint16_t scale, uint16_t chord);
/* Five tones of a scale of seven: without the two that are a semitone over another (major: 1 2 3 5 6, minor:
 * 1 b3 4 5 b7). */
uint16_t snq_line_five(int tonic, int mode);

#endif
