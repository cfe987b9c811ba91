// SPDX-License-Identifier: MIT
/* speed -- how fast the picture moves as a whole, from one picture to the next.
 *
 *     mean_speed       px/s of the source, mean length of the flow over the cells and over the time
 *                      nearest to a step: what is steady counts as what swings does, in windows as
 *                      short as the step
 *     mean_speed_norm  the same in frame heights a second
 *
 * Pushed are the frames of flow that motion gets (watch/motion.h): with the camera, or less it. The
 * flow over a cut is left out; of a repeated picture amid motion (24 shown at 30) the speed is that
 * of the frame after it, whose way they share.
 *
 * Memory: 8 bytes a frame. An object belongs to one thread at a time. How it is done: top of speed.c. */
#ifndef SNQ_WATCH_SPEED_H
#define SNQ_WATCH_SPEED_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/sight.h"

typedef struct snq_speed_cfg {
    double fps;          /* true rate, 0.01 .. 100000 */
    double scale;        /* source px a working px, > 0 */
    uint32_t height;     /* of the source, px, >= 1 */
    uint32_t cells;      /* of the lattice, 1 .. 65536 */
    uint32_t frames_max; /* bound on frames */
} snq_speed_cfg;

typedef struct snq_speed snq_speed;

/* On success *out is owned by the caller: snq_speed_free. On error *out is NULL. Errors: ERR_RANGE,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_speed_new(const snq_speed_cfg *cfg, snq_speed **out);
void snq_speed_free(snq_speed *s); /* NULL is legal */
/* lattice (cells, 3): u, v, confidence in px of the working picture, borrowed for the call;
 * `bridged`: the two pictures are the same one, amid motion. Errors: ERR_NOMEM, ERR_TOO_BIG; the
 * object stays as it was. */
SNQ_MUST_USE snq_status snq_speed_push(snq_speed *s, const float *lattice, int bridged);
/* No more frames, and cut (cuts,): numbers of the pictures that begin a new shot, as snq_motion_finish
 * takes them. */
void snq_speed_leave_out(snq_speed *s, const uint64_t *cut, size_t cuts);
/* Mean square speed of each frame, (px/s)^2, NAN for what was left out. Returns borrowed, valid until
 * the next push or free; *frames: how many. */
const float *snq_speed_squares(const snq_speed *s, size_t *frames);
/* Adds the columns mean_speed, mean_speed_norm (band -1): value i is of the half step on each side
 * of i step_s from the first picture on, i < steps; its series begins at from_s. No value where no
 * frame counts. Errors: ERR_NOMEM, ERR_TOO_BIG, ERR_RANGE. */
SNQ_MUST_USE snq_status snq_speed_windows(const snq_speed *s, double from_s, double step_s,
                                          uint32_t steps, snq_sight *sight);

#endif
