// SPDX-License-Identifier: MIT
/* session_folder -- a session on the disk: opened, locked against a second program, its past kept.
 *
 *     DIR/session.json  score.json  score.mid  mix.json  mix.wav  report.json  stems/  locked/
 *     DIR/history/NNNN/{session,score,mix}.json    how it was before step NNNN
 *
 * Stems are not kept: an unlocked one is what its notes, the mix and the seed give, and is made again.
 *
 * Threads: [control]. */
#ifndef SNQ_JOBS_SESSION_FOLDER_H
#define SNQ_JOBS_SESSION_FOLDER_H

#include <stddef.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/status.h"
#include "jobs/folder_output.h"

enum { SNQ_SESSION_KEPT_MAX = 100 }; /* steps that can be undone: older ones are removed */

typedef struct snq_session_folder {
    char path[SNQ_PATH_MAX];
    int fd; /* of the folder, with its lock; -1 */
} snq_session_folder;

/* ERR_NOT_FOUND (no folder, no session in it), ERR_STATE (another program works in it), ERR_IO, ERR_TOO_BIG.
 * On success the caller closes. */
SNQ_MUST_USE snq_status snq_session_folder_open(const char *path, snq_session_folder *out);
void snq_session_folder_close(snq_session_folder *f); /* legal twice */
/* Path of a file in it into to[SNQ_PATH_MAX]. ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_session_folder_file(const snq_session_folder *f, const char *name,
                                                char *to);
/* Put what is there now into `out` as how it was before step `number`. ERR_IO, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_session_folder_keep(const snq_session_folder *f, unsigned number,
                                                snq_folder_output *out);
/* The number of the last step that can be undone, 0: none. ERR_IO. */
SNQ_MUST_USE snq_status snq_session_folder_last(const snq_session_folder *f, unsigned *number);
/* Remove what is kept of step `number`. 0: its folder is still there (it holds more than ours). */
int snq_session_folder_forget(const snq_session_folder *f, unsigned number);
/* Remove what is kept of the step that is KEPT_MAX before `newest`. */
void snq_session_folder_trim(const snq_session_folder *f, unsigned newest);

#endif
