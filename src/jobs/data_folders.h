// SPDX-License-Identifier: MIT
/* data_folders -- where the product's facts as data lie: patches, styles, templates.
 *
 * With SNQ_DATA in the environment: there and nowhere else. Without: first the user's own,
 * $XDG_DATA_HOME/sonique (~/.local/share/sonique), then the product's, which are beside the folder of the
 * executable (as in a source tree) or where the program was installed (<prefix>/share/sonique).
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_DATA_FOLDERS_H
#define SNQ_JOBS_DATA_FOLDERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* A file's whole content. */
typedef struct snq_text_file {
    char *bytes; /* (length,) and a NUL after it; owned: snq_free */
    size_t length;
} snq_text_file;

/* Read a regular file of at most `max` bytes. ERR_NOT_FOUND, ERR_IO, ERR_FORMAT (no regular file),
 * ERR_TOO_BIG, ERR_NOMEM: the text says why, without the path. */
SNQ_MUST_USE snq_status snq_text_file_read(const char *path, size_t max, snq_text_file *out);

/* Called with each file <folder>/<kind>/<name>.json, folder by folder in the order above, names in byte
 * order; `own`: it is the user's. A negative status ends the walk. Returns that, ERR_NOT_FOUND when no
 * folder has any (naming where was looked), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_data_folders_walk(const char *kind,
                                              snq_status (*visit)(void *user, const char *path,
                                                                  const char *name, int own),
                                              void *user);

/* Path of the first media file <folder>/<kind>/<name>.<ending> in the order above (names without regard to
 * case), into to[room]. ERR_NOT_FOUND, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_data_folders_find(const char *kind, const char *name, char *to,
                                              size_t room);

#endif
