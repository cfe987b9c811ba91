// SPDX-License-Identifier: MIT
/* drum_bands -- noise and clusters of squares through filters, four side by side.
 *
 * IDEA   A filter waits for its own last sample; four filters in the lanes of a vector wait together.
 *
 * STEPS  in     = noise (a xorshift a lane), or the sum of squares
 *        filter = high-pass -> high-pass -> low-pass, each a state variable filter
 *                 v3 = x - s2;  v1 = a1 s1 + a2 v3;  v2 = s2 + a2 s1 + a3 v3;  y = m0 x + m1 v1 + m2 v2
 *                 (off: a = 0, m = 1, 0, 0)
 *        out   += level * amp * (1 - missing) * tooth * y, summed over the lanes
 *        A run is cut where a lane begins, decays, ends or has a tooth; between, nothing is asked a frame.
 *
 * CONST  filter: Simper, "Solving the continuous SVF equations using trapezoidal integration and
 *        equivalent currents", Cytomic 2013. Noise: Marsaglia, "Xorshift RNGs", 2003. Squares' edges are
 *        rounded by two-sample polynomials: Valimaki and Huovilainen, "Antialiasing oscillators in
 *        subtractive synthesis", IEEE Signal Processing Magazine 24(2), 2007.
 *
 * COST   see drum_parts.c.
 *
 * LIMITS Squares alias about 10 dB under what they make above 5 kHz: it is a cluster anyway. */
#include <math.h>
#include <string.h>

#include "synth/drum_parts_impl.h"

enum { LANES = SNQ__DRUM_BAND_LANES };
static const float edge_max = 0.45f; /* of the rate: no filter edge above */

typedef enum side { HIGH_PASS, LOW_PASS } side;

static void filter_begin(snq__drum_filter *f, int l, side pass, float hz, float q, uint32_t rate_hz)
{
    f->s1[l] = f->s2[l] = f->a1[l] = f->a2[l] = f->a3[l] = f->m1[l] = f->m2[l] = 0;
    f->m0[l] = 1;
    if (hz <= 0 || (pass == LOW_PASS && hz >= edge_max * (float)rate_hz))
        return;
    const float g = tanf((float)M_PI * fminf(hz / (float)rate_hz, edge_max));
    const float k = 1 / (q > 0 ? q : 0.70710678f);
    f->a1[l] = 1 / (1 + g * (g + k));
    f->a2[l] = g * f->a1[l];
    f->a3[l] = g * f->a2[l];
    f->m0[l] = pass == HIGH_PASS;
    f->m1[l] = pass == HIGH_PASS ? -k : 0;
    f->m2[l] = pass == HIGH_PASS ? -1 : 1;
}

/* Different for every band of every hit; xorshift32 never leaves 0: seeds are made odd. */
static uint32_t noise_seed(uint32_t seed, uint32_t which)
{
    uint32_t x = seed ^ (which + 1) * 0x9e3779b9u;
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x | 1;
}

static void squares_begin(snq__drum_cluster *c, const snq__drum_band *b, uint32_t seed,
                          uint32_t rate_hz)
{
    for (uint32_t i = 0; i < SNQ__DRUM_CLUSTER; i++) {
        const int on = i < b->squares;
        seed = seed * 1664525u + 1013904223u;
        c->phase[i / LANES][i % LANES] =
            (float)(seed >> 8) * 0x1p-24f; /* they run all the time: any phase */
        const float step = on ? fminf(b->square_hz[i] / (float)rate_hz, 0.25f) : 0.25f;
        c->step[i / LANES][i % LANES] = step;
        c->width[i / LANES][i % LANES] = 1 / step;
        c->level[i / LANES][i % LANES] = on ? 1.0f : 0.0f;
    }
}

void snq__drum_bands_begin(snq__drum_bands *s, const snq__drum_recipe *r, uint32_t first)
{
    s->end_of_all = 0;
    s->steep = 0;
    s->clusters = 0;
    for (uint32_t l = 0; l < LANES; l++) {
        static const snq__drum_band none;
        const uint32_t which = first + l;
        const int on = which < r->bands;
        const snq__drum_band *b = on ? &r->band[which] : &none;
        filter_begin(&s->filter[0], (int)l, HIGH_PASS, b->low_hz, b->q, r->rate_hz);
        filter_begin(&s->filter[1], (int)l, HIGH_PASS, b->steep ? b->low_hz : 0, b->q, r->rate_hz);
        filter_begin(&s->filter[2], (int)l, LOW_PASS, b->high_hz, b->q, r->rate_hz);
        s->steep |= b->steep;
        s->noise[l] = noise_seed(r->seed, which);
        s->level[l] = b->level;
        s->amp[l] = s->tooth_amp[l] = 1;
        s->keep[l] = snq__drum_keep(b->decay_s, r->rate_hz);
        s->missing[l] = b->attack_s > 0;
        s->rise[l] = snq__drum_rise(b->attack_s, r->rate_hz);
        s->tooth[l] = snq__drum_frames(b->tooth_s, r->rate_hz);
        s->tooth_keep[l] = s->tooth[l] ? snq__drum_keep(0.6f * b->tooth_s, r->rate_hz) : 1;
        s->begin[l] = snq__drum_frames(b->late_s, r->rate_hz);
        s->decay_from[l] = s->begin[l] + snq__drum_frames(b->hold_s, r->rate_hz);
        s->end[l] = on ? snq__drum_end(s->decay_from[l], b->decay_s, r->rate_hz) : 0;
        s->cluster_of[l] = UINT8_MAX;
        if (b->squares && s->clusters < SNQ__DRUM_CLUSTERS) {
            squares_begin(&s->cluster[s->clusters], b, s->noise[l], r->rate_hz);
            s->cluster_of[l] = (uint8_t)s->clusters++;
        }
        s->end_of_all = s->end[l] > s->end_of_all ? s->end[l] : s->end_of_all;
    }
}

/* yes where the mask is set, else no. */
static inline snq__drum_four pick(snq__drum_whole mask, float yes, float no)
{
    const snq__drum_four y = { yes, yes, yes, yes }, n = { no, no, no, no };
    return (snq__drum_four)((mask & (snq__drum_whole)y) | (~mask & (snq__drum_whole)n));
}

static inline snq__drum_four positive(snq__drum_four x)
{
    return (snq__drum_four)((x > 0) & (snq__drum_whole)x);
}

/* What rounds the steps at phase 0: minus, then plus a square of what is left to the step. */
static inline snq__drum_four rounding(snq__drum_four phase, snq__drum_four width)
{
    const snq__drum_four after = positive(1 - phase * width);
    const snq__drum_four before = positive(1 - (1 - phase) * width);
    return before * before - after * after;
}

static void run_cluster(snq__drum_cluster *state, uint32_t lane, snq__drum_four *x, uint32_t n)
{
    snq__drum_cluster c = *state;
    for (uint32_t i = 0; i < n; i++) {
        snq__drum_four y = { 0 };
        for (int k = 0; k < SNQ__DRUM_CLUSTER / LANES; k++) {
            const snq__drum_four p = c.phase[k], next = p + c.step[k];
            const snq__drum_four up = pick(p < 0.5f, 1, -1);
            y +=
                c.level[k] * (up + (rounding(p, c.width[k]) - rounding(p + 0.5f * up, c.width[k])));
            c.phase[k] = next - pick(next >= 1, 1, 0);
        }
        x[i][lane] = (y[0] + y[2]) + (y[1] + y[3]);
    }
    *state = c;
}

static void run_noise(snq__drum_bands *s, snq__drum_four *x, uint32_t n)
{
    snq__drum_words w = s->noise;
    for (uint32_t i = 0; i < n; i++) {
        w ^= w << 13;
        w ^= w >> 17;
        w ^= w << 5;
        x[i] = __builtin_convertvector((snq__drum_whole)w, snq__drum_four) * 0x1p-31f;
    }
    s->noise = w;
}

static inline snq__drum_four filter_step(snq__drum_filter *f, snq__drum_four x)
{
    const snq__drum_four v3 = x - f->s2;
    const snq__drum_four v1 = f->a1 * f->s1 + f->a2 * v3;
    const snq__drum_four v2 = f->s2 + (f->a2 * f->s1 + f->a3 * v3);
    f->s1 = (v1 + v1) - f->s1;
    f->s2 = (v2 + v2) - f->s2;
    return f->m0 * x + (f->m1 * v1 + f->m2 * v2);
}

static void run_filters(snq__drum_bands *s, snq__drum_four *x, uint32_t n)
{
    snq__drum_filter a = s->filter[0], b = s->filter[1], c = s->filter[2];
    for (uint32_t i = 0; i < n && s->steep; i++)
        x[i] = filter_step(&b, x[i]);
    for (uint32_t i = 0; i < n; i++)
        x[i] = filter_step(&c, filter_step(&a, x[i]));
    s->filter[0] = a;
    s->filter[1] = b;
    s->filter[2] = c;
}

/* Nothing begins, decays, ends or has a tooth within the n frames from `at`, but at `at` itself. */
static void run_levels(snq__drum_bands *s, uint32_t at, snq__drum_four *x, float *out, uint32_t n)
{
    snq__drum_four level, keep, rise, tooth_keep;
    snq__drum_four amp = s->amp, missing = s->missing, tooth = s->tooth_amp;
    for (int l = 0; l < LANES; l++) {
        const int on = at >= s->begin[l] && at < s->end[l];
        level[l] = on ? s->level[l] : 0;
        keep[l] = on && at >= s->decay_from[l] ? s->keep[l] : 1;
        rise[l] = on ? s->rise[l] : 1;
        if (on && s->tooth[l] && (at - s->begin[l]) % s->tooth[l] == 0)
            tooth[l] = 1;
        tooth_keep[l] = on ? s->tooth_keep[l] : 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        const snq__drum_four y = x[i] * level * (amp * tooth) * (1 - missing);
        amp *= keep;
        missing *= rise;
        tooth *= tooth_keep;
        out[i] += (y[0] + y[2]) + (y[1] + y[3]);
    }
    s->amp = amp;
    s->missing = missing;
    s->tooth_amp = tooth;
}

/* Frames from `at` until something happens, at most n. */
static uint32_t until_event(const snq__drum_bands *s, uint32_t at, uint32_t n)
{
    for (int l = 0; l < LANES; l++) {
        const uint32_t events[] = { s->begin[l], s->decay_from[l], s->end[l] };
        for (int e = 0; e < 3; e++)
            if (events[e] > at && events[e] - at < n)
                n = events[e] - at;
        if (s->tooth[l] && at >= s->begin[l] && at < s->end[l]) {
            const uint32_t left = s->tooth[l] - (at - s->begin[l]) % s->tooth[l];
            n = left < n ? left : n;
        }
    }
    return n;
}

void snq__drum_bands_run(snq__drum_bands *s, uint32_t at, float *out, uint32_t n)
{
    snq__drum_four x[SNQ__DRUM_RUN];
    if (at >= s->end_of_all)
        return;
    run_noise(s, x, n);
    for (uint32_t l = 0; l < LANES; l++)
        if (s->cluster_of[l] != UINT8_MAX)
            run_cluster(&s->cluster[s->cluster_of[l]], l, x, n);
    run_filters(s, x, n);
    for (uint32_t done = 0; done < n;) {
        const uint32_t m = until_event(s, at + done, n - done);
        run_levels(s, at + done, x + done, out + done, m);
        done += m;
    }
}
