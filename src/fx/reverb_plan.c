// SPDX-License-Identifier: MIT
/* reverb_plan -- lengths, filters and levels of the feedback delay network.
 *
 * IDEA   All lines must lose sound at the same rate in dB a second, whatever their length, at each
 *        frequency: then every resonance dies alike, and the room has the decay that is asked of it.
 *
 * STEPS  Line of m frames:  gain at f in dB = -rate(f) m / fs
 *        = a gain of the middle, a shelf for the lows, a shelf for the highs. A first-order shelf
 *              (r s + 1) / (s / r + 1),   s = analogue frequency over the crossover, r = sqrt G
 *        has the gain G dB above, half of it (in dB) at the crossover, and for small G the shape w(f)
 *        of reverb_plan_impl.h whatever G; the same turned round for the lows.
 *        As y = b (x + c w), w <- x + a w each is two products with their sums; the b of both, the middle's gain
 *        and the matrix's 1 / sqrt 8 are one factor, `pass`.
 *
 * CONST  Lines at size 1/2: 17 .. 42 ms in about equal ratios of 1.14, not in simple proportions; 6.25 ^
 *        (size - 1/2) times as long. Primes, so that no two lines' echoes meet early. Diffusers 2.1 .. 10.1
 *        ms, gain at most 0.75, and such that each rings at most 0.4 of the decay. All-passes before the
 *        lines 2.6 .. 7.1 ms, gain 0.6; what they hold is lost at the rate of the middle, so that they
 *        change no decay. All chosen by measured echo density and repeats of the late sound, `level` by
 *        noise through it (tests/fx/test_reverb.c, 2026).
 *
 * LIMITS Shelves of more than about 12 dB a pass (long lines, short decays) are broader than w(f): the
 *        decays of neighbouring octaves come closer together than asked.
 *
 * REFS   J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", AES
 *        90, 1991. S. J. Schlecht, E. A. P. Habets, "Accurate reverberation time control in feedback
 *        delay networks", DAFx 2017. */
#include "fx/reverb_plan_impl.h"

#include <string.h>

static const double line_ms[SNQ__FDN_LINES] = { 17.1, 19.9, 22.1, 25.7, 28.7, 33.1, 37.3, 41.9 };
static const double diffuser_ms[2][SNQ__FDN_DIFFUSERS] = { { 2.11, 3.57, 6.31, 10.13 },
                                                           { 2.39, 3.23, 6.89, 9.41 } };
static const double inner_ms[SNQ__FDN_LINES] = { 5.23, 3.11, 7.07, 4.37, 2.63, 6.41, 3.83, 5.71 };
static const double size_ratio = 6.25, diffuser_most = 0.75, diffuser_part = 0.4;
static const double inner_gain = 0.6, level = 0.52, level_least = 0.4;
static const double pi = 3.14159265358979323846;

static double warped(double hz, double rate_hz)
{
    const double most = 0.49 * rate_hz;
    return tan(pi * (hz < most ? hz : most) / rate_hz);
}

static double upper_part(double hz, double cross_hz, double rate_hz)
{
    const double u = warped(hz, rate_hz), v = warped(cross_hz, rate_hz);
    return u * u / (u * u + v * v);
}

double snq__reverb_t60(const snq__reverb_decay *d, double hz, double rate_hz)
{
    const double high = upper_part(hz, d->high_hz, rate_hz);
    const double low = 1 - upper_part(hz, d->low_hz, rate_hz);
    return d->decay_s / (1 + (1 / d->high_ratio - 1) * high + (1 / d->low_ratio - 1) * low);
}

static int is_prime(uint32_t n)
{
    if (n % 2 == 0)
        return n == 2;
    for (uint32_t i = 3; i * i <= n; i += 2)
        if (n % i == 0)
            return 0;
    return n > 1;
}

static uint32_t prime_after(uint32_t n)
{
    while (!is_prime(n))
        n++;
    return n;
}

void snq__reverb_lengths(double size, double rate_hz, uint32_t frames[SNQ__FDN_LINES])
{
    uint32_t last = 0;
    for (int l = 0; l < SNQ__FDN_LINES; l++) {
        const uint32_t want = (uint32_t)(line_ms[l] * 1e-3 * pow(size_ratio, size - 0.5) * rate_hz);
        frames[l] = prime_after(want > last ? want : last + 1);
        last = frames[l];
    }
}

uint32_t snq__reverb_longest(double rate_hz)
{
    uint32_t frames[SNQ__FDN_LINES];
    snq__reverb_lengths(1, rate_hz, frames);
    return frames[SNQ__FDN_LINES - 1];
}

/* Gain over `frames` of what decays by 60 dB in t60_s; 0 rate: for ever. */
static double pass_gain(double decays_per_s, double frames, double rate_hz)
{
    return pow(10, -3 * decays_per_s * frames / rate_hz);
}

/* The shelf (b0 s + b1) over (a0 s + a1) as y = b (x + c w), w <- x + a w; returns b. */
static double set_lane(snq__fdn_shelf *s, int l, double b0, double b1, double a0, double a1)
{
    const double b = b0 / a0;
    s->c.v[l] = (float)((b1 / a0 - a1 * b0 / (a0 * a0)) / b);
    s->a.v[l] = (float)(-a1 / a0);
    return b;
}

void snq__reverb_shelves(const snq__reverb_decay *d, const double frames[SNQ__FDN_LINES],
                         const uint32_t inner[SNQ__FDN_LINES], double rate_hz,
                         snq__fdn_shelf shelf[2], snq__fdn_lanes *pass)
{
    const double high = warped(d->high_hz, rate_hz), low = warped(d->low_hz, rate_hz);
    const double middle_rate = 1 / d->decay_s;
    for (int l = 0; l < SNQ__FDN_LINES; l++) {
        const double middle = pass_gain(middle_rate, frames[l], rate_hz);
        /* roots of the shelves' gains; they serve the all-pass too */
        const double all = 0.5 * (frames[l] + inner[l]);
        const double rh = pass_gain(middle_rate * (1 / d->high_ratio - 1), all, rate_hz);
        const double rl = pass_gain(middle_rate * (1 / d->low_ratio - 1), all, rate_hz);
        const double b =
            set_lane(&shelf[0], l, high + rh, high - rh, high + 1 / rh, high - 1 / rh) *
            set_lane(&shelf[1], l, 1 + low * rl, low * rl - 1, 1 + low / rl, low / rl - 1);
        pass->v[l] = (float)(middle * b / sqrt(8));
    }
}

float snq__reverb_level(const snq__reverb_decay *d, const double frames[SNQ__FDN_LINES],
                        const uint32_t inner[SNQ__FDN_LINES], double rate_hz)
{
    double lost = 0, left = 0;
    for (int l = 0; l < SNQ__FDN_LINES; l++) {
        const double g = pass_gain(1 / d->decay_s, frames[l] + inner[l], rate_hz);
        lost += 1 - g * g;
        left += g * g;
    }
    return (float)(level * sqrt(lost / fmax(left, level_least)));
}

void snq__reverb_diffusers(double rate_hz, snq__fdn *f)
{
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < SNQ__FDN_DIFFUSERS; k++) {
            const uint32_t want = (uint32_t)(diffuser_ms[c][k] * 1e-3 * rate_hz);
            f->diffuser_frames[c][k] = prime_after(want < SNQ__FDN_CHUNK ? SNQ__FDN_CHUNK : want);
        }
    for (int l = 0; l < SNQ__FDN_LINES; l++) {
        const uint32_t want = (uint32_t)(inner_ms[l] * 1e-3 * rate_hz);
        f->inner_frames[l] = prime_after(want < SNQ__FDN_CHUNK ? SNQ__FDN_CHUNK : want);
    }
    f->inner_gain = (float)inner_gain;
}

void snq__reverb_diffusion(const snq__reverb_decay *d, const uint32_t inner[SNQ__FDN_LINES],
                           double rate_hz, float gain[SNQ__FDN_DIFFUSERS], snq__fdn_lanes *loss)
{
    for (int k = 0; k < SNQ__FDN_DIFFUSERS; k++) {
        const double g = pow(10, -3e-3 * diffuser_ms[0][k] / (diffuser_part * d->decay_s));
        gain[k] = (float)(g < diffuser_most ? g : diffuser_most);
    }
    for (int l = 0; l < SNQ__FDN_LINES; l++)
        loss->v[l] = (float)pass_gain(1 / d->decay_s, inner[l], rate_hz);
}
