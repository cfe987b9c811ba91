// SPDX-License-Identifier: MIT
/* drum_kick -- kicks.
 *
 * IDEA   A kick is a low tone that falls into its pitch, and the click of what struck it.
 *
 * STEPS  808       49.6 Hz from 122 Hz in 2 ms and from 62 Hz in 25 ms; 1.6 s to -60 dB
 *        909       a rounded triangle, 50 Hz from 230 Hz in 12 ms; held 30 ms, 0.6 s; a click of noise
 *        acoustic  55 Hz from 81 Hz in 25 ms, 0.6 s; membrane's modes over it, 0.2 s; felt, wood and air
 *        kick_sweep times the falls, kick_click times the clicks; kick 2 is larger: 2.5 semitones lower,
 *        a quarter longer, softer.
 *
 * CONST  808: measured on recordings of one (M. Fischer's set: zero crossings at 2, 6, 14, 22 … ms give 123,
 *        65, 61, 55 … 49.7 Hz; -10, -20, -40 dB at 217, 481, 1025 ms); circuit: Werner, Abel, Smith, "A
 *        physically-informed, circuit-bendable, digital model of the Roland TR-808 bass drum circuit",
 *        DAFx 2014. 909: shape of Roland's TR-909 Service Notes, numbers ours. Acoustic: Fletcher and
 *        Rossing 1998, 18.3 (bass drum's modes), numbers ours by ear of spectrograms. */
#include "synth/drums_impl.h"

#include <math.h>

static void kick_808(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float sweep = h->special[0];
    snq__drum_tone *t = snq__drum_add_tone(r, 49.6f, 1, 1.55f);
    t->above[0] = 160 * sweep;
    t->drop_s[0] = 0.0021f;
    t->above[1] = 13 * sweep;
    t->drop_s[1] = 0.028f;
    t->shape = 0.08f;
    t = snq__drum_add_tone(r, 500, 0.16f * h->special[1], 0.011f);
    t->above[0] = 1500;
    t->drop_s[0] = 0.001f;
    t->fixed = 1;
}

static void kick_909(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float sweep = h->special[0], click = h->special[1];
    snq__drum_tone *t = snq__drum_add_tone(r, 50, 1, 0.62f);
    t->above[0] = 120 * sweep;
    t->drop_s[0] = 0.006f;
    t->above[1] = 62 * sweep;
    t->drop_s[1] = 0.026f;
    t->hold_s = 0.025f;
    t->shape = 0.35f;
    t = snq__drum_add_tone(r, 260, 0.35f * click, 0.014f);
    t->above[0] = 2600;
    t->drop_s[0] = 0.0012f;
    t->fixed = 1;
    snq__drum_band *b = snq__drum_add_band(r, 700, 5500, 0.5f * click, 0.016f);
    b->fixed = 1;
}

static void kick_acoustic(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const float sweep = h->special[0], click = h->special[1];
    snq__drum_tone *t = snq__drum_add_tone(r, 55, 1, 0.6f);
    t->above[0] = 26 * sweep;
    t->drop_s[0] = 0.025f;
    t->above[1] = 45 * sweep;
    t->drop_s[1] = 0.004f;
    /* the other head, through the air */
    t = snq__drum_add_tone(r, 93, 0.3f, 0.22f);
    t->above[0] = 20 * sweep;
    t->drop_s[0] = 0.02f;
    snq__drum_add_membrane(r, 118, 8, 0.22f, 0.17f, -9, 0.8f);
    /* felt on skin, wood of the shell, air */
    snq__drum_band *b = snq__drum_add_band(r, 1700, 5200, 1.1f * click, 0.026f);
    b->attack_s = 0.0006f;
    b->fixed = 1;
    b = snq__drum_add_band(r, 250, 1100, 0.4f * click, 0.05f);
    b->attack_s = 0.001f;
    b->fixed = 1;
    b = snq__drum_add_band(r, 60, 380, 0.25f, 0.2f);
    b->attack_s = 0.004f;
}

void snq__drum_kick(snq__drum_hit *h, snq__drum_recipe *r)
{
    static void (*const kicks[])(const snq__drum_hit *, snq__drum_recipe *) = { kick_808, kick_909,
                                                                                kick_acoustic };
    kicks[h->manner](h, r);
    if (h->kind == DK_KICK_2) {
        for (uint32_t i = 0; i < r->tones; i++) {
            r->tone[i].hz *= 0.866f;
            r->tone[i].level *= r->tone[i].fixed ? 0.6f : 1;
            r->tone[i].decay_s *= r->tone[i].fixed ? 1 : 1.25f;
        }
        for (uint32_t i = 0; i < r->bands; i++)
            r->band[i].level *= 0.6f;
        for (uint32_t i = 0; i < r->modes; i++)
            r->mode[i].hz *= 0.866f;
    }
}
