// SPDX-License-Identifier: MIT
/* file_share -- the same bytes under a second name: a hard link where the file system has them, a copy else.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_FILE_SHARE_H
#define SNQ_JOBS_FILE_SHARE_H

#include "base/attr.h"
#include "base/status.h"

/* `to` must not be there. On error nothing is left under it. ERR_NOT_FOUND, ERR_EXISTS, ERR_FORMAT (`from` is no
 * regular file), ERR_IO with the system's reason: naming the file. */
SNQ_MUST_USE snq_status snq_file_share(const char *from, const char *to);
/* Always a copy, so that a change of one leaves the other alone. */
SNQ_MUST_USE snq_status snq_file_copy(const char *from, const char *to);

#endif
