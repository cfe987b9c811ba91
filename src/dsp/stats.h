// SPDX-License-Identifier: MIT
/* stats -- summaries of arrays.
 *
 * Arrays are (n,), borrowed. n 0 is legal and gives 0 unless said otherwise; NaN in, NaN out.
 * Sums are double, in order. Threads: [any]. */
#ifndef SNQ_DSP_STATS_H
#define SNQ_DSP_STATS_H

#include <stddef.h>
#include <stdint.h>

double snq_mean(const float *x, size_t n);

/* Running mean and variance (Welford 1962): never subtracts large sums. */
typedef struct snq_moments {
    uint64_t n;
    double mean;
    double m2; /* sum of squared deviations from the mean */
} snq_moments;

static inline void snq_moments_push(snq_moments *m, double x)
{
    m->n++;
    const double d = x - m->mean;
    m->mean += d / (double)m->n;
    m->m2 += d * (x - m->mean);
}

/* Population variance: divided by n. */
double snq_moments_variance(const snq_moments *m);
/* All of x, then its variance (population); *mean may be NULL. */
double snq_variance(const float *x, size_t n, double *mean);

/* q-quantile of sorted x (ascending), q 0 .. 1 (cut to it): linear interpolation between the values
 * at floor and ceil of (n - 1) q (type 7 of Hyndman and Fan, "Sample quantiles in statistical
 * packages", The American Statistician 50(4), 1996). */
double snq_quantile_sorted(const float *x, size_t n, double q);
/* Sort ascending, in place. */
void snq_sort(float *x, size_t n);

/* Least-squares line y = intercept + slope * x. Returns the slope; *intercept may be NULL. x NULL
 * means 0, 1, 2, … . Without spread in x the slope is 0. */
double snq_slope(const float *x, const float *y, size_t n, double *intercept);

/* Shannon entropy of the distribution p / sum(p), in 0 .. 1 (divided by log n). Negative values
 * count as 0; n < 2 or no mass gives 0. */
double snq_entropy(const float *p, size_t n);
/* Geometric over arithmetic mean of x >= 0, 0 .. 1: 1 is flat. Any zero, or no mass, gives 0. */
double snq_flatness(const float *x, size_t n);
/* Pearson's correlation, -1 .. 1; 0 when either has no spread. */
double snq_correlation(const float *x, const float *y, size_t n);

#endif
