// SPDX-License-Identifier: MIT
/* drum_parts -- swept tones, bands of noise and ringing modes.
 *
 * IDEA   Drums are few things: a tone that falls and dies, noise through a band, a body that rings at
 *        many pitches at once. Each is a few lines of state that walks from frame to frame.
 *
 * STEPS  tone   f(t) = hz + above0 e^(-t / drop0) + above1 e^(-t / drop1);  sin of its phase, from 0
 *               shape s: (1 - s) sin + s clip(1.6 sin), so that odd overtones come in
 *        band   drum_bands.c
 *        modes  z_k <- z_k r_k e^(i w_k), sum of imaginary parts: each begins as a sine at 0
 *        each   amplitude: rises 1 - e^(-t / attack), holds, then decays by 60 dB in decay_s
 *        sum    x norm -> saturation -> DC block -> sample and hold, steps -> fade at the end
 *        length = the last part's end at -80 dB, and a fade of 10 ms (a quarter of a shorter sound)
 *
 * CONST  block of DC at 12 Hz, end at -80 dB, fade of 10 ms: ours.
 *
 * COST   ns a frame (one core with SSE2, November 2026): the sum 4, a tone 7, four bands side by side 15, a
 *        cluster of squares 24 more, eight modes 4.
 *
 * LIMITS A tone's shape is not band-limited: drums are low. */
#include "synth/drum_parts_impl.h"

#include <math.h>
#include <string.h>

#define TAU 6.283185307179586

static const float end_decades = 80.0f / 60.0f; /* of decay_s until nothing is missed */
static const float fade_s = 0.01f, dc_hz = 12;

/* ---------------------------------------------------------------- recipes */

snq__drum_tone *snq__drum_add_tone(snq__drum_recipe *r, float hz, float level, float decay_s)
{
    r->tones += r->tones < SNQ__DRUM_TONES;
    snq__drum_tone *t = &r->tone[r->tones - 1];
    *t = (snq__drum_tone) { .hz = hz, .level = level, .decay_s = decay_s };
    return t;
}

snq__drum_band *snq__drum_add_band(snq__drum_recipe *r, float low_hz, float high_hz, float level,
                                   float decay_s)
{
    r->bands += r->bands < SNQ__DRUM_BANDS;
    snq__drum_band *b = &r->band[r->bands - 1];
    *b = (snq__drum_band) {
        .low_hz = low_hz, .high_hz = high_hz, .level = level, .decay_s = decay_s
    };
    return b;
}

void snq__drum_add_mode(snq__drum_recipe *r, float hz, float level, float decay_s)
{
    r->modes += r->modes < SNQ__DRUM_MODES;
    r->mode[r->modes - 1] = (snq__drum_mode) { .hz = hz, .level = level, .decay_s = decay_s };
}

/* ---------------------------------------------------------------- beginning */

uint32_t snq__drum_frames(float seconds, uint32_t rate_hz)
{
    return seconds > 0 ? (uint32_t)lroundf(seconds * (float)rate_hz) : 0;
}

/* Factor a frame of a decay by 60 dB in decay_s. */
float snq__drum_keep(float decay_s, uint32_t rate_hz)
{
    return (float)pow(1e-3, 1.0 / (fmax((double)decay_s, 1e-4) * rate_hz));
}

/* What is missing of the level shrinks by this a frame while a part rises; 0: it is there at once. */
float snq__drum_rise(float attack_s, uint32_t rate_hz)
{
    return attack_s > 0 ? (float)exp(-1.0 / ((double)attack_s * rate_hz)) : 0;
}

uint32_t snq__drum_end(uint32_t decay_from, float decay_s, uint32_t rate_hz)
{
    return decay_from + snq__drum_frames(end_decades * fmaxf(decay_s, 1e-4f), rate_hz);
}

static uint32_t tone_begin(snq__drum_tone_state *s, const snq__drum_tone *t, uint32_t rate_hz)
{
    const double rate = rate_hz;
    *s = (snq__drum_tone_state) { .step = fmin((double)t->hz, rate * 0.45) / rate,
                                  .amp = 1,
                                  .keep = snq__drum_keep(t->decay_s, rate_hz),
                                  .rise = snq__drum_rise(t->attack_s, rate_hz),
                                  .missing = t->attack_s > 0,
                                  .level = t->level,
                                  .shape = t->shape,
                                  .begin = snq__drum_frames(t->late_s, rate_hz) };
    for (int i = 0; i < 2; i++) {
        s->bend[i] = (double)t->above[i] / rate;
        s->fall[i] = t->drop_s[i] > 0 ? exp(-1 / ((double)t->drop_s[i] * rate)) : 0;
    }
    s->decay_from = s->begin + snq__drum_frames(t->hold_s, rate_hz);
    return s->end = snq__drum_end(s->decay_from, t->decay_s, rate_hz);
}

static uint32_t modes_begin(snq__drum_sound *s, const snq__drum_recipe *r)
{
    uint32_t last = 0;
    s->groups = (r->modes + SNQ__DRUM_LANES - 1) / SNQ__DRUM_LANES;
    for (uint32_t k = 0; k < s->groups * SNQ__DRUM_LANES; k++) {
        s->re[k / 4][k % 4] = s->im[k / 4][k % 4] = s->turn_re[k / 4][k % 4] =
            s->turn_im[k / 4][k % 4] = 0;
        if (k % SNQ__DRUM_LANES == 0)
            s->group_end[k / SNQ__DRUM_LANES] = 0;
        if (k >= r->modes || (double)r->mode[k].hz > 0.45 * r->rate_hz)
            continue;
        const snq__drum_mode *m = &r->mode[k];
        const double w = TAU * (double)m->hz / r->rate_hz,
                     keep = (double)snq__drum_keep(m->decay_s, r->rate_hz);
        s->re[k / 4][k % 4] = m->level;
        s->turn_re[k / 4][k % 4] = (float)(keep * cos(w));
        s->turn_im[k / 4][k % 4] = (float)(keep * sin(w));
        const uint32_t end = snq__drum_end(0, m->decay_s, r->rate_hz);
        uint32_t *of_group = &s->group_end[k / SNQ__DRUM_LANES];
        *of_group = end > *of_group ? end : *of_group;
        last = end > last ? end : last;
    }
    return last;
}

void snq__drum_sound_begin(snq__drum_sound *s, const snq__drum_recipe *r)
{
    uint32_t end = modes_begin(s, r);
    s->tones = r->tones;
    s->bands = (r->bands + SNQ__DRUM_BAND_LANES - 1) / SNQ__DRUM_BAND_LANES;
    for (uint32_t i = 0; i < r->tones; i++) {
        const uint32_t e = tone_begin(&s->tone[i], &r->tone[i], r->rate_hz);
        end = e > end ? e : end;
    }
    for (uint32_t i = 0; i < s->bands; i++) {
        snq__drum_bands_begin(&s->band[i], r, i * SNQ__DRUM_BAND_LANES);
        end = s->band[i].end_of_all > end ? s->band[i].end_of_all : end;
    }
    s->at = 0;
    s->length = end;
    s->fade = snq__drum_frames(fade_s, r->rate_hz);
    if (s->fade > end / 4)
        s->fade = end / 4;
    s->modes_rise = snq__drum_rise(r->modes_attack_s, r->rate_hz);
    s->modes_missing = r->modes_attack_s > 0;
    s->norm = r->norm;
    s->drive = r->drive;
    s->steps = r->steps;
    s->hold_step =
        r->hold_hz > 0 && r->hold_hz < (float)r->rate_hz ? r->hold_hz / (float)r->rate_hz : 0;
    s->hold_phase = 1;
    s->held = s->dc_in = s->dc_out = 0;
    s->dc_keep = 1 - (float)TAU * dc_hz / (float)r->rate_hz;
}

/* ---------------------------------------------------------------- tones */

/* sin(2 pi x), x in [0, 1): an odd polynomial of a quarter turn, error under 4e-6. */
static inline float sine_of(float x)
{
    x = x > 0.5f ? x - 1 : x;
    x = x > 0.25f ? 0.5f - x : x < -0.25f ? -0.5f - x : x;
    const float y = x * x;
    return x *
           (6.2831853f + y * (-41.341702f + y * (81.605249f + y * (-76.705860f + y * 42.058694f))));
}

/* Phases of the next n frames. */
static void tone_phases(snq__drum_tone_state *s, float *phase, uint32_t n)
{
    double at = s->phase, b0 = s->bend[0], b1 = s->bend[1];
    for (uint32_t i = 0; i < n; i++) {
        phase[i] = (float)at;
        at += s->step + (b0 + b1);
        at -= at >= 1 ? 1 : 0;
        b0 *= s->fall[0];
        b1 *= s->fall[1];
    }
    s->phase = at;
    s->bend[0] = b0;
    s->bend[1] = b1;
}

static void tone_levels(snq__drum_tone_state *s, uint32_t at, float *level, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        level[i] = s->level * s->amp * (1 - s->missing);
        s->missing *= s->rise;
        s->amp *= at + i >= s->decay_from ? s->keep : 1;
    }
}

static void run_tone(snq__drum_tone_state *s, uint32_t at, float *out, uint32_t n)
{
    float phase[SNQ__DRUM_RUN], level[SNQ__DRUM_RUN];
    const uint32_t from = at < s->begin ? s->begin - at : 0;
    n = at >= s->end ? 0 : s->end - at < n ? s->end - at : n;
    if (from >= n)
        return;
    out += from;
    n -= from;
    tone_phases(s, phase, n);
    tone_levels(s, at + from, level, n);
    for (uint32_t i = 0; i < n; i++) {
        const float y = sine_of(phase[i]), hot = 1.6f * y;
        const float clipped = hot > 1 ? 1 : hot < -1 ? -1 : hot;
        out[i] += level[i] * (y + s->shape * (clipped - y));
    }
}

/* ---------------------------------------------------------------- modes */

static void run_group(snq__drum_sound *s, uint32_t g, snq__drum_four *sum, uint32_t n)
{
    snq__drum_four *const re = s->re + 2 * g, *const im = s->im + 2 * g;
    const snq__drum_four c0 = s->turn_re[2 * g], c1 = s->turn_re[2 * g + 1];
    const snq__drum_four d0 = s->turn_im[2 * g], d1 = s->turn_im[2 * g + 1];
    snq__drum_four x0 = re[0], x1 = re[1], y0 = im[0], y1 = im[1];
    for (uint32_t i = 0; i < n; i++) {
        sum[i] += y0 + y1;
        const snq__drum_four t0 = c0 * x0 - d0 * y0, t1 = c1 * x1 - d1 * y1;
        y0 = c0 * y0 + d0 * x0;
        y1 = c1 * y1 + d1 * x1;
        x0 = t0;
        x1 = t1;
    }
    re[0] = x0;
    re[1] = x1;
    im[0] = y0;
    im[1] = y1;
}

static void run_modes(snq__drum_sound *s, float *out, uint32_t n)
{
    snq__drum_four sum[SNQ__DRUM_RUN] = { { 0 } };
    for (uint32_t g = 0; g < s->groups; g++)
        if (s->at < s->group_end[g])
            run_group(s, g, sum, s->group_end[g] - s->at < n ? s->group_end[g] - s->at : n);
    for (uint32_t i = 0; i < n; i++) {
        const snq__drum_four v = sum[i];
        out[i] += ((v[0] + v[2]) + (v[1] + v[3])) * (1 - s->modes_missing);
        s->modes_missing *= s->modes_rise;
    }
}

/* ---------------------------------------------------------------- the sum */

/* x (27 + x^2) / (27 + 9 x^2), near tanh: Pade's; flat from 3 on. */
static inline float soft(float x)
{
    x = x > 3 ? 3 : x < -3 ? -3 : x;
    const float y = x * x;
    return x * (27 + y) / (27 + 9 * y);
}

/* Saturation that leaves 1 at 1. */
static void saturate(float drive, float *x, uint32_t n)
{
    const float in = 0.25f + 4 * drive * drive + drive, out = 1 / soft(in);
    for (uint32_t i = 0; i < n; i++)
        x[i] = out * soft(in * x[i]);
}

static void crush(snq__drum_sound *s, float *x, uint32_t n)
{
    if (s->hold_step > 0)
        for (uint32_t i = 0; i < n; i++) {
            if (s->hold_phase >= 1) {
                s->hold_phase -= 1;
                s->held = x[i];
            }
            s->hold_phase += s->hold_step;
            x[i] = s->held;
        }
    if (s->steps > 0)
        for (uint32_t i = 0; i < n; i++)
            x[i] = rintf(x[i] * s->steps) / s->steps;
}

static void block_dc(snq__drum_sound *s, float *x, uint32_t n)
{
    const float keep = s->dc_keep;
    float in = s->dc_in, y = s->dc_out;
    for (uint32_t i = 0; i < n; i++) {
        y = keep * y + x[i] - in;
        in = x[i];
        x[i] = y;
    }
    s->dc_in = in;
    s->dc_out = y;
}

void snq__drum_sound_run(snq__drum_sound *s, float *out, uint32_t n)
{
    memset(out, 0, n * sizeof *out);
    if (s->at >= s->length)
        return;
    const uint32_t m = s->length - s->at < n ? s->length - s->at : n;
    for (uint32_t i = 0; i < s->tones; i++)
        run_tone(&s->tone[i], s->at, out, m);
    for (uint32_t i = 0; i < s->bands; i++)
        snq__drum_bands_run(&s->band[i], s->at, out, m);
    if (s->groups)
        run_modes(s, out, m);
    for (uint32_t i = 0; i < m; i++)
        out[i] *= s->norm;
    if (s->drive > 0)
        saturate(s->drive, out, m);
    block_dc(s, out, m);
    crush(s, out, m);
    const uint32_t fade_from = s->length - s->fade;
    for (uint32_t i = s->at < fade_from ? fade_from - s->at : 0; i < m; i++) {
        const float left = (float)(s->length - s->at - i) / (float)s->fade;
        out[i] *= left * left * (3 - 2 * left);
    }
    s->at += m;
}
