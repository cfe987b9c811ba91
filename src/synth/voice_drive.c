// SPDX-License-Identifier: MIT
/* voice_drive -- distortion of the sum of the voices, without the aliases.
 *
 * IDEA   A curve that bends loud samples makes overtones, also beyond half the rate, where they fold
 *        back as false tones. At twice the rate there is room for an octave of them. If besides the signal
 *        is taken as straight lines between samples, and the curve's mean along each line is the output,
 *        most of the rest falls away before it folds.
 *
 * STEPS  x at twice the rate by a half-band filter h of 31 taps: every other output is an input, 7
 *        frames late; those between are sums of sixteen.
 *        u = g x,  curve f(u) = u / sqrt(1 + u^2), whose integral is F(u) = sqrt(1 + u^2)
 *        mean along a line:  y[n] = (F(u1) - F(u0)) / (u1 - u0)
 *                                 = (u1 + u0) / (F(u1) + F(u0)),   u1 = u[n], u0 = u[n-1]
 *        (multiply both by F(u1) + F(u0)): no division by little, no logarithm.
 *        The mean is also a low-pass, cos(w / 4), undone up to where it matters:
 *                           z[n] = y[n] + SHELF (y[n] - y[n-1])
 *        Back to the rate by h; 15 frames have gone by. A lopsided wave comes out with a mean: it is taken
 *        away by  d[n] = (1 - c) (d[n-1] + z[n] - z[n-1]),  c = 2 pi MEAN / rate.
 *        amount a, 0..1:    g = LEAST (MOST / LEAST)^a;  out = z REF / f(g REF): what has the level REF
 *        keeps it, quieter grows louder. At amount 0 the signal goes by untouched and without delay; from
 *        the one to the other it fades in FADE.
 *
 * CONST  LEAST 0.5, MOST 40 (32 dB); REF 0.5: about the peak of two voices at the default gain.
 *        h: sinc under a Kaiser window, beta 6.5: 0.01 dB up to 18 kHz, -72 dB from 32 kHz (at 48 kHz).
 *        SHELF 0.3: within 0.2 dB up to 20 kHz. FADE 5 ms, MEAN 5 Hz, ours.
 *
 * COST   AVX2 6.6 ns a frame for a side, 13 for two that differ, plain C 8.6 and 17 (Sapphire Rapids at half
 *        its speed, where one loop for all took 17 and 33; 2026; tests/synth/test_voice_drive --bench).
 *
 * LIMITS Aliases under 10 kHz of a sine at amount 1, against the sine: 401 Hz -140 dB, 1.1 kHz -80 (the
 *        plain curve: -34), 5 kHz -51 (-18). A distorted sum is 15 frames late, 0.3 ms at 48 kHz.
 *
 * REFS   J. D. Parker, V. Zavalishin, E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using
 *        continuous-time convolution", DAFx 2016. */
#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "synth/simd/drive_impl.h"
#include "synth/voice_impl.h"

static const float least = 0.5f, most = 40, reference = 0.5f;
static const float fade_s = 0.005f, mean_hz = 5, mean_fade_s = 0.0004f;

snq__drive_fn *snq__drive_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__drive_avx2;
#endif
    (void)cpu_flags;
    return snq__drive_c;
}

static float curve(float u)
{
    return u / sqrtf(1 + u * u);
}

/* A block's settings, straight from one end to the other. */
typedef struct line {
    float from, step;
} line;

static line line_to(float from, float to, uint32_t steps)
{
    return (line) { from, (to - from) / (float)steps };
}

static float drive_gain(float amount)
{
    return least * powf(most / least, amount);
}

static int any(const float *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x[i] != 0)
            return 1;
    return 0;
}

static int side_rests(const snq__drive_side *s)
{
    return s->u == 0 && s->y == 0 && s->out == 0 && !any(s->x, SNQ__DRIVE_PAST) &&
           !any(s->even, SNQ__DRIVE_PAST) && !any(s->odd, SNQ__DRIVE_PAST);
}

/* x goes from itself to z out, as far as `wet` says. */
static void blend(float wet, float step, float end, const line *out, const float *restrict z,
                  float *restrict x, uint32_t n)
{
    if (wet == end && wet == 1) {
        for (uint32_t i = 0; i < n; i++)
            x[i] = z[i] * (out->from + out->step * (float)(int32_t)(i + 1));
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        wet += step;
        wet = step > 0 ? fminf(wet, end) : fmaxf(wet, end);
        const float t = wet * wet * (3 - 2 * wet);
        x[i] += t * (z[i] * (out->from + out->step * (float)(i + 1)) - x[i]);
    }
}

void snq__voice_drive_reset(snq__voice_drive *d, float amount, uint32_t fade_frames)
{
    *d = (snq__voice_drive) {
        .amount = amount,
        .wet = amount > 0 ? 1 : 0,
        .wet_step = 1 / (float)fade_frames,
        .rest = 1,
    };
}

void snq__voice_drive_run(snq__voice_drive *d, float amount, float *left, float *right, uint32_t n)
{
    float *const x[2] = { left, right };
    float z[2][SNQ_SYNTH_BLOCK];
    const float end = amount > 0 ? 1 : 0;
    if (d->wet <= 0 && end <= 0) {
        d->amount = 0;
        return;
    }
    /* while it fades out, it stays as it was */
    const float to = amount > 0 ? amount : d->amount, from = d->amount > 0 ? d->amount : to;
    const float g0 = drive_gain(from), g1 = to == from ? g0 : drive_gain(to);
    const float out0 = reference / curve(g0 * reference);
    const line out = line_to(out0, to == from ? out0 : reference / curve(g1 * reference), n);
    const float step = end > d->wet ? d->wet_step : -d->wet_step;
    const int same = !memcmp(&d->side[0], &d->side[1], sizeof d->side[0]) &&
                     !memcmp(left, right, n * sizeof *left);
    const float c = 2 * (float)M_PI * mean_hz * fade_s * d->wet_step;
    const line g = line_to(g0, g1, 2 * n);
    const snq__drive_run run = { .gain = g.from,
                                 .gain_step = g.step,
                                 .keeps = 1 - c,
                                 .keeps_rest = 1 - c / (2 * (float)M_PI * mean_hz * mean_fade_s),
                                 .n = n };
    snq__drive_fn *const side = snq__drive_pick(snq_cpu_flags());
    side(&run, &d->side[0], left, z[0]);
    if (same)
        d->side[1] = d->side[0];
    else
        side(&run, &d->side[1], right, z[1]);
    blend(d->wet, step, end, &out, z[0], left, n);
    if (same)
        memcpy(right, left, n * sizeof *left);
    else
        blend(d->wet, step, end, &out, z[1], x[1], n);
    d->wet += step * (float)n;
    d->wet = step > 0 ? fminf(d->wet, end) : fmaxf(d->wet, end);
    d->amount = to;
    if (d->wet <= 0)
        snq__voice_drive_reset(d, 0, (uint32_t)(1 / d->wet_step + 0.5f));
    d->rest = side_rests(&d->side[0]) && side_rests(&d->side[1]);
}
