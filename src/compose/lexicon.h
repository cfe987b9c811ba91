// SPDX-License-Identifier: MIT
/* lexicon -- the words that a prompt may use and what each means: data, loaded from text.
 *
 * The document is that of schemas/lexicon-1.schema.json (lexicon/english.json); docs/formats/lexicon.md
 * explains it. A phrase is one to SNQ_LEXICON_WORDS_MAX words with one space between, in lower case; a
 * prompt's words are looked up one by one and walk a trie of words, so the longest phrase at a place costs
 * no more than its length. Both walks are hashed; a lexicon of 1500 phrases takes about 150 kB.
 *
 * Threads: load [control]; then any number may read. */
#ifndef SNQ_COMPOSE_LEXICON_H
#define SNQ_COMPOSE_LEXICON_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/brief.h"

#define SNQ_LEXICON_SCHEMA "sonique/lexicon/1"
enum {
    SNQ_LEXICON_WORDS_MAX = 6,       /* in a phrase */
    SNQ_LEXICON_WORD_BYTES_MAX = 48, /* in a word */
    SNQ_LEXICON_PHRASES_MAX = 16384, /* never_corrected counts */
    SNQ_LEXICON_MEANINGS_MAX = 2,    /* of a phrase */
    SNQ_LEXICON_COMBINED_MAX = 256,
    SNQ_LEXICON_BYTES_MAX = 1 << 20, /* a document is no longer */
    SNQ_MEND_LETTERS_MIN = 5,        /* shorter words are never mended, nor mended to */
    SNQ_MEND_LETTERS_MAX = 24,       /* nor longer ones */
};

/* What a phrase can be. `value` is an id of brief.h, or what the comment says. */
typedef enum snq_word_kind {
    SNQ_WORD_NOTHING = 0,
    SNQ_WORD_GENRE,
    SNQ_WORD_MOOD,
    SNQ_WORD_QUALITY,
    SNQ_WORD_TRACK,
    SNQ_WORD_INSTRUMENT,
    SNQ_WORD_SECTION, /* many: a plural */
    SNQ_WORD_LENGTH,  /* SNQ_WISH_LONG, SNQ_WISH_SHORT */
    SNQ_WORD_ENERGY,
    SNQ_WORD_SWING,
    SNQ_WORD_FEEL,
    SNQ_WORD_ERA,
    SNQ_WORD_MODE,
    SNQ_WORD_TEMPO,    /* lo, hi: BPM */
    SNQ_WORD_METRE,    /* lo, hi: beats in a bar, beat unit */
    SNQ_WORD_COMBINED, /* index into `combined` */
    SNQ_WORD_UNIT,     /* snq_unit */
    SNQ_WORD_NUMBER,   /* lo: the number */
    SNQ_WORD_ABOUT,
    SNQ_WORD_ABOUT_AFTER,
    SNQ_WORD_AT_MOST,
    SNQ_WORD_AT_LEAST,
    SNQ_WORD_NEGATOR, /* 1: of what is said of a thing ("not dark"), not of a thing ("no drums") */
    SNQ_WORD_RESTRICTOR,
    SNQ_WORD_RESTRICTOR_AFTER,
    SNQ_WORD_SOLO,
    SNQ_WORD_CARRY_ON,
    SNQ_WORD_AND,
    SNQ_WORD_LINK,
    SNQ_WORD_CORRECTION,
    SNQ_WORD_FILLER,
    SNQ_WORD_ARTICLE,
    SNQ_WORD_FUNCTION,
} snq_word_kind;

typedef enum snq_unit {
    SNQ_UNIT_SECONDS,
    SNQ_UNIT_MINUTES,
    SNQ_UNIT_HOURS,
    SNQ_UNIT_BARS,
    SNQ_UNIT_BPM,
    SNQ_UNITS,
    SNQ_UNIT_UNSAID = SNQ_UNITS,
} snq_unit;

typedef struct snq_meaning {
    uint8_t kind, many; /* snq_word_kind */
    int16_t value;
    float lo, hi;
} snq_meaning;

/* What a phrase under `combined` does at once. */
typedef struct snq_combined {
    uint8_t only, include, exclude; /* sets of parts */
    uint32_t modifiers[SNQ_PARTS];
} snq_combined;

typedef struct snq_lexicon snq_lexicon;

/* Read a document; on success *out is owned by the caller (free), on error NULL. ERR_FORMAT, ERR_RANGE,
 * ERR_TOO_BIG name the place; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_lexicon_new(const snq_json_ref *at, snq_lexicon **out);
void snq_lexicon_free(snq_lexicon *l); /* NULL is legal */

/* The number of a word (n,) in lower case that some phrase or never_corrected has; -1: none has. */
int32_t snq_lexicon_word(const snq_lexicon *l, const char *word, size_t n);
/* The word that a misspelt one (n,) stands for, as rule 3 of docs/formats/lexicon.md has it; -1: none. */
int32_t snq_lexicon_mend(const snq_lexicon *l, const char *word, size_t n);
/* Walk the trie: from node 0 by a word's number to the next node; 0: no phrase goes on so. */
uint32_t snq_lexicon_step(const snq_lexicon *l, uint32_t node, int32_t word);
/* What the phrase that ends here means (n,), borrowed; n is 0 where none ends. */
const snq_meaning *snq_lexicon_meanings(const snq_lexicon *l, uint32_t node, size_t *n);

const snq_combined *snq_lexicon_combined(const snq_lexicon *l, int index); /* borrowed */
/* The part that a quality belongs to by itself (mix unless told), that plays an instrument. */
int snq_lexicon_quality_home(const snq_lexicon *l, int quality);
int snq_lexicon_instrument_home(const snq_lexicon *l, int instrument);

/* Edits from a (n,) to b (m,), code points, a swap of neighbours counting as one (optimal string
 * alignment); over `limit` it is limit + 1. n and m up to SNQ_MEND_LETTERS_MAX. */
int snq_edits(const uint32_t *a, int n, const uint32_t *b, int m, int limit);

#endif
