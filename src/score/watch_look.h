// SPDX-License-Identifier: MIT
/* watch_look -- what the eyes saw, for a picture of it: maps, curves and one frame, in bounded memory.
 *
 * The sight (score/sight.h) has what can be said in numbers; this is what can only be drawn. The
 * watcher fills it, the sheets (plot/watch_sheet.h, plot/map_sheet.h) draw it. Each of its five parts may be
 * missing (its count is 0, its arrays NULL); then that part of the picture says so.
 *
 *   still      one frame of the video, grey, upright, for the maps to lie on
 *   maps       the lattice, (down, across) cells, rows from the top: per band the mean speed of each
 *              cell over the range, px/s of the source; and the mean flow, 0 Hz, as a vector. A cell's
 *              place in the frame is its share of it: cell (j, i) covers x from i / across to
 *              (i + 1) / across of the width
 *   curves     over the range, step i covers start_s + i * step_s .. start_s + (i + 1) * step_s, the
 *              last may be cut by the end: mean square speeds over what of the frame could be
 *              measured, without the flow over cuts, and the picture
 *   spectrum   power of motion over frequency, any ascending frequencies (linear or not)
 *   strip      small pictures in colour, evenly over the range (score/film_strip.h)
 *
 * All values are finite. Maps and curves of a band that is unobservable are not looked at, nor is
 * its part of the spectrum: leave them 0. With --stabilize all is without the camera.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_SCORE_WATCH_LOOK_H
#define SNQ_SCORE_WATCH_LOOK_H

#include <stdint.h>

#include "base/attr.h"
#include "base/pack.h"
#include "base/picture.h"
#include "base/status.h"
#include "base/str.h"
#include "score/film_strip.h"
#include "score/sight.h"

enum {
    SNQ_WATCH_LOOK_SIDE_MAX = 320,    /* px, of the still */
    SNQ_WATCH_LOOK_ACROSS_MAX = 256,  /* cells, along either side */
    SNQ_WATCH_LOOK_CELLS_MAX = 16384, /* in all; 64 x 36 and 64 x 114 are usual */
    SNQ_WATCH_LOOK_STEPS_MAX = 2000,
    SNQ_WATCH_LOOK_POINTS_MAX = 2048,
    /* Bound on a packed look (bytes). */
    SNQ_WATCH_LOOK_PACKED_MAX = 1 << 21,
};

/* In a curve: this step could not be measured. */
#define SNQ_WATCH_LOOK_NONE      (-1.0f)
/* Bound on every speed (px/s), mean square and density in it. */
#define SNQ_WATCH_LOOK_VALUE_MAX 1e18f

typedef struct snq_watch_look {
    uint32_t still_width, still_height; /* px; 0: no still */
    double still_s;                     /* its time in the video */
    uint8_t *still; /* (still_height, still_width) luma, 0 black .. 255, owned */

    uint32_t across, down; /* cells; 0: no maps */
    float *speed;          /* (SNQ_SIGHT_BANDS, down, across) px/s, mean speed in the band, owned */
    float *drift;          /* (down, across, 2) px/s, mean velocity, right and DOWN, owned */

    double start_s, step_s; /* of the curves, in the video; step_s > 0 unless there are none */
    uint32_t steps;
    float *energy;     /* (SNQ_SIGHT_BANDS, steps) (px/s)^2: mean square speed in the band, owned */
    float *motion;     /* (steps,) (px/s)^2: mean square speed of all motion, drift too, owned */
    float *luma;       /* (steps,) 0 .. 1, mean, owned */
    float *saturation; /* (steps,) 0 .. 1, mean, owned */
    float *hue_deg;    /* (steps,) 0 .. 360, mean; NONE: no colour, owned */

    uint32_t points;
    float *hz;    /* (points,) ascending, > 0, owned */
    float *power; /* (points,) (px/s)^2 / Hz: density of the mean square speed, owned */

    snq_film_strip strip;
} snq_watch_look;

/* Nothing in it; allocates nothing. */
void snq_watch_look_init(snq_watch_look *l);
void snq_watch_look_clear(snq_watch_look *l); /* of a zeroed one too */

/* Each of these makes the room of one part, once: maps and curves zeroed (hue NONE), for the caller
 * to fill. On error the look is as it was. ERR_RANGE (counts, or step_s not above 0), ERR_STATE (made
 * already), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_watch_look_make_maps(snq_watch_look *l, uint32_t across, uint32_t down);
/* steps 1 .. SNQ_WATCH_LOOK_STEPS_MAX */
SNQ_MUST_USE snq_status snq_watch_look_make_curves(snq_watch_look *l, uint32_t steps,
                                                   double start_s, double step_s);
/* points 1 .. SNQ_WATCH_LOOK_POINTS_MAX */
SNQ_MUST_USE snq_status snq_watch_look_make_spectrum(snq_watch_look *l, uint32_t points);
/* A copy of `luma` (one channel, borrowed for the call), by a whole number smaller when it has more
 * than 320 px on a side. May be called again: the last one stays. ERR_ARG (channels, no pixels),
 * ERR_NOMEM: the look is as it was. */
SNQ_MUST_USE snq_status snq_watch_look_set_still(snq_watch_look *l, const snq_picture *luma,
                                                 double t_s);

/* Appends; look at to->st. At most SNQ_WATCH_LOOK_PACKED_MAX bytes. Layout: top of watch_look.c. */
void snq_watch_look_pack(snq_str *to, const snq_watch_look *l);
/* Whatever the bytes are: on success *l is a legal look (every array as long as its count says, every
 * value finite and in range), owned by the caller; on error it is cleared. Leaves `u` behind it.
 * ERR_FORMAT, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_watch_look_unpack(snq_unpack *u, snq_watch_look *l);

#endif
