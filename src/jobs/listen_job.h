// SPDX-License-Identifier: MIT
/* listen_job -- the way of one recording through workers, whatever becomes of them.
 *
 * No process and no file here: the caller asks what to request next and tells what came of it. States,
 * with the function on each edge:
 *
 *     WHOLE  --heard (all is well)-------------------------------> (next)
 *     WHOLE  --heard (no hearing)--------------------------------> REFUSED
 *     WHOLE  --lost, or heard (short of memory)------------------> STREAM
 *     STREAM --lost, or heard (no hearing)-----------------------> REFUSED  (the decoder's fault)
 *     STREAM --heard---------------------------------------------> SOLO 0
 *     SOLO k --heard or lost--> SOLO k + 1; after the last --merge--> (next)
 *     DRAWING  --drawn--> (next) or REFUSED;       --lost--> REFUSED
 *     CLICKING --clicked--> FINISHED or REFUSED;   --lost--> REFUSED
 *     (next) is DRAWING when a picture is wanted and not drawn yet, else CLICKING when clicks are wanted and
 *     there are beats to click on, else FINISHED
 *     every state --lost by a SIGKILL from outside, up to KILLS_MAX times--> the same again
 *
 * Invariants
 * 1. In WHOLE one worker runs all analysers; in STREAM one runs none; in SOLO k a fresh step runs
 *    analyser k, and before it "regions" when regions are wanted and that one is innocent.
 * 2. An analyser is named `crashed` or `timeout` only when the step that it ran in alone was lost; the
 *    sections of all others are what WHOLE would have given.
 * 3. Every state but FINISHED and REFUSED has exactly one request out or due.
 * 4. What is refused has one sentence that says why, and where in the file when a worker was lost.
 * 5. `clicked` in FINISHED: the sound with clicks is whole. It isn't when none were wanted or when there is
 *    no beat.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_JOBS_LISTEN_JOB_H
#define SNQ_JOBS_LISTEN_JOB_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pool.h"
#include "listen/analyser.h"

typedef enum snq_listen_stage {
    SNQ_LISTEN_WHOLE,
    SNQ_LISTEN_STREAM,
    SNQ_LISTEN_SOLO,
    SNQ_LISTEN_DRAWING,
    SNQ_LISTEN_CLICKING,
    SNQ_LISTEN_FINISHED,
    SNQ_LISTEN_REFUSED
} snq_listen_stage;

typedef struct snq_listen_job {
    snq_listen_stage stage;
    uint32_t solo;                                 /* SOLO: which analyser */
    uint32_t kills;                                /* by a SIGKILL from outside, in this step */
    int picture;                                   /* one is wanted */
    int clicks;                                    /* they are wanted */
    int clicked;                                   /* and made */
    const snq_analyser *analyser[SNQ_PLUGINS_MAX]; /* those asked for, in the registry's order */
    uint32_t analysers;
    snq_plugin_outcome outcome[SNQ_PLUGINS_MAX]; /* SOLO: of each */
    snq_hearing *part;   /* NULL, or (analysers + 1,): what STREAM and each SOLO heard; owned. The
                            hearing borrows texts and lists from them */
    snq_hearing hearing; /* FINISHED, DRAWING, CLICKING: the result; owned */
    double peak;         /* largest |sample|, where clicks are wanted */
    int has_portrait;
    snq_portrait portrait;     /* owned */
    snq_status st;             /* REFUSED: why */
    char error[SNQ_ERROR_MAX]; /* REFUSED: in a sentence */
    const char *path;          /* for the hearing; borrowed */
} snq_listen_job;

/* Begin with WHOLE. `request` tells what is wanted, `peak` in it that clicks are (borrowed for the call);
 * `path` is borrowed until clear. ERR_NOT_FOUND: an id that no analyser has. */
SNQ_MUST_USE snq_status snq_listen_job_init(snq_listen_job *j, const snq_listen_request *request,
                                            const char *path);
void snq_listen_job_clear(snq_listen_job *j);
/* In WHOLE, STREAM and SOLO: set what of `request` changes from step to step (only, portrait, peak). */
void snq_listen_job_ask(const snq_listen_job *j, snq_listen_request *request);
/* A reply to what was asked; its hearing and portrait are taken. Never with `needs` set. */
void snq_listen_job_heard(snq_listen_job *j, snq_heard_reply *reply);
void snq_listen_job_drawn(snq_listen_job *j, snq_status st, const char *error);
/* Never with `needs` set. */
void snq_listen_job_clicked(snq_listen_job *j, snq_status st, const char *error);
/* The worker was lost. */
void snq_listen_job_lost(snq_listen_job *j, const snq_loss *loss);
/* End with a refusal: something outside of workers failed. */
void snq_listen_job_refuse(snq_listen_job *j, snq_status st, const char *error);

#endif
