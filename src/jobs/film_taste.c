// SPDX-License-Identifier: MIT
#include "jobs/film_taste.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"

enum { TABLE_BYTES_MAX = 1 << 20 };

typedef struct loading {
    snq_film_table *table;
    int found;
} loading;

static snq_status visit(void *user, const char *path, const char *name, int own)
{
    loading *load = user;
    snq_text_file f;
    snq_json_doc *doc;
    (void)own; /* whose comes first counts */
    if (load->found || strcmp(name, "film") != 0)
        return SNQ_OK;
    load->found = 1;
    SNQ_TRY(snq_text_file_read(path, TABLE_BYTES_MAX, &f));
    snq_status st = snq_json_parse(path, f.bytes, f.length, &doc);
    if (st >= 0) {
        const snq_json_ref root = snq_json_root(doc);
        st = snq_film_table_from_json(&root, load->table);
        snq_json_doc_free(doc);
    }
    snq_free(f.bytes);
    return st;
}

snq_status snq_film_taste_load(snq_film_table *out)
{
    loading load = { out, 0 };
    snq_status st = snq_data_folders_walk("styles/tables", visit, &load);
    if (st >= 0 && !load.found)
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no styles/tables/film.json");
    return st == SNQ_ERR_NOT_FOUND ? SNQ_ERR_UNSUPPORTED : st; /* a part of our own is missing */
}

snq_status snq_film_taste_brief(const snq_film_table *t, const snq_style_library *l,
                                const snq_film_traits *f, snq_brief *b, snq_film_words *why)
{
    snq_film_styles styles = { .sounds = l->sounds };
    const snq_style **list = snq_alloc(l->entries ? l->entries : 1, sizeof *list);
    if (!list)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu styles", l->entries);
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].style)
            list[styles.styles++] = l->entry[i].style;
    styles.style = list;
    snq_film_brief(t, f, &styles, b, why);
    snq_free(list);
    return SNQ_OK;
}

snq_status snq_film_taste_template(const snq_film_table *t, const snq_map_library *l,
                                   const char *style, const snq_map_template **out)
{
    const char *id = snq_film_template_for(t, style);
    *out = NULL;
    for (size_t i = 0; !*out && style && i < l->entries; i++)
        if (l->entry[i].map && strcmp(l->entry[i].map->target_genre, style) == 0)
            *out = l->entry[i].map;
    if (!*out)
        *out = snq_map_library_find(l, id);
    return *out ? SNQ_OK
                : SNQ_FAIL(SNQ_ERR_NOT_FOUND,
                           "there is no template \"%s\"; sonique map list shows them", id);
}
