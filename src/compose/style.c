// SPDX-License-Identifier: MIT
/* Reading a style: its head here, its parts by their own readers. */
#include "compose/style.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/mix_wish.h"
#include "compose/track_kind.h"

/* ---------------------------------------------------------------- small things */

/* [low, high], both within lo .. hi, around `usual` */
static snq_status read_range(const snq_json_ref *at, double lo, double hi, double usual,
                             double *low, double *high)
{
    snq_json_ref pair, item;
    double edge[2] = { usual, usual };
    if (snq_json_find(at, "range", &pair)) {
        if (snq_json_kind_of(&pair) != SNQ_JSON_ARRAY || snq_json_count(&pair) != 2)
            return snq_json_fail(&pair, SNQ_ERR_FORMAT, "[from, to] is wanted");
        for (size_t i = 0; i < 2; i++) {
            snq_json_item(&pair, i, &item);
            SNQ_TRY(snq_json_as_real(&item, lo, hi, &edge[i]));
        }
        if (!(edge[0] <= usual && usual <= edge[1]))
            return snq_json_fail(&pair, SNQ_ERR_RANGE, "%g is not within %g .. %g", usual, edge[0],
                                 edge[1]);
    }
    *low = edge[0];
    *high = edge[1];
    return SNQ_OK;
}

static snq_status read_metre(const snq_json_ref *at, snq_style *s)
{
    snq_json_ref item;
    char text[16];
    char *end = text;
    s->beats_per_bar = s->beat_unit = 4;
    if (!snq_json_find(at, "meter", &item))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_text(&item, text, sizeof text));
    const long beats = strtol(text, &end, 10);
    const long unit = *end == '/' ? strtol(end + 1, &end, 10) : 0;
    if (beats < 1 || beats > 32 || *end || (unit != 2 && unit != 4 && unit != 8 && unit != 16))
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "\"%s\" is no metre", text);
    s->beats_per_bar = (uint8_t)beats;
    s->beat_unit = (uint8_t)unit;
    return SNQ_OK;
}

/* ---------------------------------------------------------------- tracks */

static snq_status read_human(const snq_json_ref *track, snq_human *h)
{
    static const char *const keys[] = { "timing_ms", "correlation", "late_ms", "force",
                                        "force_by_step" };
    snq_json_ref at, list, item;
    *h = (snq_human) { .correlation = 0.2f, .force_by_step = { 1.0f, 1.0f, 1.0f, 1.0f } };
    if (!snq_json_find(track, "human", &at))
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_float_if(&at, "timing_ms", 0.0, 25.0, &h->timing_ms));
    SNQ_TRY(snq_json_float_if(&at, "correlation", 0.0, 0.9, &h->correlation));
    SNQ_TRY(snq_json_float_if(&at, "late_ms", -25.0, 30.0, &h->late_ms));
    SNQ_TRY(snq_json_float_if(&at, "force", 0.0, 0.5, &h->force));
    if (!snq_json_find(&at, "force_by_step", &list))
        return SNQ_OK;
    if (snq_json_kind_of(&list) != SNQ_JSON_ARRAY || snq_json_count(&list) != 4)
        return snq_json_fail(&list, SNQ_ERR_FORMAT, "four numbers are wanted");
    for (size_t i = 0; i < 4; i++) {
        double v = 1.0;
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_real(&item, 0.1, 2.0, &v));
        h->force_by_step[i] = (float)v;
    }
    return SNQ_OK;
}

static snq_status read_sound(const snq_json_ref *at, snq_style_sound *s)
{
    static const char *const keys[] = { "patch", "weight", "moods", "qualities" };
    *s = (snq_style_sound) { .weight = 1.0f };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "patch", s->patch, sizeof s->patch));
    if (!s->patch[0])
        return snq_json_fail(at, SNQ_ERR_FORMAT, "patch is empty");
    SNQ_TRY(snq_json_float_if(at, "weight", 1e-3, 1000.0, &s->weight));
    SNQ_TRY(snq_json_set_if(at, "moods", snq_mood_names, SNQ_MOODS, &s->moods));
    return snq_json_set_if(at, "qualities", snq_quality_names, SNQ_QUALITIES, &s->qualities);
}

static snq_status read_sounds(const snq_json_ref *at, snq_style_track *t)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "sounds", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_STYLE_SOUNDS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu sounds; 1 .. %d are wanted", n,
                             SNQ_STYLE_SOUNDS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_sound(&item, &t->sound[i]));
    }
    t->sounds = (uint32_t)n;
    return SNQ_OK;
}

static snq_status read_track(const snq_json_ref *at, snq_style_track *t)
{
    static const char *const keys[] = { "name",  "kind",    "chance",     "sounds",   "mix",
                                        "human", "density", "complexity", "variation" };
    snq_json_ref mix;
    *t = (snq_style_track) { .chance = 1.0f,
                             .mix = snq_mix_wish_none(),
                             .density = 0.5f,
                             .complexity = 0.5f,
                             .variation = 0.4f };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", t->name, sizeof t->name));
    SNQ_TRY(snq_json_text_of(at, "kind", t->kind, sizeof t->kind));
    if (!t->name[0] || !t->kind[0])
        return snq_json_fail(at, SNQ_ERR_FORMAT, "name or kind is empty");
    if (!snq_track_kind_find(t->kind))
        return snq_json_fail(at, SNQ_ERR_FORMAT, "kind: there is no \"%s\"", t->kind);
    SNQ_TRY(snq_json_float_if(at, "chance", 0.0, 1.0, &t->chance));
    SNQ_TRY(snq_json_float_if(at, "density", 0.0, 1.0, &t->density));
    SNQ_TRY(snq_json_float_if(at, "complexity", 0.0, 1.0, &t->complexity));
    SNQ_TRY(snq_json_float_if(at, "variation", 0.0, 1.0, &t->variation));
    SNQ_TRY(read_sounds(at, t));
    if (snq_json_find(at, "mix", &mix))
        SNQ_TRY(snq_mix_wish_read(&mix, &t->mix));
    return read_human(at, &t->human);
}

static snq_status read_tracks(const snq_json_ref *root, snq_style *s)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(root, "tracks", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_STYLE_TRACKS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu tracks; 1 .. %d are wanted", n,
                             SNQ_STYLE_TRACKS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_track(&item, &s->track[i]));
        for (size_t k = 0; k < i; k++)
            if (strcmp(s->track[k].name, s->track[i].name) == 0)
                return snq_json_fail(&item, SNQ_ERR_FORMAT, "the name \"%s\" is there twice",
                                     s->track[i].name);
    }
    s->tracks = (uint32_t)n;
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the head */

static snq_status read_tempo(const snq_json_ref *root, snq_style *s)
{
    static const char *const keys[] = { "bpm", "range" };
    snq_json_ref at;
    SNQ_TRY(snq_json_get(root, "tempo", SNQ_JSON_OBJECT, &at));
    SNQ_TRY(snq_json_only(&at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_real_of(&at, "bpm", SNQ_BRIEF_BPM_MIN, SNQ_BRIEF_BPM_MAX, &s->bpm));
    return read_range(&at, SNQ_BRIEF_BPM_MIN, SNQ_BRIEF_BPM_MAX, s->bpm, &s->bpm_min, &s->bpm_max);
}

static snq_status read_swing(const snq_json_ref *root, snq_style *s)
{
    static const char *const keys[] = { "usual", "range", "step" };
    snq_json_ref at;
    double usual = 0.5, low = 0.5, high = 0.5;
    int64_t step = 1;
    if (snq_json_find(root, "swing", &at)) {
        SNQ_TRY(snq_json_only(&at, keys, SNQ_COUNT(keys)));
        SNQ_TRY(snq_json_real_of(&at, "usual", 0.5, 0.75, &usual));
        SNQ_TRY(read_range(&at, 0.5, 0.75, usual, &low, &high));
        SNQ_TRY(snq_json_int_if(&at, "step", 1, 2, &step));
    }
    s->swing = (float)usual;
    s->swing_min = (float)low;
    s->swing_max = (float)high;
    s->swing_step = (uint8_t)step;
    return SNQ_OK;
}

static snq_status read_modes(const snq_json_ref *root, snq_style *s)
{
    snq_json_ref at, item = { 0 };
    double sum = 0.0, v = 0.0;
    SNQ_TRY(snq_json_get(root, "modes", SNQ_JSON_OBJECT, &at));
    SNQ_TRY(snq_json_only(&at, snq_brief_mode_names, SNQ_MODES));
    for (size_t m = 0; m < SNQ_MODES; m++)
        if (snq_json_find(&at, snq_brief_mode_names[m], &item)) {
            SNQ_TRY(snq_json_as_real(&item, 0.0, 1000.0, &v));
            s->mode_weight[m] = (float)v;
            sum += v;
        }
    return sum > 0.0 ? SNQ_OK : snq_json_fail(&at, SNQ_ERR_RANGE, "no mode has a weight");
}

static snq_status read_names(const snq_json_ref *root, snq_style *s)
{
    char schema[64];
    SNQ_TRY(snq_json_text_of(root, "schema", schema, sizeof schema));
    if (strcmp(schema, SNQ_STYLE_SCHEMA) != 0)
        return snq_json_fail(root, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema,
                             SNQ_STYLE_SCHEMA);
    SNQ_TRY(snq_json_text_of(root, "id", s->id, sizeof s->id));
    SNQ_TRY(snq_json_text_of(root, "name", s->name, sizeof s->name));
    SNQ_TRY(snq_json_text_if(root, "about", s->about, sizeof s->about));
    const size_t n = strspn(s->id, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (n == 0 || s->id[n])
        return snq_json_fail(root, SNQ_ERR_FORMAT, "id \"%s\": a .. z, 0 .. 9 and _ are wanted",
                             s->id);
    return SNQ_OK;
}

static snq_status read_head(const snq_json_ref *root, snq_style *s)
{
    snq_json_ref mix;
    int64_t complexity = 2, bars = 64;
    SNQ_TRY(read_names(root, s));
    SNQ_TRY(snq_json_bool_if(root, "pulse", &s->pulse));
    SNQ_TRY(read_tempo(root, s));
    SNQ_TRY(read_swing(root, s));
    SNQ_TRY(read_modes(root, s));
    SNQ_TRY(read_metre(root, s));
    SNQ_TRY(snq_json_float_if(root, "energy", 0.0, 1.0, &s->energy));
    SNQ_TRY(snq_json_int_if(root, "chord_complexity", 1, 5, &complexity));
    SNQ_TRY(snq_json_int_if(root, "bars", 1, SNQ_INTENT_BARS_MAX, &bars));
    SNQ_TRY(snq_json_float_if(root, "loudness_lufs", -40.0, -5.0, &s->target_lufs));
    SNQ_TRY(snq_json_float_if(root, "dynamics_db", 0.0, 24.0, &s->dynamics_db));
    s->chord_complexity = (uint8_t)complexity;
    s->bars = (int32_t)bars;
    if (snq_json_find(root, "mix", &mix))
        SNQ_TRY(snq_mix_wish_read(&mix, &s->mix));
    return read_tracks(root, s);
}

/* ---------------------------------------------------------------- the parts */

static snq_status read_parts(const snq_json_ref *root, snq_style *s)
{
    snq_json_ref at;
    if (snq_json_find(root, "form", &at))
        SNQ_TRY(snq__style_form_read(&at, &s->form));
    else
        snq__style_form_default(&s->form);
    if (snq_json_find(root, "drums", &at))
        SNQ_TRY(snq__style_drums_read(&at, &s->drums));
    else
        snq__style_drums_default(&s->drums);
    if (snq_json_find(root, "bass", &at))
        SNQ_TRY(snq__style_bass_read(&at, &s->bass));
    else
        snq__style_bass_default(&s->bass);
    if (snq_json_find(root, "harmony", &at))
        SNQ_TRY(snq__style_harmony_read(&at, &s->harmony));
    else
        snq__style_harmony_default(&s->harmony);
    if (snq_json_find(root, "melody", &at))
        SNQ_TRY(snq__style_melody_read(&at, &s->melody));
    else
        snq__style_melody_default(&s->melody);
    return SNQ_OK;
}

snq_status snq_style_from_json(const snq_json_ref *at, snq_style **out)
{
    static const char *const keys[] = { "schema",
                                        "id",
                                        "name",
                                        "about",
                                        "pulse",
                                        "tempo",
                                        "swing",
                                        "modes",
                                        "meter",
                                        "energy",
                                        "chord_complexity",
                                        "bars",
                                        "loudness_lufs",
                                        "dynamics_db",
                                        "mix",
                                        "tracks",
                                        "form",
                                        "drums",
                                        "bass",
                                        "harmony",
                                        "melody" };
    *out = NULL;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    snq_style *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
    s->pulse = 1;
    s->energy = 0.6f;
    s->target_lufs = -14.0f;
    s->mix = snq_mix_wish_none();
    snq_status st = read_head(at, s);
    if (st >= 0)
        st = read_parts(at, s);
    if (st < 0) {
        snq_style_free(s);
        return st;
    }
    *out = s;
    return SNQ_OK;
}

void snq_style_free(snq_style *s)
{
    snq_free(s);
}

snq_status snq_style_blend(const snq_style *main, const snq_style *lends, snq_style **out)
{
    *out = snq_calloc(1, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
    snq_style *s = *out;
    memcpy(s, main, sizeof *s);
    const snq_style_track *theirs = NULL;
    for (uint32_t i = 0; i < lends->tracks && !theirs; i++)
        if (strcmp(lends->track[i].kind, "drums") == 0)
            theirs = &lends->track[i];
    if (!theirs || main->beats_per_bar != lends->beats_per_bar ||
        main->beat_unit != lends->beat_unit)
        return SNQ_OK;
    for (uint32_t i = 0; i < s->tracks; i++)
        if (strcmp(s->track[i].kind, "drums") == 0) {
            char name[SNQ_SCORE_NAME_MAX];
            memcpy(name, s->track[i].name, sizeof name);
            s->track[i] = *theirs;
            memcpy(s->track[i].name, name, sizeof name);
            s->drums = lends->drums;
            s->swing = lends->swing;
            s->swing_min = lends->swing_min;
            s->swing_max = lends->swing_max;
            s->swing_step = lends->swing_step;
            break;
        }
    return SNQ_OK;
}
