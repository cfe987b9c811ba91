// SPDX-License-Identifier: MIT
/* IDEA   A drummer has an idea of two bars and plays it again and again; in the fourth and eighth bar something
 *        is different, and when a part comes back it isn't quite what it was. So each step of the idea has
 *        one number drawn for good, u: the drum is struck where u is below the chance. As energy and density
 *        rise, the chance does, and hits are added to those that are there: none moves.
 *
 * STEPS  for drum x at step p of the bar `nth` of its section:
 *          u = U(idea, x, (nth mod 2, p));  in the second bar of a groove of one bar, mostly that of the first
 *          drawn anew:  by U < v * {.1 most bars, .2/.45 fourth, .3/.7 eighth; the second in its last half},
 *                       the same in each eighth bar after; and by U < .12 v with each return and each
 *                       eight bars (which then stays)
 *          struck if u < chance(step that p reads);  else a ghost if u' < ghost
 *        velocity = lane's * accent * words * (0.82 + 0.3 energy)
 *        A lane written as a part of a bar repeats its numbers with that part, but for 15 % of its steps.
 *        An open hat closes the closed one's mouth. A roll takes the place of what it covers.
 *        idea: the piece's own with probability `loyalty` (by drum), else the material's.
 *
 * CONST  Shares of variation are ours, tuned to a groove consistency of .64 .. .98 (5 .. 95 % of the Groove
 *        MIDI dataset, measured by us).
 * COST   some ten random numbers for a step and lane that have a chance; 100 bars of 10 lanes: 1 ms.
 * LIMITS An idea has two bars, no more. */
#include "compose/drum_impl.h"

#include <math.h>

#include "score/drum_keys.h"

enum { VARIED = 8, /* bars after which what varies is the same again */ PIECE_IDEA = 255 };

/* ---- windows ---- */

static void add_window(snq__drums *d, double from, double to, uint64_t low, uint64_t high)
{
    if (d->windows < SNQ__DRUM_WINDOWS && to > from)
        d->window[d->windows++] = (snq__drum_window) { from, to, { low, high } };
}

static void set_of(const uint8_t *keys, uint32_t n, uint64_t set[2])
{
    set[0] = set[1] = 0;
    for (uint32_t i = 0; i < n; i++)
        set[keys[i] >> 6 & 1] |= (uint64_t)1 << (keys[i] & 63);
}

void snq__drum_silence(snq__drums *d, double from, double to, const uint8_t *keys, uint32_t n)
{
    uint64_t set[2];
    set_of(keys, n, set);
    add_window(d, from, to, set[0], set[1]);
}

void snq__drum_leave_out(snq__drums *d, double from, double to, const uint8_t *keys, uint32_t n)
{
    uint64_t set[2];
    set_of(keys, n, set);
    add_window(d, from, to, ~set[0], ~set[1]);
}

static int may_play(const snq__drums *d, double step, int key)
{
    for (uint32_t i = 0; i < d->windows; i++) {
        const snq__drum_window *w = &d->window[i];
        if (step >= w->from && step < w->to && !(w->plays[key >> 6 & 1] >> (key & 63) & 1))
            return 0;
    }
    return 1;
}

/* ---- notes ---- */

static double ring_steps(int key)
{
    switch (snq__drum_class_of(key)) {
    case SNQ__DRUM_CRASHES:
        return 8.0;
    case SNQ__DRUM_HATS:
        return key == SNQ_DRUM_HAT_CLOSED || key == SNQ_DRUM_HAT_PEDAL ? 1.0 : 2.0;
    default:
        return 1.0;
    }
}

snq_status snq__drum_strike(snq__drums *d, double step, int key, double velocity)
{
    const double at = (double)d->bar * d->bar_steps + step, end = d->job->context->steps;
    const double steps = ring_steps(key);
    if (at >= end)
        return SNQ_OK;
    return snq_track_put(d->out, at > 0.0 ? at : 0.0, at + steps > end ? end - at : steps, key,
                         velocity);
}

/* ---- which step of the groove ---- */

int snq__drum_source(const snq__drums *d, int p, int heavy)
{
    const snq_drum_groove *g = &d->groove;
    const int col = heavy ? d->map.heavy[p] : d->map.even[p], size = g->bar_steps;
    if (col < 0)
        return -1;
    if (!heavy || d->speed == 1.0f)
        return d->nth % g->bars * size + col;
    if (d->speed < 1.0f)
        return col % 2 ? -1 : d->nth / 2 % g->bars * size + d->nth % 2 * (size / 2) + col / 2;
    const int twice = 2 * col;
    return (2 * d->nth + twice / size) % g->bars * size + twice % size;
}

static int is_heavy(int key)
{
    const snq__drum_class c = snq__drum_class_of(key);
    return c == SNQ__DRUM_KICKS || c == SNQ__DRUM_SNARES || c == SNQ__DRUM_TOMS;
}

/* Chopped: a beat plays another beat. Glitchy: a beat's first step, or two, again and again. */
static void read_order(snq__drums *d)
{
    const uint32_t turn = (uint32_t)(d->nth % VARIED) + (d->time ? VARIED : 0u);
    for (int p = 0; p < d->map.steps; p++)
        d->reads[p] = (int16_t)p;
    if (d->chop <= 0.0f && d->glitch <= 0.0f)
        return;
    const int groups = d->map.groups;
    for (int p = 0; p < d->map.steps; p++) {
        const uint32_t group = (uint32_t)d->map.group[p], where = turn << 16 | group;
        const int place = d->map.place[p], first = p - place;
        if (group > 0 && d->nth % 2 == 1 &&
            snq__drum_chance(d, "chop", d->material, where) < 0.5 * (double)d->chop) {
            const int other = (int)(snq__drum_chance(d, "piece", d->material, where) * groups);
            for (int q = 0; q < d->map.steps; q++)
                if (d->map.group[q] == other && d->map.place[q] == place)
                    d->reads[p] = (int16_t)q;
        }
        if (group > 0 && d->nth % 4 >= 2 &&
            snq__drum_chance(d, "stutter", d->material, where) < 0.5 * (double)d->glitch) {
            const int slice = snq__drum_chance(d, "slice", d->material, where) < 0.5 ? 1 : 2;
            d->reads[p] = (int16_t)(first + place % slice);
        }
    }
}

/* ---- the idea and how it is varied ---- */

static double variation_of(const snq__drums *d, int p)
{
    const int late = 2 * p >= d->bar_steps, in8 = d->nth % VARIED;
    if (d->nth < SNQ__DRUM_CYCLE)
        return 0.0;
    const double share = in8 == 7 ? (late ? 0.7 : 0.3) : in8 % 4 == 3 ? (late ? 0.45 : 0.2) : 0.1;
    return share * (double)d->job->track->variation;
}

int snq__drum_loyal(const snq__drums *d, int key)
{
    return snq__drum_chance(d, "loyal", d->material, (uint32_t)key) < (double)d->style->loyalty;
}

double snq__drum_draw(const snq__drums *d, const snq_drum_lane *lane, int p, const char *what,
                      int loyal)
{
    const uint32_t who = (loyal ? PIECE_IDEA : d->material) << 8 | lane->key;
    const uint32_t steps = (uint32_t)d->bar_steps, at = (uint32_t)p;
    uint32_t place = (uint32_t)(d->nth % SNQ__DRUM_CYCLE) * steps + at;
    const uint32_t turn = (uint32_t)(d->nth % VARIED) * steps + at;
    if (lane->period < d->groove.bar_steps && place >= lane->period &&
        snq__drum_chance(d, "repeat", who, place) >= 0.15)
        place = lane->period == 4 ? (uint32_t)d->map.place[p] : at % lane->period;
    else if (d->groove.bars == 1 && place >= steps &&
             snq__drum_chance(d, "second", who, place) >= 0.3)
        place = at;
    if (snq__drum_chance(d, "vary?", who, turn) < variation_of(d, p))
        return snq__drum_chance(d, what, who | 1u << 24, turn);
    const uint32_t generation = d->time * 4u + (uint32_t)(d->nth / VARIED % 4);
    for (uint32_t g = generation; g > 0 && g + 8 > generation; g--)
        if (snq__drum_chance(d, "again?", who | g << 16, place) <
            0.12 * (double)d->job->track->variation)
            return snq__drum_chance(d, what, who | g << 16, place);
    return snq__drum_chance(d, what, who, place);
}

/* ---- a bar ---- */

typedef struct lane_state {
    int loyal, struck; /* struck: 2 a full hit, 1 a ghost, 0 none, at the step at hand */
    double busy_to;    /* a roll goes on until there */
    double velocity;
} lane_state;

/* Does lane i strike at step p of the bar, which reads step `read`? */
static void try_lane(const snq__drums *d, lane_state *state, uint32_t i, int p, int read)
{
    const snq_drum_lane *lane = &d->groove.lane[i];
    lane_state *s = &state[i];
    const double force = (double)d->force * (0.82 + 0.3 * (double)d->energy);
    s->struck = 0;
    if (snq__drum_wish_kicks(d, lane)) {
        const double hard = snq__drum_wish_kick(d, lane->key, p);
        s->struck = hard > 0.0 ? 2 : 0;
        s->velocity = (double)lane->velocity * hard * force;
        return;
    }
    const double e = snq__drum_wish_gate(d, lane->key);
    const int k = snq__drum_source(d, read, is_heavy(lane->key));
    if (k < 0 || e < (double)lane->low || e > (double)lane->high ||
        !snq__drum_wish_hat(d, lane->key, p))
        return;
    const double chance = snq__drum_wish_chance(d, lane->key, lane->chance[k], p);
    const double ghost = snq__drum_wish_ghost(d, i, lane->ghost[k], p);
    const int may = lane->doubles < 0 || state[lane->doubles].struck == 2;
    if (chance > 0.0 && may && snq__drum_draw(d, lane, read, "hit", s->loyal) < chance) {
        s->struck = 2;
        s->velocity = (double)(lane->velocity * lane->accent[k]) * force;
    } else if (ghost > 0.0 && snq__drum_draw(d, lane, read, "ghost", s->loyal) < ghost) {
        s->struck = 1;
        s->velocity = (double)lane->ghost_velocity * force;
    }
}

/* Of lanes that strike the same drum the hardest does; open hats silence closed ones. */
static void settle(const snq__drums *d, lane_state *state)
{
    const snq_drum_groove *g = &d->groove;
    for (uint32_t i = 0; i < g->lanes; i++)
        for (uint32_t k = 0; k < g->lanes && state[i].struck; k++) {
            if (k == i || !state[k].struck)
                continue;
            const int a = g->lane[i].key, b = g->lane[k].key;
            if (a == b && (state[k].velocity > state[i].velocity ||
                           (state[k].velocity == state[i].velocity && k < i)))
                state[i].struck = 0;
            if (b == SNQ_DRUM_HAT_OPEN && (a == SNQ_DRUM_HAT_CLOSED || a == SNQ_DRUM_HAT_PEDAL))
                state[i].struck = 0;
        }
}

static snq_status roll(snq__drums *d, const snq_drum_lane *lane, lane_state *s, int p)
{
    const uint32_t where = (uint32_t)(d->nth % VARIED * d->bar_steps + p);
    const uint32_t which =
        (uint32_t)(snq__drum_chance(d, "parts", lane->key, where) * lane->roll_choices);
    const int parts = lane->roll_parts[which],
              rising = snq__drum_chance(d, "rise", lane->key, where) < 0.6;
    const double room = d->bar_steps - p, steps = room < lane->roll_steps ? room : lane->roll_steps;
    s->busy_to = p + steps;
    for (int i = 0; i < parts; i++) {
        const double x = (double)i / parts, at = p + x * lane->roll_steps;
        const double v = s->velocity * (rising ? 0.55 + 0.45 * x : 1.0 - 0.45 * x);
        if (at < p + steps && may_play(d, at, lane->key))
            SNQ_TRY(snq__drum_strike(d, at, lane->key, v));
    }
    return SNQ_OK;
}

static snq_status strike_lane(snq__drums *d, const snq_drum_lane *lane, lane_state *s, int p)
{
    if (!s->struck || p < s->busy_to || !may_play(d, p, lane->key))
        return SNQ_OK;
    const int k = snq__drum_source(d, p, is_heavy(lane->key));
    const uint32_t where = (uint32_t)(d->nth % VARIED * d->bar_steps + p);
    if (s->struck == 2 && k >= 0 && lane->roll[k] > 0.0f &&
        snq__drum_chance(d, "roll", lane->key | d->material << 8, where) < (double)lane->roll[k])
        return roll(d, lane, s, p);
    return snq__drum_strike(d, p + (double)lane->late_steps, lane->key, s->velocity);
}

/* What the wish adds: a hat that runs through, a kick where the groove has none. */
static snq_status strike_wished(snq__drums *d, const lane_state *state, int p)
{
    const snq_drum_groove *g = &d->groove;
    const double force = (double)d->force * (0.82 + 0.3 * (double)d->energy);
    double hat = snq__drum_wish_runs(d, p);
    for (uint32_t i = 0; i < g->lanes && hat > 0.0; i++)
        if (snq__drum_class_of(g->lane[i].key) == SNQ__DRUM_HATS &&
            (state[i].struck || p < state[i].busy_to))
            hat = 0.0;
    if (hat > 0.0 && may_play(d, p, d->wish.hat_key))
        SNQ_TRY(snq__drum_strike(d, p + (double)d->wish.hat_late, d->wish.hat_key, hat * force));
    if (d->wish.has_kick || !may_play(d, p, SNQ_DRUM_KICK))
        return SNQ_OK;
    const double kick = snq__drum_wish_kick(d, SNQ_DRUM_KICK, p);
    return kick > 0.0 ? snq__drum_strike(d, p, SNQ_DRUM_KICK, 100.0 * kick * force) : SNQ_OK;
}

snq_status snq__drum_bar_write(snq__drums *d)
{
    lane_state state[SNQ_DRUM_LANES_MAX] = { 0 };
    const snq_drum_groove *g = &d->groove;
    for (uint32_t i = 0; i < g->lanes; i++)
        state[i].loyal = snq__drum_loyal(d, g->lane[i].key);
    read_order(d);
    snq__drum_wish_bar(d);
    for (int p = 0; p < d->map.steps; p++) {
        for (uint32_t i = 0; i < g->lanes; i++)
            try_lane(d, state, i, p, d->reads[p]);
        settle(d, state);
        for (uint32_t i = 0; i < g->lanes; i++)
            SNQ_TRY(strike_lane(d, &g->lane[i], &state[i], p));
        SNQ_TRY(strike_wished(d, state, p));
    }
    return SNQ_OK;
}
