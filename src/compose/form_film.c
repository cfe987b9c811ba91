// SPDX-License-Identifier: MIT
/* IDEA   A film has its own form: scenes, some calm, some wild. A section of the music begins on the bar line nearest to
 *        a change of scene, but not at every cut, for music needs a few bars to say something; how strong it is the
 *        motion decides, and what it is (an intro, a drop …) is what the style has that is as strong.
 *
 * STEPS  change  of a cut (or a fade): strength * (1 - |t - bar line| / (bar / 2)) * (gap / (2 bars), .25 .. 1), gap
 *                that since the cut before it: of a volley of cuts the first one is the change
 *        step    + how much motion differs between the two bars before and the two after, 0 .. 1 of the curve's range
 *        starts  bar lines that make sum(change + step) - sum(cost of length) largest, by dynamic programming; a
 *                section costs .35; + .15 where its bars are even but no fours, .3 where odd; + .4 for each bar under
 *                four; + .05 for each over sixteen
 *        energy  of the mean motion m: e = .25 + .7 (.5 + c (x - .5)), x = (m - lo) / (hi - lo) within 0 .. 1, lo and hi
 *                the 10th and 90th percentile of the bars' means, c = min(1, 2 (hi - lo) / (hi + lo)): a film that
 *                always moves alike stays at .6. Of a section's start and end: the means of the whole and of that half
 *        kinds   of each of the style's shapes, for each section the shape's section with the smallest difference in
 *                energy at both ends; + 1 for an intro that is not first, an outro not last; + .25 where the first is
 *                no intro, the last no outro. The shape with the smallest sum is taken: its materials belong together
 *        players as the shape has them; and those that the picture moves itself (film.throughout) in all sections: who
 *                rests can't follow
 * COST   bars * 64 + bars * steps of the curve. LIMITS The energies are then moved by the piece's energy as any form's are. */
#include "compose/form_film.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/form_impl.h"
#include "compose/style.h"

enum { PARTS_MAX = 128, LENGTH_MAX = 64 };

typedef struct film_bars {
    const snq_form_film *film;
    int32_t bars;
    float *motion; /* (bars,) mean of each; below 0: not known */
    float *gain;   /* (bars,) what a section that begins here gains */
    float *best;   /* (bars + 1,) */
    int32_t *from; /* (bars + 1,): where the last section before this bar line begins */
    float lo, hi;
} film_bars;

/* ---------------------------------------------------------------- motion */

static float mean_motion(const snq_form_film *f, double from_s, double to_s)
{
    const snq_series *s = f->motion;
    double sum = 0.0;
    size_t n = 0;
    const double first = ceil((from_s - s->start_s) / s->step_s - 1e-9);
    for (size_t i = first > 0.0 ? (size_t)first : 0; i < s->length; i++) {
        if (snq_series_time_s(s, i) >= to_s)
            break;
        if (s->valid[i]) {
            sum += (double)s->value[i];
            n++;
        }
    }
    return n ? (float)(sum / (double)n) : -1.0f;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* `best` serves as room. */
static void set_motion(film_bars *b)
{
    const snq_hit_fit *fit = b->film->fit;
    int32_t n = 0;
    for (int32_t i = 0; i < b->bars; i++) {
        b->motion[i] = b->film->motion ? mean_motion(b->film, snq_hit_fit_bar_s(fit, i),
                                                     snq_hit_fit_bar_s(fit, i + 1))
                                       : -1.0f;
        if (b->motion[i] >= 0.0f)
            b->best[n++] = b->motion[i];
    }
    qsort(b->best, (size_t)n, sizeof *b->best, by_value);
    b->lo = n ? b->best[(n - 1) / 10] : 0.0f;
    b->hi = n ? b->best[(n - 1) - (n - 1) / 10] : 0.0f;
}

/* 0 .. 1 of the range; below 0: not known. */
static float mean_of(const film_bars *b, int32_t from, int32_t to)
{
    float sum = 0.0f, n = 0.0f;
    for (int32_t i = from > 0 ? from : 0; i < to && i < b->bars; i++) {
        if (b->motion[i] < 0.0f)
            continue;
        const float x = b->hi > b->lo ? (b->motion[i] - b->lo) / (b->hi - b->lo) : 0.5f;
        sum += x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x;
        n += 1.0f;
    }
    return n > 0.0f ? sum / n : -1.0f;
}

/* ---------------------------------------------------------------- where sections begin */

static void set_gains(film_bars *b)
{
    const snq_hit_fit *fit = b->film->fit;
    double before = -INFINITY;
    for (uint32_t i = 0; i < b->film->events; i++) {
        const snq_sight_event *e = &b->film->event[i];
        if (e->kind != SNQ_SIGHT_CUT && e->kind != SNQ_SIGHT_FADE)
            continue;
        const double at = snq_hit_fit_quarter(fit, e->t_s) * 4.0 / fit->bar_steps;
        const double line = floor(at + 0.5);
        const int32_t bar = line > 0.0 && line < b->bars ? (int32_t)line : 0;
        const double two = snq_hit_fit_bar_s(fit, bar + 2) - snq_hit_fit_bar_s(fit, bar);
        const double gap = (e->t_s - before) / two;
        const double change = e->strength * (1.0 - 2.0 * fabs(at - line)) *
                              (gap < 0.25  ? 0.25
                               : gap < 1.0 ? gap
                                           : 1.0);
        b->gain[bar] = (float)change > b->gain[bar] ? (float)change : b->gain[bar];
        before = e->t_s;
    }
    for (int32_t i = 1; i < b->bars; i++) {
        const float was = mean_of(b, i - 2, i), is = mean_of(b, i, i + 2);
        b->gain[i] += was >= 0.0f && is >= 0.0f ? fabsf(is - was) : 0.0f;
    }
}

static float cost_of(int32_t bars)
{
    return 0.35f +
           (bars % 4 == 0   ? 0.0f
            : bars % 2 == 0 ? 0.15f
                            : 0.3f) +
           (bars < 4 ? 0.4f * (float)(4 - bars) : 0.0f) +
           (bars > 16 ? 0.05f * (float)(bars - 16) : 0.0f);
}

/* b->from then tells each section's start, from the end on. */
static void choose_starts(film_bars *b)
{
    const int32_t least = b->bars / PARTS_MAX + 1; /* not more than fit */
    const int32_t most = LENGTH_MAX > 2 * least ? LENGTH_MAX : 2 * least;
    b->best[0] = 0.0f;
    for (int32_t end = 1; end <= b->bars; end++) {
        const int32_t shortest = end < least ? end : least;
        b->best[end] = -INFINITY;
        for (int32_t n = shortest; n <= most && n <= end; n++) {
            const int32_t start = end - n;
            const float gain = start > 0 ? b->gain[start] : 0.0f;
            const float worth = b->best[start] + gain - cost_of(n);
            if (worth > b->best[end]) {
                b->best[end] = worth;
                b->from[end] = start;
            }
        }
    }
}

/* ---------------------------------------------------------------- what they are */

static float energy_of(const film_bars *b, float whole, float half)
{
    const float sum = b->hi + b->lo, contrast = sum > 0.0f ? 2.0f * (b->hi - b->lo) / sum : 0.0f;
    if (whole < 0.0f)
        return 0.6f;
    const float x = half < 0.0f ? whole : (whole + half) / 2.0f;
    return 0.25f + 0.7f * (0.5f + (contrast < 1.0f ? contrast : 1.0f) * (x - 0.5f));
}

static float misfit(const snq_shape_section *s, const snq_shape_section *want, int first, int last)
{
    const int intro = s->section == SNQ_SECTION_intro, outro = s->section == SNQ_SECTION_outro;
    return fabsf(s->energy - want->energy) + fabsf(s->energy_end - want->energy_end) +
           (intro && !first ? 1.0f : 0.0f) + (outro && !last ? 1.0f : 0.0f) +
           (first && !intro ? 0.25f : 0.0f) + (last && !outro ? 0.25f : 0.0f);
}

static uint32_t nearest(const snq_style_shape *shape, const snq_form_parts *p, uint32_t i,
                        float *cost)
{
    uint32_t best = 0;
    *cost = INFINITY;
    for (uint32_t k = 0; k < shape->sections; k++) {
        const float c = misfit(&shape->section[k], p->part[i].of, i == 0, i + 1 == p->parts);
        if (c < *cost) {
            *cost = c;
            best = k;
        }
    }
    return best;
}

static void choose_kinds(const snq_style_form *style, const snq_form_parts *p,
                         snq_shape_section *wanted)
{
    const snq_style_shape *shape = &style->shape[0];
    float least = INFINITY, cost;
    for (uint32_t s = 0; s < style->shapes; s++) {
        float sum = 0.0f;
        for (uint32_t i = 0; i < p->parts; i++) {
            nearest(&style->shape[s], p, i, &cost);
            sum += cost;
        }
        if (sum < least) {
            least = sum;
            shape = &style->shape[s];
        }
    }
    for (uint32_t i = 0; i < p->parts; i++) {
        const snq_shape_section has = wanted[i];
        wanted[i] = shape->section[nearest(shape, p, i, &cost)];
        wanted[i].bars = has.bars;
        wanted[i].energy = has.energy;
        wanted[i].energy_end = has.energy_end;
    }
}

static void list_parts(const film_bars *b, snq_shape_section *wanted, snq_form_parts *p)
{
    uint32_t n = 0;
    for (int32_t at = b->bars; at > 0; at = b->from[at])
        n++;
    p->parts = n;
    for (int32_t at = b->bars; at > 0; at = b->from[at]) {
        const int32_t from = b->from[at], bars = at - from, half = (bars + 1) / 2;
        const float whole = mean_of(b, from, at);
        n--;
        wanted[n] = (snq_shape_section) {
            .bars = bars,
            .energy = energy_of(b, whole, mean_of(b, from, from + half)),
            .energy_end = energy_of(b, whole, mean_of(b, at - half, at)),
        };
        p->part[n] = (snq_form_part) { .of = &wanted[n], .bars = bars };
    }
}

static void keep_playing(uint32_t tracks, snq_form *f)
{
    for (uint32_t i = 0; i < f->sections; i++) {
        snq_form_section *s = &f->section[i];
        s->active |= tracks;
        s->entering = i ? s->active & ~f->section[i - 1].active : s->active;
    }
}

static void plan(const snq_intent *in, film_bars *b, snq_shape_section *wanted, snq_form *out)
{
    snq_form_parts parts = { 0 };
    set_motion(b);
    set_gains(b);
    choose_starts(b);
    list_parts(b, wanted, &parts);
    choose_kinds(&in->style->form, &parts, wanted);
    snq__form_fill(&parts, in, out);
    keep_playing(b->film->throughout & ((1u << in->tracks) - 1), out);
}

snq_status snq_form_from_film(const snq_intent *in, const snq_form_film *film, snq_form *out)
{
    film_bars b = { .film = film, .bars = film->fit->bars };
    snq_status st = SNQ_OK;
    memset(out, 0, sizeof *out);
    if (b.bars < 1 || b.bars > SNQ_INTENT_BARS_MAX || b.bars != in->bars ||
        film->fit->bar_steps != snq_intent_bar_steps(in))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a film of %d bars of %d sixteenths, a piece of %d of %d",
                        b.bars, film->fit->bar_steps, in->bars, snq_intent_bar_steps(in));
    const size_t lines = (size_t)b.bars + 1;
    snq_shape_section *wanted = snq_calloc(SNQ_FORM_SECTIONS_MAX, sizeof *wanted);
    b.motion = snq_calloc(lines, sizeof *b.motion);
    b.gain = snq_calloc(lines, sizeof *b.gain);
    b.best = snq_calloc(lines, sizeof *b.best);
    b.from = snq_calloc(lines, sizeof *b.from);
    if (wanted && b.motion && b.gain && b.best && b.from)
        plan(in, &b, wanted, out);
    else
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "the form of a film of %d bars", b.bars);
    snq_free(wanted);
    snq_free(b.motion);
    snq_free(b.gain);
    snq_free(b.best);
    snq_free(b.from);
    return st;
}
