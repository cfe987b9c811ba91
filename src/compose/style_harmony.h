// SPDX-License-Identifier: MIT
/* style_harmony -- a style's "harmony" section: which chords follow which, and how they are played.
 *
 * A progression is written as a chart: bars divided by "|", in a bar one numeral or several that share it
 * evenly, "-" for a share that goes on with the chord before it, "%" for a bar like the one before
 * ("i - - V | VI | III | %"). Numerals are those of theory.h; one without a suffix takes a colour (a
 * seventh, a ninth …) that suits the piece's complexity and the scale, one with a suffix ("I6", "V7", "I5")
 * stands as written.
 *
 * A rhythm is written as a pattern of sixteenths, sixteen to a bar of 4/4 (how other metres read it:
 * docs/formats/style.md), in whole bars: "." nothing, "-" what sounds is held, "x" "X" "o" the chord,
 * accented, soft, "u" "d" strummed from below, from above, "b" its lowest note, "t" all but its lowest,
 * "1" … "6" one of its notes from below, "a" the chord that comes next (an anticipation).
 *
 * Plain data. Threads: reading [any]; what nobody changes may be read by many. */
#ifndef SNQ_COMPOSE_STYLE_HARMONY_H
#define SNQ_COMPOSE_STYLE_HARMONY_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"

enum {
    SNQ_HARMONY_PROGRESSIONS_MAX = 48,
    SNQ_HARMONY_CADENCES_MAX = 48,
    SNQ_HARMONY_SPARE = 24,      /* of the default, for modes that a style forgets */
    SNQ_HARMONY_CHORDS_MAX = 48, /* of a progression */
    SNQ_HARMONY_BARS_MAX = 32,   /* of a progression */
    SNQ_HARMONY_NUMERAL_MAX = 16,
    SNQ_HARMONY_RHYTHMS_MAX = 24,
    SNQ_HARMONY_STEPS_MAX = 64, /* of a rhythm: four bars */
    SNQ_HARMONY_ARPEGGIOS_MAX = 16,
    SNQ_HARMONY_NAME_MAX = 32,
    SNQ_COMPLEXITIES = 5,
};

/* A numeral and where it stands: share `part` of the `parts` (1 ..) of a bar. */
typedef struct snq_harmony_step {
    char numeral[SNQ_HARMONY_NUMERAL_MAX];
    uint8_t bar, part, parts;
} snq_harmony_step;

/* What a cadence is for. */
#define SNQ_CADENCE_MAP(X) X(half) X(full) X(final)
#define X(name)            SNQ_CADENCE_##name,
enum { SNQ_CADENCE_MAP(X) SNQ_CADENCES };
#undef X
extern const char *const snq_cadence_names[SNQ_CADENCES];

typedef struct snq_harmony_loop {
    snq_harmony_step step[SNQ_HARMONY_CHORDS_MAX]; /* (steps,), in order, the first at the start */
    uint8_t steps, bars;
    uint8_t cadence;  /* SNQ_CADENCE_*; of a progression: unused */
    uint8_t modes;    /* set of SNQ_MODE_*: where it may stand */
    uint32_t moods;   /* set: each that the piece has makes it likelier (times 3) */
    uint8_t sections; /* set of SNQ_SECTION_*; 0: any */
    uint8_t complexity, complexity_max; /* 1 .. 5: from where, to where it is used (1, 5) */
    float weight;                       /* > 0 (1) */
} snq_harmony_loop;

/* What a plain numeral may take. Always of the scale: "7" over ii is a minor seventh, over I a major one. */
#define SNQ_COLOUR_MAP(X) \
    X(triad, "triad")     \
    X(sixth, "6")         \
    X(seventh, "7")       \
    X(ninth, "9")         \
    X(eleventh, "11")     \
    X(thirteenth, "13") X(add9, "add9") X(sus2, "sus2") X(sus4, "sus4") X(fifth, "5")
#define X(name, text) SNQ_COLOUR_##name,
enum { SNQ_COLOUR_MAP(X) SNQ_COLOURS };
#undef X
extern const char *const snq_colour_names[SNQ_COLOURS];

/* Chances 0 .. 1 at complexity 5; less below, none at 1 (inversions and suspensions from 2 on, the others
 * from 3). */
#define SNQ_SUBSTITUTION_MAP(X) \
    X(secondary_dominant) X(tritone) X(borrowed) X(passing) X(suspension) X(inversion) X(pedal)
#define X(name) SNQ_SUBSTITUTION_##name,
enum { SNQ_SUBSTITUTION_MAP(X) SNQ_SUBSTITUTIONS };
#undef X
extern const char *const snq_substitution_names[SNQ_SUBSTITUTIONS];

/* How the tones of a chord are laid out; voicing.c says how. */
#define SNQ_VOICING_MAP(X) \
    X(close) X(open) X(drop2) X(spread) X(rootless) X(shell) X(power) X(quartal)
#define X(name) SNQ_VOICING_##name,
enum { SNQ_VOICING_MAP(X) SNQ_VOICINGS };
#undef X
extern const char *const snq_voicing_names[SNQ_VOICINGS];

typedef struct snq_voicing_style {
    uint8_t low, high;          /* pitches, at least a tenth apart */
    uint8_t voices;             /* 1 .. 6 */
    float weight[SNQ_VOICINGS]; /* >= 0, not all 0 */
} snq_voicing_style;

typedef struct snq_chord_rhythm {
    char name[SNQ_HARMONY_NAME_MAX];
    char step[SNQ_HARMONY_STEPS_MAX + 1]; /* the pattern, 16, 32, 48 or 64 letters */
    uint8_t steps;
    uint8_t sections;         /* set; 0: any */
    uint32_t qualities;       /* set: each that is asked for makes it likelier (times 4) */
    float energy, energy_max; /* 0 .. 1 of the bars it is for (0, 1) */
    float gate;               /* 0.1 .. 1 of the written length (0.9) */
    float strum;              /* 0 .. 0.25 steps between neighbours of a strum (0.1) */
    float weight;             /* > 0 (1) */
} snq_chord_rhythm;

typedef struct snq_harmony_chords {
    snq_voicing_style voicing;
    float velocity; /* 1 .. 127 of an ordinary hit (84) */
    snq_chord_rhythm rhythm[SNQ_HARMONY_RHYTHMS_MAX];
    uint8_t rhythms;
} snq_harmony_chords;

typedef struct snq_harmony_pad {
    snq_voicing_style voicing;
    float velocity; /* 1 .. 127 (70) */
    float tie;      /* 0 .. 1 how often a voice that stays is held over the change (0.7) */
    float swell;    /* 0 .. 1 how far velocities rise through a phrase (0.3) */
} snq_harmony_pad;

#define SNQ_ARPEGGIO_MAP(X) X(up) X(down) X(updown) X(walk) X(random) X(euclid) X(alberti) X(chord)
#define X(name)             SNQ_ARPEGGIO_##name,
enum { SNQ_ARPEGGIO_MAP(X) SNQ_ARPEGGIOS };
#undef X
extern const char *const snq_arpeggio_names[SNQ_ARPEGGIOS];

typedef struct snq_arpeggio_style {
    uint8_t shape;            /* SNQ_ARPEGGIO_* */
    uint8_t octaves;          /* 1 .. 4 that it climbs through (2) */
    uint8_t pulses, of;       /* euclid: so many notes in so many steps (5 of 8) */
    uint8_t accent;           /* an accent on every so many-th note; 0 none (4) */
    float rate;               /* steps from note to note: 0.5 .. 8 (1) */
    float gate;               /* 0.1 .. 2 of that (0.6) */
    float energy, energy_max; /* 0 .. 1 (0, 1) */
    uint32_t qualities;
    float weight; /* > 0 (1) */
} snq_arpeggio_style;

typedef struct snq_harmony_arpeggio {
    uint8_t low, high; /* pitches */
    float velocity;    /* (78) */
    snq_arpeggio_style pattern[SNQ_HARMONY_ARPEGGIOS_MAX];
    uint8_t patterns;
} snq_harmony_arpeggio;

typedef struct snq_style_harmony {
    uint8_t phrase_bars; /* 1 .. 16 (4) */
    float cadence;       /* 0 .. 1 how often a phrase ends in one (0.5) */
    float contrast;      /* 0 .. 1 how often another section gets other chords (0.7) */
    float colour[SNQ_COMPLEXITIES][SNQ_COLOURS]; /* weights by complexity */
    float substitution[SNQ_SUBSTITUTIONS];
    snq_harmony_loop progression[SNQ_HARMONY_PROGRESSIONS_MAX + SNQ_HARMONY_SPARE];
    uint8_t progressions;
    snq_harmony_loop ending[SNQ_HARMONY_CADENCES_MAX + SNQ_HARMONY_SPARE]; /* "cadences" */
    uint8_t endings;
    snq_harmony_chords chords;
    snq_harmony_pad pad;
    snq_harmony_arpeggio arpeggio;
} snq_style_harmony;

/* What a style without such a section has. */
void snq__style_harmony_default(snq_style_harmony *out);
/* ERR_FORMAT, ERR_RANGE, naming the place. */
SNQ_MUST_USE snq_status snq__style_harmony_read(const snq_json_ref *at, snq_style_harmony *out);
/* A chart ("i - - V | VI | III | %") into steps and bars. ERR_FORMAT. */
SNQ_MUST_USE snq_status snq__harmony_chart(const char *text, snq_harmony_loop *out);

#endif
