// SPDX-License-Identifier: MIT
/* folder_output -- an output folder that appears under its name whole, or not at all.
 *
 * Files are made in a temporary folder beside it (".<name>.<random>"); commit renames it onto the final
 * name. With `force` an existing folder stays: the new files take their names in it one by one, each whole,
 * and what else lies there is left alone.
 *
 * State:  open --commit--> final name     open --abort--> nothing
 *
 * Threads: one object belongs to one thread at a time; files in it may be written by any. */
#ifndef SNQ_JOBS_FOLDER_OUTPUT_H
#define SNQ_JOBS_FOLDER_OUTPUT_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"

typedef struct snq_folder_output snq_folder_output;

/* An empty folder that others are made in; with `force` it may be there. ERR_EXISTS, ERR_IO. */
SNQ_MUST_USE snq_status snq_folder_make(const char *path, int force);
/* On success *out is owned by the caller, who ends it by commit or abort; on error NULL. ERR_EXISTS (and
 * not `force`, or it is no folder), ERR_ARG (no name), ERR_TOO_BIG, ERR_IO, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_folder_output_open(const char *path, int force,
                                               snq_folder_output **out);
/* Path of a file `name` ("stems/bass.wav") to be written now, into to[room]; makes the folders on the
 * way. ERR_TOO_BIG, ERR_IO. */
SNQ_MUST_USE snq_status snq_folder_output_path(snq_folder_output *f, const char *name, char *to,
                                               size_t room);
/* Write a text into it under this name. ERR_IO, ERR_TOO_BIG, the text's own status. */
SNQ_MUST_USE snq_status snq_folder_output_text(snq_folder_output *f, const char *name,
                                               const snq_str *text);
/* Give it its name; `f` is freed in any case; on error nothing of it is left (of a folder that was there:
 * memory that ends and names that are taken are found out first, and then nothing has changed; what a failing disk
 * had let us replace before is replaced). ERR_IO, ERR_EXISTS, ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_folder_output_commit(snq_folder_output *f);
void snq_folder_output_abort(snq_folder_output *f); /* NULL is legal */

#endif
