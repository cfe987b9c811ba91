// SPDX-License-Identifier: MIT
/* conform -- a recording laid on a piece's bars: begun at its first downbeat, repeated when it is a loop, cut
 * where the piece ends. Nothing is stretched.
 *
 *     pulse  (what the ears heard)  ─► snq_pulse_fit, snq_pulse_refine ─► tempo, first downbeat
 *     samples, pulse, bars          ─► snq_conform_init ─► snq_conform_read: any frames of the piece
 *
 * How: top of conform.c. Plain data; many may read at once. */
#ifndef SNQ_JOBS_CONFORM_H
#define SNQ_JOBS_CONFORM_H

#include <stddef.h>
#include <stdint.h>

#include "score/heard_music.h"

/* The steady pulse of a recording. */
typedef struct snq_steady_pulse {
    double pulse_s;  /* > 0; 0: there is none */
    double first_s;  /* where the first bar begins, maybe a little before the recording does */
    double wander_s; /* most that a beat is away from its place */
    int whole;       /* the recording is cut to whole bars */
} snq_steady_pulse;

/* beats as heard, about bpm; duration_s of the recording; pulses_per_bar >= 1. */
snq_steady_pulse snq_pulse_fit(const snq_beats *beats, double bpm, double duration_s,
                               uint32_t pulses_per_bar);

/* Move first_s onto the attacks that are in the samples x (2, frames); a pulse of whole bars, and one without
 * attacks, stay. */
void snq_pulse_refine(const float *const x[2], size_t frames, uint32_t rate_hz,
                      snq_steady_pulse *pulse);

typedef struct snq_conform_cfg {
    const float *channel[2]; /* (frames,) borrowed for life; one channel: twice the same */
    size_t frames;
    uint32_t rate_hz;
    double first_s; /* of its pulse; NaN: it has none, and begins with the piece */
    double bar_s;   /* of the piece, > 0 */
    int32_t bars;   /* of the piece, >= 1 */
    float gain;     /* linear (1) */
} snq_conform_cfg;

typedef struct snq_conform {
    snq_conform_cfg cfg;
    int64_t length;    /* of the piece, frames */
    double begin_s;    /* where in the piece the recording's first frame lies: below 0, it is cut */
    int32_t loop_bars; /* repeated after so many; 0: played once */
    int fade_in;       /* the cut at the beginning goes through sound */
    double lost_s;     /* of its end, that the piece is too short for */
} snq_conform;

void snq_conform_init(const snq_conform_cfg *cfg, snq_conform *out);
/* n frames of the piece from `from` on to left and right (n,), rounded to 24 bits: silence where the recording
 * isn't. */
void snq_conform_read(const snq_conform *c, int64_t from, size_t n, float *left, float *right);
/* How often it is played, wholly or in part: >= 1. */
uint32_t snq_conform_turns(const snq_conform *c);
/* Where second `t_s` of the recording lies in the piece when it is played for the turn-th time (from 0); NaN:
 * it is cut away there. */
double snq_conform_place_s(const snq_conform *c, uint32_t turn, double t_s);

#endif
