// SPDX-License-Identifier: MIT
/* IDEA   A MIDI file says where notes begin and where they end, not which end belongs to which
 *        beginning. Of overlapping notes of one pitch the first to begin is the first to end; where an
 *        end is missing, the note that was struck again without one is the one that lacks it.
 * STEPS  in order   each end is given to the earliest open note of its channel and pitch
 *        at last    for channels that still have open notes, pitch by pitch, backwards:
 *                   an end passed by makes one note before it whole; a beginning for which no end is
 *                   left has none: it lasts to the next beginning of its pitch, else to the chunk's end
 *                   (to nothing where an end was dropped at its tick: they were written in the wrong
 *                   order); the whole notes and the ends, each in their order, are paired
 *        tie        an end at the tick of a beginning came before it, unless it must be its own
 * COST   4 bytes of scratch a note, only in tracks that lack ends.
 * LIMITS Which of two overlapping notes a program meant to end first, nobody can know.
 *
 * While a note is open, its length holds the way to the next open one of its pitch: -1 for none, else
 * -2 - index. So the lists of open notes need no memory of their own. */
#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

enum { RELEASE_USUAL = 64 };
#define NONE UINT32_MAX

void snq__midi_open_init(snq__midi_open *o)
{
    memset(o, 0xFF, sizeof *o); /* NONE, and tick -1 */
    o->open = 0;
}

snq_status snq__midi_note_on(snq__midi_open *o, snq_track *t, const snq__midi_event *e)
{
    const snq_note note = {
        .tick = e->tick, .pitch = e->a, .velocity = e->b, .release = RELEASE_USUAL
    };
    const uint32_t index = (uint32_t)t->notes;
    uint32_t *first = &o->first[e->a], *last = &o->last[e->a];
    SNQ_TRY(snq_track_add_note(t, &note));
    t->note[index].length = -1;
    if (*first == NONE)
        *first = index;
    else
        t->note[*last].length = -2 - (int64_t)index;
    *last = index;
    o->open++;
    return SNQ_OK;
}

int snq__midi_note_off(snq__midi_open *o, snq_track *t, const snq__midi_event *e)
{
    uint32_t *first = &o->first[e->a];
    if (*first == NONE) {
        o->stray[e->a] = e->tick;
        return 0;
    }
    snq_note *n = &t->note[*first];
    *first = n->length == -1 ? NONE : (uint32_t)(-2 - n->length);
    n->length = e->tick - n->tick;
    n->release = e->status == SNQ__MIDI_OFF ? e->b : RELEASE_USUAL;
    o->open--;
    return 1;
}

static void set_end(snq_note *n, int64_t tick, uint8_t release)
{
    n->length = tick - n->tick;
    n->release = release;
}

/* Of one pitch: notes of indices at (n,) in the order of their beginnings, of which the first `ends` have
 * been given the ends that there are. A note is overwritten only when its end has been read: the end
 * that is given to note i comes from a note at or before i. */
static void pair_anew(snq_track *t, const uint32_t *at, size_t n, size_t ends, int64_t stray,
                      int64_t end_tick)
{
    size_t passed = ends, given = ends; /* ends from here on are passed by; are given away */
    int64_t next = end_tick;            /* the next beginning */
    for (size_t i = n; i-- > 0;) {
        snq_note *to = &t->note[at[i]];
        const int64_t tick = to->tick;
        for (; passed > 0; passed--) {
            const snq_note *from = &t->note[at[passed - 1]];
            if (passed - 1 < i && from->tick + from->length <= tick)
                break;
        }
        if (passed < given) {
            const snq_note *from = &t->note[at[--given]];
            set_end(to, from->tick + from->length, from->release);
        } else
            set_end(to, tick == stray ? tick : next, RELEASE_USUAL);
        next = tick;
    }
}

snq_status snq__midi_notes_end(snq__midi_open *o, snq_track *t, int64_t end_tick)
{
    size_t from[SNQ__MIDI_PITCHES + 1] = { 0 }, fill[SNQ__MIDI_PITCHES];
    if (!o->open)
        return SNQ_OK;
    uint32_t *at = snq_alloc(t->notes, sizeof *at);
    if (!at)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the ends of %zu notes", t->notes);
    for (size_t i = 0; i < t->notes; i++)
        from[t->note[i].pitch + 1]++;
    for (int k = 0; k < SNQ__MIDI_PITCHES; k++) {
        from[k + 1] += from[k];
        fill[k] = from[k];
    }
    for (size_t i = 0; i < t->notes; i++)
        at[fill[t->note[i].pitch]++] = (uint32_t)i;
    for (int k = 0; k < SNQ__MIDI_PITCHES; k++) {
        const size_t n = from[k + 1] - from[k];
        size_t ends = 0;
        while (ends < n && t->note[at[from[k] + ends]].length >= 0)
            ends++;
        if (ends < n)
            pair_anew(t, at + from[k], n, ends, o->stray[k], end_tick);
    }
    snq_free(at);
    return SNQ_OK;
}
