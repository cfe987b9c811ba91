// SPDX-License-Identifier: MIT
/* IDEA   The hops at the mode of a noise floor tell its spectrum, and how far the evidence for
 *        sound wanders where there is none.
 *
 * STEPS  hops within 0.75 dB of the mode, neighbours too; less those LEVEL_FIT over the lower
 *        quartile of level; up to 3 times less those with S over middle + OUTLIER spread (S: see
 *        region_finder.c; middle: median; spread: 84 % quantile - median, over at most 400 hops).
 *        mu = mean, k = 2 mu^2 / variance (chi-square of k degrees). Averaged with what was known
 *        of the same floor. Then S over at most 400 of its hops, and of means of 5 and of 12, gives
 *        its wandering: a hum or a drifting room widens its own thresholds.
 *
 * CONST  Own measurement, 2026-11; ranges as in region_finder.c. LOUDEST_DB -35 (beds -40, a city
 *        -31), LEVEL_FIT 4 (2.5 .. 8), OUTLIER 5 (4 .. 8), K_FIT 2 degrees, K_MAX 60.
 *
 * COST   Half of the region finder's: up to 3000 hops are fitted every 500. */
#include "listen/region_fit_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/region_glr_impl.h"

enum {
    STRIDE = SNQ__REGION_STRIDE,
    GAP = SNQ__REGION_GAP,
    FIT_HOPS = 400,
    FIT_MIN = 10,
    FIT_ROUNDS = 3,
    MEMORY_HOPS = 1000,
    SUM_HOPS = 64, /* rows added in float before the sums go into double */
};

#define WIDTH_DB   0.75f
#define LOUDEST_DB (-35.0)
#define LEVEL_FIT  4.0f
#define K_MIN      0.5
#define K_FIT      1.0f /* half of 2 degrees */
#define K_MAX      60.0
#define OUTLIER    5.0f
#define POWER_MIN  1e-13
#define SPREAD_MIN 3.0f
#define MIDDLE_MIN 8.0f

snq_status snq__region_fit_init(snq__region_fit *f)
{
    f->mark = snq_calloc(SNQ__REGION_SEEN, sizeof *f->mark);
    f->pick = snq_calloc(SNQ__REGION_SEEN, sizeof *f->pick);
    f->value = snq_calloc(SNQ__REGION_SEEN, sizeof *f->value);
    f->sorted = snq_calloc(SNQ__REGION_SEEN, sizeof *f->sorted);
    if (!f->mark || !f->pick || !f->value || !f->sorted)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to fit a noise floor");
    return SNQ_OK;
}

void snq__region_fit_clear(snq__region_fit *f)
{
    snq_free(f->mark);
    snq_free(f->pick);
    snq_free(f->value);
    snq_free(f->sorted);
}

/* Mark the hops that lie at the mode, with both neighbours. */
static void mark_floor(snq__region_fit *f, const snq__region_rows *r, int64_t from, int n,
                       double db)
{
    for (int t = 0; t < n; t++) {
        const snq__region_frame *at = snq__region_at(r, from + t);
        f->pick[t] = !at->dead5 && fabsf(at->tint5 - (float)db) < WIDTH_DB;
    }
    for (int t = 0; t < n; t++)
        f->mark[t] = f->pick[t] && (t == 0 || f->pick[t - 1]) && (t == n - 1 || f->pick[t + 1]);
}

/* At most FIT_HOPS of the n values, evenly spread, into f->sorted: how many. */
static size_t sample(snq__region_fit *f, int n)
{
    const int step = 1 + n / FIT_HOPS;
    size_t k = 0;
    for (int i = 0; i < n; i += step)
        f->sorted[k++] = f->value[i];
    return k;
}

/* Keep the picked hops whose value is at most `most`; the others lose their mark. When that would
 * leave too few, nothing changes. Returns how many it leaves or would leave. */
static int keep_below(snq__region_fit *f, int picks, float most)
{
    int kept = 0;
    for (int i = 0; i < picks; i++)
        kept += f->value[i] <= most;
    if (kept < FIT_MIN)
        return kept;
    kept = 0;
    for (int i = 0; i < picks; i++) {
        if (f->value[i] <= most)
            f->pick[kept++] = f->pick[i];
        else
            f->mark[f->pick[i]] = 0;
    }
    return kept;
}

/* Sums of the picked rows and of their squares. */
static void add_rows(snq__region_fit *f, const snq__region_rows *r, int64_t from, int picks)
{
    static const float none[STRIDE];
    memset(f->sum, 0, sizeof f->sum);
    memset(f->square, 0, sizeof f->square);
    for (int at = 0; at < picks; at += SUM_HOPS) {
        float s[STRIDE] = { 0 }, q[STRIDE] = { 0 };
        const int end = at + SUM_HOPS < picks ? at + SUM_HOPS : picks;
        for (int i = at; i < end; i += 4) {
            const float *row[4];
            for (int k = 0; k < 4; k++)
                row[k] = i + k < end ? snq__region_power(r, from + f->pick[i + k]) : none;
            const float *restrict x = row[0], *restrict y = row[1];
            const float *restrict z = row[2], *restrict w = row[3];
            for (int b = 0; b < STRIDE; b++) {
                s[b] += (x[b] + y[b]) + (z[b] + w[b]);
                q[b] += (x[b] * x[b] + y[b] * y[b]) + (z[b] * z[b] + w[b] * w[b]);
            }
        }
        for (int b = 0; b < STRIDE; b++) {
            f->sum[b] += (double)s[b];
            f->square[b] += (double)q[b];
        }
    }
}

/* Mean into m->mu and, from the variance, half the degrees of freedom. */
static void moments(const snq__region_fit *f, int picks, snq__region_model *m)
{
    for (int b = 0; b < SNQ__REGION_USED; b++) {
        const double mean = f->sum[b] / picks;
        double var = f->square[b] / picks - mean * mean;
        var = var > 0 ? var : 0;
        const double k = 2 * mean * mean / (var + 1e-30);
        m->mu[b] = (float)mean;
        m->half_k[b] = (float)(0.5 * (k < K_MIN ? K_MIN : k > K_MAX ? K_MAX : k));
    }
}

static void set_inverse(snq__region_model *m)
{
    for (int b = 0; b < SNQ__REGION_USED; b++) {
        if (!(m->mu[b] > (float)POWER_MIN))
            m->mu[b] = (float)POWER_MIN;
        m->inv[b] = 1.0f / m->mu[b];
    }
    for (int b = SNQ__REGION_USED; b < STRIDE; b++) {
        m->mu[b] = 1.0f;
        m->inv[b] = 0.0f;
    }
}

/* Middle and spread of the first n of f->sorted, which it reorders. */
static void middle_spread(snq__region_fit *f, size_t n, float *middle, float *spread)
{
    *middle = snq_median_of(f->sorted, n, f->sorted);
    *spread = snq_quantile_of(f->sorted, n, 0.84, f->sorted) - *middle;
    *spread = *spread > SPREAD_MIN ? *spread : SPREAD_MIN;
}

/* Take out the picked hops over `most`: how many are left, `picks` when that would be too few. */
static int drop_over(snq__region_fit *f, const snq__region_rows *r, int64_t from, int picks,
                     float most)
{
    const snq__region_model *m = &f->draft;
    int over = 0, kept = 0;
    for (int i = 0; i < picks; i++) {
        const float *x = snq__region_power(r, from + f->pick[i]);
        f->value[i] = snq__glr_between(x, m->inv, m->half_k, most, most);
        over += f->value[i] > most;
    }
    if (picks - over < FIT_MIN)
        return picks;
    for (int i = 0; i < picks; i++) {
        const int32_t t = f->pick[i];
        if (f->value[i] <= most) {
            f->pick[kept++] = t;
            continue;
        }
        const float *x = snq__region_power(r, from + t);
        f->mark[t] = 0;
        for (int b = 0; b < STRIDE; b++) {
            f->sum[b] -= (double)x[b];
            f->square[b] -= (double)x[b] * (double)x[b];
        }
    }
    return kept;
}

/* Take out hops with an outlying band (a click, a sibilant); returns how many are left. */
static int drop_outliers(snq__region_fit *f, const snq__region_rows *r, int64_t from, int picks)
{
    snq__region_model *m = &f->draft;
    add_rows(f, r, from, picks);
    for (int round = 0; round < FIT_ROUNDS; round++) {
        moments(f, picks, m);
        set_inverse(m);
        for (int b = 0; b < SNQ__REGION_USED; b++)
            m->half_k[b] = m->half_k[b] > K_FIT ? m->half_k[b] : K_FIT;
        const int step = 1 + picks / FIT_HOPS;
        size_t some = 0;
        for (int i = 0; i < picks; i += step)
            f->sorted[some++] =
                snq__glr(snq__region_power(r, from + f->pick[i]), m->inv, m->half_k);
        float middle, spread;
        middle_spread(f, some, &middle, &spread);
        const int kept = drop_over(f, r, from, picks, middle + OUTLIER * spread);
        if (kept == picks)
            break;
        picks = kept;
    }
    moments(f, picks, m);
    return picks;
}

/* How far snq__glr wanders on the floor itself in means over `span` hops that are all marked. */
static void calibrate(snq__region_fit *f, const snq__region_rows *r, int64_t from, int n, int which,
                      int span, float eff)
{
    snq__region_model *m = &f->draft;
    int picks = 0, run = 0;
    for (int t = 0; t < n; t++) {
        run = f->mark[t] ? run + 1 : 0;
        if (run >= span)
            f->pick[picks++] = t - span + 1;
    }
    float inv[STRIDE];
    for (int b = 0; b < STRIDE; b++)
        inv[b] = m->inv[b] / (float)span;
    m->middle[which] = 10.0f;
    m->spread[which] = SPREAD_MIN;
    if (picks > 5) {
        const int step = 1 + picks / FIT_HOPS;
        size_t k = 0;
        for (int i = 0; i < picks; i += step) {
            float sum[STRIDE];
            snq__row_sum(r, from + f->pick[i], span, sum);
            f->sorted[k++] = eff * snq__glr(sum, inv, m->half_k);
        }
        middle_spread(f, k, &m->middle[which], &m->spread[which]);
    }
    if (m->middle[which] < MIDDLE_MIN)
        m->middle[which] = MIDDLE_MIN;
}

/* Average with what was known of the same floor. */
static void blend(snq__region_model *m, const snq__region_model *old)
{
    const int hops = old->hops < MEMORY_HOPS ? old->hops : MEMORY_HOPS;
    const float w = (float)hops / (float)(hops + m->hops);
    for (int b = 0; b < SNQ__REGION_USED; b++) {
        m->mu[b] = w * old->mu[b] + (1 - w) * m->mu[b];
        m->half_k[b] = w * old->half_k[b] + (1 - w) * m->half_k[b];
    }
    m->tint = (double)w * old->tint + (1.0 - (double)w) * m->tint;
    m->hops += hops;
}

int snq__region_fit_run(snq__region_fit *f, const snq__region_rows *r, int64_t from, int n,
                        double db, const snq__region_model *old)
{
    snq__region_model *m = &f->draft;
    int picks = 0;
    mark_floor(f, r, from, n, db);
    for (int t = 0; t < n; t++)
        if (f->mark[t])
            f->pick[picks++] = t;
    if (picks < FIT_MIN)
        return 0;
    for (int i = 0; i < picks; i++)
        f->value[i] = snq__region_at(r, from + f->pick[i])->level5;
    const size_t some = sample(f, picks);
    picks = keep_below(f, picks, LEVEL_FIT * snq_quantile_of(f->sorted, some, 0.25, f->sorted));
    if (picks < FIT_MIN)
        return 0;
    picks = drop_outliers(f, r, from, picks);
    m->level = 10 * log10((double)m->mu[SNQ__REGION_LEVEL] + 1e-20);
    if (m->level > LOUDEST_DB)
        return 0;
    m->known = 1;
    m->tint = db;
    m->hops = picks;
    if (snq__region_is_same(old, db))
        blend(m, old);
    set_inverse(m);
    calibrate(f, r, from, n, 0, 1, 1.0f);
    calibrate(f, r, from, n, 1, 5, SNQ__REGION_EFF5);
    calibrate(f, r, from, n, 2, GAP, SNQ__REGION_EFF * GAP);
    return 1;
}
