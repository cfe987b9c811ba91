// SPDX-License-Identifier: MIT
/* folder_names -- the names in a folder, in byte order; "." and ".." are never among them. */
#ifndef SNQ_JOBS_FOLDER_NAMES_H
#define SNQ_JOBS_FOLDER_NAMES_H

#include <dirent.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_folder_names {
    char **name; /* (count,), owned */
    size_t count;
} snq_folder_names;

/* Read an open folder; `hidden`: names that begin with a dot, too. On success the caller clears *out, on
 * error it is clear. ERR_NOMEM, ERR_TOO_BIG (over SNQ_INPUTS_MAX names). */
SNQ_MUST_USE snq_status snq_folder_names_read(DIR *dir, int hidden, snq_folder_names *out);
void snq_folder_names_clear(snq_folder_names *n);

#endif
