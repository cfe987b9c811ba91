// SPDX-License-Identifier: MIT
/* IDEA   For one tempo the film is wound on a wheel of one beat: what lies at the same place of the wheel falls on the
 *        beat together. Each hit is an arc as wide as the tolerance; where the arcs lie deepest the beat should be. All
 *        tempos of the range are tried, the best few are drawn onto their hits by a straight line.
 *
 * STEPS  tempos  evenly in the logarithm, so near that over all hits the grid moves by .3 of the tolerance from one to
 *                the next; where that were too many (long films with thousands of hits) as many as WORK allows
 *        wheel   BINS places a beat: add (1 - eighth) * w where a beat meets the hit, eighth * w where an eighth does:
 *                ends of arcs into a row of differences, summed up once
 *        bars    a wheel of one bar: (downbeat - 1) * w, and the film's end; only where the beat's wheel, with all its
 *                beats downbeats, could still be among the best
 *        line    t = a + P q by least squares over the hits that are met, q in halves of a beat, weighed by what they
 *                are worth; taken whole, by a half or a quarter, whichever is worth most
 *        none    without hits the whole length is made a whole number of bars
 * COST   tempos * (hits + BINS + bars): at most WORK steps, about 15 ms.
 * LIMITS In metres of odd eighths or sixteenths not every offset of bar to beat is tried. With thousands of hits over hours no single
 *        tempo is much better than another, and not all are looked at. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/hit_fit_impl.h"

enum { BINS = 128, BAR_BINS_MAX = BINS * 99 / 4 + 4, BEST_MAX = 24, TEMPOS_MAX = 20000 };
#define WORK 2.5e6

typedef struct candidate {
    double worth, bpm, phase_s; /* a bar begins at phase_s */
} candidate;

typedef struct wheels {
    double beat[BINS + 1];
    double bar[BAR_BINS_MAX + 1];
    double weight; /* of all hits */
    int32_t bar_bins;
    candidate best[BEST_MAX]; /* falling */
    uint32_t kept, room;
} wheels;

/* An arc of +-half (bins) around `at` turns on a wheel of n bins. */
static inline void put_arc(double *wheel, int32_t n, double turns, double half, double w)
{
    const double at = (turns - (double)(int64_t)turns) * n;
    if (2.0 * half >= n - 1.0) {
        wheel[0] += w;
        return;
    }
    int32_t from = (int32_t)(at - half + n) + 1 - n, to = (int32_t)(at + half) + 1;
    if (from < 0) {
        wheel[0] += w;
        from += n;
        wheel[from] += w;
        wheel[to] -= w;
    } else if (to > n) {
        wheel[0] += w;
        wheel[to - n] -= w;
        wheel[from] += w;
    } else {
        wheel[from] += w;
        wheel[to] -= w;
    }
}

static void sum_up(double *wheel, int32_t n)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++)
        wheel[i] = sum += wheel[i];
}

/* What a beat at each place of its wheel is worth; the most of it. */
static double turn_beats(const snq_fit_cfg *c, const snq_hit_list *hits, double period, wheels *w)
{
    const double half = c->tolerance_s / period * BINS, rate = 1.0 / period;
    const double eighth = c->eighth;
    double eighths[BINS / 2 + 1] = { 0 }, most = 0.0;
    memset(w->beat, 0, sizeof w->beat);
    for (uint32_t i = 0; i < hits->hits; i++) {
        const double turns = hits->hit[i].t_s * rate, weight = hits->hit[i].weight;
        put_arc(w->beat, BINS, turns, half, weight * (1.0 - eighth));
        put_arc(eighths, BINS / 2, 2.0 * turns, half, weight * eighth);
    }
    sum_up(w->beat, BINS);
    sum_up(eighths, BINS / 2);
    for (int32_t i = 0; i < BINS; i++) {
        w->beat[i] += eighths[i % (BINS / 2)];
        most = w->beat[i] > most ? w->beat[i] : most;
    }
    return most;
}

static void keep(wheels *w, candidate c)
{
    uint32_t i = w->kept < w->room ? w->kept++ : w->room - 1;
    for (; i > 0 && w->best[i - 1].worth < c.worth; i--)
        w->best[i] = w->best[i - 1];
    w->best[i] = c;
}

static double least_kept(const wheels *w)
{
    return w->kept < w->room ? -INFINITY : w->best[w->kept - 1].worth;
}

/* Where on the wheel of a bar it is best to begin one. */
static void turn_bars(const snq_fit_cfg *c, const snq_hit_list *hits, double bpm, wheels *w)
{
    const double bar = 15.0 / bpm * c->bar_steps, per_s = w->bar_bins / bar;
    const double luck = w->weight * snq__hit_luck(c, bpm);
    const double half = c->tolerance_s * per_s, above = (double)c->downbeat - 1.0;
    candidate best = { -INFINITY, bpm, 0.0 };
    memset(w->bar, 0, ((size_t)w->bar_bins + 1) * sizeof w->bar[0]);
    for (uint32_t i = 0; i < hits->hits; i++)
        put_arc(w->bar, w->bar_bins, hits->hit[i].t_s / bar, half, hits->hit[i].weight * above);
    put_arc(w->bar, w->bar_bins, c->end_s / bar, half, (double)(c->end_weight * c->downbeat));
    sum_up(w->bar, w->bar_bins);
    for (int32_t i = 0; i < w->bar_bins; i++) {
        const double worth = w->beat[i % BINS] + w->bar[i] - luck;
        if (worth > best.worth) {
            best.worth = worth;
            best.phase_s = i / per_s;
        }
    }
    if (best.worth > least_kept(w))
        keep(w, best);
}

static int32_t tempos_of(const snq_fit_cfg *c, const snq_hit_list *hits, const wheels *w)
{
    const double span = hits->hit[hits->hits - 1].t_s - hits->hit[0].t_s;
    const double fine =
        log(c->bpm_max / c->bpm_min) * (span > 1.0 ? span : 1.0) / (0.3 * c->tolerance_s);
    const double room = WORK / (3.0 * hits->hits + 3.0 * BINS + w->bar_bins);
    const double most = room < TEMPOS_MAX ? room : TEMPOS_MAX;
    return (int32_t)(fine < most ? fine : most) + 1;
}

static void turn_all(const snq_fit_cfg *c, const snq_hit_list *hits, wheels *w)
{
    const int32_t n = tempos_of(c, hits, w);
    const double ratio = c->bpm_max / c->bpm_min;
    for (int32_t i = 0; i < n; i++) {
        const double bpm = c->bpm_min * pow(ratio, n > 1 ? (double)i / (n - 1) : 0.5);
        const double most = turn_beats(c, hits, 60.0 / bpm, w);
        const double bound =
            (most + (double)c->end_weight) * c->downbeat - w->weight * snq__hit_luck(c, bpm);
        if (bound > least_kept(w))
            turn_bars(c, hits, bpm, w);
    }
}

/* ---------------------------------------------------------------- the line */

static void set_grid(const snq_fit_cfg *c, double bpm, double phase_s, snq_hit_fit *f)
{
    f->step[0] = (snq_tempo_step) { .t_s = phase_s, .bpm = bpm };
    f->steps = 1;
    snq__hit_fit_close(c, 0, f);
}

typedef struct line_sums {
    double w, q, t, qq, qt;
} line_sums;

static void put_point(line_sums *s, double w, double q, double t)
{
    s->w += w;
    s->q += w * q;
    s->t += w * t;
    s->qq += w * q * q;
    s->qt += w * q * t;
}

/* The straight line through what the grid meets; 0 where that says nothing about it. */
static int line_of(const snq_fit_cfg *c, const snq_hit_list *hits, const snq_hit_fit *f,
                   double *phase_s, double *period_s)
{
    const double start = f->step[0].t_s, period = 60.0 / f->step[0].bpm;
    line_sums s = { 0 };
    for (uint32_t i = 0; i < hits->hits; i++) {
        const double x = (hits->hit[i].t_s - start) / period;
        const double beat = floor(x + 0.5), half = floor(2.0 * x + 0.5) / 2.0;
        if (fabs(x - beat) * period <= c->tolerance_s)
            put_point(&s, hits->hit[i].weight, beat, hits->hit[i].t_s);
        else if (fabs(x - half) * period <= c->tolerance_s)
            put_point(&s, (double)(hits->hit[i].weight * c->eighth), half, hits->hit[i].t_s);
    }
    if (f->end == SNQ_FILM_END_BAR)
        put_point(&s, 0.25 * c->end_weight, floor((c->end_s - start) / period + 0.5), c->end_s);
    const double spread = s.w * s.qq - s.q * s.q;
    if (!(spread > 1e-9 * s.w * s.w))
        return 0;
    *period_s = (s.w * s.qt - s.q * s.t) / spread;
    *phase_s = (s.t - *period_s * s.q) / s.w;
    return 1;
}

/* Drawn onto its hits as long as that is worth no less. */
static void draw(const snq_fit_cfg *c, const snq_hit_list *hits, snq_hit_fit *f)
{
    double worth = snq__hit_fit_worth(c, hits, f), phase, period;
    for (int round = 0; round < 2 && line_of(c, hits, f, &phase, &period); round++) {
        const double old_phase = f->step[0].t_s, old_period = 60.0 / f->step[0].bpm;
        for (double part = 1.0; part >= 0.25; part /= 2.0) {
            const double bpm = 60.0 / (old_period + part * (period - old_period));
            snq_hit_fit moved = { 0 };
            if (!(bpm >= c->bpm_min && bpm <= c->bpm_max))
                continue;
            set_grid(c, bpm, old_phase + part * (phase - old_phase), &moved);
            const double now = snq__hit_fit_worth(c, hits, &moved);
            if (now >= worth) {
                worth = now;
                *f = moved;
                break;
            }
        }
    }
}

/* ---------------------------------------------------------------- all */

static void without_hits(const snq_fit_cfg *c, snq_hit_fit *out)
{
    const double middle = (c->bpm_min + c->bpm_max) / 2.0;
    const double one = c->bar_steps * 15.0 / c->end_s; /* tempo at which the film is one bar */
    const double bars = floor(middle / one + 0.5);
    double bpm = 0.0;
    for (double n = bars - 1.0; n <= bars + 1.0; n++)
        if (n >= 1.0 && n * one >= c->bpm_min && n * one <= c->bpm_max &&
            fabs(n * one - middle) < fabs(bpm - middle))
            bpm = n * one;
    set_grid(c, bpm > 0.0 ? bpm : middle, 0.0, out);
}

snq_status snq__hit_fit_search(const snq_fit_cfg *cfg, const snq_hit_list *hits, snq_hit_fit *out)
{
    snq_fit_cfg plain =
        *cfg; /* luck chooses between tempos that differ, not within one's tolerance */
    double best = -INFINITY;
    plain.luck = 0.0f;
    if (hits->hits == 0) {
        without_hits(cfg, out);
        return SNQ_OK;
    }
    wheels *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "the search for a tempo");
    w->bar_bins = BINS * cfg->bar_steps / 4;
    w->room = hits->hits > 500 ? 2 : BEST_MAX;
    for (uint32_t i = 0; i < hits->hits; i++)
        w->weight += hits->hit[i].weight;
    turn_all(cfg, hits, w);
    for (uint32_t i = 0; i < w->kept; i++) {
        snq_hit_fit f = { 0 };
        set_grid(cfg, w->best[i].bpm, w->best[i].phase_s, &f);
        draw(&plain, hits, &f);
        const double worth = snq__hit_fit_worth(cfg, hits, &f);
        if (worth > best) {
            best = worth;
            *out = f;
        }
    }
    snq_free(w);
    return SNQ_OK;
}
