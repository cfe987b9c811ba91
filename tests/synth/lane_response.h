// SPDX-License-Identifier: MIT
/* lane_response -- what the lane filters do to sines, from their impulse responses, and the formulas
 * that they should follow. */
#ifndef SNQ_TESTS_LANE_RESPONSE_H
#define SNQ_TESTS_LANE_RESPONSE_H

#include <complex.h>
#include <stddef.h>
#include <stdint.h>

#include "synth/lane_filter_impl.h"

/* Runs one block of a filter; `self` is its state. */
typedef void lane_filter_run(void *self, const snq__lane_filter_block *b, snq__lanes *x);

/* One filter a lane, standing still; x (n, lanes) is the response to `amplitude` at the first frame. */
typedef struct lane_setting {
    uint32_t type;
    float rate_hz, drive;
    snq__lanes cutoff_hz, resonance;
} lane_setting;
void impulse_response(lane_filter_run *run, void *self, const lane_setting *s, float amplitude,
                      snq__lanes *x, size_t n);

/* Of lane `lane` of x (n, lanes): sum of x[t] e^(-2 pi i hz t / rate). */
double complex response_at(const snq__lanes *x, size_t n, uint32_t lane, double hz, double rate_hz);

/* The analog filters at s = i hz / cutoff; with hz and cutoff through tan(pi hz / rate), their
 * bilinear transforms with the cutoff prewarped. */
double complex analog_svf(uint32_t type, double s_imaginary, double q);
double complex analog_ladder(uint32_t type, double s_imaginary, double k);
double warped(double hz, double cutoff_hz, double rate_hz); /* tan / tan */

double db(double magnitude);

#endif
