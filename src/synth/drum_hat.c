// SPDX-License-Identifier: MIT
/* drum_hat -- hi-hats.
 *
 * IDEA   Two cymbals that touch: a bright cluster of pitches that have nothing to do with each other, short
 *        when they are closed, long when they are open.
 *
 * STEPS  808       six squares and noise -> high-pass 24 dB an octave at 6.8 kHz (resonant)
 *                  -> low-pass
 *        909       the same squares nearly two octaves up and noise over 7 kHz
 *        acoustic  48 modes 2.2 .. 17.5 kHz (decay falls with frequency), noise in two bands, low knock
 *        closed 0.1, pedal 0.14, open 0.75 s after 0.17 s (808); hat_metal times squares or modes
 *
 * CONST  six squares 205.3, 304.4, 369.6, 522.7, 540, 800 Hz: Werner, Abel, Smith, "The TR-808 cymbal: a
 *        physically-informed, circuit-bendable, digital model", ICMC/SMC 2014. Centroid 8.0 kHz and -10 dB
 *        at 353 ms of an open one: measured on recordings of an 808. Acoustic: centroids 7 .. 10.5 kHz of
 *        recorded ones (LinnDrum, Sonic Pi's samples). */
#include <math.h>

#include "synth/drums_impl.h"

static const float cluster_hz[SNQ__DRUM_SQUARES] = { 205.3f, 304.4f, 369.6f, 522.7f, 540, 800 };

void snq__drum_squares(snq__drum_band *b, float times)
{
    b->squares = SNQ__DRUM_SQUARES;
    for (int i = 0; i < SNQ__DRUM_SQUARES; i++)
        b->square_hz[i] = cluster_hz[i] * times;
}

static void hat_808(const snq__drum_hit *h, snq__drum_recipe *r, float decay_s)
{
    snq__drum_band *b = snq__drum_add_band(r, 6800, 13000, 0.5f * h->special[1], decay_s);
    snq__drum_squares(b, 1);
    b->steep = 1;
    b->q = 1.3f;
    b->attack_s = 0.0005f;
    b->hold_s = h->kind == DK_HAT_OPEN ? 0.17f : 0;
    b = snq__drum_add_band(r, 6800, 14000, 0.42f, decay_s);
    b->steep = 1;
    b->q = 1;
    b->hold_s = h->kind == DK_HAT_OPEN ? 0.17f : 0;
}

static void hat_909(const snq__drum_hit *h, snq__drum_recipe *r, float decay_s)
{
    snq__drum_band *b = snq__drum_add_band(r, 5600, 11500, 0.4f * h->special[1], decay_s);
    snq__drum_squares(b, 3.37f);
    b->steep = 1;
    b = snq__drum_add_band(r, 6200, 12500, 0.5f, 0.8f * decay_s);
    b->steep = 1;
    b = snq__drum_add_band(r, 3000, 9000, 0.3f, 0.012f);
    b->fixed = 1;
}

static void hat_acoustic(const snq__drum_hit *h, snq__drum_recipe *r, float decay_s)
{
    snq_rng same; /* the same pair of cymbals at each hit */
    snq_rng_init(&same, 42);
    const snq__drum_plate pair = {
        48, 2200, 17500, 0.028f * h->special[1], 6, 3.2f * decay_s, 0.75f
    };
    snq__drum_add_plate(r, &same, &pair);
    for (int i = 0; i < 3; i++) {
        static const float hz[] = { 418, 640, 1130 };
        snq__drum_add_mode(r, hz[i], 0.06f, h->kind == DK_HAT_OPEN ? 0.3f : 0.03f);
    }
    r->modes_attack_s = 0.0004f;
    snq__drum_band *b = snq__drum_add_band(r, 7500, 17000, 0.55f, 0.75f * decay_s);
    b->attack_s = h->kind == DK_HAT_OPEN ? 0.002f : 0.0005f;
    b = snq__drum_add_band(r, 3600, 10000, 0.2f, decay_s);
    b->attack_s = 0.0005f;
    b = snq__drum_add_band(r, 2500, 12000, 0.5f, 0.006f); /* stick */
    b->fixed = 1;
    b->level *= h->kind == DK_HAT_PEDAL ? 0 : 1;
}

void snq__drum_hat(snq__drum_hit *h, snq__drum_recipe *r)
{
    static const float decay_tab[SNQ__DRUM_MANNERS][3] = {
        [DM_808] = { 0.1f, 0.14f, 0.75f },
        [DM_909] = { 0.13f, 0.16f, 0.8f },
        [DM_ACOUSTIC] = { 0.16f, 0.12f, 1.3f },
    };
    static void (*const hats[])(const snq__drum_hit *, snq__drum_recipe *,
                                float) = { hat_808, hat_909, hat_acoustic };
    const float open = h->kind == DK_HAT_OPEN ? h->special[0] : 1;
    hats[h->manner](h, r, decay_tab[h->manner][h->kind] * open);
    if (h->kind == DK_HAT_PEDAL) /* two cymbals meet: no stick, darker */
        for (uint32_t i = 0; i < r->bands; i++) {
            r->band[i].high_hz = fminf(r->band[i].high_hz > 0 ? r->band[i].high_hz : 11000, 11000);
            r->band[i].attack_s = 0.003f;
        }
}
