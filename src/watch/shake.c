// SPDX-License-Identifier: MIT
/* shake -- the fast part of a camera's path, by its spectrum.
 *
 * IDEA   Nobody pans to and fro once a second on purpose, and no hand is steady above that. So the
 *        spectrum of the path is cut at 1 Hz: what is over it is shake. Taken from the spectrum of
 *        the velocity, which a long steady pan leaves empty but for 0 Hz.
 *
 * STEPS  of each shot of a second or more, pieces of L = min(shot, N) frames, half overlapping, N the
 *        power of two from 4 s on; of each of the three motions:
 *        less its straight line, times a Hann window, padded to N:  V[k], k = 0 .. N/2
 *        velocity  p[k] = c |V[k]|^2 / (N sum w^2), c = 2 (1 at the ends): adds up to the mean square
 *        way       q[k] = p[k] / (4 sin^2(pi k / N)) h(f),  h = 1 / (1 + (1 Hz / f)^8), f = k fps / N
 *                  (v[t] = d[t + 1] - d[t], so |V| = 2 sin(pi f / fps) |D|)
 *        means over the pieces, sums over the motions:  rms^2 = sum q
 *        shake_hz: the largest q[k], when the line (k and what a Hann window spreads it to) holds
 *                  0.3 of the sum and p there is over 8 (1 + 1/pieces) times its median within an
 *                  octave up and down; parabola through ln p
 *        spectrum: q in at most 256 equal steps of frequency, over its sum
 *
 * CONST  1 Hz: walking shakes a camera at 1.5 .. 2.5 Hz (the pace of walking), hands and arms tremble
 *        at 4 .. 12 Hz (physiological tremor: Golik 2006, Gavant et al. 2011), while stabilisers keep
 *        what is slower than about half a second to a second as intended (the usual default smooths
 *        over 31 frames, which at 30 fps passes what is under 0.4 Hz). h falls by 48 dB an octave
 *        under 1 Hz. 0.3 and 8 (simulated on 2026-11-21): of 10000 white shakes of 4 s at 30 fps one
 *        was given a frequency, of 2000 of 10 s none; a sine of the power of the white shake around it
 *        is found in 99 % (4 s) and 100 % (10 s).
 *
 * COST   an FFT of N for each half L and motion; 12 N bytes.
 *
 * LIMITS A pan that starts at once has a bit of everything in its spectrum: a step of
 *        100 px/s in the middle of 10 s looks like a shake of 0.9 px RMS, without a frequency. An oscillation of the whole scene over 1 Hz that is
 *        not the camera's can't be told from shake. Shots under a second say nothing.
 *
 * REFS   P. D. Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967; B. Golik, "Development of a test
 *        method for image stabilizing systems", diploma thesis, Cologne 2006; F. Gavant et al., "A
 *        physiological camera shake model for image stabilization systems", IEEE Sensors 2011. */
#include "watch/shake.h"

#include <math.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "dsp/median.h"
#include "dsp/peaks.h"
#include "dsp/window.h"

enum { LONGEST = 65536 };
#define PIECE_S  4.0
#define LINE     0.3
#define OVER     8.0
#define LEAST_HZ (2.5 * SNQ_SHAKE_LO_HZ) /* lowest frame rate that can show any */

typedef struct spectrum {
    const snq_shake_in *in;
    uint32_t n, bins, shortest; /* FFT; n/2 + 1; frames of the shortest piece met */
    snq_rfft *fft;
    float *piece, *window, *out; /* (n,), (n,), (bins, 2) */
    double *power;               /* (bins,) p, sum over motions and pieces */
    double *way;                 /* (bins,) q */
    uint32_t pieces;
} spectrum;

static void forget(spectrum *s)
{
    snq_rfft_free(s->fft);
    snq_free(s->piece);
    snq_free(s->window);
    snq_free(s->out);
    snq_free(s->power);
    snq_free(s->way);
}

static snq_status prepare(spectrum *s, const snq_shake_in *in)
{
    *s = (spectrum) { .in = in, .n = SNQ_FFT_MIN };
    while (s->n < PIECE_S * in->fps && s->n < LONGEST)
        s->n *= 2;
    s->bins = s->n / 2 + 1;
    s->shortest = s->n;
    SNQ_TRY(snq_rfft_new(s->n, &s->fft));
    s->piece = snq_calloc(s->n, sizeof *s->piece);
    s->window = snq_calloc(s->n, sizeof *s->window);
    s->out = snq_calloc(s->bins, 2 * sizeof *s->out);
    s->power = snq_calloc(s->bins, sizeof *s->power);
    s->way = snq_calloc(s->bins, sizeof *s->way);
    if (s->piece && s->window && s->out && s->power && s->way)
        return SNQ_OK;
    forget(s);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrum of %u", s->n);
}

/* One piece of one motion: x (count,), count <= n. */
static void add_motion(spectrum *s, const float *x, uint32_t count)
{
    double mean = 0, slope = 0, spread = 0, squares = 0;
    const double middle = 0.5 * (count - 1.0);
    for (uint32_t t = 0; t < count; t++) {
        mean += (double)x[t] / count;
        slope += (t - middle) * (double)x[t];
        spread += (t - middle) * (t - middle);
        squares += (double)s->window[t] * (double)s->window[t];
    }
    slope = spread > 0 ? slope / spread : 0;
    for (uint32_t t = 0; t < s->n; t++)
        s->piece[t] =
            t < count ? (float)((double)x[t] - mean - slope * (t - middle)) * s->window[t] : 0;
    snq_rfft_run(s->fft, s->out, s->piece);
    for (uint32_t k = 0; k < s->bins; k++) {
        const double re = (double)s->out[2 * k], im = (double)s->out[2 * k + 1];
        const double once = k == 0 || k + 1 == s->bins ? 1 : 2;
        s->power[k] += once * (re * re + im * im) / (s->n * squares);
    }
}

static void add_shot(spectrum *s, const snq_shake_shot *shot)
{
    const uint32_t count = shot->count < s->n ? shot->count : s->n;
    const uint32_t step = count / 2 ? count / 2 : 1;
    if (shot->count < s->in->fps / SNQ_SHAKE_LO_HZ || count < 4)
        return;
    if (count < s->shortest)
        s->shortest = count;
    snq_window_fill(SNQ_WINDOW_HANN, s->window, count);
    for (uint32_t at = 0; at + count <= shot->count; at += step, s->pieces++)
        for (int i = 0; i < 3; i++)
            add_motion(s, s->in->motion[i] + shot->start + at, count);
}

/* p and q of the mean piece. Returns the sum of q. */
static double settle(spectrum *s)
{
    const double pi = 3.14159265358979323846;
    double sum = 0;
    for (uint32_t k = 1; k < s->bins; k++) {
        const double low = pow(SNQ_SHAKE_LO_HZ * s->n / (k * s->in->fps), 8);
        const double sine = sin(pi * k / s->n);
        s->power[k] /= s->pieces;
        s->way[k] = s->power[k] / (4 * sine * sine * (1 + low));
        sum += s->way[k];
    }
    return sum;
}

static double power_around(const spectrum *s, uint32_t k, uint32_t line, float *scratch)
{
    const uint32_t from = k / 2 ? k / 2 : 1, to = 2 * k < s->bins ? 2 * k : s->bins - 1;
    size_t n = 0;
    for (uint32_t i = from; i <= to; i++)
        if (i + line < k || i > k + line)
            scratch[n++] = (float)s->power[i];
    return (double)snq_median_of(scratch, n, scratch);
}

static snq_measure lead(const spectrum *s, double sum)
{
    uint32_t best = 1;
    for (uint32_t k = 1; k + 1 < s->bins; k++)
        if (s->way[k] > s->way[best])
            best = k;
    /* the way grows to the left of a line: its velocity has the true top */
    while (best + 2 < s->bins && s->power[best + 1] > s->power[best])
        best++;
    const uint32_t line = 2 * s->n / s->shortest;
    double held = 0;
    for (uint32_t k = best > line ? best - line : 1; k <= best + line && k < s->bins; k++)
        held += s->way[k];
    const double around = power_around(s, best, line, s->piece);
    const double *p = s->power + best;
    if (held < LINE * sum || p[0] < OVER * (1 + 1.0 / s->pieces) * around || p[0] < p[-1] ||
        p[0] < p[1])
        return snq_unmeasured("no frequency leads");
    const double tiny = 1e-300;
    const double off =
        snq_peak_parabola(log(p[-1] + tiny), log(p[0] + tiny), log(p[1] + tiny), NULL);
    return snq_measured((best + off) * s->in->fps / s->n);
}

static snq_status write(const spectrum *s, double sum, snq_sight *sight)
{
    const uint32_t most = SNQ_SIGHT_SHAKE_BINS_MAX, bins = s->bins < most ? s->bins : most;
    float *share = snq_sight_list(sight, bins, sizeof *share);
    if (!share)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u bins of shake", bins);
    const double ratio = (bins - 1.0) / (s->bins - 1.0);
    for (uint32_t k = 1; sum > 0 && k < s->bins; k++)
        share[(uint32_t)(k * ratio + 0.5)] += (float)(s->way[k] / sum);
    const double rms = sqrt(sum);
    sight->jitter = (snq_sight_jitter) {
        .rms_px = rms,
        .shake_hz = rms < s->in->floor_px ? snq_unmeasured("no shake") : lead(s, sum),
        .spectrum = share,
        .bins = bins,
    };
    sight->jitter_reason = NULL;
    return SNQ_OK;
}

snq_status snq_shake_run(const snq_shake_in *in, snq_sight *sight)
{
    if (!(in->fps > 0 && in->fps <= 1e5))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g frames a second are not in 0 .. 100000", in->fps);
    if (in->fps < LEAST_HZ) {
        sight->jitter_reason = "too few frames a second to see shake";
        return SNQ_OK;
    }
    spectrum s;
    SNQ_TRY(prepare(&s, in));
    for (size_t i = 0; i < in->shots; i++)
        add_shot(&s, &in->shot[i]);
    snq_status st = SNQ_OK;
    if (s.pieces)
        st = write(&s, settle(&s), sight);
    else
        sight->jitter_reason = "no shot lasts a second";
    forget(&s);
    return st;
}
