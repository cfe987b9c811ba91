// SPDX-License-Identifier: MIT
/* seed_sound -- what grains are cut from when a patch names no recording.
 *
 * IDEA   A soft metallic chord with some air: partials that are no one's overtones, each swelling at its own
 *        time, so that places in it sound different and none has an attack.
 *
 * STEPS  x(t) = sum over p of p^-FALL (1 + cos(2 pi (t s_p + a_p))) cos(2 pi (t f_p + b_p))  +  band of noise, t = 0..1
 *        All f_p and s_p are whole numbers, so that the end joins the begin. The noise too is a sum of
 *        cosines: one for every line from NOISE_LOW to NOISE_HIGH. Peak 1.
 *        f_p = C4 sqrt(p^2 + STIFF p^4) / that of p = 1: a stiff bar's, between a string's and a bell's.
 *
 * CONST  24 partials, FALL 0.9, STIFF 0.004; 700 lines of noise, together 12 dB under the first partial (ours). The random phases are always
 *        the same.
 *
 *        A swelling partial is three lines: f_p, f_p + s_p, f_p - s_p.
 *
 * COST   An inverse transform of 65 536 frames, once a bank, if it is asked for. */
#include <math.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "dsp/fft.h"
#include "synth/sampling_impl.h"

enum { N = SNQ__SEED_FRAMES, PARTIALS = 24, NOISE_LINES = 700 };
static const double c4_hz = 261.6255653, fall = 0.9, stiff = 0.004, noise = 0.24;
static const double noise_low_hz = 500, noise_high_hz = 6000;

/* Adds gain cos(2 pi (cycle t + phase)), t = 0 .. 1, to the spectrum (N / 2 + 1, 2). */
static void add_line(float *spectrum, double gain, double cycle, double phase)
{
    float *at = spectrum + 2 * (size_t)cycle;
    at[0] += (float)(gain * N / 2 * cos(2 * M_PI * phase));
    at[1] += (float)(gain * N / 2 * sin(2 * M_PI * phase));
}

static void draw_spectrum(float *spectrum)
{
    const double cycles = c4_hz * N / SNQ__SEED_RATE_HZ;
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int p = 1; p <= PARTIALS; p++) {
        const double square = (double)p * p, gain = pow(p, -fall);
        const double f = round(cycles * sqrt(square * (1 + stiff * square) / (1 + stiff)));
        const double slow = 1 + (double)snq_rng_below(&rng, 5);
        const double phase = snq_rng_uniform(&rng), begin = snq_rng_uniform(&rng);
        if (f > 0.45 * N)
            break;
        add_line(spectrum, gain, f, phase);
        add_line(spectrum, gain / 2, f + slow, phase + begin);
        add_line(spectrum, gain / 2, f - slow, phase - begin);
    }
    for (int k = 0; k < NOISE_LINES; k++) {
        const double hz = noise_low_hz * pow(noise_high_hz / noise_low_hz, snq_rng_uniform(&rng));
        add_line(spectrum, noise / sqrt(NOISE_LINES), round(hz * N / SNQ__SEED_RATE_HZ),
                 snq_rng_uniform(&rng));
    }
}

snq_status snq__seed_sound_new(float **out)
{
    snq_status st = SNQ_OK;
    float *x = snq_calloc(N, sizeof(float)), peak = 0;
    float *spectrum = snq_calloc(N + 2, sizeof(float));
    snq_rfft *fft = NULL;
    *out = NULL;
    if (!x || !spectrum) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "seed sound");
        goto fail;
    }
    SNQ_GOTO(snq_rfft_new(N, &fft));
    draw_spectrum(spectrum);
    snq_rfft_inverse(fft, x, spectrum);
    for (int i = 0; i < N; i++)
        peak = fmaxf(peak, fabsf(x[i]));
    for (int i = 0; i < N; i++)
        x[i] /= peak;
    *out = x;
    x = NULL;
fail:
    snq_rfft_free(fft);
    snq_free(spectrum);
    snq_free(x);
    return st;
}
