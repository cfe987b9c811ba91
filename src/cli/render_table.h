// SPDX-License-Identifier: MIT
/* render_table -- what was rendered, for people: files, levels, the record's figures, warnings. */
#ifndef SNQ_CLI_RENDER_TABLE_H
#define SNQ_CLI_RENDER_TABLE_H

#include <stdio.h>

#include "jobs/render_report.h"

void snq_render_table(FILE *to, const char *folder, const snq_render_report *r);

#endif
