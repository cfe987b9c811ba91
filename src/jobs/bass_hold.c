// SPDX-License-Identifier: MIT
/* IDEA   Where an oscillator plays the rhythm, the hand holds the key: a line of sixteenths on one pitch is one
 *        long note, and a step to another pitch is a slur.
 *
 * STEPS  for notes a, b in order, gap = b's start - a's end:
 *        same pitch, gap <= a beat, in the same or the next bar but one:  a goes on to b's end, b is gone
 *        other pitch, gap <= a beat:                      a goes on to a 64th beyond b's start
 *
 * CONST  a quarter note: half of what dubstep's half-time bars rest for; a 64th: legato needs two keys down,
 *        and 27 ms at 140 BPM are over before a third can come. Two bars: a phrase's breath, where the envelope
 *        begins anew.
 * COST   one walk.
 * LIMITS Velocities of joined notes are the first's. */
#include "jobs/bass_hold.h"

enum { BARS = 2 };

void snq_bass_hold(const snq_score *s, snq_track *t)
{
    const int64_t beat = s->ticks_per_quarter, over = beat / 16;
    size_t kept = 0;
    int64_t began = 0; /* bar in which the note that is held was struck */
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note n = t->note[i];
        const int64_t bar = snq_score_bar_at(s, n.tick, NULL);
        snq_note *last = kept ? &t->note[kept - 1] : NULL;
        const int close = last && n.tick - (last->tick + last->length) <= beat;
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
