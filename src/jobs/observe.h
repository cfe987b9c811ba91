// SPDX-License-Identifier: MIT
/* observe -- one video, from its descriptor to a sight: the pipeline behind `sonique watch`.
 *
 *     descriptor -> media/video_reader -> watch/watcher -> sight
 *
 * It opens nothing, so it runs in a confined worker (jobs/worker.h); it runs as well in any other
 * process, for measurements. jobs/watch_batch.h is the way in for users.
 *
 * Threads: several may observe at once, each its own file. */
#ifndef SNQ_JOBS_OBSERVE_H
#define SNQ_JOBS_OBSERVE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pulse.h"
#include "score/sight.h"

typedef struct snq_observe_cfg {
    const snq_watch_request *request; /* what is wanted; borrowed */
    int fd;                           /* the video, a regular file; borrowed, not moved */
    int spill_fd;               /* empty file for what doesn't stay in memory; borrowed; -1: none */
    int no_loading;             /* as in media/video_reader.h (default 0) */
    snq_watch_look *look;       /* NULL, or filled when asked for; the caller clears */
    snq_pulse *pulse;           /* NULL, or written now and then; borrowed */
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed */
} snq_observe_cfg;

/* No descriptor, nothing wanted. */
snq_observe_cfg snq_observe_cfg_default(void);
/* A request for all of the video called `name`, one thread. ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_watch_request_default(const char *name, snq_watch_request *r);

/* Observe. On success *s is complete and owned by the caller (snq_sight_clear); its path is
 * request->name, borrowed. On error it is cleared and snq_last_error says in one sentence why the
 * input was refused. Errors: those of media/video_reader.h and watch/watcher.h, ERR_RANGE (the range
 * holds no picture). */
SNQ_MUST_USE snq_status snq_observe_run(const snq_observe_cfg *cfg, snq_sight *s);

#endif
