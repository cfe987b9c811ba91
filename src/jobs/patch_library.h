// SPDX-License-Identifier: MIT
/* patch_library -- all patches that there are: the product's and the user's own (data_folders.h).
 *
 * A patch of the user's takes the place of one of the product's with the same id. A file that is no good
 * patch is listed with its problem; the others work all the same.
 *
 * Threads: load [control]; then many may read. */
#ifndef SNQ_JOBS_PATCH_LIBRARY_H
#define SNQ_JOBS_PATCH_LIBRARY_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"
#include "synth/patch.h"

enum { SNQ_PATCH_LIBRARY_MAX = 4096, SNQ_PATCH_BYTES_MAX = 1 << 20 };

typedef struct snq_patch_entry {
    char *path;       /* of the file; owned */
    char *problem;    /* why it can't be used; NULL: it can; owned */
    snq_patch *patch; /* owned; NULL with a problem */
    int own;          /* the user's */
} snq_patch_entry;

typedef struct snq_patch_library {
    snq_patch_entry *entry; /* (entries,), owned; in byte order of ids within user's, product's */
    size_t entries, room;
    char program[128][SNQ_PATCH_ID_MAX]; /* patch of each General MIDI program */
    char drums[SNQ_PATCH_ID_MAX];        /* of the percussion channel */
} snq_patch_library;

/* On error the library is cleared. ERR_UNSUPPORTED (no patches anywhere), ERR_FORMAT (the table of General
 * MIDI programs is not what it should be), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_patch_library_load(snq_patch_library *l);
void snq_patch_library_clear(snq_patch_library *l);
/* By id; NULL when there is none. Borrowed. */
const snq_patch *snq_patch_library_find(const snq_patch_library *l, const char *id);
/* The patch that a track asks for: by its `patch`, else drums on the percussion channel or of the kind
 * "drums", else by its program, else by its kind, else a piano. ERR_NOT_FOUND names track and patch. */
SNQ_MUST_USE snq_status snq_patch_library_choose(const snq_patch_library *l, const snq_track *t,
                                                 const snq_patch **out);

#endif
