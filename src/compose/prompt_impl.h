// SPDX-License-Identifier: MIT
/* What the parts of the prompt's reader share: words, items, and the order of the steps.
 *
 *     text -> words -> items -> claims -> brief
 *
 * A word is a token of the text; an item is a phrase, a number with its unit, a key, or a stop, in the
 * order of the text. Later steps write on items what they found out about them; the last step, and the
 * numbers, write the brief. */
#ifndef SNQ_COMPOSE_PROMPT_IMPL_H
#define SNQ_COMPOSE_PROMPT_IMPL_H

#include "compose/prompt.h"

typedef enum snq_token_type {
    SNQ_TOKEN_WORD,   /* letters, or digits with one letter: 90s, 8a */
    SNQ_TOKEN_NUMBER, /* value */
    SNQ_TOKEN_METRE,  /* value: beats in a bar, second: beat unit */
    SNQ_TOKEN_CLOCK,  /* value: seconds */
    SNQ_TOKEN_STOP,   /* stop: which one */
} snq_token_type;

typedef struct snq_token {
    uint8_t type, stop, named; /* named: already among the unknown words */
    uint8_t tight;             /* touches the token before it */
    char raw[8];               /* as written, when it is short and ASCII, else "" */
    uint32_t at, length;       /* in lower case, in the pool */
    int32_t word;              /* its number in the lexicon, after mending; -1 */
    uint32_t first;            /* the first token with the same text */
    double value, second;
} snq_token;

/* Kinds of items beyond snq_word_kind. */
enum { SNQ_ITEM_STOP = SNQ_WORD_FUNCTION + 1, SNQ_ITEM_UNKNOWN, SNQ_ITEM_KEY, SNQ_ITEM_CLOCK };

/* What steps found out about an item. */
enum {
    SNQ_ITEM_NEGATED = 1, /* it is not wanted */
    SNQ_ITEM_NEUTRAL = 2, /* a noun that counts neither way */
    SNQ_ITEM_ONLY = 4,    /* restricted to */
    SNQ_ITEM_USED = 8,    /* had its effect */
    SNQ_ITEM_HELD = 16,   /* a comma that holds the phrase together */
    SNQ_ITEM_SECOND = 32, /* it has a second meaning, of the kind `also` */
};

typedef struct snq_item {
    uint8_t kind, also, many, flags;
    uint8_t stop, unit; /* of a stop, of a number */
    int8_t part;        /* a quality's, once it is found; else -1 */
    int8_t tonic, mode; /* of a key; mode -1: not said */
    int16_t value;
    uint32_t from, to;    /* tokens [from, to) */
    double lo, hi;        /* of a number: lo */
    uint32_t reach;       /* the noun that something before this item reaches; NO_ITEM */
    uint32_t count, bars; /* of a section: 0 not said */
    uint8_t lengths;      /* of a section: bits of SNQ_WISH_LONG, SNQ_WISH_SHORT */
} snq_item;

#define SNQ_NO_ITEM UINT32_MAX

typedef struct snq_prompt_reader {
    const snq_lexicon *lexicon;
    snq_brief *brief;
    snq_str pool;
    snq_token *token; /* (tokens,) */
    uint32_t tokens, tokens_room;
    snq_item *item; /* (items,) */
    uint32_t items, items_room;
} snq_prompt_reader;

/* text -> tokens, each with its number in the lexicon (rules "Words", 3) */
SNQ_MUST_USE snq_status snq__prompt_words(snq_prompt_reader *r, const char *text, size_t n);
/* How many tokens from t on are a key; 0: none is (rule 7) */
uint32_t snq__prompt_key_at(const snq_prompt_reader *r, uint32_t t, snq_item *key);
/* How many tokens from t on are a number, with its unit if it has one; 0: none is (rule 6) */
uint32_t snq__prompt_quantity_at(const snq_prompt_reader *r, uint32_t t, snq_item *number);
/* tokens -> items (rules 1, 2) */
SNQ_MUST_USE snq_status snq__prompt_phrases(snq_prompt_reader *r);
/* Nouns that qualities reach, commas that hold (rule 8) */
void snq__prompt_reach(snq_prompt_reader *r);
/* Numbers of sections, lengths (rule 11); then all other numbers, written into the brief (rules 5, 6) */
void snq__prompt_sections(snq_prompt_reader *r);
void snq__prompt_numbers(snq_prompt_reader *r);
/* Flags NEGATED, NEUTRAL (rule 10) */
void snq__prompt_negation(snq_prompt_reader *r);
/* Flag ONLY; qualities' parts (rules 8, 9) */
void snq__prompt_restrict(snq_prompt_reader *r);
void snq__prompt_qualities(snq_prompt_reader *r);

/* The tokens' meaning of a kind; NULL when its one word has none. */
const snq_meaning *snq__token_meaning(const snq_prompt_reader *r, uint32_t t, snq_word_kind kind);
/* Is token t this word? t may be out of range. */
int snq__token_is(const snq_prompt_reader *r, uint32_t t, const char *word);
/* Item i, or one that is a stop where there is none (i may be -1). */
const snq_item *snq__item(const snq_prompt_reader *r, int64_t i);
int snq__item_is_noun(const snq_prompt_reader *r, const snq_item *it);
/* The part that a noun stands for. */
int snq__item_part(const snq_prompt_reader *r, const snq_item *it);
int snq__item_is_comma(const snq_item *it);
/* May it stand between a quality and its noun? */
int snq__item_passes(const snq_item *it);

#endif
