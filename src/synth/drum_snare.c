// SPDX-License-Identifier: MIT
/* drum_snare -- snares, hand claps, rim shots.
 *
 * IDEA   A snare is a small drum whose lower skin rattles wires: two low tones of the shell and a wide noise.
 *        A clap is several short noises and the room; a rim shot is wood and metal, very short.
 *
 * STEPS  snare  808       172 and 340 Hz, 0.19 and 0.14 s; noise over 2 kHz, 0.2 s
 *               909       185 and 330 Hz from 1.6 times that; noise 900 .. 9000 Hz, 0.24 s, and over 4 kHz
 *               acoustic  shell pair 184, 331 Hz, membrane's modes; stick; wires that start 1.5 ms late
 *        clap   bursts 10 ms apart through 720 .. 4200 Hz, then a dull tail at 1 kHz; acoustic: six hands by chance
 *        rim    808: 455 and 1667 Hz; 909: 220, 505, 930 Hz, clipped; acoustic: modes of a stick on a hoop
 *        snare_snappy times the wires; snare_brush takes stick and shell away and lets the
 *        wires swell; clap_spread times the bursts' distances
 *
 * CONST  808 snare: measured on recordings of one (172.1 and 340.2 Hz, -40 dB at 127 … 139 ms); clap: three
 *        bursts, band at 1 kHz, -10, -20, -40 dB at 59, 93, 424 ms. Rim 455 and 1667 Hz, clap's 10 ms: Roland
 *        TR-808 Service Notes, 1981. Snare's pair 182 and 330 Hz: Rossing, Bork, Zhao, Fystrom, "Acoustics
 *        of snare drums", JASA 92(1), 1992. Else ours. */
#include <math.h>

#include "synth/drums_impl.h"

/* Clicks and wires of snare 2 and of a slap differ. */
static void snare_808(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float two = h->kind == DK_SNARE_2 ? 1.12f : 1;
    snq__drum_tone *t = snq__drum_add_tone(r, 172 * two, 0.62f, 0.2f);
    t->above[0] = 90;
    t->drop_s[0] = 0.002f;
    t = snq__drum_add_tone(r, 340 * two, 0.42f, 0.14f);
    t->above[0] = 150;
    t->drop_s[0] = 0.002f;
    snq__drum_band *b = snq__drum_add_band(r, 2200, 11000, 0.5f * h->special[0], 0.22f);
    b->attack_s = 0.0005f;
}

static void snare_909(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float two = h->kind == DK_SNARE_2 ? 1.15f : 1;
    snq__drum_tone *t = snq__drum_add_tone(r, 185 * two, 0.62f, 0.17f);
    t->above[0] = 130;
    t->drop_s[0] = 0.008f;
    t->shape = 0.3f;
    t = snq__drum_add_tone(r, 330 * two, 0.42f, 0.12f);
    t->above[0] = 150;
    t->drop_s[0] = 0.006f;
    t->shape = 0.3f;
    snq__drum_add_band(r, 900, 8500, 0.34f * h->special[0], 0.27f);
    snq__drum_add_band(r, 4000, 0, 0.3f * h->special[0], 0.16f);
    snq__drum_band *b = snq__drum_add_band(r, 500, 7000, 0.4f, 0.008f);
    b->fixed = 1;
}

static void snare_acoustic(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float hz = h->kind == DK_SNARE_2 ? 222 : 184, snappy = h->special[0];
    const float brush = h->special[1], stick = 1 - brush, shell = 1 - 0.65f * brush;
    snq__drum_tone *t = snq__drum_add_tone(r, hz, 0.5f * shell, 0.21f);
    t->above[0] = 0.14f * hz;
    t->drop_s[0] = 0.012f;
    t = snq__drum_add_tone(r, hz * 1.8f, 0.3f * shell, 0.15f);
    t->above[0] = 0.1f * hz;
    t->drop_s[0] = 0.01f;
    snq__drum_add_membrane(r, hz * 1.33f, 12, 0.16f * shell, 0.2f, -4, 0.9f);
    snq__drum_band *b = snq__drum_add_band(r, 1400, 9000, 0.55f * stick, 0.012f);
    b->fixed = 1;
    b = snq__drum_add_band(r, 1300, 7000, 0.36f * snappy, 0.3f + 0.1f * brush); /* wires */
    b->late_s = 0.0015f;
    b->attack_s = 0.0015f + 0.016f * brush;
    b->hold_s = 0.03f * brush;
    b = snq__drum_add_band(r, 4200, 15000, 0.3f * snappy, 0.2f + 0.12f * brush);
    b->late_s = 0.001f;
    b->attack_s = 0.001f + 0.012f * brush;
    b->hold_s = 0.03f * brush;
    snq__drum_add_band(r, 350, 1200, 0.2f * snappy, 0.16f);
}

void snq__drum_snare(snq__drum_hit *h, snq__drum_recipe *r)
{
    static void (*const snares[])(const snq__drum_hit *,
                                  snq__drum_recipe *) = { snare_808, snare_909, snare_acoustic };
    snares[h->manner](h, r);
    if (h->kind == DK_SLAP)
        for (uint32_t i = 0; i < r->bands; i++)
            r->band[i].decay_s *= 0.3f;
}

static void hands(snq__drum_hit *h, snq__drum_recipe *r)
{
    for (int i = 0; i < 5; i++) {
        const float low = 650 + 500 * (float)snq_rng_uniform(&h->rng);
        snq__drum_band *b = snq__drum_add_band(r, low, 3.2f * low, 0.8f, 0.028f);
        b->late_s = i ? (0.003f + 0.02f * (float)snq_rng_uniform(&h->rng)) * h->special[0] : 0;
        b->attack_s = 0.0004f;
        b->q = 1.1f;
        b->level *= 0.6f + 0.4f * (float)snq_rng_uniform(&h->rng);
    }
    snq__drum_band *b = snq__drum_add_band(r, 600, 5000, 0.2f, 0.28f);
    b->late_s = 0.012f * h->special[0];
    b->attack_s = 0.004f;
}

void snq__drum_clap(snq__drum_hit *h, snq__drum_recipe *r)
{
    if (h->manner == DM_ACOUSTIC) {
        hands(h, r);
        return;
    }
    const int newer = h->manner == DM_909;
    const float low = newer ? 800 : 720, gap = newer ? 0.0095f : 0.0105f;
    for (int i = 0; i < 4; i++) {
        snq__drum_band *b =
            snq__drum_add_band(r, low, newer ? 5000 : 4200, 0.9f, i < 3 ? 0.045f : 0.12f);
        b->late_s = gap * (float)i * h->special[0];
        b->attack_s = 0.0003f;
        b->q = newer ? 0.8f : 1;
    }
    snq__drum_band *b = snq__drum_add_band(r, 800, newer ? 2600 : 1500, 0.25f, 0.85f); /* room */
    b->late_s = 3 * gap * h->special[0];
    b->q = 1.4f;
}

void snq__drum_rim(snq__drum_hit *h, snq__drum_recipe *r)
{
    snq__drum_tone *t;
    snq__drum_band *b;
    switch ((snq__drum_manner)h->manner) {
    case DM_808:
        t = snq__drum_add_tone(r, 1667, 0.8f, 0.022f);
        t->shape = 0.5f;
        t = snq__drum_add_tone(r, 455, 0.55f, 0.034f);
        t->shape = 0.6f;
        break;
    case DM_909:
        for (int i = 0; i < 3; i++) {
            static const float hz[] = { 220, 505, 930 }, level[] = { 0.5f, 0.8f, 0.6f };
            t = snq__drum_add_tone(r, hz[i], level[i], 0.04f);
            t->shape = 1;
        }
        break;
    case DM_ACOUSTIC:
        for (int i = 0; i < 7; i++) {
            static const float hz[] = { 392, 785, 1240, 1730, 2480, 3350, 4600 };
            static const float level[] = { 0.35f, 0.6f, -0.8f, 1, -0.7f, 0.5f, -0.3f };
            snq__drum_add_mode(r, hz[i], level[i], 0.085f - 0.008f * (float)i);
        }
        b = snq__drum_add_band(r, 1800, 9000, 0.8f, 0.007f);
        b->fixed = 1;
        snq__drum_add_band(r, 180, 700, 0.3f, 0.05f);
        break;
    }
}
