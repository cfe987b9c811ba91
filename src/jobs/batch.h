// SPDX-License-Identifier: MIT
/* batch -- many inputs through a pool of confined workers, results in input order.
 *
 * What `sonique listen` and `sonique watch` have in common: opens each input, hands descriptors to
 * workers, asks again what is lost, and gives the results back one by one in the order of the inputs,
 * whatever the order in which they end. At most SNQ_BATCH_WINDOW inputs are begun and not yet given
 * back, so memory is constant. What is asked and what becomes of an answer is up to the kind of work
 * (listen_batch.h, watch_batch.h).
 *
 * Each input has a job of the kind's own, with the function of the kind on each edge:
 *
 *     (none) --begin, open--> working --ask--> (out) --hear, lose--> working ... finished or refused
 *     working --refuse--> refused;  finished, refused --settle--> --give--> --clear--> (none)
 *
 * Invariants
 * 1. Every job that was begun is cleared; it is settled and given once, or not at all when the batch
 *    stops early.
 * 2. `ask` is called only for a job that works and has nothing out; each question is followed by one
 *    `hear` or `lose`.
 *
 * Threads: [control] one batch at a time in a process that has one thread when it begins. */
#ifndef SNQ_JOBS_BATCH_H
#define SNQ_JOBS_BATCH_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/confine.h"
#include "jobs/inputs.h"
#include "jobs/outputs.h"
#include "jobs/pool.h"

enum { SNQ_BATCH_WINDOW = 256, SNQ_THREADS_MAX = 128 };

typedef struct snq_batch_progress {
    uint32_t files, done; /* inputs in all; given up or finished */
    double part;          /* of the bytes, 0 .. 1 */
    double media_s;       /* seconds of sound or video so far */
    int64_t pictures;     /* so far */
    const char *name;     /* the oldest input at work; borrowed; NULL: none */
} snq_batch_progress;

/* What whoever starts a batch may be told meanwhile. */
typedef struct snq_batch_hooks {
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed */
    /* NULL, or told a few times a second how far all is. */
    void (*progress)(void *user, const snq_batch_progress *p);
    /* NULL, or told once when a layer of confinement doesn't hold. */
    void (*unconfined)(void *user, const snq_confinement *c);
    void *user;
} snq_batch_hooks;

/* One input. */
typedef struct snq_batch_item {
    uint32_t index;
    const char *path;   /* borrowed */
    int fd;             /* a regular file, open for reading; -1 before `open` */
    int64_t size_bytes; /* of the file */
} snq_batch_item;

typedef enum snq_batch_stage {
    SNQ_BATCH_WORKING,
    SNQ_BATCH_FINISHED,
    SNQ_BATCH_REFUSED
} snq_batch_stage;

/* How far a job is; comes with what the worker says of the request that is out (0: none is). */
typedef struct snq_batch_place {
    double part; /* 0 .. 1 */
    double media_s;
    int64_t pictures;
} snq_batch_place;

/* A kind of work. `user` is that of the cfg, `job` (job_bytes,) the input's own. */
typedef struct snq_batch_kind {
    size_t job_bytes;
    double cpu_s, cpu_s_per_mib; /* most that one request may take: cpu_s + cpu_s_per_mib * size */
    /* Init a job (zeroed). On error `refuse`, `settle`, `give` and `clear` follow. */
    snq_status (*begin)(void *user, void *job, const snq_batch_item *item);
    /* The input is open: open what goes with it. On error the same. */
    snq_status (*open)(void *user, void *job, const snq_batch_item *item, const snq_outputs *o);
    /* Fill kind, payload (empty), fresh, and up to fd_count of fds, which r->fds points at. */
    snq_status (*ask)(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                      int fds[SNQ_FRAME_FDS_MAX]);
    /* An answer. OK; AGAIN: the worker lacks libav, ask again with it; ERR_FORMAT: that is no answer,
     * `lose` follows; others stop the batch. `missing`: why a module could not be loaded, or "". */
    snq_status (*hear)(void *user, void *job, const snq_frame *f, const char *missing);
    void (*lose)(void *job, const snq_loss *loss);
    void (*refuse)(void *job, snq_status st, const char *error);
    snq_batch_stage (*stage)(const void *job);
    /* Finished or refused: outputs get their names or vanish. */
    void (*settle)(void *job);
    snq_status (*give)(void *user, void *job, const snq_batch_item *item);
    void (*clear)(void *job);
    /* Turn where the request is into where the job is. */
    void (*where)(const void *job, snq_batch_place *place);
} snq_batch_kind;

typedef struct snq_batch_cfg {
    const snq_batch_kind *kind;   /* static */
    const snq_inputs *inputs;     /* borrowed */
    void *user;                   /* for the kind's functions */
    const snq_batch_hooks *hooks; /* borrowed */
    snq_pool_cfg pool;            /* workers: at most; never more than inputs */
    int force;                    /* replace existing output files */
} snq_batch_cfg;

/* Do all. OK when every input was given; ERR_CANCELLED; what `give` said; ERR_NOMEM, ERR_IO,
 * ERR_UNSUPPORTED: the environment lacks something that all inputs need. No process is left. */
SNQ_MUST_USE snq_status snq_batch_run(const snq_batch_cfg *cfg);

/* What a DRAWN says, in *drawn and error[]. ERR_FORMAT: it is none; ERR_UNSUPPORTED: what pictures need (the
 * module, a font) is missing for all, and the batch may stop. */
SNQ_MUST_USE snq_status snq_batch_hear_drawn(const snq_frame *f, const char *missing,
                                             snq_status *drawn, char error[SNQ_ERROR_MAX]);
/* Open a file of an input, read only: fills fd (owned by the caller, -1 when it can't be opened) and
 * size_bytes of *item. ERR_IO, ERR_FORMAT (not a regular file). */
SNQ_MUST_USE snq_status snq_batch_open_file(snq_batch_item *item);

#endif
