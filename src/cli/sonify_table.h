// SPDX-License-Identifier: MIT
/* sonify_table -- a film and its music for people. */
#ifndef SNQ_CLI_SONIFY_TABLE_H
#define SNQ_CLI_SONIFY_TABLE_H

#include <stdio.h>

#include "jobs/sonify_job.h"

/* Why the music is as it is, what it is, what it meets of the film, and where it went. */
void snq_sonify_table(FILE *to, const char *out, const snq_sonification *s);

#endif
