// SPDX-License-Identifier: MIT
/* Reading {"schema", "instruments": {name: {"kind", part: [patch, …], …}}, "parts": {part: [patch, …]},
 * "eras": {era: [patch, …]}}. */
#include <string.h>

#include "compose/style.h"

#define SOUNDS_SCHEMA "sonique/sounds/1"

static snq_status read_list(const snq_json_ref *list, snq_sound_list *out)
{
    snq_json_ref item;
    const size_t n = snq_json_count(list);
    if (snq_json_kind_of(list) != SNQ_JSON_ARRAY || n < 1 || n > SNQ_SOUNDS_MAX)
        return snq_json_fail(list, SNQ_ERR_FORMAT, "an array of 1 .. %d patches is wanted",
                             SNQ_SOUNDS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, out->patch[i], sizeof out->patch[i]));
        if (!out->patch[i][0])
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "is empty");
    }
    out->patches = (uint32_t)n;
    return SNQ_OK;
}

static int index_of(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* {name: list, …} */
static snq_status read_group(const snq_json_ref *at, const char *key, const char *const *names,
                             int n, snq_sound_list *out)
{
    snq_json_ref group, row = { 0 };
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_OBJECT, &group));
    SNQ_TRY(snq_json_only(&group, names, (size_t)n));
    while (snq_json_next(&group, &row))
        SNQ_TRY(read_list(&row, &out[index_of(row.key, names, n)]));
    return SNQ_OK;
}

static snq_status read_played(const snq_json_ref *row, int played, snq_sound_table *out)
{
    snq_json_ref member = { 0 };
    int home = -1;
    while (snq_json_next(row, &member)) {
        if (strcmp(member.key, "kind") == 0) {
            SNQ_TRY(snq_json_as_text(&member, out->kind[played], sizeof out->kind[played]));
            continue;
        }
        const int part = index_of(member.key, snq_part_names, SNQ_PARTS);
        if (part < 0)
            return snq_json_fail(&member, SNQ_ERR_FORMAT, "is no part that is known here");
        SNQ_TRY(read_list(&member, &out->played[played][part]));
        home = home < 0 ? part : home;
    }
    if (home < 0)
        return snq_json_fail(row, SNQ_ERR_FORMAT, "no part plays it");
    out->home[played] = (uint8_t)home;
    return SNQ_OK;
}

snq_status snq_sound_table_from_json(const snq_json_ref *at, snq_sound_table *out)
{
    static const char *const keys[] = { "schema", "instruments", "parts", "eras" };
    char schema[64];
    snq_json_ref group, row = { 0 };
    memset(out, 0, sizeof *out);
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "schema", schema, sizeof schema));
    if (strcmp(schema, SOUNDS_SCHEMA) != 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema,
                             SOUNDS_SCHEMA);
    SNQ_TRY(snq_json_get(at, "instruments", SNQ_JSON_OBJECT, &group));
    while (snq_json_next(&group, &row)) {
        const int played = index_of(row.key, snq_played_names, SNQ_PLAYED);
        if (played < 0)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "is no instrument that is known here");
        SNQ_TRY(read_played(&row, played, out));
    }
    SNQ_TRY(read_group(at, "parts", snq_part_names, SNQ_PARTS, out->part));
    return read_group(at, "eras", snq_era_names, SNQ_ERAS, out->era);
}
