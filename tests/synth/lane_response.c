// SPDX-License-Identifier: MIT
#include "lane_response.h"

#include <math.h>
#include <string.h>

void impulse_response(lane_filter_run *run, void *self, const lane_setting *s, float amplitude,
                      snq__lanes *x, size_t n)
{
    memset(x, 0, n * sizeof *x);
    for (uint32_t l = 0; l < SNQ_LANES; l++)
        x[0].v[l] = amplitude;
    for (size_t at = 0; at < n; at += SNQ_SYNTH_BLOCK) {
        const snq__lane_filter_block b = {
            .n = (uint32_t)(n - at < SNQ_SYNTH_BLOCK ? n - at : SNQ_SYNTH_BLOCK),
            .type = s->type,
            .rate_hz = s->rate_hz,
            .drive = s->drive,
            .cutoff_hz = { s->cutoff_hz, s->cutoff_hz },
            .resonance = { s->resonance, s->resonance },
        };
        run(self, &b, x + at);
    }
}

double complex response_at(const snq__lanes *x, size_t n, uint32_t lane, double hz, double rate_hz)
{
    const double w = 2 * M_PI * hz / rate_hz;
    const double complex turn = cexp(-I * w);
    double complex sum = 0;
    for (size_t at = 0; at < n; at += 1024) { /* a phasor that is turned too often goes astray */
        double complex phasor = cexp(-I * fmod(w * (double)at, 2 * M_PI));
        for (size_t t = at; t < n && t < at + 1024; t++) {
            sum += x[t].v[lane] * phasor;
            phasor *= turn;
        }
    }
    return sum;
}

double warped(double hz, double cutoff_hz, double rate_hz)
{
    return tan(M_PI * hz / rate_hz) / tan(M_PI * cutoff_hz / rate_hz);
}

double complex analog_svf(uint32_t type, double s_imaginary, double q)
{
    const double complex s = I * s_imaginary, below = 1 + s / q + s * s;
    switch (type) {
    case SNQ__FILTER_LOWPASS:
        return 1 / below;
    case SNQ__FILTER_HIGHPASS:
        return s * s / below;
    case SNQ__FILTER_BANDPASS:
        return s / q / below;
    default:
        return (1 + s * s) / below;
    }
}

double complex analog_ladder(uint32_t type, double s_imaginary, double k)
{
    const double complex s = I * s_imaginary, one = 1 + s, below = one * one * one * one + k;
    switch (type) {
    case SNQ__FILTER_LOWPASS:
        return (1 + k * SNQ__LADDER_MAKEUP) / below;
    case SNQ__FILTER_HIGHPASS:
        return s * s * s * s / below;
    case SNQ__FILTER_BANDPASS:
        return 4 * s * s / below;
    default:
        return (1 + s * s) * one * one / below;
    }
}

double db(double magnitude)
{
    return 20 * log10(magnitude);
}
