// SPDX-License-Identifier: MIT
/* prompt -- a sentence becomes a brief.
 *
 * docs/formats/lexicon.md has the rules by number; the parts of the reader name those that they follow:
 * words (prompt_words.c), numbers (prompt_numbers.c), keys (prompt_keys.c), phrases (prompt_phrases.c),
 * negation (prompt_negation.c), qualities and restrictions (prompt_nouns.c), sections (prompt_sections.c).
 *
 * Any bytes are a prompt: malformed UTF-8, controls and pictographs part words and mean nothing; a word
 * longer than SNQ_PROMPT_WORD_BYTES_MAX bytes is cut there. A prompt without a word gives an empty brief. The
 * same bytes give the same brief. About 7 us for a sentence, 0.1 us a byte for 100 kB of ordinary words, 0.5 at
 * worst; at worst 104 bytes of memory for each byte, doubled while it grows.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_PROMPT_H
#define SNQ_COMPOSE_PROMPT_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/lexicon.h"

enum { SNQ_PROMPT_BYTES_MAX = 256 << 10, SNQ_PROMPT_WORD_BYTES_MAX = 120 };

/* b, not initialised, becomes what text (n,) says; on error it is cleared. ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_prompt_read(const snq_lexicon *l, const char *text, size_t n,
                                        snq_brief *b);
/* A key by itself, as a prompt would say it after "key of": "Am", "F# dorian", "h-Moll", "8A", "c".
 * ERR_FORMAT when it is none, ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_prompt_key(const snq_lexicon *l, const char *text, int *tonic,
                                       int *mode);

#endif
