// SPDX-License-Identifier: MIT
/* IDEA   A piece has one map of tempos, one of metres and one of keys, but each chunk of a file may speak
 *        of them, and many programs repeat them in every chunk. The first chunk is the one that counts.
 * STEPS  the first to speak of a tick makes the mark
 *        the same again   is kept as a message
 *        something else   in the first chunk, the last one stands, as in a player; in another chunk a
 *                         metre or a key is kept as a message, a tempo is dropped, so that the file
 *                         that we write has the same seconds
 *        other bytes      a metre that we would write otherwise (clocks a click, 32nds a quarter) is
 *                         kept as a message besides
 * CONST  as in midi_read.c.
 * COST   a hash table of the ticks that have a mark: 16 bytes a slot, linear probing, at most half full;
 *        the hash is multiplicative (Knuth, The Art of Computer Programming 3, 6.4).
 * LIMITS What is dropped is warned of. */
#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

enum { SLOTS_FIRST = 64 };
#define HASH_FACTOR 0x9E3779B97F4A7C15u /* 2^64 / golden ratio, odd */

enum { MARK_TEMPO = 1, MARK_METRE, MARK_KEY };

/* What a mark is to those before it. */
typedef enum novelty { NEW, SAME, INSTEAD, OTHER } novelty;

typedef snq__midi_reader reader;

static snq__midi_slot *find_slot(snq__midi_slot *slot, size_t room, uint64_t key)
{
    size_t i = (size_t)(key * HASH_FACTOR >> 32) & (room - 1);
    while (slot[i].key && slot[i].key != key)
        i = (i + 1) & (room - 1);
    return &slot[i];
}

static snq_status grow(snq__midi_marks *m)
{
    const size_t room = m->room ? 2 * m->room : SLOTS_FIRST;
    snq__midi_slot *slot = snq_calloc(room, sizeof *slot);
    if (!slot)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu tempos, metres and keys", room / 2);
    for (size_t i = 0; i < m->room; i++)
        if (m->slot[i].key)
            *find_slot(slot, room, m->slot[i].key) = m->slot[i];
    snq_free(m->slot);
    m->slot = slot;
    m->room = room;
    return SNQ_OK;
}

static snq_status mark(reader *r, const snq__midi_event *e, int kind, uint32_t value, novelty *is)
{
    snq__midi_marks *m = &r->marks;
    const uint64_t key = (uint64_t)e->tick << 2 | (unsigned)kind;
    *is = NEW;
    if (2 * m->used >= m->room)
        SNQ_TRY(grow(m));
    snq__midi_slot *slot = find_slot(m->slot, m->room, key);
    if (!slot->key) {
        *slot = (snq__midi_slot) { key, value };
        m->used++;
        return SNQ_OK;
    }
    *is = slot->value == value ? SAME : r->chunks == 1 ? INSTEAD : OTHER;
    if (*is == INSTEAD)
        slot->value = value;
    if (*is == INSTEAD || (*is == OTHER && kind == MARK_TEMPO))
        snq__midi_warn(r->warnings, "midi_twice", e->at,
                       "two different tempos, metres or keys at one tick: one is dropped");
    return SNQ_OK;
}

static snq_status take_tempo(reader *r, const snq__midi_event *e, int *taken)
{
    double bpm;
    novelty is;
    *taken = 1;
    if (r->is_smpte) {
        snq__midi_warn(r->warnings, "midi_smpte_tempo", e->at,
                       "a tempo means nothing where ticks are parts of a second: dropped");
        return SNQ_OK;
    }
    if (!snq__midi_get_tempo(e, &bpm)) {
        *taken = 0;
        return SNQ_OK;
    }
    const uint8_t *p = e->bytes;
    SNQ_TRY(mark(r, e, MARK_TEMPO, (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], &is));
    *taken = is != SAME;
    if (is == INSTEAD) /* in the first chunk, the last of all is at this tick */
        r->score->tempo[r->score->tempos - 1].bpm = bpm;
    return is == NEW ? snq_score_add_tempo(r->score, e->tick, bpm) : SNQ_OK;
}

static snq_status take_metre(reader *r, const snq__midi_event *e, int *taken)
{
    snq_score *s = r->score;
    int beats, unit;
    uint8_t ours[4];
    novelty is;
    *taken = 0;
    if (!snq__midi_get_metre(e, &beats, &unit))
        return SNQ_OK;
    SNQ_TRY(mark(r, e, MARK_METRE, (uint32_t)(beats << 8 | unit), &is));
    snq__midi_put_metre(beats, unit, ours);
    *taken = (is == NEW || is == INSTEAD) && memcmp(e->bytes, ours, sizeof ours) == 0;
    if (is == INSTEAD)
        s->metre[s->metres - 1] = (snq_metre_mark) { e->tick, (uint8_t)beats, (uint8_t)unit };
    return is == NEW ? snq_score_add_metre(s, e->tick, beats, unit) : SNQ_OK;
}

static snq_status take_key(reader *r, const snq__midi_event *e, int *taken)
{
    snq_key_mark key = { .tick = e->tick };
    novelty is;
    *taken = 0;
    if (!snq__midi_get_key(e, &key))
        return SNQ_OK;
    SNQ_TRY(mark(r, e, MARK_KEY, (uint32_t)e->bytes[0] << 8 | e->bytes[1], &is));
    *taken = is == NEW || is == INSTEAD;
    if (is == INSTEAD)
        r->score->key[r->score->keys - 1] = key;
    return is == NEW ? snq_score_add_key(r->score, key) : SNQ_OK;
}

snq_status snq__midi_take_mark(reader *r, const snq__midi_event *e, int *taken)
{
    if (e->a == SNQ__META_TEMPO)
        return take_tempo(r, e, taken);
    return e->a == SNQ__META_METRE ? take_metre(r, e, taken) : take_key(r, e, taken);
}
