// SPDX-License-Identifier: MIT
/* IDEA   A word such as "warm" or "spacious" becomes numbers in the intent; here the numbers become what an
 *        engineer would reach for: a shelf, a send, a little saturation, a bass that steps aside for the
 *        kick.
 *
 * STEPS  each strip:  room and hall sends += reverb_db (of the piece, of the track); level and place are
 *                     the score's already
 *        inserts      in this order: high-pass, low-pass, shelves, saturation, bits, chorus, vinyl, width
 *        ducking      by the drums' lows, all of the sound, on top of what the defaults have
 *        echo         a bus: dotted eighths from side to side
 *        master       before the glue: shelves, saturation, vinyl, width; target and ceiling
 *
 * CONST  drive 1 is 18 dB into the curve of tape, taken back by as much as keeps a full-scale sine's
 *        level within some dB (half of it); crush 1 is 5 bits at 6 kHz, 0.5 is 10 bits at 17 kHz: where
 *        samplers of the eighties and game consoles were. Low shelf 120 Hz, high shelf 6 kHz: where tone
 *        controls are. Ducking listens below 150 Hz, begins at -24 dBFS and is back after 160 ms: less
 *        than half a beat at 140 BPM, so that each kick finds its room.
 * LIMITS What doesn't fit into a full strip is left out (16 links in a chain). */
#include "jobs/mix_wishes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "mix/engine/mix_defaults.h"

#define ECHO        "echo"
#define LEAST       0.01f /* of a wish from 0 to 1: less is not heard */
#define NO_DELAY_DB (-60.0f)

typedef struct setting {
    const char *id;
    float value;
} setting;

static snq_status add(snq_chain_plan *p, const char *kind, const setting *s, size_t n)
{
    if (p->links == SNQ_CHAIN_LINKS_MAX)
        return SNQ_OK;
    snq_chain_link *l = snq_chain_add(p, kind);
    if (!l)
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "there is no effect \"%s\"", kind);
    for (size_t i = 0; i < n; i++)
        SNQ_TRY(snq_chain_set(l, s[i].id, s[i].value));
    return SNQ_OK;
}

static snq_status add_tone(snq_chain_plan *p, const snq_mix_wish *w)
{
    if (w->highpass_hz > 0.0f)
        SNQ_TRY(add(p, "filter",
                    (setting[]) { { "type", 1.0f }, { "cutoff_hz", fmaxf(w->highpass_hz, 20.0f) } },
                    2));
    if (w->lowpass_hz > 0.0f)
        SNQ_TRY(add(p, "filter",
                    (setting[]) { { "cutoff_hz", fminf(fmaxf(w->lowpass_hz, 20.0f), 20000.0f) } },
                    1));
    if (w->low_db != 0.0f || w->bright_db != 0.0f)
        SNQ_TRY(add(p, "eq",
                    (setting[]) { { "low_shelf_on", 1.0f },
                                  { "low_shelf_hz", 120.0f },
                                  { "low_shelf_db", w->low_db },
                                  { "high_shelf_on", 1.0f },
                                  { "high_shelf_hz", 6000.0f },
                                  { "high_shelf_db", w->bright_db } },
                    6));
    return SNQ_OK;
}

static snq_status add_drive(snq_chain_plan *p, const snq_mix_wish *w)
{
    const float drive_db = 18.0f * w->drive;
    if (w->drive < LEAST)
        return SNQ_OK;
    return add(p, "saturation",
               (setting[]) { { "kind", 0.0f }, /* tape */
                             { "drive_db", drive_db },
                             { "output_db", -0.5f * drive_db } },
               3);
}

static snq_status add_colour(snq_chain_plan *p, const snq_mix_wish *w)
{
    SNQ_TRY(add_drive(p, w));
    if (w->crush >= LEAST)
        SNQ_TRY(add(p, "bitcrusher",
                    (setting[]) { { "bits", 15.0f - 10.0f * w->crush },
                                  { "rate_hz", 48000.0f * powf(0.125f, w->crush) },
                                  { "anti_alias", 1.0f } },
                    3));
    if (w->chorus >= LEAST)
        SNQ_TRY(add(p, "chorus", (setting[]) { { "mix", 0.5f * w->chorus } }, 1));
    return SNQ_OK;
}

static snq_status add_vinyl(snq_chain_plan *p, const snq_mix_wish *w)
{
    if (w->vinyl >= LEAST)
        SNQ_TRY(add(p, "vinyl",
                    (setting[]) { { "noise", 0.25f * w->vinyl },
                                  { "crackle", 0.6f * w->vinyl },
                                  { "wow_cents", 12.0f * w->vinyl },
                                  { "flutter_cents", 4.0f * w->vinyl },
                                  { "age", 0.5f * w->vinyl } },
                    5));
    if (w->width != 1.0f)
        SNQ_TRY(
            add(p, "width", (setting[]) { { "width", fminf(fmaxf(w->width, 0.0f), 2.0f) } }, 1));
    return SNQ_OK;
}

static snq_status add_inserts(snq_chain_plan *p, const snq_mix_wish *w)
{
    SNQ_TRY(add_tone(p, w));
    SNQ_TRY(add_colour(p, w));
    return add_vinyl(p, w);
}

static const snq_track_intent *intent_of(const snq_intent *in, const char *name)
{
    for (uint32_t i = 0; i < in->tracks; i++)
        if (strcmp(in->track[i].name, name) == 0)
            return &in->track[i];
    return NULL;
}

/* Each part of the drums that has a kick is a key. */
static void add_ducks(snq_strip_plan *s, const snq_mix_part *part, uint32_t parts, float depth_db)
{
    for (uint32_t i = 0; i < parts && s->ducks < SNQ_MIX_DUCKS_MAX; i++) {
        if (strcmp(part[i].family, "drums") != 0 || strcmp(part[i].name, s->name) == 0)
            continue;
        snq_mix_duck *d = &s->duck[s->ducks++];
        *d = (snq_mix_duck) { .depth_db = fminf(depth_db, 24.0f),
                              .threshold_db = -24.0f,
                              .range_db = 9.0f,
                              .attack_ms = 2.0f,
                              .release_ms = 160.0f,
                              .q = 1.0f,
                              .key_below_hz = 150.0f };
        snprintf(d->by, sizeof d->by, "%s", part[i].name);
    }
}

static void add_echo(snq_strip_plan *s, float level_db)
{
    if (level_db <= NO_DELAY_DB || s->sends == SNQ_MIX_SENDS_MAX)
        return;
    s->send[s->sends] = (snq_mix_send) { .level_db = level_db };
    snprintf(s->send[s->sends++].bus, SNQ_MIX_NAME_MAX, ECHO);
}

static snq_status bend_strip(snq_strip_plan *s, const snq_mix_wish *whole, const snq_mix_wish *w,
                             const snq_mix_part *part, uint32_t parts)
{
    for (uint32_t i = 0; i < s->sends; i++)
        s->send[i].level_db =
            fminf(fmaxf(s->send[i].level_db + w->reverb_db + whole->reverb_db, -120.0f), 6.0f);
    SNQ_TRY(add_inserts(&s->inserts, w));
    if (w->duck_db > 0.0f)
        add_ducks(s, part, parts, w->duck_db);
    add_echo(s, w->delay_db);
    return SNQ_OK;
}

static snq_status add_echo_bus(snq_mix_plan *p)
{
    int used = 0;
    for (uint32_t i = 0; i < p->strips; i++)
        for (uint32_t k = 0; k < p->strip[i].sends; k++)
            used |= strcmp(p->strip[i].send[k].bus, ECHO) == 0;
    if (!used || p->buses == SNQ_MIX_BUSES_MAX)
        return SNQ_OK;
    snq_bus_plan *b = &p->bus[p->buses++];
    snprintf(b->name, sizeof b->name, ECHO);
    return add(&b->inserts, "delay",
               (setting[]) { { "sync", 4.0f }, /* 1/8 */
                             { "sync_feel", 1.0f },
                             { "feedback", 0.4f },
                             { "ping_pong", 1.0f },
                             { "low_cut_hz", 250.0f },
                             { "high_cut_hz", 6000.0f },
                             { "mix", 1.0f } },
               7);
}

/* Colour first, then the glue that the defaults put there. */
static snq_status bend_master(snq_master_plan *m, const snq_intent *in)
{
    snq_chain_plan *glue = snq_calloc(1, sizeof *glue);
    if (!glue)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    *glue = m->inserts;
    m->inserts = (snq_chain_plan) { 0 };
    snq_status st = add_inserts(&m->inserts, &in->mix);
    for (uint32_t i = 0; i < glue->links && m->inserts.links < SNQ_CHAIN_LINKS_MAX; i++)
        m->inserts.link[m->inserts.links++] = glue->link[i];
    snq_free(glue);
    m->target_lufs = in->target_lufs;
    m->ceiling_dbtp = in->ceiling_dbtp;
    return st;
}

static snq_status bend(const snq_intent *in, const snq_mix_part *part, uint32_t parts,
                       snq_mix_plan *p)
{
    for (uint32_t i = 0; i < p->strips; i++) {
        const snq_track_intent *t = intent_of(in, p->strip[i].name);
        if (t)
            SNQ_TRY(bend_strip(&p->strip[i], &in->mix, &t->mix, part, parts));
    }
    SNQ_TRY(add_echo_bus(p));
    SNQ_TRY(bend_master(&p->master, in));
    return snq_mix_plan_check(p);
}

snq_status snq_mix_wishes_plan(const snq_intent *in, const snq_mix_part *part, uint32_t parts,
                               snq_mix_plan *out)
{
    SNQ_TRY(snq_mix_defaults(part, parts, out));
    const snq_status st = bend(in, part, parts, out);
    if (st < 0)
        snq_mix_plan_clear(out);
    return st;
}
