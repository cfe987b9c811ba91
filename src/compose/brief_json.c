// SPDX-License-Identifier: MIT
/* A brief as a document and back (schemas/brief-1.schema.json). What is written is in the order of the
 * schema, sets in the order of its enums, so the same brief is the same bytes. */
#include "compose/brief.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const wish_names[] = { "long", "short", "none" };
static const char *const prefixes[] = { "count:", "bars:" };

/* ---------------------------------------------------------------- writing */

static void put_set(snq_json *j, const char *key, uint32_t set, const char *const *names)
{
    if (!set)
        return;
    snq_json_key(j, key);
    snq_json_array(j);
    for (unsigned i = 0; set >> i; i++)
        if (set >> i & 1)
            snq_json_string(j, names[i]);
    snq_json_end(j);
}

static void put_modifiers(snq_json *j, const uint32_t *of)
{
    int open = 0;
    for (unsigned p = 0; p < SNQ_PARTS; p++)
        for (unsigned q = 0; q < SNQ_QUALITIES; q++) {
            if (!(of[p] >> q & 1))
                continue;
            if (!open++) {
                snq_json_key(j, "modifiers");
                snq_json_array(j);
            }
            snq_json_object(j);
            snq_json_put_string(j, "track", snq_part_names[p]);
            snq_json_put_string(j, "quality", snq_quality_names[q]);
            snq_json_end(j);
        }
    if (open)
        snq_json_end(j);
}

static void put_tempo(snq_json *j, const snq_brief *b)
{
    const struct {
        const char *key;
        double bpm;
    } row[] = { { "bpm", b->bpm }, { "min", b->min_bpm }, { "max", b->max_bpm } };
    if (b->bpm <= 0.0 && b->min_bpm <= 0.0 && b->max_bpm <= 0.0 && !b->feel)
        return;
    snq_json_key(j, "tempo");
    snq_json_object(j);
    for (size_t i = 0; i < SNQ_COUNT(row); i++)
        if (row[i].bpm > 0.0) {
            snq_json_key(j, row[i].key);
            snq_json_digits(j, row[i].bpm, 12);
        }
    if (b->feel)
        snq_json_put_string(j, "feel", snq_feel_names[b->feel]);
    snq_json_end(j);
}

static void put_key(snq_json *j, const snq_brief *b)
{
    if (b->mode < 0)
        return;
    snq_json_key(j, "key");
    snq_json_object(j);
    snq_json_put_string(j, "tonic", b->tonic < 0 ? NULL : snq_tonic_names[b->tonic]);
    snq_json_put_string(j, "mode", snq_brief_mode_names[b->mode]);
    snq_json_end(j);
}

static void put_length(snq_json *j, const snq_brief *b)
{
    char metre[16];
    if (b->beat_unit) {
        snprintf(metre, sizeof metre, "%d/%d", b->beats_per_bar, b->beat_unit);
        snq_json_put_string(j, "meter", metre);
    }
    if (b->bars <= 0 && b->seconds <= 0.0)
        return;
    snq_json_key(j, "length");
    snq_json_object(j);
    if (b->bars > 0)
        snq_json_put_int(j, "bars", b->bars);
    else {
        snq_json_key(j, "seconds");
        snq_json_digits(j, b->seconds, 15);
    }
    snq_json_end(j);
}

static void put_tracks(snq_json *j, const snq_brief *b)
{
    if (!(b->only | b->include | b->exclude))
        return;
    snq_json_key(j, "tracks");
    snq_json_object(j);
    put_set(j, "only", b->only, snq_part_names);
    put_set(j, "include", b->include, snq_part_names);
    put_set(j, "exclude", b->exclude, snq_part_names);
    snq_json_end(j);
}

static void put_avoid(snq_json *j, const snq_brief *b)
{
    uint32_t any = b->avoid_genres | b->avoid_moods | b->avoid_instruments;
    for (unsigned p = 0; p < SNQ_PARTS; p++)
        any |= b->avoid_modifiers[p];
    if (!any)
        return;
    snq_json_key(j, "avoid");
    snq_json_object(j);
    put_set(j, "genres", b->avoid_genres, snq_genre_names);
    put_set(j, "moods", b->avoid_moods, snq_mood_names);
    put_set(j, "instruments", b->avoid_instruments, snq_played_names);
    put_modifiers(j, b->avoid_modifiers);
    snq_json_end(j);
}

static void put_structure(snq_json *j, const snq_brief *b)
{
    char quality[32];
    if (!b->wishes)
        return;
    snq_json_key(j, "structure");
    snq_json_array(j);
    for (uint32_t i = 0; i < b->wishes; i++) {
        const snq_section_wish *w = &b->wish[i];
        if (w->kind < SNQ_WISH_COUNT)
            snprintf(quality, sizeof quality, "%s", wish_names[w->kind]);
        else
            snprintf(quality, sizeof quality, "%s%d", prefixes[w->kind - SNQ_WISH_COUNT], w->n);
        snq_json_object(j);
        snq_json_put_string(j, "section", snq_section_names[w->section]);
        snq_json_put_string(j, "quality", quality);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void put_unknown(snq_json *j, const snq_brief *b)
{
    char word[256];
    if (!b->unknowns)
        return;
    snq_json_key(j, "unknown");
    snq_json_array(j);
    for (const char *w = snq_str_text(&b->unknown); *w;) {
        const size_t n = strcspn(w, "\n");
        snprintf(word, sizeof word, "%.*s", (int)n, w);
        snq_json_string(j, word);
        w += n + 1;
    }
    snq_json_end(j);
}

void snq_brief_json(snq_json *j, const snq_brief *b)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", SNQ_BRIEF_SCHEMA);
    if (b->genres) {
        snq_json_key(j, "genres");
        snq_json_array(j);
        for (unsigned i = 0; i < b->genres; i++)
            snq_json_string(j, snq_genre_names[b->genre[i]]);
        snq_json_end(j);
    }
    put_set(j, "moods", b->moods, snq_mood_names);
    put_tempo(j, b);
    put_key(j, b);
    put_length(j, b);
    put_tracks(j, b);
    put_modifiers(j, b->modifiers);
    put_set(j, "instruments", b->instruments, snq_played_names);
    put_avoid(j, b);
    if (b->swing)
        snq_json_put_string(j, "swing", snq_swing_names[b->swing]);
    if (b->energy)
        snq_json_put_string(j, "energy", snq_energy_names[b->energy]);
    if (b->era >= 0)
        snq_json_put_string(j, "era", snq_era_names[b->era]);
    put_structure(j, b);
    put_unknown(j, b);
    snq_json_end(j);
}

/* ---------------------------------------------------------------- reading */

/* A member that is there and is not null. */
static int said(const snq_json_ref *at, const char *key, snq_json_ref *out)
{
    return snq_json_find(at, key, out) && snq_json_kind_of(out) != SNQ_JSON_NULL;
}

static snq_status get_set(const snq_json_ref *at, const char *key, const char *const *names,
                          size_t n, uint32_t *set)
{
    snq_json_ref list, item;
    size_t v = 0;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_choice(&item, names, n, &v));
        if (*set >> v & 1)
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "\"%s\" is there twice", names[v]);
        *set |= 1u << v;
    }
    return SNQ_OK;
}

static snq_status get_choice(const snq_json_ref *at, const char *key, const char *const *names,
                             size_t n, int *value)
{
    snq_json_ref item;
    size_t v = 0;
    if (!said(at, key, &item))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_choice(&item, names, n, &v));
    *value = (int)v;
    return SNQ_OK;
}

static snq_status get_genres(const snq_json_ref *at, snq_brief *b)
{
    snq_json_ref list, item;
    uint32_t set = 0;
    size_t v = 0;
    SNQ_TRY(get_set(at, "genres", snq_genre_names, SNQ_GENRES, &set));
    if (!snq_json_find(at, "genres", &list))
        return SNQ_OK;
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_choice(&item, snq_genre_names, SNQ_GENRES, &v));
        snq_brief_add_genre(b, (uint8_t)v);
    }
    return SNQ_OK;
}

static snq_status get_modifiers(const snq_json_ref *at, uint32_t *of)
{
    static const char *const keys[] = { "track", "quality" };
    snq_json_ref list, row;
    if (!snq_json_find(at, "modifiers", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "modifiers", SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        int part = -1, quality = -1;
        snq_json_item(&list, i, &row);
        SNQ_TRY(snq_json_only(&row, keys, SNQ_COUNT(keys)));
        SNQ_TRY(get_choice(&row, "track", snq_part_names, SNQ_PARTS, &part));
        SNQ_TRY(get_choice(&row, "quality", snq_quality_names, SNQ_QUALITIES, &quality));
        if (part < 0 || quality < 0)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "track and quality are wanted");
        if (of[part] >> quality & 1)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "is there twice");
        of[part] |= 1u << quality;
    }
    return SNQ_OK;
}

static snq_status get_tempo(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "bpm", "min", "max", "feel" };
    double *const to[] = { &b->bpm, &b->min_bpm, &b->max_bpm };
    snq_json_ref tempo, item;
    int feel = 0;
    if (!said(at, "tempo", &tempo))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&tempo, keys, SNQ_COUNT(keys)));
    for (size_t i = 0; i < SNQ_COUNT(to); i++)
        if (said(&tempo, keys[i], &item))
            SNQ_TRY(snq_json_as_real(&item, SNQ_BRIEF_BPM_MIN, SNQ_BRIEF_BPM_MAX, to[i]));
    SNQ_TRY(get_choice(&tempo, "feel", snq_feel_names, SNQ_FEELS, &feel));
    b->feel = (uint8_t)feel;
    if (b->bpm > 0.0 && (b->min_bpm > 0.0 || b->max_bpm > 0.0))
        return snq_json_fail(&tempo, SNQ_ERR_FORMAT, "either bpm or a range");
    if (b->max_bpm > 0.0 && b->min_bpm > b->max_bpm)
        return snq_json_fail(&tempo, SNQ_ERR_RANGE, "min is over max");
    return SNQ_OK;
}

static snq_status get_key(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "tonic", "mode" };
    snq_json_ref key, item;
    int tonic = -1, mode = -1;
    if (!said(at, "key", &key))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&key, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(&key, "tonic", SNQ_JSON_ANY, &item));
    SNQ_TRY(snq_json_get(&key, "mode", SNQ_JSON_STRING, &item));
    SNQ_TRY(get_choice(&key, "tonic", snq_tonic_names, SNQ_COUNT(snq_tonic_names), &tonic));
    SNQ_TRY(get_choice(&key, "mode", snq_brief_mode_names, SNQ_MODES, &mode));
    b->tonic = (int8_t)tonic;
    b->mode = (int8_t)mode;
    return SNQ_OK;
}

/* A whole number without sign or leading zero, lo .. hi; -1 when it is not. */
static long whole(const char *text, long hi, const char **end)
{
    char *stop;
    if (*text < '1' || *text > '9')
        return -1;
    const long v = strtol(text, &stop, 10);
    *end = stop;
    return v > hi ? -1 : v;
}

static snq_status get_metre(const snq_json_ref *at, snq_brief *b)
{
    snq_json_ref item;
    char text[16];
    const char *rest = text, *end = text;
    if (!said(at, "meter", &item))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_text(&item, text, sizeof text));
    const long beats = whole(text, 99, &rest);
    const long unit = beats > 0 && *rest == '/' ? whole(rest + 1, 16, &end) : -1;
    if (unit < 2 || (unit & (unit - 1)) || *end)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "\"%s\" is no metre", text);
    b->beats_per_bar = (uint8_t)beats;
    b->beat_unit = (uint8_t)unit;
    return SNQ_OK;
}

static snq_status get_length(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "seconds", "bars" };
    snq_json_ref length, item;
    int64_t bars = 0;
    if (!said(at, "length", &length))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&length, keys, SNQ_COUNT(keys)));
    if (snq_json_kind_of(&length) != SNQ_JSON_OBJECT || snq_json_count(&length) != 1)
        return snq_json_fail(&length, SNQ_ERR_FORMAT, "either seconds or bars");
    if (snq_json_find(&length, "bars", &item))
        SNQ_TRY(snq_json_as_int(&item, 1, SNQ_BRIEF_BARS_MAX, &bars));
    else
        SNQ_TRY(snq_json_real_of(&length, "seconds", 1e-3, SNQ_BRIEF_SECONDS_MAX, &b->seconds));
    b->bars = (int32_t)bars;
    return SNQ_OK;
}

static snq_status get_tracks(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "only", "include", "exclude" };
    uint8_t *const to[] = { &b->only, &b->include, &b->exclude };
    snq_json_ref tracks;
    if (!said(at, "tracks", &tracks))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&tracks, keys, SNQ_COUNT(keys)));
    for (size_t i = 0; i < SNQ_COUNT(to); i++) {
        uint32_t set = 0;
        SNQ_TRY(get_set(&tracks, keys[i], snq_part_names, SNQ_PART_mix, &set));
        *to[i] = (uint8_t)set;
    }
    return SNQ_OK;
}

static snq_status get_avoid(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "genres", "moods", "instruments", "modifiers" };
    snq_json_ref avoid;
    if (!said(at, "avoid", &avoid))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&avoid, keys, SNQ_COUNT(keys)));
    SNQ_TRY(get_set(&avoid, "genres", snq_genre_names, SNQ_GENRES, &b->avoid_genres));
    SNQ_TRY(get_set(&avoid, "moods", snq_mood_names, SNQ_MOODS, &b->avoid_moods));
    SNQ_TRY(get_set(&avoid, "instruments", snq_played_names, SNQ_PLAYED, &b->avoid_instruments));
    return get_modifiers(&avoid, b->avoid_modifiers);
}

static int read_wish(const char *text, snq_section_wish *w)
{
    const char *end = text;
    for (size_t i = 0; i < SNQ_COUNT(wish_names); i++)
        if (strcmp(text, wish_names[i]) == 0) {
            w->kind = (uint8_t)i;
            return 1;
        }
    for (size_t i = 0; i < SNQ_COUNT(prefixes); i++) {
        const size_t n = strlen(prefixes[i]);
        if (strncmp(text, prefixes[i], n) != 0)
            continue;
        const long v = whole(text + n, i ? SNQ_BRIEF_BARS_MAX : SNQ_BRIEF_COUNT_MAX, &end);
        w->kind = (uint8_t)(SNQ_WISH_COUNT + i);
        w->n = (int32_t)v;
        return v > 0 && !*end;
    }
    return 0;
}

static snq_status get_structure(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "section", "quality" };
    snq_json_ref list, row;
    if (!snq_json_find(at, "structure", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "structure", SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        int section = -1;
        char quality[32];
        snq_section_wish w = { 0 };
        snq_json_item(&list, i, &row);
        SNQ_TRY(snq_json_only(&row, keys, SNQ_COUNT(keys)));
        SNQ_TRY(get_choice(&row, "section", snq_section_names, SNQ_SECTIONS, &section));
        SNQ_TRY(snq_json_text_of(&row, "quality", quality, sizeof quality));
        w.section = (uint8_t)section;
        if (section < 0 || !read_wish(quality, &w))
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "\"%s\" is no wish about a section",
                                 quality);
        const uint32_t before = b->wishes;
        if (!snq_brief_add_wish(b, w))
            return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "more than %d", SNQ_BRIEF_WISHES_MAX);
        if (b->wishes == before)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "is there twice");
    }
    return SNQ_OK;
}

static snq_status get_unknown(const snq_json_ref *at, snq_brief *b)
{
    snq_json_ref list, item;
    char word[256];
    if (!snq_json_find(at, "unknown", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "unknown", SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, word, sizeof word));
        if (!*word || strchr(word, '\n'))
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "is no word");
        SNQ_TRY(snq_brief_add_unknown(b, word, strlen(word)));
    }
    return SNQ_OK;
}

static snq_status get_rest(const snq_json_ref *at, snq_brief *b)
{
    int swing = -1, energy = -1, era = -1;
    SNQ_TRY(get_choice(at, "swing", snq_swing_names + 1, SNQ_SWINGS - 1, &swing));
    SNQ_TRY(get_choice(at, "energy", snq_energy_names + 1, SNQ_ENERGIES - 1, &energy));
    SNQ_TRY(get_choice(at, "era", snq_era_names, SNQ_ERAS, &era));
    b->swing = (uint8_t)(swing + 1);
    b->energy = (uint8_t)(energy + 1);
    b->era = (int8_t)era;
    SNQ_TRY(get_structure(at, b));
    return get_unknown(at, b);
}

static snq_status get_all(const snq_json_ref *at, snq_brief *b)
{
    static const char *const keys[] = { "schema",    "genres",      "moods",     "tempo",
                                        "key",       "meter",       "length",    "tracks",
                                        "modifiers", "instruments", "avoid",     "swing",
                                        "energy",    "era",         "structure", "unknown" };
    static const char *const schemas[] = { SNQ_BRIEF_SCHEMA };
    int schema;
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "a brief is an object");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(get_choice(at, "schema", schemas, 1, &schema));
    SNQ_TRY(get_genres(at, b));
    SNQ_TRY(get_set(at, "moods", snq_mood_names, SNQ_MOODS, &b->moods));
    SNQ_TRY(get_tempo(at, b));
    SNQ_TRY(get_key(at, b));
    SNQ_TRY(get_metre(at, b));
    SNQ_TRY(get_length(at, b));
    SNQ_TRY(get_tracks(at, b));
    SNQ_TRY(get_modifiers(at, b->modifiers));
    SNQ_TRY(get_set(at, "instruments", snq_played_names, SNQ_PLAYED, &b->instruments));
    SNQ_TRY(get_avoid(at, b));
    return get_rest(at, b);
}

snq_status snq_brief_from_json(const snq_json_ref *at, snq_brief *b)
{
    snq_brief_init(b);
    const snq_status st = get_all(at, b);
    if (st < 0)
        snq_brief_clear(b);
    return st;
}
