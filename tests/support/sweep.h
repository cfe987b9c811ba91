// SPDX-License-Identifier: MIT
/* sweep -- the allocation-failure sweep that every constructor passes. */
#ifndef SNQ_TESTS_SWEEP_H
#define SNQ_TESTS_SWEEP_H

#include "base/status.h"

/* Calls make(user, &object) with the 1st, 2nd, … allocation failing until it succeeds: each failure
 * must be ERR_NOMEM, leave object NULL and nothing allocated. Then frees the object and checks that
 * nothing is left. Fails the running test otherwise. Returns the number of allocations seen, which
 * must be > 0. */
int snq_sweep(snq_status (*make)(void *user, void **object), void (*unmake)(void *object),
              void *user);

#endif
