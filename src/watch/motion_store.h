// SPDX-License-Identifier: MIT
/* motion_store -- the lattice of flow over time: written frame by frame, read cell by cell.
 *
 * A frame is (cells, 3) floats: u, v, confidence. Values are kept with 16 bits of the largest of
 * their frame, confidence with 8. Up to memory_max bytes stay in memory; beyond, everything goes to
 * the spill file, which the caller owns and which must be empty and at offset 0.
 *
 * An object belongs to one thread at a time. How it is done: top of motion_store.c. */
#ifndef SNQ_WATCH_MOTION_STORE_H
#define SNQ_WATCH_MOTION_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct snq_motion_store snq_motion_store;

typedef struct snq_motion_store_cfg {
    uint32_t cells; /* 1 .. 65536 */
    uint32_t frames_max;
    size_t memory_max; /* bytes kept in memory before the spill file is used */
    int spill_fd;      /* -1: none, more than memory_max is refused */
} snq_motion_store_cfg;

/* On success *out is owned by the caller: snq_motion_store_free. On error *out is NULL. Errors:
 * ERR_RANGE, ERR_NOMEM. */
snq_status snq_motion_store_new(const snq_motion_store_cfg *cfg,
                                snq_motion_store **out) SNQ_MUST_USE;
void snq_motion_store_free(snq_motion_store *s); /* NULL is legal */
/* lattice (cells, 3), borrowed for the call; a cell whose values are not finite counts as still with
 * confidence 0. Errors: ERR_NOMEM, ERR_TOO_BIG (memory without a spill file, frames_max), ERR_IO. */
snq_status snq_motion_store_push(snq_motion_store *s, const float *lattice) SNQ_MUST_USE;
uint32_t snq_motion_store_frames(const snq_motion_store *s);
/* All frames of one cell: u, v, confidence (frames,), each may be NULL. Errors: ERR_IO. */
snq_status snq_motion_store_read(snq_motion_store *s, uint32_t cell, float *u, float *v,
                                 float *confidence) SNQ_MUST_USE;

#endif
