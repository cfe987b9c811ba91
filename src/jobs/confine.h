// SPDX-License-Identifier: MIT
/* confine -- takes from a process what decoding and listening don't need, for good.
 *
 * Layers, each of which stands alone:
 *   limits    memory beyond what is mapped, size of written files, number of descriptors, no core file
 *   landlock  no file can be opened, made or removed by its name; no TCP (Linux 6.7), no signals or
 *             abstract sockets to the outside (Linux 6.12)
 *   seccomp   an allow-list of system calls: memory, reading and writing descriptors that are open,
 *             clocks, ending. All others fail with EPERM: no open, no socket, no exec, no fork, no
 *             executable memory; no thread but with cfg.threads, which are as confined as the first.
 * Sanitizers and coverage need what is taken here (maps, files, helper threads): builds with them run
 * without any layer and say so.
 *
 * Threads: the process must have one thread. */
#ifndef SNQ_JOBS_CONFINE_H
#define SNQ_JOBS_CONFINE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* X(name, bit, what it takes) */
#define SNQ_CONFINE_MAP(X)                                       \
    X(limits, 1, "memory, written bytes, descriptors, no core")  \
    X(landlock, 2, "no files by name, no connections by kernel") \
    X(seccomp, 4, "no open, socket, exec, fork or other calls")

enum {
#define X(name, bit, text) SNQ_CONFINE_##name = (bit),
    SNQ_CONFINE_MAP(X)
#undef X
        SNQ_CONFINE_ALL = 7
};

/* Memory beyond what is mapped at the start; ten hours of sound take 60 MB. A decoder of video keeps
 * up to 17 pictures, 100 MB each where they are 7680 x 4320 in 4:2:0 of ten bits. */
#define SNQ_CONFINE_MEMORY_BYTES ((uint64_t)1 << 30)
#define SNQ_CONFINE_VIDEO_MEMORY ((uint64_t)3 << 30)
/* Bytes of a file that a worker may write: the largest waveform as JSON is half of it. Where it is to
 * write sound: ten hours of 8 channels at 48 kHz, 24 bit, are 39 GiB; the flow of three hours of video
 * at 60 Hz is 9 GiB. */
#define SNQ_CONFINE_FILE_BYTES   ((uint64_t)1 << 30)
#define SNQ_CONFINE_SOUND_BYTES  ((uint64_t)1 << 36)
enum { SNQ_CONFINE_DESCRIPTORS = 16 };

typedef struct snq_confine snq_confine; /* the filter, made before it is needed */

typedef struct snq_confinement {
    uint32_t layers;       /* SNQ_CONFINE_*: what holds */
    uint32_t landlock_abi; /* 0: the kernel has none */
    char missing[160];     /* why a layer doesn't hold; "" when all do */
} snq_confinement;

/* On success *out is owned by the caller; on error NULL. ERR_NOMEM. May be inherited by fork. */
SNQ_MUST_USE snq_status snq_confine_new(snq_confine **out);
void snq_confine_free(snq_confine *c); /* NULL is legal */

/* How far it may go. */
typedef struct snq_confine_cfg {
    uint64_t file_bytes;   /* most that is written to a file (default SNQ_CONFINE_FILE_BYTES) */
    uint64_t memory_bytes; /* beyond what is mapped (default SNQ_CONFINE_MEMORY_BYTES) */
    int threads;           /* it may start threads of its own (default 0) */
} snq_confine_cfg;

snq_confine_cfg snq_confine_cfg_default(void);
/* Confine this process; can't be taken back. A layer that the kernel refuses is named, no error. */
void snq_confine_run(snq_confine *c, const snq_confine_cfg *cfg, snq_confinement *out);

/* What a process tries that must be refused; X(name, what) */
#define SNQ_CONFINE_TRY_MAP(X)              \
    X(open, "open a file")                  \
    X(create, "make a file")                \
    X(socket, "make a socket")              \
    X(exec, "start a program")              \
    X(fork, "start a process")              \
    X(kill, "signal another process")       \
    X(executable, "make memory executable") \
    X(memory, "take memory beyond its bound")

enum {
#define X(name, text) SNQ_CONFINE_TRY_##name,
    SNQ_CONFINE_TRY_MAP(X)
#undef X
        SNQ_CONFINE_TRIES
};

/* Try each; the bit 1 << SNQ_CONFINE_TRY_x is set in the result when x was refused. Harmless where
 * nothing refuses: what could be opened is closed again, the program that would be started has no
 * name, the child ends at once, the signal is signal 0. */
uint32_t snq_confine_try(void);
/* "open a file"; static. */
const char *snq_confine_try_text(uint32_t i);

#endif
