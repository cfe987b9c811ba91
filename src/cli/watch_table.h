// SPDX-License-Identifier: MIT
/* watch_table -- a sight for people: the default output of `sonique watch`. */
#ifndef SNQ_CLI_WATCH_TABLE_H
#define SNQ_CLI_WATCH_TABLE_H

#include <stdio.h>

#include "score/sight.h"

/* Prints the sight; file names are made safe for a terminal. */
void snq_watch_table(FILE *to, const snq_sight *s);

#endif
