// SPDX-License-Identifier: MIT
/* style_drums -- the section "drums" of a style: what the kit and the percussion of a genre play.
 *
 * A groove is one or two bars of lanes; a lane is one drum with a chance for each step (a sixteenth). What a
 * piece plays is drawn from the chances; what is 1 is always there and makes the genre. A groove is written in
 * one metre (4/4 unless it says otherwise) and carried over to others by the rule of bar_map.h.
 *
 *     {"loyalty": 0.8, "grooves": [{"name": "main", "lanes": [{"key": "kick", "chance": [1, 0, 0, 0]}]}],
 *      "fills": […], "percussion": […], "build": {…}, "crash": {…}, "dropout": {…}, "final": {…}}
 *
 * A list by steps has as many items as the groove has steps, or a part of them (half, a quarter …), which is
 * then repeated: the chances, and mostly what is drawn of them, so that a short list makes a steady drum. Drums go by the names of score/drum_keys.h. docs/formats/style.md has every member.
 *
 * Plain data. Threads: reading [any]; one at a time, then many may read. */
#ifndef SNQ_COMPOSE_STYLE_DRUMS_H
#define SNQ_COMPOSE_STYLE_DRUMS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"

enum {
    SNQ_DRUM_STEPS_MAX = 48, /* of a groove: two bars of 4/4 are 32, of 12/8 48 */
    SNQ_DRUM_LANES_MAX = 14,
    SNQ_DRUM_GROOVES_MAX = 12,
    SNQ_DRUM_FILLS_MAX = 12,
    SNQ_DRUM_FILL_LANES_MAX = 8,
    SNQ_DRUM_FILL_STEPS_MAX = 32,
    SNQ_DRUM_PARTS_MAX = 6,
    SNQ_DRUM_KEYS_MAX = 4,
    SNQ_DRUM_NAME_MAX = 40,
};

typedef struct snq_drum_lane {
    uint8_t key;    /* General MIDI percussion key */
    int8_t doubles; /* lane (index) whose hits this one doubles; -1: none */
    uint8_t period; /* items of "chance" as written: what is drawn repeats with it, mostly */
    float chance[SNQ_DRUM_STEPS_MAX]; /* 0 .. 1 by step; of a doubling lane: that it joins in */
    float accent[SNQ_DRUM_STEPS_MAX]; /* 0 .. 2 times the velocity, by step (1) */
    float ghost[SNQ_DRUM_STEPS_MAX];  /* 0 .. 1 chance of a soft note where no full one falls (0) */
    float roll[SNQ_DRUM_STEPS_MAX];   /* 0 .. 1 chance that a hit here becomes a roll (0) */
    float velocity, ghost_velocity;   /* 1 .. 127 (100, 35) */
    float low, high;                  /* "energy": the lane plays from low to high (0 .. 1) */
    uint8_t roll_steps;               /* how long a roll is, 1 .. 8 (2) */
    uint8_t roll_parts[SNQ_DRUM_PARTS_MAX]; /* into how many it is cut: one of these, 2 .. 16 */
    uint8_t roll_choices;
    float late_steps; /* -0.5 .. 0.5: all of it so much behind the grid (0) */
} snq_drum_lane;

typedef struct snq_drum_groove {
    char name[SNQ_DRUM_NAME_MAX];
    float weight;                     /* > 0 (1) */
    uint32_t sections;                /* set of SNQ_SECTION_*: where it plays (all) */
    float low, high;                  /* "energy": of the section (0 .. 1) */
    uint32_t qualities, moods;        /* sets: each that is asked for makes it likelier */
    uint8_t beats_per_bar, beat_unit; /* "metre" ("4/4") */
    uint8_t bars;                     /* 1, 2 (1) */
    uint8_t bar_steps, steps;         /* derived: of a bar, of all */
    snq_drum_lane lane[SNQ_DRUM_LANES_MAX];
    uint32_t lanes;
} snq_drum_groove;

typedef struct snq_drum_fill_lane {
    uint8_t key;
    float chance[SNQ_DRUM_FILL_STEPS_MAX];
    float velocity; /* 1 .. 127 at its last step (100) */
    float rise;     /* -1 .. 1: how much of it grows from the first step to the last (0.3) */
    uint8_t parts;  /* each hit is cut into so many, 1 .. 4 (1) */
} snq_drum_fill_lane;

typedef struct snq_drum_fill {
    char name[SNQ_DRUM_NAME_MAX];
    float weight;
    uint8_t steps;   /* how long, 2 .. 32: the last steps of a bar, of two */
    float low, high; /* "energy" */
    uint32_t qualities;
    uint8_t keep[SNQ_DRUM_KEYS_MAX]; /* drums that play on under it; the others are silent */
    uint32_t keeps;
    snq_drum_fill_lane lane[SNQ_DRUM_FILL_LANES_MAX];
    uint32_t lanes;
} snq_drum_fill;

/* A roll towards what comes: its hits get closer stage by stage. */
typedef struct snq_drum_build {
    uint8_t key[SNQ_DRUM_KEYS_MAX]; /* what is rolled */
    uint32_t keys;                  /* 0: this style builds with a fill alone */
    uint8_t bars;                   /* at most so many of the section's last ones, 1 .. 16 (8) */
    float spacing
        [SNQ_DRUM_PARTS_MAX]; /* steps between hits, stage by stage, each half of what is left */
    uint32_t stages;
    float velocity, velocity_end; /* 1 .. 127 (50, 112) */
    float kick_until;             /* 0 .. 1 of the build up to which the kick plays (0.75) */
    float gap_steps;              /* silence at its end, 0 .. 8 steps (0) */
} snq_drum_build;

/* Hits of a moment: where a section begins, where the piece ends. */
typedef struct snq_drum_mark {
    uint8_t key[SNQ_DRUM_KEYS_MAX];
    uint32_t keys;
    float velocity; /* (100) */
    float chance;   /* 0 .. 1 (1) */
    float energy;   /* from which on it is struck (0) */
} snq_drum_mark;

/* Some drums are silent at the end of a phrase. */
typedef struct snq_drum_dropout {
    uint8_t key[SNQ_DRUM_KEYS_MAX];
    uint32_t keys; /* 0 with a chance: all */
    uint8_t steps; /* 1 .. 16 (4) */
    uint8_t every; /* bars, 1 .. 32 (8) */
    float chance;  /* 0 .. 1 (0) */
} snq_drum_dropout;

typedef struct snq_style_drums {
    uint8_t feel;  /* SNQ_FEEL_*: how these grooves count already ("half" in trap) */
    float loyalty; /* 0 .. 1 of a piece's ideas that all its sections share (0.6) */
    snq_drum_groove groove[SNQ_DRUM_GROOVES_MAX];
    uint32_t grooves; /* >= 1 */
    snq_drum_groove percussion[SNQ_DRUM_GROOVES_MAX];
    uint32_t percussions;
    snq_drum_fill fill[SNQ_DRUM_FILLS_MAX];
    uint32_t fills;
    uint8_t fill_every; /* bars of a phrase, 1 .. 32 (8): a short fill may end one */
    float fill_chance;  /* 0 .. 1 that it does (0.4) */
    snq_drum_build build;
    snq_drum_mark crash, final;
    snq_drum_dropout dropout;
} snq_style_drums;

/* A plain beat: what a style without this section plays. */
void snq__style_drums_default(snq_style_drums *out);
/* ERR_FORMAT, ERR_RANGE name the place; *out is then undefined. */
SNQ_MUST_USE snq_status snq__style_drums_read(const snq_json_ref *at, snq_style_drums *out);

#endif
