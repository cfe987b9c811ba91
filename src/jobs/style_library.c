// SPDX-License-Identifier: MIT
#include "jobs/style_library.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"

static snq_status parse_file(const char *path, snq_json_doc **doc)
{
    snq_text_file f;
    snq_status st = snq_text_file_read(path, SNQ_STYLE_BYTES_MAX, &f);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", path, why);
    }
    st = snq_json_parse(path, f.bytes, f.length, doc);
    snq_free(f.bytes);
    return st;
}

static snq_status load_style(const char *path, const char *name, snq_style **out)
{
    snq_json_doc *doc;
    *out = NULL;
    SNQ_TRY(parse_file(path, &doc));
    const snq_json_ref root = snq_json_root(doc);
    snq_status st = snq_style_from_json(&root, out);
    if (st >= 0 && strcmp((*out)->id, name) != 0) {
        st = snq_json_fail(&root, SNQ_ERR_FORMAT, "its id \"%s\" is not the file's name",
                           (*out)->id);
        snq_style_free(*out);
        *out = NULL;
    }
    snq_json_doc_free(doc);
    return st;
}

static snq_status grow(snq_style_library *l)
{
    if (l->entries < l->room)
        return SNQ_OK;
    if (l->room >= SNQ_STYLES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d styles", SNQ_STYLES_MAX);
    const size_t room = l->room ? 2 * l->room : 32;
    snq_style_entry *grown = snq_regrow(l->entry, l->room, room, sizeof *grown);
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu styles", room);
    l->entry = grown;
    l->room = room;
    return SNQ_OK;
}

static snq_status visit_style(void *user, const char *path, const char *name, int own)
{
    snq_style_library *l = user;
    SNQ_TRY(grow(l));
    snq_style_entry *e = &l->entry[l->entries];
    *e = (snq_style_entry) { .own = own, .path = snq_strdup(path) };
    l->entries++;
    if (!e->path)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
    const snq_status st = load_style(path, name, &e->style);
    const int hidden = st >= 0 && snq_style_library_find(l, e->style->id) != e->style;
    if (st >= 0 && !hidden)
        return SNQ_OK;
    if (st == SNQ_ERR_NOMEM)
        return st;
    snq_style_free(e->style);
    e->style = NULL;
    e->problem =
        snq_strdup(hidden ? "the user's own of this id takes its place" : snq_last_error());
    return e->problem ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
}

static snq_status visit_table(void *user, const char *path, const char *name, int own)
{
    snq_style_library *l = user;
    snq_json_doc *doc;
    (void)own; /* whose comes first counts */
    if (strcmp(name, "sounds") != 0 || l->has_sounds)
        return SNQ_OK;
    SNQ_TRY(parse_file(path, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_sound_table_from_json(&root, &l->sounds);
    snq_json_doc_free(doc);
    l->has_sounds = st >= 0;
    return st;
}

static snq_status load(snq_style_library *l)
{
    snq_status st = snq_data_folders_walk("styles", visit_style, l);
    if (st >= 0)
        st = snq_data_folders_walk("styles/tables", visit_table, l);
    if (st == SNQ_ERR_NOT_FOUND)
        return SNQ_ERR_UNSUPPORTED;
    SNQ_TRY(st);
    return l->has_sounds ? SNQ_OK
                         : SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "there is no styles/tables/sounds.json");
}

snq_status snq_style_library_load(snq_style_library *l)
{
    *l = (snq_style_library) { 0 };
    const snq_status st = load(l);
    if (st < 0)
        snq_style_library_clear(l);
    return st;
}

void snq_style_library_clear(snq_style_library *l)
{
    for (size_t i = 0; i < l->entries; i++) {
        snq_free(l->entry[i].path);
        snq_free(l->entry[i].problem);
        snq_style_free(l->entry[i].style);
    }
    snq_free(l->entry);
    *l = (snq_style_library) { 0 };
}

const snq_style *snq_style_library_find(const snq_style_library *l, const char *id)
{
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].style && strcmp(l->entry[i].style->id, id) == 0)
            return l->entry[i].style;
    return NULL;
}
