// SPDX-License-Identifier: MIT
/* motion_windows -- the same measures over time, one value a quarter of a second.
 *
 * IDEA   What a band does now is what its signal does in a window around now, just long enough for two
 *        of its slowest periods. The signals come eight cells at a time, so each window keeps sums
 *        over cells, and says what they mean when the band is through.
 *
 * STEPS  window of step i: [t - W/2, t + W/2], t = STEP i, W = max(1 s, 2/lo), at most 20 s, cut at the
 *            ends of the shot that shows the picture at t: the flow over a cut is no motion, and
 *            what another shot does is another thing
 *        per cell and window, from the samples q frames apart (rate about 4 hi):
 *            mean |v|, v.v, u^2 - v^2 and 2 u v; v.v of both halves; v.v' with the partner; patterns
 *            along the band's axis (motion_rhythm.h)
 *            Z = FFT of hann (u + i v): per bin |Z+|^2 + |Z-|^2, Z+ conj Z-, Z+^2, Z-^2
 *        meanings as in motion_signals.c and motion_spectra.c, from the sums
 *        energy: of the cells that are active, times their part of those where flow could be measured,
 *            as in motion_measures.c
 *        A window whose power is under the band's noise has a velocity and an energy, and no other
 *        values. A shot that doesn't tell of the band (motion_spectra.c) has none at all.
 *
 * CONST  STEP, W: the contract. 64 cells: the mapper smooths anyway.
 *
 * COST   A transform of 16 .. 512 points a cell and window. Memory: a window takes some 200 bytes and
 *        9 floats a bin of its band.
 *
 * LIMITS A frequency is no finer than about a tenth of 1/W. */
#include "watch/motion_signals_impl.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "dsp/peaks.h"
#include "watch/motion_rhythm.h"

#define STEP_S      0.25
#define LONGEST_S   20.0
#define LEAST_S     1.0
#define SAMPLE_RATE 4.0 /* of the band's upper edge */
enum { CELLS = 64, HALF_GROUP = SNQ__GROUP / 2, SPECTRA = 9, NO_COLUMN = SNQ_SIGHT_PROPERTIES };

/* Sums of one window over cells. */
typedef struct sums {
    double speed, square, axis[2], rms; /* per frame, over cells */
    double first, second, both;         /* squares of partners and what they share */
    double half_a, half_b, half_ab;     /* energies of the halves, over cells */
    double cells;
    uint32_t patterns[SNQ_MOTION_PATTERNS];
} sums;

struct snq__windows {
    const snq_motion *m;
    uint32_t steps;
    sums *sum; /* (steps,) */
    uint32_t band, taken;
    double wide;     /* frames */
    uint32_t stride; /* frames between samples */
    uint32_t fft_n, bin_from, bins;
    float *spectra;         /* (steps, SPECTRA, bins) */
    float *in, *out, *line; /* (fft_n, 2), (fft_n, 2), (fft_n,) */
    snq_fft *fft;
    double noise, axis[2]; /* power; cosine and sine of the band's axis */
};

snq_status snq__windows_new(const snq_motion *m, snq__windows **out)
{
    *out = NULL;
    if (!m->cfg.windows)
        return SNQ_OK;
    snq__windows *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for windows");
    w->m = m;
    const double steps = floor((m->frames + 1) / m->cfg.fps / STEP_S + 1e-9) + 1;
    w->steps = steps < SNQ_SIGHT_STEPS_MAX ? (uint32_t)steps : SNQ_SIGHT_STEPS_MAX;
    w->sum = snq_calloc(w->steps, sizeof *w->sum);
    if (!w->sum) {
        snq__windows_free(w);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %.0f windows", steps);
    }
    *out = w;
    return SNQ_OK;
}

static void drop_band(snq__windows *w)
{
    snq_free(w->spectra);
    snq_free(w->in);
    snq_fft_free(w->fft);
    w->spectra = w->in = NULL;
    w->fft = NULL;
}

void snq__windows_free(snq__windows *w)
{
    if (!w)
        return;
    drop_band(w);
    snq_free(w->sum);
    snq_free(w);
}

/* Noise power of the band in a cell, mean over the cells that move. */
static double band_noise(const snq_motion *m, uint32_t band)
{
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < m->cells; i++)
        if (m->cell[i].band[band].active) {
            sum += (double)m->cell[i].floor * (double)m->cell[i].floor;
            n += 1;
        }
    const double nyquist = 0.5 * m->cfg.fps;
    const double part = (fmin(m->view[band].hi_hz, nyquist) - m->view[band].lo_hz) / nyquist;
    return n > 0 ? sum / n * fmax(part, 1.0 / 16) : 0;
}

snq_status snq__windows_begin(snq__windows *w, uint32_t band)
{
    if (!w)
        return SNQ_OK;
    const snq_motion *m = w->m;
    const double fps = m->cfg.fps, lo = m->view[band].lo_hz;
    memset(w->sum, 0, w->steps * sizeof *w->sum);
    drop_band(w);
    w->band = band;
    w->taken = 0;
    w->wide = fmin(LONGEST_S, fmax(LEAST_S, 2 / lo)) * fps;
    w->wide = w->wide < m->frames ? w->wide : m->frames;
    w->stride = snq__band_stride(m, band, SAMPLE_RATE);
    w->fft_n = SNQ_FFT_MIN;
    while (w->fft_n < 2 * (w->wide / w->stride + 2) && w->fft_n < SNQ_FFT_MAX)
        w->fft_n *= 2;
    const double hz_bin = fps / w->stride / w->fft_n;
    w->bin_from = (uint32_t)fmax(1, ceil(lo / hz_bin));
    const double end = fmin(w->fft_n / 2 - 1, floor(m->view[band].hi_hz / hz_bin) + 1);
    w->bins = end > w->bin_from ? (uint32_t)end - w->bin_from : 0;
    w->noise = band_noise(m, band);
    const double angle = 0.5 * atan2(m->sum[band].axis[1], m->sum[band].axis[0]);
    w->axis[0] = cos(angle);
    w->axis[1] = sin(angle);
    w->spectra = snq_calloc((size_t)w->steps * SPECTRA * w->bins, sizeof *w->spectra);
    w->in = snq_calloc((size_t)5 * w->fft_n, sizeof *w->in);
    if (!w->spectra || !w->in)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the windows of %s",
                        snq_sight_band_name(band));
    w->out = w->in + (size_t)2 * w->fft_n;
    w->line = w->out + (size_t)2 * w->fft_n;
    return snq_fft_new(w->fft_n, &w->fft);
}

/* The shot that shows the picture of a step, or NULL: one that was too short for any flow. */
static const snq__shot *shot_of(const snq_motion *m, uint32_t step)
{
    const double picture = fmin(floor(step * STEP_S * m->cfg.fps + 1e-6), m->frames);
    uint32_t a = 0, b = m->shots;
    while (a < b) { /* the first shot whose last picture is not before it */
        const uint32_t k = (a + b) / 2;
        if (m->shot[k].start + (double)m->shot[k].count < picture)
            a = k + 1;
        else
            b = k;
    }
    return a < m->shots && m->shot[a].start <= picture ? &m->shot[a] : NULL;
}

/* The frames of a step, at least one; 0: its shot doesn't tell of the band. */
static int span_of(const snq__windows *w, uint32_t step, uint32_t *from, uint32_t *end)
{
    const snq__shot *s = shot_of(w->m, step);
    if (!s || !snq__shot_tells(w->m, s, w->band))
        return 0;
    const double middle = step * STEP_S * w->m->cfg.fps, first = s->start, n = first + s->count;
    const double a = floor(middle - 0.5 * w->wide + 0.5), b = floor(middle + 0.5 * w->wide + 0.5);
    *from = (uint32_t)fmin(fmax(a, first), n - 1);
    *end = (uint32_t)fmin(fmax(b, *from + 1.0), n);
    return 1;
}

/* Spectra of the samples in w->in, added to a window's. */
static void add_spectra(snq__windows *w, float *to)
{
    snq_fft_run(w->fft, w->out, w->in);
    for (uint32_t i = 0; i < w->bins; i++) {
        const float *a = w->out + 2 * (size_t)(w->bin_from + i);
        const float *b = w->out + 2 * (size_t)(w->fft_n - w->bin_from - i);
        const float left = a[0] * a[0] + a[1] * a[1], right = b[0] * b[0] + b[1] * b[1];
        to[i] += left;
        to[w->bins + i] += right;
        to[2 * w->bins + i] += a[0] * b[0] + a[1] * b[1];
        to[3 * w->bins + i] += a[1] * b[0] - a[0] * b[1];
        to[4 * w->bins + i] += a[0] * a[0] - a[1] * a[1];
        to[5 * w->bins + i] += 2 * a[0] * a[1];
        to[6 * w->bins + i] += b[0] * b[0] - b[1] * b[1];
        to[7 * w->bins + i] += 2 * b[0] * b[1];
        to[8 * w->bins + i] += left + right;
    }
}

/* One cell in one window. */
static void add_cell(snq__windows *w, const snq__group *g, uint32_t lane, uint32_t step,
                     uint32_t from, uint32_t end)
{
    sums *s = &w->sum[step];
    const uint32_t count = (end - from + w->stride - 1) / w->stride, mate = lane + HALF_GROUP;
    double speed = 0, square = 0, a0 = 0, a1 = 0, half = 0, mate_sq = 0, both = 0;
    const double n = count;
    memset(w->in, 0, (size_t)2 * w->fft_n * sizeof *w->in);
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t t = from + k * w->stride;
        const double *x = g->signal + (size_t)t * SNQ_BAND_LANES;
        const double u = x[lane], v = x[SNQ__GROUP + lane], sq = u * u + v * v;
        const double mu = x[mate], mv = x[SNQ__GROUP + mate];
        const double hann = 0.5 - 0.5 * cos(2 * M_PI * (k + 0.5) / count);
        speed += sqrt(sq);
        square += sq;
        half += 2 * k < count ? sq : 0;
        a0 += u * u - v * v;
        a1 += 2 * u * v;
        mate_sq += mu * mu + mv * mv;
        both += u * mu + v * mv;
        w->in[2 * (size_t)k] = (float)(hann * u);
        w->in[2 * (size_t)k + 1] = (float)(hann * v);
        w->line[k] = (float)(w->axis[0] * u + w->axis[1] * v);
    }
    s->speed += speed / n;
    s->square += square / n;
    s->rms += sqrt(square / n);
    s->axis[0] += a0 / n;
    s->axis[1] += a1 / n;
    s->half_a += half * half;
    s->half_b += (square - half) * (square - half);
    s->half_ab += half * (square - half);
    if (g->pair[lane]) {
        s->first += square;
        s->second += mate_sq;
        s->both += both;
    }
    s->cells += 1;
    snq_motion_count_patterns(w->line, count, 1, s->patterns);
    add_spectra(w, w->spectra + (size_t)step * SPECTRA * w->bins);
}

snq_status snq__windows_add(snq__windows *w, const snq__group *g)
{
    if (!w)
        return SNQ_OK;
    for (uint32_t lane = w->taken++ % 2; lane < HALF_GROUP; lane += 2) /* half of the samples */
        for (uint32_t i = 0; g->weight[lane] > 0 && i < w->steps; i++) {
            uint32_t from, end;
            if (span_of(w, i, &from, &end))
                add_cell(w, g, lane, i, from, end);
        }
    return SNQ_OK;
}

/* ---- what a window says ---- */

static void speeds(const snq__windows *w, const sums *s, double *value)
{
    const double px_s = snq__motion_px_s(w->m), height = w->m->cfg.height;
    const double coherence = fmin(1, hypot(s->axis[0], s->axis[1]) / s->square);
    const double speed = s->speed / s->cells * px_s * sqrt(0.5 * (1 + coherence));
    value[SNQ_SIGHT_MEAN_VELOCITY] = speed;
    value[SNQ_SIGHT_MEAN_VELOCITY_NORM] = speed / height;
    if (!(s->square / s->cells > w->noise))
        return;
    const double deg = 0.5 * atan2(s->axis[1], s->axis[0]) * 180 / M_PI;
    value[SNQ_SIGHT_PRIMARY_DIRECTION] = deg < 0 ? deg + 180 : deg;
    value[SNQ_SIGHT_DIRECTION_COHERENCE] = coherence;
    value[SNQ_SIGHT_DIRECTION_VARIANCE] = 1 - coherence;
    value[SNQ_SIGHT_HOMOGENEITY] = s->rms * s->rms / (s->cells * s->square);
    if (s->first > 0 && s->second > 0)
        value[SNQ_SIGHT_SPATIAL_CORRELATION] = s->both / sqrt(s->first * s->second);
    if (s->half_a > 0 && s->half_b > 0)
        value[SNQ_SIGHT_TEMPORAL_CONSISTENCY] = s->half_ab / sqrt(s->half_a * s->half_b);
    value[SNQ_SIGHT_ENTROPY] = snq_motion_pattern_entropy(s->patterns);
}

static double over(const float *x, const float *y, double all)
{
    return all > 0 ? hypot((double)*x, (double)*y) / all : 0;
}

/* The strongest line of a window's spectrum, and what hangs on it. */
static void lines(const snq__windows *w, const sums *s, const float *spectra, uint32_t count,
                  double *value)
{
    const uint32_t n = w->bins;
    const float *p = spectra + (size_t)8 * n;
    const double fps = w->m->cfg.fps, hz_bin = fps / w->stride / w->fft_n;
    const double lobe = 2.0 * w->fft_n * w->stride / count;
    double all = 0, squares = 0, line = 0, at = 0;
    uint32_t top = 0;
    for (uint32_t k = 0; k < n; k++) {
        all += (double)p[k];
        squares += (double)p[k] * (double)p[k];
        top = p[k] > p[top] ? k : top;
    }
    if (!(all > 0) || !(s->square / s->cells > w->noise))
        return;
    for (uint32_t k = 0; k < n; k++)
        line += fabs((double)k - top) <= lobe ? (double)p[k] : 0;
    if (top > 0 && top + 1 < n && p[top - 1] > 0 && p[top + 1] > 0)
        at = snq_peak_parabola(log((double)p[top - 1]), log((double)p[top]),
                               log((double)p[top + 1]), NULL);
    const double hz = (w->bin_from + top + at) * hz_bin;
    const double wide = all * all / squares * hz_bin, alone = 35.0 / 18.0 * fps / count;
    const double power = s->square / s->cells + hypot(s->axis[0], s->axis[1]) / s->cells;
    const double way = sqrt(power) / (2 * sin(M_PI * fmin(hz / fps, 0.5))) * w->m->cfg.scale;
    const double left = (double)spectra[top], right = (double)spectra[n + top];
    const float *x = spectra + top;
    const double turn = left > right ? over(x + 4 * (size_t)n, x + 5 * (size_t)n, left)
                                     : over(x + 6 * (size_t)n, x + 7 * (size_t)n, right);
    const double swing = over(x + 2 * (size_t)n, x + 3 * (size_t)n, 0.5 * (left + right));
    value[SNQ_SIGHT_PRIMARY_FREQUENCY] = hz;
    value[SNQ_SIGHT_FREQUENCY_BANDWIDTH] = fmax(0, wide - alone);
    value[SNQ_SIGHT_FREQUENCY_COHERENCE] = line / all;
    value[SNQ_SIGHT_AMPLITUDE_MEAN] = way;
    value[SNQ_SIGHT_AMPLITUDE_MEAN_NORM] = way / w->m->cfg.height;
    value[SNQ_SIGHT_PHASE_COHERENCE] = fmin(1, fmax(turn, swing));
    value[SNQ_SIGHT_PREDICTABILITY_SCORE] =
        snq_motion_predictability(p, n, (double)count / w->stride / w->fft_n);
}

static const char *unit_of(uint32_t property)
{
    switch (property) {
    case SNQ_SIGHT_PRIMARY_DIRECTION:
        return "deg";
    case SNQ_SIGHT_MEAN_VELOCITY:
        return "px_s";
    case SNQ_SIGHT_PRIMARY_FREQUENCY:
    case SNQ_SIGHT_FREQUENCY_BANDWIDTH:
        return "hz";
    case SNQ_SIGHT_AMPLITUDE_MEAN:
        return "px";
    default:
        return "norm";
    }
}

/* Lyapunov's exponent needs more than a window; the variance of amplitudes is homogeneity's twin. */
static int has_column(uint32_t property)
{
    return property != SNQ_SIGHT_LYAPUNOV_EXPONENT && property != SNQ_SIGHT_AMPLITUDE_VARIANCE;
}

snq_status snq__windows_end(snq__windows *w, snq_sight *sight)
{
    snq_series *column[SNQ_SIGHT_PROPERTIES + 1];
    if (!w || w->m->view[w->band].unobservable)
        return SNQ_OK;
    const snq__band_sum *b = &w->m->sum[w->band];
    const double px_s = snq__motion_px_s(w->m),
                 part = b->active ? (double)b->active / w->m->usable : 0;
    for (uint32_t p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
        if (has_column(p))
            SNQ_TRY(snq_sight_add_column(sight, (int)w->band, snq_sight_property_path(p),
                                         unit_of(p), 0, STEP_S, &column[p]));
    SNQ_TRY(snq_sight_add_column(sight, (int)w->band, "energy", "px2_s2", 0, STEP_S,
                                 &column[NO_COLUMN]));
    for (uint32_t i = 0; i < w->steps; i++) {
        const sums *s = &w->sum[i];
        double value[SNQ_SIGHT_PROPERTIES + 1];
        for (uint32_t p = 0; p <= SNQ_SIGHT_PROPERTIES; p++)
            value[p] = NAN;
        uint32_t from, end;
        const int told = span_of(w, i, &from, &end);
        if (told && s->cells > 0 && s->square > 0) {
            speeds(w, s, value);
            lines(w, s, w->spectra + (size_t)i * SPECTRA * w->bins, end - from, value);
        } else if (told)
            value[SNQ_SIGHT_MEAN_VELOCITY] = value[SNQ_SIGHT_MEAN_VELOCITY_NORM] = 0;
        if (told)
            value[NO_COLUMN] = s->cells > 0 ? s->square / s->cells * part * px_s * px_s : 0;
        for (uint32_t p = 0; p <= SNQ_SIGHT_PROPERTIES; p++)
            if (p == NO_COLUMN || has_column(p))
                SNQ_TRY(snq_series_push(column[p], (float)value[p]));
    }
    drop_band(w);
    return SNQ_OK;
}
