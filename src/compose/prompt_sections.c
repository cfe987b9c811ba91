// SPDX-License-Identifier: MIT
/* IDEA   "Two long breakdowns", "an 8 bar intro": numbers and lengths belong to the section they stand before.
 *        (Rule 11.)
 * STEPS  right to left, the nearest section that still holds: past adjectives and nouns, up to a function
 *        word or a stop. A length joins it; a number is its count, bars are its bars; past a number only
 *        more of these may stand. slow and fast are lengths only here, and no genre may stand between
 *        ("slow techno intro": the tempo).
 * LIMITS "At 90 drop it": a number over 40 counts only where it touches its section, and never after "at". */
#include <math.h>

#include "compose/prompt_impl.h"

/* From here on a bare number is rather a tempo (prompt_numbers.c). */
#define COUNT_PLAIN_MAX 39.0

typedef struct holding {
    uint32_t at;       /* the section; NO_ITEM */
    int genre, number; /* passed on the way */
} holding;

static int is_count(const snq_prompt_reader *r, uint32_t i, const holding *h)
{
    const snq_item *it = &r->item[i];
    if (it->lo < 1.0 || it->lo > SNQ_BRIEF_COUNT_MAX || it->lo != floor(it->lo))
        return 0;
    return it->lo <= COUNT_PLAIN_MAX ||
           (i + 1 == h->at && !(it->from && snq__token_is(r, it->from - 1, "at")));
}

static void take_number(snq_prompt_reader *r, uint32_t i, holding *h)
{
    snq_item *it = &r->item[i], *section = &r->item[h->at];
    const int bars = it->unit == SNQ_UNIT_BARS && !section->bars && it->lo >= 1.0 &&
                     it->lo <= SNQ_BRIEF_BARS_MAX && it->lo == floor(it->lo);
    const int count = it->unit == SNQ_UNIT_UNSAID && !section->count && is_count(r, i, h);
    if (bars)
        section->bars = (uint32_t)it->lo;
    else if (count)
        section->count = (uint32_t)it->lo;
    else {
        h->at = SNQ_NO_ITEM;
        return;
    }
    it->flags |= SNQ_ITEM_USED;
    h->number = 1;
}

static void take_length(snq_prompt_reader *r, uint32_t i, holding *h)
{
    snq_item *it = &r->item[i];
    if (it->also == SNQ_WORD_TEMPO && h->genre)
        return;
    r->item[h->at].lengths |= (uint8_t)(1u << it->value);
    it->flags |= SNQ_ITEM_USED;
}

void snq__prompt_sections(snq_prompt_reader *r)
{
    holding h = { .at = SNQ_NO_ITEM };
    for (uint32_t i = r->items; i-- > 0;) {
        const snq_item *it = &r->item[i];
        if (it->kind == SNQ_WORD_SECTION) {
            h = (holding) { .at = i };
            continue;
        }
        if (h.at == SNQ_NO_ITEM)
            continue;
        const int noun = snq__item_is_noun(r, it);
        const int list =
            it->kind == SNQ_WORD_AND && snq__item_is_noun(r, snq__item(r, (int64_t)i - 1));
        if (it->kind == SNQ_WORD_NUMBER)
            take_number(r, i, &h);
        else if (it->kind == SNQ_WORD_LENGTH)
            take_length(r, i, &h);
        else if ((!noun && !snq__item_passes(it)) || list ||
                 (h.number && it->kind != SNQ_WORD_FILLER))
            h.at = SNQ_NO_ITEM;
        h.genre |= it->kind == SNQ_WORD_GENRE;
    }
}
