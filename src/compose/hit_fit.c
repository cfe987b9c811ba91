// SPDX-License-Identifier: MIT
/* IDEA   A grid of beats is laid over the film, and what falls on it counts: the more the stronger the place. One tempo
 *        is searched for exhaustively (hit_search.c); a path of tempos that change where the picture cuts by dynamic
 *        programming (hit_path.c), and the better of the two stays. Here is what both are measured by.
 *
 * STEPS  worth   sum over hits of w * level: 1 on a beat, else `eighth` on an eighth, else 0; and downbeat - 1 more on a
 *                bar line (on: within the tolerance); + end_weight * downbeat where the film's end is on a bar line
 *        luck    less what any offset gets on average at that tempo, so that a fast tempo is worth no more for being dense
 *        eighth  the middle between two neighbouring beats
 *        chance  a grid of the hit's own tempo P at a random phase: min(1, 2 tol / P), 2 tol / (P/2), 2 tol / bar
 * CONST  downbeat 1.12, eighth .43, luck 1: on 20 films of 60 s at 120 .. 140 BPM they leave .95 of the most that is
 *                possible on beats and .96 of that on eighths (eighth 0: 1 and .86; eighth .6: .92 and .98), our
 *                measurement, 2026-11-21
 * LIMITS Beats are quarter notes, in every metre. */
#include "compose/hit_fit.h"

#include <math.h>
#include <string.h>

#include "compose/hit_fit_impl.h"

#define EPSILON_S 1e-9

snq_fit_cfg snq_fit_cfg_default(double bpm_min, double bpm_max, double end_s)
{
    return (snq_fit_cfg) {
        .bpm_min = bpm_min,
        .bpm_max = bpm_max,
        .bar_steps = 16,
        .end_s = end_s,
        .tolerance_s = 0.04,
        .downbeat = 1.12f,
        .eighth = 0.43f,
        .end_weight = 0.4f,
        .luck = 1.0f,
        .change_max = 0.03,
        .section_min_s = 1.5,
    };
}

static snq_status check(const snq_fit_cfg *c)
{
    if (!(c->bpm_min >= 20.0 && c->bpm_max <= 400.0 && c->bpm_min <= c->bpm_max))
        return SNQ_FAIL(SNQ_ERR_RANGE, "tempos of %g .. %g BPM are not a range in 20 .. 400",
                        c->bpm_min, c->bpm_max);
    if (c->bar_steps < 1 || c->bar_steps > 99)
        return SNQ_FAIL(SNQ_ERR_RANGE, "bars of %d sixteenths, not 1 .. 99", c->bar_steps);
    if (!(c->end_s > 0.0 && c->end_s <= SNQ_FIT_FILM_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a film of %g s, not of up to %g s", c->end_s,
                        SNQ_FIT_FILM_MAX_S);
    if (!(c->tolerance_s >= 0.005 && c->tolerance_s <= 0.1))
        return SNQ_FAIL(SNQ_ERR_RANGE, "tolerance_s %g is not in 0.005 .. 0.1", c->tolerance_s);
    if (!(c->downbeat >= 1.0f && c->downbeat <= 10.0f && c->eighth >= 0.0f && c->eighth <= 1.0f &&
          c->end_weight >= 0.0f && c->end_weight <= 100.0f && c->luck >= 0.0f && c->luck <= 1.0f))
        return SNQ_FAIL(SNQ_ERR_RANGE, "levels: downbeat %g, eighth %g, end_weight %g, luck %g",
                        (double)c->downbeat, (double)c->eighth, (double)c->end_weight,
                        (double)c->luck);
    if (c->changes && !(c->change_max > 0.0 && c->change_max <= 0.1 && c->section_min_s > 0.0))
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "change_max %g is not in 0 .. 0.1, or section_min_s %g not over 0",
                        c->change_max, c->section_min_s);
    return SNQ_OK;
}

static snq_status check_hits(const snq_fit_cfg *c, const snq_hit_list *l)
{
    double before = 0.0;
    for (uint32_t i = 0; i < l->hits; i++) {
        const snq_hit *h = &l->hit[i];
        if (!(h->t_s >= before && h->t_s <= c->end_s))
            return SNQ_FAIL(SNQ_ERR_RANGE, "hit %u at %g s: not in order within a film of %g s", i,
                            h->t_s, c->end_s);
        if (!(h->weight > 0.0f && h->weight <= 1000.0f))
            return SNQ_FAIL(SNQ_ERR_RANGE, "hit %u weighs %g", i, (double)h->weight);
        before = h->t_s;
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the grid */

static const snq_tempo_step *step_of(const snq_hit_fit *f, double quarter, double t_s)
{
    uint32_t lo = 0, hi = f->steps;
    while (hi - lo > 1) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (f->step[mid].quarter <= quarter && f->step[mid].t_s <= t_s)
            lo = mid;
        else
            hi = mid;
    }
    return &f->step[lo];
}

double snq_hit_fit_time_s(const snq_hit_fit *f, double quarter)
{
    const snq_tempo_step *s = step_of(f, quarter, INFINITY);
    return s->t_s + (quarter - s->quarter) * 60.0 / s->bpm;
}

double snq_hit_fit_quarter(const snq_hit_fit *f, double t_s)
{
    const snq_tempo_step *s = step_of(f, INFINITY, t_s);
    return s->quarter + (t_s - s->t_s) * s->bpm / 60.0;
}

double snq_hit_fit_bar_s(const snq_hit_fit *f, int32_t bar)
{
    return snq_hit_fit_time_s(f, (double)bar * f->bar_steps / 4.0);
}

/* t, which is at `quarter`, minus the nearest of the grid's places n * unit (quarters). */
static double error_of(const snq_hit_fit *f, double t_s, double quarter, double unit)
{
    const double below = floor(quarter / unit) * unit;
    const double before = t_s - snq_hit_fit_time_s(f, below);
    const double after = t_s - snq_hit_fit_time_s(f, below + unit);
    return before < -after ? before : after;
}

/* Eighths are beats and the middles between them, also where the tempo changes. */
static double eighth_error(const snq_hit_fit *f, double t_s, double quarter, double beat_error)
{
    const double below = floor(quarter);
    const double middle =
        t_s - (snq_hit_fit_time_s(f, below) + snq_hit_fit_time_s(f, below + 1.0)) / 2.0;
    return fabs(middle) < fabs(beat_error) ? middle : beat_error;
}

static double chance_of(double tolerance_s, double period_s)
{
    const double share = 2.0 * tolerance_s / period_s;
    return share < 1.0 ? share : 1.0;
}

snq_hit_row snq_hit_fit_row(const snq_hit_fit *f, double t_s)
{
    const double period = 60.0 / step_of(f, INFINITY, t_s)->bpm;
    const double quarter = snq_hit_fit_quarter(f, t_s);
    snq_hit_row row;
    row.beat_error_s = error_of(f, t_s, quarter, 1.0);
    row.eighth_error_s = eighth_error(f, t_s, quarter, row.beat_error_s);
    row.downbeat_error_s = error_of(f, t_s, quarter, f->bar_steps / 4.0);
    row.beat_chance = chance_of(f->tolerance_s, period);
    row.eighth_chance = chance_of(f->tolerance_s, period / 2.0);
    return row;
}

static int is_near(double error_s, double tolerance_s)
{
    return fabs(error_s) <= tolerance_s + EPSILON_S;
}

void snq_hit_fit_score(const snq_hit_fit *f, const snq_hit_list *hits, snq_hit_shares *got,
                       snq_hit_shares *chance)
{
    double all = 0.0;
    memset(got, 0, sizeof *got);
    memset(chance, 0, sizeof *chance);
    for (uint32_t i = 0; i < hits->hits; i++) {
        const double w = hits->hit[i].weight;
        const snq_hit_row row = snq_hit_fit_row(f, hits->hit[i].t_s);
        const double bar = f->bar_steps * 15.0 / step_of(f, INFINITY, hits->hit[i].t_s)->bpm;
        all += w;
        got->downbeat += is_near(row.downbeat_error_s, f->tolerance_s) ? w : 0.0;
        got->beat += is_near(row.beat_error_s, f->tolerance_s) ? w : 0.0;
        got->eighth += is_near(row.eighth_error_s, f->tolerance_s) ? w : 0.0;
        chance->downbeat += w * chance_of(f->tolerance_s, bar);
        chance->beat += w * row.beat_chance;
        chance->eighth += w * row.eighth_chance;
    }
    const double scale = all > 0.0 ? 1.0 / all : 0.0;
    *got = (snq_hit_shares) { got->downbeat * scale, got->beat * scale, got->eighth * scale };
    *chance =
        (snq_hit_shares) { chance->downbeat * scale, chance->beat * scale, chance->eighth * scale };
}

double snq__hit_fit_worth(const snq_fit_cfg *cfg, const snq_hit_list *hits, const snq_hit_fit *f)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < hits->hits; i++) {
        const snq_hit_row row = snq_hit_fit_row(f, hits->hit[i].t_s);
        const double level = is_near(row.beat_error_s, cfg->tolerance_s)     ? 1.0
                             : is_near(row.eighth_error_s, cfg->tolerance_s) ? (double)cfg->eighth
                                                                             : 0.0;
        const double more =
            is_near(row.downbeat_error_s, cfg->tolerance_s) ? cfg->downbeat - 1.0 : 0.0;
        const double luck = snq__hit_luck(cfg, step_of(f, INFINITY, hits->hit[i].t_s)->bpm);
        sum += (level + more - luck) * hits->hit[i].weight;
    }
    if (is_near(snq_hit_fit_row(f, cfg->end_s).downbeat_error_s, cfg->tolerance_s))
        sum += (double)cfg->end_weight * cfg->downbeat;
    return sum;
}

/* ---------------------------------------------------------------- where it begins and ends */

/* Back from the first step to a bar line that is whole quarters away, at the film's start or before it. */
static void begin(const snq_fit_cfg *cfg, int32_t place, snq_hit_fit *f)
{
    const double period = 60.0 / f->step[0].bpm;
    int32_t back_steps = place;
    while (back_steps % 4 != 0)
        back_steps += cfg->bar_steps;
    const int32_t whole = cfg->bar_steps % 4 == 0 ? 1 : cfg->bar_steps % 2 == 0 ? 2 : 4;
    const double group = whole * cfg->bar_steps / 4.0; /* bars that are whole quarters */
    double back = back_steps / 4.0;
    back += ceil((f->step[0].t_s - back * period - cfg->tolerance_s) / (group * period)) * group;
    const double at = f->step[0].t_s - back * period;
    for (uint32_t i = f->steps; i-- > 1;)
        f->step[i].quarter += back - f->step[0].quarter;
    f->step[0].t_s = at;
    f->step[0].quarter = 0.0;
    f->lead_s = -at;
}

static void finish(const snq_fit_cfg *cfg, snq_hit_fit *f)
{
    const double bar = cfg->bar_steps / 4.0;
    const double to = snq_hit_fit_quarter(f, cfg->end_s - cfg->tolerance_s) / bar;
    const snq_hit_row row = snq_hit_fit_row(f, cfg->end_s);
    f->bars = to > 1.0 ? (int32_t)ceil(to) : 1;
    const double over = snq_hit_fit_bar_s(f, f->bars) - cfg->end_s;
    f->tail_s = over > 0.0 ? over : 0.0;
    f->end = is_near(row.downbeat_error_s, cfg->tolerance_s) ? SNQ_FILM_END_BAR
             : is_near(row.beat_error_s, cfg->tolerance_s)   ? SNQ_FILM_END_BEAT
                                                             : SNQ_FILM_END_CUT;
}

static double seconds_of(const snq_hit_fit *f, uint32_t i)
{
    const double to = i + 1 < f->steps ? f->step[i + 1].t_s : f->end_s;
    const double from = f->step[i].t_s > 0.0 ? f->step[i].t_s : 0.0;
    return to > from ? to - from : 0.0;
}

/* The median over time. */
static double median_tempo(const snq_hit_fit *f)
{
    double median = INFINITY;
    for (uint32_t i = 0; i < f->steps; i++) {
        double up_to = 0.0, all = 0.0;
        for (uint32_t k = 0; k < f->steps; k++) {
            all += seconds_of(f, k);
            up_to += f->step[k].bpm <= f->step[i].bpm ? seconds_of(f, k) : 0.0;
        }
        if (up_to >= all / 2.0 && f->step[i].bpm < median)
            median = f->step[i].bpm;
    }
    return median;
}

void snq__hit_fit_close(const snq_fit_cfg *cfg, int32_t place, snq_hit_fit *f)
{
    f->bar_steps = cfg->bar_steps;
    f->end_s = cfg->end_s;
    f->tolerance_s = cfg->tolerance_s;
    begin(cfg, place, f);
    finish(cfg, f);
    f->bpm = median_tempo(f);
}

snq_status snq_hit_fit_find(const snq_fit_cfg *cfg, const snq_hit_list *hits, snq_hit_fit *out)
{
    static const snq_hit_list none = { 0 };
    const snq_hit_list *on = hits ? hits : &none;
    snq_hit_fit path;
    memset(out, 0, sizeof *out);
    SNQ_TRY(check(cfg));
    SNQ_TRY(check_hits(cfg, on));
    SNQ_TRY(snq__hit_fit_search(cfg, on, out));
    if (cfg->changes && on->hits > 0) {
        SNQ_TRY(snq__hit_fit_path(cfg, on, &path));
        if (snq__hit_fit_worth(cfg, on, &path) > snq__hit_fit_worth(cfg, on, out))
            *out = path;
    }
    snq_hit_fit_score(out, on, &out->got, &out->chance);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the report */

static void shares_json(snq_json *j, const char *key, const snq_hit_shares *s)
{
    snq_json_key(j, key);
    snq_json_object(j);
    snq_json_put_real(j, "downbeat", s->downbeat, 4);
    snq_json_put_real(j, "beat", s->beat, 4);
    snq_json_put_real(j, "eighth", s->eighth, 4);
    snq_json_end(j);
}

static void row_json(snq_json *j, const snq_hit_fit *f, const snq_hit *h)
{
    const snq_hit_row row = snq_hit_fit_row(f, h->t_s);
    snq_json_object(j);
    snq_json_put_real(j, "t_s", h->t_s, 4);
    snq_json_put_string(j, "kind", snq_hit_kind_name(h->kind));
    snq_json_put_real(j, "weight", h->weight, 3);
    snq_json_put_real(j, "beat_error_s", row.beat_error_s, 4);
    snq_json_put_real(j, "eighth_error_s", row.eighth_error_s, 4);
    snq_json_put_real(j, "downbeat_error_s", row.downbeat_error_s, 4);
    snq_json_put_real(j, "beat_chance", row.beat_chance, 4);
    snq_json_put_real(j, "eighth_chance", row.eighth_chance, 4);
    snq_json_end(j);
}

void snq_hit_fit_json(snq_json *j, const snq_hit_fit *f, const snq_hit_list *hits)
{
    static const char *const end_names[] = { "bar", "beat", "cut" };
    snq_json_key(j, "hits");
    snq_json_array(j);
    for (uint32_t i = 0; i < hits->hits; i++)
        row_json(j, f, &hits->hit[i]);
    snq_json_end(j);
    snq_json_key(j, "hit_points");
    snq_json_object(j);
    snq_json_put_real(j, "tolerance_s", f->tolerance_s, 4);
    shares_json(j, "on", &f->got);
    shares_json(j, "random_offset", &f->chance);
    snq_json_put_string(j, "end", end_names[f->end]);
    snq_json_put_real(j, "lead_s", f->lead_s, 4);
    snq_json_put_real(j, "tail_s", f->tail_s, 4);
    snq_json_put_int(j, "bars", f->bars);
    snq_json_key(j, "tempos");
    snq_json_array(j);
    for (uint32_t i = 0; i < f->steps; i++) {
        snq_json_object(j);
        snq_json_put_real(j, "t_s", f->step[i].t_s, 4);
        snq_json_put_real(j, "bpm", f->step[i].bpm, 4);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_end(j);
}
