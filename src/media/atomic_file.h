// SPDX-License-Identifier: MIT
/* atomic_file -- an output file that appears under its name whole, or not at all.
 *
 * Writing goes to a temporary file in the same folder (".<name>.<six random letters>", with the
 * permissions that the umask gives any new file); commit renames it onto the final name. Nothing is synced to the disk: the promise is about programs that
 * stop, not about power cuts. A process that is killed outright leaves its temporary behind.
 *
 * State:  open --commit--> final name     open --abort--> nothing
 *
 * Without `force` an existing name is refused at open, and again at commit (by RENAME_NOREPLACE; on
 * file systems that lack it, by a last look). With `force` only a regular file is replaced, never a
 * folder or a device.
 *
 * Threads: one object belongs to one thread at a time; nothing is global. */
#ifndef SNQ_MEDIA_ATOMIC_FILE_H
#define SNQ_MEDIA_ATOMIC_FILE_H

#include <stdio.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_atomic_file snq_atomic_file;

/* Start writing `path` (copied). On success *out is owned by the caller, who ends it by commit or
 * abort; on error it is NULL.
 * Errors: ERR_EXISTS (and not `force`), ERR_ARG (no file name), ERR_TOO_BIG (path), ERR_IO with the
 * system's reason, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_atomic_open(const char *path, int force, snq_atomic_file **out);
/* The stream to write to; returns borrowed, until commit or abort; don't close it. */
FILE *snq_atomic_stream(snq_atomic_file *f);
/* Flush, close, give it its name. `f` is freed in any case; on error the temporary is gone. NULL is
 * ERR_ARG. Errors: ERR_IO with the system's reason (a full disk, say), ERR_EXISTS. */
SNQ_MUST_USE snq_status snq_atomic_commit(snq_atomic_file *f);
/* Close and remove the temporary, free `f`; NULL is legal. */
void snq_atomic_abort(snq_atomic_file *f);

#endif
