// SPDX-License-Identifier: MIT
/* IDEA   A bass says what the chord stands on, and where it goes. Between two roots a walking bass takes chord tones
 *        on the way and, last, a note that pulls to the next root: a semitone from either side, or the scale's step.
 *
 * STEPS  walk of n notes from root r to the next root x:
 *          p_0 = r;  p_{n-1} = a neighbour of x (a semitone off with chance `chromatic`), when n >= 3
 *          between: the pitch of chord or scale with the least
 *            3 |p - line(i)| + 6 [not of the chord, strong place] + 14 [repeats the last] + 5 max(0, |step| - 4)
 *              + u,  u uniform in 0 .. 7
 *          where line(i) runs straight from r to the leading note, by way of a third beyond it when r = x
 *
 * CONST  the costs are ours, chosen by ear and by looking at lines (2025).
 * LIMITS knows no phrase longer than a chord. */
#include "compose/bass_line.h"

#include <stdlib.h>

static int clamp(const snq_bass_hand *h, int p)
{
    while (p > h->high)
        p -= 12;
    while (p < h->low)
        p += 12;
    return p;
}

int snq_bass_root(const snq_bass_hand *h, const snq_chord *c, int near)
{
    int best = -1, best_cost = 1000;
    for (int p = h->low; p <= h->high; p++) {
        if (p % 12 != c->bass)
            continue;
        const int cost = 2 * abs(p - near) + (p + 12 > h->high ? 9 : 0);
        if (cost < best_cost) {
            best_cost = cost;
            best = p;
        }
    }
    return best;
}

/* The interval over the root, of those the chord may have in this order; -1: none of them. */
static int first_of(const snq_chord *c, const int *interval, int n)
{
    for (int i = 0; i < n; i++)
        if (c->tones >> interval[i] & 1)
            return interval[i];
    return -1;
}

/* A tone of the chord over the root that sounds, when the bass plays another tone of it too. */
static int over(const snq_bass_hand *h, const snq_chord *c, int root, int interval)
{
    const int pc = (c->root + interval) % 12;
    const int up = (pc - root % 12 + 12) % 12;
    return root + up <= h->high ? root + up : clamp(h, root + up - 12);
}

static int scale_step(const snq_bass_hand *h, int root, int steps)
{
    int p = root;
    for (int i = 0; i < steps; i++)
        p = snq_pitch_next(h->scale, p, 1);
    return clamp(h, p);
}

int snq_bass_tone(const snq_bass_hand *h, const snq_chord *c, int root, char sign)
{
    static const int thirds[] = { 4, 3, 5, 2 }, fifths[] = { 7, 6, 8 }, sevenths[] = { 10, 11, 9 };
    int i;
    switch (sign) {
    case '3':
        return (i = first_of(c, thirds, 4)) < 0 ? root : over(h, c, root, i);
    case '5':
        return (i = first_of(c, fifths, 3)) < 0 ? root : over(h, c, root, i);
    case 'v':
        i = first_of(c, fifths, 3);
        i = i < 0 ? root : over(h, c, root, i);
        return i > root && i - 12 >= h->low ? i - 12 : i;
    case '7':
        i = first_of(c, sevenths, 3);
        /* a triad has none: the scale's */
        return i < 0 ? clamp(h, snq_pitch_next(h->scale, root + 12, 0)) : over(h, c, root, i);
    case '8':
        return root + 12 <= h->high ? root + 12 : root - 12 >= h->low ? root - 12 : root;
    case '2':
        return scale_step(h, root, 1);
    case '4':
        return scale_step(h, root, 3);
    case '6':
        return scale_step(h, root, 5);
    default:
        return root;
    }
}

int snq_bass_lead(const snq_bass_hand *h, int from, int target, int chromatic)
{
    const int up = from < target || (from == target && target - 2 >= h->low);
    int p = chromatic ? target + (up ? -1 : 1) : snq_pitch_next(h->scale, target, !up);
    if (p < h->low || p > h->high)
        p = chromatic ? target + (up ? 1 : -1) : snq_pitch_next(h->scale, target, up);
    return clamp(h, p);
}

/* The cheapest pitch for place i of n. */
static int walk_step(const snq_bass_hand *h, uint16_t chord, int last, int line, int strong,
                     snq_rng *rng)
{
    int best = last, best_cost = 100000;
    for (int p = h->low; p <= h->high; p++) {
        const int in_chord = snq_pitch_in(chord, p), leap = abs(p - last);
        if (!in_chord && !snq_pitch_in(h->scale, p))
            continue;
        const int cost = 3 * abs(p - line) +
                         (in_chord ? 0
                          : strong ? 6
                                   : 2) +
                         (leap == 0 ? 14 : 0) + (leap > 4 ? 5 * (leap - 4) : 0) +
                         (int)snq_rng_below(rng, 8);
        if (cost < best_cost) {
            best_cost = cost;
            best = p;
        }
    }
    return best;
}

void snq_bass_walk(const snq_bass_hand *h, const snq_chord *c, int root, int next, double chromatic,
                   snq_rng *rng, int *pitch, int n)
{
    const uint16_t chord = snq_chord_set(c);
    const int turn =
        snq_rng_below(rng, 3) > 0 ? 1 : -1; /* where the line goes when the root stays */
    const int leads = snq_rng_uniform(rng) < chromatic;
    const int from = root + (next == root ? 4 * turn : 0);
    int end = n >= 3 ? snq_bass_lead(h, from, next, leads) : next;
    if (n >= 3 && end == root)
        end = snq_bass_lead(h, next + (root < next ? 5 : -5), next, leads);
    pitch[0] = root;
    for (int i = 1; i < n; i++) {
        int line = root + (end - root) * i / (n - 1 > 0 ? n - 1 : 1);
        if (n == 2)
            line = root + (next - root) / 2;
        if (abs(end - root) <= 4 && i < n - 1)
            line = root + turn * (i == 1 ? 4 : 6);
        if (i == n - 1 && n >= 3)
            pitch[i] = end;
        else
            pitch[i] = walk_step(h, chord, pitch[i - 1], line, i % 2 == 0, rng);
    }
}
