// SPDX-License-Identifier: MIT
/* watcher -- runs the eyes over a stream: pictures in, a sight out.
 *
 *     picture -> flow -> lattice -> camera -> motion (bands, types, regions, windows)
 *           \         \-> events -> cuts ------^
 *            \-> look
 *
 * States and invariants
 *
 *     new --push--> running --push--> running --finish--> done
 *
 * 1. The result depends on the pictures alone: not on the number of threads, nor on where the flow was
 *    kept meanwhile.
 * 2. Memory is bounded: some 40 bytes a working pixel and for each thread more 40 again, 48 MiB of flow
 *    (the rest goes to spill_fd), and some 100 bytes a picture.
 * 3. With more threads than one, up to twice as many pictures are under way: what is wrong with a picture
 *    may be told by a later push, or by finish.
 *
 * Threads: one object belongs to one thread at a time; it uses `threads` in all, the caller's
 * included: the others find flow while the caller does what it does between the pushes. */
#ifndef SNQ_WATCH_WATCHER_H
#define SNQ_WATCH_WATCHER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/picture.h"
#include "base/status.h"
#include "score/sight.h"
#include "score/watch_look.h"
#include "watch/flow.h"

typedef struct snq_watcher snq_watcher;

enum { SNQ_WATCHER_FRAMES_MAX = 1 << 22 };

typedef struct snq_watcher_cfg {
    double fps;                           /* true pictures a second, 0.01 .. 100000 */
    double start_s;                       /* time of the first picture (default 0) */
    uint32_t width, height;               /* of the working pictures, px, as flow.h takes them */
    uint32_t source_width, source_height; /* px; velocities are told in these (default: the same) */
    snq_flow_preset preset;               /* SNQ_FLOW_DEFAULT */
    uint32_t threads;                     /* of the flow, 1 .. SNQ_FLOW_THREADS_MAX (default 1) */
    int stabilize; /* the bands read the flow less the camera's (default 0) */
    int windows;   /* columns over time as well (default 0) */
    int spill_fd;  /* as in watch/motion.h (default -1) */
    snq_watch_look
        *look; /* NULL (default), or one to be filled for a picture: borrowed until free */
} snq_watcher_cfg;

/* One picture; borrows all for the call. */
typedef struct snq_watcher_picture {
    snq_picture luma;   /* one channel, (height, width) */
    snq_picture cb, cr; /* one channel, of one size, or both with pixels NULL: grey */
    int repeated;       /* the same to the eye as the one before */
    int same;           /* and in each of its bytes */
} snq_watcher_picture;

snq_watcher_cfg snq_watcher_cfg_default(double fps, uint32_t width, uint32_t height);
/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_watcher_new(const snq_watcher_cfg *cfg, snq_watcher **out);
void snq_watcher_free(snq_watcher *w); /* NULL is legal */
/* The next picture. ERR_ARG (its size), ERR_TOO_BIG (more than SNQ_WATCHER_FRAMES_MAX), ERR_NOMEM,
 * ERR_IO, ERR_STATE (after finish): the object can only be freed then. */
SNQ_MUST_USE snq_status snq_watcher_push(snq_watcher *w, const snq_watcher_picture *picture);
/* The stream has ended: fill all of *sight (initialised) but `video`, and add warnings. No picture and
 * a single one are legal: reasons tell what is missing. Errors: ERR_NOMEM, ERR_IO, ERR_TOO_BIG,
 * ERR_STATE (called before). */
SNQ_MUST_USE snq_status snq_watcher_finish(snq_watcher *w, snq_sight *sight);

#endif
