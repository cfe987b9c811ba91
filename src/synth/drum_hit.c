// SPDX-License-Identifier: MIT
/* drum_hit -- from a note to the recipe of what is struck.
 *
 * IDEA   A drum that is struck harder is not the same sound turned up: it is brighter and rings longer,
 *        and no two hits of a hand are alike. A hit is therefore described by all that shapes it; two
 *        notes of one description are the same bytes, so that they need be made only once.
 *
 * STEPS  velocity v -> gain 40 log10(v) dB times the sensitivity, exact
 *                   -> layer ceil(16 v) -> hard = 1 - velocity_to_tone (1 - layer / 16)
 *        bright = 1.2 tone + 1.5 (hard - 1) octaves: edges of bands move by it, low ones by half,
 *                 clicks gain 6 dB an octave of it, modes tilt by 3 dB an octave of theirs and of it
 *        length = decay (0.8 + 0.2 hard)
 *        acoustic, humanise u: pitch +-0.2 u semitones, length +-8 u %, bright +-0.25 u octaves, each
 *                 mode +-2.5 u dB (where the stick lands), noise anew, by variant
 *        variant of a key's hits: 4, shuffled in fours, none twice in a row
 *
 * CONST  40 log10: General MIDI's advice for velocity (RP-003, DLS level 1, 1997). Exact are in the
 *        manner 808 what has no noise, in 909 what the original plays from memory (hats, cymbals) or has
 *        no noise: Roland TR-808 and TR-909 Service Notes, 1981 and 1984.
 *        Membrane's modes: zeros of Bessel functions, Abramowitz and Stegun, table 9.5; Fletcher and
 *        Rossing, "The Physics of Musical Instruments", 2nd ed. 1998, chapter 18.
 *
 * COST   A microsecond; 15 for a cymbal.
 *
 * LIMITS Layers step the tone by 1/16; the level does not step. */
#include <math.h>
#include <string.h>

#include "synth/drums_impl.h"

static const float bright_tone = 1.2f, bright_hard = 1.5f;
enum { SPECIAL_0 = 3, SPECIAL_1, SPECIAL_DRIVE, HOLD_HZ, BITS, TO_TONE, HUMANISE };

static const uint8_t special_tab[DG_GROUPS][3] = {
    [DG_KICK] = { DP_KICK_SWEEP, DP_KICK_CLICK, DP_KICK_DRIVE },
    [DG_SNARE] = { DP_SNARE_SNAPPY, DP_SNARE_BRUSH, DP_SNARE_DRIVE },
    [DG_CLAP] = { DP_CLAP_SPREAD },
    [DG_HAT] = { DP_HAT_OPEN_DECAY, DP_HAT_METAL },
    [DG_TOM] = { DP_TOM_SWEEP },
};
/* By manner, a bit a group: repeats are exact. */
static const uint32_t exact_tab[SNQ__DRUM_MANNERS] = {
    [DM_808] =
        1u << DG_KICK | 1u << DG_RIM | 1u << DG_TOM | 1u << DG_HAND | 1u << DG_WOOD | 1u << DG_BELL,
    [DM_909] = 1u << DG_KICK | 1u << DG_RIM | 1u << DG_HAT | 1u << DG_TOM | 1u << DG_CRASH |
               1u << DG_RIDE | 1u << DG_WOOD | 1u << DG_BELL,
};

float snq__drum_velocity_gain(float velocity, float sensitivity)
{
    return velocity > 0 ? powf(velocity, 2 * sensitivity) : 0;
}

/* A well stirred number of three. */
static uint64_t stir(uint64_t seed, uint32_t a, uint32_t b)
{
    uint64_t x = seed ^ ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The order of a round of four: one of the 24, by chance. */
static void shuffle(uint64_t seed, uint32_t key, uint32_t round, uint8_t order[SNQ__DRUM_VARIANTS])
{
    uint64_t chance = stir(seed, key, round);
    for (uint8_t i = 0; i < SNQ__DRUM_VARIANTS; i++)
        order[i] = i;
    for (uint32_t i = SNQ__DRUM_VARIANTS - 1; i; i--) {
        const uint32_t j = (uint32_t)((chance & 0xffff) * (i + 1) >> 16);
        const uint8_t was = order[i];
        order[i] = order[j];
        order[j] = was;
        chance >>= 16;
    }
}

uint32_t snq__drum_variant(uint64_t seed, uint32_t key, uint32_t count)
{
    uint8_t order[SNQ__DRUM_VARIANTS], before[SNQ__DRUM_VARIANTS];
    const uint32_t round = count / SNQ__DRUM_VARIANTS, at = count % SNQ__DRUM_VARIANTS;
    shuffle(seed, key, round, order);
    if (round) {
        /* the round before ends with its last, unless that was swapped away: only its first two are */
        shuffle(seed, key, round - 1, before);
        if (order[0] == before[SNQ__DRUM_VARIANTS - 1]) {
            order[0] = order[1];
            order[1] = before[SNQ__DRUM_VARIANTS - 1];
        }
    }
    return order[at];
}

void snq__drum_spec_init(snq__drum_spec *s, uint32_t key, float velocity, uint32_t variant,
                         const float *value)
{
    const snq__drum_key *k = &snq__drum_key_tab[key - SNQ__DRUM_KEY_FIRST];
    const float *of = value + DP_GROUP + DP_EACH * k->group;
    memset(s, 0, sizeof *s); /* compared as bytes */
    s->key = (uint8_t)key;
    s->manner = (uint8_t)(of[DP_MANNER] > 0 ? of[DP_MANNER] - 1 : value[DP_KIT_MANNER]);
    const float layer = ceilf(velocity * SNQ__DRUM_LAYERS);
    s->layer = (uint8_t)(layer < 1 ? 1 : layer);
    const int exact = value[DP_HUMANISE] <= 0 || exact_tab[s->manner] >> k->group & 1;
    s->variant = (uint8_t)(exact ? 0 : variant);
    s->value[DP_TUNE] = of[DP_TUNE];
    s->value[DP_DECAY] = of[DP_DECAY];
    s->value[DP_TONE] = of[DP_TONE];
    for (int i = 0; i < 3; i++)
        if (special_tab[k->group][i])
            s->value[SPECIAL_0 + i] = value[special_tab[k->group][i]];
    s->value[HOLD_HZ] = value[DP_HOLD_HZ];
    s->value[BITS] = value[DP_BITS];
    s->value[TO_TONE] = value[DP_VELOCITY_TO_TONE];
    s->value[HUMANISE] = s->manner == DM_ACOUSTIC ? value[DP_HUMANISE] : 0;
}

float snq__drum_spread(snq_rng *rng, float most)
{
    return most * (2 * (float)snq_rng_uniform(rng) - 1);
}

/* Pitch, length and brightness of the hit upon what the family wrote. */
static void apply(snq__drum_recipe *r, snq__drum_hit *h, float tune, float length)
{
    for (uint32_t i = 0; i < r->tones; i++) {
        snq__drum_tone *t = &r->tone[i];
        t->hz *= tune;
        t->above[0] *= tune;
        t->above[1] *= tune;
        t->level *= t->fixed ? exp2f(h->bright) : 1;
        t->decay_s *= t->fixed ? 1 : length;
    }
    for (uint32_t i = 0; i < r->bands; i++) {
        snq__drum_band *b = &r->band[i];
        const float half = exp2f(0.5f * h->bright), whole = half * half, moved = sqrtf(tune);
        b->low_hz *= half * moved;
        b->high_hz *= whole * moved;
        b->level *= b->fixed ? whole : 1;
        b->decay_s *= b->fixed ? 1 : length;
        b->hold_s *= b->fixed ? 1 : length;
        for (uint32_t k = 0; k < b->squares; k++)
            b->square_hz[k] *= tune;
    }
    for (uint32_t i = 0; i < r->modes; i++) {
        snq__drum_mode *m = &r->mode[i];
        m->level *= powf(m->hz / r->mode[0].hz, 0.5f * h->bright);
        m->level *= exp2f(snq__drum_spread(&h->rng, 0.415f) * h->loose);
        m->hz *= tune;
        m->decay_s *= length;
    }
}

void snq__drum_recipe_of(const snq__drum_spec *s, uint64_t seed, uint32_t rate_hz,
                         snq__drum_recipe *r)
{
    const snq__drum_key *k = &snq__drum_key_tab[s->key - SNQ__DRUM_KEY_FIRST];
    const uint64_t chance = stir(seed, s->key, s->variant);
    snq__drum_hit h = { .kind = k->kind, .manner = s->manner, .loose = s->value[HUMANISE] };
    snq_rng_init(&h.rng, chance);
    h.hard = 1 - s->value[TO_TONE] * (1 - (float)s->layer / SNQ__DRUM_LAYERS);
    h.bright = bright_tone * s->value[DP_TONE] + bright_hard * (h.hard - 1) +
               snq__drum_spread(&h.rng, 0.25f) * h.loose;
    h.special[0] = s->value[SPECIAL_0];
    h.special[1] = s->value[SPECIAL_1];
    const float tune = exp2f((s->value[DP_TUNE] + snq__drum_spread(&h.rng, 0.2f) * h.loose) / 12);
    const float length = s->value[DP_DECAY] * (0.8f + 0.2f * h.hard) *
                         (1 + snq__drum_spread(&h.rng, 0.08f) * h.loose);
    r->tones = r->bands = r->modes = 0;
    r->modes_attack_s = 0;
    r->norm = k->norm[s->manner];
    r->drive = s->value[SPECIAL_DRIVE];
    r->hold_hz = s->value[HOLD_HZ] < 48000 ? s->value[HOLD_HZ] : 0;
    r->steps = s->value[BITS] < 24 ? exp2f(s->value[BITS] - 1) : 0;
    r->seed = (uint32_t)(chance >> 32);
    r->rate_hz = rate_hz;
    k->family(&h, r);
    apply(r, &h, tune, length);
}

/* ---------------------------------------------------------------- bodies */

/* Zeros of J_m over the lowest zero of J_0, those with m > 0 and struck off the middle included. */
static const float membrane_tab[] = { 1,       1.5933f, 2.1355f, 2.2954f, 2.6531f, 2.9173f,
                                      3.1555f, 3.5001f, 3.5985f, 3.6475f, 4.0589f, 4.1317f,
                                      4.2304f, 4.6010f, 4.6100f, 4.8319f };

void snq__drum_add_membrane(snq__drum_recipe *r, float hz, uint32_t modes, float level,
                            float decay_s, float tilt_db, float damp)
{
    for (uint32_t i = 0; i < modes && i < SNQ_COUNT(membrane_tab); i++) {
        const float ratio = membrane_tab[i];
        const float loud = powf(ratio, tilt_db / 6.0206f);
        snq__drum_add_mode(r, hz * ratio, level * loud, decay_s * powf(ratio, -damp));
    }
}

void snq__drum_add_plate(snq__drum_recipe *r, snq_rng *rng, const snq__drum_plate *p)
{
    const float octaves = log2f(p->high_hz / p->low_hz);
    for (uint32_t i = 0; i < p->modes; i++) {
        const float place = ((float)i + 0.5f + snq__drum_spread(rng, 0.45f)) / (float)p->modes;
        const float hz = p->low_hz * exp2f(octaves * place);
        const float loud = p->level * exp2f(snq__drum_spread(rng, 1.2f)) *
                           exp2f(p->tilt_db / 6.0206f * octaves * place);
        snq__drum_add_mode(r, hz, snq_rng_uniform(rng) < 0.5 ? -loud : loud,
                           p->decay_s * powf(1000 / fmaxf(hz, 700), p->damp));
    }
}
