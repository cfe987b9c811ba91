// SPDX-License-Identifier: MIT
/* brief_table -- what a prompt was understood to say, for people. */
#ifndef SNQ_CLI_BRIEF_TABLE_H
#define SNQ_CLI_BRIEF_TABLE_H

#include <stdio.h>

#include "jobs/prompt_job.h"

void snq_brief_table(FILE *to, const char *prompt, const snq_brief *b);

#endif
