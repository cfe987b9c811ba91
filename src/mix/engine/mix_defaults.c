// SPDX-License-Identifier: MIT
/* IDEA   Space behind, weight below, the voice in front. Sounds that carry no bass give the bass its
 *        room; one hall and one room put them into a place; what leads is heard because the others leave it
 *        its octave while it sounds.
 *
 * STEPS  the sound's own chain (its patch's) first, then by family (table below): low cut, share of the room,
 *        share of the hall
 *        levels: the score's. Where it has the same for all of two tracks or more (a MIDI file without volumes),
 *        nobody has balanced it, and the family's is added
 *        drums play:  bass steps back up to 3 dB around 70 Hz while a drum hits
 *        lead or voice plays: pads, keys, textures step back up to 3 dB around 2 kHz while it sounds
 *        master: a gentle compressor (1.5 : 1) before the limiter
 *
 * CONST  Low cuts: an octave under the lowest note that the family usually plays. Hall of 1.8 s, room of
 *        0.5 s: the middle of what halls and rooms for amplified music have (ISO 3382 measurements in the
 *        literature: 0.4 .. 0.6 s for clubs' dry floors, 1.5 .. 2.2 s for halls). 3 dB: half the power,
 *        heard as room and not as pumping. The shares are ours, by ear's usual order: what is in front is
 *        drier.
 *        Levels: patches of all families are about as loud as each other by themselves, and then a few drum hits drown
 *        in chords that sound on. With these, in five files of General MIDI without volumes, drums lie 5 to 9
 *        LU under the mix, bass and lead 5 to 8 (2026), as they do in our balanced scores.
 * LIMITS It knows families, not this piece's sounds: a style says more. */
#include "mix/engine/mix_defaults.h"

#include <stdio.h>
#include <string.h>

#define HALL "hall"
#define ROOM "room"

typedef struct place {
    const char *family;
    float low_cut_hz; /* 0: none */
    float room_db, hall_db;
    float level_db;    /* where the score has none */
    int leads, yields; /* is given room in the middle; gives it */
} place;

#define NONE (-120.0f)

static const place place_tab[] = {
    { "drums", 0.0f, -17.0f, NONE, 3.0f, 0, 0 },
    { "bass", 0.0f, NONE, NONE, -3.0f, 0, 0 },
    { "lead", 110.0f, NONE, -14.0f, -4.0f, 1, 0 },
    { "voice", 90.0f, NONE, -13.0f, -5.0f, 1, 0 },
    { "pad", 120.0f, NONE, -12.0f, -9.0f, 0, 1 },
    { "keys", 60.0f, -15.0f, NONE, -4.0f, 0, 1 },
    { "pluck", 100.0f, NONE, -13.0f, -2.0f, 0, 1 },
    { "texture", 150.0f, NONE, -10.0f, -14.0f, 0, 1 },
    { "effect", 0.0f, NONE, -14.0f, -8.0f, 0, 0 },
};

static const place *place_of(const char *family)
{
    for (size_t i = 0; i < SNQ_COUNT(place_tab); i++)
        if (strcmp(place_tab[i].family, family) == 0)
            return &place_tab[i];
    return &place_tab[5]; /* as keys: in the middle of everything */
}

static snq_status add(snq_chain_plan *p, const char *kind, snq_chain_link **out)
{
    *out = snq_chain_add(p, kind);
    return *out ? SNQ_OK : SNQ_FAIL(SNQ_ERR_INTERNAL, "there is no effect \"%s\"", kind);
}

static snq_status add_reverb(snq_bus_plan *b, const char *name, float decay_s, float size,
                             float pre_delay_ms, float low_cut_hz)
{
    snq_chain_link *l;
    snprintf(b->name, sizeof b->name, "%s", name);
    SNQ_TRY(add(&b->inserts, "reverb", &l));
    SNQ_TRY(snq_chain_set(l, "decay_s", decay_s));
    SNQ_TRY(snq_chain_set(l, "size", size));
    SNQ_TRY(snq_chain_set(l, "pre_delay_ms", pre_delay_ms));
    SNQ_TRY(snq_chain_set(l, "low_cut_hz", low_cut_hz));
    return snq_chain_set(l, "mix", 1.0f);
}

static void add_send(snq_strip_plan *s, const char *bus, float level_db)
{
    if (level_db <= NONE)
        return;
    snq_mix_send *to = &s->send[s->sends++];
    *to = (snq_mix_send) { .level_db = level_db };
    snprintf(to->bus, sizeof to->bus, "%s", bus);
}

static void add_duck(snq_strip_plan *s, const char *by, float depth_db, float threshold_db,
                     float attack_ms, float release_ms, float freq_hz, float q)
{
    if (s->ducks == SNQ_MIX_DUCKS_MAX)
        return;
    snq_mix_duck *d = &s->duck[s->ducks++];
    *d = (snq_mix_duck) { .depth_db = depth_db,
                          .threshold_db = threshold_db,
                          .range_db = 12.0f,
                          .attack_ms = attack_ms,
                          .release_ms = release_ms,
                          .freq_hz = freq_hz,
                          .q = q };
    snprintf(d->by, sizeof d->by, "%s", by);
}

static int is_balanced(const snq_mix_part *part, uint32_t parts)
{
    for (uint32_t i = 1; i < parts; i++)
        if (part[i].gain_db != part[0].gain_db)
            return 1;
    return parts < 2;
}

static snq_status add_strip(const snq_mix_part *part, uint32_t parts, uint32_t i, int balanced,
                            snq_strip_plan *s)
{
    const place *p = place_of(part[i].family);
    snq_chain_link *l;
    snprintf(s->name, sizeof s->name, "%s", part[i].name);
    s->gain_db = part[i].gain_db + (balanced ? 0.0f : p->level_db);
    s->pan = part[i].pan;
    if (part[i].chain)
        s->inserts = *part[i].chain;
    if (p->low_cut_hz > 0.0f) {
        SNQ_TRY(add(&s->inserts, "filter", &l));
        SNQ_TRY(snq_chain_set(l, "type", 1.0f)); /* highpass */
        SNQ_TRY(snq_chain_set(l, "cutoff_hz", p->low_cut_hz));
    }
    add_send(s, ROOM, p->room_db);
    add_send(s, HALL, p->hall_db);
    for (uint32_t k = 0; k < parts; k++) {
        const place *other = place_of(part[k].family);
        if (k == i)
            continue;
        if (strcmp(p->family, "bass") == 0 && strcmp(other->family, "drums") == 0)
            add_duck(s, part[k].name, 3.0f, -20.0f, 2.0f, 90.0f, 70.0f, 0.7f);
        if (p->yields && other->leads)
            add_duck(s, part[k].name, 3.0f, -30.0f, 20.0f, 250.0f, 2000.0f, 0.7f);
    }
    return SNQ_OK;
}

static snq_status fill(const snq_mix_part *part, uint32_t parts, snq_mix_plan *out)
{
    snq_chain_link *l;
    const int balanced = is_balanced(part, parts);
    for (uint32_t i = 0; i < parts; i++)
        SNQ_TRY(add_strip(part, parts, i, balanced, &out->strip[i]));
    SNQ_TRY(add_reverb(&out->bus[out->buses++], ROOM, 0.5f, 0.3f, 5.0f, 200.0f));
    SNQ_TRY(add_reverb(&out->bus[out->buses++], HALL, 1.8f, 0.7f, 20.0f, 250.0f));
    SNQ_TRY(add(&out->master.inserts, "compressor", &l));
    SNQ_TRY(snq_chain_set(l, "threshold_db", -18.0f));
    SNQ_TRY(snq_chain_set(l, "ratio", 1.5f));
    SNQ_TRY(snq_chain_set(l, "knee_db", 12.0f));
    SNQ_TRY(snq_chain_set(l, "attack_ms", 30.0f));
    SNQ_TRY(snq_chain_set(l, "release_ms", 250.0f));
    return snq_mix_plan_check(out);
}

snq_status snq_mix_defaults(const snq_mix_part *part, uint32_t parts, snq_mix_plan *out)
{
    SNQ_TRY(snq_mix_plan_init(out, parts));
    const snq_status st = fill(part, parts, out);
    if (st < 0)
        snq_mix_plan_clear(out);
    return st;
}
