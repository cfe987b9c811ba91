// SPDX-License-Identifier: MIT
/* flow_pair -- two pictures, from their descriptors to a .flo file (watch/flo_file.h): what is behind
 * `sonique watch --flow`.
 *
 * It opens nothing, so it runs in a confined worker. A picture is anything that media/video_reader.h
 * takes; of a video the first picture counts. Threads: several may run at once. */
#ifndef SNQ_JOBS_FLOW_PAIR_H
#define SNQ_JOBS_FLOW_PAIR_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pulse.h"

typedef struct snq_flow_pair_cfg {
    const snq_flow_request *request; /* borrowed */
    int fd[2];                       /* the pictures, regular files; borrowed, not moved */
    int out_fd;                      /* empty file; borrowed */
    int no_loading;                  /* as in media/video_reader.h */
    snq_pulse *pulse;                /* NULL, or written now and then; borrowed */
} snq_flow_pair_cfg;

/* Write the flow from the first to the second at their full size. Errors: those of
 * media/video_reader.h and watch/flow.h, ERR_RANGE (they differ in size), ERR_IO, ERR_NOMEM; the
 * message names the picture that is to blame. */
SNQ_MUST_USE snq_status snq_flow_pair_run(const snq_flow_pair_cfg *cfg);

#endif
