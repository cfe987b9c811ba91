// SPDX-License-Identifier: MIT
/* ESSAY */
#include "listen/region_floor_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/region_glr_impl.h"

enum {
    BINS = SNQ__REGION_BINS,
    STRIDE = SNQ__REGION_STRIDE,
    GAP = SNQ__REGION_GAP,
    CORE = 2,         /* bins: 0.5 dB */
    SHOULDER_LO = 5,  /* bins: 1.25 dB */
    SHOULDER_HI = 11, /* bins: 2.75 dB */
    CORE_MIN = 20,
    SWITCH_MIN = 100,
    ABOVE_MIN = 5,
    BAND_ABOVE_MIN = 20,
    FIT_HOPS = 400,
    FIT_MIN = 10,
    FIT_ROUNDS = 3,
    MEMORY_HOPS = 1000,
    LANES = 16,    /* columns worked on at once: they stay in registers */
    SUM_HOPS = 64, /* rows added in float before the sums go into double */
};

#define FORGET     0.84
#define BELOW      0.10
#define SHOULDER   0.5
#define ABOVE_DB   6.0
#define BAND_RATIO 31.6227766f /* 15 dB */
#define CLICK_DB   20.0
#define LOUDEST_DB (-35.0)
#define LEVEL_FIT  4.0f
#define K_MIN      0.5
#define K_FIT      1.0f /* half of 2 degrees */
#define K_MAX      60.0
#define OUTLIER    5.0f
#define POWER_MIN  1e-13
#define SOFT_DB    (-62.0)
#define SOFT_RANGE 35.0
#define SPREAD_MIN 3.0f
#define MIDDLE_MIN 8.0f

snq_status snq__region_floor_init(snq__region_floor *f)
{
    f->mark = snq_calloc(SNQ__REGION_SEEN, sizeof *f->mark);
    f->pick = snq_calloc(SNQ__REGION_SEEN, sizeof *f->pick);
    f->value = snq_calloc(SNQ__REGION_SEEN, sizeof *f->value);
    f->sorted = snq_calloc(SNQ__REGION_SEEN, sizeof *f->sorted);
    if (!f->mark || !f->pick || !f->value || !f->sorted)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to fit a noise floor");
    return SNQ_OK;
}

void snq__region_floor_clear(snq__region_floor *f)
{
    snq_free(f->mark);
    snq_free(f->pick);
    snq_free(f->value);
    snq_free(f->sorted);
}

/* ---- histograms ------------------------------------------------------------------------------- */

static double count(const double *h, int from, int to)
{
    double sum = 0;
    for (int i = from > 0 ? from : 0; i < to && i < BINS; i++)
        sum += h[i];
    return sum;
}

static int bin_of(double db)
{
    return (int)lrint((db - SNQ__REGION_FLOOR_DB) / SNQ__REGION_BIN_DB);
}

static double near_mode(const double *h, double db)
{
    const int i = bin_of(db);
    return count(h, i - CORE, i + CORE);
}

/* The lowest sharp mode: 1 and its place in dB, or 0. */
static int find_mode(const double *h, double *db)
{
    double below = 0, best = 0; /* below: count(h, 0, i - SHOULDER_LO) */
    int at = -1;
    for (int i = 0; i < BINS && (at < 0 || i <= at + 2 * CORE); i++) {
        if (i > SHOULDER_LO)
            below += h[i - SHOULDER_LO - 1];
        const double core = count(h, i - CORE, i + CORE);
        if (core < CORE_MIN || core <= best || below > BELOW * core)
            continue;
        if (count(h, i + SHOULDER_LO, i + SHOULDER_HI) > SHOULDER * core)
            continue;
        best = core;
        at = i;
    }
    *db = SNQ__REGION_FLOOR_DB + SNQ__REGION_BIN_DB * at;
    return at >= 0;
}

/* Dead hops in [from, to) that lie between sounds, as far as they are seen before `end`. */
static int dead_inside(const snq__region_rows *r, int64_t from, int64_t to, int64_t end)
{
    if (r->first_loud < 0 || r->first_loud >= end)
        return 0;
    if (from < r->first_loud)
        from = r->first_loud;
    int64_t last = end - 1;
    while (last > from && snq__region_at(r, last)->dead)
        last--;
    if (to > last)
        to = last;
    int dead = 0;
    for (int64_t i = from; i < to; i++)
        dead += snq__region_at(r, i)->dead;
    return dead;
}

static void histogram(const snq__region_rows *r, int64_t from, int64_t end, double *tint)
{
    for (int64_t i = from; i < end; i++) {
        const snq__region_frame *f = snq__region_at(r, i);
        if (!f->dead5)
            tint[f->bin5] += 1;
    }
}

/* ---- fit -------------------------------------------------------------------------------------- */

/* Mark the hops that lie at the mode, with both neighbours. */
static void mark_floor(snq__region_floor *f, const snq__region_rows *r, int64_t from, int n,
                       double db)
{
    const float width = (CORE + 1) * (float)SNQ__REGION_BIN_DB;
    for (int t = 0; t < n; t++) {
        const snq__region_frame *at = snq__region_at(r, from + t);
        f->pick[t] = !at->dead5 && fabsf(at->tint5 - (float)db) < width;
    }
    for (int t = 0; t < n; t++)
        f->mark[t] = f->pick[t] && (t == 0 || f->pick[t - 1]) && (t == n - 1 || f->pick[t + 1]);
}

/* At most FIT_HOPS of the n values, evenly spread, into f->sorted: how many. */
static size_t sample(snq__region_floor *f, int n)
{
    const int step = 1 + n / FIT_HOPS;
    size_t k = 0;
    for (int i = 0; i < n; i += step)
        f->sorted[k++] = f->value[i];
    return k;
}

/* Keep the picked hops whose value is at most `most`; the others lose their mark. When that would
 * leave too few, nothing changes. Returns how many it leaves or would leave. */
static int keep_below(snq__region_floor *f, int picks, float most)
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

/* Sums of LANES columns from b on, and of their squares, over picks [at, end). */
static void add_some(snq__region_floor *f, const snq__region_rows *r, int64_t from, int at, int end,
                     int b)
{
    float s[LANES] = { 0 }, q[LANES] = { 0 };
    for (int i = at; i < end; i++) {
        const float *restrict x = snq__region_power(r, from + f->pick[i]) + b;
        for (int k = 0; k < LANES; k++) {
            s[k] += x[k];
            q[k] += x[k] * x[k];
        }
    }
    for (int k = 0; k < LANES; k++) {
        f->sum[b + k] += (double)s[k];
        f->square[b + k] += (double)q[k];
    }
}

/* Sums of the picked rows and of their squares. */
static void add_rows(snq__region_floor *f, const snq__region_rows *r, int64_t from, int picks)
{
    memset(f->sum, 0, sizeof f->sum);
    memset(f->square, 0, sizeof f->square);
    for (int at = 0; at < picks; at += SUM_HOPS)
        for (int b = 0; b < STRIDE; b += LANES)
            add_some(f, r, from, at, at + SUM_HOPS < picks ? at + SUM_HOPS : picks, b);
}

/* Mean into m->mu and, from the variance, half the degrees of freedom. */
static void moments(const snq__region_floor *f, int picks, snq__region_model *m)
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
static void middle_spread(snq__region_floor *f, size_t n, float *middle, float *spread)
{
    *middle = snq_median_of(f->sorted, n, f->sorted);
    *spread = snq_quantile_of(f->sorted, n, 0.84, f->sorted) - *middle;
    *spread = *spread > SPREAD_MIN ? *spread : SPREAD_MIN;
}

/* Take out the picked hops over `most`: how many are left, `picks` when that would be too few. */
static int drop_over(snq__region_floor *f, const snq__region_rows *r, int64_t from, int picks,
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
static int drop_outliers(snq__region_floor *f, const snq__region_rows *r, int64_t from, int picks)
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
static void calibrate(snq__region_floor *f, const snq__region_rows *r, int64_t from, int n,
                      int which, int span, float eff)
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

static int is_same(const snq__region_model *old, double db)
{
    return old->known && fabs(old->tint - db) < 1.0;
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

/* Model the floor whose mode lies at `db` into f->draft from the hops at it: 1, or 0 when there are
 * too few or they are too loud for a floor. */
static int fit(snq__region_floor *f, const snq__region_rows *r, int64_t from, int n, double db)
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
    if (is_same(&f->model, db))
        blend(m, &f->model);
    set_inverse(m);
    calibrate(f, r, from, n, 0, 1, 1.0f);
    calibrate(f, r, from, n, 1, 5, SNQ__REGION_EFF5);
    calibrate(f, r, from, n, 2, GAP, SNQ__REGION_EFF * GAP);
    return 1;
}

/* ---- contrast --------------------------------------------------------------------------------- */

static int any_over(const float *restrict x, const float *restrict limit)
{
    int any = 0;
    for (int b = 0; b < STRIDE; b++)
        any |= x[b] > limit[b];
    return any;
}

/* At least BAND_ABOVE_MIN hops, in means over 5, have some band far above the floor. A mean is over
 * the limit only where a hop that it holds is. */
static int bands_stand_out(const snq__region_rows *r, int64_t from, int64_t end,
                           const snq__region_model *m)
{
    const int64_t stop = snq__region_end(r);
    int64_t hot = -1; /* last hop with a band over the limit, up to i + 2 */
    float limit[STRIDE], mean[STRIDE];
    int found = 0;
    for (int b = 0; b < STRIDE; b++)
        limit[b] = b < SNQ__REGION_USED ? m->mu[b] * BAND_RATIO : 1.0f;
    for (int64_t i = from; i < end && found < BAND_ABOVE_MIN; i++) {
        const int64_t lo = i > 2 ? i - 2 : 0, hi = i + 3 < stop ? i + 3 : stop;
        for (int64_t k = i == from ? lo : i + 2; k < hi; k++)
            hot = any_over(snq__region_power(r, k), limit) ? k : hot;
        if (hot < lo)
            continue;
        snq__row_sum(r, lo, (int)(hi - lo), mean);
        for (int b = 0; b < STRIDE; b++)
            mean[b] /= (float)(hi - lo);
        found += any_over(mean, limit);
    }
    return found >= BAND_ABOVE_MIN;
}

static int clicks(const snq__region_rows *r, int64_t from, int64_t end, double tint, double level)
{
    for (int64_t i = from; i < end; i++) {
        const snq__region_frame *f = snq__region_at(r, i);
        if ((double)f->tint > tint + CLICK_DB && (double)f->db > level + CLICK_DB)
            return 1;
    }
    return 0;
}

/* Does anything stand above this floor? */
static int has_contrast(const snq__region_floor *f, const snq__region_rows *r, int64_t from,
                        int64_t end, double db)
{
    const int above = (int)((db + ABOVE_DB - SNQ__REGION_FLOOR_DB) / SNQ__REGION_BIN_DB);
    return count(f->seen, above, BINS) >= ABOVE_MIN || bands_stand_out(r, from, end, &f->draft) ||
           clicks(r, from, end, db, f->draft.level);
}

/* ---- looking ---------------------------------------------------------------------------------- */

/* Where to look for a floor: 1 and *db, or 0. */
static int candidate(const snq__region_floor *f, double *db)
{
    double other;
    const int found = find_mode(f->seen, db);
    if (f->model.known && near_mode(f->ahead, f->model.tint) < CORE_MIN &&
        find_mode(f->ahead, &other) && near_mode(f->ahead, other) >= SWITCH_MIN) {
        *db = other;
        return 1;
    }
    return found;
}

int snq__region_floor_look(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                           int64_t end)
{
    double db;
    f->digital = f->past_dead + dead_inside(r, from, end, end) >= GAP;
    if (f->digital)
        return 0;
    memset(f->ahead, 0, sizeof f->ahead);
    histogram(r, from, end, f->ahead);
    for (int i = 0; i < BINS; i++)
        f->seen[i] = f->past_tint[i] + f->ahead[i];
    if (!candidate(f, &db) || !fit(f, r, from, (int)(end - from), db))
        return 0;
    if (!is_same(&f->model, db) && !has_contrast(f, r, from, end, db))
        return 0;
    const int higher = !f->model.known || f->draft.tint > f->model.tint + 1.0;
    f->model = f->draft;
    return higher;
}

float snq__region_floor_soft(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                             int64_t end)
{
    if (f->digital)
        return -INFINITY;
    double all[BINS], sum = 0, total = 0;
    memcpy(all, f->past_level, sizeof all);
    for (int64_t i = from; i < end; i++)
        all[snq__region_at(r, i)->bin9] += 1;
    for (int i = 0; i < BINS; i++)
        total += all[i];
    int i = 0;
    for (sum = all[0]; sum < 0.95 * total && i < BINS - 1; sum += all[i])
        i++;
    const double loud = SNQ__REGION_FLOOR_DB + i * SNQ__REGION_BIN_DB - SOFT_RANGE;
    return (float)(loud < SOFT_DB ? loud : SOFT_DB);
}

void snq__region_floor_pass(snq__region_floor *f, const snq__region_rows *r, int64_t from,
                            int64_t block_end, int64_t end)
{
    histogram(r, from, block_end, f->past_tint);
    for (int64_t i = from; i < block_end; i++)
        f->past_level[snq__region_at(r, i)->bin9] += 1;
    f->past_dead = FORGET * (f->past_dead + dead_inside(r, from, block_end, end));
    for (int i = 0; i < BINS; i++) {
        f->past_tint[i] *= FORGET;
        f->past_level[i] *= FORGET;
    }
}
