// SPDX-License-Identifier: MIT
/* progress -- how far the work is, on stderr: a bar on a terminal, plain lines otherwise.
 *
 * Nothing with `quiet`. A bar is redrawn at most ten times a second and wiped before other output;
 * plain lines come at most one each two seconds, and only when the work takes longer than that. */
#ifndef SNQ_CLI_PROGRESS_H
#define SNQ_CLI_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

typedef struct snq_progress {
    FILE *to;
    int terminal; /* draw a bar */
    int quiet;
    int drawn; /* a bar stands on the line */
    double last_s, start_s;
} snq_progress;

/* How far all is. */
typedef struct snq_progress_state {
    uint32_t files, done;
    double part;      /* 0 .. 1 */
    double media_s;   /* of sound or video so far */
    int64_t pictures; /* so far; 0: it is sound */
    const char *name; /* of a file at work; borrowed; NULL: none */
} snq_progress_state;

void snq_progress_init(snq_progress *p, FILE *to, int quiet);
void snq_progress_show(snq_progress *p, const snq_progress_state *s);
/* Wipe the bar so that a line can be printed. */
void snq_progress_wipe(snq_progress *p);

#endif
