// SPDX-License-Identifier: MIT
/* intent -- what is going to be made: a brief and a style, with every open question decided.
 *
 *     brief (what the words say) ─┐
 *     style (what the genre does) ─┼─► intent ─► form ─► context ─► track kinds ─► score
 *     seed  (what is left)        ─┘
 *
 * What the brief says wins; what it leaves open is the style's; within the style's ranges the seed chooses.
 * Plain data, printed as `context` of a session. Threads: one at a time; many may read. */
#ifndef SNQ_COMPOSE_INTENT_H
#define SNQ_COMPOSE_INTENT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/brief.h"
#include "score/score.h"

typedef struct snq_style snq_style;             /* style.h */
typedef struct snq_sound_table snq_sound_table; /* style.h: instruments by role */

enum {
    SNQ_INTENT_TRACKS_MAX = 16,
    SNQ_TICKS_PER_STEP = SNQ_SCORE_TICKS / 4, /* a step is a sixteenth note */
    SNQ_INTENT_BARS_MAX = 4096,
};

/* What the mix shall do with a track beyond what its patch's family asks for: how words such as "warm",
 * "spacious", "distorted" are heard. Data: jobs makes strips of it. */
typedef struct snq_mix_wish {
    float gain_db;     /* -24 .. 12 (0) */
    float pan;         /* -1 .. 1 (0) */
    float reverb_db;   /* -24 .. 24 beside the family's own share (0) */
    float delay_db;    /* -60 .. 0 send to a delay in time with the beat; -60: none */
    float drive;       /* 0 .. 1 saturation (0) */
    float lowpass_hz;  /* 0: none */
    float highpass_hz; /* 0: none */
    float width;       /* 0 .. 2 (1) */
    float duck_db;     /* 0 .. 24: steps back for the kick (0) */
    float crush;       /* 0 .. 1 bit-crusher (0) */
    float vinyl;       /* 0 .. 1 (0) */
    float chorus;      /* 0 .. 1 (0) */
    float bright_db;   /* -12 .. 12 high shelf at 6 kHz (0) */
    float low_db;      /* -12 .. 12 low shelf at 120 Hz (0) */
} snq_mix_wish;

typedef struct snq_track_intent {
    char name[SNQ_SCORE_NAME_MAX];  /* of the track: "drums", "bass", "pad" … unique */
    char kind[SNQ_SCORE_NAME_MAX];  /* of track_kind.h */
    char patch[SNQ_SCORE_NAME_MAX]; /* id */
    uint8_t part;                   /* SNQ_PART_*: whom a prompt means by it */
    uint8_t style_track;            /* index in style->track */
    uint32_t qualities; /* set of SNQ_QUALITY_*: of the part, and of the mix where a part has it */
    uint32_t shunned;   /* qualities to be avoided */
    float density;      /* 0 .. 1 how much it plays (0.5) */
    float complexity;   /* 0 .. 1 (0.5) */
    float variation;    /* 0 .. 1 how far phrases leave what was heard before (0.4) */
    snq_mix_wish mix;
} snq_track_intent;

typedef struct snq_intent {
    const snq_style *style; /* borrowed for life */
    uint64_t seed;
    char title[SNQ_SCORE_TEXT_MAX];
    double bpm;                       /* quarter notes a minute as the grid counts them */
    uint8_t feel;                     /* SNQ_FEEL_*: drums count half or double */
    uint8_t beats_per_bar, beat_unit; /* beat_unit 2, 4, 8, 16 */
    int8_t tonic, mode;               /* 0 .. 11, SNQ_MODE_* */
    uint32_t moods;
    float valence, arousal; /* -1 .. 1, 0 .. 1 of the moods and the energy word (0, 0.5) */
    float energy;           /* 0 .. 1 (0.6) of the whole */
    float swing; /* where the second of two steps falls in their span: 0.5 straight .. 0.75 */
    uint8_t swing_step;       /* steps of such a pair's half: 1 swings sixteenths, 2 eighths */
    uint8_t chord_complexity; /* 1 .. 5 */
    int32_t bars;             /* length, whole bars */
    int8_t era;               /* SNQ_ERA_*, -1 */
    snq_track_intent track[SNQ_INTENT_TRACKS_MAX];
    uint32_t tracks;
    snq_mix_wish mix; /* of the whole: reverb, drive, vinyl, bright, low, width; the rest unused */
    float target_lufs, ceiling_dbtp;
} snq_intent;

/* Derived, exact. */
static inline int32_t snq_intent_bar_steps(const snq_intent *in)
{
    return in->beats_per_bar * 16 / in->beat_unit;
}
static inline int64_t snq_intent_bar_ticks(const snq_intent *in)
{
    return (int64_t)snq_intent_bar_steps(in) * SNQ_TICKS_PER_STEP;
}
double snq_intent_bar_s(const snq_intent *in);

/* The tempos that the style and the words leave open: *lo <= *hi, alike where one is said. */
void snq_intent_tempo_range(const snq_brief *b, const snq_style *s, double *lo, double *hi);

/* Decide all that is open. ERR_RANGE: what was asked for can't be ("no track is left", a piece of more than
 * INTENT_BARS_MAX bars); the text says so. `out` holds no memory of its own. */
SNQ_MUST_USE snq_status snq_intent_decide(const snq_brief *brief, const snq_style *style,
                                          const snq_sound_table *sounds, uint64_t seed,
                                          snq_intent *out);
/* The member "context" of a session, and back (style is set by the caller). A track of the style that it no longer has:
 * its first of that kind stands for it, else its first. from: ERR_FORMAT, ERR_RANGE. */
void snq_intent_json(snq_json *j, const snq_intent *in);
SNQ_MUST_USE snq_status snq_intent_from_json(const snq_json_ref *at, const snq_style *style,
                                             snq_intent *out);

#endif
