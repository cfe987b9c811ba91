// SPDX-License-Identifier: MIT
/* Reading how a style sings. Everything that a user may get wrong is said with its place; what he leaves out
 * has the default of the header. */
#include "compose/style_melody.h"

#include <string.h>

#include "compose/brief.h"

static const char *const place_names[SNQ_MELODY_PLACES] = { "any", "open", "close" };
static const char *const vocal_names[SNQ_VOCAL_WAYS] = { "sung", "vowels", "chops" };

void snq__style_melody_default(snq_style_melody *out)
{
    static const snq_melody_rhythm rhythms[] = {
        { .notes = "x---x---x-x-x---", .weight = 1, .energy_max = 1 },
        { .notes = "x-x-x---..x-x---", .weight = 1, .energy_max = 1 },
        { .notes = "x-----x-x---x-x-", .weight = 1, .energy_max = 1 },
        { .notes = "x-------x-------", .weight = 1, .energy_max = 0.5f },
        { .notes = "x---x-------....", .place = SNQ_MELODY_CLOSE, .weight = 1, .energy_max = 1 },
    };
    static const snq_melody_plan plans[] = { { "ABAC", 2 }, { "AaBC", 1 }, { "ABACABaD", 2 } };
    *out = (snq_style_melody) {
        .low = 62,
        .high = 81,
        .leaps = 0.25f,
        .repeats = 0.15f,
        .pentatonic = 0.2f,
        .hook = 0.4f,
        .ornament = 0.2f,
        .pickup = 0.2f,
        .answer = 0.2f,
        .gate = 0.92f,
        .velocity = 88.0f,
        .accent = 104.0f,
        .rhythms = SNQ_COUNT(rhythms),
        .plans = SNQ_COUNT(plans),
        .vocal = { .low = 57, .high = 76, .way = SNQ_VOCAL_SUNG, .phrase_s = 5.5f, .density = 0.5f }
    };
    memcpy(out->rhythm, rhythms, sizeof rhythms);
    memcpy(out->plan, plans, sizeof plans);
}

static snq_status range_if(const snq_json_ref *at, int lo, int hi, int least, uint8_t *low,
                           uint8_t *high)
{
    float a = *low, b = *high;
    SNQ_TRY(snq_json_range_if(at, "range", lo, hi, &a, &b));
    *low = (uint8_t)a;
    *high = (uint8_t)b;
    if (*high < *low + least)
        return snq_json_fail(at, SNQ_ERR_RANGE, "range: %d .. %d is less than %d semitones", *low,
                             *high, least);
    return SNQ_OK;
}

static snq_status read_rhythm(const snq_json_ref *at, snq_melody_rhythm *r)
{
    static const char *const keys[] = { "notes", "place", "weight", "energy" };
    static const char legal[] = ".-xX";
    snq_json_ref item;
    *r = (snq_melody_rhythm) { .weight = 1.0f, .energy_max = 1.0f };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "notes", r->notes, sizeof r->notes));
    SNQ_TRY(snq_json_get(at, "notes", SNQ_JSON_STRING, &item));
    const size_t n = strlen(r->notes), ok = strspn(r->notes, legal);
    if (n != SNQ_MELODY_STEPS || ok != n)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "%zu steps of %s, %d wanted", ok, legal,
                             SNQ_MELODY_STEPS);
    if (strspn(r->notes, ".-") == n)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "no note");
    SNQ_TRY(snq_json_choice_if(at, "place", place_names, SNQ_MELODY_PLACES, &r->place));
    SNQ_TRY(snq_json_float_if(at, "weight", 1e-3, 1e3, &r->weight));
    return snq_json_range_if(at, "energy", 0.0, 1.0, &r->energy_min, &r->energy_max);
}

static snq_status read_plan(const snq_json_ref *at, snq_melody_plan *p)
{
    static const char *const keys[] = { "bars", "weight" };
    snq_json_ref item;
    *p = (snq_melody_plan) { .weight = 1.0f };
    if (snq_json_kind_of(at) == SNQ_JSON_STRING) {
        item = *at;
    } else {
        SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
        SNQ_TRY(snq_json_float_if(at, "weight", 1e-3, 1e3, &p->weight));
        SNQ_TRY(snq_json_get(at, "bars", SNQ_JSON_STRING, &item));
    }
    SNQ_TRY(snq_json_as_text(&item, p->bars, sizeof p->bars));
    const size_t n = strlen(p->bars), ok = strspn(p->bars, ".ABCDEFGHabcdefgh");
    if (ok != n || n < 2)
        return snq_json_fail(&item, SNQ_ERR_FORMAT,
                             "%zu bars of A .. H, a .. h and points, 2 .. 16 wanted", ok);
    if (strspn(p->bars, ".") == n)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "nothing but silence");
    return SNQ_OK;
}

static snq_status list_of(const snq_json_ref *at, const char *key, size_t most, snq_json_ref *list,
                          uint32_t *n)
{
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, list));
    const size_t count = snq_json_count(list);
    if (count > most)
        return snq_json_fail(list, SNQ_ERR_TOO_BIG, "%zu items, at most %zu", count, most);
    if (count == 0)
        return snq_json_fail(list, SNQ_ERR_FORMAT, "empty");
    *n = (uint32_t)count;
    return SNQ_OK;
}

static snq_status read_lists(const snq_json_ref *at, snq_style_melody *out)
{
    snq_json_ref list, item;
    if (snq_json_find(at, "rhythms", &list)) {
        SNQ_TRY(list_of(at, "rhythms", SNQ_MELODY_RHYTHMS_MAX, &list, &out->rhythms));
        for (uint32_t i = 0; i < out->rhythms; i++) {
            snq_json_item(&list, i, &item);
            SNQ_TRY(read_rhythm(&item, &out->rhythm[i]));
        }
    }
    if (snq_json_find(at, "plans", &list)) {
        SNQ_TRY(list_of(at, "plans", SNQ_MELODY_PLANS_MAX, &list, &out->plans));
        for (uint32_t i = 0; i < out->plans; i++) {
            snq_json_item(&list, i, &item);
            SNQ_TRY(read_plan(&item, &out->plan[i]));
        }
    }
    return SNQ_OK;
}

static snq_status read_vocal(const snq_json_ref *at, snq_style_vocal *v)
{
    static const char *const keys[] = { "range", "way", "phrase_s", "density" };
    snq_json_ref vocal;
    if (!snq_json_find(at, "vocal", &vocal))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "vocal", SNQ_JSON_OBJECT, &vocal));
    SNQ_TRY(snq_json_only(&vocal, keys, SNQ_COUNT(keys)));
    SNQ_TRY(range_if(&vocal, 48, 84, 10, &v->low, &v->high));
    SNQ_TRY(snq_json_choice_if(&vocal, "way", vocal_names, SNQ_VOCAL_WAYS, &v->way));
    SNQ_TRY(snq_json_float_if(&vocal, "phrase_s", 1.0, 12.0, &v->phrase_s));
    return snq_json_float_if(&vocal, "density", 0.0, 1.0, &v->density);
}

snq_status snq__style_melody_read(const snq_json_ref *at, snq_style_melody *out)
{
    static const char *const keys[] = { "range",  "leaps",     "repeats", "pentatonic",
                                        "blue",   "chromatic", "hook",    "ornament",
                                        "pickup", "answer",    "gate",    "velocity",
                                        "accent", "rhythms",   "plans",   "vocal" };
    const struct {
        const char *key;
        double lo, hi;
        float *to;
    } real[] = {
        { "leaps", 0, 1, &out->leaps },           { "repeats", 0, 1, &out->repeats },
        { "pentatonic", 0, 1, &out->pentatonic }, { "blue", 0, 1, &out->blue },
        { "chromatic", 0, 1, &out->chromatic },   { "hook", 0, 1, &out->hook },
        { "ornament", 0, 1, &out->ornament },     { "pickup", 0, 1, &out->pickup },
        { "answer", 0, 1, &out->answer },         { "gate", 0.1, 1.1, &out->gate },
        { "velocity", 1, 127, &out->velocity },   { "accent", 1, 127, &out->accent },
    };
    snq__style_melody_default(out);
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "an object is wanted");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(range_if(at, 36, 108, 10, &out->low, &out->high));
    for (size_t i = 0; i < SNQ_COUNT(real); i++)
        SNQ_TRY(snq_json_float_if(at, real[i].key, real[i].lo, real[i].hi, real[i].to));
    SNQ_TRY(read_lists(at, out));
    return read_vocal(at, &out->vocal);
}
