// SPDX-License-Identifier: MIT
/* camera -- how the whole picture moves: a similarity fitted to each frame of flow.
 *
 * A frame of flow is a lattice (cells, 3) of floats u, v, confidence in px a frame of the *working*
 * picture (v down), rows of `across` cells from the top (what snq_flow_get_cells gives). Each push
 * yields the shift, turn and growth that most of the picture follows; what moves on its own is left
 * out, up to nearly half of the picture. It is the motion of the picture: a camera that pans to the
 * right gives a shift to the left.
 *
 * The fits are kept (24 bytes a frame) until finish() makes of them the sections `camera` (means)
 * and `jitter` (watch/shake.h) of a sight.
 *
 * An object belongs to one thread at a time. How it is done: top of camera.c. */
#ifndef SNQ_WATCH_CAMERA_H
#define SNQ_WATCH_CAMERA_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "score/sight.h"

typedef struct snq_camera_cfg {
    double fps;             /* true rate, 1 .. 100000 */
    uint32_t width, height; /* of the working picture, px, 1 .. 8192 */
    double scale;           /* source px per working px (default 1) */
    uint32_t across, down;  /* cells of the lattice, 1 .. 1024 each */
    uint32_t frames_max;    /* bound on frames (default 1 << 22) */
} snq_camera_cfg;

/* What one frame does. */
typedef struct snq_camera_fit {
    double shift[2]; /* of the picture's middle, working px: right, DOWN */
    double turn;     /* rad, counter-clockwise as seen */
    double zoom;     /* natural logarithm of the scale: > 0 grows */
    double share;    /* 0 .. 1 of the trusted cells that follow */
    double power[2]; /* weighted mean square of the flow, and of what the fit leaves of it, px^2 */
    int good;        /* 0: no fit (too little to go by, or nothing that most of it follows); all
                         motion above is 0 then */
} snq_camera_fit;

typedef struct snq_camera snq_camera;

snq_camera_cfg snq_camera_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down);
/* On success *out is owned by the caller: snq_camera_free. On error *out is NULL. Errors: ERR_RANGE,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_camera_new(const snq_camera_cfg *cfg, snq_camera **out);
void snq_camera_free(snq_camera *c); /* NULL is legal */
/* lattice (cells, 3) is borrowed for the call; flags: SNQ_MOTION_BAD and SNQ_MOTION_REPEATED of
 * watch/motion.h. *fit may be NULL. Errors: ERR_NOMEM, ERR_TOO_BIG; the object stays as it was. */
SNQ_MUST_USE snq_status snq_camera_push(snq_camera *c, const float *lattice, uint32_t flags,
                                        snq_camera_fit *fit);
/* lattice (cells, 3): u and v less what the fit says, confidence stays. */
void snq_camera_subtract(const snq_camera *c, const snq_camera_fit *fit, float *lattice);
/* cut (cuts,) as snq_motion_finish takes it: numbers of the pictures that begin a new shot. Fills
 * camera and jitter of *sight and their reasons; no frame or no fit: the reasons say so. On error
 * both are as they were. Errors: ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_camera_finish(snq_camera *c, const uint64_t *cut, size_t cuts,
                                          snq_sight *sight);

#endif
