// SPDX-License-Identifier: MIT
/* worker -- the confined process that decodes, listens, watches, draws and mixes: requests in, replies out.
 *
 *     confined --HELLO--> idle --LISTEN, DRAW, CLICK, WATCH, SKETCH, FLOW, SAMPLE, FILM, MUX, TRY--> at work
 *     at work --HEARD, DRAWN, CLICKED, SEEN, FLOWN, SAMPLED, FILMED, MUXED, TRIED--> idle
 *     idle --socket closed--> end
 *
 * One request at a time, each with one reply of the same ticket. It keeps nothing from one request to
 * the next. Before the first byte of a file is read, snq_confine_run has closed it (jobs/confine.h).
 * Frames and payloads: docs/formats/worker.md. */
#ifndef SNQ_JOBS_WORKER_H
#define SNQ_JOBS_WORKER_H

#include "jobs/confine.h"
#include "jobs/modules.h"
#include "jobs/pulse.h"

typedef struct snq_worker_cfg {
    int socket;                 /* to the engine; borrowed */
    snq_pulse *pulse;           /* NULL, or shared with the engine; borrowed */
    const snq_modules *modules; /* what was loaded; borrowed */
    snq_confinement confinement;
} snq_worker_cfg;

/* Serve until the socket is closed: 0, or 1 when the engine spoke no sense. */
int snq_worker_run(const snq_worker_cfg *cfg);
/* End the process: no handlers, no buffers; builds with sanitizers look for leaks first and fail. */
void snq_worker_end(int code) __attribute__((noreturn));

#endif
