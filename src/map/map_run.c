// SPDX-License-Identifier: MIT
/* IDEA   Many times a second each mapping is asked what it says now; a slow hand follows, faster up than down; and of the
 *        way that the hand took only as many points are kept as are needed to draw it again.
 *
 * STEPS  t = k / rate, k = 0 .. ceil(duration rate)
 *        x(t) -> y (matrix.c) -> v = its place 0 .. 1 along the destination's scale; none: the default's place
 *        follow   v' += (v - v') (1 - exp(-1 / (rate tau))),  tau attack where v > v', else release; begins at v
 *        several mappings: mean of v' of those with a value; none has: of all
 *        sync     of the note values that are allowed, the one nearest in octaves to v'; steps
 *        discrete the choice at v' with some friction (matrix.c); steps
 *        thin     from a kept point a on, a sample j can be reached in a line if its slope from a lies in the
 *                 cone of all before it, each +- thin; the first that can't is begun at the one before it. The
 *                 cone is of places over quarter notes, where the curve's own ways are straight.
 *
 * CONST  thin 0.001 of the range: of 0 .. 1 nobody hears it; of 0.1 .. 20 Hz it is 0.5 %.
 * COST   mappings times steps: an hour at 20 Hz with ten mappings 720 000 transfers; linear in time, and in memory
 *        but for one track of places.
 * LIMITS A discrete destination takes the first mapping with a value and ignores the others. */
#include "map/map_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

snq_map_run_cfg snq_map_run_cfg_default(void)
{
    return (snq_map_run_cfg) { .bpm = 120, .rate_hz = 20, .thin = 0.001 };
}

void snq_map_result_clear(snq_map_result *r)
{
    for (size_t i = 0; i < r->outputs; i++)
        snq_curve_clear(&r->output[i].curve);
    snq_free(r->output);
    *r = (snq_map_result) { 0 };
}

static snq_status check(const snq_map_run_cfg *c)
{
    if (!(c->rate_hz >= SNQ_MAP_RATE_MIN_HZ && c->rate_hz <= SNQ_MAP_RATE_MAX_HZ))
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz: %g is not within %g .. %g", c->rate_hz,
                        SNQ_MAP_RATE_MIN_HZ, SNQ_MAP_RATE_MAX_HZ);
    if (!(c->duration_s >= 0 && c->duration_s <= SNQ_MAP_DURATION_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "duration_s: %g is not within 0 .. %g", c->duration_s,
                        SNQ_MAP_DURATION_MAX_S);
    if (!(c->lead_s >= 0 && c->lead_s <= SNQ_MAP_DURATION_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "lead_s: %g is not within 0 .. %g", c->lead_s,
                        SNQ_MAP_DURATION_MAX_S);
    if (!c->score && !(c->bpm >= SNQ_SCORE_BPM_MIN && c->bpm <= 1000))
        return SNQ_FAIL(SNQ_ERR_RANGE, "bpm: %g is not within %g .. 1000", c->bpm,
                        SNQ_SCORE_BPM_MIN);
    if (!(c->thin >= 0 && c->thin <= 0.1))
        return SNQ_FAIL(SNQ_ERR_RANGE, "thin: %g is not within 0 .. 0.1", c->thin);
    if (c->duration_s * c->rate_hz > SNQ_MAP_STEPS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%g s at %g Hz are more than %d steps", c->duration_s,
                        c->rate_hz, SNQ_MAP_STEPS_MAX);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- time */

static double beat_of(const snq_map_run_cfg *c, double t_s)
{
    const double at_s = t_s + c->lead_s;
    if (c->score)
        return snq_score_tick_at(c->score, at_s) / c->score->ticks_per_quarter;
    return at_s * c->bpm / 60;
}

static double bpm_at(const snq_map_run_cfg *c, double t_s)
{
    return 60 * (beat_of(c, t_s + 0.01) - beat_of(c, t_s)) / 0.01;
}

/* ---------------------------------------------------------------- what one mapping says */

typedef struct follower {
    const snq_mapping *mapping;
    const snq_feature *source, *modulator; /* NULL: there is no such column */
    double rest;                           /* place of the default */
    double attack, release;                /* part of the way a step */
    double at;                             /* where the hand is; NaN: not begun */
    int has;                               /* whether the source has a value now */
    size_t seen;                           /* steps with a value */
} follower;

static double approach(double tau_s, double rate_hz)
{
    return tau_s > 0 ? -expm1(-1 / (rate_hz * tau_s)) : 1;
}

/* Place of a choice among those that the mapping spans: its middle. */
static double place_of_choice(const snq_mapping *m, double choice)
{
    const double n = fabs(m->transfer.out[1] - m->transfer.out[0]) + 1;
    const double k = fabs(choice - m->transfer.out[0]);
    return fmin((k + 0.5) / n, 1);
}

static follower begin(const snq_map_run_cfg *c, const snq_mapping *m, const snq_destination *d)
{
    const double rest = isnan(m->fallback) ? (double)d->param.value : (double)m->fallback;
    return (follower) {
        .mapping = m,
        .source = snq_feature_set_find(c->features, m->source),
        .modulator =
            m->modulation.used ? snq_feature_set_find(c->features, m->modulation.source) : NULL,
        .rest = snq_destination_is_discrete(d) ? place_of_choice(m, rest)
                                               : (double)snq_param_to_norm(&d->param, (float)rest),
        .attack = approach(m->attack_s, c->rate_hz),
        .release = approach(m->release_s, c->rate_hz),
        .at = NAN,
    };
}

static void step(follower *f, const snq_feature_set *features, const snq_destination *d, double t_s)
{
    const double x = f->source ? snq_feature_set_at(features, f->source, t_s) : NAN;
    const double by = f->modulator
                          ? snq_source_normalise(f->modulator->source.row,
                                                 snq_feature_set_at(features, f->modulator, t_s))
                          : NAN;
    const double y = snq_mapping_at(f->mapping, x, by);
    f->has = !isnan(y);
    f->seen += (size_t)f->has;
    double v = f->rest;
    if (f->has)
        v = snq_destination_is_discrete(d) ? y : (double)snq_param_to_norm(&d->param, (float)y);
    if (isnan(f->at))
        f->at = v;
    else
        f->at += (v - f->at) * (v > f->at ? f->attack : f->release);
}

/* ---------------------------------------------------------------- all that set one destination */

typedef struct setting {
    const snq_map_run_cfg *cfg;
    const snq_destination *d;
    follower *f; /* (n,) borrowed */
    size_t n, covered, steps;
    int last; /* choice, or note value: -1 none yet */
    uint16_t sync;
} setting;

/* The allowed note value nearest to a rate, as a rate. */
static double in_time(const setting *s, double hz, double t_s)
{
    const double beats_s = bpm_at(s->cfg, t_s) / 60;
    double best = hz, off = INFINITY;
    for (uint32_t i = 0; i < SNQ_MAP_SYNCS; i++) {
        const double rate = beats_s / snq_map_sync_beats(i), away = fabs(log2(rate / hz));
        if (s->sync >> i & 1 && away < off) {
            off = away;
            best = rate;
        }
    }
    return best;
}

/* The value now, in the destination's unit. */
static float value_now(setting *s, double t_s)
{
    double sum = 0, rest = 0;
    size_t has = 0, first = s->n;
    for (size_t i = 0; i < s->n; i++) {
        follower *f = &s->f[i];
        step(f, s->cfg->features, s->d, t_s);
        rest += f->at;
        sum += f->has ? f->at : 0;
        has += (size_t)f->has;
        first = f->has && first == s->n ? i : first;
    }
    s->covered += has > 0;
    s->steps++;
    if (snq_destination_is_discrete(s->d)) {
        const follower *f = &s->f[first < s->n ? first : 0];
        if (has)
            s->last = snq_mapping_choice(f->mapping, f->at, s->last);
        else
            s->last = (int)(isnan(f->mapping->fallback) ? s->d->param.value : f->mapping->fallback);
        return (float)s->last;
    }
    const double place = has ? sum / (double)has : rest / (double)s->n;
    const double v = (double)snq_param_from_norm(&s->d->param, (float)place);
    return s->sync ? snq_param_clamp(&s->d->param, (float)in_time(s, v, t_s)) : (float)v;
}

/* ---------------------------------------------------------------- thinning */

typedef struct thinner {
    snq_curve *curve;
    const snq_param *param;
    snq_curve_shape shape;
    double thin;
    double anchor_at, anchor, lo, hi; /* last kept, and the cone from it */
    double at;                        /* of the sample before */
    float value;
    int held; /* the sample before is not kept */
} thinner;

static double place_of(const thinner *t, float v)
{
    return (double)snq_param_to_norm(t->param, v);
}

static snq_status keep(thinner *t, double at, float v)
{
    SNQ_TRY(snq_curve_push(t->curve, at, v, t->shape));
    t->anchor_at = at;
    t->anchor = place_of(t, v);
    t->lo = -INFINITY;
    t->hi = INFINITY;
    t->held = 0;
    return SNQ_OK;
}

static snq_status add_sample(thinner *t, double at, float v)
{
    if (!t->curve->points)
        return keep(t, at, v);
    if (t->shape == SNQ_CURVE_STEP)
        return v == t->curve->point[t->curve->points - 1].value ? SNQ_OK : keep(t, at, v);
    const double y = place_of(t, v);
    const double slope = (y - t->anchor) / (at - t->anchor_at);
    if (t->held && (slope < t->lo || slope > t->hi))
        SNQ_TRY(keep(t, t->at, t->value));
    const double span = at - t->anchor_at;
    t->lo = fmax(t->lo, (y - t->thin - t->anchor) / span);
    t->hi = fmin(t->hi, (y + t->thin - t->anchor) / span);
    t->at = at;
    t->value = v;
    t->held = 1;
    return SNQ_OK;
}

static snq_status end_samples(thinner *t)
{
    const int stands =
        t->held && t->curve->points == 1 && fabs(place_of(t, t->value) - t->anchor) <= t->thin;
    return t->held && !stands ? keep(t, t->at, t->value) : SNQ_OK;
}

/* ---------------------------------------------------------------- reasons */

/* The first mapping that has less to say than the time lasts, or whose source is another's. */
static void explain(const setting *s, char to[SNQ_MAP_REASON_MAX])
{
    char path[SNQ_SOURCE_TEXT_MAX];
    *to = '\0';
    for (size_t i = 0; i < s->n && !*to; i++) {
        const follower *f = &s->f[i];
        snq_source_path(f->mapping->source, path);
        const char *why = !f->source           ? "it was not looked for"
                          : *f->source->reason ? f->source->reason
                                               : NULL;
        if (why)
            snprintf(to, SNQ_MAP_REASON_MAX, "%s: %s", path, why);
        else if (!f->seen)
            snprintf(to, SNQ_MAP_REASON_MAX, "%s: it has no value anywhere", path);
        else if (f->seen < s->steps)
            snprintf(to, SNQ_MAP_REASON_MAX, "%s: it has no value for %.0f %% of the time", path,
                     100 * (1 - (double)f->seen / (double)s->steps));
        else if (*f->source->note)
            snprintf(to, SNQ_MAP_REASON_MAX, "%s: %s", path, f->source->note);
        if (!*to && f->mapping->modulation.used && (!f->modulator || *f->modulator->reason)) {
            snq_source_path(f->mapping->modulation.source, path);
            snprintf(to, SNQ_MAP_REASON_MAX, "%s (modulation): %s", path,
                     f->modulator ? f->modulator->reason : "it was not looked for");
        }
    }
}

/* ---------------------------------------------------------------- the run */

static snq_status run_one(const snq_map_run_cfg *cfg, follower *room, snq_map_output *o)
{
    size_t n;
    const snq_destination *d = &snq_destinations(&n)[o->destination];
    setting s = { .cfg = cfg, .d = d, .f = room, .last = -1 };
    for (uint32_t i = 0; i < cfg->map->mappings; i++) {
        const snq_mapping *m = &cfg->map->mapping[i];
        if (!m->enabled || m->destination != o->destination)
            continue;
        s.f[s.n++] = begin(cfg, m, d);
        s.sync |= m->sync;
    }
    o->mappings = (uint32_t)s.n;
    snprintf(o->curve.target, sizeof o->curve.target, "%s", d->param.id);
    thinner t = { .curve = &o->curve,
                  .param = &d->param,
                  .thin = cfg->thin,
                  .shape = snq_destination_is_discrete(d) || s.sync ? SNQ_CURVE_STEP
                           : d->param.scale == SNQ_PARAM_LOG        ? SNQ_CURVE_EXPONENTIAL
                                                                    : SNQ_CURVE_LINEAR };
    const size_t steps = (size_t)ceil(cfg->duration_s * cfg->rate_hz - 1e-9);
    for (size_t k = 0; k <= steps; k++) {
        const double t_s = fmin((double)k / cfg->rate_hz, cfg->duration_s);
        SNQ_TRY(add_sample(&t, beat_of(cfg, t_s), value_now(&s, t_s)));
    }
    SNQ_TRY(end_samples(&t));
    o->covered = (double)s.covered / (double)s.steps;
    explain(&s, o->reason);
    return SNQ_OK;
}

/* Which destinations are set, in their table's order. */
static size_t list_outputs(const snq_map_template *map, snq_map_output *to)
{
    size_t n, found = 0;
    (void)snq_destinations(&n);
    for (size_t d = 0; d < n; d++)
        for (uint32_t i = 0; i < map->mappings; i++)
            if (map->mapping[i].enabled && map->mapping[i].destination == d) {
                to[found++].destination = (uint16_t)d;
                break;
            }
    return found;
}

snq_status snq_map_run(const snq_map_run_cfg *cfg, snq_map_result *out)
{
    size_t n;
    *out = (snq_map_result) { 0 };
    SNQ_TRY(check(cfg));
    (void)snq_destinations(&n);
    snq_status st = SNQ_OK;
    follower *room = snq_calloc(cfg->map->mappings + 1, sizeof *room);
    out->output = snq_calloc(n, sizeof *out->output);
    if (!room || !out->output)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu curves", n);
    if (st >= 0)
        out->outputs = list_outputs(cfg->map, out->output);
    for (size_t i = 0; i < out->outputs && st >= 0; i++)
        st = run_one(cfg, room, &out->output[i]);
    snq_free(room);
    if (st < 0)
        snq_map_result_clear(out);
    return st;
}

/* ---------------------------------------------------------------- asking */

const snq_map_output *snq_map_result_find(const snq_map_result *r, const char *destination)
{
    const int d = snq_destination_find(destination);
    for (size_t i = 0; i < r->outputs; i++)
        if (r->output[i].destination == d)
            return &r->output[i];
    return NULL;
}

float snq_map_result_at(const snq_map_result *r, const char *destination, double beat)
{
    size_t n;
    const snq_map_output *o = snq_map_result_find(r, destination);
    const int d = snq_destination_find(destination);
    const float otherwise = d < 0 ? NAN : snq_destinations(&n)[d].param.value;
    return o ? snq_curve_at(&o->curve, beat, NULL, otherwise) : otherwise;
}

float snq_map_result_mean(const snq_map_result *r, const char *destination, double from, double to)
{
    enum { LOOKS = 32 };
    size_t n, hint = 0;
    const snq_map_output *o = snq_map_result_find(r, destination);
    if (!o || !(to > from) || snq_destination_is_discrete(&snq_destinations(&n)[o->destination]))
        return snq_map_result_at(r, destination, from);
    double sum = 0;
    for (int i = 0; i < LOOKS; i++)
        sum += (double)snq_curve_at(&o->curve, from + (i + 0.5) / LOOKS * (to - from), &hint, 0.0f);
    return (float)(sum / LOOKS);
}

snq_status snq_map_automation(const snq_map_output *o, snq_curve *out)
{
    size_t n;
    const snq_destination *d = &snq_destinations(&n)[o->destination];
    if (d->acts != SNQ_ACTS_SOUND)
        return SNQ_FAIL(SNQ_ERR_ARG, "%s does not act on a sound", d->param.id);
    *out = (snq_curve) { 0 };
    snprintf(out->target, sizeof out->target, "%s", d->target);
    snq_status st = SNQ_OK;
    for (size_t i = 0; i < o->curve.points && st >= 0; i++) {
        const snq_curve_point *p = &o->curve.point[i];
        st = snq_curve_push(out, p->at, snq_destination_target_value(d, p->value),
                            (snq_curve_shape)p->shape);
    }
    if (st < 0)
        snq_curve_clear(out);
    return st;
}
