// SPDX-License-Identifier: MIT
/* IDEA  Every chord can be laid out in a few dozen ways within a register. Each way has a price of its own
 *       (is it muddy, is it the layout that the style likes, does it sit in the middle of the register) and
 *       going from one chord to the next has a price (how far the voices move). The cheapest path through
 *       all chords is the voice-leading.
 * STEPS 1 tones: the third and the seventh first, then what colours the chord, the fifth last; a style's
 *         layout may leave the root to the bass (rootless, shell) or the third (power)
 *       2 layouts: each order of the tones, stacked closely from each place in the register where all fit:
 *         what is close, open, drop-2 or spread is an order of stacking; the cheapest KEEP stay
 *       3 cost[i][k] = own[k] + min_j(cost[i - 1][j] + motion(j, k)), then back along the best path
 *       motion = sum over voices |pitch - pitch'|, the top voice 1.3 times, leaps over a fifth more
 * CONST Low intervals: thirds below C3 (48) and anything under a fifth below G2 (43) sound muddy: the low
 *       interval limits of arranging practice, rounded to where a unit costs about a semitone of motion.
 * COST  n * KEEP^2 * voices: 100 chords take about a millisecond.
 * LIMITS Parallel fifths and octaves are not looked for: most of these styles love them. */
#include "compose/voicing.h"

#include <string.h>

#include "base/alloc.h"

enum {
    OCTAVE = 12,
    KEEP = 20,     /* layouts of a chord that the search looks at */
    ORDER_MAX = 5, /* voices whose orders are all tried */
    BASS_LOW = 36, /* where a bass is put that nobody else plays */
    BASS_HIGH = 47,
};

#define T(i) (1u << (i))

typedef struct layout {
    snq_voicing v;
    float own;
} layout;

typedef struct choice {
    layout way[KEEP];
    uint8_t ways;
    float cost[KEEP];
    uint8_t from[KEEP];
} choice;

/* ---- 1: tones ---- */

static size_t add_if(const snq_chord *c, int interval, uint8_t *to, size_t n, size_t most)
{
    if (n < most && (c->tones >> interval & 1))
        to[n++] = (uint8_t)interval;
    return n;
}

size_t snq__voicing_tones(const snq_chord *c, int kind, int voices, uint8_t *interval)
{
    /* thirds (or what is suspended for them), sevenths, colours, then what can be done without */
    static const uint8_t guide[] = { 4, 3, 11, 10 }, colour[] = { 9, 2, 1, 6, 8, 5 };
    const int has_third = (c->tones & (T(3) | T(4))) != 0;
    const size_t most = (size_t)(voices < SNQ_VOICING_NOTES_MAX ? voices : SNQ_VOICING_NOTES_MAX);
    size_t n = 0;
    if (kind == SNQ_VOICING_power) {
        interval[n++] = 0;
        n = add_if(c, c->tones & T(7) ? 7 : c->tones & T(6) ? 6 : 8, interval, n, most);
        if (n < most)
            interval[n++] = 0;
        return n;
    }
    const int rootless = kind == SNQ_VOICING_rootless || kind == SNQ_VOICING_shell;
    const int altered = (c->tones & (T(6) | T(8))) && !(c->tones & T(7));
    if (!has_third) /* suspended, quartal, a bare fifth */
        n = add_if(c, 5, interval, add_if(c, 2, interval, n, most), most);
    for (size_t i = 0; i < SNQ_COUNT(guide); i++)
        n = add_if(c, guide[i], interval, n, most);
    if (altered)
        n = add_if(c, 8, interval, add_if(c, 6, interval, n, most), most);
    /* The root is kept, lest a minor seventh chord become the relative major's; three voices give the seventh up
     * for it where there is a colour, but for a dominant's. */
    const int dominant = (c->tones & (T(4) | T(10))) == (T(4) | T(10));
    const int seventh = (c->tones & (T(10) | T(11))) != 0;
    const int coloured = (c->tones & (T(1) | T(2) | T(9))) != 0;
    if (!rootless && seventh && has_third && coloured && !dominant && most == 3)
        n--;
    if (!rootless && !(seventh && dominant && coloured && most == 3) && !memchr(interval, 0, n))
        n = add_if(c, 0, interval, n, most);
    for (size_t i = 0; i < SNQ_COUNT(colour); i++)
        if (!memchr(interval, colour[i], n))
            n = add_if(c, colour[i], interval, n, most);
    if (kind != SNQ_VOICING_shell || n < 2)
        n = add_if(c, 7, interval, n, most);
    if (rootless && n < 3 && !memchr(interval, 0, n))
        n = add_if(c, 0, interval, n, most);
    /* too few tones: roots and fifths again */
    static const uint8_t again[] = { 0, 7, 3, 0 };
    for (size_t i = 0; i < SNQ_COUNT(again) && n < most && kind != SNQ_VOICING_shell && !rootless;
         i++)
        n = add_if(c, again[i], interval, n, most);
    return n;
}

/* ---- 2: layouts ---- */

static float near_enough(float value, float low, float high, float price)
{
    return value < low ? (low - value) * price : value > high ? (value - high) * price : 0;
}

/* The layout's own shape, by kind: 0 is as the style likes it. */
static float shape_cost(const snq_voicing *v, int kind, const snq_chord *c)
{
    const int n = v->notes;
    const float span = (float)(v->pitch[n - 1] - v->pitch[0]);
    const float first = n > 1 ? (float)(v->pitch[1] - v->pitch[0]) : 0;
    const int lowest = (v->pitch[0] + 2 * OCTAVE - c->root) % OCTAVE;
    float cost = 0;
    switch (kind) {
    case SNQ_VOICING_open:
        return near_enough(span, 12, 19, 1.0f);
    case SNQ_VOICING_drop2:
        return near_enough(span, n > 3 ? 12 : 10, 17, 1.0f) + near_enough(first, 5, 10, 0.7f);
    case SNQ_VOICING_spread:
        return near_enough(first, 7, 12, 1.0f) + near_enough(span, 14, 24, 0.7f);
    case SNQ_VOICING_rootless:
        return near_enough(span, 0, 12, 1.0f) +
               (lowest == 3 || lowest == 4 || lowest == 10 || lowest == 11 ? 0 : 3);
    case SNQ_VOICING_shell:
        return near_enough(span, 0, 16, 1.0f);
    case SNQ_VOICING_power:
        return lowest == 0 ? near_enough(span, 7, 12, 2.0f) : 20;
    case SNQ_VOICING_quartal:
        for (int i = 1; i < n; i++)
            cost += near_enough((float)(v->pitch[i] - v->pitch[i - 1]), 4, 6, 0.8f);
        return cost;
    default:
        return near_enough(span, 0, n > 4 ? 14 : 12, 1.0f);
    }
}

/* Muddy below, rubbing neighbours. */
static float rub_cost(const snq_voicing *v)
{
    float cost = 0;
    for (int i = 1; i < v->notes; i++) {
        const int low = v->pitch[i - 1], gap = v->pitch[i] - low;
        if (low < 43 && gap < 7)
            cost += 6;
        else if (low < 48 && gap < 5)
            cost += 4;
        else if (low < 53 && gap < 3)
            cost += 3;
        if (gap == 1)
            cost += i + 1 == v->notes ? 4 : 1;
        if (gap > 12)
            cost += (float)(gap - 12);
        for (int j = 0; j + 1 < i; j++)
            if (v->pitch[i] - v->pitch[j] == 13)
                cost += 2;
    }
    return cost;
}

/* The place of v among the cheapest ways, if it has one. */
static void keep(choice *c, const snq_voicing *v, float own)
{
    size_t at = c->ways;
    if (at == KEEP && own >= c->way[KEEP - 1].own)
        return;
    at -= at == KEEP;
    c->ways = (uint8_t)(at + 1);
    for (; at > 0 && c->way[at - 1].own > own; at--)
        c->way[at] = c->way[at - 1];
    c->way[at] = (layout) { *v, own };
}

/* Tones in this order, stacked closely, from every place in the register. */
static void stack(const snq_voicing_cfg *cfg, const snq_chord *c, const uint8_t *order, size_t n,
                  choice *out)
{
    const float middle = (float)(cfg->low + cfg->high) * 0.5f;
    const int first = (c->root + order[0]) % OCTAVE;
    for (int base = cfg->low + (first - cfg->low % OCTAVE + OCTAVE) % OCTAVE; base <= cfg->high;
         base += OCTAVE) {
        snq_voicing v = { .notes = (uint8_t)n };
        int at = base;
        float sum = 0;
        v.pitch[0] = (uint8_t)base;
        for (size_t i = 1; i < n; i++) {
            const int up = (order[i] - order[i - 1] + OCTAVE) % OCTAVE;
            at += up > 0 ? up : OCTAVE;
            v.pitch[i] = (uint8_t)(at < 127 ? at : 127);
        }
        if (at > cfg->high)
            return;
        for (size_t i = 0; i < n; i++)
            sum += (float)v.pitch[i];
        const float off = sum / (float)n - middle;
        keep(out, &v, shape_cost(&v, cfg->kind, c) + rub_cost(&v) + (off < 0 ? -off : off) * 0.2f);
    }
}

/* All orders of order (n,): the next in lexical order; 0 after the last. */
static int next_order(uint8_t *order, size_t n)
{
    size_t i = n - 1, j = n - 1;
    while (i > 0 && order[i - 1] >= order[i])
        i--;
    if (i == 0)
        return 0;
    while (order[j] <= order[i - 1])
        j--;
    const uint8_t swap = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swap;
    for (j = n - 1; i < j; i++, j--) {
        const uint8_t turn = order[i];
        order[i] = order[j];
        order[j] = turn;
    }
    return 1;
}

static void add_bass(const snq_chord *c, choice *out)
{
    const int bass = BASS_LOW + (c->bass + OCTAVE - BASS_LOW % OCTAVE) % OCTAVE;
    for (size_t k = 0; k < out->ways; k++) {
        snq_voicing *v = &out->way[k].v;
        if (v->pitch[0] <= bass)
            continue;
        memmove(v->pitch + 1, v->pitch, v->notes);
        v->pitch[0] = (uint8_t)bass;
        v->notes++;
    }
}

static void layouts(const snq_voicing_cfg *cfg, const snq_chord *c, choice *out)
{
    uint8_t tone[SNQ_VOICING_NOTES_MAX], order[SNQ_VOICING_NOTES_MAX];
    out->ways = 0;
    if (c->tones == 0)
        return;
    snq_voicing_cfg wish = *cfg;
    if (cfg->with_bass) {
        wish.voices = (uint8_t)(cfg->voices > 2 ? cfg->voices - 1 : cfg->voices);
        wish.low = (uint8_t)(cfg->low > BASS_HIGH + 2 ? cfg->low : BASS_HIGH + 2);
        wish.high = (uint8_t)(cfg->high > wish.low + 18 ? cfg->high : wish.low + 18);
    }
    if (wish.voices > ORDER_MAX)
        wish.voices = ORDER_MAX;
    /* fewer voices where the register is too narrow for all */
    for (; out->ways == 0 && wish.voices > 0; wish.voices--) {
        const size_t n = snq__voicing_tones(c, cfg->kind, wish.voices, tone);
        for (size_t i = 0; i < n; i++) { /* in rising order, from where all orders begin */
            size_t at = i;
            for (; at > 0 && order[at - 1] > tone[i]; at--)
                order[at] = order[at - 1];
            order[at] = tone[i];
        }
        do
            stack(&wish, c, order, n, out);
        while (next_order(order, n));
    }
    if (cfg->with_bass)
        add_bass(c, out);
}

/* ---- 3: the path ---- */

float snq__voicing_motion(const snq_voicing *a, const snq_voicing *b)
{
    float cost = 0;
    if (a->notes == 0 || b->notes == 0)
        return 0;
    const int n = a->notes > b->notes ? a->notes : b->notes;
    for (int i = 0; i < n; i++) { /* voices from the top; who has none moves with the lowest */
        const int x = a->pitch[a->notes - 1 - (i < a->notes ? i : a->notes - 1)];
        const int y = b->pitch[b->notes - 1 - (i < b->notes ? i : b->notes - 1)];
        const float d = (float)(x > y ? x - y : y - x);
        cost += d * (i == 0 ? 1.3f : 1.0f) + (d > 7 ? (d - 7) * 2 : 0);
    }
    return cost;
}

static float ceiling_cost(const snq_voicing *v, int ceiling)
{
    float cost = 0;
    for (int i = 0; i < v->notes; i++)
        cost += v->pitch[i] > ceiling ? 1.0f + 0.3f * (float)(v->pitch[i] - ceiling) : 0;
    return cost;
}

/* The best way to reach each layout of c. */
static void arrive(choice *c, const choice *prev, const snq_voicing *before, int ceiling)
{
    for (size_t k = 0; k < c->ways; k++) {
        const layout *to = &c->way[k];
        float best = prev ? 1e30f : snq__voicing_motion(before, &to->v);
        c->from[k] = 0;
        for (size_t j = 0; prev && j < prev->ways; j++) {
            const float cost = prev->cost[j] + snq__voicing_motion(&prev->way[j].v, &to->v);
            if (cost < best) {
                best = cost;
                c->from[k] = (uint8_t)j;
            }
        }
        c->cost[k] = (prev && prev->ways == 0 ? 0 : best) + to->own + ceiling_cost(&to->v, ceiling);
    }
}

static int alike(const snq_chord *a, const snq_chord *b)
{
    return a->root == b->root && a->tones == b->tones && a->bass == b->bass;
}

/* Layouts are the same for the same chord: of an earlier one they are taken. */
static void find_layouts(const snq_voicing_cfg *cfg, const snq_voicing_job *job, size_t i,
                         choice *c)
{
    for (size_t back = 1; back <= 16 && back <= i; back++)
        if (alike(&job[i].chord, &job[i - back].chord)) {
            memcpy(c[i].way, c[i - back].way, sizeof c[i].way);
            c[i].ways = c[i - back].ways;
            return;
        }
    layouts(cfg, &job[i].chord, &c[i]);
}

snq_status snq_voicing_run(const snq_voicing_cfg *cfg, const snq_voicing_job *job, size_t n,
                           const snq_voicing *before, snq_voicing *out)
{
    choice *c = n > 0 ? snq_calloc(n, sizeof *c) : NULL;
    if (n > 0 && !c)
        return SNQ_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        find_layouts(cfg, job, i, c);
        arrive(&c[i], i > 0 ? &c[i - 1] : NULL, before, job[i].ceiling);
    }
    size_t k = 0;
    for (size_t i = n; i-- > 0;) {
        /* the end of a path: the last chord, or the one before a silence */
        if (i + 1 == n || c[i + 1].ways == 0) {
            k = 0;
            for (size_t j = 1; j < c[i].ways; j++)
                k = c[i].cost[j] < c[i].cost[k] ? j : k;
        } else {
            k = c[i + 1].from[k];
        }
        out[i] = c[i].ways > 0 ? c[i].way[k].v : (snq_voicing) { .notes = 0 };
    }
    snq_free(c);
    return SNQ_OK;
}

/* ---- chords of a context ---- */

/* What a melody that is there leaves free, in the bars of a chord. */
static uint8_t ceiling_of(const snq_context *c, const snq_chord_at *at)
{
    int ceiling = 127;
    const int32_t last = (at->step + at->steps - 1) / c->bar_steps;
    for (int32_t b = at->step / c->bar_steps; b <= last && b < c->form.bars; b++) {
        const snq_register *m = &c->range[SNQ_PART_melody][b], *v = &c->range[SNQ_PART_vocal][b];
        if (m->low <= m->high && m->low < ceiling)
            ceiling = m->low;
        if (v->low <= v->high && v->low < ceiling)
            ceiling = v->low;
    }
    return (uint8_t)ceiling;
}

snq_status snq__voicing_of_context(const snq_context *c, size_t first, size_t n,
                                   const snq_voicing_cfg *cfg, const snq_voicing *before,
                                   snq_voicing *out)
{
    snq_voicing_job *job = n > 0 ? snq_calloc(n, sizeof *job) : NULL;
    if (n > 0 && !job)
        return SNQ_ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        job[i] =
            (snq_voicing_job) { c->chord[first + i].chord, ceiling_of(c, &c->chord[first + i]) };
    const snq_status st = snq_voicing_run(cfg, job, n, before, out);
    snq_free(job);
    return st;
}
