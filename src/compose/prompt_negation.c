// SPDX-License-Identifier: MIT
/* IDEA   "No" takes away what is named next, and no more: "no vocals and heavy bass" wants the bass. (Rule 10.)
 * STEPS  behind a negator, articles and fillers skipped, a noun phrase: what is said (qualities, moods, …),
 *        then genre, section or nouns. If it says a quality or mood, those are negated and its noun counts
 *        neither way, a genre is wanted; else all of it is negated.
 *        Then on:  or, nor   -> the next phrase, whatever it is
 *                  and       -> a bare noun only
 *                  ,         -> in a list of bare nouns that "or" or "nor" closes
 *        A comma inside the phrase is one that holds it together (prompt_nouns.c).
 * LIMITS "Not a lot of reverb" ends at "lot". What has no field of its own to be avoided in (an era, an
 *        energy, a tempo word) is named as not understood. */
#include "compose/prompt_impl.h"

static int is_said(const snq_item *it)
{
    return it->kind == SNQ_WORD_QUALITY || it->kind == SNQ_WORD_MOOD;
}

static int is_beside(const snq_item *it)
{
    switch (it->kind) {
    case SNQ_ITEM_UNKNOWN:
    case SNQ_WORD_FILLER:
    case SNQ_WORD_ERA:
    case SNQ_WORD_ENERGY:
    case SNQ_WORD_MODE:
    case SNQ_WORD_LENGTH:
    case SNQ_WORD_TEMPO:
    case SNQ_WORD_SWING:
    case SNQ_WORD_FEEL:
        return 1;
    default:
        return 0;
    }
}

/* A thing that can be negated by itself. */
static int is_thing(const snq_prompt_reader *r, const snq_item *it)
{
    return it->kind == SNQ_WORD_GENRE || it->kind == SNQ_WORD_SECTION ||
           it->kind == SNQ_WORD_COMBINED || snq__item_is_noun(r, it);
}

/* "and", or a comma that holds, between two that are said. */
static int goes_on(const snq_prompt_reader *r, uint32_t i)
{
    int64_t k = (int64_t)i + 1;
    if (r->item[i].kind != SNQ_WORD_AND && !(r->item[i].flags & SNQ_ITEM_HELD))
        return 0;
    while (snq__item(r, k)->kind == SNQ_WORD_FILLER || snq__item(r, k)->kind == SNQ_WORD_AND)
        k++;
    return is_said(snq__item(r, (int64_t)i - 1)) && is_said(snq__item(r, k));
}

/* The end of a row of things at item i. */
static uint32_t row_end(const snq_prompt_reader *r, uint32_t i)
{
    const int genre = r->item[i].kind == SNQ_WORD_GENRE;
    const int noun = snq__item_is_noun(r, &r->item[i]);
    for (i++; i < r->items; i++)
        if (!(genre && is_thing(r, &r->item[i])) && !(noun && snq__item_is_noun(r, &r->item[i])))
            break;
    return i;
}

/* The end of the noun phrase at item i; said: it says a quality or mood. */
static uint32_t phrase_end(const snq_prompt_reader *r, uint32_t i, int *said)
{
    *said = 0;
    for (; i < r->items; i++) {
        const snq_item *it = &r->item[i];
        if (is_thing(r, it))
            break;
        *said |= is_said(it);
        if (!is_said(it) && !is_beside(it) && !goes_on(r, i))
            return i;
    }
    if (i == r->items)
        return i;
    const uint32_t end = row_end(r, i);
    /* "no vocal chops" */
    if (snq__item(r, end)->kind == SNQ_WORD_QUALITY && snq__item_is_noun(r, &r->item[end - 1]) &&
        snq__item(r, (int64_t)end + 1)->kind == SNQ_ITEM_STOP) {
        *said = 1;
        return end + 1;
    }
    return end;
}

static void negate(snq_prompt_reader *r, uint32_t from, uint32_t to, int said)
{
    for (uint32_t i = from; i < to; i++) {
        snq_item *it = &r->item[i];
        if (is_said(it) || is_beside(it))
            it->flags |= SNQ_ITEM_NEGATED;
        else if (is_thing(r, it) && (!said || it->kind != SNQ_WORD_GENRE))
            it->flags |= said ? SNQ_ITEM_NEUTRAL : SNQ_ITEM_NEGATED;
    }
}

/* The end of bare nouns, each behind a comma, from item i on, where "or" closes them; else 0. */
static uint32_t list_end(const snq_prompt_reader *r, uint32_t i)
{
    while (snq__item_is_comma(snq__item(r, i)) && is_thing(r, snq__item(r, (int64_t)i + 1)))
        i = row_end(r, i + 1);
    if (snq__item_is_comma(snq__item(r, i)))
        i++;
    return snq__item(r, i)->kind == SNQ_WORD_CARRY_ON ? i : 0;
}

/* Negate what follows item i; the item behind. */
static uint32_t negate_from(snq_prompt_reader *r, uint32_t i)
{
    int said;
    for (;;) {
        while (snq__item(r, i)->kind == SNQ_WORD_ARTICLE ||
               snq__item(r, i)->kind == SNQ_WORD_FILLER)
            i++;
        uint32_t end = phrase_end(r, i, &said);
        if (end == i)
            return i;
        const int bare = is_thing(r, &r->item[i]) && !said;
        negate(r, i, end, said);
        const uint32_t list = bare || !snq__item_is_comma(snq__item(r, end)) ||
                                      snq__item(r, (int64_t)end + 1)->kind == SNQ_WORD_CARRY_ON
                                  ? list_end(r, end)
                                  : 0;
        if (list) {
            negate(r, end, list, 0);
            i = list + 1;
            continue;
        }
        while (snq__item(r, end)->kind == SNQ_WORD_AND &&
               is_thing(r, snq__item(r, (int64_t)end + 1))) {
            const uint32_t from = end + 1;
            end = row_end(r, from);
            negate(r, from, end, 0);
        }
        if (snq__item(r, end)->kind != SNQ_WORD_CARRY_ON)
            return end;
        i = end + 1;
    }
}

void snq__prompt_negation(snq_prompt_reader *r)
{
    for (uint32_t i = 0; i < r->items;)
        i = r->item[i].kind == SNQ_WORD_NEGATOR ? negate_from(r, i + 1) : i + 1;
}
