// SPDX-License-Identifier: MIT
/* wave_cycles -- the built-in wave tables, as formulas of their partials.
 *
 * IDEA   A table is a row of sounds with one pitch, from one character to another; `shape` walks along
 *        it. Here each is written as how strong harmonic h is at place x (0..1) of the row.
 *
 * STEPS  All partials start together as sines (b), so that neighbouring cycles add up and don't cancel
 *        while they are mixed. Then each cycle is scaled to a peak of 1.
 *            saw_to_square    1/h; even h times (1 - x)
 *            sine_to_saw      x^(h-1) / h
 *            pulse_width      sin(pi h d) / h,   d = 1/2 - 0.46 x
 *            drawbars         the tonewheel organ's 8', 4', 2 2/3', 2', 1 3/5', 1 1/3', 1' pulled one after
 *                             another as x grows: harmonics 1 2 3 4 5 6 8
 *            vowels           1/h through the resonances of u, o, a, e, i
 *            digital_bell     two sines, one modulating the other's phase at three times its pitch:
 *                             J_k(I) at harmonic |1 + 3k|,   I = 4.5 x
 *            resonance        1/h through a two-pole resonance of Q 6 at harmonic 1 .. 48
 *
 * CONST  Formants (Hz) and their widths: means of male speakers, G. E. Peterson and H. L. Barney, "Control
 *        methods used in a study of the vowels", JASA 24(2), 1952 (o and e: between their neighbours);
 *        laid on a fundamental of 110 Hz.
 *
 * COST   Making one: a few ms, when it is first asked for.
 *
 * LIMITS Formants move with the note, as those of every wave table do. For a voice: source "formant".
 *
 * REFS   J. Chowning, "The synthesis of complex audio spectra by means of frequency modulation", JAES
 *        21(7), 1973, for the bell's spectrum. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "synth/bank_impl.h"

enum { PERIOD = 4096 }; /* samples in which the peak is looked for */

static void saw_to_square(double x, uint32_t h, double *a, double *b)
{
    *a = 0;
    *b = (h % 2 ? 1 : 1 - x) / h;
}

static void sine_to_saw(double x, uint32_t h, double *a, double *b)
{
    *a = 0;
    *b = pow(x, h - 1.0) / h;
}

static void pulse_width(double x, uint32_t h, double *a, double *b)
{
    *a = sin(M_PI * h * (0.5 - 0.46 * x)) / h;
    *b = 0;
}

static void drawbars(double x, uint32_t h, double *a, double *b)
{
    static const uint8_t bar_of[9] = { 0, 1, 2, 3, 4, 5, 6, 0, 7 };
    const double out = h < SNQ_COUNT(bar_of) && bar_of[h] ? 6 * x - (bar_of[h] - 2.0) : 0;
    *a = 0;
    *b = fmin(fmax(out, 0), 1);
}

static void vowels(double x, uint32_t h, double *a, double *b)
{
    static const double formant[5][3] = { { 300, 870, 2240 },
                                          { 450, 850, 2350 },
                                          { 730, 1090, 2440 },
                                          { 470, 1950, 2550 },
                                          { 270, 2290, 3010 } };
    static const double width[3] = { 60, 90, 140 }, weight[3] = { 1, 0.6, 0.35 };
    const double at = 4 * x, hz = 110.0 * h;
    const int i = at < 3 ? (int)at : 3;
    double gain = 0.01;
    for (int f = 0; f < 3; f++) {
        const double centre = formant[i][f] + (at - i) * (formant[i + 1][f] - formant[i][f]);
        const double off = (hz - centre) / width[f];
        gain += weight[f] / (1 + off * off);
    }
    *a = 0;
    *b = gain / sqrt(h);
}

static void digital_bell(double x, uint32_t h, double *a, double *b)
{
    /* harmonic h is 1 + 3k, and -(1 + 3k) folded, whose sine has the other sign */
    *a = *b = 0;
    if (h % 3 == 1)
        *b = jn((int)(h - 1) / 3, 4.5 * x);
    else if (h % 3 == 2)
        *b = -jn(-(int)(h + 1) / 3, 4.5 * x);
}

static void resonance(double x, uint32_t h, double *a, double *b)
{
    const double centre = pow(48, x), r = h / centre, q = 6;
    *a = 0;
    *b = 1 / (h * hypot(1 - r * r, r / q));
}

const snq__cycles *snq__cycles_at(size_t i)
{
    static const snq__cycles all[] = {
        { "saw_to_square", "the even harmonics go", 5, saw_to_square },
        { "sine_to_saw", "a sine that brightens", 12, sine_to_saw },
        { "pulse_width", "a square that grows thin", 12, pulse_width },
        { "drawbars", "a tonewheel organ's bars, pulled one by one", 7, drawbars },
        { "vowels", "u o a e i", 9, vowels },
        { "digital_bell", "frequency modulation at ratio 3", 10, digital_bell },
        { "resonance", "a saw through a sharp resonance that rises", 16, resonance },
    };
    return i < SNQ_COUNT(all) ? &all[i] : NULL;
}

/* Scale the partials (harmonics, 2) of one cycle to a peak of 1. */
static void level_peak(float *partial, uint32_t harmonics, snq_rfft *fft, float *spectrum, float *x)
{
    for (uint32_t i = 0; i < PERIOD + 2; i++)
        spectrum[i] = 0;
    for (uint32_t h = 1; h <= harmonics; h++) {
        spectrum[2 * h] = 0.5f * PERIOD * partial[2 * h - 2];
        spectrum[2 * h + 1] = -0.5f * PERIOD * partial[2 * h - 1];
    }
    snq_rfft_inverse(fft, x, spectrum);
    float peak = 0;
    for (uint32_t i = 0; i < PERIOD; i++)
        peak = fmaxf(peak, fabsf(x[i]));
    for (uint32_t i = 0; i < 2 * harmonics; i++)
        partial[i] /= peak;
}

snq_status snq__cycles_table(const snq__cycles *c, snq__table **out)
{
    snq_status st;
    enum { HARMONICS = SNQ__TABLE_HARMONICS_MAX / 2 };
    snq_rfft *fft = NULL;
    float *spectrum = snq_calloc(2 * PERIOD + 2, sizeof(float));
    float *partial = snq_calloc((size_t)c->cycles * HARMONICS, 2 * sizeof(float));
    *out = NULL;
    if (!spectrum || !partial) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "wave table %s", c->name);
        goto fail;
    }
    SNQ_GOTO(snq_rfft_new(PERIOD, &fft));
    for (uint32_t i = 0; i < c->cycles; i++) {
        float *cycle = partial + 2 * (size_t)i * HARMONICS;
        for (uint32_t h = 1; h <= HARMONICS; h++) {
            double a, b;
            c->partial((double)i / (c->cycles - 1), h, &a, &b);
            cycle[2 * h - 2] = (float)a;
            cycle[2 * h - 1] = (float)b;
        }
        level_peak(cycle, HARMONICS, fft, spectrum, spectrum + PERIOD + 2);
    }
    const snq__table_cfg cfg = { .cycles = c->cycles,
                                 .harmonics = HARMONICS,
                                 .partial = partial,
                                 .per_octave = 2,
                                 .noise_db = 80 };
    st = snq__table_new(&cfg, out);
fail:
    snq_rfft_free(fft);
    snq_free(partial);
    snq_free(spectrum);
    return st;
}
