// SPDX-License-Identifier: MIT
/* IDEA   A bar of 7/8 isn't a bar of 4/4 with a piece cut off: it has beats of its own, two short and a long one.
 *        Who plays a 4/4 groove in 7/8 puts the kick on the first, the snare on the last, and lets the hat run.
 *
 * STEPS  groups: quarters are groups of 4 steps, halves two of them. Eighths come in threes where their number
 *        is a multiple of 3 (6/8, 9/8, 12/8), else in twos with one three at the end if it is odd. Sixteenths
 *        come in fours, what is left over joins the last.
 *        reading: n groups read of m groups written:
 *          n == m       each its own
 *          m == 4       1: 1   2: 1 2   3: 1 3 4   n > 4: fours, the rest (5: three and two)
 *          else         from the first on, again and again, the last reads the last
 *        in a group: short reads long (6 -> 4) steps 1 2 5 6; long reads short (4 -> 6) the eighths of an even
 *        run are 1 3 3 and of a heavy one 1 3 and the sixteenth before the next.
 *
 * CONST  3 + 2 for five and 2 + 2 + 3 for seven are the commonest divisions in western music; ours.
 * LIMITS No choice between 2+2+3 and 3+2+2. */
#include "compose/beat_groups.h"

static uint32_t split_evenly(int steps, int each, snq_beat_group *group)
{
    uint32_t n = 0;
    for (int at = 0; at < steps; at += each)
        group[n++] = (snq_beat_group) { (int16_t)at, (int16_t)each };
    return n;
}

uint32_t snq_beat_groups(int beats, int unit, snq_beat_group group[SNQ_BEAT_GROUPS_MAX])
{
    const int steps = unit > 0 ? beats * 16 / unit : 0;
    if (steps <= 0 || steps > SNQ_BAR_STEPS_MAX)
        return 0;
    if (unit == 8 && beats % 3 == 0)
        return split_evenly(steps, 6, group);
    if (steps < 4) {
        group[0] = (snq_beat_group) { 0, (int16_t)steps };
        return 1;
    }
    const uint32_t n = split_evenly(steps / 4 * 4, 4, group);
    group[n - 1].steps = (int16_t)(4 + steps % 4);
    if (unit == 8 && steps % 4 == 2) /* an odd eighth: the last group has three */
        group[n - 1].steps = 6;
    return n;
}

/* The group of m that group i of n reads. */
static uint32_t read_group(uint32_t i, uint32_t n, uint32_t m)
{
    static const uint8_t three[3] = { 0, 2, 3 };
    if (n == m)
        return i;
    if (m != 4)
        return i + 1 == n ? m - 1 : i % m;
    if (n == 3)
        return three[i];
    const uint32_t rest = n % 4, from = rest == 1 && n > 4 ? n - 5 : n - rest;
    if (i < from)
        return i % 4;
    i -= from;
    if (n - from == 5)
        return i < 3 ? three[i] : i - 3;
    return n - from == 3 ? three[i] : i;
}

/* The step of a group of `from` steps that step k of a group of `to` steps reads. */
static int read_place(int k, int to, int from, int heavy)
{
    static const int8_t even_6[6] = { 0, 1, 2, 1, 2, 3 }, heavy_6[6] = { 0, -1, 2, -1, 3, -1 };
    static const int8_t of_6[4] = { 0, 1, 4, 5 };
    if (to == from)
        return k;
    if (to == 6 && from == 4)
        return heavy ? heavy_6[k] : even_6[k];
    if (to == 4 && from == 6)
        return of_6[k];
    return k < from ? k : heavy ? SNQ_BAR_NOTHING : k % from;
}

void snq_bar_map_make(int beats, int unit, int from_beats, int from_unit, snq_bar_map *out)
{
    snq_beat_group to[SNQ_BEAT_GROUPS_MAX], from[SNQ_BEAT_GROUPS_MAX];
    const uint32_t n = snq_beat_groups(beats, unit, to);
    const uint32_t m = snq_beat_groups(from_beats, from_unit, from);
    out->steps = 0;
    out->groups = (int32_t)n;
    for (uint32_t i = 0; i < n; i++)
        for (int k = 0; k < to[i].steps; k++) {
            const int at = to[i].start + k;
            const snq_beat_group *src = m ? &from[read_group(i, n, m)] : 0;
            const int even = src ? read_place(k, to[i].steps, src->steps, 0) : SNQ_BAR_NOTHING;
            const int heavy = src ? read_place(k, to[i].steps, src->steps, 1) : SNQ_BAR_NOTHING;
            out->even[at] = (int16_t)(even < 0 ? even : src->start + even);
            out->heavy[at] = (int16_t)(heavy < 0 ? heavy : src->start + heavy);
            out->group[at] = (int16_t)i;
            out->place[at] = (int16_t)k;
            out->steps = at + 1;
        }
}
