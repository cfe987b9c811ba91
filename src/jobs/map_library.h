// SPDX-License-Identifier: MIT
/* map_library -- all mapping templates that there are: the product's and the user's own (data_folders.h).
 *
 * Templates are <data>/templates/ID.json. One of the user's takes the place of one of the product's with the same id. A
 * file that is no good template is listed with its problem; the others work all the same.
 *
 * Threads: load [control]; then many may read. */
#ifndef SNQ_JOBS_MAP_LIBRARY_H
#define SNQ_JOBS_MAP_LIBRARY_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "map/matrix.h"

enum { SNQ_MAP_LIBRARY_MAX = 512 };

typedef struct snq_map_entry {
    char *path;            /* of the file; owned */
    char *problem;         /* why it can't be used; NULL: it can; owned */
    snq_map_template *map; /* owned; NULL with a problem */
    snq_warnings *odd;     /* what is odd about it; owned; NULL with a problem */
    int own;               /* the user's */
} snq_map_entry;

typedef struct snq_map_library {
    snq_map_entry *entry; /* (entries,), owned; in byte order of ids within user's, product's */
    size_t entries, room;
} snq_map_library;

/* On error the library is cleared. ERR_UNSUPPORTED (no templates anywhere), ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_map_library_load(snq_map_library *l);
void snq_map_library_clear(snq_map_library *l); /* legal twice */
/* By id; NULL when there is none. Borrowed. */
const snq_map_template *snq_map_library_find(const snq_map_library *l, const char *id);

/* The template in a file of any name. `warnings` may be NULL. On success *out is owned by the caller; on error NULL, the
 * text names the file and the place. ERR_NOT_FOUND, ERR_IO, those of snq_map_template_parse. */
SNQ_MUST_USE snq_status snq_map_library_read(const char *path, snq_warnings *warnings,
                                             snq_map_template **out);
/* The template that a user means by a file's name or an id: what has a '/' in it or ends in ".json" is a file, else an id,
 * else a file of that name. Owner, `warnings` as above. ERR_NOT_FOUND says what ids there are; of the library
 * ERR_UNSUPPORTED; those of snq_map_library_read. */
SNQ_MUST_USE snq_status snq_map_library_open(const char *name, snq_warnings *warnings,
                                             snq_map_template **out);

#endif
