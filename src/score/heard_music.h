// SPDX-License-Identifier: MIT
/* heard_music -- what the ears know of the music in a recording: plain data, part of score/hearing.h.
 *
 * Lists live in the hearing's arena (snq_hearing_list). Times are seconds from the start of the file. */
#ifndef SNQ_SCORE_HEARD_MUSIC_H
#define SNQ_SCORE_HEARD_MUSIC_H

#include <stdint.h>

#include "score/measure.h"
#include "score/span.h"

enum { SNQ_TEMPO_CANDIDATES_MAX = 5, SNQ_GROOVE_BANDS = 3, SNQ_GROOVE_STEPS = 16 };
/* What a pulse and a metre can be. */
enum { SNQ_BPM_MIN = 1, SNQ_BPM_MAX = 1000, SNQ_BEATS_PER_BAR_MAX = 64, SNQ_BEAT_UNIT_MAX = 64 };
/* Bounds on the lists of one hearing: 10 hours of the densest music, and room. */
enum {
    SNQ_BEATS_MAX = 1 << 19,
    SNQ_ONSETS_MAX = 1 << 20,
    SNQ_CHORDS_MAX = 1 << 17,
    SNQ_MUSIC_SPANS_MAX = 1 << 14,
};

/* Note onsets. */
typedef struct snq_onset {
    double t_s;     /* >= 0, ascending */
    float strength; /* 0 .. 1 */
} snq_onset;

typedef struct snq_onsets {
    const snq_onset *onset; /* (onsets,) */
    uint32_t onsets;
} snq_onsets;

typedef struct snq_tempo_candidate {
    double bpm;
    double weight; /* 0 .. 1; all candidates' add up to 1 at most; descending */
} snq_tempo_candidate;

typedef struct snq_tempo_span {
    snq_span span;
    double bpm;
} snq_tempo_span;

typedef struct snq_tempo {
    snq_measure bpm;   /* of the pulse; in 6/8 the dotted quarter */
    double confidence; /* 0 .. 1 that there is a pulse, and this is its rate */
    snq_tempo_candidate candidate[SNQ_TEMPO_CANDIDATES_MAX];
    uint32_t candidates;
    const snq_tempo_span *span; /* (spans,) in order; where the tempo is steady */
    uint32_t spans;
} snq_tempo;

/* A metre as written: 6/8 is 6, 8 and 2 pulses. */
typedef struct snq_metre {
    uint32_t beats_per_bar, beat_unit, pulses_per_bar;
} snq_metre;

typedef struct snq_meter_span {
    snq_span span;
    snq_metre metre;
} snq_meter_span;

typedef struct snq_meter {
    const char *reason; /* NULL, or why the metre is null */
    snq_metre metre;
    double confidence;          /* 0 .. 1 */
    const snq_meter_span *span; /* (spans,) */
    uint32_t spans;
} snq_meter;

/* Times of the pulses, >= 0 and ascending. */
typedef struct snq_beats {
    const double *beat_s;     /* (beats,) */
    const double *downbeat_s; /* (downbeats,) some of the beats */
    uint32_t beats, downbeats;
} snq_beats;

/* The mean bar in 16 equal steps, for three bands of the spectrum. */
typedef struct snq_groove_band {
    double hits[SNQ_GROOVE_STEPS]; /* mean onset strength on the step, largest of all bands 1 */
    double
        timing_ms[SNQ_GROOVE_STEPS]; /* mean deviation of those onsets from the step; 0 without */
} snq_groove_band;

typedef struct snq_groove {
    snq_groove_band band[SNQ_GROOVE_BANDS]; /* low, mid, high */
} snq_groove;

typedef enum snq_mode { SNQ_MODE_MAJOR = 0, SNQ_MODE_MINOR, SNQ_MODE_ATONAL } snq_mode;

typedef struct snq_key_span {
    snq_span span;
    uint8_t tonic; /* pitch class, 0 = C */
    uint8_t mode;  /* snq_mode, not atonal */
} snq_key_span;

typedef struct snq_key {
    const char *reason;       /* NULL, or why tonic and mode are null */
    uint8_t tonic;            /* pitch class, 0 = C; unused when atonal */
    uint8_t mode;             /* snq_mode */
    double confidence;        /* 0 .. 1 */
    snq_measure tuning_hz;    /* A4 */
    const snq_key_span *span; /* (spans,) */
    uint32_t spans;
} snq_key;

/* X(id, Harte shorthand) */
#define SNQ_CHORD_QUALITY_MAP(X) \
    X(MAJ, "maj")                \
    X(MIN, "min")                \
    X(DOM7, "7")                 \
    X(MAJ7, "maj7")              \
    X(MIN7, "min7")              \
    X(DIM, "dim")                \
    X(AUG, "aug")                \
    X(SUS2, "sus2")              \
    X(SUS4, "sus4")              \
    X(NONE, "N")

typedef enum snq_chord_quality {
#define X(id, text) SNQ_CHORD_##id,
    SNQ_CHORD_QUALITY_MAP(X)
#undef X
        SNQ_CHORD_QUALITIES
} snq_chord_quality;

typedef struct snq_heard_chord {
    snq_span span;
    uint8_t root, bass; /* pitch classes; unused for NONE */
    uint8_t quality;    /* snq_chord_quality */
} snq_heard_chord;

typedef struct snq_chords {
    const snq_heard_chord *chord; /* (chords,) in order, without gaps */
    uint32_t chords;
} snq_chords;

/* What kind of sound it is, and the measures behind that. */
enum { SNQ_PATTERN_RHYTHMIC = 1, SNQ_PATTERN_TONAL = 2, SNQ_PATTERN_PERCUSSIVE = 4 };
typedef struct snq_patterns {
    uint32_t labels;              /* SNQ_PATTERN_* */
    snq_measure pulse;            /* 0 .. 1, strength of the beat's periodicity */
    snq_measure hnr_db;           /* harmonic-to-noise ratio */
    snq_measure f0_hz;            /* fundamental frequency, where one note sounds */
    snq_measure transients_per_s; /* attacks a second */
    snq_measure attack_ms;        /* 10 to 90 % of the rise, median */
} snq_patterns;

#endif
