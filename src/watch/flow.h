// SPDX-License-Identifier: MIT
/* flow -- dense optical flow: where every point of one picture is in the next.
 *
 * Pictures are pushed in order; from the second on, each push yields the flow from the picture
 * before to this one: (u, v) in px of the pictures, u to the right, v DOWN, at every pixel of the
 * picture before. It depends on these two pictures alone, and is the same bit by bit for any number
 * of threads. Global and slowly varying changes of light (gain 0.5 .. 2) are measured and undone.
 *
 *     preset     what it refines                               for
 *     fast       half size, one refinement                     long material, large motion
 *     default    full size                                     everything
 *     fine       full size, more refinements, cubic sampling   slow sway of fractions of a pixel
 *
 * How it is done, what it costs and where it is wrong: top of flow.c.
 * Threads: one object belongs to one thread at a time; it may use `threads` itself. */
#ifndef SNQ_WATCH_FLOW_H
#define SNQ_WATCH_FLOW_H

#include <stdint.h>

#include "base/attr.h"
#include "base/picture.h"
#include "base/status.h"

enum {
    SNQ_FLOW_SIDE_MIN = 16,   /* px, of width and height */
    SNQ_FLOW_SIDE_MAX = 8192, /* px */
    SNQ_FLOW_THREADS_MAX = 64,
    SNQ_FLOW_CELLS_MAX = 1024, /* along one side */
};

typedef enum snq_flow_preset {
    SNQ_FLOW_FAST,
    SNQ_FLOW_DEFAULT,
    SNQ_FLOW_FINE,
} snq_flow_preset;

typedef struct snq_flow_cfg {
    uint32_t width,
        height; /* px, SNQ_FLOW_SIDE_MIN .. SNQ_FLOW_SIDE_MAX; what the call was given */
    snq_flow_preset preset; /* SNQ_FLOW_DEFAULT */
    uint32_t threads;       /* 1 .. SNQ_FLOW_THREADS_MAX; 1: starts none */
    uint32_t cells_x;       /* lattice, 1 .. min(width, SNQ_FLOW_CELLS_MAX); 64 or the width */
    uint32_t cells_y;       /* the same of the height; so many that cells are about square */
    int steady_light;       /* no correction for changes of light; 0 */
} snq_flow_cfg;

/* One cell of the lattice. */
typedef struct snq_flow_cell {
    float u, v;       /* px, mean over the cell */
    float confidence; /* 0 .. 1: the way back from where it led ends where it began, and there is
                         texture to tell; 0 where it leads out of the picture */
} snq_flow_cell;

typedef struct snq_flow snq_flow;

snq_flow_cfg snq_flow_cfg_default(uint32_t width, uint32_t height);
/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE (names the field),
 * ERR_NOMEM. Memory: about 25 bytes a pixel (fast: 20) and for each thread some 50 rows of 72
 * bytes a pixel (fast: half). */
SNQ_MUST_USE snq_status snq_flow_new(const snq_flow_cfg *cfg, snq_flow **out);
void snq_flow_free(snq_flow *f); /* NULL is legal */
/* luma: of the configured size, one channel, borrowed for the call. AGAIN: there is no flow yet, as
 * this was the first picture; OK: there is. ERR_ARG: another size; the object stays as it was. */
SNQ_MUST_USE snq_status snq_flow_push(snq_flow *f, const snq_picture *luma);
/* Forget the pictures (a cut): the next is the first again. */
void snq_flow_reset(snq_flow *f);

/* What the last push found. out (height, width, 2), of the caller. ERR_STATE: there is no flow. */
SNQ_MUST_USE snq_status snq_flow_get_dense(snq_flow *f, float *out);
/* out (cells_y, cells_x), of the caller: cell (j, i) covers rows [j height / cells_y, (j + 1) height
 * / cells_y) rounded down, columns likewise. ERR_STATE the same. */
SNQ_MUST_USE snq_status snq_flow_get_cells(snq_flow *f, snq_flow_cell *out);

#endif
