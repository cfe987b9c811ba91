// SPDX-License-Identifier: MIT
/* look -- how the picture looks: light, contrast, colour, over the file and over time.
 *
 *     luma_mean        0 black .. 1 white, mean over the pixels
 *     luma_std         contrast: standard deviation over the pixels of a picture, 0 .. 0.5
 *     saturation_mean  0 grey .. 1 the most colourful colour (pure green), mean over the pixels:
 *                      length of (Cb, Cr)
 *     hue_deg          0 red, 120 green, 240 blue: direction of the mean of (Cb, Cr), which is the
 *                      circular mean weighted by saturation; null where colours cancel out or there
 *                      is next to none
 * Of several pictures: the mean of each over the pictures (hue: of the vectors).
 *
 * Memory: 24 bytes an eighth of a second. An object belongs to one thread at a time. */
#ifndef SNQ_WATCH_LOOK_H
#define SNQ_WATCH_LOOK_H

#include <stdint.h>

#include "base/picture.h"
#include "base/status.h"
#include "score/sight.h"

typedef struct snq_look snq_look;

/* What one picture looks like. */
typedef struct snq_look_at {
    float luma_mean, luma_std, saturation; /* as above */
    float cb, cr;                          /* mean of (Cb - 128) / 128, (Cr - 128) / 128 */
} snq_look_at;

/* luma, cb, cr: one channel each; cb and cr of the same size, or both with pixels NULL: grey. */
void snq_look_measure(const snq_picture *luma, const snq_picture *cb, const snq_picture *cr,
                      snq_look_at *out);

/* start_s: where the range begins. On success *out is owned by the caller: snq_look_free. On error
 * *out is NULL. Errors: ERR_NOMEM, ERR_RANGE (not finite). */
SNQ_MUST_USE snq_status snq_look_new(double start_s, snq_look **out);
void snq_look_free(snq_look *l); /* NULL is legal */
/* One picture of time t_s, not before the last one's. Errors: ERR_NOMEM; the object stays as it was.
 * What lies SNQ_SIGHT_STEPS_MAX steps behind start_s and later counts for the file alone. */
SNQ_MUST_USE snq_status snq_look_push(snq_look *l, const snq_look_at *at, double t_s);
/* Fills picture of *sight and its reason. */
void snq_look_finish(const snq_look *l, snq_sight *sight);
/* Adds the columns luma_mean, luma_std, saturation_mean, hue_deg (band -1): value i is that of the
 * pictures within half a second of from_s + i step_s, i < steps. Errors: ERR_NOMEM, ERR_TOO_BIG,
 * ERR_RANGE. */
SNQ_MUST_USE snq_status snq_look_windows(const snq_look *l, double from_s, double step_s,
                                         uint32_t steps, snq_sight *sight);

#endif
