// SPDX-License-Identifier: MIT
/* single_job -- the way of one input through one request, and a drawing where one is wanted.
 *
 *     ASKING  --answered (well)-----------> DRAWING when a picture is wanted, else FINISHED
 *     ASKING  --answered (not)------------> REFUSED
 *     DRAWING --answered------------------> FINISHED or REFUSED
 *     ASKING, DRAWING --lost--------------> REFUSED;  by a SIGKILL from outside: the same again
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_JOBS_SINGLE_JOB_H
#define SNQ_JOBS_SINGLE_JOB_H

#include <stdint.h>

#include "base/status.h"
#include "jobs/batch.h"
#include "jobs/pool.h"

typedef enum snq_single_stage {
    SNQ_SINGLE_ASKING,
    SNQ_SINGLE_DRAWING,
    SNQ_SINGLE_FINISHED,
    SNQ_SINGLE_REFUSED
} snq_single_stage;

/* Begins zeroed, with ASKING. */
typedef struct snq_single_job {
    snq_single_stage stage;
    int picture; /* one is wanted */
    uint32_t kills;
    snq_status st;             /* REFUSED: why */
    char error[SNQ_ERROR_MAX]; /* REFUSED: in a sentence */
} snq_single_job;

void snq_single_job_refuse(snq_single_job *j, snq_status st, const char *error);
/* What came of what was asked. */
void snq_single_job_answered(snq_single_job *j, snq_status st, const char *error);
/* `what` was lost: "the decoder". */
void snq_single_job_lost(snq_single_job *j, const char *what, const snq_loss *loss);
/* At the end: with FINISHED, *file (NULL is legal) gets its name and is NULL, or the job is refused. */
void snq_single_job_commit(snq_single_job *j, snq_atomic_file **file);
snq_batch_stage snq_single_job_stage(const snq_single_job *j);

#endif
