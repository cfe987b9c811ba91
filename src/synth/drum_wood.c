// SPDX-License-Identifier: MIT
/* drum_wood -- claves, wood blocks, castanets, sticks, clicks.
 *
 * IDEA   A bar of wood rings at few pitches, shortly.
 *
 * STEPS  modes at ratios of a free bar (claves) or of a hollow block, and a knock of noise; 808's claves are one
 *        tone of 2500 Hz; clicks are a few ms of a square or of a tone.
 *
 * CONST  free bar 1 : 2.756 : 5.404: Fletcher and Rossing 1998, 2.10; damped higher ones; 2500 Hz: TR-808
 *        Service Notes, 1981. Blocks ours. */
#include "synth/drums_impl.h"

static void block(const snq__drum_hit *h, snq__drum_recipe *r, float hz, float decay_s)
{
    static const float ratio[] = { 1, 1.47f, 2.09f, 2.56f, 3.39f, 4.08f };
    static const float level[] = { 1, -0.45f, 0.3f, -0.22f, 0.15f, 0.1f };
    for (int i = 0; i < 6; i++)
        snq__drum_add_mode(r, hz * ratio[i], level[i], decay_s / (1 + 0.5f * (float)i));
    if (h->manner != DM_ACOUSTIC)
        return;
    snq__drum_band *b = snq__drum_add_band(r, hz, 4 * hz, 0.5f, 0.008f);
    b->fixed = 1;
}

/* Two shells, one a moment after the other. */
static void castanets(snq__drum_hit *h, snq__drum_recipe *r)
{
    block(h, r, 1950, 0.045f);
    for (int i = 0; i < 2; i++) {
        snq__drum_band *b = snq__drum_add_band(r, 1700, 5200, 0.9f, 0.03f);
        b->late_s = 0.014f * (float)i;
        b->q = 2;
    }
}

static void click(const snq__drum_hit *h, snq__drum_recipe *r)
{
    snq__drum_tone *t = snq__drum_add_tone(r, h->kind == DK_CLICK ? 1000 : 1600, 1, 0.022f);
    t->shape = h->kind == DK_CLICK ? 1 : 0.3f;
    t->hold_s = 0.004f;
}

void snq__drum_wood(snq__drum_hit *h, snq__drum_recipe *r)
{
    switch (h->kind) {
    case DK_CLAVES:
        snq__drum_add_mode(r, 2500, 1, h->manner == DM_ACOUSTIC ? 0.11f : 0.06f);
        if (h->manner == DM_ACOUSTIC) {
            snq__drum_add_mode(r, 2500 * 2.756f, -0.16f, 0.03f);
            snq__drum_add_mode(r, 1180, 0.12f, 0.03f);
        }
        return;
    case DK_BLOCK_LOW:
    case DK_BLOCK_HIGH:
        block(h, r, h->kind == DK_BLOCK_LOW ? 640 : 905, 0.1f);
        return;
    case DK_CASTANETS:
        castanets(h, r);
        return;
    case DK_STICKS:
        block(h, r, 1380, 0.05f);
        return;
    default:
        click(h, r);
        return;
    }
}
