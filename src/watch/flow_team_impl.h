// SPDX-License-Identifier: MIT
/* flow_team -- a few threads that do one piece of work together, again and again.
 *
 * A piece takes some hundred microseconds, so who has finished looks for the next one for a short
 * while before it sleeps. A team of one starts no thread. Threads: one caller at a time. */
#ifndef SNQ_WATCH_FLOW_TEAM_IMPL_H
#define SNQ_WATCH_FLOW_TEAM_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq__flow_team snq__flow_team;

/* A member's share: index in [0, count). Shares are disjoint and may run at once or in turn. */
typedef void snq__flow_share(void *user, uint32_t index, uint32_t count);

/* members >= 1. On success *out is owned by the caller (free); on error NULL. */
SNQ_MUST_USE snq_status snq__flow_team_new(uint32_t members, snq__flow_team **out);
void snq__flow_team_free(snq__flow_team *t); /* NULL is legal */
/* Runs all `count` shares, count <= members, and returns when they are done. */
void snq__flow_team_run(snq__flow_team *t, uint32_t count, snq__flow_share *share, void *user);
uint32_t snq__flow_team_members(const snq__flow_team *t);

#endif
