// SPDX-License-Identifier: MIT
/* pairs -- pictures whose true flow is known, and flow compared with it.
 *
 * A texture is a sum of waves, so it is known between pixels as well. Buffers are owned by the
 * caller: snq_free. */
#ifndef SNQ_TESTS_WATCH_PAIRS_H
#define SNQ_TESTS_WATCH_PAIRS_H

#include <stdint.h>

#include "base/picture.h"
#include "watch/flow.h"

enum { PAIR_WAVES = 48 };
typedef struct texture {
    double fx[PAIR_WAVES], fy[PAIR_WAVES], phase[PAIR_WAVES], amplitude[PAIR_WAVES];
} texture;

void texture_init(texture *t, uint64_t seed);
/* grey levels, mean 128, deviation 30 */
double texture_at(const texture *t, double x, double y);

/* Where the point of the second picture's (x, y) was in the first. */
typedef void way_back(void *user, double *x, double *y);
typedef struct affine {
    double centre_x, centre_y, angle, scale, dx, dy; /* forward: about the centre, then moved */
} affine;
void affine_back(void *user, double *x, double *y); /* user: an affine; NULL: nothing moves */

/* Texture as seen after the motion, with noise of this deviation. */
uint8_t *make_picture(const texture *t, uint32_t width, uint32_t height, way_back *back, void *user,
                      double noise, uint64_t seed);
/* (height, width, 2) */
float *true_flow(uint32_t width, uint32_t height, const affine *a);

snq_picture picture_of(const uint8_t *pixels, uint32_t width, uint32_t height);
/* Dense flow of a pair by this configuration (sizes are its own). */
float *flow_of(const snq_flow_cfg *cfg, const uint8_t *first, const uint8_t *second);
/* Mean distance of the ends, of pixels `border` and more inside; unknown ones are left out. */
double end_error(const float *flow, const float *truth, uint32_t width, uint32_t height,
                 uint32_t border);

/* Grey picture of a PNG file, by the luma weights .299 .587 .114; fails the test when it can't. */
uint8_t *load_png(const char *path, uint32_t *width, uint32_t *height);
/* A .flo file's flow. */
float *load_flo(const char *path, uint32_t *width, uint32_t *height);
/* A file of the shared data folder; skips the running test when that is not there. */
const char *shared_file(char *path, size_t size, const char *name);

#endif
