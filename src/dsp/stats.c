// SPDX-License-Identifier: MIT
#include "dsp/stats.h"

#include <math.h>

double snq_mean(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n ? sum / (double)n : 0;
}

double snq_moments_variance(const snq_moments *m)
{
    return m->n ? m->m2 / (double)m->n : 0;
}

double snq_variance(const float *x, size_t n, double *mean)
{
    snq_moments m = { 0 };
    for (size_t i = 0; i < n; i++)
        snq_moments_push(&m, x[i]);
    if (mean)
        *mean = m.mean;
    return snq_moments_variance(&m);
}

double snq_quantile_sorted(const float *x, size_t n, double q)
{
    if (n == 0)
        return 0;
    q = q > 0 ? q < 1 ? q : 1 : 0;
    const double at = (double)(n - 1) * q;
    const size_t k = (size_t)at;
    if (k + 1 >= n)
        return x[n - 1];
    return x[k] + (at - (double)k) * ((double)x[k + 1] - x[k]);
}

/* Restore the heap x (n,) below `at`. */
static void sift_down(float *x, size_t at, size_t n)
{
    const float v = x[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && x[child] < x[child + 1])
            child++;
        if (!(v < x[child]))
            break;
        x[at] = x[child];
    }
    x[at] = v;
}

/* Heap sort: no worst case, no recursion, nothing allocated. J. W. J. Williams, CACM 7(6), 1964. */
void snq_sort(float *x, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(x, i, n);
    for (size_t end = n; end-- > 1;) {
        const float top = x[0];
        x[0] = x[end];
        x[end] = top;
        sift_down(x, 0, end);
    }
}

double snq_slope(const float *x, const float *y, size_t n, double *intercept)
{
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x ? x[i] : (double)i;
        my += y[i];
    }
    if (n) {
        mx /= (double)n;
        my /= (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double dx = (x ? x[i] : (double)i) - mx;
        xx += dx * dx;
        xy += dx * (y[i] - my);
    }
    const double slope = xx > 0 ? xy / xx : 0;
    if (intercept)
        *intercept = my - slope * mx;
    return slope;
}

double snq_entropy(const float *p, size_t n)
{
    double sum = 0, h = 0;
    for (size_t i = 0; i < n; i++)
        sum += p[i] > 0 ? p[i] : 0;
    if (n < 2 || !(sum > 0))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (p[i] > 0)
            h -= p[i] / sum * log(p[i] / sum);
    return h / log((double)n);
}

double snq_flatness(const float *x, size_t n)
{
    double logs = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0))
            return 0;
        logs += log(x[i]);
        sum += x[i];
    }
    return n ? exp(logs / (double)n) / (sum / (double)n) : 0;
}

double snq_correlation(const float *x, const float *y, size_t n)
{
    const double mx = snq_mean(x, n), my = snq_mean(y, n);
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        const double dx = x[i] - mx, dy = y[i] - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}
