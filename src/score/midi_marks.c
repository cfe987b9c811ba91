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
 * COST   a table of the ticks that have a mark (midi_table.c).
 * LIMITS What is dropped is warned of. */
#include <string.h>

#include "score/midi_impl.h"

enum { MARK_TEMPO = 1, MARK_METRE, MARK_KEY };
#define IS_KEPT 0x80000000u /* in a metre's value: a message says it too */

/* What a mark is to those before it. */
typedef enum novelty { NEW, SAME, INSTEAD, OTHER } novelty;

typedef snq__midi_reader reader;

/* What an event of this value is; *slot, of the mark of its tick, has that value where it takes over. */
static snq_status mark(reader *r, const snq__midi_event *e, int kind, uint32_t value, novelty *is,
                       snq__midi_slot **slot)
{
    int is_new = 0;
    *is = NEW;
    SNQ_TRY(snq__midi_table_get(&r->marks, (uint64_t)e->tick << 2 | (unsigned)kind, slot, &is_new));
    if (!is_new)
        *is = ((*slot)->value & ~IS_KEPT) == value ? SAME : r->chunks == 1 ? INSTEAD : OTHER;
    if (*is == NEW || *is == INSTEAD)
        (*slot)->value = value;
    if (*is == INSTEAD || (*is == OTHER && kind == MARK_TEMPO))
        snq__midi_warn(r->warnings, "midi_twice", e->at,
                       "two different tempos, metres or keys at one tick: one is dropped");
    return SNQ_OK;
}

static snq_status take_tempo(reader *r, const snq__midi_event *e, int *taken)
{
    double bpm;
    snq__midi_slot *slot = NULL;
    novelty is = NEW;
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
    SNQ_TRY(mark(r, e, MARK_TEMPO, (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], &is, &slot));
    *taken = is != SAME;
    if (is == INSTEAD) /* in the first chunk, the last of all is at this tick */
        r->score->tempo[r->score->tempos - 1].bpm = bpm;
    return is == NEW ? snq_score_add_tempo(r->score, e->tick, bpm) : SNQ_OK;
}

/* In the first chunk, a kept metre is written in place of the score's. So when one comes after a metre that
 * is in the score alone, that is kept too. */
static snq_status keep_first(reader *r, const snq__midi_event *e, const uint8_t ours[4],
                             snq__midi_slot *slot)
{
    if (slot->value & IS_KEPT)
        return SNQ_OK;
    slot->value |= IS_KEPT;
    snq__midi_event first = *e;
    first.bytes = ours;
    return snq__midi_keep(r, &r->score->track[0], &first);
}

static snq_status take_metre(reader *r, const snq__midi_event *e, int *taken)
{
    snq_score *s = r->score;
    int beats, unit;
    uint8_t ours[4];
    snq__midi_slot *slot = NULL;
    novelty is = NEW;
    *taken = 0;
    if (!snq__midi_get_metre(e, &beats, &unit))
        return SNQ_OK;
    SNQ_TRY(mark(r, e, MARK_METRE, (uint32_t)(beats << 8 | unit), &is, &slot));
    snq__midi_put_metre(beats, unit, ours);
    const int is_exact = memcmp(e->bytes, ours, sizeof ours) == 0;
    if (is == SAME)
        return r->chunks == 1 ? keep_first(r, e, ours, slot) : SNQ_OK;
    if (is == OTHER)
        return SNQ_OK;
    *taken = is_exact;
    slot->value |= is_exact ? 0 : IS_KEPT;
    if (is == NEW)
        return snq_score_add_metre(s, e->tick, beats, unit);
    s->metre[s->metres - 1] = (snq_metre_mark) { e->tick, (uint8_t)beats, (uint8_t)unit };
    return SNQ_OK;
}

static snq_status take_key(reader *r, const snq__midi_event *e, int *taken)
{
    snq_key_mark key = { .tick = e->tick };
    snq__midi_slot *slot = NULL;
    novelty is = NEW;
    *taken = 0;
    if (!snq__midi_get_key(e, &key))
        return SNQ_OK;
    SNQ_TRY(mark(r, e, MARK_KEY, (uint32_t)e->bytes[0] << 8 | e->bytes[1], &is, &slot));
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
