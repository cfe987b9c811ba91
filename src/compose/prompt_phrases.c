// SPDX-License-Identifier: MIT
/* IDEA   From left to right, the longest phrase that the lexicon has; before it, what no list can hold: keys
 *        and numbers with their units. (Rules 1, 2.)
 * STEPS  at a token: a stop | metre | clock | key | measure (number and unit) | longest phrase | number |
 *        an unknown word; each one item, then on behind it
 * COST   linear: a phrase has at most SNQ_LEXICON_WORDS_MAX words.
 * LIMITS A shorter phrase is never tried instead: "hip hop" hides a hop. */
#include <string.h>

#include "base/alloc.h"
#include "compose/prompt_impl.h"

static snq_status add_item(snq_prompt_reader *r, const snq_item *it)
{
    if (r->items == r->items_room) {
        const uint32_t room = r->items_room ? 2 * r->items_room : 64;
        snq_item *grown = snq_regrow(r->item, r->items_room, room, sizeof *grown);
        if (!grown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
        r->item = grown;
        r->items_room = room;
    }
    r->item[r->items++] = *it;
    return SNQ_OK;
}

/* Tokens of the longest phrase at t, and what it means; 0: there is none. */
static uint32_t longest(const snq_prompt_reader *r, uint32_t t, const snq_meaning **m, size_t *n)
{
    uint32_t node = 0, used = 0;
    for (uint32_t k = 0; t + k < r->tokens; k++) {
        size_t meanings;
        node = snq_lexicon_step(r->lexicon, node, r->token[t + k].word);
        if (!node)
            break;
        const snq_meaning *here = snq_lexicon_meanings(r->lexicon, node, &meanings);
        if (meanings) {
            used = k + 1;
            *m = here;
            *n = meanings;
        }
    }
    return used;
}

static void take_phrase(snq_item *it, const snq_meaning *m, size_t n)
{
    it->kind = m[0].kind;
    it->many = m[0].many;
    it->value = m[0].value;
    it->lo = (double)m[0].lo;
    it->hi = (double)m[0].hi;
    if (n < 2)
        return;
    it->also = m[1].kind;
    it->flags |= SNQ_ITEM_SECOND;
    if (m[1].kind == SNQ_WORD_TEMPO) {
        it->lo = (double)m[1].lo;
        it->hi = (double)m[1].hi;
    }
}

/* What begins at token t, as an item: tokens used. */
static uint32_t item_at(const snq_prompt_reader *r, uint32_t t, snq_item *it)
{
    const snq_token *k = &r->token[t];
    const snq_meaning *m = NULL;
    size_t n = 0;
    *it = (snq_item) { .from = t, .part = -1, .mode = -1, .reach = SNQ_NO_ITEM };
    if (k->type == SNQ_TOKEN_STOP || k->type == SNQ_TOKEN_METRE || k->type == SNQ_TOKEN_CLOCK) {
        it->kind = k->type == SNQ_TOKEN_STOP    ? SNQ_ITEM_STOP
                   : k->type == SNQ_TOKEN_METRE ? SNQ_WORD_METRE
                                                : SNQ_ITEM_CLOCK;
        it->stop = k->stop;
        it->lo = k->value;
        it->hi = k->second;
        return 1;
    }
    uint32_t used = snq__prompt_key_at(r, t, it);
    if (used) {
        it->kind = SNQ_ITEM_KEY;
        return used;
    }
    snq_item number = *it;
    const uint32_t measured = snq__prompt_quantity_at(r, t, &number);
    used = longest(r, t, &m, &n);
    const int bare = number.unit == SNQ_UNIT_UNSAID;
    if (measured &&
        (used < measured || !bare || m[0].kind == SNQ_WORD_NUMBER ||
         (n > 1 && m[1].kind == SNQ_WORD_NUMBER)) &&
        used <= measured) {
        *it = number;
        it->kind = SNQ_WORD_NUMBER;
        it->also = used && n > 1 && bare ? SNQ_WORD_FUNCTION : SNQ_WORD_NOTHING;
        return measured;
    }
    if (used)
        take_phrase(it, m, n);
    else
        it->kind = SNQ_ITEM_UNKNOWN;
    return used ? used : 1;
}

/* A bound without a number is an empty word ("over a groove"). */
static void settle_bounds(snq_prompt_reader *r)
{
    int number = 0; /* what follows begins with a number, but for articles and "about" */
    for (uint32_t i = r->items; i-- > 0;) {
        snq_item *it = &r->item[i];
        const snq_item *before = snq__item(r, (int64_t)i - 1);
        const int bound = it->kind == SNQ_WORD_AT_MOST || it->kind == SNQ_WORD_AT_LEAST;
        const int behind = before->kind == SNQ_WORD_NUMBER && !(it->flags & SNQ_ITEM_SECOND);
        if (bound && !number && !behind)
            it->kind = SNQ_WORD_FUNCTION;
        if (it->kind == SNQ_WORD_NUMBER)
            number = it->also != SNQ_WORD_FUNCTION;
        else if (it->kind != SNQ_WORD_ABOUT && it->kind != SNQ_WORD_ARTICLE)
            number = 0;
    }
}

snq_status snq__prompt_phrases(snq_prompt_reader *r)
{
    for (uint32_t t = 0; t < r->tokens;) {
        snq_item it;
        t += item_at(r, t, &it);
        it.to = t;
        SNQ_TRY(add_item(r, &it));
    }
    settle_bounds(r);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- about items */

const snq_item *snq__item(const snq_prompt_reader *r, int64_t i)
{
    static const snq_item none = { .kind = SNQ_ITEM_STOP, .part = -1, .reach = SNQ_NO_ITEM };
    return i < 0 || i >= (int64_t)r->items ? &none : &r->item[i];
}

int snq__item_part(const snq_prompt_reader *r, const snq_item *it)
{
    if (it->kind == SNQ_WORD_TRACK)
        return it->value;
    if (it->kind == SNQ_WORD_INSTRUMENT)
        return snq_lexicon_instrument_home(r->lexicon, it->value);
    if (it->kind == SNQ_WORD_COMBINED)
        for (int p = 0; p < SNQ_PART_mix; p++)
            if (snq_lexicon_combined(r->lexicon, it->value)->include >> p & 1)
                return p;
    return -1;
}

int snq__item_is_noun(const snq_prompt_reader *r, const snq_item *it)
{
    return snq__item_part(r, it) >= 0;
}

int snq__item_is_comma(const snq_item *it)
{
    return it->kind == SNQ_ITEM_STOP && it->stop == ',';
}

int snq__item_passes(const snq_item *it)
{
    switch (it->kind) {
    case SNQ_WORD_QUALITY:
    case SNQ_WORD_MOOD:
    case SNQ_WORD_GENRE:
    case SNQ_WORD_ERA:
    case SNQ_WORD_ENERGY:
    case SNQ_WORD_MODE:
    case SNQ_ITEM_UNKNOWN:
    case SNQ_WORD_FILLER:
    case SNQ_WORD_AND:
        return 1;
    default:
        return snq__item_is_comma(it) && (it->flags & SNQ_ITEM_HELD);
    }
}
