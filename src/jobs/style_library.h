// SPDX-License-Identifier: MIT
/* style_library -- all styles that there are: the product's and the user's own (data_folders.h).
 *
 * Styles are <data>/styles/ID.json, sounds of instruments <data>/styles/tables/sounds.json (the user's own
 * takes the product's place). A style of the user's takes the place of one of the product's with the same id.
 * A file that is no good style, or names a patch that there is not, is listed with its problem; the others
 * work all the same.
 *
 * Threads: load [control]; then many may read. */
#ifndef SNQ_JOBS_STYLE_LIBRARY_H
#define SNQ_JOBS_STYLE_LIBRARY_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/style.h"
#include "jobs/patch_library.h"

typedef struct snq_style_entry {
    char *path;       /* of the file; owned */
    char *problem;    /* why it can't be used; NULL: it can; owned */
    snq_status st;    /* OK, or what reading it failed with */
    snq_style *style; /* owned; NULL with a problem */
    int own;          /* the user's */
} snq_style_entry;

typedef struct snq_style_library {
    snq_style_entry *entry; /* (entries,), owned; in byte order of ids within user's, product's */
    size_t entries, room;
    snq_sound_table *sounds; /* owned */
} snq_style_library;

/* patches: whose names are looked for, borrowed for the call; NULL: they are taken as they come. On error the
 * library is cleared. ERR_UNSUPPORTED (no styles anywhere, no table of sounds), ERR_FORMAT, ERR_RANGE (that
 * table is no good), ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_style_library_load(const snq_patch_library *patches,
                                               snq_style_library *l);
void snq_style_library_clear(snq_style_library *l); /* legal twice */
/* By id; NULL when there is none. Borrowed. */
const snq_style *snq_style_library_find(const snq_style_library *l, const char *id);
/* The same, with the reason where there is none: ERR_NOT_FOUND; the problem of the file that should be it, with
 * what reading it failed with. *out is borrowed; on error NULL. */
SNQ_MUST_USE snq_status snq_style_library_get(const snq_style_library *l, const char *id,
                                              const snq_style **out);
/* The style that a brief asks for: of its first genre; where it names none, the one that suits its tempo,
 * instruments and moods best (snq_style_fit). Borrowed. Errors: as of get. */
SNQ_MUST_USE snq_status snq_style_library_choose(const snq_style_library *l, const snq_brief *brief,
                                                 const snq_style **out);

#endif
