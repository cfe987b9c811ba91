// SPDX-License-Identifier: MIT
/* Reading a lexicon's document: each of its lists, and the kind that a phrase in it has. */
#include "compose/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/lexicon_impl.h"

enum { PHRASE_BYTES = SNQ_LEXICON_WORDS_MAX * (SNQ_LEXICON_WORD_BYTES_MAX + 1) };

static const char *const unit_names[SNQ_UNITS] = { "seconds", "minutes", "hours", "bars", "bpm" };

/* {"id": [phrase, …], …}: ids are names (n,), the first one the value `first` */
static const struct {
    const char *key;
    uint8_t kind, mend;
    const char *const *names;
    size_t n;
    int first;
} group_tab[] = {
    { "genres", SNQ_WORD_GENRE, 1, snq_genre_names, SNQ_GENRES, 0 },
    { "moods", SNQ_WORD_MOOD, 1, snq_mood_names, SNQ_MOODS, 0 },
    { "qualities", SNQ_WORD_QUALITY, 1, snq_quality_names, SNQ_QUALITIES, 0 },
    { "tracks", SNQ_WORD_TRACK, 1, snq_part_names, SNQ_PART_mix, 0 },
    { "instruments", SNQ_WORD_INSTRUMENT, 1, snq_played_names, SNQ_PLAYED, 0 },
    { "section_lengths", SNQ_WORD_LENGTH, 0, (const char *const[]) { "long", "short" }, 2, 0 },
    { "energy", SNQ_WORD_ENERGY, 1, snq_energy_names + 1, SNQ_ENERGIES - 1, 1 },
    { "swing", SNQ_WORD_SWING, 1, snq_swing_names + 1, SNQ_SWINGS - 1, 1 },
    { "feel", SNQ_WORD_FEEL, 1, snq_feel_names, SNQ_FEELS, 0 },
    { "eras", SNQ_WORD_ERA, 0, snq_era_names, SNQ_ERAS, 0 },
    { "modes", SNQ_WORD_MODE, 1, snq_brief_mode_names, SNQ_MODES, 0 },
    { "units", SNQ_WORD_UNIT, 0, unit_names, SNQ_UNITS, 0 },
};

/* [phrase, …] */
static const struct {
    const char *key;
    uint8_t kind, value;
} list_tab[] = {
    { "about", SNQ_WORD_ABOUT, 0 },
    { "about_after", SNQ_WORD_ABOUT_AFTER, 0 },
    { "at_most", SNQ_WORD_AT_MOST, 0 },
    { "at_least", SNQ_WORD_AT_LEAST, 0 },
    { "negators", SNQ_WORD_NEGATOR, 0 },
    { "predicate_negators", SNQ_WORD_NEGATOR, 1 },
    { "restrictors", SNQ_WORD_RESTRICTOR, 0 },
    { "restrictors_after", SNQ_WORD_RESTRICTOR_AFTER, 0 },
    { "solo", SNQ_WORD_SOLO, 0 },
    { "carry_on", SNQ_WORD_CARRY_ON, 0 },
    { "and", SNQ_WORD_AND, 0 },
    { "link", SNQ_WORD_LINK, 0 },
    { "corrections", SNQ_WORD_CORRECTION, 0 },
    { "fillers", SNQ_WORD_FILLER, 0 },
    { "articles", SNQ_WORD_ARTICLE, 0 },
    { "function", SNQ_WORD_FUNCTION, 0 },
};

static const char *const other_keys[] = { "schema",         "language",     "sections",
                                          "tempo_words",    "meter_words",  "combined",
                                          "numbers",        "quality_home", "instrument_home",
                                          "never_corrected" };

/* Add a phrase; what is wrong with it is said with its place. */
static snq_status add(snq_lexicon *l, const snq_json_ref *at, const char *phrase, snq_meaning m,
                      int mend)
{
    const snq_status st = snq__lexicon_add(l, phrase, m, mend);
    if (st < 0 && st != SNQ_ERR_NOMEM) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return snq_json_fail(at, st, "%s", why);
    }
    return st;
}

static snq_status read_list(snq_lexicon *l, const snq_json_ref *list, snq_meaning m, int mend)
{
    snq_json_ref item;
    char phrase[PHRASE_BYTES];
    if (snq_json_kind_of(list) != SNQ_JSON_ARRAY)
        return snq_json_fail(list, SNQ_ERR_FORMAT, "an array of phrases is wanted");
    for (size_t i = 0; i < snq_json_count(list); i++) {
        snq_json_item(list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, phrase, sizeof phrase));
        SNQ_TRY(add(l, &item, phrase, m, mend));
    }
    return SNQ_OK;
}

/* Which of the names this member's key is. */
static snq_status key_choice(const snq_json_ref *member, const char *const *names, size_t n,
                             int *value)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(member->key, names[i]) == 0) {
            *value = (int)i;
            return SNQ_OK;
        }
    return snq_json_fail(member, SNQ_ERR_FORMAT, "is no name that is known here");
}

static snq_status read_groups(snq_lexicon *l, const snq_json_ref *root)
{
    for (size_t g = 0; g < SNQ_COUNT(group_tab); g++) {
        snq_json_ref group, list = { 0 };
        int value = 0;
        SNQ_TRY(snq_json_get(root, group_tab[g].key, SNQ_JSON_OBJECT, &group));
        while (snq_json_next(&group, &list)) {
            SNQ_TRY(key_choice(&list, group_tab[g].names, group_tab[g].n, &value));
            const snq_meaning m = { .kind = group_tab[g].kind,
                                    .value = (int16_t)(value + group_tab[g].first) };
            SNQ_TRY(read_list(l, &list, m, group_tab[g].mend));
        }
    }
    for (size_t g = 0; g < SNQ_COUNT(list_tab); g++) {
        snq_json_ref list;
        SNQ_TRY(snq_json_get(root, list_tab[g].key, SNQ_JSON_ARRAY, &list));
        const snq_meaning m = { .kind = list_tab[g].kind, .value = list_tab[g].value };
        SNQ_TRY(read_list(l, &list, m, 0));
    }
    return SNQ_OK;
}

static snq_status read_sections(snq_lexicon *l, const snq_json_ref *root)
{
    static const char *const keys[] = { "one", "many" };
    snq_json_ref group, section = { 0 }, list;
    int value = 0;
    SNQ_TRY(snq_json_get(root, "sections", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &section)) {
        SNQ_TRY(key_choice(&section, snq_section_names, SNQ_SECTIONS, &value));
        SNQ_TRY(snq_json_only(&section, keys, SNQ_COUNT(keys)));
        for (size_t k = 0; k < SNQ_COUNT(keys); k++) {
            const snq_meaning m = { .kind = SNQ_WORD_SECTION,
                                    .many = (uint8_t)k,
                                    .value = (int16_t)value };
            SNQ_TRY(snq_json_get(&section, keys[k], SNQ_JSON_ARRAY, &list));
            SNQ_TRY(read_list(l, &list, m, 1));
        }
    }
    return SNQ_OK;
}

static snq_status read_tempo_words(snq_lexicon *l, const snq_json_ref *root)
{
    snq_json_ref group, row = { 0 }, cell;
    SNQ_TRY(snq_json_get(root, "tempo_words", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        double edge[2] = { SNQ_BRIEF_BPM_MIN };
        if (snq_json_kind_of(&row) != SNQ_JSON_ARRAY || snq_json_count(&row) != 2)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "[from, to] in BPM is wanted");
        for (size_t k = 0; k < 2; k++) {
            snq_json_item(&row, k, &cell);
            SNQ_TRY(snq_json_as_real(&cell, edge[0], SNQ_BRIEF_BPM_MAX, &edge[k]));
        }
        const snq_meaning m = { .kind = SNQ_WORD_TEMPO,
                                .lo = (float)edge[0],
                                .hi = (float)edge[1] };
        SNQ_TRY(add(l, &row, row.key, m, 1));
    }
    return SNQ_OK;
}

static snq_status read_metre_words(snq_lexicon *l, const snq_json_ref *root)
{
    snq_json_ref group, row = { 0 };
    char text[16];
    SNQ_TRY(snq_json_get(root, "meter_words", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        char *end = text;
        SNQ_TRY(snq_json_as_text(&row, text, sizeof text));
        const long beats = strtol(text, &end, 10);
        const long unit = *end == '/' ? strtol(end + 1, &end, 10) : 0;
        if (beats < 1 || beats > 99 || *end || (unit != 2 && unit != 4 && unit != 8 && unit != 16))
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "\"%s\" is no metre", text);
        const snq_meaning m = { .kind = SNQ_WORD_METRE, .lo = (float)beats, .hi = (float)unit };
        SNQ_TRY(add(l, &row, row.key, m, 1));
    }
    return SNQ_OK;
}

static snq_status read_numbers(snq_lexicon *l, const snq_json_ref *root)
{
    snq_json_ref group, row = { 0 };
    int64_t v = 0;
    SNQ_TRY(snq_json_get(root, "numbers", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        SNQ_TRY(snq_json_as_int(&row, 1, 1000, &v));
        const snq_meaning m = { .kind = SNQ_WORD_NUMBER, .lo = (float)v };
        SNQ_TRY(add(l, &row, row.key, m, 0));
    }
    return SNQ_OK;
}

static snq_status read_parts(const snq_json_ref *at, const char *key, uint8_t *set)
{
    snq_json_ref list, item;
    size_t v = 0;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_choice(&item, snq_part_names, SNQ_PART_mix, &v));
        *set |= (uint8_t)(1u << v);
    }
    return SNQ_OK;
}

static snq_status read_effect(const snq_json_ref *row, snq_combined *c)
{
    static const char *const keys[] = { "only", "include", "exclude", "modifiers" };
    snq_json_ref list, pair, item;
    SNQ_TRY(snq_json_only(row, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_parts(row, "only", &c->only));
    SNQ_TRY(read_parts(row, "include", &c->include));
    SNQ_TRY(read_parts(row, "exclude", &c->exclude));
    if (!snq_json_find(row, "modifiers", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(row, "modifiers", SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        size_t part = 0, quality = 0;
        snq_json_item(&list, i, &pair);
        if (snq_json_kind_of(&pair) != SNQ_JSON_ARRAY || snq_json_count(&pair) != 2)
            return snq_json_fail(&pair, SNQ_ERR_FORMAT, "[track, quality] is wanted");
        snq_json_item(&pair, 0, &item);
        SNQ_TRY(snq_json_as_choice(&item, snq_part_names, SNQ_PARTS, &part));
        snq_json_item(&pair, 1, &item);
        SNQ_TRY(snq_json_as_choice(&item, snq_quality_names, SNQ_QUALITIES, &quality));
        c->modifiers[part] |= 1u << quality;
    }
    return SNQ_OK;
}

static snq_status read_combined(snq_lexicon *l, const snq_json_ref *root)
{
    snq_json_ref group, row = { 0 };
    SNQ_TRY(snq_json_get(root, "combined", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        if (l->combineds == SNQ_LEXICON_COMBINED_MAX)
            return snq_json_fail(&group, SNQ_ERR_TOO_BIG, "more than %d", SNQ_LEXICON_COMBINED_MAX);
        SNQ_TRY(read_effect(&row, &l->combined[l->combineds]));
        const snq_meaning m = { .kind = SNQ_WORD_COMBINED, .value = (int16_t)l->combineds++ };
        SNQ_TRY(add(l, &row, row.key, m, 1));
    }
    return SNQ_OK;
}

static snq_status read_homes(const snq_json_ref *root, const char *key, const char *const *names,
                             size_t n, uint8_t *home)
{
    snq_json_ref group, row = { 0 };
    SNQ_TRY(snq_json_get(root, key, SNQ_JSON_OBJECT, &group));
    for (size_t i = 0; i < n; i++)
        home[i] = SNQ_PART_mix;
    while (snq_json_next(&group, &row)) {
        int which = 0;
        size_t part = 0;
        SNQ_TRY(key_choice(&row, names, n, &which));
        SNQ_TRY(snq_json_as_choice(&row, snq_part_names, SNQ_PARTS, &part));
        home[which] = (uint8_t)part;
    }
    return SNQ_OK;
}

static snq_status read_kept(snq_lexicon *l, const snq_json_ref *root)
{
    snq_json_ref list, item;
    char word[SNQ_LEXICON_WORD_BYTES_MAX + 1];
    int32_t number;
    SNQ_TRY(snq_json_get(root, "never_corrected", SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) > SNQ_LEXICON_PHRASES_MAX)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "more than %d", SNQ_LEXICON_PHRASES_MAX);
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, word, sizeof word));
        SNQ_TRY(snq__lexicon_add_word(l, word, strlen(word), &number));
    }
    return SNQ_OK;
}

static snq_status check_keys(const snq_json_ref *root)
{
    const char *keys[SNQ_COUNT(group_tab) + SNQ_COUNT(list_tab) + SNQ_COUNT(other_keys)];
    size_t n = 0;
    char schema[64];
    for (size_t i = 0; i < SNQ_COUNT(group_tab); i++)
        keys[n++] = group_tab[i].key;
    for (size_t i = 0; i < SNQ_COUNT(list_tab); i++)
        keys[n++] = list_tab[i].key;
    for (size_t i = 0; i < SNQ_COUNT(other_keys); i++)
        keys[n++] = other_keys[i];
    SNQ_TRY(snq_json_text_of(root, "schema", schema, sizeof schema));
    if (strcmp(schema, SNQ_LEXICON_SCHEMA) != 0)
        return snq_json_fail(root, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema,
                             SNQ_LEXICON_SCHEMA);
    return snq_json_only(root, keys, n);
}

static snq_status read_all(snq_lexicon *l, const snq_json_ref *root)
{
    SNQ_TRY(check_keys(root));
    SNQ_TRY(read_groups(l, root));
    SNQ_TRY(read_sections(l, root));
    SNQ_TRY(read_tempo_words(l, root));
    SNQ_TRY(read_metre_words(l, root));
    SNQ_TRY(read_numbers(l, root));
    SNQ_TRY(read_combined(l, root));
    SNQ_TRY(read_homes(root, "quality_home", snq_quality_names, SNQ_QUALITIES, l->quality_home));
    SNQ_TRY(read_homes(root, "instrument_home", snq_played_names, SNQ_PLAYED, l->instrument_home));
    return read_kept(l, root);
}

snq_status snq_lexicon_new(const snq_json_ref *at, snq_lexicon **out)
{
    *out = NULL;
    snq_lexicon *l = snq_calloc(1, sizeof *l);
    if (!l)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a lexicon");
    snq_str_init(&l->pool, SNQ_LEXICON_BYTES_MAX);
    const snq_status st = read_all(l, at);
    if (st < 0) {
        snq_lexicon_free(l);
        return st;
    }
    *out = l;
    return SNQ_OK;
}
