// SPDX-License-Identifier: MIT
/* shake -- what of a camera's motion is shake: the part faster than any camera work.
 *
 * From the motion of the whole picture, frame by frame: how far it is off a smooth path (RMS), where
 * its spectrum lies, and whether one frequency leads. Slower than SNQ_SHAKE_LO_HZ counts as camera
 * work: pans, tilts, dollies, breathing.
 *
 * Threads: [any]. How it is done, and what separates shake from a pan: top of shake.c. */
#ifndef SNQ_WATCH_SHAKE_H
#define SNQ_WATCH_SHAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/sight.h"

#define SNQ_SHAKE_LO_HZ 1.0

/* A stretch of frames without a cut. */
typedef struct snq_shake_shot {
    uint32_t start, count;
} snq_shake_shot;

typedef struct snq_shake_in {
    double fps;             /* true rate, 1 .. 100000 */
    double floor_px;        /* RMS under which there is no shake, only noise; px of the source */
    const float *motion[3]; /* (frames,) each: px a frame of the source: right, down, along the turn
                               (turn in rad times the frame's radius of gyration); finite */
    const snq_shake_shot *shot; /* (shots,) ascending, within frames */
    size_t shots;
} snq_shake_in;

/* Fills jitter and jitter_reason of *sight (the spectrum lives in its lists). On error it is as it
 * was. Errors: ERR_NOMEM, ERR_TOO_BIG, ERR_RANGE (fps). */
SNQ_MUST_USE snq_status snq_shake_run(const snq_shake_in *in, snq_sight *sight);

#endif
