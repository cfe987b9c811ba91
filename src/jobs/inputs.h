// SPDX-License-Identifier: MIT
/* inputs -- what a user named, turned into a list of files.
 *
 * A file stands for itself, whatever it is called. A folder stands for the media in it, recursively,
 * in byte order of their paths: entries whose name begins with a dot are left out, as is what has no
 * name of audio or video; a folder is entered once, so links that lead in circles end.
 * What can't be used is listed with the reason, at its place in the order. */
#ifndef SNQ_JOBS_INPUTS_H
#define SNQ_JOBS_INPUTS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_input {
    char *path;    /* owned */
    char *problem; /* NULL, or why it can't be used; owned */
} snq_input;

typedef struct snq_inputs {
    snq_input *item; /* (count,), owned */
    uint32_t count, room;
    int videos; /* of folders only what may be video; set it before adding (default 0) */
} snq_inputs;

enum { SNQ_INPUTS_MAX = 1 << 22, SNQ_INPUTS_DEPTH_MAX = 64 };

/* Add what `path` names. ERR_NOMEM, ERR_TOO_BIG; a path that isn't there is an item with a problem. */
SNQ_MUST_USE snq_status snq_inputs_add(snq_inputs *in, const char *path);
void snq_inputs_clear(snq_inputs *in);
/* Whether a name ends as media files do ("wav", "flac", "mp4" …; case doesn't matter). */
int snq_inputs_media_name(const char *name);

#endif
