// SPDX-License-Identifier: MIT
/* motion_types -- what kind of motion it is, in each band and in all.
 *
 * IDEA   Questions in order, and the first yes counts: does anything move more than the noise? does it
 *        go one way all the time? does it swing? is it a small stirring, everywhere alike? What is
 *        left, is chaotic.
 *
 * STEPS  A cell in a band (weight: its speed sqrt(power)):
 *            not active                                      -> no weight
 *            its line is significant                         -> oscillatory
 *            |mean v| > ONE_WAY mean |v| and |mean v|^2 > power of the rest, over the drift's floor
 *                                                            -> directional
 *            the band is small, broad and even               -> ambient
 *            else                                            -> chaotic
 *        Percentage: weight of the type / weight of all. A band without region is still.
 *        The frame: E_0 = sum |mean v|^2 of drifting cells, E = sum of the bands' power, E_line of
 *        their significant lines:
 *            no region in any band, no least_cells cells that drift   -> static
 *            E_0/(E_0 + E) > 1/2, or sum |mean v| > ONE_WAY sum mean |v|   -> directional
 *            E_line/E > 1/2                                           -> oscillatory
 *            small, broad and even                                    -> ambient
 *            else                                                     -> chaotic
 *        Small and even: rms speed under SMALL, EVEN of the cells active, uniformity over EVEN.
 *        Confidence: 1/(1 + e^(-STEEP (x - x0))) of the share x that decided and its threshold x0.
 *
 *        Aliasing: a band is warned of when the share of its power over 0.35 fps is over 0.25 and 1.5
 *        times what an even spectrum has there (or over 0.8), and it has 5 % of all power.
 *
 * CONST  ONE_WAY 0.7: a sine laid over an even drift has it when its peak speed is 1.9 times the
 *        drift. SMALL 0.03 frame heights a second: seven pixels of a 240-line picture; leaves in a
 *        light wind, set by hand. EVEN 0.6. STEEP 28: 3000 mixtures of drift, swing and white jitter in
 *        random parts, 4 .. 12 s at 30 frames a second, were typed; of answers at a distance of 0.02,
 *        0.06, 0.11 from the threshold 65, 85, 98 % were right, which a logistic curve of 28 .. 34
 *        fits (2026-11; test_motion_types.c repeats it).
 *
 * LIMITS 'ambient' has no truth in the synthetic clips: where small begins is a choice. */
#include "watch/motion_impl.h"

#include <math.h>
#include <string.h>

#define ONE_WAY     0.7
#define SMALL       0.03
#define EVEN        0.6
#define STEEP       28.0
#define HALF        0.5
#define ALIAS_LEAST 0.25
#define ALIAS_MOST  0.8
#define ALIAS_OVER  1.5
#define ALIAS_POWER 0.05 /* of all motion */
#define NO_DRIFT    "no drift"

static double sure(double x, double x0)
{
    return 1.0 / (1.0 + exp(-STEEP * (x - x0)));
}

static double mean_speed(const snq__cell *c)
{
    return sqrt((double)(c->mean[0] * c->mean[0] + c->mean[1] * c->mean[1]));
}

static int one_way(const snq__cell *c)
{
    const double v = mean_speed(c);
    return c->drifts && v > ONE_WAY * (double)c->speed && v * v > (double)c->power;
}

/* Is what moves small and everywhere alike? active, power: sums over active cells. */
static int stirs(const snq_motion *m, uint32_t active, double power, double even)
{
    uint32_t usable = 0;
    for (uint32_t i = 0; i < m->cells; i++)
        usable += m->cell[i].usable;
    const double rms = active ? sqrt(power / active) * snq__motion_px_s(m) / m->cfg.height : 0;
    return rms < SMALL && active > EVEN * usable && even > EVEN;
}

static void type_band(const snq_motion *m, uint32_t b, snq_sight_band *out)
{
    double weight[SNQ_SIGHT_TYPES] = { 0 }, confidence[SNQ_SIGHT_TYPES] = { 0 }, all = 0;
    const snq__band_sum *s = &m->sum[b];
    const int small =
        stirs(m, s->active, s->power, out->uniformity.reason ? 0 : out->uniformity.value);
    for (uint32_t i = 0; i < m->cells; i++) {
        const snq__cell *c = &m->cell[i];
        const snq__cell_band *cb = &c->band[b];
        if (!cb->active)
            continue;
        const double w = sqrt((double)cb->power),
                     way = mean_speed(c) / fmax((double)c->speed, 1e-12);
        const double oscillates = sure((double)cb->line, s->line_needed);
        const double goes = c->drifts ? sure(way, ONE_WAY) : 0;
        const snq_sight_type t = cb->line_sure ? SNQ_SIGHT_OSCILLATORY
                                 : one_way(c)  ? SNQ_SIGHT_DIRECTIONAL
                                 : small       ? SNQ_SIGHT_AMBIENT
                                               : SNQ_SIGHT_CHAOTIC;
        weight[t] += w;
        all += w;
        confidence[SNQ_SIGHT_OSCILLATORY] += w * oscillates;
        confidence[SNQ_SIGHT_DIRECTIONAL] += w * (1 - oscillates) * goes;
        confidence[small ? SNQ_SIGHT_AMBIENT : SNQ_SIGHT_CHAOTIC] +=
            w * (1 - oscillates) * (1 - goes);
    }
    out->still = s->regions && all > 0 ? NULL : "nothing moves in this band";
    for (int t = 0; t < SNQ_SIGHT_TYPES && !out->still; t++)
        out->type[t] = (snq_sight_share) { weight[t] / all, confidence[t] / all };
}

/* More near half the frame rate than an even spectrum has there. */
static void warn_of_aliasing(const snq_motion *m, uint32_t b, snq_sight *sight)
{
    const double top = fmin(m->view[b].hi_hz, 0.5 * m->cfg.fps),
                 zone = SNQ__ALIAS_FROM * m->cfg.fps;
    const double even = top > zone ? fmin(1, (top - zone) / (top - m->view[b].lo_hz)) : 0;
    if (sight->band[b].aliasing_risk.value > fmax(ALIAS_LEAST, fmin(ALIAS_MOST, ALIAS_OVER * even)))
        snq_warnings_add(&sight->warnings, "aliasing", -1,
                         "much of the motion in %s is near half the frame rate: it may be a faster "
                         "one in disguise",
                         snq_sight_band_name(b));
}

void snq__motion_types(snq_motion *m, snq_sight *sight)
{
    double drift = 0, ways = 0, speeds = 0, power = 0, lines = 0, even = 0;
    uint32_t drifting = 0, regions = 0, most = 0, most_cells = 0;
    for (uint32_t b = 0; b < SNQ__BANDS; b++) {
        const snq__band_sum *s = &m->sum[b];
        type_band(m, b, &sight->band[b]);
        sight->band[b].aliasing_risk =
            s->regions ? snq_measured(s->power > 0 ? s->alias_power / s->power : 0)
                       : snq_unmeasured("nothing moves in this band");
        regions += s->regions;
        most_cells = s->region_cells > most_cells ? s->region_cells : most_cells;
        if (s->regions) {
            power += s->power;
            lines += s->line_power;
            most = s->active > most ? s->active : most;
            even +=
                s->power * (sight->band[b].uniformity.reason ? 0 : sight->band[b].uniformity.value);
        }
    }
    for (uint32_t i = 0; i < m->cells; i++)
        if (m->cell[i].drifts) {
            const double v = mean_speed(&m->cell[i]);
            drift += v * v;
            ways += v;
            speeds += (double)m->cell[i].speed;
            drifting++;
        }
    const uint32_t least = snq__motion_least_cells(m);
    const double steady = drift + power > 0 ? drift / (drift + power) : 0;
    const double line = power > 0 ? lines / power : 0;
    const double way = drifting >= least && speeds > 0 ? ways / speeds : 0;
    if (!regions && drifting < least)
        sight->motion = (snq_sight_motion) { SNQ_SIGHT_STATIC, SNQ_SIGHT_SHAPELESS,
                                             sure(1 - (double)drifting / least, 0.5) };
    else if (steady > HALF)
        sight->motion =
            (snq_sight_motion) { SNQ_SIGHT_DIRECTIONAL, SNQ_SIGHT_SHAPELESS, sure(steady, HALF) };
    else if (line > HALF)
        sight->motion =
            (snq_sight_motion) { SNQ_SIGHT_OSCILLATORY, SNQ_SIGHT_SHAPELESS, sure(line, HALF) };
    else if (way > ONE_WAY)
        sight->motion =
            (snq_sight_motion) { SNQ_SIGHT_DIRECTIONAL, SNQ_SIGHT_SHAPELESS, sure(way, ONE_WAY) };
    else {
        const int small = stirs(m, most, power, power > 0 ? even / power : 0);
        sight->motion =
            (snq_sight_motion) { small ? SNQ_SIGHT_AMBIENT : SNQ_SIGHT_CHAOTIC, SNQ_SIGHT_SHAPELESS,
                                 1 - sure(fmax(line, steady), HALF) };
    }
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        if (m->sum[b].regions && m->sum[b].power > ALIAS_POWER * power)
            warn_of_aliasing(m, b, sight);
}

void snq__motion_drift(const snq_motion *m, snq_sight *sight)
{
    double u = 0, v = 0, floor = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->cells; i++)
        if (m->cell[i].usable) {
            u += (double)m->cell[i].mean[0];
            v += (double)m->cell[i].mean[1];
            floor += (double)m->cell[i].floor;
            n++;
        }
    snq_sight_drift *d = &sight->drift;
    if (!n) {
        const snq_measure none = snq_unmeasured("no flow could be measured");
        *d = (snq_sight_drift) { none, none, none };
        return;
    }
    const double speed = hypot(u, v) / n;
    d->mean_velocity = snq_measured(speed * snq__motion_px_s(m));
    d->mean_velocity_norm = snq_measured(speed * snq__motion_px_s(m) / m->cfg.height);
    const double deg = atan2(v, u) * 180 / M_PI;
    /* a quarter of a cell's noise: the mean over many cells is surer than one */
    d->direction_deg = speed > 0.25 * floor / n ? snq_measured(deg < 0 ? deg + 360 : deg)
                                                : snq_unmeasured(NO_DRIFT);
}
