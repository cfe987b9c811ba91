// SPDX-License-Identifier: MIT
/* IDEA   A film says how many hats a bar has, not which: those stay that the groove wants most, and what is added comes
 *        where a hand would put it next, on eighths first, then between. The kick falls by a pattern of its own; what
 *        goes on around the beat is as likely as the film is busy.
 *
 * STEPS  hats h    N steps that may have one: all of the bar; where eighths swing, those, and what the groove has between.
 *                  The floor(h N + 1/2) with the lowest price have one, the others none:
 *                    o = u (1 - c) / (c (1 - u))      odds by which chance c had to grow to beat its number u
 *                    price = o / (1 + o) + place (beat 0, eighth .05, sixteenth .5) + .5 (1 - loudness) - .1 if open
 *                    where the groove has none: 2 + place, from the bar's end on; its drum is the one that runs
 *                    through, softer off the beat
 *        around p  x = 2 p;  below 1 chance' = chance * (beat: min(1, 2 x), eighth: min(1, 1.2 x), sixteenth: x^2);
 *                  above, odds times 1 + 12 (x - 1), and ghost notes of the snare or rim between the beats.
 *                  What is certain in the kit stays; the percussion has nothing that is certain.
 *        kick      a table in 4/4, read in other metres as grooves are; what is not certain in it is drawn for
 *                  the two bars of an idea
 *        Energy opens a lane by the mean of the bar's and the wish's.
 *
 * CONST  All ours. "half_time", "breakbeat" after those grooves' first kicks; "syncopated" is the tresillo (3 + 3 + 2).
 * COST   hats: a sort of the bar's steps. Nothing without wishes.
 * LIMITS The kick alone is half time: the snare stays where the style has it. A fill is the style's and takes the kick's
 *        and the hats' place. A style without a hat in any groove (cinematic) has none with a wish. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compose/drum_impl.h"
#include "compose/style.h"
#include "score/drum_keys.h"

#define CERTAIN 0.95 /* from this chance on a hit makes the genre */

/* ---- what a bar wishes ---- */

void snq__drum_wish_read(snq__drums *d)
{
    const snq_context *c = d->job->context;
    const snq_bar_wish none = snq_bar_wish_none(), *w = c->wish ? &c->wish[d->bar] : &none;
    const int kick = snq_wish_choice(w->kick);
    d->energy = snq_context_energy(c, d->bar);
    d->wish.hats = d->percussion ? NAN : w->hat_density;
    d->wish.around = w->percussion;
    d->wish.kick = d->percussion || kick < 0 ? SNQ_KICK_style : kick;
}

/* How well a lane may run through: closed hats best, then what there is most of. */
static double runs_well(const snq_drum_lane *lane, uint32_t steps)
{
    double most = 0.0;
    for (uint32_t k = 0; k < steps; k++)
        most += (double)lane->chance[k] / steps;
    if (snq__drum_class_of(lane->key) != SNQ__DRUM_HATS || lane->doubles >= 0)
        return 0.0;
    return lane->key == SNQ_DRUM_HAT_CLOSED                                 ? 4.0 + most
           : lane->key == SNQ_DRUM_HAT_OPEN || lane->key == 53 /* a bell */ ? 0.01 + most
                                                                            : 1.0 + most;
}

static void find_runner(snq__drums *d)
{
    double best = 0.0;
    for (uint32_t n = 0; n <= d->style->grooves; n++) { /* this groove's, else another's */
        const snq_drum_groove *g = n ? &d->style->groove[n - 1] : &d->groove;
        for (uint32_t i = 0; i < g->lanes && (n == 0 || best < 1.0); i++) {
            const double well = runs_well(&g->lane[i], g->steps);
            if (well <= best)
                continue;
            best = well;
            d->wish.hat_key = g->lane[i].key;
            d->wish.hat_velocity = g->lane[i].velocity;
            d->wish.hat_late = g->lane[i].late_steps;
        }
    }
}

void snq__drum_wish_section(snq__drums *d)
{
    d->wish.hat_key = 0;
    d->wish.ghost_lane = -1;
    d->wish.has_kick = 0;
    if (!d->job->context->wish)
        return;
    if (!d->percussion)
        find_runner(d);
    for (uint32_t i = 0; i < d->groove.lanes; i++) {
        const snq_drum_lane *lane = &d->groove.lane[i];
        const int old = d->wish.ghost_lane < 0 ? 0 : d->groove.lane[d->wish.ghost_lane].key;
        d->wish.has_kick |= lane->doubles < 0 && snq__drum_class_of(lane->key) == SNQ__DRUM_KICKS;
        if ((lane->key == SNQ_DRUM_SNARE && old != SNQ_DRUM_SNARE) ||
            (lane->key == SNQ_DRUM_RIM && old == 0))
            d->wish.ghost_lane = (int)i;
    }
    snq_bar_map_make(d->intent->beats_per_bar, d->intent->beat_unit, 4, 4, &d->wish.plain);
}

double snq__drum_wish_gate(const snq__drums *d, int key)
{
    const snq__drum_class c = snq__drum_class_of(key);
    const float wish = d->percussion || c == SNQ__DRUM_TOMS || c == SNQ__DRUM_OTHERS
                           ? d->wish.around
                       : c == SNQ__DRUM_HATS ? d->wish.hats
                                             : NAN;
    return isnan(wish) ? (double)d->energy : (double)(d->energy + wish) / 2.0;
}

/* ---- kick ---- */

int snq__drum_wish_kicks(const snq__drums *d, const snq_drum_lane *lane)
{
    return d->wish.kick != SNQ_KICK_style && lane->doubles < 0 &&
           snq__drum_class_of(lane->key) == SNQ__DRUM_KICKS;
}

double snq__drum_wish_kick(const snq__drums *d, int key, int p)
{
    /* by step of 4/4; four_on_floor: see below */
    static const float chance[SNQ_KICKS][16] = {
        [SNQ_KICK_half_time] = { 1, 0, 0, 0.2f, 0, 0, 0, 0.15f, 0, 0, 0.45f, 0, 0, 0, 0, 0.15f },
        [SNQ_KICK_breakbeat] = { 1, 0, 0.6f, 0, 0, 0, 0, 0.2f, 0, 0, 1, 0.4f, 0, 0, 0, 0 },
        [SNQ_KICK_syncopated] = { 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0.8f, 0, 0, 0.6f, 0 },
        [SNQ_KICK_sparse] = { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.15f, 0, 0, 0, 0, 0 },
    };
    const int wish = d->wish.kick, place = d->wish.plain.place[p], step = d->wish.plain.heavy[p];
    if (wish == SNQ_KICK_style || wish == SNQ_KICK_none)
        return 0.0;
    if (wish == SNQ_KICK_four_on_floor)
        return place == 0 ? 1.0 : 0.0;
    /* where a group begins is certain in no metre but for the first */
    const double c = step < 0 || (step == 0 && p > 0) ? 0.0 : (double)chance[wish][step];
    const uint32_t where =
        (uint32_t)(d->nth % SNQ__DRUM_CYCLE * d->bar_steps + p) << 3 | (uint32_t)wish;
    if (c <= 0.0 ||
        (c < 1.0 && snq__drum_chance(d, "kick wish", (uint32_t)key | d->material << 8, where) >= c))
        return 0.0;
    return p == 0 ? 1.0 : c >= 1.0 ? 0.96 : 0.86;
}

/* ---- hats ---- */

typedef struct price {
    double price;
    int p;
} price;

static int by_price(const void *a, const void *b)
{
    const price *x = a, *y = b;
    if (x->price != y->price)
        return x->price < y->price ? -1 : 1;
    return x->p - y->p;
}

static double price_of_place(int place)
{
    return place == 0 ? 0.0 : place % 2 == 0 ? 0.05 : 0.5;
}

/* What a hat at step p costs; *between: the groove has one there. */
static double hat_price(const snq__drums *d, const int *loyal, int p, int *between)
{
    const int k = snq__drum_source(d, d->reads[p], 0), place = d->map.place[p];
    double best = 100.0;
    *between = 0;
    for (uint32_t i = 0; i < d->groove.lanes && k >= 0; i++) {
        const snq_drum_lane *lane = &d->groove.lane[i];
        const double c = lane->chance[k], e = snq__drum_wish_gate(d, lane->key);
        if (snq__drum_class_of(lane->key) != SNQ__DRUM_HATS || lane->doubles >= 0 || c <= 0.0)
            continue;
        *between = 1;
        if (e < (double)lane->low || e > (double)lane->high)
            continue;
        const double u = snq__drum_draw(d, lane, d->reads[p], "hit", loyal[i]);
        const double odds = c >= 1.0 ? 0.0 : u * (1.0 - c) / (c * (1.0 - u));
        const double loud = (double)(lane->velocity * lane->accent[k]) / 127.0;
        const double is = odds / (1.0 + odds) + price_of_place(place) +
                          0.5 * (1.0 - (loud < 1.0 ? loud : 1.0)) -
                          (lane->key == SNQ_DRUM_HAT_OPEN ? 0.1 : 0.0);
        best = is < best ? is : best;
    }
    if (best < 100.0)
        return best;
    /* from the last group on, each second first */
    const int back = d->map.groups - 1 - d->map.group[p];
    return 2.0 + price_of_place(place) + (place == 1 ? 0.2 : 0.0) +
           0.1 * (back % 2 * d->map.groups + back) / (2.0 * d->map.groups);
}

void snq__drum_wish_bar(snq__drums *d)
{
    price step[SNQ_BAR_STEPS_MAX];
    int loyal[SNQ_DRUM_LANES_MAX] = { 0 }, n = 0;
    if (isnan(d->wish.hats))
        return;
    for (uint32_t i = 0; i < d->groove.lanes; i++)
        loyal[i] = snq__drum_loyal(d, d->groove.lane[i].key);
    for (int p = 0; p < d->map.steps; p++) {
        int between;
        const double is = hat_price(d, loyal, p, &between);
        if (d->intent->swing_step != 2 || d->map.place[p] % 2 == 0 || between)
            step[n++] = (price) { is, p };
    }
    qsort(step, (size_t)n, sizeof *step, by_price);
    memset(d->wish.hat, 0, (size_t)d->map.steps);
    for (int i = 0; i < n && i < (int)((double)d->wish.hats * n + 0.5); i++)
        d->wish.hat[step[i].p] = 1;
}

int snq__drum_wish_hat(const snq__drums *d, int key, int p)
{
    return isnan(d->wish.hats) || snq__drum_class_of(key) != SNQ__DRUM_HATS || d->wish.hat[p];
}

double snq__drum_wish_runs(const snq__drums *d, int p)
{
    const int place = d->map.place[p];
    if (isnan(d->wish.hats) || !d->wish.hat[p] || d->wish.hat_key == 0)
        return 0.0;
    return (double)d->wish.hat_velocity * (place == 0 ? 0.95 : place % 2 == 0 ? 0.86 : 0.7);
}

/* ---- around the beat ---- */

static double around(const snq__drums *d, double chance, int p)
{
    const double x = 2.0 * (double)d->wish.around;
    const int place = d->map.place[p];
    if (x > 1.0)
        return snq__drum_bend(chance < 0.97 ? chance : 0.97, 1.0 + 12.0 * (x - 1.0));
    const double less = place == 0 ? 2.0 * x : place % 2 == 0 ? 1.2 * x : x * x;
    return chance * (less < 1.0 ? less : 1.0);
}

double snq__drum_wish_chance(const snq__drums *d, int key, double chance, int p)
{
    const snq__drum_class c = snq__drum_class_of(key);
    const int is_beat = c == SNQ__DRUM_KICKS || c == SNQ__DRUM_HATS || c == SNQ__DRUM_CRASHES;
    if (isnan(d->wish.around) || (!d->percussion && (is_beat || chance >= CERTAIN)))
        return chance;
    return around(d, chance, p);
}

double snq__drum_wish_ghost(const snq__drums *d, uint32_t i, double chance, int p)
{
    const snq__drum_class c = snq__drum_class_of(d->groove.lane[i].key);
    if (isnan(d->wish.around) || (!d->percussion && c == SNQ__DRUM_HATS))
        return chance;
    const double own = around(d, chance, p), more = 2.0 * (double)d->wish.around - 1.0;
    const int place = d->map.place[p];
    if ((int)i != d->wish.ghost_lane || d->percussion || more <= 0.0)
        return own;
    const double added = more * (place == 3 ? 0.5 : place % 2 == 1 ? 0.35 : place > 0 ? 0.1 : 0.0);
    return added > own ? added : own;
}

double snq__drum_wish_fills(const snq__drums *d)
{
    return isnan(d->wish.around) ? 1.0 : 2.0 * (double)d->wish.around;
}
