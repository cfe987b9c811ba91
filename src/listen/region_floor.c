// SPDX-License-Identifier: MIT
/* IDEA   See region_finder.c. The floor is the lowest sharp mode of the histogram of hops' tint:
 *        little lies below it, and above it there is a dip. It counts only if it isn't loud and
 *        something stands above it: noise alone is content.
 *
 * STEPS  digital  dead hops between sounds, here and in the forgetting past >= 12: zero is the
 *                 floor
 *        mode     H = past + [from, end), bins of 0.25 dB; ascending, core = count within +-0.5 dB:
 *                 core >= CORE_MIN, count below -1.25 dB <= BELOW core, count in +1.25 .. +2.75 dB
 *                 <= SHOULDER core; of those within 1 dB of the first, the fullest.
 *                 When the old floor has gone (less than CORE_MIN hops ahead), what is ahead counts
 *                 alone, if its core >= SWITCH_MIN: the bed has stepped.
 *        fit      the model of the floor at the mode: region_fit.c
 *        contrast 5 hops 6 dB over the mode; or 20 with a band 15 dB over mu; or a click of 20 dB;
 *                 or it has lasted so long that no more can be waited for.
 *        soft     without a floor: min(-62 dBFS, P95 of level over 9 hops - 35 dB)
 *
 * CONST  Own measurement, 2026-11; ranges as in region_finder.c. core 0.5 dB (.4 .. .75), CORE_MIN
 *        20 (10 .. 60), BELOW .1 (.03 .. .3), SHOULDER .5 (.5 .. .8; sea and wind want no more),
 *        FORGET .84 a block (.7 .. .92), BAND_RATIO 15 dB (12 .. 18). By made signals only:
 *        CLICK_DB 20 (rain 5, clicks 30), SWITCH_MIN 100, steady 95 % within 1.25 dB, digital
 *        silence 12 hops.
 *
 * LIMITS A bed whose level moves by more than 1 dB within seconds (wind, traffic) has no sharp mode:
 *        there region_finder.c goes by level alone. */
#include "listen/region_floor_impl.h"

#include <math.h>
#include <string.h>

#include "listen/region_glr_impl.h"

enum {
    BINS = SNQ__REGION_BINS,
    STRIDE = SNQ__REGION_STRIDE,
    GAP = SNQ__REGION_GAP,
    CORE = 2,         /* bins: 0.5 dB */
    SHOULDER_LO = 5,  /* bins: 1.25 dB */
    SHOULDER_HI = 11, /* bins: 2.75 dB */
    CORE_MIN = 20,
    STEADY_BINS = 5, /* 1.25 dB */
    SWITCH_MIN = 100,
    ABOVE_MIN = 5,
    BAND_ABOVE_MIN = 20,
};

#define FORGET       0.84
#define STEADY_SHARE 0.95
#define BELOW        0.10
#define SHOULDER     0.5
#define ABOVE_DB     6.0
#define BAND_RATIO   31.6227766f /* 15 dB */
#define CLICK_DB     20.0
#define SOFT_DB      (-62.0)
#define SOFT_RANGE   35.0

/* ---- histograms ------------------------------------------------------------------------------ */

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

/* Share of the run whose level lies in the bins around `bin`. */
static double share_at(const snq__region_run *run, int bin)
{
    uint64_t in = 0;
    for (int i = bin - STEADY_BINS; i <= bin + STEADY_BINS; i++)
        in += i >= 0 && i < BINS ? run->bins[i] : 0;
    return (double)in / (double)run->hops;
}

int snq__region_is_steady(const snq__region_run *run, double tint)
{
    return share_at(run, bin_of(tint)) >= STEADY_SHARE;
}

int snq__region_any_steady(const snq__region_run *run)
{
    int bin = 0;
    while (bin < BINS && share_at(run, bin) < STEADY_SHARE)
        bin++;
    return bin < BINS;
}

/* ---- contrast -------------------------------------------------------------------------------- */

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
    return count(f->seen, above, BINS) >= ABOVE_MIN ||
           bands_stand_out(r, from, end, &f->fit.draft) ||
           clicks(r, from, end, db, f->fit.draft.level);
}

/* ---- looking --------------------------------------------------------------------------------- */

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
                           int64_t end, const snq__region_run *last)
{
    double db;
    f->digital = f->past_dead + dead_inside(r, from, end, end) >= GAP;
    if (f->digital)
        return 0;
    memset(f->ahead, 0, sizeof f->ahead);
    histogram(r, from, end, f->ahead);
    for (int i = 0; i < BINS; i++)
        f->seen[i] = f->past_tint[i] + f->ahead[i];
    if (!candidate(f, &db) ||
        !snq__region_fit_run(&f->fit, r, from, (int)(end - from), db, &f->model))
        return 0;
    if (!snq__region_is_same(&f->model, db) && !(last && snq__region_is_steady(last, db)) &&
        !has_contrast(f, r, from, end, db))
        return 0;
    const int higher = !f->model.known || f->fit.draft.tint > f->model.tint + 1.0;
    f->model = f->fit.draft;
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
