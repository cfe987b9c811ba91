// SPDX-License-Identifier: MIT
/* IDEA   A prompt is read as a careful colleague would: each word has one meaning, what stands beside it says
 *        what it belongs to, and what was not understood is said so.
 * STEPS  words -> items (phrases, keys, numbers) -> commas that hold, nouns in reach -> sections -> numbers ->
 *        negation -> restriction -> qualities -> the brief:
 *        a list of claims, the last of which wins; a number beats a tempo word wherever it stands; a tonic
 *        without a mode takes a mode named elsewhere, else major (rule 5). Unknown words are named once.
 * COST   linear in the prompt; 100 kB in under 50 ms.
 * LIMITS No grammar beyond the rules; no meaning that depends on another genre or on the world. */
#include "compose/prompt.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/prompt_impl.h"

/* What claims of the whole prompt came to. */
typedef struct claims {
    int tonic, own_mode, lone_mode; /* -1: none */
    double lo, hi;                  /* of the last tempo word; 0: none */
} claims;

static snq_status name_token(snq_prompt_reader *r, uint32_t i)
{
    snq_token *const first = &r->token[r->token[i].first];
    if (first->named || !first->length)
        return SNQ_OK;
    first->named = 1;
    return snq_brief_add_unknown(r->brief, snq_str_text(&r->pool) + first->at, first->length);
}

/* Name its words; of a number, not the unit. */
static snq_status name(snq_prompt_reader *r, const snq_item *it)
{
    for (uint32_t t = it->from; t < it->to; t++)
        if (it->kind != SNQ_WORD_NUMBER || r->token[t].type == SNQ_TOKEN_NUMBER ||
            snq__token_meaning(r, t, SNQ_WORD_NUMBER) || it->to == it->from + 1)
            SNQ_TRY(name_token(r, t));
    return SNQ_OK;
}

static void add_noun(snq_prompt_reader *r, const snq_item *it)
{
    snq_brief *b = r->brief;
    const int home = snq__item_part(r, it);
    if (it->flags & SNQ_ITEM_NEUTRAL)
        return;
    if (it->kind == SNQ_WORD_TRACK) {
        uint8_t *set = it->flags & SNQ_ITEM_NEGATED ? &b->exclude
                       : it->flags & SNQ_ITEM_ONLY  ? &b->only
                                                    : &b->include;
        *set |= (uint8_t)(1u << home);
        return;
    }
    if (it->flags & SNQ_ITEM_NEGATED) {
        b->avoid_instruments |= 1u << it->value;
        return;
    }
    b->instruments |= 1u << it->value;
    if ((it->flags & SNQ_ITEM_ONLY) && home != SNQ_PART_mix)
        b->only |= (uint8_t)(1u << home);
}

static void add_combined(snq_prompt_reader *r, const snq_item *it)
{
    snq_brief *b = r->brief;
    const snq_combined *c = snq_lexicon_combined(r->lexicon, it->value);
    const int negated = it->flags & SNQ_ITEM_NEGATED;
    if (it->flags & SNQ_ITEM_NEUTRAL)
        return;
    for (unsigned p = 0; p < SNQ_PARTS; p++)
        *(negated ? &b->avoid_modifiers[p] : &b->modifiers[p]) |= c->modifiers[p];
    if (negated)
        return;
    b->only |= c->only;
    b->exclude |= c->exclude;
    *(it->flags & SNQ_ITEM_ONLY ? &b->only : &b->include) |= c->include;
}

static snq_status add_section(snq_prompt_reader *r, const snq_item *it)
{
    snq_section_wish wish[4];
    int n = 0;
    const uint8_t s = (uint8_t)it->value;
    if (it->flags & SNQ_ITEM_NEUTRAL)
        return SNQ_OK;
    if (it->flags & SNQ_ITEM_NEGATED)
        wish[n++] = (snq_section_wish) { s, SNQ_WISH_NONE, 0 };
    else {
        for (uint8_t k = SNQ_WISH_LONG; k <= SNQ_WISH_SHORT; k++)
            if (it->lengths >> k & 1)
                wish[n++] = (snq_section_wish) { s, k, 0 };
        if (it->count)
            wish[n++] = (snq_section_wish) { s, SNQ_WISH_COUNT, (int32_t)it->count };
        if (it->bars)
            wish[n++] = (snq_section_wish) { s, SNQ_WISH_BARS, (int32_t)it->bars };
        if (!n)
            wish[n++] = (snq_section_wish) { s, SNQ_WISH_COUNT, it->many ? 2 : 1 };
    }
    for (int i = 0; i < n; i++)
        if (!snq_brief_add_wish(r->brief, wish[i]))
            return name(r, it);
    return SNQ_OK;
}

/* Genres, moods, qualities: wanted, or to be avoided. */
static void add_said(snq_prompt_reader *r, const snq_item *it)
{
    snq_brief *b = r->brief;
    const int negated = it->flags & SNQ_ITEM_NEGATED;
    const uint32_t bit = 1u << it->value;
    if (it->kind == SNQ_WORD_GENRE && negated)
        b->avoid_genres |= bit;
    else if (it->kind == SNQ_WORD_GENRE)
        snq_brief_add_genre(b, (uint8_t)it->value);
    else if (it->kind == SNQ_WORD_MOOD)
        *(negated ? &b->avoid_moods : &b->moods) |= bit;
    else
        *(negated ? &b->avoid_modifiers[it->part] : &b->modifiers[it->part]) |= bit;
}

/* What holds for the whole piece; what is negated has no field, but swing. */
static snq_status add_claim(snq_prompt_reader *r, const snq_item *it, claims *c)
{
    snq_brief *b = r->brief;
    const int negated = it->flags & SNQ_ITEM_NEGATED;
    if (negated && it->kind != SNQ_WORD_SWING)
        return name(r, it);
    switch (it->kind) {
    case SNQ_WORD_ENERGY:
        b->energy = (uint8_t)it->value;
        break;
    case SNQ_WORD_SWING:
        b->swing = negated ? SNQ_SWING_NONE : (uint8_t)it->value;
        break;
    case SNQ_WORD_FEEL:
        b->feel = (uint8_t)it->value;
        break;
    case SNQ_WORD_ERA:
        b->era = (int8_t)it->value;
        break;
    case SNQ_WORD_METRE:
        b->beats_per_bar = (uint8_t)it->lo;
        b->beat_unit = (uint8_t)it->hi;
        break;
    case SNQ_WORD_MODE:
        c->lone_mode = it->value;
        break;
    case SNQ_ITEM_KEY:
        c->tonic = it->tonic;
        c->own_mode = it->mode;
        break;
    default: /* a tempo word */
        c->lo = it->lo;
        c->hi = it->hi;
    }
    return SNQ_OK;
}

static snq_status add_item(snq_prompt_reader *r, const snq_item *it, claims *c)
{
    switch (it->kind) {
    case SNQ_WORD_GENRE:
    case SNQ_WORD_MOOD:
    case SNQ_WORD_QUALITY:
        add_said(r, it);
        return SNQ_OK;
    case SNQ_WORD_TRACK:
    case SNQ_WORD_INSTRUMENT:
        add_noun(r, it);
        return SNQ_OK;
    case SNQ_WORD_COMBINED:
        add_combined(r, it);
        return SNQ_OK;
    case SNQ_WORD_SECTION:
        return add_section(r, it);
    case SNQ_WORD_ENERGY:
    case SNQ_WORD_SWING:
    case SNQ_WORD_FEEL:
    case SNQ_WORD_ERA:
    case SNQ_WORD_METRE:
    case SNQ_WORD_MODE:
    case SNQ_WORD_TEMPO:
    case SNQ_ITEM_KEY:
        return add_claim(r, it, c);
    case SNQ_WORD_LENGTH:
        if (it->flags & SNQ_ITEM_USED)
            return SNQ_OK;
        return it->also == SNQ_WORD_TEMPO ? add_claim(r, it, c) : name(r, it);
    case SNQ_WORD_NUMBER:
        return (it->flags & SNQ_ITEM_USED) || it->also == SNQ_WORD_FUNCTION ? SNQ_OK : name(r, it);
    case SNQ_ITEM_CLOCK:
        return it->flags & SNQ_ITEM_USED ? SNQ_OK : name(r, it);
    case SNQ_ITEM_UNKNOWN:
        return name(r, it);
    default:
        return SNQ_OK;
    }
}

static snq_status write_brief(snq_prompt_reader *r)
{
    snq_brief *b = r->brief;
    claims c = { .tonic = -1, .own_mode = -1, .lone_mode = -1 };
    for (uint32_t i = 0; i < r->items; i++)
        SNQ_TRY(add_item(r, &r->item[i], &c));
    if (b->bpm <= 0.0 && b->min_bpm <= 0.0 && b->max_bpm <= 0.0) {
        b->min_bpm = c.lo;
        b->max_bpm = c.hi;
    }
    if (c.tonic >= 0 && c.own_mode < 0)
        c.own_mode = c.lone_mode >= 0 ? c.lone_mode : SNQ_MODE_major;
    b->tonic = (int8_t)c.tonic;
    b->mode = (int8_t)(c.tonic >= 0 ? c.own_mode : c.lone_mode);
    return SNQ_OK;
}

static void clear_reader(snq_prompt_reader *r)
{
    snq_str_clear(&r->pool);
    snq_free(r->token);
    snq_free(r->item);
}

static void init_reader(snq_prompt_reader *r, const snq_lexicon *l, snq_brief *b)
{
    *r = (snq_prompt_reader) { .lexicon = l, .brief = b };
    /* a sign may become a word of five letters */
    snq_str_init(&r->pool, 5 * (size_t)SNQ_PROMPT_BYTES_MAX + 64);
}

static snq_status read_prompt(snq_prompt_reader *r, const char *text, size_t n)
{
    SNQ_TRY(snq__prompt_words(r, text, n));
    SNQ_TRY(snq__prompt_phrases(r));
    snq__prompt_reach(r);
    snq__prompt_sections(r);
    snq__prompt_numbers(r);
    snq__prompt_negation(r);
    snq__prompt_restrict(r);
    snq__prompt_qualities(r);
    return write_brief(r);
}

snq_status snq_prompt_read(const snq_lexicon *l, const char *text, size_t n, snq_brief *b)
{
    snq_prompt_reader r;
    snq_brief_init(b);
    if (n > SNQ_PROMPT_BYTES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a prompt of %zu bytes is over %d", n,
                        SNQ_PROMPT_BYTES_MAX);
    init_reader(&r, l, b);
    const snq_status st = read_prompt(&r, text, n);
    clear_reader(&r);
    if (st < 0)
        snq_brief_clear(b);
    return st;
}

snq_status snq_prompt_key(const snq_lexicon *l, const char *text, int *tonic, int *mode)
{
    static const char before[] = "key of ";
    char said[128];
    snq_prompt_reader r;
    snq_item key = { .mode = -1 };
    const size_t n = strlen(text);
    if (n >= sizeof said - sizeof before)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "\"%.32s…\" is too long for a key", text);
    memcpy(said, before, sizeof before);
    memcpy(said + sizeof before - 1, text, n + 1);
    init_reader(&r, l, NULL);
    snq_status st = snq__prompt_words(&r, said, sizeof before - 1 + n);
    if (st >= 0) {
        const uint32_t used = r.tokens > 2 ? snq__prompt_key_at(&r, 2, &key) : 0;
        if (!used || used + 2 != r.tokens)
            st = SNQ_FAIL(SNQ_ERR_FORMAT, "\"%s\" is no key such as \"F# minor\", \"Am\" or \"8A\"",
                          text);
        *tonic = key.tonic;
        *mode = key.mode >= 0 ? key.mode : SNQ_MODE_major;
    }
    clear_reader(&r);
    return st;
}
