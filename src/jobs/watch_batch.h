// SPDX-License-Identifier: MIT
/* watch_batch -- the engine's side of `sonique watch`: jobs/batch.h for videos.
 *
 * Videos are watched in parallel; processors that are left over help with the flow of each. Results
 * don't depend on that. What of a long video doesn't stay in a worker's memory goes to a nameless file
 * that the engine makes (jobs/spill.h). Pictures to be drawn appear whole or not at all.
 *
 * Threads: [control] one batch at a time in a process that has one thread when it begins. */
#ifndef SNQ_JOBS_WATCH_BATCH_H
#define SNQ_JOBS_WATCH_BATCH_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/batch.h"
#include "jobs/inputs.h"
#include "score/sight.h"
#include "score/watch_look.h"

typedef struct snq_watch_batch_result {
    uint32_t index;         /* of the input */
    snq_status st;          /* OK, or why it was refused */
    const char *error;      /* "" or one sentence */
    const snq_sight *sight; /* with OK; borrowed for the call */
    const snq_watch_look
        *look; /* with OK, where it is asked for; borrowed for the call; else NULL */
} snq_watch_batch_result;

typedef struct snq_watch_batch_cfg {
    const snq_inputs *inputs; /* borrowed */
    double start, end;        /* the range; end < 0: to the end (default 0, -1) */
    int range_in_frames;      /* start and end are numbers of pictures, else seconds (default 0) */
    double fps_hz;            /* true pictures a second; 0: the file's (default) */
    uint32_t preset;          /* SNQ_FLOW_* of watch/flow.h (default SNQ_FLOW_DEFAULT) */
    int stabilize, windows;   /* as in watch/watcher.h (default 0) */
    const char *plot_path;    /* NULL, a file ending in .png, or a folder; borrowed */
    int look;                 /* give what a picture is drawn from, too (default 0) */
    int timings;              /* measure the time of computing (default 0) */
    int force;                /* replace existing output files (default 0) */
    uint32_t threads;         /* at a time, 1 .. SNQ_THREADS_MAX; 0: one a processor (default) */
    /* One result; what it returns below 0 stops the batch and is returned. */
    snq_status (*result)(void *user, const snq_watch_batch_result *r);
    snq_batch_hooks hooks; /* its user goes to `result` too */
} snq_watch_batch_cfg;

snq_watch_batch_cfg snq_watch_batch_cfg_default(void);
/* "fast", "default", "fine" -> *preset. ERR_NOT_FOUND says what there is. */
SNQ_MUST_USE snq_status snq_watch_preset(const char *name, uint32_t *preset);
/* Whether the outputs' names say their format and one isn't named for several inputs; makes the
 * folders. ERR_ARG; ERR_IO: a folder. */
SNQ_MUST_USE snq_status snq_watch_batch_check(const snq_watch_batch_cfg *cfg);
/* Do all. OK when every input had its result; ERR_CANCELLED; what `result` said; ERR_NOMEM, ERR_IO,
 * ERR_UNSUPPORTED: the environment lacks something that all inputs need. No process is left. */
SNQ_MUST_USE snq_status snq_watch_batch_run(const snq_watch_batch_cfg *cfg);

/* The flow of one pair of pictures. */
typedef struct snq_flow_batch_cfg {
    const char *from, *to; /* paths of the pictures; borrowed */
    const char *out;       /* of the .flo file; borrowed */
    uint32_t preset;       /* as above */
    uint32_t threads;
    int force;
    snq_batch_hooks hooks;
} snq_flow_batch_cfg;

/* Write it. OK, or ERR_CANCELLED, ERR_NOMEM, ERR_IO, ERR_UNSUPPORTED as above. What is wrong with a
 * picture or the output: *refused is 1, and error[] a sentence. */
SNQ_MUST_USE snq_status snq_flow_batch_run(const snq_flow_batch_cfg *cfg, int *refused,
                                           char error[SNQ_ERROR_MAX]);

#endif
