// SPDX-License-Identifier: MIT
#include "jobs/patch_library.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"

#define TABLE_SCHEMA "sonique/general-midi/1"

/* What a track of a kind plays when nothing else is said. */
static const struct {
    const char *kind, *patch;
} kind_tab[] = {
    { "bass", "sub_bass" },     { "harmony", "warm_pad" },      { "melody", "saw_lead" },
    { "pad", "warm_pad" },      { "texture", "noise_texture" }, { "effect", "riser" },
    { "vocal", "choir_voice" },
};
#define OTHERWISE "soft_keys"

/* ---------------------------------------------------------------- loading */

static snq_status read_patch(const snq_text_file *f, const char *path, const char *name,
                             snq_patch *out)
{
    snq_json_doc *doc;
    SNQ_TRY(snq_json_parse(path, f->bytes, f->length, &doc));
    const snq_json_ref root = snq_json_root(doc);
    snq_status st = snq_patch_from_json(&root, out);
    if (st >= 0 && strcmp(out->id, name) != 0)
        st = snq_json_fail(&root, SNQ_ERR_FORMAT, "its id \"%s\" is not the file's name", out->id);
    snq_json_doc_free(doc);
    return st;
}

static snq_status load_patch(const char *path, const char *name, snq_patch *out)
{
    snq_text_file f;
    const snq_status st = snq_text_file_read(path, SNQ_PATCH_BYTES_MAX, &f);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", path, why);
    }
    const snq_status read = read_patch(&f, path, name, out);
    snq_free(f.bytes);
    return read;
}

static snq_patch_entry *find(const snq_patch_library *l, const char *id)
{
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].patch && strcmp(l->entry[i].patch->id, id) == 0)
            return &l->entry[i];
    return NULL;
}

static snq_status grow(snq_patch_library *l)
{
    if (l->entries < l->room)
        return SNQ_OK;
    if (l->room >= SNQ_PATCH_LIBRARY_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d patches", SNQ_PATCH_LIBRARY_MAX);
    const size_t room = l->room ? 2 * l->room : 64;
    snq_patch_entry *grown = snq_regrow(l->entry, l->room, room, sizeof *grown);
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu patches", room);
    l->entry = grown;
    l->room = room;
    return SNQ_OK;
}

static snq_status visit_patch(void *user, const char *path, const char *name, int own)
{
    snq_patch_library *l = user;
    SNQ_TRY(grow(l));
    snq_patch_entry *e = &l->entry[l->entries];
    *e = (snq_patch_entry) { .own = own, .path = snq_strdup(path) };
    l->entries++;
    if (!e->path || !(e->patch = snq_calloc(1, sizeof *e->patch)))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a patch");
    const snq_status st = load_patch(path, name, e->patch);
    const int hidden = st >= 0 && find(l, e->patch->id) != e;
    if (st >= 0 && !hidden)
        return SNQ_OK;
    if (st == SNQ_ERR_NOMEM)
        return st;
    snq_free(e->patch);
    e->patch = NULL;
    e->problem =
        snq_strdup(hidden ? "the user's own of this id takes its place" : snq_last_error());
    return e->problem ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a patch");
}

/* ---------------------------------------------------------------- General MIDI */

/* {"schema", "drums": id, "programs": [[first, last, id], …]} with each of 0 .. 127 named once. */
static snq_status read_table(snq_patch_library *l, const snq_json_ref *root)
{
    static const char *const keys[] = { "schema", "drums", "programs" };
    char schema[64];
    snq_json_ref programs, row, cell;
    SNQ_TRY(snq_json_only(root, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(root, "schema", schema, sizeof schema));
    if (strcmp(schema, TABLE_SCHEMA) != 0)
        return snq_json_fail(root, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema,
                             TABLE_SCHEMA);
    SNQ_TRY(snq_json_text_of(root, "drums", l->drums, sizeof l->drums));
    SNQ_TRY(snq_json_get(root, "programs", SNQ_JSON_ARRAY, &programs));
    for (size_t i = 0; i < snq_json_count(&programs); i++) {
        int64_t edge[2];
        snq_json_item(&programs, i, &row);
        if (snq_json_count(&row) != 3)
            return snq_json_fail(&row, SNQ_ERR_FORMAT, "[first, last, patch] is wanted");
        for (size_t k = 0; k < 2; k++) {
            snq_json_item(&row, k, &cell);
            SNQ_TRY(snq_json_as_int(&cell, k ? edge[0] : 0, 127, &edge[k]));
        }
        snq_json_item(&row, 2, &cell);
        for (int64_t p = edge[0]; p <= edge[1]; p++)
            SNQ_TRY(snq_json_as_text(&cell, l->program[p], sizeof l->program[p]));
    }
    for (int p = 0; p < 128; p++)
        if (!find(l, l->program[p]))
            return snq_json_fail(&programs, SNQ_ERR_FORMAT, "program %d: there is no patch \"%s\"",
                                 p, l->program[p]);
    return SNQ_OK;
}

static snq_status visit_table(void *user, const char *path, const char *name, int own)
{
    snq_patch_library *l = user;
    snq_text_file f;
    snq_json_doc *doc;
    (void)own; /* whose comes first counts */
    if (strcmp(name, "general_midi") != 0 || l->program[0][0])
        return SNQ_OK;
    SNQ_TRY(snq_text_file_read(path, SNQ_PATCH_BYTES_MAX, &f));
    snq_status st = snq_json_parse(path, f.bytes, f.length, &doc);
    if (st >= 0) {
        const snq_json_ref root = snq_json_root(doc);
        st = read_table(l, &root);
        snq_json_doc_free(doc);
    }
    snq_free(f.bytes);
    return st;
}

snq_status snq_patch_library_load(snq_patch_library *l)
{
    *l = (snq_patch_library) { 0 };
    snq_status st = snq_data_folders_walk("patches", visit_patch, l);
    if (st >= 0)
        st = snq_data_folders_walk("patches/tables", visit_table, l);
    if (st >= 0 && !l->program[0][0])
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no patches/tables/general_midi.json");
    if (st == SNQ_ERR_NOT_FOUND)
        st = SNQ_ERR_UNSUPPORTED; /* the product lacks a part of its own */
    if (st < 0)
        snq_patch_library_clear(l);
    return st;
}

void snq_patch_library_clear(snq_patch_library *l)
{
    for (size_t i = 0; i < l->entries; i++) {
        snq_free(l->entry[i].path);
        snq_free(l->entry[i].problem);
        snq_free(l->entry[i].patch);
    }
    snq_free(l->entry);
    *l = (snq_patch_library) { 0 };
}

/* ---------------------------------------------------------------- asking */

const snq_patch *snq_patch_library_find(const snq_patch_library *l, const char *id)
{
    const snq_patch_entry *e = find(l, id);
    return e ? e->patch : NULL;
}

static const char *by_kind(const char *kind)
{
    for (size_t i = 0; i < SNQ_COUNT(kind_tab); i++)
        if (strcasecmp(kind_tab[i].kind, kind) == 0)
            return kind_tab[i].patch;
    return OTHERWISE;
}

snq_status snq_patch_library_choose(const snq_patch_library *l, const snq_track *t,
                                    const snq_patch **out)
{
    const char *id = t->patch;
    if (!*id)
        id = t->channel == 9 || strcasecmp(t->kind, "drums") == 0 ? l->drums
             : t->program >= 0                                    ? l->program[t->program & 127]
                                                                  : by_kind(t->kind);
    *out = snq_patch_library_find(l, id);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "track \"%s\": there is no patch \"%s\"", t->name, id);
    return SNQ_OK;
}
