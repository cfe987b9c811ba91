// SPDX-License-Identifier: MIT
/* bands -- five layers of rhythm.
 *
 * IDEA   A sway and a tremble are heard apart when each has a band of its own. A recording of ten
 *        seconds says nothing about periods of a minute, and one of 30 pictures a second nothing
 *        about 40 Hz: so each band says first how much of it can be seen at all.
 *
 * STEPS  effective = [max(lo, 2/T), min(hi, 0.45 fps)]
 *        observable: log(effective hi / effective lo) >= 0.4 log(hi / lo)
 *        Filter: Butterworth of order 4 for each edge. One pass has |H|^2 = 1 / (1 + W^8), two have
 *            (1 / (1 + W^8))^2 in power: half power of both together is W^8 = sqrt 2 - 1, so the
 *            edges are moved out by W. With K = tan(pi f / fps), in the bilinear plane:
 *            (K_hi' - K_lo') = (K_hi - K_lo) / W,   K_hi' K_lo' = K_hi K_lo
 *        Run: even reflection x[-k] = x[k] and x[n-1+k] = x[n-1-k]; start in the steady state of the
 *            first value; forwards, backwards.
 *
 * CONST  2/T: two periods are the least that tells a period from a trend. 0.45 fps: what lies nearer
 *        to half the frame rate beats visibly. 0.4: the contract. Padding 2/lo: a filter's memory is
 *        about a period of its lower edge. Order 4: an octave outside, 1 % of the amplitude is left.
 *
 * COST   8 section steps a sample and lane; lanes go in vectors.
 *
 * LIMITS The ends of a series depend on the reflection for about one period of the lower edge.
 *
 * REFS   dsp/sos_design.c for the design; F. Gustafsson, "Determining the initial states in
 *        forward-backward filtering", IEEE Trans. Signal Processing 44(4), 1996. */
#include "watch/bands.h"

#include <math.h>

#include "dsp/denormals.h"
#include "score/sight.h"

#define NYQUIST_PART 0.45
#define LEAST_WIDTH  0.4
enum { ORDER = 4 };

snq_band_view snq_band_look(uint32_t band, double fps, double duration_s)
{
    snq_band_view v = { .lo_hz = snq_sight_band_lo_hz(band), .hi_hz = snq_sight_band_hi_hz(band) };
    v.effective_hz[0] = fmax(v.lo_hz, 2.0 / duration_s);
    v.effective_hz[1] = fmin(v.hi_hz, NYQUIST_PART * fps);
    const double width =
        v.effective_hz[1] > v.effective_hz[0] ? log(v.effective_hz[1] / v.effective_hz[0]) : 0.0;
    if (width < LEAST_WIDTH * log(v.hi_hz / v.lo_hz) * (1.0 - 1e-9)) {
        const double lost_below = log(v.effective_hz[0] / v.lo_hz);
        const double lost_above = log(v.hi_hz / v.effective_hz[1]);
        v.unobservable = lost_above > lost_below ? "the frame rate is too low for this band"
                                                 : "the recording is too short for this band";
    }
    return v;
}

snq_status snq_band_filter(uint32_t band, double fps, snq_sos *sections, uint32_t *n)
{
    const double lo = snq_sight_band_lo_hz(band), hi = snq_sight_band_hi_hz(band);
    const double w = pow(M_SQRT2 - 1.0, 1.0 / (2 * ORDER));
    *n = 0;
    if (!(lo < NYQUIST_PART * fps))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a band from %g Hz needs more than %g frames a second", lo,
                        fps);
    const double k_lo = tan(M_PI * lo / fps);
    if (hi > NYQUIST_PART * fps)
        return snq_sos_highpass(ORDER, atan(k_lo * w) * fps / M_PI, fps, sections, n);
    const double k_hi = tan(M_PI * hi / fps);
    const double half = 0.5 * (k_hi - k_lo) / w, k_up = half + sqrt(half * half + k_lo * k_hi);
    return snq_sos_bandpass(ORDER, atan(k_lo * k_hi / k_up) * fps / M_PI, atan(k_up) * fps / M_PI,
                            fps, sections, n);
}

uint32_t snq_band_padding(uint32_t band, double fps, uint32_t count)
{
    const double want = ceil(2.0 * fps / snq_sight_band_lo_hz(band));
    return want < (double)count - 1.0 ? (uint32_t)want : count ? count - 1 : 0;
}

/* One section over all lanes, in place; step +1 or -1 row, from the steady state of x times g. */
static void section(const snq_sos *s, double *x, uint32_t rows, int backwards, const double *start)
{
    double s1[SNQ_BAND_LANES], s2[SNQ_BAND_LANES];
    const double den = 1 + s->a1 + s->a2;
    const double g = den != 0 ? (s->b0 + s->b1 + s->b2) / den : 0;
    for (int l = 0; l < SNQ_BAND_LANES; l++) {
        s1[l] = (g - s->b0) * start[l];
        s2[l] = (s->b2 - s->a2 * g) * start[l];
    }
    double *row = backwards ? x + (size_t)(rows - 1) * SNQ_BAND_LANES : x;
    const ptrdiff_t step = backwards ? -SNQ_BAND_LANES : SNQ_BAND_LANES;
    const double b0 = s->b0, b1 = s->b1, b2 = s->b2, a1 = s->a1, a2 = s->a2;
    for (uint32_t t = 0; t < rows; t++) {
        for (int l = 0; l < SNQ_BAND_LANES; l++) {
            const double in = row[l], y = b0 * in + s1[l];
            s1[l] = b1 * in - a1 * y + s2[l];
            s2[l] = b2 * in - a2 * y;
            row[l] = y;
        }
        if (t + 1 < rows)
            row += step;
    }
}

static void pass(const snq_sos *sections, uint32_t n, double *x, uint32_t rows, int backwards)
{
    double level[SNQ_BAND_LANES];
    const double *first = backwards ? x + (size_t)(rows - 1) * SNQ_BAND_LANES : x;
    for (int l = 0; l < SNQ_BAND_LANES; l++)
        level[l] = first[l];
    for (uint32_t i = 0; i < n; i++) {
        section(&sections[i], x, rows, backwards, level);
        const double den = 1 + sections[i].a1 + sections[i].a2;
        const double g = den != 0 ? (sections[i].b0 + sections[i].b1 + sections[i].b2) / den : 0;
        for (int l = 0; l < SNQ_BAND_LANES; l++)
            level[l] *= g;
    }
}

void snq_band_run(const snq_sos *sections, uint32_t n, double *x, uint32_t count, uint32_t pad)
{
    if (!count)
        return;
    double *first = x + (size_t)pad * SNQ_BAND_LANES;
    double *last = first + (size_t)(count - 1) * SNQ_BAND_LANES;
    for (uint32_t k = 1; k <= pad; k++)
        for (int l = 0; l < SNQ_BAND_LANES; l++) {
            first[-(ptrdiff_t)k * SNQ_BAND_LANES + l] = first[(size_t)k * SNQ_BAND_LANES + l];
            last[(size_t)k * SNQ_BAND_LANES + l] = last[-(ptrdiff_t)k * SNQ_BAND_LANES + l];
        }
    const snq_denormals was = snq_denormals_off();
    pass(sections, n, x, count + 2 * pad, 0);
    pass(sections, n, x, count + 2 * pad, 1);
    snq_denormals_restore(was);
}
