// SPDX-License-Identifier: MIT
/* film_sound -- what a film is, and its original sound laid on its clock: the first confined half of
 * jobs/film_out.h.
 *
 *     descriptor -> media/film_mux (scan) -> where its sound lies
 *     descriptor -> media/reader -> two channels -> dsp/resample -> there, in another descriptor
 *
 * Sound that can't be read is a warning (`original_unreadable`), not a refusal. Like jobs/analyse.h it opens
 * nothing and needs nothing but memory, a fixed amount; it runs in a confined worker.
 *
 * Threads: several may run at once, each its own film. */
#ifndef SNQ_JOBS_FILM_SOUND_H
#define SNQ_JOBS_FILM_SOUND_H

#include "base/attr.h"
#include "base/status.h"
#include "jobs/film_messages.h"
#include "jobs/pulse.h"

typedef struct snq_film_sound_cfg {
    const snq_film_request *request; /* borrowed */
    int fd;                          /* the film, a regular file; borrowed, not moved */
    int out_fd;     /* an empty file for its sound, as film_messages.h says; borrowed, not moved */
    int no_loading; /* as in media/reader.h (default 0) */
    snq_pulse *pulse;           /* NULL, or written with each block; borrowed */
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed */
} snq_film_sound_cfg;

/* Fills all of *reply but st, needs and error. Errors: those of snq_film_scan, ERR_NOMEM, ERR_CANCELLED, ERR_IO. */
SNQ_MUST_USE snq_status snq_film_sound_run(const snq_film_sound_cfg *cfg, snq_filmed_reply *reply);

#endif
