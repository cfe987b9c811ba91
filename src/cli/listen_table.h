// SPDX-License-Identifier: MIT
/* listen_table -- a hearing for people: the default output of `sonique listen`. */
#ifndef SNQ_CLI_LISTEN_TABLE_H
#define SNQ_CLI_LISTEN_TABLE_H

#include <stdio.h>

#include "score/hearing.h"

/* Prints the hearing; file names are made safe for a terminal. */
void snq_listen_table(FILE *to, const snq_hearing *h, int timings);

#endif
