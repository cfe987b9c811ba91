// SPDX-License-Identifier: MIT
#include "jobs/folder_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs/inputs.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void snq_folder_names_clear(snq_folder_names *n)
{
    for (size_t i = 0; i < n->count; i++)
        snq_free(n->name[i]);
    snq_free(n->name);
    *n = (snq_folder_names) { 0 };
}

static snq_status add(snq_folder_names *n, size_t *room, const char *name)
{
    if (n->count == *room) {
        if (*room >= SNQ_INPUTS_MAX)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d names in a folder", SNQ_INPUTS_MAX);
        const size_t wanted = *room ? 2 * *room : 32;
        char **more = snq_regrow(n->name, *room, wanted, sizeof *more);
        if (!more)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the names in a folder");
        n->name = more;
        *room = wanted;
    }
    n->name[n->count] = snq_strdup(name);
    if (!n->name[n->count])
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the names in a folder");
    n->count++;
    return SNQ_OK;
}

snq_status snq_folder_names_read(DIR *dir, int hidden, snq_folder_names *out)
{
    size_t room = 0;
    const struct dirent *e;
    snq_status st = SNQ_OK;
    *out = (snq_folder_names) { 0 };
    while (st >= 0 && (e = readdir(dir)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            (hidden || e->d_name[0] != '.'))
            st = add(out, &room, e->d_name);
    if (st < 0)
        snq_folder_names_clear(out);
    else if (out->count)
        qsort(out->name, out->count, sizeof *out->name, by_name);
    return st;
}
