// SPDX-License-Identifier: MIT
/* beat_path -- the pulse of a recording: the best sequence of beats under what the rhythm network says.
 *
 * Threads: [any]. Algorithm: top of beat_path.c. */
#ifndef SNQ_LISTEN_BEAT_PATH_H
#define SNQ_LISTEN_BEAT_PATH_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/rhythm_rows.h"

typedef struct snq_beat_path {
    double *time_s; /* (beats,) ascending, refined between rows; owned */
    int64_t *row;   /* (beats,) the row of each; owned */
    float *logit;   /* (beats,) of the beat's row; owned */
    uint32_t beats, room;
} snq_beat_path;

/* Beats of all rows. `path` is zeroed first; on success the caller clears it, on error it is cleared.
 * ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_beat_path_run(const snq_rhythm_rows *rows, snq_beat_path *path);
void snq_beat_path_clear(snq_beat_path *path);
/* Sum over seconds [from, to) of the probabilities of the tempi within 6 % of bpm; 0 <= from, to <= rows->seconds. */
double snq_tempo_mass(const snq_rhythm_rows *rows, int64_t from, int64_t to, double bpm);

#endif
