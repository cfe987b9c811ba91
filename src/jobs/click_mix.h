// SPDX-License-Identifier: MIT
/* click_mix -- one recording once more, from its descriptor to a WAV with clicks on its beats: the pipeline
 * behind `sonique listen --click`.
 *
 *     descriptor -> media/reader -> media/click_track -> media/wav_writer -> descriptor
 *
 * Native rate and channels, as many frames as the reader gives, 24 bit. Like jobs/analyse.h it opens
 * nothing and needs nothing but memory, a fixed amount; it runs in a confined worker.
 *
 * Threads: several may run at once, each its own file. */
#ifndef SNQ_JOBS_CLICK_MIX_H
#define SNQ_JOBS_CLICK_MIX_H

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pulse.h"

typedef struct snq_click_mix_cfg {
    const snq_click_request *request; /* borrowed */
    int fd;                           /* the recording, a regular file; borrowed, not moved */
    int out_fd;                       /* an empty file, open for reading and writing; borrowed */
    int no_loading;                   /* as in media/reader.h (default 0) */
    snq_pulse *pulse;                 /* NULL, or written with each block; borrowed */
    const volatile int *cancel;       /* NULL, or non-zero asks to stop; borrowed */
} snq_click_mix_cfg;

/* Errors: those of media/reader.h, ERR_NOMEM, ERR_CANCELLED, ERR_IO; what is in out_fd then is no
 * WAV. */
SNQ_MUST_USE snq_status snq_click_mix_run(const snq_click_mix_cfg *cfg);

#endif
