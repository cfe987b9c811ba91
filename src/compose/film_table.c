// SPDX-License-Identifier: MIT
/* Reading `sonique/film/1` (docs/formats/film.md). */
#include <math.h>
#include <string.h>

#include "compose/film_brief.h"

static const char *const axis_names[SNQ_FILM_AXES] = {
#define X(ID, id) #id,
    SNQ_FILM_AXIS_MAP(X)
#undef X
};

static int index_of(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* {"range": [lo, hi], "scale": "linear" | "log"} */
static snq_status read_axis(const snq_json_ref *row, int axis, snq_film_table *out)
{
    static const char *const keys[] = { "range", "scale" }, *const scales[] = { "linear", "log" };
    snq_json_ref range, end;
    SNQ_TRY(snq_json_only(row, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_choice_if(row, "scale", scales, 2, &out->log_scale[axis]));
    SNQ_TRY(snq_json_get(row, "range", SNQ_JSON_ARRAY, &range));
    if (snq_json_count(&range) != 2)
        return snq_json_fail(&range, SNQ_ERR_FORMAT, "two numbers are wanted");
    const double least = out->log_scale[axis] ? 1e-9 : -1e9;
    snq_json_item(&range, 0, &end);
    SNQ_TRY(snq_json_as_real(&end, least, 1e9, &out->lo[axis]));
    snq_json_item(&range, 1, &end);
    SNQ_TRY(snq_json_as_real(&end, least, 1e9, &out->hi[axis]));
    if (!(out->hi[axis] > out->lo[axis]))
        return snq_json_fail(&range, SNQ_ERR_RANGE, "%g is not below %g", out->lo[axis],
                             out->hi[axis]);
    return SNQ_OK;
}

static snq_status read_axes(const snq_json_ref *at, snq_film_table *out)
{
    snq_json_ref group, row;
    SNQ_TRY(snq_json_get(at, "axes", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, axis_names, SNQ_FILM_SEEN));
    for (int a = 0; a < SNQ_FILM_SEEN; a++) {
        SNQ_TRY(snq_json_get(&group, axis_names[a], SNQ_JSON_OBJECT, &row));
        SNQ_TRY(read_axis(&row, a, out));
    }
    return SNQ_OK;
}

/* {axis: weight, …}, of which at least one is above 0. */
static snq_status read_weights(const snq_json_ref *at, const char *key, float *weight)
{
    snq_json_ref group;
    float sum = 0.0f;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, axis_names, SNQ_FILM_SEEN));
    for (int a = 0; a < SNQ_FILM_SEEN; a++) {
        SNQ_TRY(snq_json_float_if(&group, axis_names[a], 0.0, 100.0, &weight[a]));
        sum += weight[a];
    }
    return sum > 0.0f ? SNQ_OK : snq_json_fail(&group, SNQ_ERR_RANGE, "no weight is above 0");
}

static snq_status read_limits(const snq_json_ref *at, snq_film_table *out)
{
    static const char *const unknown[] = { "arousal", "valence" }, *const energy[] = { "low",
                                                                                       "high" };
    snq_json_ref group;
    double v = 0.0;
    SNQ_TRY(snq_json_get(at, "unknown", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, unknown, 2));
    SNQ_TRY(snq_json_float_if(&group, "arousal", 0.0, 1.0, &out->unknown_arousal));
    SNQ_TRY(snq_json_float_if(&group, "valence", -1.0, 1.0, &out->unknown_valence));
    SNQ_TRY(snq_json_get(at, "energy", SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, energy, 2));
    SNQ_TRY(snq_json_real_of(&group, "low", 0.0, 1.0, &v));
    out->energy_low = (float)v;
    SNQ_TRY(snq_json_real_of(&group, "high", v, 1.0, &v));
    out->energy_high = (float)v;
    SNQ_TRY(snq_json_real_of(at, "minor_below", -1.0, 1.0, &v));
    out->minor_below = (float)v;
    return snq_json_set_if(at, "moods", snq_mood_names, SNQ_MOODS, &out->moods);
}

/* {axis: place, …, "template": id} */
static snq_status read_genre(const snq_json_ref *row, snq_film_genre *g)
{
    const char *keys[SNQ_FILM_AXES + 1];
    memcpy(keys, axis_names, sizeof axis_names);
    keys[SNQ_FILM_AXES] = "template";
    if (snq_json_kind_of(row) != SNQ_JSON_OBJECT)
        return snq_json_fail(row, SNQ_ERR_FORMAT, "an object is wanted");
    SNQ_TRY(snq_json_only(row, keys, SNQ_COUNT(keys)));
    for (int a = 0; a < SNQ_FILM_AXES; a++) {
        g->place[a] = NAN;
        SNQ_TRY(snq_json_float_if(row, axis_names[a], a == SNQ_FILM_VALENCE ? -1.0 : 0.0, 1.0,
                                  &g->place[a]));
    }
    g->listed = 1;
    return snq_json_text_if(row, "template", g->template_id, sizeof g->template_id);
}

static snq_status read_genres(const snq_json_ref *at, snq_film_table *out)
{
    snq_json_ref group, row = { 0 };
    SNQ_TRY(snq_json_get(at, "genres", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        const int genre = index_of(row.key, snq_genre_names, SNQ_GENRES);
        if (genre < 0)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "is no genre that is known here");
        SNQ_TRY(read_genre(&row, &out->genre[genre]));
        out->order[out->genres++] = (uint8_t)genre;
    }
    return out->genres ? SNQ_OK : snq_json_fail(&group, SNQ_ERR_RANGE, "there are no genres");
}

snq_status snq_film_table_from_json(const snq_json_ref *at, snq_film_table *out)
{
    static const char *const keys[] = { "schema", "axes",        "arousal", "valence",  "unknown",
                                        "energy", "minor_below", "moods",   "template", "genres" };
    char schema[64];
    memset(out, 0, sizeof *out);
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "schema", schema, sizeof schema));
    if (strcmp(schema, SNQ_FILM_SCHEMA) != 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema,
                             SNQ_FILM_SCHEMA);
    SNQ_TRY(read_axes(at, out));
    SNQ_TRY(read_weights(at, "arousal", out->arousal));
    SNQ_TRY(read_weights(at, "valence", out->valence));
    SNQ_TRY(read_limits(at, out));
    SNQ_TRY(snq_json_text_of(at, "template", out->template_id, sizeof out->template_id));
    return read_genres(at, out);
}

const char *snq_film_template_for(const snq_film_table *t, const char *genre)
{
    const int g = genre ? index_of(genre, snq_genre_names, SNQ_GENRES) : -1;
    return g >= 0 && t->genre[g].template_id[0] ? t->genre[g].template_id : t->template_id;
}
