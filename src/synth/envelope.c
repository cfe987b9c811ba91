// SPDX-License-Identifier: MIT
/* envelope -- the level of a voice over time.
 *
 * IDEA   A note swells, may stay at the top for a while, falls to where it is held, and dies away when
 *        the key is let go. Each stage knows how much of its time is over; so it ends exactly when it
 *        should, wherever blocks are cut, and its time may change on the way without a jump.
 *
 * STEPS  u = share of the stage's time that is over; level = from + (to - from) bent(u)
 *            bent(u) = (1 - e^(-c u)) / (1 - e^-c),    c = BEND curve,    bent(u) = u for c = 0
 *        What a stage leaves of the time to move goes to the next one.
 *        Sustain follows its setting at SLEW a second. Cut: from (1 - u^2 (3 - 2 u)) over CUT_S.
 *
 *                start             done           done            done
 *        IDLE ---------> ATTACK ---------> HOLD ---------> DECAY ---------> SUSTAIN
 *          ^                \________________|_______________|________________/
 *          |                                 | release (again: goes on)
 *          |----------- done ------------ RELEASE        any but IDLE ---- cut ----> CUT
 *          |                                                                          |
 *          +------------------------------- done -------------------------------------+
 *        start leads from any stage to ATTACK. Settings out of their range count as the nearest in
 *        it, NaN as the lower end.
 *
 * CONST  BEND 6: a convex stage has done 63 % after a sixth of its time, and a release falls by 52 dB
 *        almost straight in decibels before it ends. Attack, decay at least 0.5 ms
 *        and release 2 ms: shorter ones are heard as a click. CUT_S 4 ms: a voice that is wanted
 *        elsewhere makes room within 5 ms. SLEW 100: full scale in 10 ms. (Ours, 2026.)
 *
 * COST   5 to 10 ns a call, 17 while a bent stage moves (an exponential; Sapphire Rapids, shared,
 *        2026).
 *
 * LIMITS What is between two calls is the caller's: a straight line across a block of 64 frames makes
 *        an attack of less than 1.3 ms last that long. A changed curve or a changed sustain in mid-stage
 *        moves the level at once. */
#include <math.h>

#include "synth/envelope_impl.h"

static const double bend = 6.0;
static const double attack_min_s = 0.0005, release_min_s = 0.002, cut_s = 0.004, time_max_s = 60.0;
static const double slew_per_s = 100.0, forever_s = 1e6;

void snq__envelope_start(snq__envelope *e, int from_zero)
{
    if (from_zero)
        e->level = 0;
    e->stage = SNQ__ENVELOPE_ATTACK;
    e->from = e->level;
    e->done = 0;
}

void snq__envelope_release(snq__envelope *e)
{
    if (e->stage == SNQ__ENVELOPE_IDLE || e->stage == SNQ__ENVELOPE_RELEASE ||
        e->stage == SNQ__ENVELOPE_CUT)
        return;
    e->stage = SNQ__ENVELOPE_RELEASE;
    e->from = e->level;
    e->done = 0;
}

void snq__envelope_cut(snq__envelope *e)
{
    if (e->stage == SNQ__ENVELOPE_IDLE || e->stage == SNQ__ENVELOPE_CUT)
        return;
    e->stage = SNQ__ENVELOPE_CUT;
    e->from = e->level;
    e->done = 0;
}

/* v in low .. high; low when it is not a number. */
static double limited(double v, double low, double high)
{
    return !(v > low) ? low : v < high ? v : high;
}

/* Seconds that the stage takes; infinite: until it is told. */
static double stage_s(const snq__envelope *e, const snq__envelope_cfg *cfg)
{
    switch (e->stage) {
    case SNQ__ENVELOPE_ATTACK:
        return limited(cfg->attack_s, attack_min_s, time_max_s);
    case SNQ__ENVELOPE_HOLD:
        return limited(cfg->hold_s, 0, time_max_s);
    case SNQ__ENVELOPE_DECAY:
        return limited(cfg->decay_s, attack_min_s, time_max_s);
    case SNQ__ENVELOPE_RELEASE:
        return limited(cfg->release_s, release_min_s, time_max_s);
    case SNQ__ENVELOPE_CUT:
        return cut_s;
    default:
        return INFINITY;
    }
}

static float sustain_of(const snq__envelope_cfg *cfg)
{
    return (float)limited(cfg->sustain, 0, 1);
}

static float bent(snq__envelope *e, float curve)
{
    const double c = bend * limited(curve, -1, 1);
    if (fabs(c) < 1e-3)
        return (float)e->done;
    if (curve != e->curve || e->bent_whole == 0) {
        e->curve = curve;
        e->bent_whole = 1 - expf((float)-c);
    }
    return (1 - expf((float)(-c * e->done))) / e->bent_whole;
}

/* To the stage behind the one that is over. */
static void next_stage(snq__envelope *e, const snq__envelope_cfg *cfg)
{
    static const uint8_t next[] = {
        [SNQ__ENVELOPE_ATTACK] = SNQ__ENVELOPE_HOLD,   [SNQ__ENVELOPE_HOLD] = SNQ__ENVELOPE_DECAY,
        [SNQ__ENVELOPE_DECAY] = SNQ__ENVELOPE_SUSTAIN, [SNQ__ENVELOPE_RELEASE] = SNQ__ENVELOPE_IDLE,
        [SNQ__ENVELOPE_CUT] = SNQ__ENVELOPE_IDLE,
    };
    e->stage = next[e->stage];
    e->done = 0;
    if (e->stage == SNQ__ENVELOPE_IDLE)
        e->level = 0;
    else if (e->stage == SNQ__ENVELOPE_SUSTAIN)
        e->level = sustain_of(cfg);
    else
        e->level = 1;
    e->from = e->level;
}

static float level_of(snq__envelope *e, const snq__envelope_cfg *cfg)
{
    const float u = (float)e->done;
    switch (e->stage) {
    case SNQ__ENVELOPE_ATTACK:
        return e->from + (1 - e->from) * bent(e, cfg->curve);
    case SNQ__ENVELOPE_DECAY:
        return e->from + (sustain_of(cfg) - e->from) * bent(e, cfg->curve);
    case SNQ__ENVELOPE_RELEASE:
        return e->from * (1 - bent(e, cfg->curve));
    case SNQ__ENVELOPE_CUT:
        return e->from * (1 - u * u * (3 - 2 * u));
    default:
        return e->level;
    }
}

float snq__envelope_advance(snq__envelope *e, const snq__envelope_cfg *cfg, double dt_s)
{
    double left_s = limited(dt_s, 0, forever_s);
    double takes_s = stage_s(e, cfg);
    while (left_s >= (1 - e->done) * takes_s) {
        left_s -= (1 - e->done) * takes_s;
        next_stage(e, cfg);
        takes_s = stage_s(e, cfg);
    }
    if (e->stage == SNQ__ENVELOPE_SUSTAIN) {
        const double step = left_s * slew_per_s;
        e->level = (float)limited(sustain_of(cfg), e->level - step, e->level + step);
    } else if (e->stage != SNQ__ENVELOPE_IDLE) {
        if (left_s > 0)
            e->done += left_s / takes_s;
        e->level = level_of(e, cfg);
    }
    return e->level;
}
