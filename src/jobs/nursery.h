// SPDX-License-Identifier: MIT
/* nursery -- the process that workers are born from.
 *
 * It is forked before the engine has threads, connections or anything read from a file; it does
 * nothing but fork workers, end them on request and say how they ended. So a worker that replaces a
 * dead one is as fresh as the first, whatever the engine has become in the meantime, and holds nothing
 * of the files before. Modules (libav, the plotter) are loaded here, before the sandbox of a worker
 * closes, and only when they are first needed; workers born later have them.
 *
 *     engine --fork--> nursery --fork--> worker, worker, …
 *
 * Invariants
 * 1. A worker is reaped by the nursery alone, and only the nursery signals it: no pid is ever used
 *    after it was given back.
 * 2. When the engine ends, however it does, the nursery sees its socket closed, kills and reaps its
 *    workers and ends; when the nursery ends, however it does, its workers end (PR_SET_PDEATHSIG).
 * 3. Every SPAWN is answered by STARTED or ENDED, every STARTED followed by exactly one ENDED.
 * 4. The nursery holds no descriptor but its socket to the engine.
 *
 * Threads: one object belongs to one thread; the thread that opens it must live as long as it. */
#ifndef SNQ_JOBS_NURSERY_H
#define SNQ_JOBS_NURSERY_H

#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/confine.h"
#include "jobs/pulse.h"

typedef struct snq_nursery snq_nursery;

enum { SNQ_NURSERY_SLOTS_MAX = 128 };

/* What is loaded late. */
enum { SNQ_MODULE_AV = 1, SNQ_MODULE_PLOT = 2 };

typedef enum snq_news_kind {
    SNQ_NEWS_STARTED = 1, /* value: pid */
    SNQ_NEWS_ENDED,       /* value: as waitpid gives it; -1 when it could not be started */
    SNQ_NEWS_LOADED       /* value: a snq_status; text says why not */
} snq_news_kind;

typedef struct snq_news {
    int32_t kind;
    uint32_t slot;
    int32_t value;
    char text[500];
} snq_news;

/* Fork it. `pulse` is (slots,) pages of SNQ_PULSE_BYTES that are mapped shared; each worker is confined
 * as `limits` says. On success *out is owned by the caller; on error NULL. ERR_RANGE, ERR_NOMEM,
 * ERR_IO (no process, no descriptor). */
SNQ_MUST_USE snq_status snq_nursery_open(uint32_t slots, void *pulse, const snq_confine_cfg *limits,
                                         snq_nursery **out);
/* End it and its workers, at once with `now`, else after they have had the time to end of their own
 * (their sockets must be closed by then). NULL is legal. */
void snq_nursery_close(snq_nursery *n, int now);
/* To be polled for reading; borrowed. */
int snq_nursery_fd(const snq_nursery *n);
/* Orders. ERR_IO: the nursery is gone. `socket` is the worker's end; borrowed for the call. */
SNQ_MUST_USE snq_status snq_nursery_spawn(snq_nursery *n, uint32_t slot, int socket);
SNQ_MUST_USE snq_status snq_nursery_kill(snq_nursery *n, uint32_t slot);
/* Load modules for workers that are spawned from now on; SNQ_NEWS_LOADED follows. */
SNQ_MUST_USE snq_status snq_nursery_load(snq_nursery *n, uint32_t modules);
/* What is new: OK, AGAIN (nothing), ERR_IO (the nursery is gone). Doesn't wait. */
SNQ_MUST_USE snq_status snq_nursery_pull(snq_nursery *n, snq_news *out);

#endif
