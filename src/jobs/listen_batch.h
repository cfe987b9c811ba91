// SPDX-License-Identifier: MIT
/* listen_batch -- the engine's side of `sonique listen`: jobs/batch.h for recordings.
 *
 * Opens the outputs, walks each recording through its states (jobs/listen_job.h) and gives the results
 * back one by one in the order of the inputs.
 *
 * Outputs appear whole or not at all; the worker writes to a nameless or temporary file that gets its
 * name when everything else is done. None replaces an input. A recording without beats has its result
 * and no clicks: `unmade` says so.
 *
 * Threads: [control] one batch at a time in a process that has one thread when it begins. */
#ifndef SNQ_JOBS_LISTEN_BATCH_H
#define SNQ_JOBS_LISTEN_BATCH_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/batch.h"
#include "jobs/inputs.h"
#include "score/hearing.h"

typedef struct snq_listen_batch_result {
    uint32_t index;             /* of the input */
    snq_status st;              /* OK, or why it was refused */
    const char *error;          /* "" or one sentence */
    const snq_hearing *hearing; /* with OK; borrowed for the call */
    const char *unmade; /* with OK: "" or one sentence, which output there is none of, and why;
                                   borrowed for the call */
} snq_listen_batch_result;

typedef struct snq_listen_batch_cfg {
    const snq_inputs *inputs;  /* borrowed */
    const char *const *only;   /* (only_count,) ids of analysers; borrowed */
    uint32_t only_count;       /* 0: all */
    const char *waveform_path; /* NULL, a file ending in .dat or .json, or a folder; borrowed */
    uint32_t zoom;             /* frames a pixel of the waveform, 2 .. 2^31 - 1 (default 256) */
    const char *plot_path;     /* NULL, a file ending in .png, or a folder; borrowed */
    const char *click_path;    /* NULL, a file ending in .wav, or a folder; borrowed */
    int force;                 /* replace existing output files (default 0) */
    int timings;               /* measure each analyser's time (default 0) */
    uint32_t threads;          /* workers at a time, 1 .. SNQ_THREADS_MAX; 0: one a processor
                                  (default) */
    /* One result; what it returns below 0 stops the batch and is returned. */
    snq_status (*result)(void *user, const snq_listen_batch_result *r);
    snq_batch_hooks hooks; /* its user goes to `result` too */
} snq_listen_batch_cfg;

snq_listen_batch_cfg snq_listen_batch_cfg_default(void);
/* Whether each id is an analyser's, the outputs' names say their format, and one output isn't named
 * for several inputs; makes the folders. ERR_NOT_FOUND and ERR_ARG name what is wrong and what there
 * is; ERR_IO: a folder. */
SNQ_MUST_USE snq_status snq_listen_batch_check(const snq_listen_batch_cfg *cfg);
/* Do all. OK when every input had its result; ERR_CANCELLED; what `result` said; ERR_NOMEM, ERR_IO,
 * ERR_UNSUPPORTED: the environment lacks something that all inputs need. No process and no unfinished
 * file is left. */
SNQ_MUST_USE snq_status snq_listen_batch_run(const snq_listen_batch_cfg *cfg);

#endif
