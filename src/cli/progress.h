// SPDX-License-Identifier: MIT
/* progress -- how far the work is, on stderr: a bar on a terminal, plain lines otherwise.
 *
 * Nothing with `quiet`. A bar is redrawn at most ten times a second and wiped before other output;
 * plain lines come at most one a second, only when there are several files. */
#ifndef SNQ_CLI_PROGRESS_H
#define SNQ_CLI_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

typedef struct snq_progress {
    FILE *to;
    int terminal; /* draw a bar */
    int quiet;
    uint32_t files;   /* in all */
    uint32_t done;    /* files ended */
    const char *name; /* of the file at work; borrowed */
    int drawn;        /* a bar stands on the line */
    double last_s, start_s;
    double sound_s; /* heard in the files before */
    double now_sound_s;
} snq_progress;

void snq_progress_init(snq_progress *p, FILE *to, int quiet, uint32_t files);
/* A file begins; `name` is borrowed until it ends. */
void snq_progress_begin(snq_progress *p, const char *name);
/* As snq_analyse_cfg.progress; user is the snq_progress. */
void snq_progress_part(void *user, double part, double sound_s);
void snq_progress_end(snq_progress *p);
/* Wipe the bar so that a line can be printed. */
void snq_progress_wipe(snq_progress *p);

#endif
