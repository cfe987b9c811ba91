// SPDX-License-Identifier: MIT
/* drum_shaker -- shaker, maracas, cabasa, tambourine, jingle bells, vibraslap, guiro, scratches.
 *
 * IDEA   Many small collisions: noise in a high band that swells and goes, or comes tooth by tooth.
 *
 * STEPS  each kind is a row: its band, how it rises, holds and falls, the spacing of its teeth; jingles add
 *        high modes, and strike again a few times.
 *
 * CONST  centroids: cabasa 7.3 kHz (LinnDrum), tambourine 4.7 … 7.3 kHz, guiro 6.1 kHz with 275 and 820 ms
 *        (CR-78), measured on recordings; the others ours. */
#include "synth/drums_impl.h"

typedef struct row {
    float low_hz, high_hz, q, attack_s, hold_s, decay_s, tooth_s;
} row;

static const row row_tab[] = {
    [DK_SHAKER] = { 5200, 13000, 0.8f, 0.018f, 0.012f, 0.1f, 0 },
    [DK_MARACAS] = { 5500, 15000, 0.9f, 0.006f, 0.004f, 0.055f, 0 },
    [DK_CABASA] = { 4200, 13000, 0.8f, 0.008f, 0.02f, 0.06f, 0.0035f },
    [DK_TAMBOURINE] = { 5000, 15000, 1, 0.0015f, 0.008f, 0.18f, 0 },
    [DK_JINGLE_BELL] = { 6500, 15000, 1, 0.004f, 0.02f, 0.2f, 0 },
    [DK_VIBRASLAP] = { 1700, 4500, 2, 0.001f, 0.05f, 0.9f, 0.021f },
    [DK_GUIRO_SHORT] = { 2600, 7000, 1.6f, 0.005f, 0.11f, 0.04f, 0.0083f },
    [DK_GUIRO_LONG] = { 2600, 7000, 1.6f, 0.02f, 0.4f, 0.06f, 0.0125f },
    [DK_SCRATCH_PUSH] = { 900, 4000, 1.8f, 0.012f, 0.03f, 0.05f, 0.0031f },
    [DK_SCRATCH_PULL] = { 600, 2800, 1.8f, 0.02f, 0.03f, 0.06f, 0.0042f },
};

static void jingles(snq__drum_hit *h, snq__drum_recipe *r, float low_hz, float decay_s)
{
    snq_rng same;
    snq_rng_init(&same, 54u + h->kind);
    const snq__drum_plate discs = { 32, low_hz, 15000, 0.09f, 0, decay_s, 0.3f };
    snq__drum_add_plate(r, &same, &discs);
    r->modes_attack_s = 0.002f;
    for (int i = 1; i < 4; i++) { /* they fall back */
        snq__drum_band *b = snq__drum_add_band(r, 6000, 15000, 0.35f / (float)i, 0.08f);
        b->late_s = 0.024f * (float)i + snq__drum_spread(&h->rng, 0.006f);
        b->attack_s = 0.002f;
    }
}

void snq__drum_shaker(snq__drum_hit *h, snq__drum_recipe *r)
{
    const row *w = &row_tab[h->kind];
    snq__drum_band *b = snq__drum_add_band(r, w->low_hz, w->high_hz, 0.8f, w->decay_s);
    b->q = w->q;
    b->attack_s = w->attack_s;
    b->hold_s = w->hold_s;
    b->tooth_s = w->tooth_s;
    if (h->kind == DK_TAMBOURINE) {
        jingles(h, r, 4600, 0.5f);
        b = snq__drum_add_band(r, 180, 900, 0.12f, 0.05f); /* the head */
    } else if (h->kind == DK_JINGLE_BELL)
        jingles(h, r, 5200, 0.7f);
    else if (h->kind == DK_SHAKER) { /* back again */
        b = snq__drum_add_band(r, 6000, 14000, 0.3f, 0.05f);
        b->late_s = 0.07f;
        b->attack_s = 0.012f;
    } else if (h->kind == DK_VIBRASLAP) {
        b = snq__drum_add_band(r, 1200, 6000, 0.6f, 0.02f);
        b->fixed = 1;
    }
}
