// SPDX-License-Identifier: MIT
/* locked_recording -- a user's recording that shall stand for a track: decoded, and listened to.
 *
 * Both in confined workers (jobs/samples.h, jobs/listen_batch.h). Bounded: SNQ_LOCKED_MAX_S of sound.
 *
 * Threads: load [control] the process must have one thread; then many may read. */
#ifndef SNQ_JOBS_LOCKED_RECORDING_H
#define SNQ_JOBS_LOCKED_RECORDING_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/conform.h"
#include "jobs/samples.h"
#include "score/hearing.h"

enum { SNQ_LOCKED_MAX_S = 600, SNQ_LOCKED_RATE_HZ = 48000, SNQ_LOCKED_NAME_MAX = 32 };

typedef struct snq_locked_recording {
    char name[SNQ_LOCKED_NAME_MAX + 1]; /* of the track */
    char *path;                         /* as given; owned */
    snq_samples_list samples;           /* one item: two channels at SNQ_LOCKED_RATE_HZ; owned */
    snq_steady_pulse pulse;             /* pulse_s 0: it has none */
    snq_metre metre;                    /* that the ears are sure of; all 0: they aren't */
    double quarters;                    /* quarter notes of a pulse, 1.5 in 6/8 */
    int tonic, mode;                    /* SNQ_MODE_*, of a key that they are sure of; -1 */
    snq_onset *onset;                   /* (onsets,), owned */
    uint32_t onsets;
    snq_heard_chord *chord; /* (chords,), owned */
    uint32_t chords;
} snq_locked_recording;

/* Whether it can be the name of a track and of a file: letters, digits, "-", "_", " ", the first a letter or a
 * digit, at most NAME_MAX. */
int snq_locked_name_good(const char *name);
/* On success the caller clears, on error it is clear. ERR_RANGE (the name), ERR_FORMAT, ERR_TOO_BIG, ERR_IO …:
 * why the recording can't be used, in one line without its path; ERR_CANCELLED; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_locked_recording_load(const char *name, const char *path,
                                                  const volatile int *cancel,
                                                  snq_locked_recording *out);
void snq_locked_recording_clear(snq_locked_recording *r); /* legal twice */
/* Quarter notes a minute; 0: it has no pulse. */
double snq_locked_recording_bpm(const snq_locked_recording *r);

#endif
