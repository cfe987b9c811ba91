// SPDX-License-Identifier: MIT
/* wave_table -- periods of a sound at many degrees of brightness, cut into straight pieces.
 *
 * IDEA   An oscillator that reads a drawn period faster or slower folds everything above half the sample
 *        rate back down as whistles that belong to no chord. So each period is kept many times, with
 *        fewer and fewer overtones, and a note reads the brightest one whose last overtone still fits.
 *        Nothing is left to fold: the only error is that between two points a straight line is drawn.
 *
 * STEPS  f(x) = sum over h in 1 .. H of Re( c[h] e^(2 pi i h x) ),   c = a - i b,   x in periods
 *        Level k keeps H = harmonics[k], the whole numbers nearest to 2^(k / per_octave).
 *        Its period is cut into N = 2^bits pieces. The straight line over piece m that errs least in the
 *        square, with t = -1/2 .. 1/2 across the piece and angle w = 2 pi h / N of harmonic h, is
 *            value[m] = sum Re( c[h] sinc(w / 2) e^(i w (m + 1/2)) )            sinc(z) = sin(z) / z
 *            slope[m] = sum Re( c[h] 12 i (2 sin(w/2) / w^2 - cos(w/2) / w) e^(i w (m + 1/2)) )
 *        (projections on 1 and on t, whose square integrates to 1/12). Both are inverse transforms
 *        of N points. Compared with a line through the curve's own points at the ends it errs 7.8 dB
 *        less, for nothing: reading is one load and one multiplication either way.
 *        Least squares leaves   noise power = sum |c[h]|^2 / 2 w^4 / 720   (ours, from the remainder term
 *        f'' / 2 (t^2 - 1/12), whose square integrates to f''^2 / 720). N is the least power of two
 *        that brings it noise_db below the period's power.
 *
 * CONST  Pieces: 2^8 at least, 2^14 at most (128 KiB a level: sixteen fit into a usual second cache).
 *        FLOOR 1e-6 of the strongest partial (-120 dB): what lies under it at the top is left out.
 *
 * COST   The saw of 1024 harmonics, four levels an octave, -90 dB: 36 levels, 1.9 MB, 2 ms.
 *
 * LIMITS Where 2^14 pieces aren't enough (saw below 25 Hz at -90 dB), the noise is what they give.
 *
 * REFS   P. Burk, "Band limited oscillators using wave table synthesis", Audio Anecdotes II, 2004, for
 *        tables by octave. Least-squares splines: M. Unser, "Splines: a perfect fit for signal and
 *        image processing", IEEE Signal Processing Magazine 16(6), 1999. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "synth/bank_impl.h"

#define FLOOR 1e-6

/* Highest harmonic of any cycle that is more than nothing. */
static uint32_t last_harmonic(const snq__table_cfg *cfg)
{
    double most = 0;
    const size_t n = (size_t)cfg->cycles * cfg->harmonics;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, hypot(cfg->partial[2 * i], cfg->partial[2 * i + 1]));
    uint32_t last = 1;
    for (size_t i = 0; i < n; i++) {
        const uint32_t h = (uint32_t)(i % cfg->harmonics) + 1;
        if (h > last && hypot(cfg->partial[2 * i], cfg->partial[2 * i + 1]) > FLOOR * most)
            last = h;
    }
    return last;
}

/* Pieces that harmonics 1 .. last of every cycle need: see STEPS. */
static uint8_t bits_for(const snq__table_cfg *cfg, uint32_t last)
{
    double worst = 0;
    for (uint32_t c = 0; c < cfg->cycles; c++) {
        const float *p = cfg->partial + 2 * (size_t)c * cfg->harmonics;
        double power = 0, bent = 0;
        for (uint32_t h = 1; h <= last; h++, p += 2) {
            const double is = (double)p[0] * p[0] + (double)p[1] * p[1];
            power += is;
            bent += is * pow(2 * M_PI * h, 4) / 720;
        }
        if (power > 0)
            worst = fmax(worst, bent / power);
    }
    const double pieces = pow(worst * pow(10, cfg->noise_db / 10), 0.25);
    uint8_t bits = SNQ__TABLE_BITS_MIN;
    while (bits < SNQ__TABLE_BITS_MAX && (ldexp(1, bits) < pieces || 1u << bits < 4 * last))
        bits++;
    return bits;
}

static void lay_out(snq__table *t, const snq__table_cfg *cfg)
{
    const uint32_t last = last_harmonic(cfg);
    t->cycles = cfg->cycles;
    for (uint32_t k = 0; !t->levels || t->harmonics[t->levels - 1] < last; k++) {
        uint32_t h = (uint32_t)lround(exp2((double)k / cfg->per_octave));
        if (h > last)
            h = last;
        if (t->levels && t->harmonics[t->levels - 1] == h)
            continue;
        t->harmonics[t->levels] = h;
        t->bits[t->levels] = bits_for(cfg, h);
        t->first[t->levels] = (uint32_t)t->pieces;
        t->pieces += (size_t)cfg->cycles << t->bits[t->levels];
        t->levels++;
    }
    uint8_t level = 0;
    for (uint32_t h = 0; h <= SNQ__TABLE_HARMONICS_MAX; h++) {
        while (level + 1u < t->levels && t->harmonics[level + 1] <= h)
            level++;
        t->level_of[h] = level;
    }
}

typedef struct drawing {
    snq_rfft *fft;          /* of the size at work */
    float *spectrum, *line; /* (n/2 + 1, 2), (n,) */
} drawing;

/* One period of `last` partials into piece (n, 2). */
static void draw_period(const drawing *d, const float *partial, uint32_t last, uint32_t n,
                        float *piece)
{
    for (int part = 0; part < 2; part++) {
        for (uint32_t i = 0; i < n + 2; i++)
            d->spectrum[i] = 0;
        for (uint32_t h = 1; h <= last; h++) {
            const double w = 2 * M_PI * h / n, s = sin(w / 2), c = cos(w / 2);
            const double a = partial[2 * h - 2], b = -partial[2 * h - 1];
            const double turn_re = a * c - b * s, turn_im = a * s + b * c; /* e^(i w / 2) */
            const double value = s / (w / 2), slope = 12 * (2 * s / (w * w) - c / w);
            const double half = 0.5 * n;
            d->spectrum[2 * h] = (float)(half * (part ? -slope * turn_im : value * turn_re));
            d->spectrum[2 * h + 1] = (float)(half * (part ? slope * turn_re : value * turn_im));
        }
        snq_rfft_inverse(d->fft, d->line, d->spectrum);
        for (uint32_t i = 0; i < n; i++)
            piece[2 * i + (uint32_t)part] = d->line[i];
    }
}

static snq_status draw(snq__table *t, const snq__table_cfg *cfg)
{
    snq_status st = SNQ_OK;
    const uint32_t most = 1u << SNQ__TABLE_BITS_MAX;
    drawing d = { 0 };
    uint8_t bits = 0;
    d.spectrum = snq_calloc(most + 2, sizeof(float));
    d.line = snq_calloc(most, sizeof(float));
    if (!d.spectrum || !d.line) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "drawing a wave table");
        goto fail;
    }
    for (uint32_t k = 0; k < t->levels; k++) {
        const uint32_t n = 1u << t->bits[k];
        if (t->bits[k] != bits) {
            snq_rfft_free(d.fft);
            d.fft = NULL;
            SNQ_GOTO(snq_rfft_new(n, &d.fft));
            bits = t->bits[k];
        }
        for (uint32_t c = 0; c < t->cycles; c++)
            draw_period(&d, cfg->partial + 2 * (size_t)c * cfg->harmonics, t->harmonics[k], n,
                        t->piece + 2 * (t->first[k] + (size_t)c * n));
    }
fail:
    snq_rfft_free(d.fft);
    snq_free(d.line);
    snq_free(d.spectrum);
    return st;
}

snq_status snq__table_new(const snq__table_cfg *cfg, snq__table **out)
{
    snq_status st;
    *out = NULL;
    snq__table *t = snq_calloc(1, sizeof(*t));
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "wave table");
    lay_out(t, cfg);
    t->piece = snq_alloc(t->pieces, 2 * sizeof(float));
    if (!t->piece) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "wave table of %zu pieces", t->pieces);
        goto fail;
    }
    SNQ_GOTO(draw(t, cfg));
    *out = t;
    return SNQ_OK;
fail:
    snq__table_free(t);
    return st;
}

void snq__table_free(snq__table *t)
{
    if (!t)
        return;
    snq_free(t->piece);
    snq_free(t);
}
