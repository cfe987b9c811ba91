// SPDX-License-Identifier: MIT
/* Reading a style's harmony: see style_harmony.h. What a section leaves out keeps the default's value; a list
 * that is there takes the place of the default's whole list, but a mode that no item of it is for keeps the
 * default's items. */
#include "compose/style_harmony.h"

#include <stdio.h>
#include <string.h>

#include "compose/brief.h"
#include "compose/theory.h"

#define X(name) #name,
const char *const snq_cadence_names[SNQ_CADENCES] = { SNQ_CADENCE_MAP(X) };
const char *const snq_substitution_names[SNQ_SUBSTITUTIONS] = { SNQ_SUBSTITUTION_MAP(X) };
const char *const snq_voicing_names[SNQ_VOICINGS] = { SNQ_VOICING_MAP(X) };
const char *const snq_arpeggio_names[SNQ_ARPEGGIOS] = { SNQ_ARPEGGIO_MAP(X) };
#undef X
#define X(name, text) text,
const char *const snq_colour_names[SNQ_COLOURS] = { SNQ_COLOUR_MAP(X) };
#undef X

enum {
    PARTS_MAX = 8,
    CHART_BYTES_MAX = 1024,
    BAR_STEPS = 16,
    PITCH_LOW = 24,
    PITCH_HIGH = 108,
    WINDOW_MIN = 16, /* semitones that a voicing's register must have */
};
#define RHYTHM_LETTERS ".-xXoudbt123456a"

/* ---- charts ---- */

/* One bar's words (n,), each "-" or a numeral, into out. */
static snq_status chart_bar(const char *const *word, const size_t *length, size_t n,
                            snq_harmony_loop *out)
{
    snq_chord chord;
    if (n == 0 || n > PARTS_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "bar %d: %zu chords, 1 .. %d wanted", out->bars + 1, n,
                        PARTS_MAX);
    if (out->bars == SNQ_HARMONY_BARS_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "over %d bars", SNQ_HARMONY_BARS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_harmony_step s = { .bar = out->bars, .part = (uint8_t)i, .parts = (uint8_t)n };
        if (length[i] == 1 && word[i][0] == '-' && out->steps > 0)
            continue;
        if (length[i] >= sizeof s.numeral)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "bar %d: \"%.*s\" is no numeral", out->bars + 1,
                            (int)sizeof s.numeral, word[i]);
        memcpy(s.numeral, word[i], length[i]);
        SNQ_TRY(snq_chord_from_numeral(s.numeral, 0, SNQ_MODE_major, &chord));
        if (out->steps == SNQ_HARMONY_CHORDS_MAX)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "over %d chords", SNQ_HARMONY_CHORDS_MAX);
        out->step[out->steps++] = s;
    }
    out->bars++;
    return SNQ_OK;
}

snq_status snq__harmony_chart(const char *text, snq_harmony_loop *out)
{
    const char *last[PARTS_MAX] = { 0 }, *word[PARTS_MAX];
    size_t last_n = 0, last_length[PARTS_MAX] = { 0 }, n = 0, length[PARTS_MAX];
    out->steps = out->bars = 0;
    for (const char *p = text;; p++) {
        if (*p == '|' || *p == '\0') {
            if (n == 1 && length[0] == 1 && word[0][0] == '%' && last_n > 0) {
                SNQ_TRY(chart_bar(last, last_length, last_n, out));
            } else {
                SNQ_TRY(chart_bar(word, length, n, out));
                memcpy(last, word, sizeof last);
                memcpy(last_length, length, sizeof last_length);
                last_n = n;
            }
            n = 0;
            if (*p == '\0')
                return SNQ_OK;
        } else if (*p != ' ') {
            if (n == PARTS_MAX)
                return SNQ_FAIL(SNQ_ERR_FORMAT, "bar %d: over %d chords", out->bars + 1, PARTS_MAX);
            word[n] = p;
            length[n] = strcspn(p, " |");
            p += length[n++] - 1;
        }
    }
}

/* ---- the default ---- */

/* At least one for every mode, so that a style need not think of all of them. */
static const struct {
    uint8_t mode;
    const char *bars;
} default_tab[] = {
    { SNQ_MODE_major, "I | V | vi | IV" },        { SNQ_MODE_major, "I | vi | IV | V" },
    { SNQ_MODE_major, "I | IV | vi | V" },        { SNQ_MODE_major, "I | iii | IV | V" },
    { SNQ_MODE_minor, "i | VI | III | VII" },     { SNQ_MODE_minor, "i | iv | VI | v" },
    { SNQ_MODE_minor, "i | VII | VI | VII" },     { SNQ_MODE_minor, "i | VI | iv | V" },
    { SNQ_MODE_dorian, "i | % | IV | i" },        { SNQ_MODE_dorian, "i | - IV | i | v" },
    { SNQ_MODE_dorian, "i | % | ii | i" },        { SNQ_MODE_phrygian, "i | % | II | i" },
    { SNQ_MODE_phrygian, "i | II | i | vii" },    { SNQ_MODE_phrygian, "i | % | VI | II" },
    { SNQ_MODE_lydian, "I | % | II | I" },        { SNQ_MODE_lydian, "I | iii | II | I" },
    { SNQ_MODE_lydian, "I | - II | I | iii" },    { SNQ_MODE_mixolydian, "I | % | VII | I" },
    { SNQ_MODE_mixolydian, "I | - VII | I | v" }, { SNQ_MODE_mixolydian, "I | VII | I | IV I" },
    { SNQ_MODE_locrian, "io | II | io | vii" },   { SNQ_MODE_locrian, "io | iii | II | io" },
};

static const struct {
    uint8_t modes, cadence;
    const char *bars;
} default_endings[] = {
    { 1 << SNQ_MODE_major, SNQ_CADENCE_half, "V" },
    { 1 << SNQ_MODE_major, SNQ_CADENCE_half, "ii V" },
    { 1 << SNQ_MODE_major, SNQ_CADENCE_full, "IV V" },
    { 1 << SNQ_MODE_major, SNQ_CADENCE_full, "V" },
    { 1 << SNQ_MODE_major, SNQ_CADENCE_final, "V | I" },
    { 1 << SNQ_MODE_major, SNQ_CADENCE_final, "IV V | I" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_half, "v" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_half, "iv V" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_full, "VI V" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_full, "V" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_final, "V | i" },
    { 1 << SNQ_MODE_minor, SNQ_CADENCE_final, "iv V | i" },
    { 1 << SNQ_MODE_dorian, SNQ_CADENCE_full, "IV" },
    { 1 << SNQ_MODE_dorian, SNQ_CADENCE_final, "IV | i" },
    { 1 << SNQ_MODE_phrygian, SNQ_CADENCE_full, "II" },
    { 1 << SNQ_MODE_phrygian, SNQ_CADENCE_final, "II | i" },
    { 1 << SNQ_MODE_lydian, SNQ_CADENCE_full, "II" },
    { 1 << SNQ_MODE_lydian, SNQ_CADENCE_final, "II | I" },
    { 1 << SNQ_MODE_mixolydian, SNQ_CADENCE_full, "VII" },
    { 1 << SNQ_MODE_mixolydian, SNQ_CADENCE_final, "VII IV | I" },
    { 1 << SNQ_MODE_locrian, SNQ_CADENCE_full, "II" },
    { 1 << SNQ_MODE_locrian, SNQ_CADENCE_final, "II | io" },
};

static uint8_t modes_of(const snq_harmony_loop *l, size_t n, int cadence)
{
    uint8_t modes = 0;
    for (size_t i = 0; i < n; i++)
        modes |= cadence < 0 || l[i].cadence == cadence ? l[i].modes : 0;
    return modes;
}

static snq_harmony_loop made_loop(const char *bars, unsigned modes, uint8_t cadence)
{
    snq_harmony_loop l = { .modes = (uint8_t)modes,
                           .cadence = cadence,
                           .complexity = 1,
                           .complexity_max = SNQ_COMPLEXITIES,
                           .weight = 1 };
    (void)!snq__harmony_chart(bars, &l);
    return l;
}

/* Give each mode that has none the default's progressions and endings. */
static void complete(snq_style_harmony *out)
{
    const uint8_t loops = modes_of(out->progression, out->progressions, -1);
    uint8_t ends[SNQ_CADENCES];
    for (int c = 0; c < SNQ_CADENCES; c++)
        ends[c] = modes_of(out->ending, out->endings, c);
    for (size_t i = 0; i < SNQ_COUNT(default_tab); i++)
        if (!(loops >> default_tab[i].mode & 1))
            out->progression[out->progressions++] =
                made_loop(default_tab[i].bars, 1u << default_tab[i].mode, 0);
    for (size_t i = 0; i < SNQ_COUNT(default_endings); i++)
        if (!(ends[default_endings[i].cadence] & default_endings[i].modes))
            out->ending[out->endings++] = made_loop(
                default_endings[i].bars, default_endings[i].modes, default_endings[i].cadence);
}

void snq__style_harmony_default(snq_style_harmony *out)
{
    memset(out, 0, sizeof *out);
    out->phrase_bars = 4;
    out->cadence = 0.5f;
    out->contrast = 0.7f;
    out->colour[0][SNQ_COLOUR_triad] = out->colour[1][SNQ_COLOUR_triad] = 1;
    out->colour[1][SNQ_COLOUR_seventh] = 0.3f;
    out->colour[2][SNQ_COLOUR_triad] = out->colour[2][SNQ_COLOUR_seventh] = 1;
    out->colour[3][SNQ_COLOUR_seventh] = out->colour[3][SNQ_COLOUR_ninth] = 1;
    out->colour[4][SNQ_COLOUR_ninth] = out->colour[4][SNQ_COLOUR_eleventh] = 1;
    out->substitution[SNQ_SUBSTITUTION_inversion] = 0.3f;
    out->substitution[SNQ_SUBSTITUTION_suspension] = 0.2f;
    out->substitution[SNQ_SUBSTITUTION_borrowed] = 0.2f;
    complete(out);
    out->chords.voicing = (snq_voicing_style) { .low = 52, .high = 76, .voices = 3 };
    out->chords.voicing.weight[SNQ_VOICING_close] = 1;
    out->chords.velocity = 84;
    out->chords.rhythms = 2;
    out->chords.rhythm[0] =
        (snq_chord_rhythm) { "held",        "x---------------", BAR_STEPS, .energy_max = 0.7f,
                             .gate = 0.95f, .weight = 1 };
    out->chords.rhythm[1] = (snq_chord_rhythm) { "halves",        "x-------x-------", BAR_STEPS,
                                                 .energy_max = 1, .gate = 0.9f,       .weight = 1 };
    out->pad.voicing = (snq_voicing_style) { .low = 50, .high = 77, .voices = 4 };
    out->pad.voicing.weight[SNQ_VOICING_open] = 1;
    out->pad.velocity = 70;
    out->pad.tie = 0.7f;
    out->pad.swell = 0.3f;
    out->arpeggio = (snq_harmony_arpeggio) { .low = 60, .high = 88, .velocity = 78, .patterns = 1 };
    out->arpeggio.pattern[0] = (snq_arpeggio_style) { .shape = SNQ_ARPEGGIO_updown,
                                                      .octaves = 2,
                                                      .pulses = 5,
                                                      .of = 8,
                                                      .accent = 4,
                                                      .rate = 2,
                                                      .gate = 0.8f,
                                                      .energy_max = 1,
                                                      .weight = 1 };
}

/* ---- small readers ---- */

/* {name: number >= 0, …} into (n,); what is not named is 0. `sum`: they must not all be 0. */
static snq_status weights_if(const snq_json_ref *at, const char *key, const char *const *names,
                             size_t n, double hi, float *weight)
{
    snq_json_ref group;
    if (!snq_json_find(at, key, &group))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, names, n));
    for (size_t i = 0; i < n; i++) {
        weight[i] = 0;
        SNQ_TRY(snq_json_float_if(&group, names[i], 0, hi, &weight[i]));
    }
    return SNQ_OK;
}

static snq_status some_weight(const snq_json_ref *at, const float *weight, size_t n,
                              const char *what)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    if (!(sum > 0))
        return snq_json_fail(at, SNQ_ERR_RANGE, "%s: all weights are 0", what);
    return SNQ_OK;
}

/* The items of a list that may be missing; *n is what it holds. `bytes` of an item; `read` each. */
static snq_status list_if(const snq_json_ref *at, const char *key, size_t most, void *items,
                          size_t bytes, snq_status (*read)(const snq_json_ref *, void *),
                          uint8_t *n)
{
    snq_json_ref list, item;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    const size_t count = snq_json_count(&list);
    if (count == 0 || count > most)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "%zu items, 1 .. %zu wanted", count, most);
    for (size_t i = 0; i < count; i++) {
        void *to = (char *)items + i * bytes;
        memset(to, 0, bytes);
        snq_json_item(&list, i, &item);
        if (snq_json_kind_of(&item) != SNQ_JSON_OBJECT)
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "an object is wanted");
        SNQ_TRY(read(&item, to));
    }
    *n = (uint8_t)count;
    return SNQ_OK;
}

/* ---- the section ---- */

static snq_status read_chart(const snq_json_ref *at, snq_harmony_loop *l)
{
    char text[CHART_BYTES_MAX], why[SNQ_ERROR_MAX];
    snq_json_ref bars;
    SNQ_TRY(snq_json_get(at, "bars", SNQ_JSON_STRING, &bars));
    SNQ_TRY(snq_json_as_text(&bars, text, sizeof text));
    const snq_status st = snq__harmony_chart(text, l);
    if (st < 0) {
        snprintf(why, sizeof why, "%s", snq_last_error());
        return snq_json_fail(&bars, st, "%s", why);
    }
    return SNQ_OK;
}

static snq_status read_loop_rest(const snq_json_ref *at, snq_harmony_loop *l)
{
    uint32_t modes = 0, sections = 0;
    float from = 1, to = SNQ_COMPLEXITIES;
    l->weight = 1;
    SNQ_TRY(read_chart(at, l));
    SNQ_TRY(snq_json_set_if(at, "modes", snq_brief_mode_names, SNQ_MODES, &modes));
    if (modes == 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "\"modes\" is missing or empty");
    SNQ_TRY(snq_json_set_if(at, "moods", snq_mood_names, SNQ_MOODS, &l->moods));
    SNQ_TRY(snq_json_set_if(at, "sections", snq_section_names, SNQ_SECTIONS, &sections));
    SNQ_TRY(snq_json_range_if(at, "complexity", 1, SNQ_COMPLEXITIES, &from, &to));
    SNQ_TRY(snq_json_float_if(at, "weight", 0.001, 1000, &l->weight));
    l->modes = (uint8_t)modes;
    l->sections = (uint8_t)sections;
    l->complexity = (uint8_t)from;
    l->complexity_max = (uint8_t)to;
    return SNQ_OK;
}

static snq_status read_progression(const snq_json_ref *at, void *to)
{
    static const char *const keys[] = {
        "bars", "modes", "moods", "sections", "complexity", "weight"
    };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    return read_loop_rest(at, to);
}

static snq_status read_cadence(const snq_json_ref *at, void *to)
{
    static const char *const keys[] = { "kind",     "bars",       "modes", "moods",
                                        "sections", "complexity", "weight" };
    snq_harmony_loop *l = to;
    snq_json_ref kind;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(at, "kind", SNQ_JSON_STRING, &kind));
    SNQ_TRY(snq_json_choice_if(at, "kind", snq_cadence_names, SNQ_CADENCES, &l->cadence));
    return read_loop_rest(at, to);
}

static snq_status read_colours(const snq_json_ref *at, snq_style_harmony *out)
{
    snq_json_ref list, item;
    if (!snq_json_find(at, "colours", &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "colours", SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) != SNQ_COMPLEXITIES)
        return snq_json_fail(&list, SNQ_ERR_FORMAT, "%zu items, %d wanted: one by complexity",
                             snq_json_count(&list), SNQ_COMPLEXITIES);
    for (size_t c = 0; c < SNQ_COMPLEXITIES; c++) {
        snq_json_item(&list, c, &item);
        if (snq_json_kind_of(&item) != SNQ_JSON_OBJECT)
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "an object is wanted");
        SNQ_TRY(snq_json_only(&item, snq_colour_names, SNQ_COLOURS));
        for (size_t i = 0; i < SNQ_COLOURS; i++) {
            out->colour[c][i] = 0;
            SNQ_TRY(snq_json_float_if(&item, snq_colour_names[i], 0, 1000, &out->colour[c][i]));
        }
        SNQ_TRY(some_weight(&item, out->colour[c], SNQ_COLOURS, "colours"));
    }
    return SNQ_OK;
}

/* The keys "range", "voices", "voicings" of chords and pad. */
static snq_status read_voicing(const snq_json_ref *at, snq_voicing_style *v)
{
    float low = v->low, high = v->high;
    SNQ_TRY(snq_json_range_if(at, "range", PITCH_LOW, PITCH_HIGH, &low, &high));
    v->low = (uint8_t)low;
    v->high = (uint8_t)high;
    if (v->high - v->low < WINDOW_MIN)
        return snq_json_fail(at, SNQ_ERR_RANGE, "range: %d .. %d is under %d semitones", v->low,
                             v->high, WINDOW_MIN);
    SNQ_TRY(snq_json_byte_if(at, "voices", 1, 6, &v->voices));
    SNQ_TRY(weights_if(at, "voicings", snq_voicing_names, SNQ_VOICINGS, 1000, v->weight));
    return some_weight(at, v->weight, SNQ_VOICINGS, "voicings");
}

static snq_status read_rhythm(const snq_json_ref *at, void *to)
{
    static const char *const keys[] = { "name",   "pattern", "sections", "qualities",
                                        "energy", "gate",    "strum",    "weight" };
    snq_chord_rhythm *r = to;
    snq_json_ref pattern;
    uint32_t sections = 0;
    r->energy_max = 1;
    r->gate = 0.9f;
    r->strum = 0.1f;
    r->weight = 1;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", r->name, sizeof r->name));
    SNQ_TRY(snq_json_get(at, "pattern", SNQ_JSON_STRING, &pattern));
    SNQ_TRY(snq_json_as_text(&pattern, r->step, sizeof r->step));
    const size_t n = strlen(r->step), good = strspn(r->step, RHYTHM_LETTERS);
    if (good != n)
        return snq_json_fail(&pattern, SNQ_ERR_FORMAT, "step %zu is none of %s", good + 1,
                             RHYTHM_LETTERS);
    if (n == 0 || n % BAR_STEPS != 0)
        return snq_json_fail(&pattern, SNQ_ERR_FORMAT, "%zu steps, 16, 32, 48 or 64 wanted", n);
    if (strspn(r->step, ".-") == n)
        return snq_json_fail(&pattern, SNQ_ERR_FORMAT, "nothing is played");
    r->steps = (uint8_t)n;
    SNQ_TRY(snq_json_set_if(at, "sections", snq_section_names, SNQ_SECTIONS, &sections));
    r->sections = (uint8_t)sections;
    SNQ_TRY(snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &r->qualities));
    SNQ_TRY(snq_json_range_if(at, "energy", 0, 1, &r->energy, &r->energy_max));
    SNQ_TRY(snq_json_float_if(at, "gate", 0.1, 1, &r->gate));
    SNQ_TRY(snq_json_float_if(at, "strum", 0, 0.25, &r->strum));
    return snq_json_float_if(at, "weight", 0.001, 1000, &r->weight);
}

static snq_status read_chords(const snq_json_ref *at, snq_harmony_chords *c)
{
    static const char *const keys[] = { "range", "voices", "voicings", "velocity", "rhythms" };
    snq_json_ref group;
    if (!snq_json_find(at, "chords", &group))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "chords", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_voicing(&group, &c->voicing));
    SNQ_TRY(snq_json_float_if(&group, "velocity", 1, 127, &c->velocity));
    return list_if(&group, "rhythms", SNQ_HARMONY_RHYTHMS_MAX, c->rhythm, sizeof *c->rhythm,
                   read_rhythm, &c->rhythms);
}

static snq_status read_pad(const snq_json_ref *at, snq_harmony_pad *p)
{
    static const char *const keys[] = { "range", "voices", "voicings", "velocity", "tie", "swell" };
    snq_json_ref group;
    if (!snq_json_find(at, "pad", &group))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "pad", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_voicing(&group, &p->voicing));
    SNQ_TRY(snq_json_float_if(&group, "velocity", 1, 127, &p->velocity));
    SNQ_TRY(snq_json_float_if(&group, "tie", 0, 1, &p->tie));
    return snq_json_float_if(&group, "swell", 0, 1, &p->swell);
}

static snq_status read_arpeggio_pattern(const snq_json_ref *at, void *to)
{
    static const char *const keys[] = { "shape", "octaves", "pulses", "of",        "accent",
                                        "rate",  "gate",    "energy", "qualities", "weight" };
    snq_arpeggio_style *a = to;
    snq_json_ref shape;
    *a = (snq_arpeggio_style) { .octaves = 2,
                                .pulses = 5,
                                .of = 8,
                                .accent = 4,
                                .rate = 1,
                                .gate = 0.6f,
                                .energy_max = 1,
                                .weight = 1 };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(at, "shape", SNQ_JSON_STRING, &shape));
    SNQ_TRY(snq_json_choice_if(at, "shape", snq_arpeggio_names, SNQ_ARPEGGIOS, &a->shape));
    SNQ_TRY(snq_json_byte_if(at, "octaves", 1, 4, &a->octaves));
    SNQ_TRY(snq_json_byte_if(at, "of", 2, 32, &a->of));
    SNQ_TRY(snq_json_byte_if(at, "pulses", 1, 32, &a->pulses));
    if (a->pulses > a->of)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%d pulses are over %d steps", a->pulses, a->of);
    SNQ_TRY(snq_json_byte_if(at, "accent", 0, 32, &a->accent));
    SNQ_TRY(snq_json_float_if(at, "rate", 0.5, 8, &a->rate));
    SNQ_TRY(snq_json_float_if(at, "gate", 0.1, 2, &a->gate));
    SNQ_TRY(snq_json_range_if(at, "energy", 0, 1, &a->energy, &a->energy_max));
    SNQ_TRY(snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &a->qualities));
    return snq_json_float_if(at, "weight", 0.001, 1000, &a->weight);
}

static snq_status read_arpeggio(const snq_json_ref *at, snq_harmony_arpeggio *a)
{
    static const char *const keys[] = { "range", "velocity", "patterns" };
    snq_json_ref group;
    float low = a->low, high = a->high;
    if (!snq_json_find(at, "arpeggio", &group))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "arpeggio", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_range_if(&group, "range", PITCH_LOW, PITCH_HIGH, &low, &high));
    a->low = (uint8_t)low;
    a->high = (uint8_t)high;
    if (a->high - a->low < WINDOW_MIN)
        return snq_json_fail(&group, SNQ_ERR_RANGE, "range: %d .. %d is under %d semitones", a->low,
                             a->high, WINDOW_MIN);
    SNQ_TRY(snq_json_float_if(&group, "velocity", 1, 127, &a->velocity));
    return list_if(&group, "patterns", SNQ_HARMONY_ARPEGGIOS_MAX, a->pattern, sizeof *a->pattern,
                   read_arpeggio_pattern, &a->patterns);
}

snq_status snq__style_harmony_read(const snq_json_ref *at, snq_style_harmony *out)
{
    static const char *const keys[] = {
        "phrase_bars",  "cadence",  "contrast", "colours", "substitutions",
        "progressions", "cadences", "chords",   "pad",     "arpeggio",
    };
    snq__style_harmony_default(out);
    out->progressions = out->endings = 0;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_byte_if(at, "phrase_bars", 1, 16, &out->phrase_bars));
    SNQ_TRY(snq_json_float_if(at, "cadence", 0, 1, &out->cadence));
    SNQ_TRY(snq_json_float_if(at, "contrast", 0, 1, &out->contrast));
    SNQ_TRY(read_colours(at, out));
    SNQ_TRY(weights_if(at, "substitutions", snq_substitution_names, SNQ_SUBSTITUTIONS, 1,
                       out->substitution));
    SNQ_TRY(list_if(at, "progressions", SNQ_HARMONY_PROGRESSIONS_MAX, out->progression,
                    sizeof *out->progression, read_progression, &out->progressions));
    SNQ_TRY(list_if(at, "cadences", SNQ_HARMONY_CADENCES_MAX, out->ending, sizeof *out->ending,
                    read_cadence, &out->endings));
    complete(out);
    SNQ_TRY(read_chords(at, &out->chords));
    SNQ_TRY(read_pad(at, &out->pad));
    return read_arpeggio(at, &out->arpeggio);
}
