// SPDX-License-Identifier: MIT
/* IDEA   A cut is what everybody sees: it weighs most. A jolt or a flash weighs what it is strong, a fade has no moment
 *        of its own and weighs half, and where the picture moves most something small may happen too.
 *
 * STEPS  events  w = weight[kind] * strength; a cut: weight[cut], however strong; nothing at strength 0
 *        peaks   steps of the curve that no other within peak_gap_s overtops (of equals the first), and that rise over
 *                the lowest on both sides, as far as peak_gap_s goes, by peak_rise of the curve's range
 *                (95th minus 5th percentile); w = weight[motion] * min(1, rise / range)
 *        near    in order of time, of two neighbours within merge_s the lighter one goes (what is one moment to the
 *                eye must not count twice); of equal weight the earlier one stays
 * COST   n log n. LIMITS peaks are as fine as the curve's steps. */
#include "compose/hit_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

snq_hit_cfg snq_hit_cfg_default(double end_s)
{
    return (snq_hit_cfg) {
        .end_s = end_s,
        .weight = { [SNQ_HIT_CUT] = 1.0f,
                    [SNQ_HIT_FADE] = 0.5f,
                    [SNQ_HIT_FLASH] = 1.0f,
                    [SNQ_HIT_ACCENT] = 1.0f,
                    [SNQ_HIT_MOTION] = 0.1f },
        .merge_s = 0.08,
        .peak_gap_s = 1.0,
        .peak_rise = 0.35f,
    };
}

const char *snq_hit_kind_name(uint32_t kind)
{
    return kind == SNQ_HIT_MOTION ? "motion" : snq_sight_event_name(kind);
}

static snq_status check(const snq_hit_cfg *cfg)
{
    if (!(cfg->end_s > cfg->start_s) || !isfinite(cfg->start_s) || !isfinite(cfg->end_s))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a film from %g s to %g s", cfg->start_s, cfg->end_s);
    if (!(cfg->merge_s >= 0.0 && cfg->merge_s <= 1.0 && cfg->peak_gap_s > 0.0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "merge_s %g is not in 0 .. 1, or peak_gap_s %g not over 0",
                        cfg->merge_s, cfg->peak_gap_s);
    for (int k = 0; k < SNQ_HIT_KINDS; k++)
        if (!(cfg->weight[k] >= 0.0f && cfg->weight[k] <= 100.0f))
            return SNQ_FAIL(SNQ_ERR_RANGE, "the weight of a %s is %g, not in 0 .. 100",
                            snq_hit_kind_name((uint32_t)k), (double)cfg->weight[k]);
    return SNQ_OK;
}

static snq_status add(const snq_hit_cfg *cfg, snq_hit h, snq_hit_list *l)
{
    if (!(h.t_s >= cfg->start_s && h.t_s < cfg->end_s && h.weight > 0.0f))
        return SNQ_OK;
    if (l->hits == SNQ_HIT_POINTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d hit points", SNQ_HIT_POINTS_MAX);
    l->hit[l->hits++] = h;
    return SNQ_OK;
}

static snq_status add_events(const snq_hit_cfg *cfg, const snq_sight_event *event, uint32_t n,
                             snq_hit_list *l)
{
    for (uint32_t i = 0; i < n; i++) {
        const snq_sight_event *e = &event[i];
        const float force = e->strength > 1.0   ? 1.0f
                            : e->strength > 0.0 ? (float)e->strength
                                                : 0.0f;
        SNQ_TRY(add(
            cfg,
            (snq_hit) { .t_s = e->t_s,
                        .strength = force,
                        .weight = cfg->weight[e->kind] * (e->kind == SNQ_SIGHT_CUT ? 1.0f : force),
                        .kind = (uint8_t)e->kind },
            l));
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- peaks of motion */

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* From the 5th to the 95th percentile; 0 where the curve has no values. */
static snq_status range_of(const snq_series *s, float *range)
{
    size_t n = 0;
    float *sorted = snq_alloc(s->length, sizeof *sorted);
    *range = 0.0f;
    if (!sorted)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "a curve of %zu steps", s->length);
    for (size_t i = 0; i < s->length; i++)
        if (s->valid[i])
            sorted[n++] = s->value[i];
    qsort(sorted, n, sizeof *sorted, by_value);
    if (n)
        *range = sorted[(n - 1) * 95 / 100] - sorted[(n - 1) * 5 / 100];
    snq_free(sorted);
    return SNQ_OK;
}

/* How far step i stands over the higher one of the lowest on either side; below 0: something near is higher. */
static float rise_of(const snq_series *s, size_t i, size_t near)
{
    const size_t from = i > near ? i - near : 0;
    const size_t to = i + near < s->length ? i + near : s->length - 1;
    const float top = s->value[i];
    float before = top, after = top;
    for (size_t k = from; k <= to; k++) {
        const float v = s->value[k];
        if (!s->valid[k] || k == i)
            continue;
        if (v > top || (v == top && k < i))
            return -1.0f;
        before = k < i && v < before ? v : before;
        after = k > i && v < after ? v : after;
    }
    return top - (before > after ? before : after);
}

static snq_status add_peaks(const snq_hit_cfg *cfg, const snq_series *s, snq_hit_list *l)
{
    const double steps = ceil(cfg->peak_gap_s / s->step_s);
    const size_t near = steps < 1.0 ? 1 : steps < 4096.0 ? (size_t)steps : 4096;
    float range;
    SNQ_TRY(range_of(s, &range));
    for (size_t i = 0; i < s->length && range > 0.0f; i++) {
        const float rise = s->valid[i] ? rise_of(s, i, near) / range : -1.0f;
        const float force = rise < 1.0f ? rise : 1.0f;
        if (rise > 0.0f && rise >= cfg->peak_rise)
            SNQ_TRY(add(cfg,
                        (snq_hit) { .t_s = snq_series_time_s(s, i),
                                    .strength = force,
                                    .weight = cfg->weight[SNQ_HIT_MOTION] * force,
                                    .kind = SNQ_HIT_MOTION },
                        l));
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- near ones */

static int by_time(const void *a, const void *b)
{
    const snq_hit *x = a, *y = b;
    if (x->t_s != y->t_s)
        return x->t_s < y->t_s ? -1 : 1;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

static int heavier(const snq_hit *a, const snq_hit *b)
{
    return a->weight > b->weight || (a->weight == b->weight && by_time(a, b) < 0);
}

/* Nobody is left within merge_s of a neighbour. */
static void merge(snq_hit_list *l, double merge_s)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->hits; i++) {
        const snq_hit h = l->hit[i];
        uint32_t back = kept; /* who is near, and lighter */
        while (back > 0 && h.t_s - l->hit[back - 1].t_s < merge_s && heavier(&h, &l->hit[back - 1]))
            back--;
        if (back > 0 && h.t_s - l->hit[back - 1].t_s < merge_s)
            continue;
        l->hit[back] = h;
        kept = back + 1;
    }
    l->hits = kept;
}

snq_status snq_hit_list_make(const snq_hit_cfg *cfg, const snq_sight_event *event, uint32_t events,
                             const snq_series *motion, snq_hit_list *out)
{
    snq_status st = SNQ_OK;
    memset(out, 0, sizeof *out);
    SNQ_TRY(check(cfg));
    const size_t most = (size_t)events + (motion ? motion->length : 0);
    out->hit = snq_alloc(most < SNQ_HIT_POINTS_MAX ? most : SNQ_HIT_POINTS_MAX, sizeof *out->hit);
    if (!out->hit)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "%zu hit points", most);
    SNQ_GOTO(add_events(cfg, event, events, out));
    if (motion && cfg->weight[SNQ_HIT_MOTION] > 0.0f)
        SNQ_GOTO(add_peaks(cfg, motion, out));
    qsort(out->hit, out->hits, sizeof *out->hit, by_time);
    merge(out, cfg->merge_s);
    return SNQ_OK;
fail:
    snq_hit_list_clear(out);
    return st;
}

void snq_hit_list_clear(snq_hit_list *l)
{
    snq_free(l->hit);
    memset(l, 0, sizeof *l);
}
