// SPDX-License-Identifier: MIT
/* drum_impl -- what the drums' files share: a groove as a section plays it, a bar that is being written.
 *
 *     drum_taste.c   words and density bend a groove's chances; which groove a section has
 *     drum_bar.c     a groove's hits in one bar, drawn and varied
 *     drum_wish.c    what a film wishes for a bar: hats, kick, what goes on around the beat
 *     drum_fill.c    fills, builds, stops: what happens at the end of something
 *     kind_drums.c, kind_percussion.c: section by section, bar by bar
 *
 * Random numbers are taken by place (purpose, drum, step), not one after the other: what is drawn in one bar
 * is the same whatever happens in others.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_DRUM_IMPL_H
#define SNQ_COMPOSE_DRUM_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "compose/beat_groups.h"
#include "compose/style_drums.h"
#include "compose/track_kind.h"

typedef enum snq__drum_class {
    SNQ__DRUM_KICKS,
    SNQ__DRUM_SNARES, /* snares, claps, rim */
    SNQ__DRUM_TOMS,
    SNQ__DRUM_HATS, /* hats, rides, shakers, tambourine */
    SNQ__DRUM_CRASHES,
    SNQ__DRUM_OTHERS,
} snq__drum_class;

snq__drum_class snq__drum_class_of(int key);

enum { SNQ__DRUM_WINDOWS = 6, SNQ__DRUM_CYCLE = 2 /* bars of an idea */ };

/* A part of a bar in which only some drums play. */
typedef struct snq__drum_window {
    double from, to;   /* steps of the bar, half open */
    uint64_t plays[2]; /* set of keys */
} snq__drum_window;

/* What a film wishes (bar_wish.h), and with what of the groove it is played. */
typedef struct snq__drum_wish {
    float hats, around; /* hat_density, percussion: 0 .. 1, NaN: not said */
    int kick;           /* SNQ_KICK_* */
    /* section: the drum that runs through where the groove has no hat of its own (key 0: the style has none), the
     * drum that kicks where it has no kick, the lane that takes ghost notes (-1: none), a bar of 4/4 as this metre
     * reads it */
    uint8_t hat_key;
    int ghost_lane, has_kick;
    float hat_velocity, hat_late;
    snq_bar_map plain;
    /* bar: with a wish for hats, which steps have one */
    uint8_t hat[SNQ_BAR_STEPS_MAX];
} snq__drum_wish;

typedef struct snq__drums {
    const snq_track_job *job;
    const snq_style_drums *style;
    const snq_intent *intent;
    int32_t bar_steps;
    snq_bar_map map;        /* into the groove's bar */
    snq_drum_groove groove; /* of the section, bent */
    float speed;            /* 0.5, 1, 2: how fast kick and snare read it */
    float force;            /* times the velocities */
    float glitch, chop;     /* 0 .. 1 */
    int percussion;         /* the track is the percussion, not the kit */
    /* section */
    uint32_t section;
    uint32_t material, time;
    /* bar */
    int32_t bar, nth;                 /* of the piece, of the section */
    float energy;                     /* 0 .. 1 */
    int16_t reads[SNQ_BAR_STEPS_MAX]; /* which step of this bar a step plays (chopped, glitchy) */
    snq__drum_window window[SNQ__DRUM_WINDOWS];
    uint32_t windows;
    snq__drum_wish wish;
    snq_track *out;
} snq__drums;

/* One number 0 .. 1 for a purpose and a place. */
double snq__drum_chance(const snq__drums *d, const char *what, uint32_t a, uint32_t b);
/* Odds of a chance times r. 0 and 1 stay. */
double snq__drum_bend(double chance, double r);

/* ---- drum_taste.c ---- */

/* What is the same all through the piece. */
void snq__drum_begin(snq__drums *d, const snq_track_job *job, int percussion, snq_track *out);
/* Choose and bend the groove of form section i; 0 when the style has none. */
int snq__drum_section(snq__drums *d, uint32_t i);

/* ---- drum_bar.c ---- */

SNQ_MUST_USE snq_status snq__drum_bar_write(snq__drums *d);
/* In [from, to) steps of this bar only keys play (n of them). */
void snq__drum_silence(snq__drums *d, double from, double to, const uint8_t *keys, uint32_t n);
/* ... and in [from, to) these do not. */
void snq__drum_leave_out(snq__drums *d, double from, double to, const uint8_t *keys, uint32_t n);
/* A note at a step of this bar. */
SNQ_MUST_USE snq_status snq__drum_strike(snq__drums *d, double step, int key, double velocity);

/* Step of the bent groove that step p of this bar plays; -1: none. `heavy`: as kick and snare read it. */
int snq__drum_source(const snq__drums *d, int p, int heavy);
/* The number 0 .. 1 that is held against a chance of a lane at step p; `what`: "hit", "ghost". */
double snq__drum_draw(const snq__drums *d, const snq_drum_lane *lane, int p, const char *what,
                      int loyal);
/* Is the lane's idea the piece's own? */
int snq__drum_loyal(const snq__drums *d, int key);

/* ---- drum_wish.c ---- */

/* Once a section, after its groove; once a bar; once a bar, after `reads`. */
void snq__drum_wish_section(snq__drums *d);
void snq__drum_wish_read(snq__drums *d);
void snq__drum_wish_bar(snq__drums *d);
/* The energy that opens and shuts a lane. */
double snq__drum_wish_gate(const snq__drums *d, int key);
/* Does the wish say when this lane kicks? Then how hard it does at step p of the bar: times its velocity; 0: not. */
int snq__drum_wish_kicks(const snq__drums *d, const snq_drum_lane *lane);
double snq__drum_wish_kick(const snq__drums *d, int key, int p);
/* May a drum strike at step p, as far as hats go? */
int snq__drum_wish_hat(const snq__drums *d, int key, int p);
/* Velocity of the hat that runs through at a step where no other is struck; 0: none runs. */
double snq__drum_wish_runs(const snq__drums *d, int p);
/* Chance of a hit, of a ghost note of lane i at step p. */
double snq__drum_wish_chance(const snq__drums *d, int key, double chance, int p);
double snq__drum_wish_ghost(const snq__drums *d, uint32_t i, double chance, int p);
/* How often a phrase ends in a fill, times what the style says. */
double snq__drum_wish_fills(const snq__drums *d);

/* ---- drum_fill.c ---- */

/* What happens at the end of this bar's section or phrase: windows are set, its own notes written. */
SNQ_MUST_USE snq_status snq__drum_ends(snq__drums *d);
/* What happens at the section's beginning and at the piece's end. *only: nothing else plays in this bar. */
SNQ_MUST_USE snq_status snq__drum_marks(snq__drums *d, int *only);

/* ---- kind_drums.c ---- */

SNQ_MUST_USE snq_status snq__drums_make(const snq_track_job *job, int percussion, snq_track *out);

#endif
