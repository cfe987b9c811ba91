// SPDX-License-Identifier: MIT
/* IDEA   What a number means is said by what stands beside it: a unit, a section, "around". (Rules 5, 6.)
 * STEPS  quantity_at, on tokens: a number or number word, "and a half", "a minute", "half a minute", "ish",
 *        then a unit: one item. Then, on items in order:
 *        1. bars or a bare number before a section are that section's (prompt_sections.c)
 *        2. minutes and the seconds behind them are one length; a length, or bars, is the piece's
 *        3. a, "to", b: a range; a bound or "around" before it, "or so" behind it; 20..400 with bpm beside
 *           it, 40..250 without
 *        4. what is left had no effect and will be named
 *        The last claim wins. "around": +-3 %, rounded to 0.1.
 * LIMITS Number words are those of the lexicon: "a hundred and twenty" is not read. */
#include <math.h>
#include <string.h>

#include "compose/prompt_impl.h"

#define BARE_MIN 40.0
#define BARE_MAX 250.0
#define ABOUT    0.03

/* ---------------------------------------------------------------- on tokens */

/* A phrase of units from t on: tokens, or 0 */
static uint32_t unit_at(const snq_prompt_reader *r, uint32_t t, uint8_t *unit)
{
    uint32_t node = 0, used = 0;
    for (uint32_t k = 0; t + k < r->tokens; k++) {
        size_t n;
        node = snq_lexicon_step(r->lexicon, node, r->token[t + k].word);
        const snq_meaning *m = snq_lexicon_meanings(r->lexicon, node, &n);
        if (!node)
            break;
        for (size_t i = 0; i < n; i++)
            if (m[i].kind == SNQ_WORD_UNIT) {
                *unit = (uint8_t)m[i].value;
                used = k + 1;
            }
    }
    return used;
}

/* A number in figures or words from t on: tokens, or 0 */
static uint32_t figure_at(const snq_prompt_reader *r, uint32_t t, double *v)
{
    uint32_t node = 0, used = 0;
    if (t < r->tokens && r->token[t].type == SNQ_TOKEN_NUMBER) {
        *v = r->token[t].value;
        return 1;
    }
    for (uint32_t k = 0; t + k < r->tokens; k++) {
        size_t n;
        node = snq_lexicon_step(r->lexicon, node, r->token[t + k].word);
        const snq_meaning *m = snq_lexicon_meanings(r->lexicon, node, &n);
        if (!node)
            break;
        for (size_t i = 0; i < n; i++)
            if (m[i].kind == SNQ_WORD_NUMBER) {
                *v = (double)m[i].lo;
                used = k + 1;
            }
    }
    return used;
}

static int is_time(uint8_t unit)
{
    return unit <= SNQ_UNIT_HOURS;
}

/* Seconds that carry the letter with them (30s), other than a decade: tokens, or 0 */
static uint32_t glued_seconds(const snq_prompt_reader *r, uint32_t t, double *v)
{
    const snq_token *k = &r->token[t];
    const char *s = snq_str_text(&r->pool) + k->at;
    if (k->type != SNQ_TOKEN_WORD || k->word >= 0 || k->length < 2 || k->length > 6 ||
        s[k->length - 1] != 's')
        return 0;
    *v = 0.0;
    for (uint32_t i = 0; i + 1 < k->length; i++) {
        if (s[i] < '0' || s[i] > '9')
            return 0;
        *v = 10.0 * *v + (s[i] - '0');
    }
    return 1;
}

static int is_one(const snq_prompt_reader *r, uint32_t t)
{
    return snq__token_is(r, t, "a") || snq__token_is(r, t, "an");
}

static int is_and_a_half(const snq_prompt_reader *r, uint32_t t)
{
    return snq__token_meaning(r, t, SNQ_WORD_AND) && is_one(r, t + 1) &&
           snq__token_is(r, t + 2, "half");
}

/* "a minute", "half a minute": the number's tokens, or 0 */
static uint32_t article_at(const snq_prompt_reader *r, uint32_t t, double *v)
{
    uint8_t unit = SNQ_UNIT_UNSAID;
    const uint32_t half = snq__token_is(r, t, "half");
    if (!is_one(r, t + half) || !unit_at(r, t + half + 1, &unit) ||
        (unit != SNQ_UNIT_MINUTES && unit != SNQ_UNIT_HOURS))
        return 0;
    *v = half ? 0.5 : 1.0;
    return half + 1;
}

uint32_t snq__prompt_quantity_at(const snq_prompt_reader *r, uint32_t t, snq_item *number)
{
    uint32_t used = glued_seconds(r, t, &number->lo);
    number->unit = used ? SNQ_UNIT_SECONDS : SNQ_UNIT_UNSAID;
    number->flags = 0;
    if (used)
        return used;
    used = figure_at(r, t, &number->lo);
    if (!used)
        used = article_at(r, t, &number->lo);
    if (!used)
        return 0;
    uint8_t unit = SNQ_UNIT_UNSAID;
    uint32_t more = 0;
    if (is_and_a_half(r, t + used) && unit_at(r, t + used + 3, &unit)) {
        number->lo += 0.5;
        more = 3;
    } else if (snq__token_meaning(r, t + used, SNQ_WORD_ABOUT_AFTER) &&
               unit_at(r, t + used + 1, &unit)) {
        number->flags = SNQ_ITEM_SECOND; /* about */
        more = 1;
    }
    const uint32_t measure = unit_at(r, t + used + more, &unit);
    if (!measure)
        return used;
    number->unit = unit;
    used += more + measure;
    if (!more && is_time(unit) && is_and_a_half(r, t + used)) {
        number->lo += 0.5;
        used += 3;
    }
    return used;
}

/* ---------------------------------------------------------------- on items */

static int is_number(const snq_item *it, uint8_t unit)
{
    return it->kind == SNQ_WORD_NUMBER && it->unit == unit;
}

static int is_tempo(const snq_item *it)
{
    return is_number(it, SNQ_UNIT_UNSAID) || is_number(it, SNQ_UNIT_BPM);
}

/* "bpm" or "tempo" stands right before it. */
static int is_called_tempo(const snq_prompt_reader *r, uint32_t i)
{
    const snq_item *p = snq__item(r, (int64_t)i - 1);
    if (p->kind == SNQ_ITEM_STOP && p->stop == ':')
        p = snq__item(r, (int64_t)i - 2);
    return p->kind == SNQ_WORD_UNIT && p->value == SNQ_UNIT_BPM;
}

/* What bounds a number from before: skip articles and "at"; a full stop behind "approx" */
static const snq_item *bound_before(const snq_prompt_reader *r, uint32_t i)
{
    int64_t k = (int64_t)i - 1;
    const snq_item *p = snq__item(r, k);
    while (k >= 0 && (p->kind == SNQ_WORD_ARTICLE ||
                      (p->kind == SNQ_WORD_FUNCTION && snq__token_is(r, p->from, "at"))))
        p = snq__item(r, --k);
    if (p->kind == SNQ_ITEM_STOP && p->stop == '.' && snq__item(r, k - 1)->kind == SNQ_WORD_ABOUT)
        p = snq__item(r, k - 1);
    return p;
}

static int is_bound(const snq_item *it)
{
    return it->kind == SNQ_WORD_AT_MOST || it->kind == SNQ_WORD_AT_LEAST;
}

/* One that can also stand behind its number: "130 bpm maximum", yet not "over". */
static uint8_t bound_of(const snq_prompt_reader *r, uint32_t i)
{
    const snq_item *before = bound_before(r, i), *after = snq__item(r, (int64_t)i + 1);
    if (is_bound(before))
        return before->kind;
    if (before->kind == SNQ_WORD_ABOUT && is_bound(snq__item(r, before - r->item - 1)))
        return snq__item(r, before - r->item - 1)->kind;
    if (is_bound(after) && !(after->flags & SNQ_ITEM_SECOND) &&
        snq__item(r, (int64_t)i + 2)->kind != SNQ_WORD_NUMBER)
        return after->kind;
    return SNQ_WORD_NOTHING;
}

static int is_about(const snq_prompt_reader *r, uint32_t i)
{
    return (r->item[i].flags & SNQ_ITEM_SECOND) || bound_before(r, i)->kind == SNQ_WORD_ABOUT ||
           snq__item(r, (int64_t)i + 1)->kind == SNQ_WORD_ABOUT_AFTER;
}

static double tenth(double v)
{
    return fmin(fmax(floor(10.0 * v + 0.5) / 10.0, SNQ_BRIEF_BPM_MIN), SNQ_BRIEF_BPM_MAX);
}

static void claim_tempo(snq_brief *b, double bpm, double lo, double hi)
{
    b->bpm = bpm;
    b->min_bpm = lo;
    b->max_bpm = hi;
}

static int in_limits(double v, int said)
{
    return said ? v >= SNQ_BRIEF_BPM_MIN && v <= SNQ_BRIEF_BPM_MAX : v >= BARE_MIN && v <= BARE_MAX;
}

/* a to b, between a and b: the item of b, or 0 */
static uint32_t range_end(const snq_prompt_reader *r, uint32_t i)
{
    const snq_item *to = snq__item(r, (int64_t)i + 1), *b = snq__item(r, (int64_t)i + 2);
    const snq_item *from = snq__item(r, (int64_t)i - 1);
    const int is_to = (to->kind == SNQ_WORD_FUNCTION && snq__token_is(r, to->from, "to")) ||
                      to->kind == SNQ_WORD_AT_MOST;
    const int is_and = to->kind == SNQ_WORD_AND && from->kind == SNQ_WORD_FUNCTION &&
                       snq__token_is(r, from->from, "between");
    if (to->kind == SNQ_WORD_AT_MOST && !snq__token_is(r, to->from, "up"))
        return 0;
    return (is_to || is_and) && is_tempo(b) ? i + 2 : 0;
}

/* A number as the tempo: 1, or 0 when it can't be one; *last is the last item that it used. */
static int read_tempo(snq_prompt_reader *r, uint32_t i, uint32_t *last)
{
    snq_item *a = &r->item[i];
    const uint32_t end = range_end(r, i);
    const int called = is_called_tempo(r, i);
    *last = i;
    if (end) {
        snq_item *b = &r->item[end];
        const int said = called || a->unit == SNQ_UNIT_BPM || b->unit == SNQ_UNIT_BPM;
        if (!b->count && in_limits(a->lo, said) && in_limits(b->lo, said)) {
            claim_tempo(r->brief, 0.0, fmin(a->lo, b->lo), fmax(a->lo, b->lo));
            b->flags |= SNQ_ITEM_USED;
            *last = end;
            return 1;
        }
    }
    if (!in_limits(a->lo, called || a->unit == SNQ_UNIT_BPM))
        return 0;
    const uint8_t bound = bound_of(r, i);
    if (bound == SNQ_WORD_AT_MOST)
        claim_tempo(r->brief, 0.0, 0.0, a->lo);
    else if (bound == SNQ_WORD_AT_LEAST)
        claim_tempo(r->brief, 0.0, a->lo, 0.0);
    else if (is_about(r, i))
        claim_tempo(r->brief, 0.0, tenth(a->lo * (1.0 - ABOUT)), tenth(a->lo * (1.0 + ABOUT)));
    else
        claim_tempo(r->brief, a->lo, 0.0, 0.0);
    return 1;
}

static int claim_length(snq_brief *b, double seconds, double bars)
{
    if (!(seconds >= 1e-3 && seconds <= SNQ_BRIEF_SECONDS_MAX) &&
        !(bars >= 1.0 && bars <= SNQ_BRIEF_BARS_MAX && bars == floor(bars)))
        return 0;
    b->bars = bars > 0.0 ? (int32_t)bars : 0;
    b->seconds = bars > 0.0 ? 0.0 : seconds;
    return 1;
}

/* "long" right behind a length belongs to it. */
static void take_long(snq_prompt_reader *r, uint32_t i)
{
    if (i + 1 < r->items && r->item[i + 1].kind == SNQ_WORD_LENGTH &&
        r->item[i + 1].value == SNQ_WISH_LONG)
        r->item[i + 1].flags |= SNQ_ITEM_USED;
}

static double seconds_of(const snq_item *it)
{
    return it->lo * (it->unit == SNQ_UNIT_MINUTES ? 60.0
                     : it->unit == SNQ_UNIT_HOURS ? 3600.0
                                                  : 1.0);
}

/* Minutes, and the seconds behind them, with or without "and". */
static int read_time(snq_prompt_reader *r, uint32_t i, uint32_t *last)
{
    double seconds = seconds_of(&r->item[i]);
    uint32_t k = i + 1;
    *last = i;
    if (snq__item(r, k)->kind == SNQ_WORD_AND)
        k++;
    const snq_item *more = snq__item(r, k);
    if (more->kind == SNQ_WORD_NUMBER && more->unit < r->item[i].unit && is_time(r->item[i].unit)) {
        seconds += seconds_of(more);
        r->item[k].flags |= SNQ_ITEM_USED;
        *last = k;
    }
    return claim_length(r->brief, seconds, 0.0);
}

/* 90s: seconds where "long" or "in length" follows, or "for" or "lasting" stands before. */
static int is_seconds(const snq_prompt_reader *r, uint32_t i)
{
    const snq_item *it = &r->item[i], *next = snq__item(r, (int64_t)i + 1);
    const snq_token *t = &r->token[it->from];
    const char *s = snq_str_text(&r->pool) + t->at;
    if (it->to != it->from + 1 || t->length != 3 || s[0] < '1' || s[0] > '9' || s[2] != 's')
        return 0;
    const int before = it->from && (snq__token_is(r, it->from - 1, "for") ||
                                    snq__token_is(r, it->from - 1, "lasting"));
    const int in_length = snq__token_is(r, it->to, "in") && snq__token_is(r, it->to + 1, "length");
    return before || in_length || (next->kind == SNQ_WORD_LENGTH && next->value == SNQ_WISH_LONG);
}

static int read_number(snq_prompt_reader *r, uint32_t i, uint32_t *last)
{
    const snq_item *it = &r->item[i];
    *last = i;
    if (is_time(it->unit))
        return read_time(r, i, last);
    if (it->unit == SNQ_UNIT_BARS)
        return claim_length(r->brief, 0.0, it->lo);
    return read_tempo(r, i, last);
}

void snq__prompt_numbers(snq_prompt_reader *r)
{
    for (uint32_t i = 0; i < r->items; i++) {
        snq_item *it = &r->item[i];
        uint32_t last = i;
        if (it->kind == SNQ_ITEM_CLOCK || (it->kind == SNQ_WORD_ERA && is_seconds(r, i))) {
            const snq_token *t = &r->token[it->from];
            const char *s = snq_str_text(&r->pool) + t->at;
            const double seconds =
                it->kind == SNQ_ITEM_CLOCK ? t->value : 10.0 * (s[0] - '0') + (s[1] - '0');
            if (claim_length(r->brief, seconds, 0.0)) {
                it->kind = SNQ_ITEM_CLOCK;
                it->flags |= SNQ_ITEM_USED;
                take_long(r, i);
            }
        } else if (it->kind == SNQ_WORD_NUMBER && !(it->flags & SNQ_ITEM_USED) &&
                   read_number(r, i, &last)) {
            it->flags |= SNQ_ITEM_USED;
            take_long(r, last);
        }
        i = last;
    }
}
