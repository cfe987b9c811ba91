// SPDX-License-Identifier: MIT
/* pulse -- where a worker stands, in memory that it shares with the engine.
 *
 * The worker writes with each block of sound or picture, the engine reads when it likes: for the bar, to tell a
 * hang from work (a `beat` that stands still), and to name the place where a decoder died. One page a
 * worker, so that a worker can give the others' pages away. What stands here comes from a process
 * that may have been taken over: it is shown and compared, never used as a size or an index.
 *
 * Threads: [worker] writes, [any] reads. */
#ifndef SNQ_JOBS_PULSE_H
#define SNQ_JOBS_PULSE_H

#include <stdatomic.h>
#include <stdint.h>

enum { SNQ_PULSE_BYTES = 4096 };

typedef struct snq_pulse {
    _Atomic uint64_t beat;      /* grows with every block */
    _Atomic int64_t offset;     /* bytes of the file that are done, of video about */
    _Atomic int64_t size_bytes; /* of the file */
    _Atomic int64_t media_us;   /* microseconds of sound or video that are done */
    _Atomic int64_t pictures;   /* of video that are done */
} snq_pulse;

/* NULL is legal. */
static inline void snq_pulse_set(snq_pulse *p, int64_t offset, int64_t size_bytes, int64_t media_us)
{
    if (!p)
        return;
    atomic_store_explicit(&p->offset, offset, memory_order_relaxed);
    atomic_store_explicit(&p->size_bytes, size_bytes, memory_order_relaxed);
    atomic_store_explicit(&p->media_us, media_us, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->beat, 1, memory_order_release);
}

/* NULL is legal. The beat is snq_pulse_set's. */
static inline void snq_pulse_set_pictures(snq_pulse *p, int64_t pictures)
{
    if (p)
        atomic_store_explicit(&p->pictures, pictures, memory_order_relaxed);
}

static inline void snq_pulse_reset(snq_pulse *p)
{
    snq_pulse_set_pictures(p, 0);
    snq_pulse_set(p, 0, 0, 0);
}

#endif
