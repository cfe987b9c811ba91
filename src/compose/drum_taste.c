// SPDX-License-Identifier: MIT
/* IDEA   A style says what a genre's drummer might play; the words of the prompt say which drummer it is. Words
 *        change odds, they don't write notes: what is certain in a genre stays.
 *
 * STEPS  which groove: of those in this metre (else those in 4/4, else all), of the section's kind and energy
 *        (else of its kind, else any), the one that comes first in a race of clocks that ring at random, on
 *        average after 1 / weight. All sections share the piece's clocks with probability `loyalty`, else
 *        they have their own; so what comes again plays what it played.
 *        weight: times 4 for each quality or mood asked for, by 8 for each to be avoided.
 *        odds: chance' = c r / (c r + 1 - c), r the product of what the words say for kind of drum and step.
 *        density d: hats between the beats times 2 d below one half, up towards 1 above.
 *
 * CONST  All factors ours, by ear.
 * REFS   The race: von Neumann, "Various techniques used in connection with random digits" (1951): exact
 *        exponential times by comparing uniform numbers, without a logarithm. */
#include "compose/drum_impl.h"

#include <math.h>
#include <string.h>

#include "compose/style.h"
#include "score/drum_keys.h"

#define HAS(d, quality)   ((d)->job->track->qualities >> SNQ_QUALITY_##quality & 1u)
#define SHUNS(d, quality) ((d)->job->track->shunned >> SNQ_QUALITY_##quality & 1u)

snq__drum_class snq__drum_class_of(int key)
{
    switch (key) {
    case 35:
    case 36:
        return SNQ__DRUM_KICKS;
    case 28:
    case 31:
    case 37:
    case 38:
    case 39:
    case 40:
        return SNQ__DRUM_SNARES;
    case 41:
    case 43:
    case 45:
    case 47:
    case 48:
    case 50:
        return SNQ__DRUM_TOMS;
    case 42:
    case 44:
    case 46:
    case 51:
    case 53:
    case 54:
    case 59:
    case 69:
    case 70:
    case 82:
        return SNQ__DRUM_HATS;
    case 49:
    case 52:
    case 55:
    case 57:
        return SNQ__DRUM_CRASHES;
    default:
        return SNQ__DRUM_OTHERS;
    }
}

double snq__drum_chance(const snq__drums *d, const char *what, uint32_t a, uint32_t b)
{
    snq_rng r = snq_track_rng(d->job, what, a, b);
    return snq_rng_uniform(&r);
}

double snq__drum_bend(double chance, double r)
{
    if (chance <= 0.0 || chance >= 1.0)
        return chance;
    return chance * r / (chance * r + 1.0 - chance);
}

/* ---- which groove ---- */

/* A time until a clock rings: exponential, mean 1. */
static double wait(snq_rng *r)
{
    for (double whole = 0.0;; whole += 1.0) {
        const double first = snq_rng_uniform(r);
        double last = first;
        int falls = 1;
        for (;;) {
            const double next = snq_rng_uniform(r);
            if (next >= last)
                break;
            last = next;
            falls++;
        }
        if (falls % 2 == 1)
            return whole + first;
    }
}

static uint32_t count_bits(uint32_t x)
{
    uint32_t n = 0;
    for (; x; x &= x - 1u)
        n++;
    return n;
}

static double weigh(const snq__drums *d, const snq_drum_groove *g)
{
    const snq_track_intent *t = d->job->track;
    double w = g->weight;
    for (uint32_t i =
             count_bits(g->qualities & t->qualities) + count_bits(g->moods & d->intent->moods);
         i; i--)
        w *= 4.0;
    for (uint32_t i = count_bits(g->qualities & t->shunned); i; i--)
        w /= 8.0;
    return w;
}

/* 3 of this metre, 2 in 4/4, 1 others. */
static int metre_rank(const snq_intent *in, const snq_drum_groove *g)
{
    if (g->beats_per_bar == in->beats_per_bar && g->beat_unit == in->beat_unit)
        return 3;
    return g->beats_per_bar == 4 && g->beat_unit == 4 ? 2 : 1;
}

static int fits(const snq_form_section *s, const snq_drum_groove *g, int strict)
{
    const float e = s->energy > s->energy_end ? s->energy : s->energy_end;
    const int here = g->sections >> s->section & 1u;
    return strict == 0 || (here && (strict == 1 || (e >= g->low && e <= g->high)));
}

/* Index of a groove of list (n,), n > 0. */
static uint32_t choose(const snq__drums *d, const snq_form_section *s, const snq_drum_groove *list,
                       uint32_t n)
{
    int rank = 0;
    for (uint32_t i = 0; i < n; i++)
        rank = metre_rank(d->intent, &list[i]) > rank ? metre_rank(d->intent, &list[i]) : rank;
    const char *what = d->percussion ? "percussion" : "groove";
    const int loyal =
        snq__drum_chance(d, "loyal groove", d->material, 0) < (double)d->style->loyalty;
    const uint32_t idea = loyal ? UINT32_MAX : d->material;
    uint32_t best = UINT32_MAX;
    for (int strict = 2; strict >= 0 && best == UINT32_MAX; strict--) {
        double soonest = 0.0;
        for (uint32_t i = 0; i < n; i++) {
            if (metre_rank(d->intent, &list[i]) != rank || !fits(s, &list[i], strict))
                continue;
            snq_rng r = snq_track_rng(d->job, what, idea, i);
            const double t = wait(&r) / weigh(d, &list[i]);
            if (best == UINT32_MAX || t < soonest) {
                soonest = t;
                best = i;
            }
        }
    }
    return best;
}

/* ---- how words bend it ---- */

/* Twice as likely, half as likely, or as it is. */
static double word(uint32_t has, uint32_t shuns, double factor)
{
    return has ? factor : shuns ? 1.0 / factor : 1.0;
}

/* Odds of hits off the beat (off) or on it, of ghosts. */
static double word_odds(const snq__drums *d, snq__drum_class c, int step, int ghost)
{
    const int off = step % 4 != 0, between = step % 2 != 0;
    double r =
        word(HAS(d, busy), SHUNS(d, busy), 2.0) * word(HAS(d, sparse), SHUNS(d, sparse), 0.4);
    if (ghost)
        r *= (0.5 + (double)d->job->track->complexity) * word(HAS(d, funky), SHUNS(d, funky), 2.5) *
             word(HAS(d, rolling), SHUNS(d, rolling), 2.0) * word(HAS(d, soft), 0, 0.7) *
             word(HAS(d, clean), 0, 0.5);
    if (c == SNQ__DRUM_HATS)
        r *= word(HAS(d, driving), 0, 1.6) * word(between && HAS(d, rolling), 0, 2.0) *
             word(between && HAS(d, funky), 0, 1.8) * word(HAS(d, bright), 0, 1.3);
    if (c == SNQ__DRUM_KICKS || c == SNQ__DRUM_SNARES || c == SNQ__DRUM_OTHERS)
        r *= off ? word(HAS(d, syncopated), SHUNS(d, syncopated), 2.5) *
                       word(HAS(d, broken), SHUNS(d, broken), 1.8) *
                       word(HAS(d, funky), SHUNS(d, funky), 1.5)
                 : word(HAS(d, syncopated), 0, 0.6) *
                       word(c == SNQ__DRUM_KICKS && HAS(d, driving), 0, 2.0);
    if (c == SNQ__DRUM_KICKS)
        r *= word(HAS(d, rolling), 0, 1.4) * word(HAS(d, heavy) || HAS(d, aggressive), 0, 1.5);
    if (c == SNQ__DRUM_TOMS || c == SNQ__DRUM_OTHERS)
        r *= word(HAS(d, rolling), 0, 1.6);
    return r;
}

/* How much there is: 0.5 is as the style has it. */
static double dense(double chance, double density, int step, int certain_too)
{
    const double x = density < 0.0 ? 0.0 : density > 1.0 ? 1.0 : density;
    const double r = x > 0.5 ? 1.0 + 6.0 * (x - 0.5) : 1.0 / (1.0 + 6.0 * (0.5 - x));
    const double c = snq__drum_bend(chance, r);
    if (!certain_too || chance <= 0.0)
        return c;
    if (x < 0.5 && step % 4 != 0)
        return c * (step % 2 != 0 ? 2.0 * x : 0.4 + 1.2 * x);
    return c;
}

static double clamp_density(const snq__drums *d)
{
    double x = d->job->track->density;
    x += HAS(d, busy) ? 0.15 : 0.0;
    x -= HAS(d, sparse) ? 0.2 : 0.0;
    return x;
}

static void bend_lane(const snq__drums *d, const snq_drum_groove *g, snq_drum_lane *lane)
{
    const snq__drum_class c = snq__drum_class_of(lane->key);
    const int runs = c == SNQ__DRUM_HATS || c == SNQ__DRUM_OTHERS;
    const double density = clamp_density(d);
    for (uint32_t k = 0; k < g->steps; k++) {
        const int step = (int)(k % g->bar_steps);
        if (lane->doubles < 0)
            lane->chance[k] = (float)dense(
                snq__drum_bend(lane->chance[k], word_odds(d, c, step, 0)), density, step, runs);
        lane->ghost[k] = (float)dense(snq__drum_bend(lane->ghost[k], word_odds(d, c, step, 1)),
                                      density, step, 1);
        lane->roll[k] = (float)snq__drum_bend(
            lane->roll[k], word(HAS(d, glitchy), SHUNS(d, glitchy), 2.5) *
                               word(HAS(d, rolling), 0, 2.0) * word(HAS(d, sparse), 0, 0.4));
    }
}

/* A kick on every beat, where that is asked for; where it is to be broken up, what was one. */
static void bend_kick(const snq__drums *d, const snq_drum_groove *g, snq_drum_lane *lane)
{
    if (snq__drum_class_of(lane->key) != SNQ__DRUM_KICKS || lane->doubles >= 0)
        return;
    const int four = HAS(d, four_on_floor) && !(g->qualities >> SNQ_QUALITY_four_on_floor & 1u);
    const int flat =
        (HAS(d, broken) && !(g->qualities >> SNQ_QUALITY_broken & 1u)) || SHUNS(d, four_on_floor);
    int beats = 0, on = 0;
    for (uint32_t k = 0; k < g->steps; k += 4, beats++)
        on += lane->chance[k] >= 0.9f;
    for (uint32_t k = 0; k < g->steps && four; k++)
        lane->chance[k] = k % 4 == 0 ? 1.0f : lane->chance[k] * 0.3f;
    if (four || !flat || on < beats)
        return;
    static const float broken[16] = { 1,     0, 0,     0.15f, 0, 0.1f,  0.6f, 0.2f,
                                      0.25f, 0, 0.85f, 0.1f,  0, 0.15f, 0.3f, 0 };
    for (uint32_t k = 0; k < g->steps; k++)
        lane->chance[k] = broken[k % 16];
}

static float force_of(const snq__drums *d)
{
    float f = 1.0f;
    f *= HAS(d, soft) ? 0.78f : SHUNS(d, soft) ? 1.06f : 1.0f;
    f *= HAS(d, punchy) || HAS(d, heavy) || HAS(d, aggressive) ? 1.08f : 1.0f;
    f *= HAS(d, driving) ? 1.03f : 1.0f;
    return f;
}

void snq__drum_begin(snq__drums *d, const snq_track_job *job, int percussion, snq_track *out)
{
    memset(d, 0, sizeof *d);
    d->job = job;
    d->out = out;
    d->intent = job->context->intent;
    d->style = &d->intent->style->drums;
    d->bar_steps = snq_intent_bar_steps(d->intent);
    d->percussion = percussion;
    d->force = force_of(d);
    d->glitch = HAS(d, glitchy) ? 0.4f : 0.0f;
    d->chop = HAS(d, chopped) ? 0.6f : HAS(d, broken) ? 0.15f : 0.0f;
    const int want = d->intent->feel;
    d->speed = want == SNQ_FEEL_NORMAL || want == d->style->feel ? 1.0f
               : want == SNQ_FEEL_HALF                           ? 0.5f
                                                                 : 2.0f;
}

int snq__drum_section(snq__drums *d, uint32_t i)
{
    const snq_form_section *s = &d->job->context->form.section[i];
    const snq_drum_groove *list = d->percussion ? d->style->percussion : d->style->groove;
    const uint32_t n = d->percussion ? d->style->percussions : d->style->grooves;
    d->section = i;
    d->material = s->material;
    d->time = s->time;
    if (n == 0)
        return 0;
    d->groove = list[choose(d, s, list, n)];
    const snq_drum_groove *g = &d->groove;
    for (uint32_t k = 0; k < g->lanes; k++) {
        bend_kick(d, g, &d->groove.lane[k]);
        bend_lane(d, g, &d->groove.lane[k]);
    }
    snq_bar_map_make(d->intent->beats_per_bar, d->intent->beat_unit, g->beats_per_bar, g->beat_unit,
                     &d->map);
    snq__drum_wish_section(d);
    return 1;
}
