// SPDX-License-Identifier: MIT
/* What lexicon.c and lexicon_read.c share. */
#ifndef SNQ_COMPOSE_LEXICON_IMPL_H
#define SNQ_COMPOSE_LEXICON_IMPL_H

#include "compose/lexicon.h"

typedef struct snq_lexicon_entry {
    uint32_t at, length; /* in the pool of bytes */
} snq_lexicon_entry;

typedef struct snq_lexicon_node {
    snq_meaning meaning[SNQ_LEXICON_MEANINGS_MAX];
    uint8_t meanings;
} snq_lexicon_node;

/* from a node by a word to a node; 0 in `to`: empty */
typedef struct snq_lexicon_edge {
    uint32_t from, to;
    int32_t word;
} snq_lexicon_edge;

/* A word that misspelt ones may be mended to. */
typedef struct snq_lexicon_target {
    uint32_t point[SNQ_MEND_LETTERS_MAX];
    uint8_t letters;
    uint32_t bag; /* which letters it has: bits of code point mod 32 */
    int32_t word;
    snq_meaning meaning;
} snq_lexicon_target;

struct snq_lexicon {
    snq_str pool;
    snq_lexicon_entry *word; /* (words,) of (words_room,) */
    size_t words, words_room;
    uint32_t *word_slot; /* (slots,): 1 + the word's number, 0 empty; slots is a power of two */
    size_t word_slots;
    snq_lexicon_node *node; /* (nodes,) of (nodes_room,); [0] is the root */
    size_t nodes, nodes_room;
    snq_lexicon_edge *edge; /* (edges,) hashed */
    size_t edge_slots;
    snq_lexicon_target *target; /* (targets,) */
    size_t targets, targets_room;
    snq_combined combined[SNQ_LEXICON_COMBINED_MAX];
    size_t combineds;
    uint8_t quality_home[SNQ_QUALITIES], instrument_home[SNQ_PLAYED];
    size_t phrases;
};

/* Add a word (n,), or find it. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__lexicon_add_word(snq_lexicon *l, const char *word, size_t n,
                                              int32_t *number);
/* Add a phrase with what it means; mend: a misspelt word may stand for it. ERR_FORMAT with a word and
 * without a place, ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__lexicon_add(snq_lexicon *l, const char *phrase, snq_meaning m,
                                         int mend);
/* Do two meanings do the same? */
int snq__lexicon_same(const snq_lexicon *l, const snq_meaning *a, const snq_meaning *b);

#endif
