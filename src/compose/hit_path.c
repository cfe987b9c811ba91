// SPDX-License-Identifier: MIT
/* IDEA   Where the picture cuts, music may take another breath: a tempo a little faster or slower, from the first beat
 *        on that the cut allows. Each section's tempo moves where the beats of all later ones fall, so all sections are
 *        planned together, from the last one back to the first.
 *
 * STEPS  gates    g[s] = time of the cut that section s begins at, minus the tolerance; g[0] that of the film's start.
 *                 Cuts nearer than section_min_s begin none; with more than fit, section_min_s grows
 *        state    (k, b, p): tempo k of a grid even in the logarithm; b: place in its bar of the section's first beat;
 *                 p: how long after the gate that beat comes, in PLACES of the slowest tempo's beat
 *        value    V[s](k, b, p) = sum of w * level over the hits between g[s] and g[s + 1]
 *                                 + max over k' of V[s + 1](k', b', p') - TURN * |k' - k|,   |k' - k| <= change_max
 *                 where (b', p') is the first beat after g[s + 1] at tempo k: tempo changes on that beat
 *        hits     a hit is met by the places p of an arc around it, for each beat n: rows of differences, as in
 *                 hit_search.c, one of beats and eighths and one for each place in the bar that makes it a downbeat
 *        forward  from the best state the exact times are kept; only the choice k' is looked up, at the nearest place
 * CONST  TURN .01 of a cut for a percent: so that tempo does not move for nothing.
 * COST   sections * tempos * places * bar places * reach; tempos get fewer where WORK would be passed.
 * LIMITS A hit within the tolerance after a gate may have been met by the beat before it: it counts as missed here, as
 *        met in the report. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/hit_fit_impl.h"

enum { PLACES = 96, TEMPOS_MAX = 128, TEMPOS_MIN = 12, BAR_PLACES_MAX = 99 };
#define WORK 12e6
#define TURN 1.0f /* of the logarithm of the ratio */

typedef struct path {
    const snq_fit_cfg *cfg;
    const snq_hit_list *hits;
    double gate[SNQ_TEMPO_STEPS_MAX + 1]; /* (sections + 1,), the last: the film's end, and on */
    uint32_t first_hit[SNQ_TEMPO_STEPS_MAX + 1];
    uint32_t sections;
    double place_s; /* of p */
    int32_t tempos, reach, bar_places, unit;
    double period[TEMPOS_MAX];
    float turn;      /* cost of a step of k */
    float *value;    /* (tempos, bar_places, PLACES) of the section after */
    float *next;     /* the same: the best over k' */
    float *who;      /* (bar_places, PLACES): scratch */
    uint8_t *choice; /* (sections, tempos, bar_places, PLACES): k' for the section s + 1 */
} path;

static size_t states_of(const path *p)
{
    return (size_t)p->bar_places * PLACES;
}

/* ---------------------------------------------------------------- gates, tempos */

static void set_gates(path *p)
{
    const snq_fit_cfg *c = p->cfg;
    double apart = c->section_min_s;
    const double least = c->end_s / (SNQ_TEMPO_STEPS_MAX - 1);
    uint32_t h = 0;
    apart = apart > least ? apart : least;
    p->gate[0] = -c->tolerance_s;
    p->sections = 1;
    for (uint32_t i = 0; i < p->hits->hits; i++) {
        const snq_hit *hit = &p->hits->hit[i];
        const double at = hit->t_s - c->tolerance_s;
        if (hit->kind == SNQ_HIT_CUT && at - p->gate[p->sections - 1] >= apart - 1e-9 &&
            hit->t_s < c->end_s && p->sections < SNQ_TEMPO_STEPS_MAX)
            p->gate[p->sections++] = at;
    }
    for (uint32_t s = 0; s <= p->sections; s++) {
        while (h < p->hits->hits && s > 0 && (s == p->sections || p->hits->hit[h].t_s < p->gate[s]))
            h++;
        p->first_hit[s] = h;
    }
    p->gate[p->sections] = c->end_s + 1.0;
}

static int32_t common_divisor(int32_t a, int32_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

static void set_tempos(path *p)
{
    const snq_fit_cfg *c = p->cfg;
    const double whole = log(c->bpm_max / c->bpm_min), change = log(1.0 + c->change_max);
    p->unit = common_divisor(c->bar_steps, 4);
    p->bar_places = c->bar_steps / p->unit;
    /* tempos * reach grow together: about change / whole * n of n */
    const double states = (double)p->sections * (double)states_of(p);
    double n = 1.0 + whole / 0.0015;
    const double room = sqrt(WORK / states * (whole > 0.0 ? 0.5 * whole / change : 1.0));
    n = n < room ? n : room;
    n = n < TEMPOS_MAX ? n : TEMPOS_MAX;
    const double coarse = 1.0 + whole / (0.5 * change); /* two steps of tempo in reach at least */
    n = n > coarse ? n : coarse < TEMPOS_MAX ? coarse : TEMPOS_MAX;
    p->tempos = whole > 1e-9 ? (int32_t)n + 1 : 1;
    p->tempos = p->tempos < TEMPOS_MAX ? p->tempos : TEMPOS_MAX;
    const double step = p->tempos > 1 ? whole / (p->tempos - 1) : 1.0;
    p->reach = (int32_t)(change / step + 1e-9);
    p->turn = TURN * (float)step;
    for (int32_t k = 0; k < p->tempos; k++)
        p->period[k] = 60.0 / (c->bpm_min * exp(step * k));
    p->place_s = p->period[0] / PLACES;
}

/* ---------------------------------------------------------------- one section */

typedef struct rows {
    float any[PLACES + 1];
    float down[BAR_PLACES_MAX][PLACES + 1];
} rows;

/* The places whose beat is within the tolerance of `at` (after the gate). */
static void put(float *row, const path *p, double at, float w)
{
    const double tol = p->cfg->tolerance_s - 0.5 * p->place_s;
    const double from = ceil((at - tol) / p->place_s - 0.5),
                 to = floor((at + tol) / p->place_s - 0.5);
    const int32_t a = from > 0.0 ? (int32_t)from : 0,
                  b = to < PLACES - 1 ? (int32_t)to : PLACES - 1;
    if (from < PLACES && a <= b) {
        row[a] += w;
        row[b + 1] -= w;
    }
}

/* Which place of the first beat makes beat n a downbeat; -1: none does. */
static int32_t downbeat_place(const path *p, int64_t n)
{
    const int64_t steps = p->cfg->bar_steps;
    const int64_t place = ((-4 * n) % steps + steps) % steps;
    return place % p->unit == 0 ? (int32_t)(place / p->unit) : -1;
}

static void put_hit(const path *p, rows *r, double after, double period, float w)
{
    const snq_fit_cfg *c = p->cfg;
    const int64_t last = (int64_t)floor((after + c->tolerance_s) / period) + 1;
    for (int64_t n = last - 2 > -1 ? last - 2 : -1; n <= last; n++) {
        const double at = after - (double)n * period;
        if (n >= 0) /* the beat before is the last section's */
            put(r->any, p, at, w);
        put(r->any, p, at - period / 2.0, w * c->eighth);
        const int32_t place = n >= 0 ? downbeat_place(p, n) : -1;
        if (place >= 0)
            put(r->down[place], p, at, w * (c->downbeat - 1.0f));
    }
}

static void put_end(const path *p, rows *r, double after, double period)
{
    const snq_fit_cfg *c = p->cfg;
    const int64_t last = (int64_t)floor((after + c->tolerance_s) / period) + 1;
    for (int64_t n = last - 2 > 0 ? last - 2 : 0; n <= last; n++) {
        const int32_t place = downbeat_place(p, n);
        if (place >= 0)
            put(r->down[place], p, after - (double)n * period, c->end_weight * c->downbeat);
    }
}

static void sum_up(float *row)
{
    float sum = 0.0f;
    for (int32_t i = 0; i < PLACES; i++)
        row[i] = sum += row[i];
}

static void section_rows(const path *p, uint32_t s, int32_t k, rows *r)
{
    const float luck = (float)snq__hit_luck(p->cfg, 60.0 / p->period[k]);
    memset(r, 0, sizeof *r);
    for (uint32_t h = p->first_hit[s]; h < p->first_hit[s + 1]; h++) {
        put_hit(p, r, p->hits->hit[h].t_s - p->gate[s], p->period[k], p->hits->hit[h].weight);
        r->any[0] -= p->hits->hit[h].weight * luck;
    }
    if (s + 1 == p->sections)
        put_end(p, r, p->cfg->end_s - p->gate[s], p->period[k]);
    sum_up(r->any);
    for (int32_t b = 0; b < p->bar_places; b++)
        sum_up(r->down[b]);
}

/* ---------------------------------------------------------------- backward */

/* Of the values after a gate: which tempo to take there, and what it is worth. */
static void choose(path *p, uint32_t s)
{
    const size_t n = states_of(p);
    uint8_t *choice = p->choice + (size_t)s * (size_t)p->tempos * n;
    float *who = p->who; /* numbers as float: so that the loop runs in lanes */
    for (int32_t k = 0; k < p->tempos; k++) {
        float *best = p->next + (size_t)k * n;
        memcpy(best, p->value + (size_t)k * n, n * sizeof *best);
        for (size_t i = 0; i < n; i++)
            who[i] = (float)k;
        for (int32_t d = -p->reach; d <= p->reach; d++) {
            if (d == 0 || k + d < 0 || k + d >= p->tempos)
                continue;
            const float *v = p->value + (size_t)(k + d) * n;
            const float cost = p->turn * (float)(d < 0 ? -d : d), name = (float)(k + d);
            for (size_t i = 0; i < n; i++) {
                const float worth = v[i] - cost;
                who[i] = worth > best[i] ? name : who[i];
                best[i] = worth > best[i] ? worth : best[i];
            }
        }
        for (size_t i = 0; i < n; i++)
            choice[(size_t)k * n + i] = (uint8_t)who[i];
    }
}

/* The first beat at or after the next gate: which it is, and how long after it. */
static double next_beat(const path *p, uint32_t s, double period, double first, int64_t *n)
{
    const double length = p->gate[s + 1] - p->gate[s];
    const double beats = ceil((length - first) / period - 1e-9);
    *n = beats > 0.0 ? (int64_t)beats : 0;
    const double after = first + (double)*n * period - length;
    return after > 0.0 ? after : 0.0;
}

static int32_t place_of(const path *p, double after_s)
{
    const int32_t place = (int32_t)(after_s / p->place_s);
    return place < PLACES ? place : PLACES - 1;
}

static int32_t bar_place_after(const path *p, int32_t b, int64_t n)
{
    return (int32_t)((b * (int64_t)p->unit + 4 * n) % p->cfg->bar_steps) / p->unit;
}

static void value_section(path *p, uint32_t s, rows *r)
{
    const size_t states = states_of(p);
    for (int32_t k = 0; k < p->tempos; k++) {
        float *v = p->value + (size_t)k * states;
        const float *next = p->next + (size_t)k * states;
        section_rows(p, s, k, r);
        for (int32_t i = 0; i < PLACES; i++) {
            int64_t n = 0;
            const double after = next_beat(p, s, p->period[k], (i + 0.5) * p->place_s, &n);
            const int32_t to = place_of(p, after);
            const int goes_on = s + 1 < p->sections;
            for (int32_t b = 0; b < p->bar_places; b++)
                v[(size_t)b * PLACES + (size_t)i] =
                    r->any[i] + r->down[b][i] +
                    (goes_on ? next[(size_t)bar_place_after(p, b, n) * PLACES + (size_t)to] : 0.0f);
        }
    }
}

/* ---------------------------------------------------------------- forward */

static void follow(const path *p, snq_hit_fit *out)
{
    const size_t states = states_of(p), all = states * (size_t)p->tempos;
    size_t best = 0;
    for (size_t i = 1; i < all; i++)
        best = p->value[i] > p->value[best] ? i : best;
    size_t k = best / states;
    int32_t b = (int32_t)(best % states / PLACES);
    const int32_t place = b * p->unit;
    double after = ((double)(best % PLACES) + 0.5) * p->place_s, quarter = 0.0;
    for (uint32_t s = 0; s < p->sections; s++) {
        const double bpm = 60.0 / p->period[k];
        int64_t n = 0;
        if (out->steps == 0 || out->step[out->steps - 1].bpm != bpm)
            out->step[out->steps++] =
                (snq_tempo_step) { .quarter = quarter, .t_s = p->gate[s] + after, .bpm = bpm };
        if (s + 1 == p->sections)
            break;
        after = next_beat(p, s, p->period[k], after, &n);
        quarter += (double)n;
        b = bar_place_after(p, b, n);
        k = p->choice[((size_t)s * (size_t)p->tempos + k) * states + (size_t)b * PLACES +
                      (size_t)place_of(p, after)];
    }
    snq__hit_fit_close(p->cfg, place, out);
}

snq_status snq__hit_fit_path(const snq_fit_cfg *cfg, const snq_hit_list *hits, snq_hit_fit *out)
{
    snq_status st = SNQ_OK;
    rows *r = snq_calloc(1, sizeof *r);
    path *p = snq_calloc(1, sizeof *p);
    memset(out, 0, sizeof *out);
    if (!r || !p)
        SNQ_GOTO(SNQ_FAIL(SNQ_ERR_NOMEM, "a path of tempos"));
    p->cfg = cfg;
    p->hits = hits;
    set_gates(p);
    set_tempos(p);
    const size_t states = states_of(p) * (size_t)p->tempos;
    p->value = snq_alloc(states, sizeof *p->value);
    p->next = snq_alloc(states, sizeof *p->next);
    p->who = snq_alloc(states_of(p), sizeof *p->who);
    p->choice = snq_alloc(states, p->sections);
    if (!p->value || !p->next || !p->who || !p->choice)
        SNQ_GOTO(SNQ_FAIL(SNQ_ERR_NOMEM, "a path of tempos over %u sections", p->sections));
    for (uint32_t s = p->sections; s-- > 0;) {
        if (s + 1 < p->sections)
            choose(p, s);
        value_section(p, s, r);
    }
    follow(p, out);
fail:
    if (p) {
        snq_free(p->value);
        snq_free(p->next);
        snq_free(p->who);
        snq_free(p->choice);
    }
    snq_free(p);
    snq_free(r);
    return st;
}
