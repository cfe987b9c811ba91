// SPDX-License-Identifier: MIT
/* spectrum -- what the sound is made of: the long-term average spectrum and figures read from it.
 *
 * IDEA   Average the fine spectra over the file, and over each region. Add the power up in seven
 *        bands that engineers speak of; name the strongest tones; say how bright, how noise-like, how
 *        steep it is, and where it ends.
 * STEPS  P[k] = mean over frames of the fine spectrum at k D Hz (D = rate / window), k = 0 .. N/2;
 *          bin k covers [(k - 1/2) D, (k + 1/2) D], shared out by overlap where an edge cuts it
 *        level of a band = (sum of its P / sum of all P) * mean square of the samples      dBFS
 *        share     = sum of its P / sum of P in 20 .. 20 000 Hz
 *        dominant  = local maxima of P within 40 dB of the highest that stand out of the median of
 *                    their neighbourhood; place between bins from the Hann window's own shape
 *        centroid  = sum f P / sum P; flatness = geometric / arithmetic mean of P, 20 .. 20 000 Hz
 *        tilt      = least-squares slope of 10 log10(mean P in a third of an octave) over octaves,
 *                    from 50 Hz to the cut-off
 *        cut-off   = highest edge where the 500 Hz below are 20 dB above everything that lies above;
 *                    half the sample rate when there is none
 * CONST  Bands: SNQ_SPECTRUM_BAND_MAP. A frame of 60 to 120 ms (listen/feature_store.c): 10.8 Hz at
 *        44.1 kHz. A dominant peak stands 6 dB + 6 dB / sqrt(frames) out of the median within
 *        +-8 bins or a sixth of an octave: in exponential noise of one frame a 12 dB peak has a chance
 *        of 2e-5 a bin. Cut-off: 20 dB within 300 Hz is steeper than any instrument falls and
 *        gentler than codecs and converters do (own reading of MP3 at 96 .. 320 kbit/s, Opus and AAC,
 *        2026); what lies above must be 50 dB under the highest density, else it is just an edge
 *        in the middle of the sound.
 * COST   One addition a bin and frame.
 * LIMITS 10.8 Hz can't tell two notes of a deep bass apart. The average has no memory of when: a tone
 *        that sweeps is no peak. A region shorter than a frame's hop may have no frame.
 * REFS   Peak place in a Hann spectrum: M. Grandke, "Interpolation algorithms for discrete Fourier
 *        transforms of weighted signals", IEEE Trans. IM 32(2), 1983. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/median.h"
#include "dsp/peaks.h"
#include "dsp/stats.h"
#include "listen/analyser.h"
#include "listen/tally.h"

#define HEARING_LO_HZ 20.0
#define HEARING_HI_HZ 20000.0

enum { CUTOFF_CELL_HZ = 100, CUTOFF_BELOW_CELLS = 5, CUTOFF_GAP_CELLS = 3 };

typedef struct average {
    double *power; /* (bins,) sum over frames */
    uint32_t frames;
    snq_tally tally;
} average;

typedef struct state {
    snq_analyser_setup setup;
    double bin_hz;
    average file;   /* all that came before `part` */
    average part;   /* the open region, or what lies since the last one */
    float *scratch; /* (bins,) */
    float *curve;   /* (bins,) the average being measured */
    /* of a region that began the file: when nothing follows it, the file says the same */
    snq_spectrum first;
    uint32_t first_frames;
    int64_t first_samples; /* 0: there is no such region */
} state;

static void state_free(void *p)
{
    state *s = p;
    if (!s)
        return;
    snq_free(s->file.power);
    snq_free(s->part.power);
    snq_free(s->scratch);
    snq_free(s->curve);
    snq_free(s);
}

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        goto fail;
    s->setup = *setup;
    s->bin_hz = (double)setup->rate_hz / setup->window;
    s->file.power = snq_calloc(setup->bins, sizeof *s->file.power);
    s->part.power = snq_calloc(setup->bins, sizeof *s->part.power);
    s->scratch = snq_calloc(setup->bins, sizeof *s->scratch);
    s->curve = snq_calloc(setup->bins, sizeof *s->curve);
    if (!s->file.power || !s->part.power || !s->scratch || !s->curve)
        goto fail;
    *out = s;
    return SNQ_OK;
fail:
    state_free(s);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the spectrum analyser");
}

static void average_add(average *a, const snq_hop_block *b)
{
    for (uint32_t i = 0; i < b->hops; i++)
        snq_tally_add(&a->tally, &b->hop[i], b->channels);
    for (uint32_t i = 0; i < b->fine_frames; i++) {
        if (b->fine[i].silent)
            continue;
        const float *restrict power = b->fine[i].power;
        double *restrict sum = a->power;
        for (uint32_t k = 0; k < b->bins; k++)
            sum[k] += (double)power[k];
    }
    a->frames += b->fine_frames;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    average_add(&((state *)p)->part, b);
    return SNQ_OK;
}

/* The part ends here: add it to the file and begin another. */
static void fold(state *s)
{
    for (uint32_t k = 0; k < s->setup.bins; k++) {
        s->file.power[k] += s->part.power[k];
        s->part.power[k] = 0.0;
    }
    s->file.frames += s->part.frames;
    snq_tally_join(&s->file.tally, &s->part.tally, s->setup.channels);
    s->part.frames = 0;
    s->part.tally = (snq_tally) { 0 };
}

/* Part of bin k that lies in [lo, hi) Hz, 0 .. 1. */
static double overlap(const state *s, uint32_t k, double lo, double hi)
{
    const double from = (k - 0.5) * s->bin_hz, to = from + s->bin_hz;
    const double a = from > lo ? from : lo, b = to < hi ? to : hi;
    return b > a ? (b - a) / s->bin_hz : 0.0;
}

/* Power between two frequencies. */
static double band_power(const state *s, const double *power, double lo, double hi)
{
    const double nyquist = 0.5 * s->setup.rate_hz;
    hi = hi < nyquist ? hi : nyquist;
    if (lo >= hi)
        return 0.0;
    double sum = 0.0;
    const uint32_t from = (uint32_t)(lo / s->bin_hz + 0.5), to = (uint32_t)(hi / s->bin_hz + 0.5);
    for (uint32_t k = from; k <= to && k < s->setup.bins; k++)
        sum += power[k] * overlap(s, k, lo, hi);
    return sum;
}

static void bands(const state *s, const average *a, double scale, double audible, snq_spectrum *out)
{
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        const double lo = snq_spectrum_band_lo_hz(b);
        if (lo >= 0.5 * s->setup.rate_hz) {
            out->band[b].share = out->band[b].level_dbfs =
                snq_unmeasured("above half the sample rate");
            continue;
        }
        const double power = band_power(s, a->power, lo, snq_spectrum_band_hi_hz(b));
        out->band[b].share = snq_measured(power / audible);
        out->band[b].level_dbfs = snq_measured_power_db(power * scale, "no power in this band");
    }
}

/* Whether bin k is `need_db`, a ratio of `need`, or more above the median of its neighbourhood. */
static int stands_out(state *s, const float *power, uint32_t k, double need_db, double need)
{
    uint32_t reach = (uint32_t)(0.122 * k); /* 2^(1/6) - 1 */
    reach = reach < 8 ? 8 : reach > 64 ? 64 : reach;
    const uint32_t from = k > reach + 1 ? k - reach : 1;
    const uint32_t to = k + reach < s->setup.bins ? k + reach : s->setup.bins - 1;
    /* the majority above or below tells it; only where there is none must the median be known */
    const float limit = (float)((double)power[k] / need);
    const float lo = limit * (1 - 1e-5f), hi = limit * (1 + 1e-5f);
    uint32_t below = 0, above = 0;
    for (uint32_t i = from; i <= to; i++) {
        below += power[i] < lo;
        above += power[i] > hi;
    }
    if (2 * below > to - from + 1 || 2 * above > to - from + 1)
        return below > above;
    for (uint32_t i = from; i <= to; i++)
        s->scratch[i - from] = power[i];
    const float median = snq_median_of(s->scratch, to - from + 1, s->scratch);
    return median <= 0.0f || 10.0 * log10((double)power[k] / median) >= need_db;
}

static void dominants(state *s, uint32_t frames, snq_spectrum *out)
{
    const float *power = s->curve;
    const uint32_t lo = (uint32_t)ceil(HEARING_LO_HZ / s->bin_hz), bins = s->setup.bins;
    const double hi_bin = HEARING_HI_HZ / s->bin_hz;
    const uint32_t hi = hi_bin < bins - 2 ? (uint32_t)hi_bin : bins - 2;
    const double need_db = 6.0 + 6.0 / sqrt((double)frames), need = pow(10.0, 0.1 * need_db);
    float most = 0.0f;
    uint32_t best[SNQ_DOMINANTS_MAX];
    out->dominants = 0;
    out->dominant_reason = NULL;
    for (uint32_t k = lo; k <= hi; k++)
        most = power[k] > most ? power[k] : most;
    for (uint32_t k = lo > 1 ? lo : 1; k <= hi; k++) {
        if (power[k] <= power[k - 1] || power[k] < power[k + 1] || power[k] < 1e-4f * most)
            continue;
        uint32_t at = out->dominants;
        while (at > 0 && power[best[at - 1]] < power[k])
            at--;
        if (at == SNQ_DOMINANTS_MAX || !stands_out(s, power, k, need_db, need))
            continue;
        out->dominants += out->dominants < SNQ_DOMINANTS_MAX;
        for (uint32_t i = out->dominants - 1; i > at; i--)
            best[i] = best[i - 1];
        best[at] = k;
    }
    for (uint32_t i = 0; i < out->dominants; i++)
        out->dominant_hz[i] = (best[i] + snq_peak_hann(power, bins, best[i])) * s->bin_hz;
}

/* Highest frequency at which the spectrum breaks off; half the sample rate when it doesn't. */
static double cutoff_hz(state *s, const average *a)
{
    const double nyquist = 0.5 * s->setup.rate_hz;
    const double cell_hz = s->bin_hz > CUTOFF_CELL_HZ ? s->bin_hz : CUTOFF_CELL_HZ;
    const int cells = (int)(nyquist / cell_hz);
    float *db = s->scratch; /* cells <= bins */
    float most = -INFINITY, above = -INFINITY;
    for (int i = 0; i < cells; i++) {
        const double p = band_power(s, a->power, i * cell_hz, (i + 1) * cell_hz);
        db[i] = p > 0.0 ? (float)(10.0 * log10(p)) : -400.0f;
        most = db[i] > most ? db[i] : most;
    }
    for (int j = cells - CUTOFF_GAP_CELLS; j >= 1; j--) {
        const int up = j + CUTOFF_GAP_CELLS;
        if (up < cells)
            above = db[up] > above ? db[up] : above;
        float below = 0.0f;
        const int from = j > CUTOFF_BELOW_CELLS ? j - CUTOFF_BELOW_CELLS : 0;
        for (int i = from; i < j; i++)
            below += db[i] / (float)(j - from);
        if (up < cells && below - above >= 20.0f && most - above >= 50.0f)
            return j * cell_hz;
    }
    return nyquist;
}

static snq_measure tilt(const state *s, const average *a, double top_hz)
{
    float x[40], y[40];
    uint32_t n = 0;
    for (int i = -13; i <= 13 && n < SNQ_COUNT(x); i++) { /* thirds of an octave round 1 kHz */
        const double centre = 1000.0 * pow(2.0, i / 3.0);
        const double lo = centre * pow(2.0, -1.0 / 6.0), hi = centre * pow(2.0, 1.0 / 6.0);
        if (hi > top_hz || hi - lo < s->bin_hz)
            continue;
        const double p = band_power(s, a->power, lo, hi) / (hi - lo);
        if (p <= 0.0)
            continue;
        x[n] = (float)(i / 3.0);
        y[n++] = (float)(10.0 * log10(p));
    }
    if (n < 6)
        return snq_unmeasured("fewer than two octaves of sound");
    return snq_measured(snq_slope(x, y, n, NULL));
}

static void shape(const state *s, const average *a, snq_spectrum *out)
{
    double moment = 0.0, sum = 0.0, log_sum = 0.0;
    uint32_t n = 0;
    for (uint32_t k = 1; k < s->setup.bins; k++) {
        const double f = k * s->bin_hz;
        if (f < HEARING_LO_HZ || f > HEARING_HI_HZ)
            continue;
        moment += f * a->power[k];
        sum += a->power[k];
        log_sum += log(a->power[k]);
        n++;
    }
    out->centroid_hz = snq_measured(moment / sum);
    out->flatness = snq_measured(n ? exp(log_sum / n) / (sum / n) : NAN);
}

static void none(snq_spectrum *out, const char *reason)
{
    const snq_measure m = snq_unmeasured(reason);
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++)
        out->band[b] = (snq_spectrum_band) { m, m };
    out->dominants = 0;
    out->dominant_reason = reason;
    out->centroid_hz = out->flatness = out->tilt_db_per_octave = out->cutoff_hz = m;
}

static void result(state *s, const average *a, snq_spectrum *out)
{
    double all = 0.0;
    for (uint32_t k = 0; k < s->setup.bins; k++)
        all += a->power[k];
    const double audible = band_power(s, a->power, HEARING_LO_HZ, HEARING_HI_HZ);
    const double offset = snq_tally_offset(&a->tally, s->setup.channels);
    if (!a->frames) {
        none(out, "shorter than one frame of the spectrum");
        return;
    }
    /* what an offset leaves between the bins by rounding is no sound */
    if (audible <= 1e-12 * offset * offset * a->frames || audible <= 0.0) {
        none(out, "no sound between 20 and 20 000 Hz");
        return;
    }
    const double samples = (double)a->tally.frames * s->setup.channels;
    bands(s, a, a->tally.energy / samples / all, audible, out);
    for (uint32_t k = 0; k < s->setup.bins; k++)
        s->curve[k] = (float)(a->power[k] / a->frames);
    dominants(s, a->frames, out);
    shape(s, a, out);
    out->cutoff_hz = snq_measured(cutoff_hz(s, a));
    out->tilt_db_per_octave = tilt(s, a, out->cutoff_hz.value);
}

static snq_status region_begin(void *p, int64_t first_hop)
{
    fold(p);
    return SNQ_OK;
}

static snq_status region_end(void *p, int64_t end_hop, snq_region *region)
{
    state *s = p;
    region->spectrum_reason = NULL;
    result(s, &s->part, &region->spectrum);
    const int is_first = !s->file.frames && !s->file.tally.frames;
    fold(s);
    if (is_first) {
        s->first = region->spectrum;
        s->first_frames = s->file.frames;
        s->first_samples = s->file.tally.frames;
    }
    return SNQ_OK;
}

/* Most of the power below hearing: wind, handling, a rumbling filter. */
static void warn_infrasound(const state *s, snq_warnings *w)
{
    const average *a = &s->file;
    double all = 0.0, low;
    for (uint32_t k = 0; k < s->setup.bins; k++)
        all += a->power[k];
    if (all <= 0.0)
        return;
    const double ac = snq_tally_power(&a->tally, s->setup.channels);
    const double mean = a->tally.energy / ((double)a->tally.frames * s->setup.channels);
    const double audible_up = band_power(s, a->power, HEARING_LO_HZ, INFINITY) / all * mean;
    low = ac - audible_up;
    if (ac > 0.0 && low > 0.9 * ac)
        snq_warnings_add(w, "infrasound", -1, "%.0f %% of the power lies below 20 Hz",
                         100.0 * low / ac);
}

static snq_status finish(void *p, snq_hearing *h)
{
    state *s = p;
    fold(s);
    h->spectrum_reason = NULL;
    if (s->first_samples && s->first_samples == s->file.tally.frames &&
        s->first_frames == s->file.frames)
        h->spectrum = s->first;
    else
        result(s, &s->file, &h->spectrum);
    warn_infrasound(s, &h->warnings);
    if (s->file.tally.frames && s->file.tally.frames < s->setup.window)
        snq_warnings_add(
            &h->warnings, "too_short", -1,
            "%lld samples, less than one window of the spectrum (%u): figures are rough",
            (long long)s->file.tally.frames, s->setup.window);
    return SNQ_OK;
}

static snq_status whole(void *p, snq_hearing *h, snq_region *region)
{
    region->spectrum_reason = NULL;
    region->spectrum = h->spectrum;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->spectrum_reason = reason;
    else
        h->spectrum_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->spectrum = from_region->spectrum;
        region->spectrum_reason = from_region->spectrum_reason;
    } else {
        h->spectrum = from->spectrum;
        h->spectrum_reason = from->spectrum_reason;
    }
}

const snq_analyser snq_spectrum_analyser = {
    .id = "spectrum",
    .title = "seven bands, dominant tones, centroid, flatness, tilt, cut-off",
    .version = "1",
    .needs = SNQ_NEED_LEVELS | SNQ_NEED_FINE,
    .begin = begin,
    .block = block,
    .region_begin = region_begin,
    .region_end = region_end,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = state_free,
};
