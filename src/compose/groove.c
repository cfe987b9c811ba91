// SPDX-License-Identifier: MIT
/* IDEA   Swing makes the second of two equal notes late: time itself is bent between each pair's ends, so that
 *        everything in between (rolls, triplets) bends with it and tracks stay together. A hand is early or
 *        late for a while, not anew with each note: its error remembers a part of the last one.
 *
 * STEPS  swing: in a bar, pairs of 2 * swing_step steps from its start on; x ticks into a pair of `span`:
 *          mid = round(span * swing);  x < span / 2 ?  x * mid / (span / 2)
 *                                                   :  mid + (x - span / 2) * (span - mid) / (span / 2)
 *        A bar whose wish says so has a swing of its own.
 *        A pair that the bar cuts off (7/8 with swung eighths) stays straight. All in whole numbers.
 *        hand: for each group of notes that begin together, in order
 *          e = r e' + sqrt(1 - r^2) g,  g normal; cut at +-2.5 (both of timing and of force)
 *          offset   = late_ms + timing_ms (HAND e + OWN g')     rounded to 0.1 ms
 *          velocity = v (1 + force e2) force_by_step[step of the beat]     rounded
 *
 * CONST  r = 0.2 (style data): lag-1 correlation of 491 performances of the Groove MIDI dataset (Gillick et
 *        al., ICML 2019), measured by us: +0.21; deviation 15 .. 20 ms on a beat.
 *        OWN 0.25: ours, so that a chord of drums is one stroke of two hands; HAND = sqrt(1 - OWN^2).
 *        2.5: one in 80 errors of a normal distribution is beyond; ours, so that none is heard as a mistake.
 *
 * COST   sorting: n log n.
 *
 * REFS   Gillick, Roberts, Engel, Eck, Bamman, "Learning to groove with inverse sequence transformations". */
#include "compose/groove.h"

#include <math.h>
#include <stdlib.h>

#define HAND  0.968246
#define OWN   0.25
#define LIMIT 2.5

int64_t snq_groove_swing(const snq_intent *in, const snq_bar_wish *wish, int64_t tick)
{
    const int64_t bar = snq_intent_bar_ticks(in);
    const int64_t half = (int64_t)SNQ_TICKS_PER_STEP * (in->swing_step == 2 ? 2 : 1),
                  span = 2 * half;
    if (tick < 0 || bar < span)
        return tick;
    const int64_t within = tick % bar, begin = within / span * span, x = within - begin;
    const int64_t nth = tick / bar;
    const float swing =
        wish && nth < in->bars ? snq_wish_swing(wish[nth].swing, in->swing) : in->swing;
    const int64_t mid = (int64_t)floor((double)span * (double)swing + 0.5);
    if (begin + span > bar || mid <= 0 || mid >= span)
        return tick;
    const int64_t to = x < half ? x * mid / half : mid + (x - half) * (span - mid) / half;
    return tick - x + to;
}

static int by_place(const void *a, const void *b)
{
    const snq_note *p = a, *q = b;
    if (p->tick != q->tick)
        return p->tick < q->tick ? -1 : 1;
    if (p->pitch != q->pitch)
        return p->pitch < q->pitch ? -1 : 1;
    if (p->length != q->length)
        return p->length < q->length ? -1 : 1;
    return (p->velocity > q->velocity) - (p->velocity < q->velocity);
}

static double cut(double x)
{
    return x > LIMIT ? LIMIT : x < -LIMIT ? -LIMIT : x;
}

/* The step of its beat that a straight place belongs to: 0 .. 3. */
static uint32_t step_of(const snq_intent *in, int64_t tick)
{
    const int64_t within = tick % snq_intent_bar_ticks(in);
    return (uint32_t)((within + SNQ_TICKS_PER_STEP / 2) / SNQ_TICKS_PER_STEP % 4);
}

void snq_groove_apply(const snq_intent *in, const snq_bar_wish *wish, const snq_human *h,
                      snq_rng *rng, snq_track *t)
{
    if (!t->notes)
        return;
    qsort(t->note, t->notes, sizeof *t->note, by_place);
    const double r = h->correlation, fresh = sqrt(1.0 - r * r);
    double timing = 0.0, force = 0.0;
    int64_t group = -1;
    for (size_t i = 0; i < t->notes; i++) {
        snq_note *n = &t->note[i];
        const int64_t tick = n->tick, end = tick + n->length;
        if (tick != group) {
            timing = r * timing + fresh * snq_rng_normal(rng);
            force = r * force + fresh * snq_rng_normal(rng);
            group = tick;
        }
        const double own = snq_rng_normal(rng), own_force = snq_rng_normal(rng);
        const double ms = h->late_ms + h->timing_ms * cut(HAND * timing + OWN * own);
        n->offset_s = (float)(floor(ms * 10.0 + 0.5) / 10000.0);
        const double gain = (1.0 + h->force * cut(HAND * force + OWN * own_force)) *
                            h->force_by_step[step_of(in, tick)];
        const double v = floor(n->velocity * gain + 0.5);
        n->velocity = (uint8_t)(v > 127.0 ? 127.0 : v > 1.0 ? v : 1.0);
        n->tick = snq_groove_swing(in, wish, tick);
        n->length = snq_groove_swing(in, wish, end) - n->tick;
    }
}
