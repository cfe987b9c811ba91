// SPDX-License-Identifier: MIT
/* style_bass -- what the bass of a genre does, as data: the member "bass" of a style.
 *
 *     {"range": [28, 48], "grid": "x.x.x.x.x.x.x.x.", "gate": 0.8, "patterns": [
 *        {"name": "off-beat", "notes": "..1-..1-..1-..8-", "touch": "...............?",
 *         "energy": [0.4, 1], "sections": ["drop"], "weight": 2, "qualities": ["driving"], "kick": "between"}]}
 *
 * `notes` has one sign a step (a sixteenth), 16, 32, 48 or 64 of them (one to four bars of 4/4; bar_fit.h
 * tells how other metres read them):
 *     .  silence        -  the note before goes on      1  what the chord has lowest (its root, mostly)
 *     3 5 7  third, fifth, seventh of the chord (what it has of them)     8  octave over 1     v  fifth below 1
 *     2 4 6  steps of the scale over 1      a  a note that leads to what follows     x  a dead note on 1
 * `touch` (may be missing or shorter), one sign a step:
 *     .  plain    >  accent    o  soft    ?  may be left out    /  slides in from the note before
 *
 * Plain data, no pointers. Threads: [any]. */
#ifndef SNQ_COMPOSE_STYLE_BASS_H
#define SNQ_COMPOSE_STYLE_BASS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"
#include "score/score.h"

enum {
    SNQ_BASS_PATTERNS_MAX = 16,
    SNQ_BASS_STEPS_MAX = 64,
    SNQ_BASS_NAME_MAX = 32,
    SNQ_BASS_WOBBLES_MAX = 8,
    SNQ_BASS_MOVES_MAX = 4,
    SNQ_BASS_GRID = 16,
};

/* What a pattern's signs mean. */
typedef enum snq_bass_way {
    SNQ_BASS_PATTERN = 0, /* "pattern": as written */
    SNQ_BASS_WALK, /* "walk": the onsets as written, the pitches a line that walks to the next root */
    SNQ_BASS_KICK, /* "kick": onsets where the kick hits; as written where there are no drums */
    SNQ_BASS_HOLD, /* "hold": a note a chord, struck anew where written */
} snq_bass_way;
enum { SNQ_BASS_WAYS = 4 };

/* How written onsets stand to the kick. */
enum { SNQ_BASS_KICK_FREE, SNQ_BASS_KICK_BETWEEN, SNQ_BASS_KICKS };

typedef struct snq_bass_pattern {
    char name[SNQ_BASS_NAME_MAX];
    uint8_t way;   /* snq_bass_way ("pattern") */
    uint8_t kick;  /* "free", or "between": no onset where the kick hits ("free") */
    uint8_t steps; /* 16, 32, 48, 64 */
    char notes[SNQ_BASS_STEPS_MAX + 1];
    char touch[SNQ_BASS_STEPS_MAX + 1]; /* as long as notes */
    float weight;                       /* > 0 (1) */
    float energy_min, energy_max;       /* of the sections that it suits (0, 1) */
    uint8_t sections;                   /* set of SNQ_SECTION_* (all) */
    uint32_t qualities; /* each that is asked for makes it 5 times as likely (none) */
} snq_bass_pattern;

/* A parameter of a patch that rises and falls with the bars. */
typedef struct snq_bass_move {
    char patch[SNQ_SCORE_NAME_MAX];
    char target[SNQ_CURVE_TARGET_MAX];
    float low, high; /* in the parameter's unit; low at energy 0 */
    int32_t bars;    /* of one rise and fall: 1 .. 64 (8) */
} snq_bass_move;

typedef struct snq_style_bass {
    uint8_t low, high; /* pitches that it may play: 12 .. 79, high >= low + 12 (28, 50) */
    uint8_t grid
        [SNQ_BASS_GRID]; /* which steps of a bar are the style's own for the bass: 0 or 1 (all 1) */
    float gate;          /* 0.1 .. 1.2 of the written length that sounds (0.9) */
    float fill;          /* 0 .. 1 chance that a phrase's last bar runs into the next (0.4) */
    float approach;      /* 0 .. 1 chance of a leading note before another chord (0.2) */
    float chromatic;     /* 0 .. 1 of leading notes a semitone off (0.3) */
    float octave;        /* 0 .. 1 chance that a note of a bar leaps an octave (0.05) */
    float slide;         /* 0 .. 1 chance that a note runs into the next one's (0) */
    float rest;          /* 0 .. 1 chance that a phrase's last beat is silent (0.1) */
    float vary;          /* 0 .. 1 chance that a bar leaves its pattern at a place (0.15) */
    float under_kick;    /* 0 .. 1 of a note's length that is left where a kick falls into it (1) */
    float velocity, accent, ghost; /* 1 .. 127: plain, accented, soft (92, 112, 58) */
    float wobble
        [SNQ_BASS_WOBBLES_MAX]; /* cycles a beat of lfo_rate, chosen by bars; wobbles 0: none */
    uint32_t wobbles;
    char wobble_patch[SNQ_SCORE_NAME_MAX]; /* the patch whose lfo_rate this is ("wobble_bass") */
    snq_bass_move move[SNQ_BASS_MOVES_MAX];
    uint32_t moves;
    snq_bass_pattern pattern[SNQ_BASS_PATTERNS_MAX];
    uint32_t patterns; /* >= 1 */
} snq_style_bass;

/* Roots on one and three, eighths with energy. */
void snq__style_bass_default(snq_style_bass *out);
/* A style's member "bass". ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG, naming the place; *out is then undefined. */
SNQ_MUST_USE snq_status snq__style_bass_read(const snq_json_ref *at, snq_style_bass *out);

#endif
