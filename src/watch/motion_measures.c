// SPDX-License-Identifier: MIT
/* motion_measures -- what the signals of a band mean.
 *
 * IDEA   A few numbers that a musician would ask for: how far and how fast, which way, how regular, in
 *        step or not, growing or fading, and when it changed.
 *
 * STEPS  mean magnitude = mean over cells sqrt(power) times sum mean |v_b| / sum rms v_b
 *            (power from the spectrum: no leakage; the form of the signal from the filter)
 *        peak: 95 % point over cells of each one's largest |v_b|
 *        levels: sqrt of the mean of e[t] over whole half periods of the strongest frequency, so that
 *            the beat of the swing itself is gone; at least 6 frames and 1/400 of the video
 *        trend, changes: motion_trend.c on the levels. A change's time: where e, averaged over half
 *            periods and at least 4 frames, crosses the middle between the energies of the three
 *            levels on both sides.
 *        amplitude of a cell's way: sqrt(power + |axis|)/(2 sin(pi f/fps)) (the longer half axis)
 *        phase coherence: |sum A.A| / sum |A|^2: 1 where all swing in step or in opposite step, 0 for
 *            waves and for noise; circles have A.A = 0, so the same of the turning part that is
 *            larger is taken too, and the larger of both counts.
 *        Lyapunov: of the fastest sampled cell along the band's axis; over 10 periods or null
 *        spatial correlation: sum v_b.v_b' over partners / sqrt of their energies
 *        temporal consistency: mean cosine between the energies of all sampled cells in an eighth of
 *            the video and in the next one
 *        homogeneity: 1/(1 + cv^2) of sqrt(power) over active cells
 *
 * CONST  Half a period and 6 frames: fewer samples leave a beat of their own. 10 periods: Rosenstein's
 *        advice. LEAST_DRIFT 0.1 of the band's speed: set by hand.
 *
 * COST   A walk over the frames. */
#include "watch/motion_signals_impl.h"

#include <math.h>

#include "dsp/median.h"
#include "watch/motion_trend.h"

enum { LEVEL_FRAMES = 6, BOX_FRAMES = 4, LEVELS = 400, WHOLE_PERIODS = 10, LYAPUNOV_MAX = 4096 };
#define LEAST_DRIFT 0.1 /* of the band's speed */

static const char still[] = "nothing moves in this band";

static double share(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double phase_coherence(const snq__gathered *g)
{
    const double d = share(cabs(g->dot), g->dot_all);
    const double l = g->left_all > g->right_all ? share(cabs(g->left), g->left_all)
                                                : share(cabs(g->right), g->right_all);
    const double best = d > l ? d : l;
    return best < 1 ? best : 1;
}

static double consistency(const snq__gathered *g)
{
    double sum = 0;
    uint32_t n = 0;
    for (int k = 0; k + 1 < SNQ__EIGHTHS; k++) {
        double ab = 0, aa = 0, bb = 0;
        for (uint32_t i = 0; i < g->cells; i++) {
            const double a = (double)g->eighth[i][k], b = (double)g->eighth[i][k + 1];
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        if (aa > 0 && bb > 0) {
            sum += ab / sqrt(aa * bb);
            n++;
        }
    }
    return n ? sum / n : 0;
}

static void set(snq_sight_band *out, snq_sight_property p, double value)
{
    out->property[p] = snq_measured(value);
}

/* Mean and variance over active cells of the way's amplitude (source px) and of sqrt(power). */
static void set_amplitudes(const snq_motion *m, uint32_t b, snq_sight_band *out)
{
    double sum = 0, squares = 0, rms = 0, power = 0, n = 0;
    for (uint32_t i = 0; i < m->cells; i++) {
        const snq__cell_band *cb = &m->cell[i].band[b];
        if (!cb->active)
            continue;
        const double hz = cb->line_sure ? (double)cb->hz : m->sum[b].primary_hz;
        const double speed =
            sqrt((double)cb->power + hypot((double)cb->axis[0], (double)cb->axis[1]));
        const double a =
            hz > 0 ? speed / (2 * sin(M_PI * fmin(hz / m->cfg.fps, 0.5))) * m->cfg.scale : 0;
        sum += a;
        squares += a * a;
        rms += sqrt((double)cb->power);
        power += (double)cb->power;
        n += 1;
    }
    set(out, SNQ_SIGHT_AMPLITUDE_MEAN, sum / n);
    set(out, SNQ_SIGHT_AMPLITUDE_MEAN_NORM, sum / n / m->cfg.height);
    set(out, SNQ_SIGHT_AMPLITUDE_VARIANCE, fmax(0, squares / n - sum / n * (sum / n)));
    set(out, SNQ_SIGHT_HOMOGENEITY, rms * rms / (n * power));
}

static void set_direction(const snq_motion *m, uint32_t b, snq_sight_band *out, double speed)
{
    const snq__band_sum *s = &m->sum[b];
    double u = 0, v = 0;
    for (uint32_t i = 0; i < m->cells; i++)
        if (m->cell[i].band[b].active) {
            u += (double)m->cell[i].mean[0];
            v += (double)m->cell[i].mean[1];
        }
    const double angle = 0.5 * atan2(s->axis[1], s->axis[0]);
    double deg = angle * 180 / M_PI + (angle < 0 ? 180 : 0);
    /* an axis has no sense: the drift, where there is one, lends it its own */
    const double along = u * cos(deg * M_PI / 180) + v * sin(deg * M_PI / 180);
    deg += along < -LEAST_DRIFT * sqrt(s->power * s->active) ? 180 : 0;
    const double coherence = fmin(1, share(hypot(s->axis[0], s->axis[1]), s->power));
    set(out, SNQ_SIGHT_PRIMARY_DIRECTION, deg);
    set(out, SNQ_SIGHT_DIRECTION_COHERENCE, coherence);
    set(out, SNQ_SIGHT_DIRECTION_VARIANCE, 1 - coherence);
    set(out, SNQ_SIGHT_MEAN_VELOCITY, speed);
    set(out, SNQ_SIGHT_MEAN_VELOCITY_NORM, speed / m->cfg.height);
}

static snq_status set_chaos(const snq_motion *m, const snq__gathered *g, uint32_t b,
                            snq_sight_band *out)
{
    const double hz = m->sum[b].primary_hz, fps = m->cfg.fps;
    set(out, SNQ_SIGHT_ENTROPY, snq_motion_pattern_entropy(g->patterns));
    set(out, SNQ_SIGHT_PREDICTABILITY_SCORE, m->sum[b].predictability);
    snq_measure *l = &out->property[SNQ_SIGHT_LYAPUNOV_EXPONENT];
    const snq__shot *s = m->shot;
    for (uint32_t i = 0; i < m->shots; i++)
        s = m->shot[i].count > s->count ? &m->shot[i] : s;
    const double period = hz > 0 ? fps / hz : 0;
    if (!(period > 0) || s->count < WHOLE_PERIODS * period) {
        *l = snq_unmeasured("under ten periods");
        return SNQ_OK;
    }
    const uint32_t rim = (uint32_t)period, whole = s->count - 2 * rim; /* ends are guesses */
    const uint32_t n = whole < LYAPUNOV_MAX ? whole : LYAPUNOV_MAX;
    const uint32_t delay = period > 8 ? (uint32_t)(period / 4) : 1;
    const uint32_t cycle = period > 4 ? (uint32_t)period : 4;
    double rate;
    SNQ_TRY(snq_motion_lyapunov(g->top + s->start + rim, n, delay, cycle, cycle, &rate));
    *l = isfinite(rate) ? snq_measured(rate * fps) : snq_unmeasured("too few frames");
    return SNQ_OK;
}

/* Mean energy of [a, b), which may be fractions of frames; frames without are left out. */
static double energy_of(const snq_motion *m, const snq__gathered *g, double a, double b)
{
    double sum = 0, n = 0;
    for (double t = floor(a); t < b && t < m->frames; t += 1) {
        if (t < 0 || !g->told[(uint32_t)t])
            continue;
        const double part = fmin(b, t + 1) - fmax(a, t);
        sum += part * g->energy[(uint32_t)t];
        n += part;
    }
    return n > 0 ? sum / n : -1;
}

/* When the energy crosses the middle between both sides of level `at`. */
static double change_time(const snq_motion *m, const snq__gathered *g, uint32_t at, double step,
                          double half)
{
    const double edge = at * step, wide = 3 * step;
    const double before = energy_of(m, g, edge - wide - step, edge - step);
    const double after = energy_of(m, g, edge + step, edge + step + wide);
    const double middle = 0.5 * (before + after);
    const double box = half * ceil(BOX_FRAMES / half - 1e-9);
    double best = edge, nearest = INFINITY;
    for (double t = edge - step; t <= edge + step; t += 1) {
        const double e = energy_of(m, g, t - 0.5 * box, t + 0.5 * box);
        const double f = energy_of(m, g, t + 1 - 0.5 * box, t + 1 + 0.5 * box);
        if ((e - middle) * (f - middle) <= 0 && fabs(t - edge) < nearest) {
            nearest = fabs(t - edge);
            best = f != e ? t + (middle - e) / (f - e) : t;
        }
    }
    return best;
}

static snq_status set_evolution(const snq_motion *m, const snq__gathered *g, uint32_t b,
                                snq_sight *sight)
{
    snq_sight_band *out = &sight->band[b];
    const snq__band_sum *s = &m->sum[b];
    const double hz = s->primary_hz > 0 ? s->primary_hz : sqrt(out->lo_hz * out->hi_hz);
    const double half = 0.5 * m->cfg.fps / hz;
    const double least = fmax(LEVEL_FRAMES, m->frames / (double)LEVELS);
    const double step = half * ceil(least / half - 1e-9);
    float level[SNQ_MOTION_LEVELS_MAX] = { 0 };
    uint32_t at[SNQ_SIGHT_CHANGES_MAX], n = 0;
    double last = 0;
    for (double t = 0; t + step <= m->frames + 0.5 && n < SNQ_MOTION_LEVELS_MAX; t += step) {
        const double e = energy_of(m, g, t, t + step);
        last = e >= 0 ? sqrt(e) : last;
        level[n++] = (float)last;
    }
    out->trend = snq_motion_trend(level, n);
    out->trend_reason = n < 5 ? "too few periods" : NULL;
    SNQ_TRY(snq_motion_changes(level, n, at, SNQ_SIGHT_CHANGES_MAX, &out->changes));
    double *list = snq_sight_list(sight, out->changes, sizeof *list);
    if (!list)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u changes", out->changes);
    for (uint32_t i = 0; i < out->changes; i++)
        list[i] = change_time(m, g, at[i], step, half) / m->cfg.fps;
    out->change_s = list;
    const snq_motion_period p =
        s->primary_hz > 0
            ? snq_motion_periodicity(m->spectrum + s->bin_from, s->bin_end - s->bin_from,
                                     s->bin_from, m->cfg.fps / m->fft_n, m->window_n / m->cfg.fps,
                                     s->primary_hz)
            : (snq_motion_period) { 0, 0 };
    out->periodicity = snq_measured(p.strength);
    out->period_s = p.strength > 0 ? snq_measured(p.period_s) : snq_unmeasured("not periodic");
    return SNQ_OK;
}

/* Magnitudes of a band; returns its mean speed over active cells, px/s. */
static double set_magnitudes(const snq_motion *m, const snq__gathered *g, uint32_t b,
                             snq_sight_band *out)
{
    const double px_s = snq__motion_px_s(m), form = g->rms > 0 ? g->speed / g->rms : 0;
    double sum = 0, power = 0;
    const uint32_t usable = m->usable;
    for (uint32_t i = 0; i < m->cells; i++) {
        const snq__cell_band *cb = &m->cell[i].band[b];
        if (cb->active) {
            sum += sqrt((double)cb->power);
            power += (double)cb->power;
        }
    }
    const double mean = usable ? form * sum / usable * px_s : 0;
    const double energy = usable ? power / usable * px_s * px_s : 0;
    out->mean_magnitude = snq_measured(mean);
    out->mean_magnitude_norm = snq_measured(mean / m->cfg.height);
    out->energy = snq_measured(energy);
    out->variance = snq_measured(fmax(0, energy - mean * mean));
    float scratch[2 * SNQ__SAMPLES];
    out->peak_magnitude =
        snq_measured(px_s * (double)snq_quantile_of(g->peak, g->cells, 0.95, scratch));
    return m->sum[b].active ? form * sum / m->sum[b].active * px_s : 0;
}

void snq__motion_still(snq_sight_band *out)
{
    const snq_measure none = snq_measured(0);
    out->mean_magnitude = out->mean_magnitude_norm = out->peak_magnitude = none;
    out->variance = out->energy = none;
    out->still = still;
    out->uniformity = snq_unmeasured(still);
    out->trend = 0;
    out->trend_reason = NULL;
    out->periodicity = none;
    out->period_s = snq_unmeasured(still);
    out->changes = 0;
}

snq_status snq__motion_measures(const snq_motion *m, const snq__gathered *g, uint32_t b,
                                snq_sight *sight)
{
    snq_sight_band *out = &sight->band[b];
    const snq__band_sum *s = &m->sum[b];
    const double speed = set_magnitudes(m, g, b, out);
    const double coherence = fmin(1, share(hypot(s->axis[0], s->axis[1]), s->power));
    set_direction(m, b, out, speed * sqrt(0.5 * (1 + coherence)));
    out->property[SNQ_SIGHT_PRIMARY_FREQUENCY] =
        s->primary_hz > 0 ? snq_measured(s->primary_hz) : snq_unmeasured("no spectral line");
    set(out, SNQ_SIGHT_FREQUENCY_BANDWIDTH, s->bandwidth_hz);
    set(out, SNQ_SIGHT_FREQUENCY_COHERENCE, s->line_share);
    set(out, SNQ_SIGHT_PHASE_COHERENCE, phase_coherence(g));
    set_amplitudes(m, b, out);
    SNQ_TRY(set_chaos(m, g, b, out));
    out->property[SNQ_SIGHT_SPATIAL_CORRELATION] =
        g->first > 0 && g->second > 0 ? snq_measured(g->together / sqrt(g->first * g->second))
                                      : snq_unmeasured("no two places to compare");
    set(out, SNQ_SIGHT_TEMPORAL_CONSISTENCY, consistency(g));
    return set_evolution(m, g, b, sight);
}
