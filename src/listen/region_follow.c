// SPDX-License-Identifier: MIT
/* IDEA   A sound fades into the bed before it ends. Its own spectrum, as it was at the edge, tells
 *        better than any other where it is gone (a matched filter). And what looks like a gap may
 *        be a part too quiet for the bed: if both sides sound alike, or something is left in
 *        between, it was one sound.
 *
 * STEPS  x[b] = max(0, mean over the 12 hops at the edge of P[b] / mu[b] - 1), g = x k / 2
 *        y[j] = min(6, sum g (P[j] / mu - 1) / sqrt(sum x g)), j outward from the edge
 *        step on while sum of y over the next w = min(24, left) hops / sqrt(w / 0.72) >= 3 (tail)
 *        or 4 (head, backward); stop when w < 6.
 *        alike: the sign of a logistic function of the gap's length, the mean difference of both
 *        sides' dB over the bed, the correlation of their spectra in dB, what is left in the gap
 *        (sigmas), and whether one side is shorter than 80 ms.
 *
 * CONST  Own measurement, 2026-11: 24 (18 ..), tail 3 (2.2 .. 4), head 4 (3 .. 6), 12 hops at the
 *        edge, 80 ms (5 .. 12 hops), 1 s compared. The logistic weights were fitted to 713 gaps of
 *        the mixes named in region_finder.c, 87 of them inside a clip: 47 of these are bridged,
 *        and 8 of the other 626.
 *
 * LIMITS Two words of one speaker over a bed are alike. */
#include "listen/region_follow_impl.h"

#include <math.h>

enum {
    USED = SNQ__REGION_USED,
    BANDS = SNQ_MEL_BANDS,
    TEMPLATE = 12, /* hops at the edge that give the spectrum to look for */
    WINDOW = 24,
    WINDOW_MIN = 6,
    COMPARED = 100, /* hops on either side of a gap */
    BLIP = 8,
};

#define TAIL_SIGMAS 3.0
#define HEAD_SIGMAS 4.0
#define STEP_MOST   6.0
#define EFF         ((double)SNQ__REGION_EFF)

/* Mean of the rows [from, to) into (SNQ__REGION_USED,). */
static void mean_of(const snq__region_rows *r, int64_t from, int64_t to, double *mean)
{
    const int64_t oldest = snq__region_oldest(r);
    from = from > oldest ? from : oldest;
    for (int b = 0; b < USED; b++)
        mean[b] = 0;
    for (int64_t i = from; i < to; i++) {
        const float *x = snq__region_power(r, i);
        for (int b = 0; b < USED; b++)
            mean[b] += (double)x[b];
    }
    for (int b = 0; b < USED && to > from; b++)
        mean[b] /= (double)(to - from);
}

typedef struct filter {
    const snq__region_rows *rows;
    const snq__region_model *model;
    double weight[USED];
} filter;

static void make_filter(filter *f, int64_t from, int64_t to)
{
    double mean[USED], norm = 0;
    mean_of(f->rows, from, to, mean);
    for (int b = 0; b < USED; b++) {
        const double over = mean[b] / (double)f->model->mu[b] - 1;
        const double x = over > 0 ? over : 0;
        f->weight[b] = x * (double)f->model->half_k[b];
        norm += x * f->weight[b];
    }
    for (int b = 0; b < USED; b++)
        f->weight[b] /= sqrt(norm) + 1e-9;
}

static double filter_at(const filter *f, int64_t i)
{
    const float *x = snq__region_power(f->rows, i);
    double y = 0;
    for (int b = 0; b < USED; b++)
        y += ((double)x[b] / (double)f->model->mu[b] - 1) * f->weight[b];
    return y < STEP_MOST ? y : STEP_MOST;
}

/* Step from `at` (first hop to look at) in direction `step` over at most `n` hops for as long as
 * the mean over what is next stands out: how many hops. */
static int64_t walk(const filter *f, int64_t at, int step, int64_t n, double sigmas)
{
    double next[WINDOW], sum = 0; /* filtered hops j .. j + w: a ring, and their sum */
    int64_t seen = 0, j = 0;
    for (; j < n; j++) {
        const int64_t w = n - j < WINDOW ? n - j : WINDOW;
        if (w < WINDOW_MIN)
            break;
        for (; seen < j + w; seen++)
            next[seen % WINDOW] = filter_at(f, at + step * seen);
        sum = 0;
        for (int64_t k = j; k < j + w; k++)
            sum += next[k % WINDOW];
        if (sum / sqrt((double)w / EFF) < sigmas)
            break;
    }
    return j;
}

int64_t snq__region_follow_tail(const snq__region_rows *r, const snq__region_model *m,
                                int64_t first, int64_t end, int64_t limit)
{
    filter f = { .rows = r, .model = m };
    if (!m->known || limit - end < WINDOW_MIN)
        return end;
    make_filter(&f, first > end - TEMPLATE ? first : end - TEMPLATE, end);
    return end + walk(&f, end, 1, limit - end, TAIL_SIGMAS);
}

int64_t snq__region_follow_head(const snq__region_rows *r, const snq__region_model *m,
                                int64_t first, int64_t end, int64_t limit)
{
    filter f = { .rows = r, .model = m };
    const int64_t oldest = snq__region_oldest(r);
    limit = limit > oldest ? limit : oldest;
    if (!m->known || first - limit < WINDOW_MIN)
        return first;
    make_filter(&f, first, end < first + TEMPLATE ? end : first + TEMPLATE);
    return first - walk(&f, first - 1, -1, first - limit, HEAD_SIGMAS);
}

static double over_db(double mean, double mu)
{
    const double over = mean / mu - 1;
    return 10 * log10(1 + (over > 0 ? over : 0));
}

/* Correlation over bands of the two spectra in dB. */
static double correlation(const double *a, const double *b)
{
    double da[BANDS], db[BANDS], ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int k = 0; k < BANDS; k++) {
        ma += da[k] = 10 * log10(a[k] + 1e-12);
        mb += db[k] = 10 * log10(b[k] + 1e-12);
    }
    for (int k = 0; k < BANDS; k++) {
        const double x = da[k] - ma / BANDS, y = db[k] - mb / BANDS;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    return ab / sqrt(aa * bb + 1e-9);
}

int snq__region_alike(const snq__region_rows *r, const snq__region_model *m,
                      const snq__region_span *a, const snq__region_span *b)
{
    double pa[USED], pb[USED], gap[USED];
    const int64_t hops = b->first - a->end;
    mean_of(r, a->first > a->end - COMPARED ? a->first : a->end - COMPARED, a->end, pa);
    mean_of(r, b->first, b->end < b->first + COMPARED ? b->end : b->first + COMPARED, pb);
    mean_of(r, a->end + 1, b->first - 1, gap);
    double differ = 0, over = 0, weight = 0;
    for (int k = 0; k < BANDS; k++)
        differ += fabs(over_db(pa[k], (double)m->mu[k]) - over_db(pb[k], (double)m->mu[k]));
    for (int k = 0; k < USED; k++) {
        over += (gap[k] / (double)m->mu[k] - 1) * (double)m->half_k[k];
        weight += (double)m->half_k[k];
    }
    const double left = over / sqrt(weight) * sqrt((double)(hops - 2) * EFF);
    const double residue = left < -3 ? -3 : left > 8 ? 8 : left;
    const int blip = a->end - a->first < BLIP || b->end - b->first < BLIP;
    return 1.8 - 1.0 * log((double)hops / 100) - 2.4 * log(differ / BANDS + 0.5) +
               0.5 * correlation(pa, pb) + 0.3 * residue + 1.9 * blip >
           0;
}
