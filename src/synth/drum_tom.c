// SPDX-License-Identifier: MIT
/* drum_tom -- toms, timbales, surdos.
 *
 * IDEA   A skin over a shell: a tone that falls a little, higher modes that die sooner, the stick.
 *
 * STEPS  808       one tone, from 1.35 times its pitch in 30 ms; a trace of noise as room
 *        909       two tones with overtones, from 1.7 times in 35 ms; noise at the beginning
 *        acoustic  a tone from 1.2 times in 40 ms, 12 modes of the membrane over it, stick, skin
 *        pitches   lowest 82 (808: 88, 909: 92) Hz, the others 3 semitones apart (keys 41 .. 50)
 *        decays    1.05 s (808: 0.6, 909: 0.5) of the lowest, falling with the root of the pitch
 *        tom_sweep times the falls
 *
 * CONST  808: measured on recordings of one: low 88.6, mid 128, high 188 Hz; -40 dB at 409, 277, 219 ms. Acoustic:
 *        -40 dB at 860, 645, 532 ms at 101, 132, 168 Hz (Sonic Pi's soft toms). Modes as drum_hit.c. */
#include <math.h>

#include "synth/drums_impl.h"

static void tom_acoustic(const snq__drum_hit *h, snq__drum_recipe *r, float hz, float decay_s)
{
    snq__drum_tone *t = snq__drum_add_tone(r, hz, 0.8f, decay_s);
    t->above[0] = 0.2f * hz * h->special[0];
    t->drop_s[0] = 0.04f;
    snq__drum_add_membrane(r, hz * 1.0f, 14, 0.3f, 0.55f * decay_s, -5, 1);
    r->mode[0].level = 0; /* the tone is the lowest */
    snq__drum_band *b = snq__drum_add_band(r, 900, 5000, 0.4f, 0.014f);
    b->fixed = 1;
    b = snq__drum_add_band(r, 120, 900, 0.22f, 0.14f);
    b->attack_s = 0.001f;
}

static void tom(const snq__drum_hit *h, snq__drum_recipe *r, float hz, float decay_s)
{
    snq__drum_tone *t;
    snq__drum_band *b;
    switch ((snq__drum_manner)h->manner) {
    case DM_808:
        t = snq__drum_add_tone(r, hz, 1, decay_s);
        t->above[0] = 0.2f * hz * h->special[0];
        t->drop_s[0] = 0.03f;
        t->above[1] = 0.6f * hz * h->special[0];
        t->drop_s[1] = 0.002f;
        b = snq__drum_add_band(r, 200, 1200, 0.05f, 0.6f * decay_s);
        b->attack_s = 0.002f;
        break;
    case DM_909:
        for (int i = 0; i < 2; i++) {
            t = snq__drum_add_tone(r, i ? 1.5f * hz : hz, i ? 0.3f : 0.9f,
                                   i ? 0.6f * decay_s : decay_s);
            t->above[0] = 0.7f * hz * h->special[0];
            t->drop_s[0] = 0.035f;
            t->shape = 0.25f;
        }
        b = snq__drum_add_band(r, 300, 5000, 0.35f, 0.025f);
        b->fixed = 1;
        break;
    case DM_ACOUSTIC:
        tom_acoustic(h, r, hz, decay_s);
        break;
    }
}

/* Brass shell: the ring of metal over a tight skin. */
static void timbale(snq__drum_hit *h, snq__drum_recipe *r, float hz)
{
    h->special[0] *= 0.4f;
    tom(h, r, hz, 0.4f);
    snq__drum_add_membrane(r, hz * 1.9f, 10, 0.4f, 0.45f, -1, 0.5f);
    snq__drum_band *b = snq__drum_add_band(r, 2500, 0, 0.4f, 0.01f);
    b->fixed = 1;
}

void snq__drum_tom(snq__drum_hit *h, snq__drum_recipe *r)
{
    static const float lowest_tab[] = { 88, 92, 82 }, decay_tab[] = { 0.62f, 0.55f, 1.1f };
    if (h->kind == DK_TIMBALE_LOW || h->kind == DK_TIMBALE_HIGH)
        timbale(h, r, h->kind == DK_TIMBALE_LOW ? 270 : 385);
    else if (h->kind == DK_SURDO || h->kind == DK_SURDO_MUTE)
        tom(h, r, 66, h->kind == DK_SURDO ? 1.3f : 0.22f);
    else {
        const float up = exp2f(h->kind / 12.0f);
        tom(h, r, lowest_tab[h->manner] * up, decay_tab[h->manner] / sqrtf(up));
    }
}
