// SPDX-License-Identifier: MIT
/* motion -- from a lattice of flow to bands, motion types, regions and their life in time.
 *
 * Push one frame of flow after the other: frame t is the flow from picture t to picture t + 1, as
 * (cells, 3) floats u, v, confidence in px a frame of the *working* picture (v down), rows of `across`
 * cells from the top. Then finish() writes motion, drift, bands and, on wish, windows into a sight
 * (score/sight.h), there in px/s of the *source* picture.
 *
 * Memory: cfg.memory_max for the flow (what is beyond goes to cfg.spill_fd), some 40 bytes a frame,
 * some 200 bytes a cell, and room for 16 series at a time. The result does not depend on where the
 * flow was kept.
 *
 * An object belongs to one thread at a time. How it is done: tops of bands.c and motion_*.c. */
#ifndef SNQ_WATCH_MOTION_H
#define SNQ_WATCH_MOTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "score/sight.h"
#include "score/watch_look.h"

typedef struct snq_motion snq_motion;

typedef struct snq_motion_cfg {
    double fps;             /* true rate, 1 .. 100000 */
    uint32_t width, height; /* of the source picture, px */
    double scale;           /* source px per working px (default 1) */
    uint32_t across, down;  /* cells of the lattice, 1 .. 256 each */
    uint32_t frames_max;    /* bound on frames (default 1 << 22) */
    size_t memory_max;      /* bytes of flow kept in memory (default 48 MiB) */
    int spill_fd; /* an empty file, open for reading and writing; borrowed; -1 (default): none, more
                     than memory_max is refused */
    int windows;  /* columns over time as well (default 0) */
    snq_watch_look
        *look; /* NULL (default), or one whose maps and spectrum finish makes; borrowed */
} snq_motion_cfg;

snq_motion_cfg snq_motion_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down);

/* What a frame of flow is worth. */
enum {
    SNQ_MOTION_BAD = 1,      /* no flow could be measured (flash, fade): bridged */
    SNQ_MOTION_REPEATED = 2, /* its two pictures are the same one, shown twice: the flow is 0 only
                                because of that; bridged, and the rate of the rest corrected */
};

/* On success *out is owned by the caller: snq_motion_free. On error *out is NULL. Errors: ERR_RANGE,
 * ERR_NOMEM. */
snq_status snq_motion_new(const snq_motion_cfg *cfg, snq_motion **out) SNQ_MUST_USE;
void snq_motion_free(snq_motion *m); /* NULL is legal */
/* lattice (cells, 3) is borrowed for the call; flags: SNQ_MOTION_*. Errors: ERR_NOMEM, ERR_TOO_BIG,
 * ERR_IO; the object can only be freed then. */
snq_status snq_motion_push(snq_motion *m, const float *lattice, uint32_t flags) SNQ_MUST_USE;
/* cut (cuts,): numbers of the pictures that begin a new shot, ascending, each >= 1; those behind the
 * end are ignored. Fills motion, drift, band and column of *sight, adds warnings ("aliasing"), and
 * leaves the rest of it alone; video.* is not read. On error sight's motion_reason is as it was, its
 * lists may have grown. Errors: ERR_NOMEM, ERR_IO, ERR_TOO_BIG. */
snq_status snq_motion_finish(snq_motion *m, const uint64_t *cut, size_t cuts,
                             snq_sight *sight) SNQ_MUST_USE;

#endif
