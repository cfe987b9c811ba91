// SPDX-License-Identifier: MIT
/* motion_trend -- slopes and steps.
 *
 * IDEA   A trend is there when later values are larger than earlier ones much more often than chance
 *        allows, and the rise is worth mentioning. A change is a step: level before, level after,
 *        and hardly anything between; a ramp is none, and a swell is none.
 *
 * STEPS  Trend: at most 48 means x_i of equal stretches. Kendall's S = sum over i < j sign(x_j - x_i),
 *            Z = (|S| - 1)/sqrt(n (n-1)(2n+5)/18) > 2.576; Theil-Sen slope b = median of
 *            (x_j - x_i)/(j - i);  |b| (n - 1) > RISE median(x)
 *        Changes: the cheapest way to cut x into stretches, cost = sum of squares about each stretch's
 *            mean + PENALTY a stretch, by dynamic programming (Jackson et al. 2005);
 *            PENALTY = 3 s^2 log n; s = median |x_i+1 - x_i| / 0.954, at least 5 % of the
 *            95 % point. A stretch has at least 3 values and 5 % of all.
 *            Then, weakest first, a cut between means a and b of neighbouring stretches is dropped
 *            unless |a - b| > JUMP max(a, b) and > 4 s sqrt(1/n_a + 1/n_b) and a step explains the
 *            two stretches better than a line does: SSE_step < 0.5 SSE_line. The stretches are
 *            joined then.
 *
 * CONST  2.576: 1 % both ways. RISE 0.25, JUMP 0.35 of the level: set by hand; less is not seen by a
 *        watcher as another way of moving. 0.5: a clean step within two stretches leaves a line
 *        with 1/4 of the variance, a ramp leaves a step with 1/4 of it.
 *
 * COST   n^2 for n <= 512.
 *
 * LIMITS A change within the first or last 5 % is not told from the end.
 *
 * REFS   H. B. Mann, "Nonparametric tests against trend", Econometrica 13, 1945; P. K. Sen, "Estimates
 *        of the regression coefficient based on Kendall's tau", JASA 63, 1968; B. Jackson et al., "An
 *        algorithm for optimal partitioning of data on an interval", IEEE Signal Processing Letters
 *        12(2), 2005. */
#include "watch/motion_trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/median.h"

enum { MEANS = 48, SEGMENT_MIN = 3 };
#define TREND_Z      2.576
#define RISE         0.25f
#define JUMP         0.35
#define NORMAL_PAIR  0.954 /* median |difference of two normal values| */
#define LEAST_SPREAD 0.05
#define CUT_Z        4.0
#define STEP_BETTER  0.5

int snq_motion_trend(const float *level, uint32_t n)
{
    float x[MEANS], slope[MEANS * (MEANS - 1) / 2];
    const uint32_t k = n < MEANS ? n : MEANS;
    if (k < 5)
        return 0;
    for (uint32_t i = 0; i < k; i++) {
        const uint32_t a = i * n / k, b = (i + 1) * n / k;
        double sum = 0;
        for (uint32_t t = a; t < b; t++)
            sum += (double)level[t];
        x[i] = (float)(sum / (b - a));
    }
    int s = 0;
    uint32_t pairs = 0;
    for (uint32_t i = 0; i < k; i++)
        for (uint32_t j = i + 1; j < k; j++) {
            s += (x[j] > x[i]) - (x[j] < x[i]);
            slope[pairs++] = (x[j] - x[i]) / (float)(j - i);
        }
    const double z = (abs(s) - 1) / sqrt(k * (k - 1.0) * (2.0 * k + 5) / 18.0);
    const float b = snq_median_of(slope, pairs, slope);
    float scratch[MEANS];
    const float middle = snq_median_of(x, k, scratch);
    if (!(z > TREND_Z) || !(fabsf(b) * (float)(k - 1) > RISE * middle))
        return 0;
    return b > 0 ? 1 : -1;
}

/* Prefix sums make the cost of any stretch two subtractions. */
typedef struct sums {
    double x[SNQ_MOTION_LEVELS_MAX + 1], xx[SNQ_MOTION_LEVELS_MAX + 1],
        tx[SNQ_MOTION_LEVELS_MAX + 1];
    double cost[SNQ_MOTION_LEVELS_MAX + 1];
    uint32_t cut[SNQ_MOTION_LEVELS_MAX + 1];  /* last cut of the best way up to here */
    uint32_t edge[SNQ_MOTION_LEVELS_MAX + 1]; /* 0, cuts, n */
    uint32_t edges;
} sums;

static double mean_of(const sums *s, uint32_t a, uint32_t b)
{
    return (s->x[b] - s->x[a]) / (b - a);
}

static double sse(const sums *s, uint32_t a, uint32_t b)
{
    const double sum = s->x[b] - s->x[a];
    return fmax(0, s->xx[b] - s->xx[a] - sum * sum / (b - a));
}

/* Sum of squares about the best line. */
static double sse_line(const sums *s, uint32_t a, uint32_t b)
{
    const double n = b - a, sum = s->x[b] - s->x[a];
    const double t_mean = 0.5 * (a + b - 1.0), stt = n * (n * n - 1) / 12;
    const double stx = s->tx[b] - s->tx[a] - t_mean * sum;
    return fmax(0, sse(s, a, b) - (stt > 0 ? stx * stx / stt : 0));
}

static double spread(const float *level, uint32_t n, float *scratch)
{
    for (uint32_t i = 0; i + 1 < n; i++)
        scratch[i] = fabsf(level[i + 1] - level[i]);
    const double s = (double)snq_median_of(scratch, n - 1, scratch) / NORMAL_PAIR;
    return fmax(s, LEAST_SPREAD * (double)snq_quantile_of(level, n, 0.95, scratch));
}

static void partition(sums *s, uint32_t n, uint32_t least, double penalty)
{
    s->cost[0] = -penalty;
    for (uint32_t e = 1; e <= n; e++) {
        s->cost[e] = INFINITY;
        for (uint32_t a = 0; a + least <= e; a++) {
            const double c = s->cost[a] + sse(s, a, e) + penalty;
            if (c < s->cost[e]) {
                s->cost[e] = c;
                s->cut[e] = a;
            }
        }
    }
    s->edges = 0;
    for (uint32_t e = n; e > 0; e = s->cut[e])
        s->edge[s->edges++] = e;
    s->edge[s->edges++] = 0;
    for (uint32_t i = 0; i < s->edges / 2; i++) {
        const uint32_t swap = s->edge[i];
        s->edge[i] = s->edge[s->edges - 1 - i];
        s->edge[s->edges - 1 - i] = swap;
    }
}

/* How well a cut holds, > 1: it does. */
static double strength(const sums *s, uint32_t a, uint32_t mid, uint32_t b, double noise)
{
    const double left = mean_of(s, a, mid), right = mean_of(s, mid, b);
    const double jump = fabs(left - right) / (JUMP * fmax(left, right));
    const double z = fabs(left - right) / (CUT_Z * noise * sqrt(1.0 / (mid - a) + 1.0 / (b - mid)));
    const double step = sse(s, a, mid) + sse(s, mid, b);
    const double better = STEP_BETTER * sse_line(s, a, b) / fmax(step, 1e-30);
    return fmin(fmin(jump, z), better);
}

snq_status snq_motion_changes(const float *level, uint32_t n, uint32_t *at, uint32_t max,
                              uint32_t *changes)
{
    *changes = 0;
    if (n < 2 * SEGMENT_MIN || n > SNQ_MOTION_LEVELS_MAX)
        return SNQ_OK;
    sums *s = snq_calloc(1, sizeof *s + n * sizeof(float));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u levels", n);
    for (uint32_t i = 0; i < n; i++) {
        const double x = (double)level[i];
        s->x[i + 1] = s->x[i] + x;
        s->xx[i + 1] = s->xx[i] + x * x;
        s->tx[i + 1] = s->tx[i] + x * i;
    }
    const double noise = spread(level, n, (float *)(s + 1));
    const uint32_t least = n / 20 > SEGMENT_MIN ? n / 20 : SEGMENT_MIN;
    if (noise > 0)
        partition(s, n, least, 3 * noise * noise * log(n));
    for (;;) {
        uint32_t weakest = 0;
        double least_strength = 1;
        for (uint32_t i = 1; i + 1 < s->edges; i++) {
            const double v = strength(s, s->edge[i - 1], s->edge[i], s->edge[i + 1], noise);
            if (v <= least_strength) {
                least_strength = v;
                weakest = i;
            }
        }
        if (!weakest)
            break;
        memmove(&s->edge[weakest], &s->edge[weakest + 1],
                (s->edges - weakest - 1) * sizeof s->edge[0]);
        s->edges--;
    }
    for (uint32_t i = 1; i + 1 < s->edges && *changes < max; i++)
        at[(*changes)++] = s->edge[i];
    snq_free(s);
    return SNQ_OK;
}
