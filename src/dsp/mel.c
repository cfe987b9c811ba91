// SPDX-License-Identifier: MIT
/* mel -- triangular filters spaced as the ear spaces pitch.
 *
 * IDEA   Below 1 kHz we hear pitch by difference, above by ratio. Bands of equal width on that
 *        scale gather what a spectrum shows into as many numbers as the ear would tell apart.
 *
 * STEPS  edge[i] = from_mel(mel(lo) + i (mel(hi) - mel(lo)) / (bands + 1))    i in [0, bands + 2)
 *        weight_m(b) = max(0, min((f_b - edge[m]) / (edge[m+1] - edge[m]),
 *                                 (edge[m+2] - f_b) / (edge[m+2] - edge[m+1])))
 *                       f_b = b rate / window
 *        Only the bins with weight > 0 are kept, in tiles of eight bins: one vector.
 *        A band whose base is under two bin spacings takes 1 - d and d of the bins around its
 *        centre, d the centre's place between them: a triangle with that base.
 *
 * CONST  HTK:    S. Young et al., The HTK Book (v3.4), chapter 5: 2595 log10(1 + f/700).
 *        SLANEY: M. Slaney, Auditory Toolbox (1998): 200/3 Hz per mel up to 1 kHz, then 27 steps
 *                per factor 6.4.
 *
 * COST   two multiplications a bin, and half a tile more for each band.
 *
 * LIMITS A bin counts with its centre frequency only: bands of a few bins follow the grid of bins,
 *        and narrow ones are wider than they say. A band's tiles reach over up to seven bins
 *        that are not its own with weight zero: a bin that is not finite spoils those bands too.
 *
 * REFS   S. B. Davis, P. Mermelstein, "Comparison of parametric representations for monosyllabic
 *        word recognition", IEEE Trans. ASSP 28(4), 1980. */
#include "dsp/mel.h"

#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/limits.h"
#include "dsp/simd/kernels_impl.h"

enum { BANDS_MAX = 512, WINDOW_MAX = 131072 };

struct snq_mel {
    snq_mel_cfg cfg;
    double *edge_hz; /* (bands + 2,) of band b: b and b + 2, its centre b + 1 */
    snq__mel_bank bank;
    snq__mel_fn *run;
};

static const double slaney_hz_per_mel = 200.0 / 3;
static const double slaney_corner_hz = 1000;
#define SLANEY_LOG_STEP (log(6.4) / 27)

double snq_mel_from_hz(snq_mel_scale scale, double hz)
{
    if (scale == SNQ_MEL_HTK)
        return 2595 * log10(1 + hz / 700);
    if (scale == SNQ_MEL_OCTAVE)
        return log2(hz);
    if (hz < slaney_corner_hz)
        return hz / slaney_hz_per_mel;
    return slaney_corner_hz / slaney_hz_per_mel + log(hz / slaney_corner_hz) / SLANEY_LOG_STEP;
}

double snq_mel_to_hz(snq_mel_scale scale, double mel)
{
    if (scale == SNQ_MEL_HTK)
        return 700 * (pow(10, mel / 2595) - 1);
    if (scale == SNQ_MEL_OCTAVE)
        return exp2(mel);
    const double corner = slaney_corner_hz / slaney_hz_per_mel;
    if (mel < corner)
        return mel * slaney_hz_per_mel;
    return slaney_corner_hz * exp((mel - corner) * SLANEY_LOG_STEP);
}

static snq_status check_cfg(const snq_mel_cfg *c)
{
    if (!(c->rate_hz >= SNQ_RATE_MIN_HZ && c->rate_hz <= SNQ_RATE_MAX_HZ))
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %g is not in %d .. %d", c->rate_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    if (c->window < 16 || c->window > WINDOW_MAX || c->window % 2)
        return SNQ_FAIL(SNQ_ERR_RANGE, "window %u is not even in 16 .. %d", c->window, WINDOW_MAX);
    if (c->bands < 1 || c->bands > BANDS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "bands %u is not in 1 .. %d", c->bands, BANDS_MAX);
    if (!(c->lo_hz >= 0 && c->lo_hz < c->hi_hz && c->hi_hz <= c->rate_hz / 2))
        return SNQ_FAIL(SNQ_ERR_RANGE, "lo_hz %g, hi_hz %g: want 0 <= lo < hi <= %g", c->lo_hz,
                        c->hi_hz, c->rate_hz / 2);
    if (c->scale != SNQ_MEL_HTK && c->scale != SNQ_MEL_SLANEY && c->scale != SNQ_MEL_OCTAVE)
        return SNQ_FAIL(SNQ_ERR_RANGE, "scale %d is unknown", (int)c->scale);
    if (c->scale == SNQ_MEL_OCTAVE && c->lo_hz <= 0)
        return SNQ_FAIL(SNQ_ERR_RANGE, "lo_hz %g: octaves begin above 0 Hz", c->lo_hz);
    return SNQ_OK;
}

static void fill_edges(const snq_mel_cfg *c, double *edge_hz)
{
    const double lo = snq_mel_from_hz(c->scale, c->lo_hz), hi = snq_mel_from_hz(c->scale, c->hi_hz);
    for (uint32_t i = 0; i < c->bands + 2; i++)
        edge_hz[i] = snq_mel_to_hz(c->scale, lo + (hi - lo) * i / (c->bands + 1));
}

/* A narrow band: the bins around its centre. As band_bins. */
static uint32_t narrow_bins(const snq_mel_cfg *c, double mid_bin, uint32_t *first, float *weight)
{
    const uint32_t below = (uint32_t)mid_bin, n = below < c->window / 2 ? 2 : 1;
    *first = below;
    if (weight) {
        weight[0] = (float)(1 - (mid_bin - below));
        if (n == 2)
            weight[1] = (float)(mid_bin - below);
    }
    return n;
}

/* Bins with weight in the band of edges edge[0], centre edge[1] and edge[2] (Hz): *first and how many
 * (at least 1); weight (count,) is filled unless NULL. */
static uint32_t band_bins(const snq_mel_cfg *c, const double *edge, uint32_t *first, float *weight)
{
    const double step = c->rate_hz / c->window; /* Hz between bins */
    const double lo = edge[0], mid = edge[1], hi = edge[2];
    if (hi - lo < 2 * step)
        return narrow_bins(c, mid / step, first, weight);
    uint32_t n = 0;
    for (uint32_t b = (uint32_t)(lo / step); b <= c->window / 2 && b * step < hi; b++) {
        const double f = b * step;
        const double up = (f - lo) / (mid - lo), down = (hi - f) / (hi - mid);
        const double v = up < down ? up : down;
        if (v <= 0)
            continue;
        if (n == 0)
            *first = b;
        if (weight)
            weight[n] = (float)v;
        n++;
    }
    return n;
}

static uint32_t tiles(uint32_t bins)
{
    return (bins + SNQ__MEL_TILE - 1) / SNQ__MEL_TILE;
}

/* Band b's tiles. The last one begins lower, with weights of zero in front, where it would reach
 * over the last bin. */
static void fill_band(const snq_mel *m, uint32_t b, const float *weight, uint32_t first, uint32_t n)
{
    const uint32_t last = m->cfg.window / 2 + 1 - SNQ__MEL_TILE;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t tile = m->bank.at[b] + i / SNQ__MEL_TILE;
        const uint32_t want = first + i / SNQ__MEL_TILE * SNQ__MEL_TILE;
        m->bank.first[tile] = want < last ? want : last;
        m->bank.weight[(size_t)tile * SNQ__MEL_TILE + (first + i - m->bank.first[tile])] =
            weight[i];
    }
}

snq_status snq_mel_new(const snq_mel_cfg *cfg, snq_mel **out)
{
    snq_status st = SNQ_OK;
    *out = NULL;
    SNQ_TRY(check_cfg(cfg));
    snq_mel *m = snq_calloc(1, sizeof(*m));
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "mel");
    m->cfg = *cfg;
    m->edge_hz = snq_calloc(cfg->bands + 2, sizeof(*m->edge_hz));
    m->bank.bands = cfg->bands;
    m->bank.at = snq_calloc(cfg->bands + 1, sizeof(*m->bank.at));
    float *weight = snq_calloc(cfg->window / 2 + 1, sizeof(*weight));
    if (!m->edge_hz || !m->bank.at || !weight)
        goto fail;
    uint32_t first = 0;
    fill_edges(cfg, m->edge_hz);
    for (uint32_t b = 0; b < cfg->bands; b++)
        m->bank.at[b + 1] = m->bank.at[b] + tiles(band_bins(cfg, m->edge_hz + b, &first, NULL));
    m->bank.first = snq_calloc(m->bank.at[cfg->bands], sizeof(*m->bank.first));
    m->bank.weight = snq_calloc(m->bank.at[cfg->bands], SNQ__MEL_TILE * sizeof(*m->bank.weight));
    if (!m->bank.first || !m->bank.weight)
        goto fail;
    for (uint32_t b = 0; b < cfg->bands; b++) {
        const uint32_t n = band_bins(cfg, m->edge_hz + b, &first, weight);
        fill_band(m, b, weight, first, n);
    }
    snq_free(weight);
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    m->run = kernels.mel;
    *out = m;
    return SNQ_OK;
fail:
    st = SNQ_FAIL(SNQ_ERR_NOMEM, "mel of %u bands", cfg->bands);
    snq_free(weight);
    snq_mel_free(m);
    return st;
}

void snq_mel_free(snq_mel *m)
{
    if (!m)
        return;
    snq_free(m->edge_hz);
    snq_free(m->bank.at);
    snq_free(m->bank.first);
    snq_free(m->bank.weight);
    snq_free(m);
}

void snq_mel_run(const snq_mel *m, const float *power, float *out)
{
    m->run(out, &m->bank, power);
}

double snq_mel_centre_hz(const snq_mel *m, uint32_t band)
{
    return m->edge_hz[band + 1];
}
