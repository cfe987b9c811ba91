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
 * COST   8.5 ns a frame for a side, 16 for two that differ (Sapphire Rapids, shared, 2026;
 *        tests/synth/test_voice_drive --bench).
 *
 * LIMITS Aliases under 10 kHz of a sine at amount 1, against the sine: 401 Hz -140 dB, 1.1 kHz -80 (the
 *        plain curve: -34), 5 kHz -51 (-18). A distorted sum is 15 frames late, 0.3 ms at 48 kHz.
 *
 * REFS   J. D. Parker, V. Zavalishin, E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using
 *        continuous-time convolution", DAFx 2016. */
#include <math.h>
#include <string.h>

#include "synth/voice_impl.h"

enum { PAST = SNQ__DRIVE_PAST, TAPS = PAST + 1, MIDDLE = PAST / 2, BLOCK = SNQ_SYNTH_BLOCK };

static const float least = 0.5f, most = 40, reference = 0.5f, shelf = 0.3f;
static const float fade_s = 0.005f, mean_hz = 5, least_mean = 1e-6f, mean_fade_s = 0.0004f;

/* Every other tap of h; the one in their middle is 1/2. */
static const float half_band[TAPS / 2] = { -0.000549342426f, 0.00217266136f, -0.00578224965f,
                                           0.0126836386f,    -0.0249782474f, 0.0472372587f,
                                           -0.0954596944f,   0.314675975f };

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

/* out (n,) = the sixteen taps over x (PAST + n,), whose first PAST are the past. */
static void sum_taps(const float *x, float *out, uint32_t n)
{
    memset(out, 0, n * sizeof *out);
    for (int k = 0; k < TAPS / 2; k++) {
        const float h = half_band[k];
        const float *a = x + k, *b = x + PAST - k;
        for (uint32_t i = 0; i < n; i++)
            out[i] += h * (a[i] + b[i]);
    }
}

/* What a block of a side is worked out with. past: before the block, then the block. */
typedef struct work {
    float x[PAST + BLOCK], even[PAST + BLOCK], odd[PAST + BLOCK];
    float u[2 * BLOCK + 1], root[2 * BLOCK + 1], y[2 * BLOCK + 1];
} work;

/* u[1 ..] = g x at twice the rate */
static void rise(work *w, const line *g, uint32_t n)
{
    float between[BLOCK];
    sum_taps(w->x, between, n);
    for (uint32_t i = 0; i < n; i++) {
        const float t = (float)(2 * i);
        w->u[2 * i + 1] = 2 * between[i] * (g->from + g->step * (t + 1));
        w->u[2 * i + 2] = w->x[PAST - MIDDLE + i] * (g->from + g->step * (t + 2));
    }
}

static void bend(work *w, uint32_t n)
{
    for (uint32_t i = 0; i <= 2 * n; i++)
        w->root[i] = sqrtf(1 + w->u[i] * w->u[i]);
    for (uint32_t i = 0; i < 2 * n; i++)
        w->y[i + 1] = (w->u[i] + w->u[i + 1]) / (w->root[i] + w->root[i + 1]);
    for (uint32_t i = 0; i < n; i++) {
        const float *y = w->y + 2 * i;
        w->even[PAST + i] = y[1] + shelf * (y[1] - y[0]);
        w->odd[PAST + i] = y[2] + shelf * (y[2] - y[1]);
    }
}

/* z (n,) at the rate */
static void fall(const work *w, float *z, uint32_t n)
{
    sum_taps(w->even, z, n);
    for (uint32_t i = 0; i < n; i++)
        z[i] += 0.5f * w->odd[PAST - MIDDLE - 1 + i];
}

static void keep(float past[PAST], const float *now, uint32_t n)
{
    memcpy(past, now + n, PAST * sizeof *past);
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
    return s->u == 0 && s->y == 0 && s->out == 0 && !any(s->x, PAST) && !any(s->even, PAST) &&
           !any(s->odd, PAST);
}

/* Takes the mean away; what is left of it when all is silent fades in some ms. */
static void centre(snq__drive_side *s, float c, float *z, uint32_t n)
{
    float in = s->in, out = s->out;
    const int silent = in == 0 && !any(z, (int)n);
    const float keeps = 1 - (silent ? c / (2 * (float)M_PI * mean_hz * mean_fade_s) : c);
    for (uint32_t i = 0; i < n; i++) {
        out = keeps * (out + z[i] - in);
        in = z[i];
        z[i] = out;
    }
    s->in = in;
    s->out = fabsf(out) > least_mean || in != 0 ? out : 0;
}

static void run_side(snq__drive_side *s, const line *g, float c, float *x, float *z, uint32_t n)
{
    work w;
    memcpy(w.x, s->x, sizeof s->x);
    memcpy(w.x + PAST, x, n * sizeof *x);
    memcpy(w.even, s->even, sizeof s->even);
    memcpy(w.odd, s->odd, sizeof s->odd);
    w.u[0] = s->u;
    w.y[0] = s->y;
    rise(&w, g, n);
    bend(&w, n);
    fall(&w, z, n);
    keep(s->x, w.x, n);
    keep(s->even, w.even, n);
    keep(s->odd, w.odd, n);
    s->u = w.u[2 * n];
    s->y = w.y[2 * n];
    centre(s, c, z, n);
}

/* x goes from itself to z out, as far as `wet` says. */
static void blend(float wet, float step, float end, const line *out, const float *z, float *x,
                  uint32_t n)
{
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
    float z[2][BLOCK];
    const float end = amount > 0 ? 1 : 0;
    if (d->wet <= 0 && end <= 0) {
        d->amount = 0;
        return;
    }
    /* while it fades out, it stays as it was */
    const float to = amount > 0 ? amount : d->amount, from = d->amount > 0 ? d->amount : to;
    const float g0 = drive_gain(from), g1 = drive_gain(to);
    const line g = line_to(g0, g1, 2 * n);
    const line out =
        line_to(reference / curve(g0 * reference), reference / curve(g1 * reference), n);
    const float step = end > d->wet ? d->wet_step : -d->wet_step;
    const int same = !memcmp(&d->side[0], &d->side[1], sizeof d->side[0]) &&
                     !memcmp(left, right, n * sizeof *left);
    const float c = 2 * (float)M_PI * mean_hz * fade_s * d->wet_step;
    run_side(&d->side[0], &g, c, left, z[0], n);
    if (same)
        d->side[1] = d->side[0];
    else
        run_side(&d->side[1], &g, c, right, z[1], n);
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
