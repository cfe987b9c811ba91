// SPDX-License-Identifier: MIT
/* session_table -- a session for people, or as its document; and what the commands on sessions share. */
#ifndef SNQ_CLI_SESSION_TABLE_H
#define SNQ_CLI_SESSION_TABLE_H

#include <stdio.h>

#include "base/attr.h"
#include "base/status.h"
#include "cli/common.h"
#include "jobs/compose_job.h"

/* Tempo, key, length, tracks and locks, what was rendered. */
void snq_session_table(FILE *to, const char *folder, const snq_composition *c);
/* The steps, oldest first. */
void snq_session_history_table(FILE *to, const snq_session *s);
/* On stdout, as a table or, with --json, as the document of session.json. */
SNQ_MUST_USE snq_status snq_session_print(const snq_common *common, const char *folder,
                                          const snq_composition *c);
/* How work is run by these options; begins the progress, which snq_session_end ends. `name`, of what is
 * worked on, is borrowed until then. */
typedef struct snq_session_work {
    snq_common *common;
    const char *name;
} snq_session_work;
snq_session_run snq_session_begin(snq_session_work *w, const volatile int *cancel);
/* Print what came of it (only when st is no error), or say why not; the exit status. */
int snq_session_end(snq_session_work *w, snq_status st, const char *folder,
                    const snq_composition *c);

#endif
