// SPDX-License-Identifier: MIT
/* IDEA   Reading is strict: what isn't known, or is out of its bounds, is named with its place, for a genre is
 *        a file that anybody may write. What is left out has a sensible value. */
#include "compose/style_drums.h"

#include <stdio.h>
#include <string.h>

#include "compose/brief.h"
#include "score/drum_keys.h"

enum { ALL_SECTIONS = (1u << SNQ_SECTIONS) - 1u };

/* ---- members that many objects have ---- */

/* A list of n numbers, or of a part of n, repeated. `to` keeps its values where the member is missing. */
static snq_status read_steps(const snq_json_ref *at, const char *key, uint32_t n, double high,
                             float *to, uint8_t *items)
{
    snq_json_ref list, item;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    const size_t count = snq_json_count(&list);
    if (count == 0 || n % count != 0)
        return snq_json_fail(
            &list, SNQ_ERR_RANGE,
            "%zu items, %u wanted, or half, a third, a quarter … of them, to be repeated", count,
            n);
    if (items)
        *items = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        double v = 0.0;
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_real(&item, 0.0, high, &v));
        for (size_t k = i; k < n; k += count)
            to[k] = (float)v;
    }
    return SNQ_OK;
}

/* "energy": [from, to] */
static snq_status read_energy(const snq_json_ref *at, float *low, float *high)
{
    snq_json_ref list, item;
    double v[2] = { 0.0, 1.0 };
    *low = 0.0f;
    *high = 1.0f;
    if (!snq_json_find(at, "energy", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "energy", SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) != 2)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu items, 2 wanted", snq_json_count(&list));
    for (size_t i = 0; i < 2; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_real(&item, 0.0, 1.0, &v[i]));
    }
    if (v[0] > v[1])
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%g is over %g", v[0], v[1]);
    *low = (float)v[0];
    *high = (float)v[1];
    return SNQ_OK;
}

static snq_status as_drum(const snq_json_ref *at, uint8_t *key)
{
    char name[SNQ_DRUM_NAME_MAX] = "";
    SNQ_TRY(snq_json_as_text(at, name, sizeof name));
    const int k = snq_drum_key(name);
    if (k < 0)
        return snq_json_fail(at, SNQ_ERR_RANGE, "there is no drum \"%s\"", name);
    *key = (uint8_t)k;
    return SNQ_OK;
}

static snq_status read_drum(const snq_json_ref *at, const char *key, uint8_t *to)
{
    snq_json_ref item;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &item));
    return as_drum(&item, to);
}

/* An array, of at most `most` items; *n: how many; none when it is missing. */
static snq_status find_list(const snq_json_ref *at, const char *key, size_t most,
                            snq_json_ref *list, uint32_t *n)
{
    *n = 0;
    if (!snq_json_find(at, key, list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, list));
    const size_t count = snq_json_count(list);
    if (count > most)
        return snq_json_fail(list, SNQ_ERR_TOO_BIG, "%zu items, at most %zu are taken", count,
                             most);
    *n = (uint32_t)count;
    return SNQ_OK;
}

static snq_status read_drums(const snq_json_ref *at, const char *key, uint8_t *to, uint32_t *n)
{
    snq_json_ref list, item;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(find_list(at, key, SNQ_DRUM_KEYS_MAX, &list, n));
    for (uint32_t i = 0; i < *n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(as_drum(&item, &to[i]));
    }
    return SNQ_OK;
}

static snq_status as_object(const snq_json_ref *at, const char *const *keys, size_t n)
{
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "not an object");
    return snq_json_only(at, keys, n);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- grooves ---- */

static snq_status read_rolls(const snq_json_ref *at, snq_drum_lane *lane)
{
    snq_json_ref list, item;
    uint32_t n = 0;
    SNQ_TRY(snq_json_byte_if(at, "roll_steps", 1, 8, &lane->roll_steps));
    SNQ_TRY(find_list(at, "roll_parts", SNQ_DRUM_PARTS_MAX, &list, &n));
    for (uint32_t i = 0; i < n; i++) {
        int64_t v = 0;
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_int(&item, 2, 16, &v));
        lane->roll_parts[i] = (uint8_t)v;
    }
    if (n)
        lane->roll_choices = (uint8_t)n;
    return SNQ_OK;
}

/* "doubles": the drum of a lane before this one. */
static snq_status read_doubles(const snq_json_ref *at, const snq_drum_groove *g,
                               snq_drum_lane *lane)
{
    snq_json_ref item;
    uint8_t key = 0;
    if (!snq_json_find(at, "doubles", &item))
        return SNQ_OK;
    SNQ_TRY(as_drum(&item, &key));
    for (uint32_t i = 0; i < g->lanes; i++)
        if (g->lane[i].key == key)
            lane->doubles = (int8_t)i;
    if (lane->doubles < 0)
        return snq_json_fail(&item, SNQ_ERR_RANGE, "no lane before this one plays \"%s\"",
                             snq_drum_name(key));
    return SNQ_OK;
}

static snq_status read_lane(const snq_json_ref *at, const snq_drum_groove *g, snq_drum_lane *lane)
{
    static const char *const keys[] = { "key",   "doubles",  "chance",         "accent",
                                        "ghost", "velocity", "ghost_velocity", "energy",
                                        "roll",  "late",     "roll_steps",     "roll_parts" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    *lane = (snq_drum_lane) { .doubles = -1,
                              .period = g->steps,
                              .velocity = 100.0f,
                              .ghost_velocity = 35.0f,
                              .roll_steps = 2,
                              .roll_parts = { 4 },
                              .roll_choices = 1 };
    SNQ_TRY(read_drum(at, "key", &lane->key));
    SNQ_TRY(read_doubles(at, g, lane));
    for (uint32_t i = 0; i < g->steps; i++) {
        lane->accent[i] = 1.0f;
        lane->chance[i] = lane->doubles < 0 ? 0.0f : 1.0f;
    }
    SNQ_TRY(read_steps(at, "chance", g->steps, 1.0, lane->chance, &lane->period));
    SNQ_TRY(read_steps(at, "accent", g->steps, 2.0, lane->accent, NULL));
    SNQ_TRY(read_steps(at, "ghost", g->steps, 1.0, lane->ghost, NULL));
    SNQ_TRY(read_steps(at, "roll", g->steps, 1.0, lane->roll, NULL));
    SNQ_TRY(snq_json_float_if(at, "velocity", 1.0, 127.0, &lane->velocity));
    SNQ_TRY(snq_json_float_if(at, "ghost_velocity", 1.0, 127.0, &lane->ghost_velocity));
    SNQ_TRY(snq_json_float_if(at, "late", -0.5, 0.5, &lane->late_steps));
    SNQ_TRY(read_energy(at, &lane->low, &lane->high));
    return read_rolls(at, lane);
}

/* "metre": "3/4", whose bars have 1 .. STEPS_MAX whole steps. */
static snq_status read_metre(const snq_json_ref *at, snq_drum_groove *g)
{
    char text[16] = "4/4";
    int beats = 0, unit = 0, end = 0;
    snq_json_ref item;
    SNQ_TRY(snq_json_text_if(at, "metre", text, sizeof text));
    const int fine = sscanf(text, "%2d/%2d%n", &beats, &unit, &end) == 2 && text[end] == '\0' &&
                     beats > 0 && (unit == 2 || unit == 4 || unit == 8 || unit == 16);
    const int steps = fine ? beats * 16 / unit : 0;
    SNQ_TRY(snq_json_byte_if(at, "bars", 1, 2, &g->bars));
    if (!fine || steps * g->bars > SNQ_DRUM_STEPS_MAX) {
        (void)snq_json_find(at, snq_json_find(at, "metre", &item) ? "metre" : "bars", &item);
        return snq_json_fail(&item, SNQ_ERR_RANGE,
                             "\"%s\" is no metre that %d bars can have (%d steps)", text, g->bars,
                             SNQ_DRUM_STEPS_MAX);
    }
    g->beats_per_bar = (uint8_t)beats;
    g->beat_unit = (uint8_t)unit;
    g->bar_steps = (uint8_t)steps;
    g->steps = (uint8_t)(steps * g->bars);
    return SNQ_OK;
}

static snq_status read_groove(const snq_json_ref *at, snq_drum_groove *g)
{
    static const char *const keys[] = { "name",  "weight", "sections", "energy", "qualities",
                                        "moods", "metre",  "bars",     "lanes" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    *g = (snq_drum_groove) { .weight = 1.0f, .bars = 1, .sections = ALL_SECTIONS };
    snq_json_ref list, item;
    uint32_t n = 0;
    SNQ_TRY(snq_json_text_if(at, "name", g->name, sizeof g->name));
    SNQ_TRY(snq_json_float_if(at, "weight", 0.001, 1000.0, &g->weight));
    SNQ_TRY(snq_json_set_if(at, "sections", snq_section_names, SNQ_SECTIONS, &g->sections));
    SNQ_TRY(snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &g->qualities));
    SNQ_TRY(snq_json_set_if(at, "moods", snq_mood_names, SNQ_MOODS, &g->moods));
    SNQ_TRY(read_energy(at, &g->low, &g->high));
    SNQ_TRY(read_metre(at, g));
    SNQ_TRY(find_list(at, "lanes", SNQ_DRUM_LANES_MAX, &list, &n));
    for (uint32_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_lane(&item, g, &g->lane[i]));
        g->lanes++;
    }
    return SNQ_OK;
}

static snq_status read_grooves(const snq_json_ref *at, const char *key, snq_drum_groove *g,
                               uint32_t *n)
{
    snq_json_ref list, item;
    SNQ_TRY(find_list(at, key, SNQ_DRUM_GROOVES_MAX, &list, n));
    for (uint32_t i = 0; i < *n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_groove(&item, &g[i]));
    }
    return SNQ_OK;
}

/* ---- fills and moments ---- */

static snq_status read_fill_lane(const snq_json_ref *at, uint32_t steps, snq_drum_fill_lane *lane)
{
    static const char *const keys[] = { "key", "chance", "velocity", "rise", "parts" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    *lane = (snq_drum_fill_lane) { .velocity = 100.0f, .rise = 0.3f, .parts = 1 };
    SNQ_TRY(read_drum(at, "key", &lane->key));
    SNQ_TRY(read_steps(at, "chance", steps, 1.0, lane->chance, NULL));
    SNQ_TRY(snq_json_float_if(at, "velocity", 1.0, 127.0, &lane->velocity));
    SNQ_TRY(snq_json_float_if(at, "rise", -1.0, 1.0, &lane->rise));
    return snq_json_byte_if(at, "parts", 1, 4, &lane->parts);
}

static snq_status read_fill(const snq_json_ref *at, snq_drum_fill *f)
{
    static const char *const keys[] = { "name",      "weight", "steps", "energy",
                                        "qualities", "keep",   "lanes" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    *f = (snq_drum_fill) { .weight = 1.0f, .steps = 8 };
    snq_json_ref list, item;
    uint32_t n = 0;
    SNQ_TRY(snq_json_text_if(at, "name", f->name, sizeof f->name));
    SNQ_TRY(snq_json_float_if(at, "weight", 0.001, 1000.0, &f->weight));
    SNQ_TRY(snq_json_byte_if(at, "steps", 2, SNQ_DRUM_FILL_STEPS_MAX, &f->steps));
    SNQ_TRY(read_energy(at, &f->low, &f->high));
    SNQ_TRY(snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &f->qualities));
    SNQ_TRY(read_drums(at, "keep", f->keep, &f->keeps));
    SNQ_TRY(find_list(at, "lanes", SNQ_DRUM_FILL_LANES_MAX, &list, &n));
    for (uint32_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_fill_lane(&item, f->steps, &f->lane[i]));
        f->lanes++;
    }
    return SNQ_OK;
}

static snq_status read_build(const snq_json_ref *at, snq_drum_build *b)
{
    static const char *const keys[] = { "keys",         "bars",       "spacing",  "velocity",
                                        "velocity_end", "kick_until", "gap_steps" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    snq_json_ref list, item;
    uint32_t n = 0;
    SNQ_TRY(read_drums(at, "keys", b->key, &b->keys));
    SNQ_TRY(snq_json_byte_if(at, "bars", 1, 16, &b->bars));
    SNQ_TRY(snq_json_float_if(at, "velocity", 1.0, 127.0, &b->velocity));
    SNQ_TRY(snq_json_float_if(at, "velocity_end", 1.0, 127.0, &b->velocity_end));
    SNQ_TRY(snq_json_float_if(at, "kick_until", 0.0, 1.0, &b->kick_until));
    SNQ_TRY(snq_json_float_if(at, "gap_steps", 0.0, 8.0, &b->gap_steps));
    SNQ_TRY(find_list(at, "spacing", SNQ_DRUM_PARTS_MAX, &list, &n));
    for (uint32_t i = 0; i < n; i++) {
        double v = 0.0;
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_real(&item, 0.25, 16.0, &v));
        b->spacing[i] = (float)v;
    }
    if (n)
        b->stages = n;
    return SNQ_OK;
}

static snq_status read_mark(const snq_json_ref *at, snq_drum_mark *m)
{
    static const char *const keys[] = { "keys", "velocity", "chance", "energy" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    SNQ_TRY(read_drums(at, "keys", m->key, &m->keys));
    SNQ_TRY(snq_json_float_if(at, "velocity", 1.0, 127.0, &m->velocity));
    SNQ_TRY(snq_json_float_if(at, "chance", 0.0, 1.0, &m->chance));
    return snq_json_float_if(at, "energy", 0.0, 1.0, &m->energy);
}

static snq_status read_dropout(const snq_json_ref *at, snq_drum_dropout *d)
{
    static const char *const keys[] = { "keys", "steps", "every", "chance" };
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    SNQ_TRY(read_drums(at, "keys", d->key, &d->keys));
    SNQ_TRY(snq_json_byte_if(at, "steps", 1, 16, &d->steps));
    SNQ_TRY(snq_json_byte_if(at, "every", 1, 32, &d->every));
    return snq_json_float_if(at, "chance", 0.0, 1.0, &d->chance);
}

/* ---- the whole ---- */

static void no_grooves(snq_style_drums *out)
{
    *out = (snq_style_drums) {
        .loyalty = 0.6f,
        .fill_every = 8,
        .fill_chance = 0.4f,
        .build = { .key = { SNQ_DRUM_SNARE },
                   .keys = 1,
                   .bars = 8,
                   .spacing = { 4.0f, 2.0f, 1.0f, 0.5f },
                   .stages = 4,
                   .velocity = 50.0f,
                   .velocity_end = 112.0f,
                   .kick_until = 0.75f },
        .crash = { .key = { SNQ_DRUM_CRASH },
                   .keys = 1,
                   .velocity = 96.0f,
                   .chance = 1.0f,
                   .energy = 0.5f },
        .final = { .key = { SNQ_DRUM_KICK, SNQ_DRUM_CRASH },
                   .keys = 2,
                   .velocity = 100.0f,
                   .chance = 1.0f },
        .dropout = { .steps = 4, .every = 8 },
    };
}

static void plain_lane(snq_drum_groove *g, int key, uint32_t every, uint32_t from, float velocity)
{
    snq_drum_lane *lane = &g->lane[g->lanes++];
    *lane = (snq_drum_lane) { .key = (uint8_t)key,
                              .period = g->steps,
                              .doubles = -1,
                              .velocity = velocity,
                              .ghost_velocity = 35.0f,
                              .high = 1.0f,
                              .roll_steps = 2,
                              .roll_parts = { 4 },
                              .roll_choices = 1 };
    for (uint32_t i = 0; i < g->steps; i++) {
        lane->accent[i] = 1.0f;
        lane->chance[i] = i % every == from ? 1.0f : 0.0f;
    }
}

/* The groove and the fill of a style that says nothing. */
static void plain_groove(snq_style_drums *out)
{
    snq_drum_groove *g = &out->groove[0];
    *g = (snq_drum_groove) { .name = "plain",
                             .weight = 1.0f,
                             .sections = ALL_SECTIONS,
                             .high = 1.0f,
                             .beats_per_bar = 4,
                             .beat_unit = 4,
                             .bars = 1,
                             .bar_steps = 16,
                             .steps = 16 };
    plain_lane(g, SNQ_DRUM_KICK, 8, 0, 108.0f);
    plain_lane(g, SNQ_DRUM_SNARE, 8, 4, 104.0f);
    plain_lane(g, SNQ_DRUM_HAT_CLOSED, 2, 0, 80.0f);
    out->grooves = 1;
}

static void plain_fill(snq_style_drums *out)
{
    snq_drum_fill *f = &out->fill[0];
    *f = (snq_drum_fill) { .name = "plain",
                           .weight = 1.0f,
                           .steps = 4,
                           .high = 1.0f,
                           .keep = { SNQ_DRUM_KICK },
                           .keeps = 1,
                           .lanes = 1 };
    f->lane[0] = (snq_drum_fill_lane) {
        .key = SNQ_DRUM_SNARE, .velocity = 104.0f, .rise = 0.3f, .parts = 1
    };
    for (uint32_t i = 0; i < f->steps; i++)
        f->lane[0].chance[i] = 1.0f;
    out->fills = 1;
}

void snq__style_drums_default(snq_style_drums *out)
{
    no_grooves(out);
    plain_groove(out);
    plain_fill(out);
}

static snq_status read_moments(const snq_json_ref *at, snq_style_drums *out)
{
    snq_json_ref part;
    if (snq_json_find(at, "build", &part))
        SNQ_TRY(read_build(&part, &out->build));
    if (snq_json_find(at, "crash", &part))
        SNQ_TRY(read_mark(&part, &out->crash));
    if (snq_json_find(at, "final", &part))
        SNQ_TRY(read_mark(&part, &out->final));
    if (snq_json_find(at, "dropout", &part))
        SNQ_TRY(read_dropout(&part, &out->dropout));
    return SNQ_OK;
}

snq_status snq__style_drums_read(const snq_json_ref *at, snq_style_drums *out)
{
    static const char *const keys[] = { "feel",  "loyalty",    "grooves", "percussion",
                                        "fills", "fill_every", "build",   "fill_chance",
                                        "crash", "final",      "dropout" };
    snq_json_ref list, item;
    no_grooves(out);
    SNQ_TRY(as_object(at, keys, COUNT(keys)));
    if (snq_json_find(at, "feel", &item)) {
        size_t feel = 0;
        SNQ_TRY(snq_json_as_choice(&item, snq_feel_names, SNQ_FEELS, &feel));
        out->feel = (uint8_t)feel;
    }
    SNQ_TRY(snq_json_float_if(at, "loyalty", 0.0, 1.0, &out->loyalty));
    SNQ_TRY(read_grooves(at, "grooves", out->groove, &out->grooves));
    if (!out->grooves)
        plain_groove(out);
    SNQ_TRY(read_grooves(at, "percussion", out->percussion, &out->percussions));
    SNQ_TRY(find_list(at, "fills", SNQ_DRUM_FILLS_MAX, &list, &out->fills));
    for (uint32_t i = 0; i < out->fills; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_fill(&item, &out->fill[i]));
    }
    SNQ_TRY(snq_json_byte_if(at, "fill_every", 1, 32, &out->fill_every));
    SNQ_TRY(snq_json_float_if(at, "fill_chance", 0.0, 1.0, &out->fill_chance));
    return read_moments(at, out);
}
