// SPDX-License-Identifier: MIT
/* table -- the parts that the tables for people are made of. */
#ifndef SNQ_CLI_TABLE_H
#define SNQ_CLI_TABLE_H

#include <stdio.h>

#include "base/warnings.h"
#include "score/measure.h"

/* Text made safe for a terminal. */
void snq_table_printable(FILE *to, const char *text);
/* 3723.5 -> "1:02:03.50" */
void snq_table_time(FILE *to, double s);
/* "range 5.1 LU   ", or with a dash where nothing could be measured */
void snq_table_put(FILE *to, const char *name, snq_measure m, const char *unit, int decimals);
/* The beginning of a line; "" goes on with the one above. */
void snq_table_heading(FILE *to, const char *name);
/* A section that is null as a whole; says why unless it just wasn't asked for. */
int snq_table_absent(FILE *to, const char *name, const char *reason);
void snq_table_warnings(FILE *to, const snq_warnings *w);

#endif
