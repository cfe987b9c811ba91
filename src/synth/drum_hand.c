// SPDX-License-Identifier: MIT
/* drum_hand -- congas, bongos, cuicas.
 *
 * IDEA   A tight skin under a hand: nearly a pure tone, with a slap at its beginning.
 *
 * STEPS  808 and 909: one tone that hardly falls. acoustic: a tone, six modes of the membrane, the slap. A mute
 *        has the slap and little tone. A cuica's tone is rubbed: it glides.
 *
 * CONST  808: congas of 189.5, 252, 380 Hz, -40 dB at 368 and 167 ms, measured on recordings of one. Acoustic:
 *        LinnDrum's congas 154 … 328 Hz, decays the longer the lower; bongos of 390 and 590 Hz (CR-78). */
#include <math.h>

#include "synth/drums_impl.h"

static void cuica(const snq__drum_hit *h, snq__drum_recipe *r)
{
    const int open = h->kind == DK_CUICA_OPEN;
    snq__drum_tone *t = snq__drum_add_tone(r, open ? 520 : 690, 1, open ? 0.35f : 0.12f);
    t->above[0] = open ? -210 : 90;
    t->drop_s[0] = open ? 0.07f : 0.03f;
    t->attack_s = 0.008f;
    t->hold_s = open ? 0.13f : 0.03f;
    t->shape = 0.5f;
    snq__drum_band *b = snq__drum_add_band(r, 500, 1600, 0.2f, open ? 0.3f : 0.1f);
    b->attack_s = 0.01f;
    b->hold_s = open ? 0.1f : 0;
}

void snq__drum_hand(snq__drum_hit *h, snq__drum_recipe *r)
{
    static const struct {
        float hz, decay_s, slap;
    } drum_tab[] = {
        [DK_CONGA_LOW] = { 189, 0.55f, 0.3f },   [DK_CONGA_HIGH] = { 252, 0.42f, 0.35f },
        [DK_CONGA_MUTE] = { 268, 0.07f, 0.9f },  [DK_BONGO_LOW] = { 392, 0.22f, 0.3f },
        [DK_BONGO_HIGH] = { 560, 0.17f, 0.35f },
    };
    if (h->kind >= DK_CUICA_MUTE) {
        cuica(h, r);
        return;
    }
    const float hz = drum_tab[h->kind].hz, decay_s = drum_tab[h->kind].decay_s;
    const float slap = drum_tab[h->kind].slap;
    snq__drum_tone *t = snq__drum_add_tone(r, hz, 0.9f, decay_s);
    t->above[0] = 0.06f * hz;
    t->drop_s[0] = 0.012f;
    if (h->manner != DM_ACOUSTIC) {
        t->above[1] = 0.3f * hz;
        t->drop_s[1] = 0.0015f;
        if (h->kind == DK_CONGA_MUTE) {
            t = snq__drum_add_tone(r, 3 * hz, 0.3f, 0.02f);
            t->fixed = 1;
        }
        return;
    }
    snq__drum_add_membrane(r, hz, 9, 0.35f, 0.6f * decay_s, -6, 1.1f);
    r->mode[0].level = 0; /* the tone is the lowest */
    snq__drum_band *b = snq__drum_add_band(r, 1100, 5500, slap, 0.022f);
    b->fixed = 1;
    b->attack_s = 0.0004f;
    snq__drum_add_band(r, 250, 900, 0.5f * slap, 0.05f);
}
