// SPDX-License-Identifier: MIT
/* prompt_checks -- what a prompt says, against a brief written by hand. */
#ifndef SNQ_TESTS_PROMPT_CHECKS_H
#define SNQ_TESTS_PROMPT_CHECKS_H

#include "compose/brief.h"
#include "compose/lexicon.h"
#include "compose/prompt.h"

typedef struct said_row {
    const char *prompt, *brief; /* the brief without its braces, quotes as ' */
} said_row;

/* Group setup and teardown: *state becomes the lexicon of lexicon/english.json. */
int load_english(void **state);
int free_english(void **state);
/* A file below the root of the tree; owned by the caller: free. Skips the test without SNQ_ROOT. */
char *tree_file(const char *path, size_t *n);

/* Fails the test unless every prompt gives its brief. */
void check_rows(const snq_lexicon *l, const said_row *row, size_t rows);
void check_said(const snq_lexicon *l, const char *prompt, size_t n, const snq_brief *want);
/* A document as a lexicon. */
snq_status read_lexicon(const char *text, size_t n, snq_lexicon **out);
snq_status read_brief(const char *text, size_t n, snq_brief *b);
/* The brief as a document; owned by the caller: snq_str_clear. */
snq_str brief_text(const snq_brief *b);

#endif
