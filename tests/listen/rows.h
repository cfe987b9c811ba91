// SPDX-License-Identifier: MIT
/* rows -- what a rhythm network might say, made by hand. */
#ifndef SNQ_TESTS_ROWS_H
#define SNQ_TESTS_ROWS_H

#include "listen/rhythm_rows.h"

typedef struct rows {
    snq_rhythm_rows in; /* what is to be read */
    float *onset, *beat, *downbeat;
    snq_rhythm_second *second; /* owned */
} rows;

/* Nothing anywhere, each tempo and each metre as likely as any other. */
rows rows_new(int64_t beat_rows);
void rows_clear(rows *r);
/* A beat at a time: a parabola whose vertex is there. `logit` is its height, `down` how likely it is a
 * one. */
void rows_beat(rows *r, double t_s, double logit, double down);
/* An onset likewise. */
void rows_onset(rows *r, double t_s, double logit);
/* The network is sure of a tempo, of a metre (index of SNQ_METRE_CLASSES) in these seconds. */
void rows_tempo(rows *r, double from_s, double to_s, double bpm);
void rows_metre(rows *r, double from_s, double to_s, int metre);

#endif
