// SPDX-License-Identifier: MIT
/* Reading {"phrase", "shapes": [{"weight", "again": [from, to], "sections": [{"section", "material", "bars",
 * "energy": x or [from, to], "end", "keep", "tracks", "at_start", "at_end"}]}]}. */
#include "compose/style_form.h"

#include <stdio.h>
#include <string.h>

#include "compose/brief.h"
#include "compose/form.h"

static const char *const end_names[] = { "plain", "fill", "build", "stop" };
static const char *const material_names[] = { "A", "B", "C", "D", "E", "F", "G", "H" };

/* ---------------------------------------------------------------- defaults */

/* How each kind of section usually is. */
static const struct {
    uint8_t bars, material, end, keep;
    float energy, energy_end;
    uint8_t at_start, at_end;
} usual_tab[SNQ_SECTIONS] = {
    [SNQ_SECTION_intro] = { 8, 0, SNQ_END_FILL, 4, 0.3f, 0.45f, 1, 3 },
    [SNQ_SECTION_build] = { 8, 1, SNQ_END_BUILD, 5, 0.5f, 0.8f, SNQ_SHAPE_ALL, SNQ_SHAPE_ALL },
    [SNQ_SECTION_drop] = { 16, 1, SNQ_END_FILL, 9, 0.9f, 0.95f, SNQ_SHAPE_ALL, SNQ_SHAPE_ALL },
    [SNQ_SECTION_break] = { 8, 2, SNQ_END_PLAIN, 5, 0.35f, 0.45f, 3, 4 },
    [SNQ_SECTION_verse] = { 8, 0, SNQ_END_FILL, 7, 0.55f, 0.6f, SNQ_SHAPE_ALL, SNQ_SHAPE_ALL },
    [SNQ_SECTION_chorus] = { 8, 1, SNQ_END_FILL, 8, 0.8f, 0.85f, SNQ_SHAPE_ALL, SNQ_SHAPE_ALL },
    [SNQ_SECTION_bridge] = { 8, 2, SNQ_END_FILL, 5, 0.5f, 0.6f, SNQ_SHAPE_ALL, SNQ_SHAPE_ALL },
    [SNQ_SECTION_outro] = { 8, 0, SNQ_END_PLAIN, 4, 0.45f, 0.25f, 4, 2 },
};
static const char *const everybody[] = { "harmony", "pad",      "drums",  "bass",  "percussion",
                                         "texture", "arpeggio", "melody", "vocal", "effects" };
/* sections that open up: chords first, no drums until later */
static const char *const quiet[] = { "pad",   "harmony", "texture", "arpeggio",
                                     "vocal", "melody",  "bass",    "percussion" };

void snq__style_form_section(int section, snq_shape_section *out)
{
    const int is_quiet = section == SNQ_SECTION_break;
    const char *const *who = is_quiet ? quiet : everybody;
    const size_t n = is_quiet ? SNQ_COUNT(quiet) : SNQ_COUNT(everybody);
    *out = (snq_shape_section) {
        .section = (uint8_t)section,
        .material = usual_tab[section].material,
        .end = usual_tab[section].end,
        .keep = usual_tab[section].keep,
        .bars = usual_tab[section].bars,
        .energy = usual_tab[section].energy,
        .energy_end = usual_tab[section].energy_end,
        .players = (uint8_t)n,
        .at_start = usual_tab[section].at_start,
        .at_end = usual_tab[section].at_end,
    };
    for (size_t i = 0; i < n; i++)
        snprintf(out->player[i], sizeof out->player[i], "%s", who[i]);
}

void snq__style_form_default(snq_style_form *out)
{
    static const uint8_t order[] = { SNQ_SECTION_intro, SNQ_SECTION_verse,  SNQ_SECTION_chorus,
                                     SNQ_SECTION_verse, SNQ_SECTION_chorus, SNQ_SECTION_outro };
    *out = (snq_style_form) { .phrase = 8, .shapes = 1 };
    snq_style_shape *s = &out->shape[0];
    s->weight = 1.0f;
    s->sections = (uint8_t)SNQ_COUNT(order);
    s->again_from = 1;
    s->again_to = 2;
    for (size_t i = 0; i < SNQ_COUNT(order); i++)
        snq__style_form_section(order[i], &s->section[i]);
}

/* ---------------------------------------------------------------- reading */

static snq_status read_energy(const snq_json_ref *at, snq_shape_section *s)
{
    snq_json_ref energy, item;
    double edge[2] = { 0.0, 0.0 };
    SNQ_TRY(snq_json_get(at, "energy", SNQ_JSON_ANY, &energy));
    if (snq_json_kind_of(&energy) == SNQ_JSON_ARRAY) {
        if (snq_json_count(&energy) != 2)
            return snq_json_fail(&energy, SNQ_ERR_FORMAT, "a number or [from, to] is wanted");
        for (size_t i = 0; i < 2; i++) {
            snq_json_item(&energy, i, &item);
            SNQ_TRY(snq_json_as_real(&item, 0.0, 1.0, &edge[i]));
        }
    } else {
        SNQ_TRY(snq_json_as_real(&energy, 0.0, 1.0, &edge[0]));
        edge[1] = edge[0];
    }
    s->energy = (float)edge[0];
    s->energy_end = (float)edge[1];
    return SNQ_OK;
}

static snq_status read_players(const snq_json_ref *at, snq_shape_section *s)
{
    snq_json_ref list, item;
    int64_t n = SNQ_SHAPE_ALL;
    SNQ_TRY(snq_json_get(at, "tracks", SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) > SNQ_SHAPE_PLAYERS_MAX)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "more than %d names", SNQ_SHAPE_PLAYERS_MAX);
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, s->player[i], sizeof s->player[i]));
        s->players++;
    }
    SNQ_TRY(snq_json_int_if(at, "at_start", 0, SNQ_SHAPE_PLAYERS_MAX, &n));
    s->at_start = (uint8_t)n;
    n = SNQ_SHAPE_ALL;
    SNQ_TRY(snq_json_int_if(at, "at_end", 0, SNQ_SHAPE_PLAYERS_MAX, &n));
    s->at_end = (uint8_t)n;
    return SNQ_OK;
}

static snq_status read_section(const snq_json_ref *at, snq_shape_section *s)
{
    static const char *const keys[] = { "section", "material", "bars",     "energy", "end",
                                        "keep",    "tracks",   "at_start", "at_end" };
    snq_json_ref item;
    int64_t bars = 0, keep = 5;
    *s = (snq_shape_section) { .end = SNQ_END_PLAIN };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(at, "section", SNQ_JSON_STRING, &item));
    SNQ_TRY(snq_json_choice_if(at, "section", snq_section_names, SNQ_SECTIONS, &s->section));
    SNQ_TRY(snq_json_choice_if(at, "material", material_names, SNQ_COUNT(material_names),
                               &s->material));
    SNQ_TRY(snq_json_choice_if(at, "end", end_names, SNQ_COUNT(end_names), &s->end));
    SNQ_TRY(snq_json_int_of(at, "bars", 1, 256, &bars));
    SNQ_TRY(snq_json_int_if(at, "keep", 1, 9, &keep));
    s->bars = (int32_t)bars;
    s->keep = (uint8_t)keep;
    SNQ_TRY(read_energy(at, s));
    return read_players(at, s);
}

static snq_status read_again(const snq_json_ref *at, snq_style_shape *s)
{
    snq_json_ref pair, item;
    int64_t edge[2] = { 0, 0 };
    s->again_from = 1;
    if (!snq_json_find(at, "again", &pair))
        return SNQ_OK;
    if (snq_json_kind_of(&pair) != SNQ_JSON_ARRAY || snq_json_count(&pair) != 2)
        return snq_json_fail(&pair, SNQ_ERR_FORMAT, "[first, last] section is wanted");
    for (size_t i = 0; i < 2; i++) {
        snq_json_item(&pair, i, &item);
        SNQ_TRY(snq_json_as_int(&item, i ? edge[0] : 0, s->sections - 1, &edge[i]));
    }
    s->again_from = (uint8_t)edge[0];
    s->again_to = (uint8_t)edge[1];
    return SNQ_OK;
}

static snq_status read_shape(const snq_json_ref *at, snq_style_shape *s)
{
    static const char *const keys[] = { "weight", "again", "sections" };
    snq_json_ref list, item;
    double weight = 1.0;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_real_if(at, "weight", 1e-3, 1000.0, &weight));
    s->weight = (float)weight;
    SNQ_TRY(snq_json_get(at, "sections", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_SHAPE_SECTIONS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu sections; 1 .. %d are wanted", n,
                             SNQ_SHAPE_SECTIONS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_section(&item, &s->section[i]));
    }
    s->sections = (uint8_t)n;
    return read_again(at, s);
}

snq_status snq__style_form_read(const snq_json_ref *at, snq_style_form *out)
{
    static const char *const keys[] = { "phrase", "shapes" };
    snq_json_ref list, item;
    int64_t phrase = 8;
    *out = (snq_style_form) { 0 };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    if (snq_json_find(at, "phrase", &item)) {
        SNQ_TRY(snq_json_as_int(&item, 1, 16, &phrase));
        if (phrase & (phrase - 1))
            return snq_json_fail(&item, SNQ_ERR_RANGE, "1, 2, 4, 8 or 16 bars are wanted");
    }
    out->phrase = (int32_t)phrase;
    SNQ_TRY(snq_json_get(at, "shapes", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_STYLE_SHAPES_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu shapes; 1 .. %d are wanted", n,
                             SNQ_STYLE_SHAPES_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_shape(&item, &out->shape[i]));
    }
    out->shapes = (uint8_t)n;
    return SNQ_OK;
}
