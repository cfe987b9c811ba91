// SPDX-License-Identifier: MIT
#include "song.h"

#include <math.h>

#include "base/rng.h"
#include "score/hearing.h"
#include "support/make_audio.h"

song_cfg song_cfg_default(void)
{
    return (song_cfg) { .bpm = 120,
                        .pulses = 4,
                        .bars = 16,
                        .lead_s = 0.37,
                        .tail_s = 0.5,
                        .a4_hz = 440,
                        .drums = 1,
                        .tones = 1 };
}

/* ---- the grid --------------------------------------------------------------------------------- */

static int pulses_of(const song_cfg *c, int bar)
{
    return c->pulses_from_half && bar >= c->bars / 2 ? c->pulses_from_half : c->pulses;
}

static double period_of(const song_cfg *c, int bar)
{
    return 60 / (c->bpm_from_half > 0 && bar >= c->bars / 2 ? c->bpm_from_half : c->bpm);
}

double song_bar_s(const song_cfg *c, int bar)
{
    double t = c->lead_s;
    for (int b = 0; b < bar; b++)
        t += pulses_of(c, b) * period_of(c, b);
    return t;
}

int song_beats(const song_cfg *c)
{
    int n = 0;
    for (int b = 0; b < c->bars; b++)
        n += pulses_of(c, b);
    return n;
}

/* The bar of beat k; *in_bar: its number there. */
static int bar_of(const song_cfg *c, int k, int *in_bar)
{
    int b = 0;
    for (; k >= pulses_of(c, b); b++)
        k -= pulses_of(c, b);
    *in_bar = k;
    return b;
}

int song_is_downbeat(const song_cfg *c, int k)
{
    int in_bar;
    bar_of(c, k, &in_bar);
    return in_bar == 0;
}

double song_beat_s(const song_cfg *c, int k)
{
    int in_bar;
    const int bar = bar_of(c, k, &in_bar);
    return song_bar_s(c, bar) + in_bar * period_of(c, bar);
}

double song_length_s(const song_cfg *c)
{
    return song_bar_s(c, c->bars) + c->tail_s;
}

/* ---- harmony ---------------------------------------------------------------------------------- */

static const struct {
    int step, quality;
} chord_tab[2][4] = {
    { { 0, SNQ_CHORD_MAJ }, { 9, SNQ_CHORD_MIN }, { 5, SNQ_CHORD_MAJ }, { 7, SNQ_CHORD_MAJ } },
    { { 0, SNQ_CHORD_MIN }, { 8, SNQ_CHORD_MAJ }, { 5, SNQ_CHORD_MIN }, { 7, SNQ_CHORD_MAJ } },
};

int song_root(const song_cfg *c, int bar)
{
    return (c->tonic + chord_tab[c->minor][bar % 4].step) % 12;
}

int song_quality(const song_cfg *c, int bar)
{
    return chord_tab[c->minor][bar % 4].quality;
}

/* ---- sounds ----------------------------------------------------------------------------------- */

typedef struct tape {
    float *x;
    size_t frames;
    double rate;
} tape;

static size_t frame_at(const tape *t, double s)
{
    const double at = ceil(s * t->rate);
    return at < 0 ? 0 : at > (double)t->frames ? t->frames : (size_t)at;
}

/* A struck string: overtones that fall by k^-1.3 and die the sooner the higher. */
static void add_note(const tape *t, double from_s, double length_s, double hz, double amplitude)
{
    const size_t from = frame_at(t, from_s), to = frame_at(t, from_s + length_s);
    for (int k = 1; k <= 10 && k * hz < 0.45 * t->rate; k++) {
        /* a decaying sine, by turning (re, im) from sample to sample */
        const double turn = 2 * M_PI * k * hz, die = 0.6 + 0.5 * k;
        const double s0 = (double)from / t->rate - from_s, a = amplitude * pow(k, -1.3);
        const double fade = exp(-die / t->rate);
        const double c = fade * cos(turn / t->rate), s = fade * sin(turn / t->rate);
        double re = a * exp(-die * s0) * cos(turn * s0), im = a * exp(-die * s0) * sin(turn * s0);
        for (size_t i = from; i < to; i++) {
            const double at_s = (double)i / t->rate - from_s, next = c * re - s * im;
            t->x[i] += (float)(im * fmin(1, at_s / 0.004) * fmin(1, (length_s - at_s) / 0.03));
            im = s * re + c * im;
            re = next;
        }
    }
}

/* From 190 Hz down to 50 Hz. */
static void add_kick(const tape *t, double at_s, double amplitude)
{
    const size_t from = frame_at(t, at_s), to = frame_at(t, at_s + 0.8);
    for (size_t i = from; i < to; i++) {
        const double s = (double)i / t->rate - at_s;
        const double turns = 50 * s + 140 * 0.03 * (1 - exp(-s / 0.03));
        const double shape = fmin(1, s / 0.001) * exp(-s / 0.08);
        t->x[i] += (float)(amplitude * shape * sin(2 * M_PI * turns));
    }
}

typedef struct burst {
    double decay_s, tone_hz; /* tone_hz 0: none */
    int bright;
} burst;

static const burst snare = { 0.05, 190, 0 }, hat = { 0.015, 0, 1 }, cymbal = { 0.3, 0, 1 };

/* Noise that decays. */
static void add_burst(const tape *t, const burst *b, double at_s, double amplitude, snq_rng *rng)
{
    const size_t from = frame_at(t, at_s), to = frame_at(t, at_s + 9 * b->decay_s);
    double last = 0;
    for (size_t i = from; i < to; i++) {
        const double s = (double)i / t->rate - at_s, noise = 2 * snq_rng_uniform(rng) - 1;
        const double shape = fmin(1, s / 0.001) * exp(-s / b->decay_s);
        const double y = b->bright ? 0.5 * (noise - last) : noise;
        last = noise;
        t->x[i] += (float)(amplitude * shape * (y + 0.7 * sin(2 * M_PI * b->tone_hz * s)));
    }
}

static void add_drums(const tape *t, const song_cfg *c, int bar, snq_rng *rng)
{
    const int pulses = pulses_of(c, bar);
    const double start_s = song_bar_s(c, bar), beat_s = period_of(c, bar);
    for (int p = 0; p < pulses; p++) {
        const double at_s = start_s + p * beat_s;
        if (p == 0 || (pulses == 4 && p == 2))
            add_kick(t, at_s, (p ? 0.4 : 0.5) * c->drums);
        else
            add_burst(t, &snare, at_s, 0.16 * c->drums, rng);
        add_burst(t, &hat, at_s, 0.1 * c->drums, rng);
        add_burst(t, &hat, at_s + 0.5 * beat_s, 0.06 * c->drums, rng);
    }
    if (bar % 8 == 0)
        add_burst(t, &cymbal, start_s, 0.08 * c->drums, rng);
}

static double note_hz(const song_cfg *c, int note)
{
    return c->a4_hz * exp2((note - 69) / 12.0);
}

static void add_tones(const tape *t, const song_cfg *c, int bar)
{
    const int pulses = pulses_of(c, bar), root = song_root(c, bar), half = pulses / 2;
    const int tone[3] = { 0, song_quality(c, bar) == SNQ_CHORD_MIN ? 3 : 4, 7 };
    const double start_s = song_bar_s(c, bar), beat_s = period_of(c, bar);
    for (int p = 0; p < pulses; p++)
        add_note(t, start_s + p * beat_s, 0.9 * beat_s, note_hz(c, 36 + root), 0.12 * c->tones);
    for (int k = 0; k < 3; k++) {
        const double hz = note_hz(c, 55 + (root + tone[k] + 5) % 12); /* G3 .. F#4 */
        add_note(t, start_s, half * beat_s, hz, 0.07 * c->tones);
        add_note(t, start_s + half * beat_s, (pulses - half) * beat_s, hz, 0.05 * c->tones);
    }
}

snq_audio song_make(const song_cfg *c, uint32_t rate_hz, float **own)
{
    const size_t n = (size_t)(song_length_s(c) * rate_hz);
    const tape t = { *own = make_silence(n), n, rate_hz };
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int bar = 0; bar < c->bars; bar++) {
        if (c->drums > 0)
            add_drums(&t, c, bar, &rng);
        if (c->tones > 0)
            add_tones(&t, c, bar);
    }
    return (snq_audio) { { t.x }, 1, rate_hz, n };
}
