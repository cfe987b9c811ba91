// SPDX-License-Identifier: MIT
/* IDEA   Where an oscillator plays the rhythm, the hand holds the key: a line of sixteenths on one pitch is one
 *        long note, and a step to another pitch is a slur.
 *
 * STEPS  for notes a, b in order, gap = b's start - a's end, at most GAP:
 *        same pitch, b in the same bar as where a was struck or the next:  a goes on to b's end, b is gone
 *        else                                                              a goes on to b's start;
 *                                                         to another pitch a 64th beyond it
 *
 * CONST  GAP 0.55 s, or a beat where that is more: of a wobble of 2 Hz a rest of that length hides one cycle. Drum and
 *        bass's figures, whose beats last 0.35 s, become one line; the half bars that dubstep rests for stay.
 *        A 64th: legato needs two keys down, and 27 ms at 140 BPM are over before a third can come.
 *        Two bars: a phrase's breath, where the envelope begins anew.
 * COST   one walk.
 * LIMITS Velocities of joined notes are the first's. */
#include "jobs/bass_hold.h"

enum { BARS = 2 };
static const double gap_s = 0.55;

static int is_close(const snq_score *s, int64_t end, int64_t next)
{
    return next - end <= s->ticks_per_quarter ||
           snq_score_time_s(s, (double)next) - snq_score_time_s(s, (double)end) <= gap_s;
}

void snq_bass_hold(const snq_score *s, snq_track *t)
{
    const int64_t over = s->ticks_per_quarter / 16;
    size_t kept = 0;
    int64_t began = 0; /* bar in which the note that is held was struck */
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note n = t->note[i];
        const int64_t bar = snq_score_bar_at(s, n.tick, NULL);
        snq_note *last = kept ? &t->note[kept - 1] : NULL;
        const int close = last && is_close(s, last->tick + last->length, n.tick);
        if (close && n.pitch == last->pitch && bar - began < BARS) {
            if (n.tick + n.length > last->tick + last->length)
                last->length = n.tick + n.length - last->tick;
            continue;
        }
        if (close && n.tick > last->tick)
            last->length = n.tick + (n.pitch == last->pitch ? 0 : over) - last->tick;
        began = bar;
        t->note[kept++] = n;
    }
    t->notes = kept;
    if (kept && t->note[kept - 1].tick + t->note[kept - 1].length > s->length)
        t->note[kept - 1].length = s->length - t->note[kept - 1].tick;
}
