// SPDX-License-Identifier: MIT
/* style_library -- all styles that there are, the product's and the user's own (data_folders.h), and which patch
 * plays which instrument (styles/tables/sounds.json).
 *
 * A style of the user's takes the place of one of the product's with the same id. A file that is no good
 * style is listed with its problem; the others work all the same.
 *
 * Threads: load [control]; then many may read. */
#ifndef SNQ_JOBS_STYLE_LIBRARY_H
#define SNQ_JOBS_STYLE_LIBRARY_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/style.h"

typedef struct snq_style_entry {
    char *path;       /* of the file; owned */
    char *problem;    /* why it can't be used; NULL: it can; owned */
    snq_style *style; /* owned; NULL with a problem */
    int own;          /* the user's */
} snq_style_entry;

typedef struct snq_style_library {
    snq_style_entry
        *entry; /* (entries,), owned; user's before product's, each in byte order of ids */
    size_t entries, room;
    snq_sound_table sounds;
    int has_sounds;
} snq_style_library;

/* On error the library is cleared. ERR_UNSUPPORTED (no styles, no table of sounds anywhere), ERR_FORMAT (the
 * table is not what it should be), ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_style_library_load(snq_style_library *l);
void snq_style_library_clear(snq_style_library *l); /* legal twice */
/* By id; NULL when there is none. Borrowed. */
const snq_style *snq_style_library_find(const snq_style_library *l, const char *id);

#endif
