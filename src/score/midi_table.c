// SPDX-License-Identifier: MIT
/* IDEA   A table from numbers to numbers, to know whether something was there before.
 * STEPS  open addressing, linear probing, at most half full, twice as large when it would be more; the
 *        place of a key is a mix of it with a seed
 * CONST  the mix is the finaliser of splitmix64 (Steele, Lea, Flood, Fast splittable pseudorandom number
 *        generators, OOPSLA 2014).
 * COST   16 bytes a slot; constant time. The seed is the address of the first slots, so that nobody can
 *        write a file whose keys all want one place; what is found does not depend on it.
 * LIMITS Texts are told apart by 63 bits: not at all in one of 10^19 pairs. */
#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

enum { SLOTS_FIRST = 64 };

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static snq__midi_slot *find(const snq__midi_table *t, uint64_t key)
{
    size_t i = (size_t)mix(key ^ t->seed) & (t->room - 1);
    while (t->slot[i].key && t->slot[i].key != key)
        i = (i + 1) & (t->room - 1);
    return &t->slot[i];
}

static snq_status grow(snq__midi_table *t)
{
    snq__midi_table to = { .room = t->room ? 2 * t->room : SLOTS_FIRST, .used = t->used };
    to.slot = snq_calloc(to.room, sizeof *to.slot);
    if (!to.slot)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a table of %zu", to.room / 2);
    to.seed = t->seed ? t->seed : mix((uint64_t)(uintptr_t)to.slot);
    for (size_t i = 0; i < t->room; i++)
        if (t->slot[i].key)
            *find(&to, t->slot[i].key) = t->slot[i];
    snq_free(t->slot);
    *t = to;
    return SNQ_OK;
}

snq_status snq__midi_table_get(snq__midi_table *t, uint64_t key, snq__midi_slot **out, int *is_new)
{
    if (2 * t->used >= t->room)
        SNQ_TRY(grow(t));
    *out = find(t, key);
    *is_new = !(*out)->key;
    if (*is_new) {
        **out = (snq__midi_slot) { .key = key };
        t->used++;
    }
    return SNQ_OK;
}

snq__midi_slot *snq__midi_table_find(const snq__midi_table *t, uint64_t key)
{
    snq__midi_slot *found = t->room ? find(t, key) : NULL;
    return found && found->key ? found : NULL;
}

uint64_t snq__midi_table_key(const snq__midi_table *t, int64_t tick, const char *text)
{
    uint64_t key = mix((uint64_t)tick ^ t->seed);
    for (size_t n = strlen(text); n > 0;) {
        uint64_t piece = 0;
        const size_t k = n < sizeof piece ? n : sizeof piece;
        memcpy(&piece, text, k);
        key = mix(key + piece);
        text += k;
        n -= k;
    }
    return key | 1;
}
