// SPDX-License-Identifier: MIT
/* IDEA   Of all ways to put pitches under a phrase, take the one that costs least: far from where the contour
 *        points, foreign to the chord on a strong beat, hard to sing, each has a price. One way through all notes is
 *        found at once (Viterbi), so an early note already knows where the phrase ends.
 *
 * STEPS  state: the pitch p of note i, |p - target_i| <= 9, low <= p <= high
 *        cost_i(p)   = 3 |p - target| + foreign(p) + role(p)
 *        move(p, q)  = by interval, times (1.35 - leaps), halved after a rest of a beat
 *        best_i(q)   = cost_i(q) + min over p of best_{i-1}(p) + move(p, q)
 *
 * CONST  prices in whole numbers (so that every machine takes the same way), set by looking at the measures of
 *        docs/rooms/compose.md on all styles: steps 66 % of intervals, chord tones .48 .. .84 of the time.
 * COST   19 x 19 a note.
 * LIMITS knows two notes at a time: gap-filling after a leap is the contour's business. */
#include "compose/melody_line.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "compose/brief.h"
#include "compose/theory.h"

enum { STATES = 2 * SNQ_LINE_REACH + 1, NEVER = 1 << 28 };

uint16_t snq_line_scale(uint16_t scale, uint16_t chord)
{
    uint16_t foreign = (uint16_t)(chord & ~scale), out = scale;
    for (int pc = 0; pc < 12; pc++)
        if (snq_pitch_in(foreign, pc))
            for (int d = -1; d <= 1; d += 2)
                if (snq_pitch_in(scale, pc + d) && !snq_pitch_in(chord, pc + d))
                    out = (uint16_t)(out & ~(1u << ((pc + d + 12) % 12)));
    return (uint16_t)(out | chord);
}

uint16_t snq_line_five(int tonic, int mode)
{
    static const int major[] = { 0, 2, 4, 7, 9 }, minor[] = { 0, 3, 5, 7, 10 };
    const uint16_t scale = snq_mode_tones(mode);
    const int *const steps = snq_pitch_in(scale, 4) ? major : minor;
    unsigned set = 0;
    for (int i = 0; i < 5; i++)
        if (snq_pitch_in(scale, steps[i]))
            set |= 1u << ((tonic + steps[i]) % 12);
    return (uint16_t)set;
}

/* A tone that rubs against one of the chord from a semitone above. */
static int rubs(uint16_t chord, int p)
{
    return snq_pitch_in(chord, p - 1);
}

static int foreign(const snq_line_taste *t, const snq_line_note *n, int p)
{
    if (!snq_pitch_in(n->scale, p)) {
        if (n->blue && snq_pitch_in(t->blue, p))
            return 2;
        return n->outside ? 2 : 400;
    }
    if (snq_pitch_in(n->chord, p))
        return 0;
    /* a rich chord leaves little outside, and what is outside sounds less so */
    const int tones = __builtin_popcount(n->chord), rich = tones > 4 ? 0 : tones > 3 ? 2 : 5;
    const int rub = rubs(n->chord, p) && n->strong + n->steps > 2;
    static const int price[] = { 0, 0, 4, 9 }, rubbing[] = { 4, 4, 9, 15 };
    return price[n->strong] * rich / 5 + (rub ? rubbing[n->strong] : 0) + 2 * (n->outside != 0);
}

static int cost(const snq_line_taste *t, const snq_line_note *n, int p)
{
    const int is_tonic = p % 12 == t->tonic;
    int c = 3 * abs(p - n->target);
    if (n->fixed)
        return c == 0 ? 0 : NEVER;
    if (p < t->low || p > t->high)
        return NEVER;
    c += foreign(t, n, p);
    if (n->role == SNQ_LINE_ANSWER)
        c += snq_pitch_in(n->chord, p) ? (is_tonic ? -14 : 0) : is_tonic ? 12 : 40;
    if (n->role == SNQ_LINE_QUESTION)
        c += (is_tonic ? 9 : 0) + (snq_pitch_in(n->chord, p) ? 0 : 16);
    return c;
}

static int move(const snq_line_taste *t, const snq_line_note *a, const snq_line_note *b, int p,
                int q)
{
    static const int price[] = { 0, 0, 0, 6, 7, 10, 26, 14, 30, 34, 44, 48, 30 };
    const int far = abs(q - p), asked = a->target == b->target;
    /* what is foreign to the scale must lead on by a semitone */
    if (!a->fixed && !snq_pitch_in(a->scale, p) && far != 1)
        return a->blue && far <= 2 ? 10 : 120;
    int c = far > 12 ? 90 : price[far];
    if (far == 0)
        c = asked ? 0 : (int)(12.0 * (1.0 - t->repeats));
    else
        c = (int)((double)c * (1.35 - t->leaps));
    return b->step - (a->step + a->steps) >= 4 ? c / 2 : c;
}

typedef struct line_cell {
    int32_t best;
    int8_t from;
} line_cell;

snq_status snq_line_solve(const snq_line_taste *taste, const snq_line_note *note, size_t n,
                          int16_t *pitch)
{
    if (n == 0)
        return SNQ_OK;
    line_cell *const cell = snq_calloc(n * STATES, sizeof *cell);
    if (!cell)
        return SNQ_ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < STATES; k++) {
            const int q = note[i].target + k - SNQ_LINE_REACH;
            line_cell *const c = &cell[i * STATES + (size_t)k];
            const int here = cost(taste, &note[i], q);
            *c = (line_cell) { .best = here };
            if (i == 0 || here == NEVER)
                continue;
            c->best = NEVER;
            for (int j = 0; j < STATES; j++) {
                const line_cell *const p = &cell[(i - 1) * STATES + (size_t)j];
                if (p->best >= NEVER)
                    continue;
                const int before = note[i - 1].target + j - SNQ_LINE_REACH;
                const int sum = p->best + here + move(taste, &note[i - 1], &note[i], before, q);
                if (sum < c->best) {
                    c->best = sum;
                    c->from = (int8_t)j;
                }
            }
        }
    int k = 0;
    for (int j = 1; j < STATES; j++)
        if (cell[(n - 1) * STATES + (size_t)j].best < cell[(n - 1) * STATES + (size_t)k].best)
            k = j;
    for (size_t i = n; i-- > 0;) {
        pitch[i] = (int16_t)(note[i].target + k - SNQ_LINE_REACH);
        k = cell[i * STATES + (size_t)k].from;
    }
    snq_free(cell);
    return SNQ_OK;
}
