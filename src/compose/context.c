// SPDX-License-Identifier: MIT
/* What is already there when a track is made: see context.h. */
#include "compose/context.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/groove.h"

/* Onsets lie within this many steps of where they were before swing and a hand moved them. */
enum { REACH = 2 };

snq_status snq_context_init(snq_context *c, const snq_intent *in, const snq_form *form)
{
    memset(c, 0, sizeof *c);
    c->intent = in;
    c->form = *form;
    c->bar_steps = snq_intent_bar_steps(in);
    c->steps = c->bar_steps * form->bars;
    for (int h = 0; h < SNQ_HITS; h++)
        if (!(c->hit[h] = snq_calloc((size_t)c->steps, sizeof *c->hit[h])))
            goto fail;
    for (int p = 0; p < SNQ_PARTS; p++) {
        if (!(c->range[p] = snq_calloc((size_t)form->bars, sizeof *c->range[p])))
            goto fail;
        for (int32_t b = 0; b < form->bars; b++)
            c->range[p][b] = (snq_register) { 127, 0 };
    }
    return SNQ_OK;
fail:
    snq_context_clear(c);
    return SNQ_ERR_NOMEM;
}

void snq_context_clear(snq_context *c)
{
    snq_free(c->chord);
    for (int h = 0; h < SNQ_HITS; h++)
        snq_free(c->hit[h]);
    for (int p = 0; p < SNQ_PARTS; p++)
        snq_free(c->range[p]);
    memset(c, 0, sizeof *c);
}

snq_status snq_context_add_chord(snq_context *c, int32_t steps, const snq_chord *chord,
                                 int phrase_end)
{
    const snq_chord_at *last = c->chords > 0 ? &c->chord[c->chords - 1] : NULL;
    const int32_t at = last ? last->step + last->steps : 0;
    if (steps < 1 || steps > c->steps - at)
        return SNQ_FAIL(SNQ_ERR_RANGE, "a chord of %d steps at step %d of %d", (int)steps, (int)at,
                        (int)c->steps);
    if (c->chords == c->chord_room) {
        const size_t room = c->chord_room > 0 ? c->chord_room * 2 : 64;
        snq_chord_at *more = snq_regrow(c->chord, c->chord_room, room, sizeof *more);
        if (!more)
            return SNQ_ERR_NOMEM;
        c->chord = more;
        c->chord_room = room;
    }
    c->chord[c->chords++] = (snq_chord_at) { at, steps, *chord, phrase_end != 0 };
    return SNQ_OK;
}

const snq_chord_at *snq_context_chord(const snq_context *c, int32_t step, size_t *hint)
{
    size_t lo = 0, hi = c->chords;
    if (c->chords == 0)
        return NULL;
    if (hint && *hint < c->chords && c->chord[*hint].step <= step) {
        lo = *hint;
        for (int i = 0; i < 4 && lo + 1 < c->chords && c->chord[lo + 1].step <= step; i++)
            lo++;
        if (lo + 1 == c->chords || c->chord[lo + 1].step > step)
            hi = lo + 1;
    }
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (c->chord[mid].step <= step)
            lo = mid;
        else
            hi = mid;
    }
    if (hint)
        *hint = lo;
    return &c->chord[lo];
}

/* The step that a note was written on: the one whose swung place is nearest to where it is now. */
static int32_t step_of(const snq_context *c, int64_t tick)
{
    const int64_t near = (tick + SNQ_TICKS_PER_STEP / 2) / SNQ_TICKS_PER_STEP;
    int64_t best = near, best_far = INT64_MAX;
    for (int64_t s = near > REACH ? near - REACH : 0; s <= near + REACH; s++) {
        const int64_t d = snq_groove_swing(c->intent, c->wish, s * SNQ_TICKS_PER_STEP) - tick;
        const int64_t far = d < 0 ? -d : d;
        if (far < best_far) {
            best = s;
            best_far = far;
        }
    }
    return (int32_t)best;
}

/* Which row a drum key counts for; hand claps and rims are backbeats as snares are. */
static int drum_row(int key)
{
    switch (key) {
    case 35:
    case 36:
        return SNQ_HITS_KICK;
    case 37:
    case 38:
    case 39:
    case 40:
        return SNQ_HITS_SNARE;
    default:
        return SNQ_HITS_DRUMS;
    }
}

static void widen(snq_register *r, uint8_t pitch)
{
    r->low = pitch < r->low ? pitch : r->low;
    r->high = pitch > r->high ? pitch : r->high;
}

void snq_context_read_track(snq_context *c, int part, const snq_track *t)
{
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *n = &t->note[i];
        if (n->tick < 0 || n->tick / SNQ_TICKS_PER_STEP >= c->steps)
            continue;
        const int32_t step = step_of(c, n->tick);
        if (step < c->steps) {
            const int row = part == SNQ_PART_drums  ? drum_row(n->pitch)
                            : part == SNQ_PART_bass ? SNQ_HITS_BASS
                                                    : SNQ_HITS_REST;
            float *hit = &c->hit[row][step];
            const float hard = (float)n->velocity / 127;
            *hit = hard > *hit ? hard : *hit;
        }
        if (part == SNQ_PART_drums || part < 0 || part >= SNQ_PARTS)
            continue;
        /* half a step of ringing over into the next bar doesn't count */
        const int64_t end = n->tick + n->length - SNQ_TICKS_PER_STEP / 2;
        const int32_t first = (step < c->steps ? step : c->steps - 1) / c->bar_steps;
        const int64_t last = end / SNQ_TICKS_PER_STEP / c->bar_steps;
        for (int32_t b = first; b < c->form.bars && (b == first || b <= last); b++)
            widen(&c->range[part][b], n->pitch);
    }
}

float snq_context_energy(const snq_context *c, int32_t bar)
{
    const float planned = snq_form_energy(&c->form, bar);
    return c->wish ? snq_wish_or(c->wish[bar].energy, planned) : planned;
}
