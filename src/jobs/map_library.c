// SPDX-License-Identifier: MIT
#include "jobs/map_library.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/data_folders.h"

snq_status snq_map_library_read(const char *path, snq_warnings *warnings, snq_map_template **out)
{
    snq_text_file f;
    *out = NULL;
    const snq_status st = snq_text_file_read(path, SNQ_MAP_BYTES_MAX, &f);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", path, why);
    }
    const snq_status read = snq_map_template_parse(path, f.bytes, f.length, warnings, out);
    snq_free(f.bytes);
    return read;
}

static snq_map_entry *find(const snq_map_library *l, const char *id)
{
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].map && strcmp(l->entry[i].map->id, id) == 0)
            return &l->entry[i];
    return NULL;
}

static snq_status grow(snq_map_library *l)
{
    if (l->entries < l->room)
        return SNQ_OK;
    if (l->room >= SNQ_MAP_LIBRARY_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d templates", SNQ_MAP_LIBRARY_MAX);
    const size_t room = l->room ? 2 * l->room : 16;
    snq_map_entry *grown = snq_regrow(l->entry, l->room, room, sizeof *grown);
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu templates", room);
    l->entry = grown;
    l->room = room;
    return SNQ_OK;
}

/* Why what could be read is not to be used; NULL: it is. */
static const char *objection(const snq_map_library *l, const snq_map_entry *e, const char *name)
{
    if (strcmp(e->map->id, name) != 0)
        return "its id is not the file's name";
    return find(l, e->map->id) != e ? "the user's own of this id takes its place" : NULL;
}

static snq_status visit(void *user, const char *path, const char *name, int own)
{
    snq_map_library *l = user;
    SNQ_TRY(grow(l));
    snq_map_entry *e = &l->entry[l->entries++];
    *e = (snq_map_entry) { .own = own,
                           .path = snq_strdup(path),
                           .odd = snq_calloc(1, sizeof *e->odd) };
    if (!e->path || !e->odd)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a template");
    const snq_status st = snq_map_library_read(path, e->odd, &e->map);
    if (st == SNQ_ERR_NOMEM)
        return st;
    const char *problem = st < 0 ? snq_last_error() : objection(l, e, name);
    if (!problem)
        return SNQ_OK;
    e->problem = snq_strdup(problem);
    snq_map_template_free(e->map);
    snq_free(e->odd);
    e->map = NULL;
    e->odd = NULL;
    return e->problem ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a template");
}

snq_status snq_map_library_load(snq_map_library *l)
{
    *l = (snq_map_library) { 0 };
    snq_status st = snq_data_folders_walk("templates", visit, l);
    if (st == SNQ_ERR_NOT_FOUND)
        st = SNQ_ERR_UNSUPPORTED; /* the product lacks a part of its own */
    if (st < 0)
        snq_map_library_clear(l);
    return st;
}

void snq_map_library_clear(snq_map_library *l)
{
    for (size_t i = 0; i < l->entries; i++) {
        snq_free(l->entry[i].path);
        snq_free(l->entry[i].problem);
        snq_free(l->entry[i].odd);
        snq_map_template_free(l->entry[i].map);
    }
    snq_free(l->entry);
    *l = (snq_map_library) { 0 };
}

const snq_map_template *snq_map_library_find(const snq_map_library *l, const char *id)
{
    const snq_map_entry *e = find(l, id);
    return e ? e->map : NULL;
}

/* ---- by file or id ---- */

static int is_file_name(const char *name)
{
    const size_t n = strlen(name);
    return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

/* Of an entry that has this id, or would have it but for its problem. */
static snq_status take(snq_map_library *l, const char *id, snq_warnings *warnings,
                       snq_map_template **out)
{
    snq_str ids;
    snq_map_entry *e = find(l, id);
    if (e) {
        *out = e->map;
        e->map = NULL;
        if (warnings)
            *warnings = *e->odd;
        return SNQ_OK;
    }
    snq_str_init(&ids, SNQ_ERROR_MAX);
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].map)
            snq_str_putf(&ids, " %s", l->entry[i].map->id);
    const snq_status st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no template is called \"%s\"; there are:%s",
                                   id, snq_str_text(&ids));
    snq_str_clear(&ids);
    return st;
}

snq_status snq_map_library_open(const char *name, snq_warnings *warnings, snq_map_template **out)
{
    snq_map_library l;
    *out = NULL;
    if (is_file_name(name))
        return snq_map_library_read(name, warnings, out);
    SNQ_TRY(snq_map_library_load(&l));
    snq_status st = take(&l, name, warnings, out);
    snq_map_library_clear(&l);
    if (st == SNQ_ERR_NOT_FOUND && access(name, F_OK) == 0)
        st = snq_map_library_read(name, warnings, out);
    return st;
}
