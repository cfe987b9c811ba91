// SPDX-License-Identifier: MIT
/* rhythm_rows -- what the rhythm network says of a recording, moment by moment: plain data.
 *
 * Values are logits (log odds) unless said otherwise. Onset i belongs to hop i, its time the hop's middle;
 * beat and downbeat row r to the middle of hop 2 r; slow row s is the mean over hops 100 s .. 100 s + 99. */
#ifndef SNQ_LISTEN_RHYTHM_ROWS_H
#define SNQ_LISTEN_RHYTHM_ROWS_H

#include <stdint.h>

#include "score/timegrid.h"

enum {
    SNQ_BEAT_ROWS_PER_S = SNQ_HOPS_PER_S / 2,
    SNQ_TEMPO_BINS =
        64, /* equal steps of log tempo, from SNQ_TEMPO_LOW_BPM to SNQ_TEMPO_HIGH_BPM */
    SNQ_METRE_CLASSES = 6, /* 2/4, 3/4, 4/4, 5/4, 6/8, another */
};

#define SNQ_TEMPO_LOW_BPM  34.0
#define SNQ_TEMPO_HIGH_BPM 250.0

/* One second. */
typedef struct snq_rhythm_second {
    float tempo[SNQ_TEMPO_BINS];    /* log probabilities, means */
    float metre[SNQ_METRE_CLASSES]; /* the same */
    float pulse;                    /* mean logit of there being a pulse */
} snq_rhythm_second;

typedef struct snq_rhythm_rows {
    const float *onset;              /* (hops,) */
    const float *beat, *downbeat;    /* (rows,) */
    const snq_rhythm_second *second; /* (seconds,) */
    int64_t hops, rows, seconds;
} snq_rhythm_rows;

/* Time of hop i's middle and of beat row r, which may lie between two rows (seconds). */
static inline double snq_onset_time_s(double hop)
{
    return (hop + 0.5) / SNQ_HOPS_PER_S;
}

static inline double snq_beat_row_time_s(double row)
{
    return (2.0 * row + 0.5) / SNQ_HOPS_PER_S;
}

#endif
