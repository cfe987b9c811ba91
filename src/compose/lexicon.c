// SPDX-License-Identifier: MIT
/* IDEA   Each word has a number; a phrase is a path of numbers through a trie. A misspelt word is held
 *        against the content words with its first letter.
 * STEPS  word(text)          FNV-1a, open addressing, at most half full
 *        step(node, number)  the same, of the pair
 *        mend(w): for each target t with t[0] = w[0], |letters(t) - letters(w)| <= limit:
 *                 d = OSA(w, t); the least d wins; two that mean different things at that d: none
 *        limit = 1 for 5 .. 7 letters, 2 from 8 on
 * COST   word, step: about one probe. mend: ~20 alignments in a band of 5 (3 us).
 * LIMITS The first letter must be right. Short words are never mended: "bas" could be anything.
 * REFS   Optimal string alignment: Damerau's edits (CACM 7(3), 1964), each place edited once. */
#include "compose/lexicon.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/lexicon_impl.h"

enum { SLOTS_FIRST = 256 };

static uint32_t hash_bytes(const char *p, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)p[i]) * 16777619u;
    return h ^ h >> 15;
}

static uint32_t hash_pair(uint32_t node, int32_t word)
{
    uint32_t h = node * 2654435761u ^ (uint32_t)word * 2246822519u;
    h = (h ^ h >> 15) * 2654435761u;
    return h ^ h >> 13;
}

/* ---------------------------------------------------------------- words */

/* The slot where the word is, or would be. */
static size_t word_slot(const snq_lexicon *l, const char *word, size_t n)
{
    const size_t mask = l->word_slots - 1;
    size_t s = hash_bytes(word, n) & mask;
    for (; l->word_slot[s]; s = (s + 1) & mask) {
        const snq_lexicon_entry *e = &l->word[l->word_slot[s] - 1];
        if (e->length == n && memcmp(snq_str_text(&l->pool) + e->at, word, n) == 0)
            break;
    }
    return s;
}

int32_t snq_lexicon_word(const snq_lexicon *l, const char *word, size_t n)
{
    return l->word_slots ? (int32_t)l->word_slot[word_slot(l, word, n)] - 1 : -1;
}

static snq_status more_word_slots(snq_lexicon *l)
{
    uint32_t *const old = l->word_slot;
    const size_t slots = l->word_slots ? 2 * l->word_slots : SLOTS_FIRST;
    uint32_t *const fresh = snq_calloc(slots, sizeof *fresh);
    if (!fresh)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a lexicon");
    l->word_slot = fresh;
    l->word_slots = slots;
    for (size_t i = 0; i < l->words; i++) {
        const snq_lexicon_entry *e = &l->word[i];
        fresh[word_slot(l, snq_str_text(&l->pool) + e->at, e->length)] = (uint32_t)i + 1;
    }
    snq_free(old);
    return SNQ_OK;
}

static snq_status grow(void **p, size_t used, size_t *room, size_t size)
{
    if (used < *room)
        return SNQ_OK;
    const size_t more = *room ? 2 * *room : 128;
    void *grown = snq_regrow(*p, *room, more, size);
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a lexicon");
    *p = grown;
    *room = more;
    return SNQ_OK;
}

/* grow() for a member of any type */
#define GROW(l, member, used, room)                               \
    do {                                                          \
        void *p_ = (l)->member;                                   \
        SNQ_TRY(grow(&p_, (used), &(room), sizeof *(l)->member)); \
        (l)->member = p_;                                         \
    } while (0)

snq_status snq__lexicon_add_word(snq_lexicon *l, const char *word, size_t n, int32_t *number)
{
    *number = snq_lexicon_word(l, word, n);
    if (*number >= 0)
        return SNQ_OK;
    if (2 * (l->words + 1) > l->word_slots)
        SNQ_TRY(more_word_slots(l));
    GROW(l, word, l->words, l->words_room);
    const size_t at = l->pool.length;
    snq_str_put_bytes(&l->pool, word, n);
    if (l->pool.st < 0)
        return SNQ_FAIL(l->pool.st, "%s for the words of a lexicon", snq_status_text(l->pool.st));
    const size_t slot = word_slot(l, word, n);
    l->word[l->words] = (snq_lexicon_entry) { (uint32_t)at, (uint32_t)n };
    *number = (int32_t)l->words++;
    l->word_slot[slot] = (uint32_t)l->words;
    return SNQ_OK;
}

/* ---------------------------------------------------------------- phrases */

static size_t edge_slot(const snq_lexicon *l, uint32_t from, int32_t word)
{
    const size_t mask = l->edge_slots - 1;
    size_t s = hash_pair(from, word) & mask;
    while (l->edge[s].to && (l->edge[s].from != from || l->edge[s].word != word))
        s = (s + 1) & mask;
    return s;
}

uint32_t snq_lexicon_step(const snq_lexicon *l, uint32_t node, int32_t word)
{
    return word < 0 || !l->edge_slots ? 0 : l->edge[edge_slot(l, node, word)].to;
}

static snq_status more_edges(snq_lexicon *l)
{
    snq_lexicon_edge *const old = l->edge;
    const size_t before = l->edge_slots;
    const size_t slots = before ? 2 * before : SLOTS_FIRST;
    snq_lexicon_edge *const fresh = snq_calloc(slots, sizeof *fresh);
    if (!fresh)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a lexicon");
    l->edge = fresh;
    l->edge_slots = slots;
    for (size_t i = 0; i < before; i++)
        if (old[i].to)
            fresh[edge_slot(l, old[i].from, old[i].word)] = old[i];
    snq_free(old);
    return SNQ_OK;
}

/* From a node by a word, on a new edge where there is none. */
static snq_status go_on(snq_lexicon *l, uint32_t *node, int32_t word)
{
    const uint32_t next = snq_lexicon_step(l, *node, word);
    if (next) {
        *node = next;
        return SNQ_OK;
    }
    if (!l->nodes)
        l->nodes = 1; /* the root */
    if (2 * (l->nodes + 1) > l->edge_slots)
        SNQ_TRY(more_edges(l));
    GROW(l, node, l->nodes, l->nodes_room);
    l->edge[edge_slot(l, *node, word)] =
        (snq_lexicon_edge) { .from = *node, .to = (uint32_t)l->nodes, .word = word };
    *node = (uint32_t)l->nodes++;
    return SNQ_OK;
}

const snq_meaning *snq_lexicon_meanings(const snq_lexicon *l, uint32_t node, size_t *n)
{
    *n = node ? l->node[node].meanings : 0;
    return node ? l->node[node].meaning : NULL;
}

static int decode(const char *word, size_t n, uint32_t *point)
{
    int letters = 0;
    for (size_t i = 0; i < n; letters++) {
        uint32_t p;
        i += snq_utf8_get(word + i, n - i, &p);
        if (letters == SNQ_MEND_LETTERS_MAX)
            return letters + 1;
        point[letters] = p;
    }
    return letters;
}

/* Each edit takes away one letter at most, and adds one at most: a cheap bound on the distance. */
static uint32_t bag_of(const uint32_t *point, int letters)
{
    uint32_t bag = 0;
    for (int i = 0; i < letters; i++)
        bag |= 1u << (point[i] & 31);
    return bag;
}

static int is_far(uint32_t a, uint32_t b, int limit)
{
    return __builtin_popcount(a & ~b) > limit || __builtin_popcount(b & ~a) > limit;
}

static snq_status add_target(snq_lexicon *l, int32_t word, snq_meaning m)
{
    snq_lexicon_target t = { .word = word, .meaning = m };
    const snq_lexicon_entry *e = &l->word[word];
    const int letters = decode(snq_str_text(&l->pool) + e->at, e->length, t.point);
    if (letters < SNQ_MEND_LETTERS_MIN || letters > SNQ_MEND_LETTERS_MAX)
        return SNQ_OK;
    t.letters = (uint8_t)letters;
    t.bag = bag_of(t.point, letters);
    GROW(l, target, l->targets, l->targets_room);
    l->target[l->targets++] = t;
    return SNQ_OK;
}

snq_status snq__lexicon_add(snq_lexicon *l, const char *phrase, snq_meaning m, int mend)
{
    uint32_t node = 0;
    int32_t number = -1;
    int words = 0;
    if (++l->phrases > SNQ_LEXICON_PHRASES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d phrases", SNQ_LEXICON_PHRASES_MAX);
    for (const char *p = phrase; *p || !words; words++) {
        const size_t n = strcspn(p, " ");
        if (!n || n > SNQ_LEXICON_WORD_BYTES_MAX || words == SNQ_LEXICON_WORDS_MAX)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "\"%s\" is no phrase", phrase);
        SNQ_TRY(snq__lexicon_add_word(l, p, n, &number));
        SNQ_TRY(go_on(l, &node, number));
        p += n;
        if (*p && !*++p)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "\"%s\" ends with a space", phrase);
    }
    snq_lexicon_node *const to = &l->node[node];
    if (to->meanings == SNQ_LEXICON_MEANINGS_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "\"%s\" means too many things", phrase);
    to->meaning[to->meanings++] = m;
    return mend && words == 1 ? add_target(l, number, m) : SNQ_OK;
}

/* ---------------------------------------------------------------- mending */

int snq__lexicon_same(const snq_lexicon *l, const snq_meaning *a, const snq_meaning *b)
{
    if (a->kind != b->kind)
        return 0;
    if (a->kind == SNQ_WORD_COMBINED)
        return memcmp(&l->combined[a->value], &l->combined[b->value], sizeof l->combined[0]) == 0;
    return a->value == b->value && a->many == b->many && a->lo == b->lo && a->hi == b->hi;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int snq_edits(const uint32_t *a, int n, const uint32_t *b, int m, int limit)
{
    int row[3][SNQ_MEND_LETTERS_MAX + 2];
    int *before = row[0], *last = row[1], *now = row[2];
    const int far = limit + 1;
    if (n - m > limit || m - n > limit)
        return far;
    for (int j = 0; j <= m; j++)
        before[j] = last[j] = j;
    for (int i = 1; i <= n; i++) {
        const int from = i > limit ? i - limit : 1, to = least(m, i + limit);
        int best = now[from - 1] = from == 1 ? i : far;
        for (int j = from; j <= to; j++) {
            int d = last[j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, now[j - 1] + 1);
            if (j < i + limit) /* else outside of the band */
                d = least(d, last[j] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = least(d, before[j - 2] + 1);
            now[j] = d;
            best = least(best, d);
        }
        if (best > limit)
            return far;
        int *const free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return least(last[m], far);
}

int32_t snq_lexicon_mend(const snq_lexicon *l, const char *word, size_t n)
{
    uint32_t point[SNQ_MEND_LETTERS_MAX];
    const int letters = decode(word, n, point);
    if (letters < SNQ_MEND_LETTERS_MIN || letters > SNQ_MEND_LETTERS_MAX)
        return -1;
    int limit = letters < 8 ? 1 : 2, torn = 0;
    const uint32_t bag = bag_of(point, letters);
    const snq_lexicon_target *found = NULL;
    for (size_t i = 0; i < l->targets; i++) {
        const snq_lexicon_target *t = &l->target[i];
        if (t->point[0] != point[0] || is_far(bag, t->bag, limit))
            continue;
        const int d = snq_edits(point, letters, t->point, t->letters, limit);
        if (d > limit)
            continue;
        if (!found || d < limit)
            torn = 0;
        else
            torn |= !snq__lexicon_same(l, &found->meaning, &t->meaning);
        if (!found || d < limit)
            found = t;
        limit = d;
    }
    return found && !torn ? found->word : -1;
}

/* ---------------------------------------------------------------- the rest */

const snq_combined *snq_lexicon_combined(const snq_lexicon *l, int index)
{
    return &l->combined[index];
}

int snq_lexicon_quality_home(const snq_lexicon *l, int quality)
{
    return l->quality_home[quality];
}

int snq_lexicon_instrument_home(const snq_lexicon *l, int instrument)
{
    return l->instrument_home[instrument];
}

void snq_lexicon_free(snq_lexicon *l)
{
    if (!l)
        return;
    snq_str_clear(&l->pool);
    snq_free(l->word);
    snq_free(l->word_slot);
    snq_free(l->node);
    snq_free(l->edge);
    snq_free(l->target);
    snq_free(l);
}
