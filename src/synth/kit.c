// SPDX-License-Identifier: MIT
/* STEPS  read names -> keys -> layers of each key -> order, turns -> stand-ins -> zones */
#include "synth/kit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "score/drum_keys.h"
#include "synth/bank_zones.h"
#include "synth/kit_impl.h"

enum { KEYS = 128, NONE = 255, FIRST_FREE = 60, MEDIUM = 72, RANKS = 16 };

typedef struct item {
    const snq_recording *recording;
    snq__kit_words words;
    int key;     /* -1: none */
    int nominal; /* velocity of its layer, 1 .. 127 */
    uint8_t low, high;
} item;

/* Who plays for whom, nearest first; 0 ends. */
static const uint8_t stand_ins[][6] = {
    { 35, 36 },         { 36, 35 },
    { 38, 40 },         { 40, 38 },
    { 42, 44, 46 },     { 44, 42 },
    { 46, 42 },         { 41, 43, 45, 48 },
    { 43, 41, 45, 48 }, { 45, 47, 43, 48, 41 },
    { 47, 45, 48, 41 }, { 48, 50, 47, 45, 41 },
    { 50, 48, 45, 41 }, { 49, 57, 55, 52 },
    { 57, 49, 55, 52 }, { 55, 49, 57 },
    { 52, 49, 57 },     { 51, 59, 53 },
    { 59, 51, 53 },     { 53, 51, 59 },
    { 69, 70, 82 },     { 70, 82, 69 },
    { 82, 70, 69 },     { 60, 61 },
    { 61, 60 },         { 62, 63, 64 },
    { 63, 64 },         { 64, 63 },
    { 65, 66 },         { 66, 65 },
    { 67, 68 },         { 68, 67 },
    { 76, 77 },         { 77, 76 },
    { 80, 81 },         { 81, 80 },
    { 73, 74 },         { 74, 73 },
};

static uint8_t choke_of(int key)
{
    static const uint8_t groups[][3] = { { 42, 44, 46 }, { 71, 72 }, { 73, 74 },
                                         { 78, 79 },     { 80, 81 }, { 86, 87 } };
    for (size_t g = 0; g < SNQ_COUNT(groups); g++)
        for (int i = 0; i < 3; i++)
            if (groups[g][i] == key && key)
                return (uint8_t)(g + 1);
    return 0;
}

/* ---- keys ---- */

static int next_free(const uint8_t taken[KEYS])
{
    for (int k = FIRST_FREE; k < KEYS; k++)
        if (!taken[k])
            return k;
    return -1;
}

static void give_keys(item *it, size_t n)
{
    uint8_t taken[KEYS] = { 0 };
    for (size_t i = 0; i < n; i++) {
        it[i].key = it[i].words.key;
        if (it[i].key >= 0)
            taken[it[i].key] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (it[i].words.key >= 0)
            continue;
        for (size_t k = 0; k < i && it[i].key < 0; k++)
            if (it[k].words.key < 0 && strcmp(it[k].words.stem, it[i].words.stem) == 0)
                it[i].key = it[k].key;
        if (it[i].key < 0)
            it[i].key = next_free(taken);
        if (it[i].key >= 0)
            taken[it[i].key] = 1;
    }
}

/* ---- layers ---- */

/* Nominal velocity of each of a key's. */
static void find_nominals(item *it, size_t n, int key)
{
    int most = 0;
    for (size_t i = 0; i < n; i++)
        if (it[i].key == key && it[i].words.rank > most)
            most = it[i].words.rank;
    for (size_t i = 0; i < n; i++) {
        const snq__kit_words *w = &it[i].words;
        if (it[i].key != key)
            continue;
        it[i].nominal = w->velocity ? w->velocity : MEDIUM;
        if (w->rank)
            it[i].nominal = most > RANKS ? w->rank : (int)lround(127.0 * (w->rank - 0.5) / most);
    }
}

/* Limits halfway to the next layer of the same key. */
static void find_limits(item *it, size_t n, item *of)
{
    int below = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        if (it[i].key != of->key)
            continue;
        const int other = it[i].nominal;
        if (other < of->nominal && other > below)
            below = other;
        if (other > of->nominal && (!above || other < above))
            above = other;
    }
    of->low = (uint8_t)(below ? (below + of->nominal) / 2 + 1 : 0);
    of->high = (uint8_t)(above ? (above + of->nominal) / 2 : 127);
}

/* By key (none last), layer, number, name. */
static int compare(const void *pa, const void *pb)
{
    const item *a = pa, *b = pb;
    const unsigned ka = (unsigned)a->key, kb = (unsigned)b->key; /* -1: the largest */
    if (ka != kb)
        return ka < kb ? -1 : 1;
    if (a->nominal != b->nominal)
        return a->nominal < b->nominal ? -1 : 1;
    if (a->words.number != b->words.number)
        return a->words.number < b->words.number ? -1 : 1;
    return strcmp(a->recording->name, b->recording->name);
}

/* ---- the kit ---- */

static void fill_entries(const item *it, size_t n, snq_kit *k)
{
    uint8_t known[KEYS];
    memset(k->plays, NONE, sizeof(k->plays));
    memset(known, NONE, sizeof(known));
    for (size_t i = 0; i < n; i++) {
        const item *x = &it[i];
        snq_kit_entry *e = &k->entry[i];
        *e =
            (snq_kit_entry) { .recording = x->recording->name, .fate = SNQ_KIT_NO_KEY, .turns = 1 };
        if (x->key < 0)
            continue;
        e->fate = x->words.key >= 0 ? SNQ_KIT_KNOWN : SNQ_KIT_FREE_KEY;
        e->key = (uint8_t)x->key;
        e->velocity_low = x->low;
        e->velocity_high = x->high;
        e->choke = choke_of(x->key);
        k->plays[x->key] = e->key;
        known[x->key] = x->words.key >= 0 ? e->key : NONE;
        for (size_t o = 0; o < n; o++) {
            const int same = it[o].key == x->key && it[o].nominal == x->nominal;
            e->turns += (uint16_t)(same && o != i);
            e->turn += (uint16_t)(same && o < i);
        }
    }
    for (size_t i = 0; i < SNQ_COUNT(stand_ins); i++)
        for (const uint8_t *by = stand_ins[i] + 1; *by && k->plays[stand_ins[i][0]] == NONE; by++)
            k->plays[stand_ins[i][0]] = known[*by];
}

static snq_status add_zones(snq_bank *b, const snq_kit *k)
{
    size_t zones = 0;
    for (int key = 0; key < KEYS; key++)
        for (size_t i = 0; i < k->entries; i++)
            zones += k->entry[i].fate != SNQ_KIT_NO_KEY && k->plays[key] == k->entry[i].key;
    snq_zone *zone = snq_calloc(zones, sizeof(*zone)), *z = zone;
    if (!zone)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "kit");
    for (int key = 0; key < KEYS; key++) {
        for (size_t i = 0; i < k->entries; i++) {
            const snq_kit_entry *e = &k->entry[i];
            if (e->fate == SNQ_KIT_NO_KEY || k->plays[key] != e->key)
                continue;
            *z++ = (snq_zone) { .recording = e->recording,
                                .key_low = (uint8_t)key,
                                .key_high = (uint8_t)key,
                                .velocity_low = e->velocity_low,
                                .velocity_high = e->velocity_high,
                                .choke = choke_of(key),
                                .root_note = (float)key };
        }
    }
    const snq_status st = snq_bank_add_zones(b, SNQ_KIT_NAME, zone, zones);
    snq_free(zone);
    return st;
}

static snq_status read_items(const snq_bank *b, const char *const *name, size_t n, item *it)
{
    for (size_t i = 0; i < n; i++) {
        it[i].recording = snq_bank_find(b, name[i]);
        if (!it[i].recording)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "kit: no recording %s", name[i]);
        snq__kit_read(it[i].recording->name, &it[i].words);
    }
    return SNQ_OK;
}

snq_status snq_kit_make(snq_bank *b, const char *const *name, size_t n, snq_kit **out)
{
    snq_status st = SNQ_OK;
    snq_kit *k = NULL;
    *out = NULL;
    if (n > SNQ_BANK_RECORDINGS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "kit: %zu recordings are more than %d", n,
                        SNQ_BANK_RECORDINGS_MAX);
    item *it = snq_calloc(n, sizeof(*it));
    k = snq_calloc(1, sizeof(*k));
    if (k)
        k->entry = snq_calloc(n, sizeof(*k->entry));
    if (!it || !k || !k->entry) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "kit");
        goto fail;
    }
    k->entries = n;
    SNQ_GOTO(read_items(b, name, n, it));
    give_keys(it, n);
    for (int key = 0; key < KEYS; key++)
        find_nominals(it, n, key);
    for (size_t i = 0; i < n; i++)
        find_limits(it, n, &it[i]);
    qsort(it, n, sizeof(*it), compare);
    fill_entries(it, n, k);
    SNQ_GOTO(add_zones(b, k));
    *out = k;
    k = NULL;
fail:
    snq_free(it);
    snq_kit_free(k);
    return st;
}

void snq_kit_free(snq_kit *k)
{
    if (!k)
        return;
    snq_free(k->entry);
    snq_free(k);
}

static void put_entry(const snq_kit_entry *e, int width, snq_str *out)
{
    snq_str_putf(out, "  %-*s  ", width, e->recording);
    if (e->fate == SNQ_KIT_NO_KEY) {
        snq_str_put(out, "no free key: not played\n");
        return;
    }
    snq_str_putf(out, "%s (%d)", e->fate == SNQ_KIT_KNOWN ? snq_drum_name(e->key) : "free key",
                 e->key);
    if (e->velocity_low > 0 || e->velocity_high < 127)
        snq_str_putf(out, ", velocity %d-%d", e->velocity_low ? e->velocity_low : 1,
                     e->velocity_high);
    if (e->turns > 1)
        snq_str_putf(out, ", turn %d of %d", e->turn + 1, e->turns);
    snq_str_put(out, "\n");
}

void snq_kit_text(const snq_kit *k, snq_str *out)
{
    int width = 0;
    for (size_t i = 0; i < k->entries; i++)
        width =
            (int)strlen(k->entry[i].recording) > width ? (int)strlen(k->entry[i].recording) : width;
    for (size_t i = 0; i < k->entries; i++)
        put_entry(&k->entry[i], width, out);
    for (int key = 0; key < KEYS; key++)
        if (k->plays[key] != NONE && k->plays[key] != key)
            snq_str_putf(out, "  %s (%d) is played by %s (%d)\n", snq_drum_name(key), key,
                         snq_drum_name(k->plays[key]), k->plays[key]);
}
