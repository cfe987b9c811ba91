// SPDX-License-Identifier: MIT
/* checkup -- how workers are confined on this machine: what a real one says, and what it tried. */
#ifndef SNQ_JOBS_CHECKUP_H
#define SNQ_JOBS_CHECKUP_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/confine.h"

typedef struct snq_checkup {
    snq_confinement confinement;
    uint32_t refused; /* bit 1 << SNQ_CONFINE_TRY_x: a worker tried x and was refused */
} snq_checkup;

/* Start a worker, let it try what must be refused. ERR_IO: none could be started, or it didn't
 * answer. The process must have one thread. */
SNQ_MUST_USE snq_status snq_checkup_run(snq_checkup *out);
/* Layer i: its name and what it takes (static), whether it holds; 0 when there is none. */
int snq_checkup_layer(const snq_checkup *c, uint32_t i, const char **name, const char **text,
                      int *holds);

#endif
