// SPDX-License-Identifier: MIT
/* common -- what the commands that take media files share: options, inputs, messages, exit status. */
#ifndef SNQ_CLI_COMMON_H
#define SNQ_CLI_COMMON_H

#include <argp.h>
#include <stdint.h>

#include "base/status.h"
#include "cli/progress.h"
#include "jobs/batch.h"
#include "jobs/inputs.h"

/* The options --json --quiet --threads --seed --timings --force, and the files or folders named. */
typedef struct snq_common {
    int json, quiet, timings, force;
    int other_names;          /* what is named are no inputs: the command takes it (default 0) */
    uint32_t threads;         /* 0: not given */
    uint64_t seed;            /* of all that is random (default 0) */
    snq_inputs inputs;        /* owned: snq_common_clear */
    snq_progress progress;    /* between begin and end */
    uint32_t refused, unmade; /* inputs, counted by who runs the command */
} snq_common;

/* To be the child of a command's argp, whose parser sets state->child_inputs[0] to the snq_common at
 * ARGP_KEY_INIT. Static. */
const struct argp_child *snq_common_children(void);
void snq_common_clear(snq_common *c);

/* An option's value as a number lo .. hi; else wrong usage. */
long snq_common_number(struct argp_state *state, const char *name, const char *text, long lo,
                       long hi);

/* How many threads to use: --threads, else one a processor. */
uint32_t snq_common_threads(const snq_common *c);

/* One line on stderr for an input that can't be used, or not for everything. */
void snq_common_refuse(const char *path, const char *why);
/* An input is refused: say so and count it. */
void snq_common_count_refused(snq_common *c, uint32_t index, const char *why);
/* See that what was printed on stdout is written. ERR_IO. */
SNQ_MUST_USE snq_status snq_common_flush(void);

/* Hooks whose user is a snq_common; cancel is left as it is. Begins the progress. */
void snq_common_begin(snq_common *c, snq_batch_hooks *hooks);
/* Everything is given: the exit status for how it ended, with the last lines on stderr. */
int snq_common_end(snq_common *c, snq_status st);

#endif
