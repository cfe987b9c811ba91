// SPDX-License-Identifier: MIT
/* IDEA   "Punchy" says how something sounds; which track it is said of, the words around it tell. The same
 *        nouns say which tracks alone there shall be. (Rules 8, 9.)
 * STEPS  reach, right to left: a noun reaches itself, of nouns in a row the last; what may stand between a
 *        quality and its noun reaches what the item behind it reaches. So 8b is one look:
 *        quality at i: a. a noun and a link, or a colon, before it   -> that noun
 *                      b. reach(i + 1)                               -> that noun
 *                      c. a noun at i - 1                            -> that noun
 *                      d. its home in the lexicon, else the mix
 *        A comma holds a phrase together between two qualities or moods, where a function word, negator or
 *        restrictor opened the phrase; not one of what is said of a thing ("nothing harsh, soft vocals").
 *        Restrictions: a list of noun phrases behind "only" and its like, or before it.
 * COST   linear: each pass looks at an item a bounded number of times.
 * LIMITS "Warm sounding pads": a link between a quality and its noun ends the phrase; warm is the mix. */
#include "compose/prompt_impl.h"

static int is_said(const snq_item *it)
{
    return it->kind == SNQ_WORD_QUALITY || it->kind == SNQ_WORD_MOOD;
}

static int is_joined(const snq_item *it)
{
    return is_said(it) || it->kind == SNQ_WORD_LENGTH;
}

/* What stands behind a comma, "and" and fillers aside. */
static const snq_item *behind(const snq_prompt_reader *r, uint32_t i)
{
    int64_t k = (int64_t)i + 1;
    while (snq__item(r, k)->kind == SNQ_WORD_AND || snq__item(r, k)->kind == SNQ_WORD_FILLER)
        k++;
    return snq__item(r, k);
}

static void hold_commas(snq_prompt_reader *r)
{
    int opened = 0;
    for (uint32_t i = 0; i < r->items; i++) {
        snq_item *it = &r->item[i];
        switch (it->kind) {
        case SNQ_WORD_FUNCTION:
        case SNQ_WORD_ARTICLE:
        case SNQ_WORD_UNIT:
        case SNQ_WORD_RESTRICTOR:
            opened = 1;
            break;
        case SNQ_WORD_NEGATOR:
            opened = !it->value;
            break;
        case SNQ_WORD_SECTION:
        case SNQ_WORD_NUMBER:
        case SNQ_ITEM_CLOCK:
        case SNQ_ITEM_KEY:
        case SNQ_WORD_LINK:
        case SNQ_WORD_CORRECTION:
            opened = 0;
            break;
        case SNQ_ITEM_STOP:
            opened = opened && snq__item_is_comma(it) && is_joined(snq__item(r, (int64_t)i - 1)) &&
                     is_joined(behind(r, i));
            it->flags |= opened ? SNQ_ITEM_HELD : 0;
            break;
        default:
            break;
        }
    }
}

void snq__prompt_reach(snq_prompt_reader *r)
{
    for (uint32_t i = 1; i < r->items; i++) /* "guitar solo" is a melody */
        if (r->item[i].kind == SNQ_WORD_SOLO && r->item[i - 1].kind == SNQ_WORD_INSTRUMENT) {
            r->item[i].kind = SNQ_WORD_TRACK;
            r->item[i].value = SNQ_PART_melody;
        }
    hold_commas(r);
    for (uint32_t i = r->items; i-- > 0;) {
        snq_item *it = &r->item[i];
        const snq_item *next = snq__item(r, (int64_t)i + 1);
        if (snq__item_is_noun(r, it))
            it->reach = snq__item_is_noun(r, next) ? next->reach : i;
        else if (snq__item_passes(it))
            it->reach = next->reach;
    }
}

/* ---------------------------------------------------------------- qualities */

/* 8a: from the noun before item i on; the first item behind. */
static uint32_t tie_to_noun(snq_prompt_reader *r, uint32_t i)
{
    const int8_t part = (int8_t)snq__item_part(r, &r->item[i - 1]);
    for (i++; i < r->items; i++) {
        snq_item *it = &r->item[i];
        if (!is_said(it) && it->kind != SNQ_WORD_FILLER && it->kind != SNQ_WORD_AND &&
            !snq__item_is_comma(it))
            break;
        if (it->kind == SNQ_WORD_QUALITY && !snq__item_is_noun(r, snq__item(r, (int64_t)i + 1)))
            it->part = part;
    }
    return i;
}

static int part_of(const snq_prompt_reader *r, uint32_t i)
{
    const snq_item *it = &r->item[i], *before = snq__item(r, (int64_t)i - 1);
    const uint32_t reach = snq__item(r, (int64_t)i + 1)->reach;
    const int negated = it->flags & SNQ_ITEM_NEGATED;
    if (it->part >= 0 && !negated)
        return it->part;
    if (reach != SNQ_NO_ITEM)
        return snq__item_part(r, &r->item[reach]);
    if (snq__item_is_noun(r, before) && (!negated || (before->flags & SNQ_ITEM_NEUTRAL)))
        return snq__item_part(r, before);
    return snq_lexicon_quality_home(r->lexicon, it->value);
}

void snq__prompt_qualities(snq_prompt_reader *r)
{
    for (uint32_t i = 1; i < r->items;) {
        const snq_item *it = &r->item[i];
        const int link =
            it->kind == SNQ_WORD_LINK || (it->kind == SNQ_ITEM_STOP && it->stop == ':');
        i = link && snq__item_is_noun(r, &r->item[i - 1]) ? tie_to_noun(r, i) : i + 1;
    }
    for (uint32_t i = 0; i < r->items; i++)
        if (r->item[i].kind == SNQ_WORD_QUALITY)
            r->item[i].part = (int8_t)part_of(r, i);
}

/* ---------------------------------------------------------------- restrictions */

static int is_wanted(const snq_item *it)
{
    return !(it->flags & (SNQ_ITEM_NEGATED | SNQ_ITEM_NEUTRAL));
}

/* The head of the noun phrase at item i, articles first; NO_ITEM. */
static uint32_t phrase_head(const snq_prompt_reader *r, uint32_t i)
{
    while (snq__item(r, i)->kind == SNQ_WORD_ARTICLE)
        i++;
    const snq_item *it = snq__item(r, i);
    if (it->kind == SNQ_WORD_AND || it->kind == SNQ_ITEM_STOP || it->reach == SNQ_NO_ITEM ||
        !is_wanted(&r->item[it->reach]))
        return SNQ_NO_ITEM;
    return it->reach;
}

/* Restrict to the row of nouns that ends with `head`: the first item of the row. */
static uint32_t restrict_row(snq_prompt_reader *r, uint32_t head)
{
    r->item[head].flags |= SNQ_ITEM_ONLY;
    while (head && snq__item_is_noun(r, &r->item[head - 1])) {
        head--;
        if (r->item[head].kind == SNQ_WORD_TRACK)
            r->item[head].flags |= SNQ_ITEM_ONLY;
    }
    return head;
}

static int is_joint(const snq_item *it)
{
    return it->kind == SNQ_WORD_AND || it->kind == SNQ_WORD_CARRY_ON || snq__item_is_comma(it);
}

/* The list of noun phrases that begins at item i: is there one? */
static int restrict_forward(snq_prompt_reader *r, uint32_t i)
{
    int any = 0;
    for (uint32_t head = phrase_head(r, i); head != SNQ_NO_ITEM; head = phrase_head(r, i)) {
        restrict_row(r, head);
        any = 1;
        i = head + 1;
        if (!is_joint(snq__item(r, i)))
            break;
        i++;
        if (snq__item_is_comma(snq__item(r, (int64_t)i - 1)) && is_joint(snq__item(r, i)))
            i++;
    }
    return any;
}

/* The list of noun phrases that ends at item i. */
static void restrict_backward(snq_prompt_reader *r, int64_t i)
{
    while (snq__item_is_noun(r, snq__item(r, i)) && is_wanted(snq__item(r, i))) {
        i = (int64_t)restrict_row(r, (uint32_t)i) - 1;
        while (snq__item(r, i)->kind == SNQ_WORD_ARTICLE ||
               (snq__item_passes(snq__item(r, i)) && !is_joint(snq__item(r, i))))
            i--;
        if (!is_joint(snq__item(r, i)))
            return;
        i--;
        if (snq__item_is_comma(snq__item(r, i)))
            i--;
    }
}

void snq__prompt_restrict(snq_prompt_reader *r)
{
    for (uint32_t i = 0; i < r->items; i++) {
        const snq_item *it = &r->item[i];
        if (snq__item(r, (int64_t)i - 1)->kind == SNQ_WORD_NEGATOR) /* "not only" */
            continue;
        if ((it->kind == SNQ_WORD_RESTRICTOR || it->kind == SNQ_WORD_SOLO) &&
            restrict_forward(r, i + 1))
            continue;
        if (it->kind == SNQ_WORD_RESTRICTOR_AFTER &&
            snq__item_is_comma(snq__item(r, (int64_t)i - 1)))
            restrict_backward(r, (int64_t)i - 2);
        else if (it->kind == SNQ_WORD_RESTRICTOR_AFTER ||
                 (it->kind == SNQ_WORD_RESTRICTOR && it->also == SNQ_WORD_RESTRICTOR_AFTER))
            restrict_backward(r, (int64_t)i - 1);
    }
}
