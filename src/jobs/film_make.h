// SPDX-License-Identifier: MIT
/* film_make -- a film with new sound, from descriptors to a descriptor: the second confined half of jobs/film_out.h.
 *
 *     film, sound -> media/film_mux -> film;  its sound, decoded again -> loudness, true peak
 *
 * Like jobs/analyse.h it opens nothing; memory is fixed but for the index (40 bytes a picture). It runs in a
 * confined worker.
 *
 * Threads: several may run at once, each its own film. */
#ifndef SNQ_JOBS_FILM_MAKE_H
#define SNQ_JOBS_FILM_MAKE_H

#include "base/attr.h"
#include "base/status.h"
#include "jobs/film_messages.h"
#include "jobs/pulse.h"

typedef struct snq_film_make_cfg {
    const snq_mux_request *request; /* borrowed */
    int fd;                         /* the film; borrowed, not moved */
    int sound_fd;                   /* as film_messages.h says; borrowed, not moved */
    int out_fd;                     /* an empty file, open for reading and writing; borrowed */
    int no_loading;                 /* as in media/reader.h (default 0) */
    snq_pulse *pulse;               /* NULL, or written with each picture; borrowed */
    const volatile int *cancel;     /* NULL, or non-zero asks to stop; borrowed */
} snq_film_make_cfg;

/* Fills all of *reply but st, needs and error. Errors: those of snq_film_mux_run; what is in out_fd then is no
 * film. */
SNQ_MUST_USE snq_status snq_film_make_run(const snq_film_make_cfg *cfg, snq_muxed_reply *reply);

#endif
