// SPDX-License-Identifier: MIT
/* IDEA   What motion knows of each cell and of the spectrum, as maps and a curve to be drawn.
 * STEPS  speed of a cell in a band = sqrt(power), 0 where it is under the noise floor; drift = mean flow
 *        spectrum: bins of fps / fft_n Hz; more than POINTS_MAX are put together, n neighbours each:
 *        density = sum of their power / (n bin), at the middle of them, mean over the cells where flow
 *        could be measured
 * LIMITS The speed is an RMS, 1.11 times the mean of a sinusoid's. */
#include "watch/motion_impl.h"

#include <math.h>

static float drawable(double v)
{
    return (float)fmin(v, (double)SNQ_WATCH_LOOK_VALUE_MAX);
}

static snq_status maps(const snq_motion *m, snq_watch_look *look)
{
    const double px_s = snq__motion_px_s(m);
    if (m->cells > SNQ_WATCH_LOOK_CELLS_MAX)
        return SNQ_OK;
    SNQ_TRY(snq_watch_look_make_maps(look, m->cfg.across, m->cfg.down));
    for (uint32_t i = 0; i < m->cells; i++) {
        const snq__cell *c = &m->cell[i];
        for (uint32_t b = 0; b < SNQ__BANDS; b++)
            if (!m->view[b].unobservable && c->band[b].active)
                look->speed[(size_t)b * m->cells + i] =
                    drawable(sqrt((double)c->band[b].power) * px_s);
        look->drift[2 * (size_t)i] = c->drifts ? (float)((double)c->mean[0] * px_s) : 0;
        look->drift[2 * (size_t)i + 1] = c->drifts ? (float)(-(double)c->mean[1] * px_s) : 0;
    }
    return SNQ_OK;
}

static snq_status spectrum(const snq_motion *m, snq_watch_look *look)
{
    const double px_s = snq__motion_px_s(m);
    const double over = m->usable ? (double)m->cells / m->usable : 0;
    const uint32_t bins = m->fft_n / 2; /* the constant is left out */
    if (!m->spectrum || !bins)
        return SNQ_OK;
    const uint32_t n = (bins - 1) / SNQ_WATCH_LOOK_POINTS_MAX + 1, points = bins / n;
    const double bin_hz = m->cfg.fps / m->fft_n;
    SNQ_TRY(snq_watch_look_make_spectrum(look, points));
    for (uint32_t i = 0; i < points; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < n; k++)
            sum += (double)m->spectrum[1 + i * n + k];
        look->hz[i] = (float)(bin_hz * (1 + i * n + 0.5 * (n - 1)));
        look->power[i] = drawable(fmax(sum, 0) * over * px_s * px_s / (n * bin_hz));
    }
    return SNQ_OK;
}

snq_status snq__motion_look(const snq_motion *m)
{
    if (!m->cfg.look)
        return SNQ_OK;
    SNQ_TRY(maps(m, m->cfg.look));
    return spectrum(m, m->cfg.look);
}
