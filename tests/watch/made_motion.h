// SPDX-License-Identifier: MIT
/* made_motion -- lattices of flow with known motion. Lengths in px of a picture of width x height,
 * which is source and working picture at once; angles in degrees, 0 right, counter-clockwise. */
#ifndef SNQ_TESTS_MADE_MOTION_H
#define SNQ_TESTS_MADE_MOTION_H

#include "watch/motion.h"

typedef enum made_kind {
    MADE_STATIC,
    MADE_OSC,      /* amp, hz along deg, from onset_s on; plus speed along deg; plus amp2, hz2 */
    MADE_RAMP,     /* the same, its amplitude grows evenly from amp to amp2 */
    MADE_CIRCLE,   /* amp, hz, counter-clockwise */
    MADE_ROTATION, /* speed: degrees a second, counter-clockwise */
    MADE_SWING,    /* rotation by amp degrees at hz */
    MADE_ZOOM,     /* speed: growth a second */
    MADE_JITTER,   /* amp: each picture is shifted by +-amp, uniform, both ways */
    MADE_DISK,     /* amp, hz in a disk of a fifth of the height */
    MADE_TWO,      /* amp, hz in a box on the left, amp2, hz2 in one on the right */
    MADE_WAVE,     /* amp, hz along deg, three waves across the frame */
    MADE_CROWD,    /* each cell steady, in a direction of its own; speed */
    MADE_LEAVES,   /* amp px a frame of noise that is smooth over a few cells */
} made_kind;

typedef struct made {
    made_kind kind;
    double fps, seconds;
    double hz, amp, deg, speed, onset_s, hz2, amp2;
    double noise; /* px a frame rms of (u, v), independent in each cell */
    uint64_t seed;
    uint32_t width, height, across, down; /* 0: 320, 240, 32, 24 */
} made;

/* Frames of flow: one less than pictures. */
uint32_t made_frames(const made *m);
/* lattice (cells, 3) of frame t, confidence 1. */
void made_frame(const made *m, uint32_t t, float *lattice);
snq_motion_cfg made_cfg(const made *m);
/* All of it through snq_motion with this cfg; *sight is initialised here, the caller clears it. Fails the
 * test on errors. */
void made_see(const made *m, const snq_motion_cfg *cfg, const uint64_t *cut, size_t cuts,
              snq_sight *sight);
/* The same with the default configuration. */
void made_look(const made *m, snq_sight *sight);

#endif
