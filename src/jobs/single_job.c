// SPDX-License-Identifier: MIT
#include "jobs/single_job.h"

#include <stdio.h>

void snq_single_job_refuse(snq_single_job *j, snq_status st, const char *error)
{
    j->stage = SNQ_SINGLE_REFUSED;
    j->st = st;
    snprintf(j->error, sizeof j->error, "%s", error);
}

void snq_single_job_answered(snq_single_job *j, snq_status st, const char *error)
{
    if (st < 0) {
        snq_single_job_refuse(j, st, error);
        return;
    }
    j->kills = 0;
    j->stage =
        j->stage == SNQ_SINGLE_ASKING && j->picture ? SNQ_SINGLE_DRAWING : SNQ_SINGLE_FINISHED;
}

void snq_single_job_lost(snq_single_job *j, const char *what, const snq_loss *loss)
{
    char how[160], text[SNQ_ERROR_MAX];
    if (snq_loss_is_kill(loss, &j->kills))
        return;
    snq_loss_text(loss, how, sizeof how);
    if (j->stage == SNQ_SINGLE_DRAWING)
        snprintf(text, sizeof text, "drawing the picture %s", how);
    else if (loss->pictures > 0)
        snprintf(text, sizeof text, "%s %s, after %lld pictures", what, how,
                 (long long)loss->pictures);
    else
        snprintf(text, sizeof text, "%s %s, before the first picture", what, how);
    snq_single_job_refuse(j, SNQ_ERR_INTERNAL, text);
}

snq_batch_stage snq_single_job_stage(const snq_single_job *j)
{
    return j->stage == SNQ_SINGLE_FINISHED  ? SNQ_BATCH_FINISHED
           : j->stage == SNQ_SINGLE_REFUSED ? SNQ_BATCH_REFUSED
                                            : SNQ_BATCH_WORKING;
}

void snq_single_job_commit(snq_single_job *j, snq_atomic_file **file)
{
    if (j->stage != SNQ_SINGLE_FINISHED || !*file)
        return;
    const snq_status st = snq_atomic_commit(*file);
    *file = NULL;
    if (st < 0)
        snq_single_job_refuse(j, st, snq_last_error());
}
