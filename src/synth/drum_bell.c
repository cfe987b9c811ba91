// SPDX-License-Identifier: MIT
/* drum_bell -- cowbell, agogos, triangle, bell tree, whistles.
 *
 * IDEA   Struck metal rings at few pitches that fit no scale, and long.
 *
 * STEPS  cowbell 808, 909: squares of 540 and 800 Hz through 600 .. 4000 Hz, a quick and a slow decay;
 *        acoustic: modes. Agogo: two bells a fourth apart. Triangle: many high modes with long decays, muted
 *        short. Bell tree: bars one after the other, upwards. Whistle: tone and breath that flutter.
 *
 * CONST  540 and 800 Hz: Werner, Abel, Smith, "More cowbell: a physically-informed, circuit-bendable, digital
 *        model of the TR-808 cowbell", AES 137, 2014. Modes of real bells: ours, after their spectrograms'
 *        habit (strong minor sixth over the lowest). */
#include <math.h>

#include "synth/drums_impl.h"

static void modes(snq__drum_recipe *r, float hz, const float *ratio, int n, float decay_s,
                  float damp, float tilt)
{
    for (int i = 0; i < n; i++)
        snq__drum_add_mode(r, hz * ratio[i], (i % 2 ? -1 : 1) * powf(ratio[i], tilt),
                           decay_s * powf(ratio[i], -damp));
}

static void knock(snq__drum_recipe *r, float low_hz, float level)
{
    snq__drum_band *b = snq__drum_add_band(r, low_hz, 0, level, 0.006f);
    b->fixed = 1;
}

static void cowbell(const snq__drum_hit *h, snq__drum_recipe *r)
{
    static const float ratio[] = { 1, 1.51f, 2.34f, 3.13f, 4.2f, 5.3f, 6.9f };
    if (h->manner == DM_ACOUSTIC) {
        modes(r, 562, ratio, 7, 0.4f, 0.5f, -0.5f);
        knock(r, 2000, 0.5f);
        return;
    }
    for (int i = 0; i < 2; i++) {
        snq__drum_band *b = snq__drum_add_band(r, 620, 3200, i ? 0.4f : 0.6f, i ? 0.55f : 0.06f);
        b->squares = 2;
        b->square_hz[0] = 540;
        b->square_hz[1] = 800;
        b->q = 1.2f;
    }
}

static void bell_tree(snq__drum_recipe *r)
{
    for (int i = 0; i < 4; i++) {
        const float hz = 2900 * powf(1.18f, (float)(3 * i));
        snq__drum_tone *t = snq__drum_add_tone(r, hz, 0.5f, 1.1f);
        t->late_s = 0.11f * (float)i;
        t->attack_s = 0.002f;
    }
    snq_rng same;
    snq_rng_init(&same, 84);
    const snq__drum_plate bars = { 24, 3500, 14000, 0.06f, 0, 3, 0.5f };
    snq__drum_add_plate(r, &same, &bars);
    r->modes_attack_s = 0.15f;
}

static void whistle(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float hold_s = h->kind == DK_WHISTLE_LONG ? 0.42f : 0.12f;
    for (int i = 0; i < 2; i++) { /* two tones that beat: the pea */
        snq__drum_tone *t = snq__drum_add_tone(r, i ? 2412 : 2380, 0.5f, 0.06f);
        t->above[0] = -180;
        t->drop_s[0] = 0.015f;
        t->attack_s = 0.012f;
        t->hold_s = hold_s;
        t->fixed = 1;
    }
    snq__drum_band *b = snq__drum_add_band(r, 2000, 3200, 0.3f, 0.06f);
    b->attack_s = 0.01f;
    b->hold_s = hold_s;
    b->tooth_s = 0.031f;
}

void snq__drum_bell(snq__drum_hit *h, snq__drum_recipe *r)
{
    static const float agogo[] = { 1, 2.07f, 3.01f, 4.4f, 5.7f };
    static const float triangle[] = { 1, 1.63f, 2.31f, 2.92f, 3.57f, 4.4f, 5.31f, 6.1f, 7.4f };
    static const float bell[] = { 1, 2, 2.4f, 3, 4.2f, 5.4f };
    snq__drum_tone *t;
    switch (h->kind) {
    case DK_COWBELL:
        cowbell(h, r);
        return;
    case DK_AGOGO_LOW:
    case DK_AGOGO_HIGH:
        modes(r, h->kind == DK_AGOGO_LOW ? 660 : 880, agogo, 5, 0.45f, 0.6f, -0.7f);
        knock(r, 3000, 0.3f);
        return;
    case DK_TRIANGLE:
    case DK_TRIANGLE_MUTE:
        modes(r, 1640, triangle, 9, h->kind == DK_TRIANGLE ? 2.6f : 0.16f, 0.35f, 0.1f);
        knock(r, 6000, 0.4f);
        return;
    case DK_BELL_TREE:
        bell_tree(r);
        return;
    case DK_METRONOME_BELL:
        modes(r, 2100, bell, 6, 0.5f, 0.7f, -0.8f);
        return;
    case DK_HIGH_Q:
        t = snq__drum_add_tone(r, 420, 1, 0.09f);
        t->above[0] = 4600;
        t->drop_s[0] = 0.012f;
        return;
    default:
        whistle(h, r);
        return;
    }
}
