// SPDX-License-Identifier: MIT
#include "jobs/style_library.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"

typedef struct loading {
    snq_style_library *l;
    const snq_patch_library *patches;
} loading;

/* ---------------------------------------------------------------- styles */

/* Every patch that the style names is there. */
static snq_status look_for_patches(const snq_patch_library *patches, const snq_json_ref *root,
                                   const snq_style *s)
{
    for (uint32_t t = 0; patches && t < s->tracks; t++)
        for (uint32_t i = 0; i < s->track[t].sounds; i++)
            if (!snq_patch_library_find(patches, s->track[t].sound[i].patch))
                return snq_json_fail(root, SNQ_ERR_NOT_FOUND,
                                     "tracks[%u].sounds[%u]: there is no patch \"%s\"", t, i,
                                     s->track[t].sound[i].patch);
    return SNQ_OK;
}

static snq_status read_style(const loading *load, const snq_text_file *f, const char *path,
                             const char *name, snq_style **out)
{
    snq_json_doc *doc;
    SNQ_TRY(snq_json_parse(path, f->bytes, f->length, &doc));
    const snq_json_ref root = snq_json_root(doc);
    snq_status st = snq_style_from_json(&root, out);
    if (st >= 0 && strcmp((*out)->id, name) != 0)
        st = snq_json_fail(&root, SNQ_ERR_FORMAT, "its id \"%s\" is not the file's name",
                           (*out)->id);
    if (st >= 0)
        st = look_for_patches(load->patches, &root, *out);
    snq_json_doc_free(doc);
    return st;
}

static snq_status load_style(const loading *load, const char *path, const char *name,
                             snq_style **out)
{
    snq_text_file f;
    const snq_status st = snq_text_file_read(path, SNQ_STYLE_BYTES_MAX, &f);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", path, why);
    }
    const snq_status read = read_style(load, &f, path, name, out);
    snq_free(f.bytes);
    return read;
}

static snq_style_entry *find(const snq_style_library *l, const char *id)
{
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].style && strcmp(l->entry[i].style->id, id) == 0)
            return &l->entry[i];
    return NULL;
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
    const loading *load = user;
    snq_style_library *l = load->l;
    SNQ_TRY(grow(l));
    snq_style_entry *e = &l->entry[l->entries];
    *e = (snq_style_entry) { .own = own, .path = snq_strdup(path) };
    l->entries++;
    if (!e->path)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
    const snq_status st = load_style(load, path, name, &e->style);
    const int hidden = st >= 0 && find(l, e->style->id) != e;
    if (st >= 0 && !hidden)
        return SNQ_OK;
    snq_style_free(e->style);
    e->style = NULL;
    e->st = hidden ? SNQ_ERR_EXISTS : st;
    if (st == SNQ_ERR_NOMEM)
        return st;
    e->problem =
        snq_strdup(hidden ? "the user's own of this id takes its place" : snq_last_error());
    return e->problem ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a style");
}

/* ---------------------------------------------------------------- sounds */

static snq_status visit_table(void *user, const char *path, const char *name, int own)
{
    const loading *load = user;
    snq_text_file f;
    snq_json_doc *doc;
    (void)own; /* whose comes first counts */
    if (strcmp(name, "sounds") != 0 || load->l->sounds)
        return SNQ_OK;
    load->l->sounds = snq_calloc(1, sizeof *load->l->sounds);
    if (!load->l->sounds)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the table of sounds");
    SNQ_TRY(snq_text_file_read(path, SNQ_STYLE_BYTES_MAX, &f));
    snq_status st = snq_json_parse(path, f.bytes, f.length, &doc);
    if (st >= 0) {
        const snq_json_ref root = snq_json_root(doc);
        st = snq_sound_table_from_json(&root, load->l->sounds);
        snq_json_doc_free(doc);
    }
    snq_free(f.bytes);
    return st;
}

snq_status snq_style_library_load(const snq_patch_library *patches, snq_style_library *l)
{
    loading load = { l, patches };
    *l = (snq_style_library) { 0 };
    snq_status st = snq_data_folders_walk("styles", visit_style, &load);
    if (st >= 0)
        st = snq_data_folders_walk("styles/tables", visit_table, &load);
    if (st >= 0 && !l->sounds)
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no styles/tables/sounds.json");
    if (st == SNQ_ERR_NOT_FOUND)
        st = SNQ_ERR_UNSUPPORTED; /* the product lacks a part of its own */
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
    snq_free(l->sounds);
    *l = (snq_style_library) { 0 };
}

/* ---------------------------------------------------------------- asking */

const snq_style *snq_style_library_find(const snq_style_library *l, const char *id)
{
    const snq_style_entry *e = find(l, id);
    return e ? e->style : NULL;
}

/* The file that should be the style `id`: ID.json. */
static int is_named(const snq_style_entry *e, const char *id)
{
    const char *slash = strrchr(e->path, '/'), *name = slash ? slash + 1 : e->path;
    const size_t n = strlen(id);
    return strncmp(name, id, n) == 0 && strcmp(name + n, ".json") == 0;
}

snq_status snq_style_library_get(const snq_style_library *l, const char *id, const snq_style **out)
{
    *out = snq_style_library_find(l, id);
    for (size_t i = 0; !*out && i < l->entries; i++)
        if (l->entry[i].problem && is_named(&l->entry[i], id))
            return SNQ_FAIL(l->entry[i].st, "%s", l->entry[i].problem);
    return *out ? SNQ_OK
                : SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no style \"%s\"; sonique styles lists them",
                           id);
}

static int to_be_avoided(const snq_brief *b, const char *id)
{
    for (int g = 0; g < SNQ_GENRES; g++)
        if ((b->avoid_genres >> g & 1) && strcmp(snq_genre_names[g], id) == 0)
            return 1;
    return 0;
}

snq_status snq_style_library_choose(const snq_style_library *l, const snq_brief *brief,
                                    const snq_style **out)
{
    float most = 0.0f;
    *out = NULL;
    if (brief->genres)
        return snq_style_library_get(l, snq_genre_names[brief->genre[0]], out);
    for (size_t i = 0; i < l->entries; i++) {
        const snq_style *s = l->entry[i].style;
        if (!s || to_be_avoided(brief, s->id))
            continue;
        const float fit = snq_style_fit(s, l->sounds, brief);
        if (!*out || fit > most) {
            *out = s;
            most = fit;
        }
    }
    return *out ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no style is left");
}
