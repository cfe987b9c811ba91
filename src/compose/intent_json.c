// SPDX-License-Identifier: MIT
/* The member "context" of a session: an intent as a document and back. The seed is a text, for a number of
 * JSON need not hold 64 bits. */
#include "compose/intent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose/mix_wish.h"
#include "compose/style.h"
#include "compose/track_kind.h"

/* ---------------------------------------------------------------- writing */

static void put_set(snq_json *j, const char *key, uint32_t set, const char *const *names)
{
    snq_json_key(j, key);
    snq_json_array(j);
    for (unsigned i = 0; set >> i; i++)
        if (set >> i & 1)
            snq_json_string(j, names[i]);
    snq_json_end(j);
}

static void put_float(snq_json *j, const char *key, float v)
{
    snq_json_key(j, key);
    snq_json_float(j, v);
}

static void put_track(snq_json *j, const snq_intent *in, const snq_track_intent *t)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", t->name);
    snq_json_put_string(j, "kind", t->kind);
    snq_json_put_string(j, "patch", t->patch);
    snq_json_put_string(j, "as", in->style->track[t->style_track].name);
    put_set(j, "qualities", t->qualities, snq_quality_names);
    put_set(j, "avoid", t->shunned, snq_quality_names);
    put_float(j, "density", t->density);
    put_float(j, "complexity", t->complexity);
    put_float(j, "variation", t->variation);
    snq_json_key(j, "mix");
    snq_mix_wish_json(j, &t->mix);
    snq_json_end(j);
}

void snq_intent_json(snq_json *j, const snq_intent *in)
{
    char text[32];
    snq_json_object(j);
    snprintf(text, sizeof text, "%llu", (unsigned long long)in->seed);
    snq_json_put_string(j, "seed", text);
    snq_json_put_string(j, "title", in->title);
    snq_json_key(j, "bpm");
    snq_json_double(j, in->bpm);
    snq_json_put_string(j, "feel", snq_feel_names[in->feel]);
    snprintf(text, sizeof text, "%d/%d", in->beats_per_bar, in->beat_unit);
    snq_json_put_string(j, "meter", text);
    snq_json_put_string(j, "tonic", snq_tonic_names[in->tonic]);
    snq_json_put_string(j, "mode", snq_brief_mode_names[in->mode]);
    put_set(j, "moods", in->moods, snq_mood_names);
    put_float(j, "valence", in->valence);
    put_float(j, "arousal", in->arousal);
    put_float(j, "energy", in->energy);
    put_float(j, "swing", in->swing);
    snq_json_put_int(j, "swing_step", in->swing_step);
    snq_json_put_int(j, "chord_complexity", in->chord_complexity);
    snq_json_put_int(j, "bars", in->bars);
    if (in->era >= 0)
        snq_json_put_string(j, "era", snq_era_names[in->era]);
    put_float(j, "target_lufs", in->target_lufs);
    put_float(j, "ceiling_dbtp", in->ceiling_dbtp);
    snq_json_key(j, "mix");
    snq_mix_wish_json(j, &in->mix);
    snq_json_key(j, "tracks");
    snq_json_array(j);
    for (uint32_t i = 0; i < in->tracks; i++)
        put_track(j, in, &in->track[i]);
    snq_json_end(j);
    snq_json_end(j);
}

/* ---------------------------------------------------------------- reading */

static snq_status get_set(const snq_json_ref *at, const char *key, const char *const *names,
                          size_t n, uint32_t *set)
{
    snq_json_ref list, item;
    size_t v = 0;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_choice(&item, names, n, &v));
        *set |= 1u << v;
    }
    return SNQ_OK;
}

static snq_status get_float(const snq_json_ref *at, const char *key, double lo, double hi,
                            float *value)
{
    double v = 0.0;
    SNQ_TRY(snq_json_real_of(at, key, lo, hi, &v));
    *value = (float)v;
    return SNQ_OK;
}

static snq_status get_choice(const snq_json_ref *at, const char *key, const char *const *names,
                             size_t n, size_t *v)
{
    snq_json_ref item;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &item));
    return snq_json_as_choice(&item, names, n, v);
}

static snq_status get_seed(const snq_json_ref *at, uint64_t *seed)
{
    snq_json_ref item;
    char text[32], *end = text;
    SNQ_TRY(snq_json_get(at, "seed", SNQ_JSON_STRING, &item));
    SNQ_TRY(snq_json_as_text(&item, text, sizeof text));
    if (strspn(text, "0123456789") == strlen(text) && strlen(text) <= 20)
        *seed = strtoull(text, &end, 10);
    return end > text ? SNQ_OK : snq_json_fail(&item, SNQ_ERR_FORMAT, "a whole number is wanted");
}

static snq_status get_metre(const snq_json_ref *at, snq_intent *out)
{
    snq_json_ref item;
    char text[16], *end = text;
    SNQ_TRY(snq_json_get(at, "meter", SNQ_JSON_STRING, &item));
    SNQ_TRY(snq_json_as_text(&item, text, sizeof text));
    const long beats = strtol(text, &end, 10);
    const long unit = *end == '/' ? strtol(end + 1, &end, 10) : 0;
    if (beats < 1 || beats > 99 || *end || (unit != 2 && unit != 4 && unit != 8 && unit != 16))
        return snq_json_fail(&item, SNQ_ERR_FORMAT, "\"%s\" is no metre", text);
    out->beats_per_bar = (uint8_t)beats;
    out->beat_unit = (uint8_t)unit;
    return SNQ_OK;
}

/* The style's track that it is made from. A style may have changed since: then its first of that kind, else
 * its first. */
static snq_status get_like(const snq_json_ref *at, const snq_style *style, snq_track_intent *t)
{
    char as[SNQ_SCORE_NAME_MAX];
    SNQ_TRY(snq_json_text_of(at, "as", as, sizeof as));
    t->style_track = 0;
    for (uint32_t i = style->tracks; i-- > 0;)
        if (strcmp(style->track[i].kind, t->kind) == 0)
            t->style_track = (uint8_t)i;
    for (uint32_t i = 0; i < style->tracks; i++)
        if (strcmp(style->track[i].name, as) == 0)
            t->style_track = (uint8_t)i;
    return SNQ_OK;
}

static snq_status get_track(const snq_json_ref *at, const snq_style *style, snq_track_intent *t)
{
    static const char *const keys[] = { "name",  "kind",    "patch",      "as",        "qualities",
                                        "avoid", "density", "complexity", "variation", "mix" };
    snq_json_ref mix;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", t->name, sizeof t->name));
    SNQ_TRY(snq_json_text_of(at, "kind", t->kind, sizeof t->kind));
    SNQ_TRY(snq_json_text_of(at, "patch", t->patch, sizeof t->patch));
    if (!t->name[0])
        return snq_json_fail(at, SNQ_ERR_FORMAT, "name is empty");
    const snq_track_kind *kind = snq_track_kind_find(t->kind);
    if (!kind)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "kind: there is no \"%s\"", t->kind);
    t->part = kind->part;
    SNQ_TRY(get_like(at, style, t));
    SNQ_TRY(get_set(at, "qualities", snq_quality_names, SNQ_QUALITIES, &t->qualities));
    SNQ_TRY(get_set(at, "avoid", snq_quality_names, SNQ_QUALITIES, &t->shunned));
    SNQ_TRY(get_float(at, "density", 0.0, 1.0, &t->density));
    SNQ_TRY(get_float(at, "complexity", 0.0, 1.0, &t->complexity));
    SNQ_TRY(get_float(at, "variation", 0.0, 1.0, &t->variation));
    SNQ_TRY(snq_json_get(at, "mix", SNQ_JSON_OBJECT, &mix));
    t->mix = snq_mix_wish_none();
    return snq_mix_wish_read(&mix, &t->mix);
}

static snq_status get_tracks(const snq_json_ref *at, snq_intent *out)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "tracks", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_INTENT_TRACKS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu tracks; 1 .. %d are wanted", n,
                             SNQ_INTENT_TRACKS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(get_track(&item, out->style, &out->track[i]));
        for (size_t k = 0; k < i; k++)
            if (strcmp(out->track[k].name, out->track[i].name) == 0)
                return snq_json_fail(&item, SNQ_ERR_FORMAT, "the name \"%s\" is there twice",
                                     out->track[i].name);
    }
    out->tracks = (uint32_t)n;
    return SNQ_OK;
}

static snq_status get_music(const snq_json_ref *at, snq_intent *out)
{
    size_t feel = 0, tonic = 0, mode = 0;
    SNQ_TRY(snq_json_text_of(at, "title", out->title, sizeof out->title));
    SNQ_TRY(snq_json_real_of(at, "bpm", SNQ_BRIEF_BPM_MIN, SNQ_BRIEF_BPM_MAX, &out->bpm));
    SNQ_TRY(get_choice(at, "feel", snq_feel_names, SNQ_FEELS, &feel));
    SNQ_TRY(get_metre(at, out));
    SNQ_TRY(get_choice(at, "tonic", snq_tonic_names, 12, &tonic));
    SNQ_TRY(get_choice(at, "mode", snq_brief_mode_names, SNQ_MODES, &mode));
    SNQ_TRY(get_set(at, "moods", snq_mood_names, SNQ_MOODS, &out->moods));
    SNQ_TRY(get_float(at, "valence", -1.0, 1.0, &out->valence));
    SNQ_TRY(get_float(at, "arousal", 0.0, 1.0, &out->arousal));
    SNQ_TRY(get_float(at, "energy", 0.0, 1.0, &out->energy));
    SNQ_TRY(get_float(at, "swing", 0.5, 0.75, &out->swing));
    out->feel = (uint8_t)feel;
    out->tonic = (int8_t)tonic;
    out->mode = (int8_t)mode;
    return SNQ_OK;
}

static snq_status get_rest(const snq_json_ref *at, snq_intent *out)
{
    snq_json_ref item;
    int64_t step = 1, complexity = 1, bars = 1;
    size_t era = 0;
    SNQ_TRY(snq_json_int_of(at, "swing_step", 1, 2, &step));
    SNQ_TRY(snq_json_int_of(at, "chord_complexity", 1, 5, &complexity));
    SNQ_TRY(snq_json_int_of(at, "bars", 1, SNQ_INTENT_BARS_MAX, &bars));
    out->era = -1;
    if (snq_json_find(at, "era", &item)) {
        SNQ_TRY(snq_json_as_choice(&item, snq_era_names, SNQ_ERAS, &era));
        out->era = (int8_t)era;
    }
    SNQ_TRY(get_float(at, "target_lufs", -40.0, -5.0, &out->target_lufs));
    SNQ_TRY(get_float(at, "ceiling_dbtp", -20.0, 0.0, &out->ceiling_dbtp));
    out->swing_step = (uint8_t)step;
    out->chord_complexity = (uint8_t)complexity;
    out->bars = (int32_t)bars;
    SNQ_TRY(snq_json_get(at, "mix", SNQ_JSON_OBJECT, &item));
    out->mix = snq_mix_wish_none();
    return snq_mix_wish_read(&item, &out->mix);
}

snq_status snq_intent_from_json(const snq_json_ref *at, const snq_style *style, snq_intent *out)
{
    static const char *const keys[] = { "seed",        "title",
                                        "bpm",         "feel",
                                        "meter",       "tonic",
                                        "mode",        "moods",
                                        "valence",     "arousal",
                                        "energy",      "swing",
                                        "swing_step",  "chord_complexity",
                                        "bars",        "era",
                                        "target_lufs", "ceiling_dbtp",
                                        "mix",         "tracks" };
    memset(out, 0, sizeof *out);
    out->style = style;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(get_seed(at, &out->seed));
    SNQ_TRY(get_music(at, out));
    SNQ_TRY(get_rest(at, out));
    return get_tracks(at, out);
}
