// SPDX-License-Identifier: MIT
/* style_melody -- how a genre sings, as data: the member "melody" of a style.
 *
 *     {"range": [64, 84], "leaps": 0.12, "pentatonic": 0.3, "rhythms": [
 *        {"notes": "x-x-x---..x-x---", "weight": 2, "place": "open"}], "plans": ["ABAC", "ABaD"]}
 *
 * `notes` of a rhythm has one sign a step (a sixteenth), 16 of them (a bar of 4/4; melody_line.c tells how other
 * metres read it): x a note, X a note with weight, - the note goes on, . silence.
 * A plan has one sign a bar, 2 to 16 of them: a capital is a bar's idea, the small letter the same idea varied, a
 * point a bar of silence. Each half of a plan ends like a question, the whole like an answer.
 *
 * Plain data, no pointers. Threads: [any]. */
#ifndef SNQ_COMPOSE_STYLE_MELODY_H
#define SNQ_COMPOSE_STYLE_MELODY_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"

enum {
    SNQ_MELODY_RHYTHMS_MAX = 24,
    SNQ_MELODY_PLANS_MAX = 12,
    SNQ_MELODY_STEPS = 16,
    SNQ_MELODY_PLAN_MAX = 16,
};

/* Where in a phrase a rhythm stands. */
enum { SNQ_MELODY_ANY, SNQ_MELODY_OPEN, SNQ_MELODY_CLOSE, SNQ_MELODY_PLACES };
/* "sung": a line with breath; "vowels": long tones; "chops": short syllables in rhythm. */
enum { SNQ_VOCAL_SUNG, SNQ_VOCAL_VOWELS, SNQ_VOCAL_CHOPS, SNQ_VOCAL_WAYS };

typedef struct snq_melody_rhythm {
    char notes[SNQ_MELODY_STEPS + 1];
    uint8_t place;                /* "any", "open", "close" ("any") */
    float weight;                 /* > 0 (1) */
    float energy_min, energy_max; /* of the sections that it suits (0, 1) */
} snq_melody_rhythm;

typedef struct snq_melody_plan {
    char bars[SNQ_MELODY_PLAN_MAX + 1];
    float weight; /* > 0 (1) */
} snq_melody_plan;

typedef struct snq_style_vocal {
    uint8_t low, high; /* 48 .. 84 (57, 76) */
    uint8_t way;       /* SNQ_VOCAL_* ("sung") */
    float phrase_s;    /* 1 .. 12: longest phrase in a breath (5.5) */
    float density;     /* 0 .. 1 (0.5) */
} snq_style_vocal;

typedef struct snq_style_melody {
    uint8_t low, high; /* pitches that it may play: 36 .. 108, high >= low + 10 (62, 81) */
    float leaps;       /* 0 .. 1 taste for leaps (0.25) */
    float repeats;     /* 0 .. 1 taste for the same pitch again (0.15) */
    float pentatonic;  /* 0 .. 1 chance that a material keeps to five tones (0.2) */
    float blue;        /* 0 .. 1 taste for blue notes (0) */
    float chromatic;   /* 0 .. 1 taste for notes from outside between two others (0) */
    float hook; /* 0 .. 1 chance that an idea comes back note for note over other chords (0.4) */
    float ornament;         /* 0 .. 1 chance that a varied bar is decorated (0.2) */
    float pickup;           /* 0 .. 1 chance that a phrase begins before its one (0.2) */
    float answer;           /* 0 .. 1 how much it keeps still where others are busy (0.2) */
    float gate;             /* 0.1 .. 1.1 of the written length that sounds (0.92) */
    float velocity, accent; /* 1 .. 127 (88, 104) */
    snq_melody_rhythm rhythm[SNQ_MELODY_RHYTHMS_MAX];
    uint32_t rhythms; /* >= 1 */
    snq_melody_plan plan[SNQ_MELODY_PLANS_MAX];
    uint32_t plans; /* >= 1 */
    snq_style_vocal vocal;
} snq_style_melody;

void snq__style_melody_default(snq_style_melody *out);
/* A style's member "melody". ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG, naming the place; *out is then undefined. */
SNQ_MUST_USE snq_status snq__style_melody_read(const snq_json_ref *at, snq_style_melody *out);

#endif
