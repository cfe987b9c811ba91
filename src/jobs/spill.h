// SPDX-License-Identifier: MIT
/* spill -- a nameless file for what doesn't stay in memory: gone with its last descriptor, however the
 * process ends. */
#ifndef SNQ_JOBS_SPILL_H
#define SNQ_JOBS_SPILL_H

#include "base/attr.h"
#include "base/status.h"

/* An empty file, open for reading and writing, in $TMPDIR, /var/tmp or /tmp, the first that takes one;
 * *fd is owned by the caller (close). ERR_IO: none does; *fd is -1. */
SNQ_MUST_USE snq_status snq_spill_open(int *fd);
/* Empty it again. ERR_IO. */
SNQ_MUST_USE snq_status snq_spill_reset(int fd);

#endif
