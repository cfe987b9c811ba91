// SPDX-License-Identifier: MIT
/* pool -- a number of confined workers behind a nursery: requests in, replies or losses out.
 *
 * A slot is the place of one worker, with the function on each edge:
 *
 *     absent --start_worker--> starting --HELLO--> idle --snq_pool_submit--> busy --reply--> idle
 *     starting, idle, busy --end of file, bad frame, a limit, kill from outside--> dying
 *     idle --snq_pool_renew--> dying
 *     dying --ENDED (nursery)--> absent --start_worker--> …
 *
 * Invariants
 * 1. Each submitted request is answered by exactly one event: its reply, or a loss with the cause.
 * 2. A worker that broke a rule (a frame that isn't one, a wrong ticket, a limit) never gets another
 *    request: it is killed and replaced.
 * 3. A busy slot has a deadline: without a beat of its pulse for stall_cpu_s of its own CPU time or
 *    stall_wall_s of ours, or after cpu_s in all, it is killed.
 * 4. At most `workers` workers exist at a time; none after close.
 * 5. Nothing here blocks longer than the time given to snq_pool_wait.
 *
 * Threads: [control] one object belongs to one thread, which must be the process's only one at open
 * (the nursery is forked there) and outlive it. */
#ifndef SNQ_JOBS_POOL_H
#define SNQ_JOBS_POOL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "jobs/confine.h"
#include "jobs/frames.h"
#include "jobs/pulse.h"

typedef struct snq_pool snq_pool;

typedef struct snq_pool_cfg {
    uint32_t workers;       /* 1 .. SNQ_NURSERY_SLOTS_MAX (default: processors at our disposal) */
    uint32_t modules;       /* SNQ_MODULE_* to load before the first starts (default 0) */
    snq_confine_cfg limits; /* of each (default snq_confine_cfg_default) */
    double stall_cpu_s;     /* CPU seconds without a beat (default 6) */
    double stall_wall_s;    /* seconds without a beat: a read that doesn't come back (default 60) */
} snq_pool_cfg;

typedef enum snq_loss_cause {
    SNQ_LOSS_SIGNAL = 1, /* killed by a signal that we did not send */
    SNQ_LOSS_EXIT,       /* ended by itself */
    SNQ_LOSS_STALLED,    /* no beat within stall_cpu_s */
    SNQ_LOSS_SILENT,     /* no beat within stall_wall_s */
    SNQ_LOSS_BUDGET,     /* used more CPU time than the request was given */
    SNQ_LOSS_NONSENSE    /* answered what is no answer */
} snq_loss_cause;

typedef struct snq_loss {
    snq_loss_cause cause;
    int number;         /* the signal or the exit status */
    int64_t offset;     /* bytes of the file that were done */
    int64_t size_bytes; /* of the file, 0: unknown */
    int64_t pictures;   /* that were done */
} snq_loss;

/* "crashed (SIGSEGV, signal 11)", into to[room]. */
void snq_loss_text(const snq_loss *loss, char *to, size_t room);
/* Whether it was stopped for want of time. */
int snq_loss_is_timeout(const snq_loss *loss);
/* Whether it was killed from outside, and the request is to be repeated: counts *kills, which are few. */
int snq_loss_is_kill(const snq_loss *loss, uint32_t *kills);

typedef struct snq_pool_event {
    uint32_t slot;
    uint64_t job;    /* as submitted */
    int lost;        /* 1: `loss`; 0: `frame` */
    snq_frame frame; /* borrowed until the next wait or renew */
    snq_loss loss;
} snq_pool_event;

snq_pool_cfg snq_pool_cfg_default(void);
/* Fork the nursery, start the workers. On success *out is owned by the caller; on error NULL.
 * ERR_RANGE, ERR_NOMEM, ERR_IO. */
SNQ_MUST_USE snq_status snq_pool_open(const snq_pool_cfg *cfg, snq_pool **out);
/* End the workers: of their own, or with `now` at once. NULL is legal. */
void snq_pool_close(snq_pool *p, int now);

/* Slots that take a request now or as soon as their worker is up; a submit would succeed. */
uint32_t snq_pool_free_slots(const snq_pool *p);

typedef struct snq_pool_request {
    snq_frame_kind kind;
    uint64_t job;     /* comes back with the event */
    snq_str *payload; /* taken: empty afterwards */
    const int *fds;   /* (fd_count,) at most SNQ_FRAME_FDS_MAX; borrowed for the call */
    uint32_t fd_count;
    int fresh;    /* only to a worker that has served nothing before */
    double cpu_s; /* most CPU seconds that it may take */
} snq_pool_request;

/* Give a request to a free slot; *slot is which (NULL is legal). AGAIN: a fresh worker is wanted and
 * on its way, nothing was submitted; ERR_STATE: none is free; ERR_NOMEM, ERR_IO (descriptors): nothing
 * was submitted and the payload is still the caller's. */
SNQ_MUST_USE snq_status snq_pool_submit(snq_pool *p, const snq_pool_request *r, uint32_t *slot);
/* Load SNQ_MODULE_* for workers that start from now on. ERR_IO. */
SNQ_MUST_USE snq_status snq_pool_load(snq_pool *p, uint32_t modules);
/* Replace a slot's worker, which must not be busy, by a new one. */
void snq_pool_renew(snq_pool *p, uint32_t slot);
/* Why a module could not be loaded, "" while nothing failed; borrowed. */
const char *snq_pool_load_error(const snq_pool *p);
/* Wait up to timeout_ms for an event: OK, AGAIN (none yet), ERR_IO (no worker can be started), ERR_NOMEM. A
 * signal handler that ran ends the wait as well. */
SNQ_MUST_USE snq_status snq_pool_wait(snq_pool *p, int timeout_ms, snq_pool_event *out);
/* Where a slot's worker stands; borrowed. */
const snq_pulse *snq_pool_pulse(const snq_pool *p, uint32_t slot);
/* How the workers are confined: OK once one has said it, else AGAIN. */
SNQ_MUST_USE snq_status snq_pool_confinement(const snq_pool *p, snq_confinement *out);

#endif
