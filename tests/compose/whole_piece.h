// SPDX-License-Identifier: MIT
/* whole_piece -- styles, sounds and briefs of the tree, and what may be asked of any piece made of them. */
#ifndef SNQ_TESTS_WHOLE_PIECE_H
#define SNQ_TESTS_WHOLE_PIECE_H

#include "compose/composer.h"
#include "compose/form.h"
#include "compose/intent.h"
#include "compose/style.h"

/* styles/ID.json as text, to be freed (free); the number of bytes in *n. */
char *style_text(const char *id, size_t *n);
/* Fail the test unless they are good. */
snq_style *style_of_tree(const char *id);
snq_style *style_of_text(const char *text);
snq_sound_table *sounds_of_tree(void); /* snq_free */
/* A failure of reading, its text in snq_last_error. */
snq_status style_fails(const char *text);
/* "{…}" */
snq_brief brief_of(const char *json);

/* The 150 (SNQ_SHARED) or else the tree's prompts' briefs, one after the other: 1 and the next, 0 after the last. */
typedef struct brief_list {
    char *text;
    const char *next;
    char prompt[512];
} brief_list;
brief_list brief_list_open(void);
int brief_list_next(brief_list *l, snq_brief *b);
void brief_list_close(brief_list *l);

/* What holds of every form, of every score of an intent. */
void check_form(const snq_form *f, const snq_intent *in);
void check_score(const snq_score *s, const snq_intent *in);
/* Seeds of all tracks from one. */
snq_compose_cfg compose_cfg(const snq_brief *b, const snq_intent *in, uint64_t seed);
/* Hash of everything that is in a score. */
uint64_t score_hash(const snq_score *s);

#endif
