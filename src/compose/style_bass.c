// SPDX-License-Identifier: MIT
/* Reading a style's bass. Everything that a user may get wrong is said with its place; what he leaves out
 * has the default of the header. */
#include "compose/style_bass.h"

#include <string.h>

#include "compose/brief.h"

static const char *const way_names[SNQ_BASS_WAYS] = { "pattern", "walk", "kick", "hold" };
static const char *const kick_names[SNQ_BASS_KICKS] = { "free", "between" };
static const char note_signs[] = ".-135781v246ax";
static const char touch_signs[] = ".>o?/";

void snq__style_bass_default(snq_style_bass *out)
{
    static const char *const notes[] = { "1-------1---5---", "1-1-1-1-1-1-5-a-" };
    *out = (snq_style_bass) { .low = 28,
                              .high = 50,
                              .gate = 0.9f,
                              .fill = 0.4f,
                              .approach = 0.2f,
                              .chromatic = 0.3f,
                              .octave = 0.05f,
                              .rest = 0.1f,
                              .vary = 0.15f,
                              .invent = 0.4f,
                              .under_kick = 1.0f,
                              .velocity = 92.0f,
                              .accent = 112.0f,
                              .ghost = 58.0f,
                              .wobble_patch = "wobble_bass",
                              .patterns = SNQ_COUNT(notes) };
    memset(out->grid, 1, sizeof out->grid);
    for (uint32_t i = 0; i < out->patterns; i++) {
        snq_bass_pattern *const p = &out->pattern[i];
        *p = (snq_bass_pattern) { .steps = 16,
                                  .weight = 1.0f,
                                  .energy_min = i ? 0.45f : 0.0f,
                                  .energy_max = i ? 1.0f : 0.6f,
                                  .sections = (1u << SNQ_SECTIONS) - 1 };
        memcpy(p->name, i ? "eighths" : "roots", i ? 8 : 6);
        memcpy(p->notes, notes[i], 17);
        memset(p->touch, '.', 16);
    }
}

static snq_status signs(const snq_json_ref *at, const char *text, const char *legal)
{
    const size_t n = strspn(text, legal);
    if (text[n])
        return snq_json_fail(at, SNQ_ERR_FORMAT, "step %zu: '%c' is none of %s", n + 1,
                             (unsigned char)text[n] < 127 ? text[n] : '?', legal);
    return SNQ_OK;
}

static snq_status read_signs(const snq_json_ref *at, snq_bass_pattern *p)
{
    snq_json_ref item;
    SNQ_TRY(snq_json_text_of(at, "notes", p->notes, sizeof p->notes));
    SNQ_TRY(snq_json_get(at, "notes", SNQ_JSON_STRING, &item));
    const size_t n = strlen(p->notes);
    SNQ_TRY(signs(&item, p->notes, note_signs));
    if (n == 0 || n % 16)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "%zu steps, 16, 32, 48 or 64 wanted", n);
    if (strspn(p->notes, ".-") == n)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "no note");
    p->steps = (uint8_t)n;
    memset(p->touch, '.', n);
    if (!snq_json_find(at, "touch", &item))
        return SNQ_OK;
    char touch[sizeof p->touch];
    SNQ_TRY(snq_json_as_text(&item, touch, sizeof touch));
    SNQ_TRY(signs(&item, touch, touch_signs));
    if (strlen(touch) > n)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "%zu steps, at most %zu wanted", strlen(touch),
                             n);
    memcpy(p->touch, touch, strlen(touch));
    return SNQ_OK;
}

static snq_status read_pattern(const snq_json_ref *at, snq_bass_pattern *p)
{
    static const char *const keys[] = { "name",   "way",    "kick",     "notes",    "touch",
                                        "weight", "energy", "sections", "qualities" };
    uint32_t sections = (1u << SNQ_SECTIONS) - 1;
    *p = (snq_bass_pattern) { .weight = 1.0f, .energy_max = 1.0f };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_if(at, "name", p->name, sizeof p->name));
    SNQ_TRY(snq_json_choice_if(at, "way", way_names, SNQ_BASS_WAYS, &p->way));
    SNQ_TRY(snq_json_choice_if(at, "kick", kick_names, SNQ_BASS_KICKS, &p->kick));
    SNQ_TRY(read_signs(at, p));
    SNQ_TRY(snq_json_float_if(at, "weight", 1e-3, 1e3, &p->weight));
    SNQ_TRY(snq_json_range_if(at, "energy", 0.0, 1.0, &p->energy_min, &p->energy_max));
    SNQ_TRY(snq_json_set_if(at, "sections", snq_section_names, SNQ_SECTIONS, &sections));
    p->sections = (uint8_t)sections;
    return snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &p->qualities);
}

static snq_status read_move(const snq_json_ref *at, snq_bass_move *m)
{
    static const char *const keys[] = { "patch", "target", "between", "bars" };
    snq_json_ref item;
    int64_t bars = 8;
    *m = (snq_bass_move) { 0 };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "patch", m->patch, sizeof m->patch));
    SNQ_TRY(snq_json_text_of(at, "target", m->target, sizeof m->target));
    SNQ_TRY(snq_json_get(at, "between", SNQ_JSON_ARRAY, &item));
    SNQ_TRY(snq_json_range_if(at, "between", -1e6, 1e6, &m->low, &m->high));
    SNQ_TRY(snq_json_int_if(at, "bars", 1, 64, &bars));
    m->bars = (int32_t)bars;
    return SNQ_OK;
}

static snq_status list_of(const snq_json_ref *at, const char *key, size_t most, snq_json_ref *list)
{
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, list));
    if (snq_json_count(list) > most)
        return snq_json_fail(list, SNQ_ERR_TOO_BIG, "%zu items, at most %zu", snq_json_count(list),
                             most);
    return SNQ_OK;
}

static snq_status read_lists(const snq_json_ref *at, snq_style_bass *out)
{
    snq_json_ref list, item;
    double v;
    if (snq_json_find(at, "wobble", &list)) {
        SNQ_TRY(list_of(at, "wobble", SNQ_BASS_WOBBLES_MAX, &list));
        out->wobbles = (uint32_t)snq_json_count(&list);
        for (uint32_t i = 0; i < out->wobbles; i++) {
            snq_json_item(&list, i, &item);
            SNQ_TRY(snq_json_as_real(&item, 0.125, 16.0, &v));
            out->wobble[i] = (float)v;
        }
    }
    if (snq_json_find(at, "moves", &list)) {
        SNQ_TRY(list_of(at, "moves", SNQ_BASS_MOVES_MAX, &list));
        out->moves = (uint32_t)snq_json_count(&list);
        for (uint32_t i = 0; i < out->moves; i++) {
            snq_json_item(&list, i, &item);
            SNQ_TRY(read_move(&item, &out->move[i]));
        }
    }
    if (!snq_json_find(at, "patterns", &list))
        return SNQ_OK;
    SNQ_TRY(list_of(at, "patterns", SNQ_BASS_PATTERNS_MAX, &list));
    out->patterns = (uint32_t)snq_json_count(&list);
    if (out->patterns == 0)
        return snq_json_fail(&list, SNQ_ERR_FORMAT, "no pattern");
    for (uint32_t i = 0; i < out->patterns; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_pattern(&item, &out->pattern[i]));
    }
    return SNQ_OK;
}

static snq_status read_grid(const snq_json_ref *at, snq_style_bass *out)
{
    snq_json_ref item;
    char grid[SNQ_BASS_GRID + 1];
    if (!snq_json_find(at, "grid", &item))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_text(&item, grid, sizeof grid));
    SNQ_TRY(signs(&item, grid, ".x"));
    if (strlen(grid) != SNQ_BASS_GRID)
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "%zu steps, 16 wanted", strlen(grid));
    for (size_t i = 0; i < SNQ_BASS_GRID; i++)
        out->grid[i] = grid[i] == 'x';
    return SNQ_OK;
}

snq_status snq__style_bass_read(const snq_json_ref *at, snq_style_bass *out)
{
    static const char *const keys[] = { "range",        "grid",     "gate",   "fill",    "approach",
                                        "chromatic",    "octave",   "slide",  "rest",    "vary",
                                        "under_kick",   "velocity", "accent", "ghost",   "wobble",
                                        "wobble_patch", "invent",   "moves",  "patterns" };
    const struct {
        const char *key;
        double lo, hi;
        float *to;
    } real[] = {
        { "gate", 0.1, 1.2, &out->gate },       { "fill", 0, 1, &out->fill },
        { "approach", 0, 1, &out->approach },   { "chromatic", 0, 1, &out->chromatic },
        { "octave", 0, 1, &out->octave },       { "slide", 0, 1, &out->slide },
        { "rest", 0, 1, &out->rest },           { "invent", 0, 1, &out->invent },
        { "vary", 0, 1, &out->vary },           { "under_kick", 0, 1, &out->under_kick },
        { "velocity", 1, 127, &out->velocity }, { "accent", 1, 127, &out->accent },
        { "ghost", 1, 127, &out->ghost },
    };
    float low, high;
    snq__style_bass_default(out);
    low = out->low;
    high = out->high;
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "an object is wanted");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_range_if(at, "range", 12.0, 79.0, &low, &high));
    out->low = (uint8_t)low;
    out->high = (uint8_t)high;
    if (out->high < out->low + 12)
        return snq_json_fail(at, SNQ_ERR_RANGE, "range: %d .. %d is less than an octave", out->low,
                             out->high);
    for (size_t i = 0; i < SNQ_COUNT(real); i++)
        SNQ_TRY(snq_json_float_if(at, real[i].key, real[i].lo, real[i].hi, real[i].to));
    SNQ_TRY(snq_json_text_if(at, "wobble_patch", out->wobble_patch, sizeof out->wobble_patch));
    SNQ_TRY(read_grid(at, out));
    return read_lists(at, out);
}
