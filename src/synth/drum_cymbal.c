// SPDX-License-Identifier: MIT
/* drum_cymbal -- crashes, china, splash, rides.
 *
 * IDEA   A plate has so many modes that they are heard as a coloured noise; struck hard, energy runs up from
 *        the low ones within a few ms. High ones die first.
 *
 * STEPS  808       six squares in two bands, over 7 kHz short and 3.4 kHz long and quiet, and noise
 *        909       brighter: squares two octaves up, noise in two bands
 *        acoustic  64 modes, decay at 1 kHz * (1 kHz / f)^0.6; noise in three bands whose attacks grow with
 *                  frequency and decays fall; a ride has a stick (ping) and its bell three strong modes;
 *                  a china's middle is louder and beats
 *
 * CONST  time in which the high bands come up, 5 .. 40 ms: Fletcher and Rossing 1998, 20.3. 808: centroid 8.2
 *        kHz, -10, -20, -40 dB at 121, 306, 767 ms, measured on recordings of one. Acoustic crash: centroid 4 …
 *        6.3 kHz, -20 dB at 1.0 … 1.2 s (LinnDrum, Sonic Pi's splash); the rest ours. */
#include <math.h>

#include "synth/drums_impl.h"

/* One row a kind: share of bell, of stick, of body; where its modes lie; how long it rings at 1 kHz. */
typedef struct cymbal {
    float low_hz, high_hz, tilt_db, decay_s, wash, ping, bell, body;
    float rise_s; /* of the highest band */
} cymbal;

static const cymbal cymbal_tab[] = {
    [DK_CRASH] = { 400, 13000, 3, 3.2f, 1, 0.15f, 0, 0.45f, 0.012f },
    [DK_CRASH_2] = { 470, 14000, 3, 2.7f, 1, 0.15f, 0, 0.42f, 0.01f },
    [DK_CHINA] = { 330, 10000, 2, 1.9f, 1.1f, 0.2f, 0, 0.8f, 0.006f },
    [DK_SPLASH] = { 700, 15000, 3, 1.5f, 1, 0.2f, 0, 0.35f, 0.004f },
    [DK_RIDE] = { 520, 15000, 3, 3.3f, 0.4f, 0.8f, 0.1f, 0.28f, 0.03f },
    [DK_RIDE_2] = { 460, 13500, 3, 3.6f, 0.5f, 0.6f, 0.1f, 0.3f, 0.03f },
    [DK_RIDE_BELL] = { 600, 12000, 2, 2.8f, 0.16f, 0.5f, 1, 0.25f, 0.03f },
};

static void bell_modes(snq__drum_recipe *r, float level, float decay_s)
{
    static const float hz[] = { 745, 1210, 2290, 3420, 4980 };
    for (int i = 0; i < 5; i++)
        snq__drum_add_mode(r, hz[i], level * (i % 2 ? -0.5f : 0.6f),
                           decay_s / (1 + 0.35f * (float)i));
}

static void acoustic(const snq__drum_hit *h, snq__drum_recipe *r, const cymbal *c)
{
    snq_rng same; /* the same plate at each hit */
    snq_rng_init(&same, 100u + h->kind);
    const snq__drum_plate plate = {
        c->bell > 0 ? 56 : 64, c->low_hz, c->high_hz, 0.05f * c->body, c->tilt_db, c->decay_s, 0.6f
    };
    snq__drum_add_plate(r, &same, &plate);
    if (c->bell > 0)
        bell_modes(r, 0.22f * c->bell, 0.8f * c->decay_s);
    r->modes_attack_s = 0.0008f;
    snq__drum_band *b = snq__drum_add_band(r, 1200, 5000, 0.16f * c->wash, 0.55f * c->decay_s);
    b->attack_s = 0.2f * c->rise_s;
    b = snq__drum_add_band(r, 4000, 11000, 0.32f * c->wash, 0.42f * c->decay_s);
    b->attack_s = 0.5f * c->rise_s;
    b = snq__drum_add_band(r, 9000, 17000, 0.36f * c->wash, 0.26f * c->decay_s);
    b->attack_s = c->rise_s;
    b = snq__drum_add_band(r, 2500, 12000, 0.9f * c->ping, 0.018f); /* stick */
    b->fixed = 1;
    b->attack_s = 0.0003f;
    snq__drum_add_band(r, 3200, 8000, 0.3f * c->ping, 0.11f);
}

/* The low band is what rings, the high one what hisses. */
static void machine(const snq__drum_hit *h, snq__drum_recipe *r, const cymbal *c)
{
    const int newer = h->manner == DM_909;
    const float times = newer ? 2.71f : 1, strike = 1 + 2 * c->ping + 3 * c->bell;
    snq__drum_band *b =
        snq__drum_add_band(r, 2700, 4600, (newer ? 0.05f : 0.04f) * strike, 0.55f * c->decay_s);
    snq__drum_squares(b, times);
    b->q = 1.2f;
    b = snq__drum_add_band(r, 6900, 13000, 0.36f, (newer ? 0.4f : 0.33f) * c->decay_s);
    snq__drum_squares(b, times * 1.06f);
    b->steep = 1;
    b = snq__drum_add_band(r, newer ? 6500 : 5800, newer ? 16000 : 11000, 0.5f * c->wash,
                           0.33f * c->decay_s);
    b->attack_s = 0.3f * c->rise_s;
    b = snq__drum_add_band(r, 3000, 9000, (newer ? 0.3f : 0.12f) * c->wash, 0.3f * c->decay_s);
    b = snq__drum_add_band(r, 2000, 9000, 0.5f * c->ping, 0.03f);
    b->fixed = 1;
    if (c->bell >= 1)
        bell_modes(r, 0.4f, 0.5f * c->decay_s);
}

void snq__drum_cymbal(snq__drum_hit *h, snq__drum_recipe *r)
{
    const cymbal *c = &cymbal_tab[h->kind];
    if (h->manner == DM_ACOUSTIC)
        acoustic(h, r, c);
    else
        machine(h, r, c);
}
