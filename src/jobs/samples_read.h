// SPDX-License-Identifier: MIT
/* samples_read -- one recording, from its descriptor to float samples at a wanted rate in another: the
 * confined half of jobs/samples.h.
 *
 *     descriptor -> media/reader -> to one or two channels -> dsp/resample -> descriptor
 *
 * Like jobs/analyse.h it opens nothing and needs nothing but memory, a fixed amount; it runs in a confined
 * worker. How channels are mixed: top of samples_read.c.
 *
 * Threads: several may run at once, each its own file. */
#ifndef SNQ_JOBS_SAMPLES_READ_H
#define SNQ_JOBS_SAMPLES_READ_H

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pulse.h"

typedef struct snq_samples_read_cfg {
    const snq_sample_request *request; /* borrowed */
    int fd;                            /* the recording, a regular file; borrowed, not moved */
    int out_fd;                 /* an empty file; borrowed, not moved; laid out as in messages.h */
    int no_loading;             /* as in media/reader.h (default 0) */
    snq_pulse *pulse;           /* NULL, or written with each block; borrowed */
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed */
} snq_samples_read_cfg;

/* Fills channels, frames, key and loop of *reply. Errors: those of media/reader.h, ERR_TOO_BIG (longer than
 * max_frames), ERR_FORMAT (not one sample), ERR_NOMEM, ERR_CANCELLED, ERR_IO. */
SNQ_MUST_USE snq_status snq_samples_read_run(const snq_samples_read_cfg *cfg,
                                             snq_sampled_reply *reply);

#endif
