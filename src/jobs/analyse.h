// SPDX-License-Identifier: MIT
/* analyse -- one recording, from its descriptor to a hearing: the pipeline behind `sonique listen`.
 *
 *     descriptor -> media/reader -> listen/listener -> hearing
 *                              \-> media/waveform   -> descriptor
 *                              \-> plot/portrait    -> what a picture is drawn from
 *
 * It opens nothing and needs nothing but memory, so it runs in a confined worker (jobs/worker.h); it
 * runs as well in any other process, for measurements. jobs/listen_batch.h is the way in for users.
 *
 * Threads: several may analyse at once, each its own file. */
#ifndef SNQ_JOBS_ANALYSE_H
#define SNQ_JOBS_ANALYSE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/messages.h"
#include "jobs/pulse.h"
#include "listen/analyser.h"
#include "score/hearing.h"
#include "score/overview.h"

/* The two outlines that the catalogue uses. */
enum { SNQ_OVERVIEW_SMALL = 1000, SNQ_OVERVIEW_LARGE = 8000 };

typedef struct snq_analyse_cfg {
    const snq_listen_request *request; /* what is wanted; borrowed */
    int fd;                            /* the recording, a regular file; borrowed, not moved */
    int waveform_fd;                   /* empty file for request->waveform; borrowed; -1: none */
    int no_loading;                    /* as in media/reader.h (default 0) */
    snq_pulse *pulse;                  /* NULL, or written now and then; borrowed */
    snq_overview *overview;            /* NULL, or (2,): filled with SMALL and LARGE; the caller
                                          clears */
    snq_portrait *portrait;            /* NULL, or filled when asked for; the caller clears */
    double *peak;                      /* NULL, or set when asked for: largest |sample| */
    const volatile int *cancel;        /* NULL, or non-zero asks to stop; borrowed */
} snq_analyse_cfg;

/* No descriptor, nothing wanted. */
snq_analyse_cfg snq_analyse_cfg_default(void);
/* A request for all analysers and nothing else of the recording called `name`. ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_listen_request_default(const char *name, snq_listen_request *r);

/* The analysers that a request names, in the order of the registry, each once; static tables.
 * ERR_NOT_FOUND: an id that no analyser has. */
SNQ_MUST_USE snq_status snq_listen_request_analysers(const snq_listen_request *r,
                                                     const snq_analyser *out[SNQ_PLUGINS_MAX],
                                                     uint32_t *count);

/* Analyse. On success *h is complete and owned by the caller (snq_hearing_clear); its path is
 * request->name, borrowed. On error it is cleared and snq_last_error says in one sentence why the
 * input was refused. Errors: those of media/reader.h, ERR_NOT_FOUND (an id), ERR_NOMEM (also when an
 * analyser was short of memory, so that no other one is blamed), ERR_CANCELLED, ERR_IO. */
SNQ_MUST_USE snq_status snq_analyse_run(const snq_analyse_cfg *cfg, snq_hearing *h);

#endif
