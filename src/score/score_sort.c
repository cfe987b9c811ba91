// SPDX-License-Identifier: MIT
/* score_sort -- brings a score into the order of its invariants.
 *
 * IDEA   A stable merge sort from the bottom up: runs of 1, 2, 4, … elements are merged from one array
 *        into another, so that what is equal keeps its order. A list that is in order, as most are,
 *        costs one look and no memory.
 * COST   n log2 n comparisons, a second list of n elements. */
#include "score/score.h"

#include <string.h>

#include "base/alloc.h"
#include "score/score_impl.h"

typedef int (*comparer)(const void *a, const void *b);

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int in_order(const char *list, size_t n, size_t size, comparer compare)
{
    for (size_t i = 1; i < n; i++)
        if (compare(list + (i - 1) * size, list + i * size) > 0)
            return 0;
    return 1;
}

/* Merge the neighbours from[0 .. a) and from[a .. n) into to. */
static void merge(char *to, const char *from, size_t a, size_t n, size_t size, comparer compare)
{
    size_t i = 0, k = a;
    for (; i < a || k < n; to += size) {
        const int left = k == n || (i < a && compare(from + i * size, from + k * size) <= 0);
        memcpy(to, from + (left ? i++ : k++) * size, size);
    }
}

static snq_status stable_sort(void *list, size_t n, size_t size, comparer compare)
{
    if (in_order(list, n, size, compare))
        return SNQ_OK;
    char *other = snq_alloc(n, size);
    if (!other)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to sort %zu elements", n);
    char *from = list, *to = other;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            const size_t both = n - i < 2 * run ? n - i : 2 * run;
            merge(to + i * size, from + i * size, both < run ? both : run, both, size, compare);
        }
        char *const swap = from;
        from = to;
        to = swap;
    }
    if (from != list)
        memcpy(list, from, n * size);
    snq_free(other);
    return SNQ_OK;
}

/* ---- what comes first ---------------------------------------------------------------------- */

static int by_tempo(const void *a, const void *b)
{
    return by_number(((const snq_tempo_mark *)a)->tick, ((const snq_tempo_mark *)b)->tick);
}

static int by_metre(const void *a, const void *b)
{
    return by_number(((const snq_metre_mark *)a)->tick, ((const snq_metre_mark *)b)->tick);
}

static int by_key(const void *a, const void *b)
{
    return by_number(((const snq_key_mark *)a)->tick, ((const snq_key_mark *)b)->tick);
}

static int by_chord(const void *a, const void *b)
{
    return by_number(((const snq_chord_span *)a)->start, ((const snq_chord_span *)b)->start);
}

static int by_section(const void *a, const void *b)
{
    return by_number(((const snq_section *)a)->start, ((const snq_section *)b)->start);
}

static int by_message(const void *a, const void *b)
{
    return by_number(((const snq_message *)a)->tick, ((const snq_message *)b)->tick);
}

static int by_note(const void *a, const void *b)
{
    return snq__note_order(a, b);
}

/* ---- the lists ----------------------------------------------------------------------------- */

/* Of elements at one tick (their first field) keep the last; returns how many are left. */
static size_t last_of_each(void *list, size_t n, size_t size, comparer compare)
{
    char *p = list;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && compare(p + (kept - 1) * size, p + i * size) == 0)
            kept--;
        if (kept != i)
            memcpy(p + kept * size, p + i * size, size);
        kept++;
    }
    return kept;
}

static snq_status sort_tempos(snq_score *s)
{
    SNQ_TRY(stable_sort(s->tempo, s->tempos, sizeof *s->tempo, by_tempo));
    s->tempos = last_of_each(s->tempo, s->tempos, sizeof *s->tempo, by_tempo);
    if (!s->tempos || s->tempo[0].tick > 0) {
        SNQ_TRY(snq_score_add_tempo(s, 0, SNQ__BPM_USUAL));
        SNQ_TRY(stable_sort(s->tempo, s->tempos, sizeof *s->tempo, by_tempo));
    }
    for (size_t i = 0; i < s->tempos; i++)
        s->tempo[i].scaled_s = snq__scaled_s(i ? &s->tempo[i - 1] : NULL, s->tempo[i].tick);
    return SNQ_OK;
}

static snq_status sort_metres(snq_score *s)
{
    SNQ_TRY(stable_sort(s->metre, s->metres, sizeof *s->metre, by_metre));
    s->metres = last_of_each(s->metre, s->metres, sizeof *s->metre, by_metre);
    if (s->metres && s->metre[0].tick <= 0)
        return SNQ_OK;
    SNQ_TRY(snq_score_add_metre(s, 0, SNQ__BEATS_USUAL, SNQ__UNIT_USUAL));
    return stable_sort(s->metre, s->metres, sizeof *s->metre, by_metre);
}

/* Sorts the track; lengthens *end to the end of its last note or message. */
static snq_status sort_track(snq_track *t, int64_t *end)
{
    SNQ_TRY(stable_sort(t->note, t->notes, sizeof *t->note, by_note));
    SNQ_TRY(stable_sort(t->message, t->messages, sizeof *t->message, by_message));
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *n = &t->note[i];
        int64_t note_end = INT64_MAX; /* of places that check will refuse */
        if (n->length <= SNQ_SCORE_TICK_MAX && n->tick <= SNQ_SCORE_TICK_MAX)
            note_end = n->length > 0 ? n->tick + n->length : n->tick;
        *end = note_end > *end ? note_end : *end;
    }
    if (t->messages && t->message[t->messages - 1].tick > *end)
        *end = t->message[t->messages - 1].tick;
    return SNQ_OK;
}

snq_status snq_score_sort(snq_score *s)
{
    SNQ_TRY(sort_tempos(s));
    SNQ_TRY(sort_metres(s));
    SNQ_TRY(stable_sort(s->key, s->keys, sizeof *s->key, by_key));
    s->keys = last_of_each(s->key, s->keys, sizeof *s->key, by_key);
    SNQ_TRY(stable_sort(s->chord, s->chords, sizeof *s->chord, by_chord));
    SNQ_TRY(stable_sort(s->section, s->sections, sizeof *s->section, by_section));
    for (size_t i = 0; i < s->tracks; i++)
        SNQ_TRY(sort_track(&s->track[i], &s->length));
    return SNQ_OK;
}
