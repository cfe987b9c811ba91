// SPDX-License-Identifier: MIT
/* median -- selection, and a sorted window that slides.
 *
 * IDEA   The value in the middle ignores a few wild ones. To find it nothing need be sorted fully:
 *        splitting the values around a guess and going on in the half that holds the middle is
 *        enough. A sliding window is kept sorted, since each step changes one value in it.
 *
 * STEPS  nth: Hoare's partition around the median of first, middle and last; go on in the part that
 *        holds index k. After 2 log2 n bad splits the rest is heap-sorted, so the worst case is
 *        n log n.
 *        slide: ring (window,) of values in order of time, sorted (window,); a push takes the
 *        oldest out of `sorted` (binary search) and moves what lies between it and the new one's
 *        place.
 *
 * COST   nth: about 3 n comparisons. slide: 2 log2 window and one memmove a step.
 *
 * LIMITS NaN has no place in an order: results are then meaningless, memory stays safe.
 *
 * REFS   C. A. R. Hoare, "Algorithm 65: Find", CACM 4(7), 1961; D. R. Musser, "Introspective
 *        sorting and selection algorithms", Software: Practice and Experience 27(8), 1997. */
#include "dsp/median.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/stats.h"

struct snq_slidemed {
    uint32_t window;
    uint32_t n;      /* values held */
    uint32_t oldest; /* index into ring */
    float *ring;     /* (window,) */
    float *sorted;   /* (window,), first n ascending */
};

static void swap_at(float *x, size_t a, size_t b)
{
    const float t = x[a];
    x[a] = x[b];
    x[b] = t;
}

/* Median of three of x[lo .. hi]. */
static float pivot_of(const float *x, size_t lo, size_t hi)
{
    const float a = x[lo], b = x[lo + (hi - lo) / 2], c = x[hi];
    const float low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

float snq_nth(float *x, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    int tries = 2;
    for (size_t m = n; m > 1; m /= 2)
        tries += 2;
    while (lo < hi) {
        if (tries-- == 0) {
            snq_sort(x + lo, hi - lo + 1);
            break;
        }
        const float p = pivot_of(x, lo, hi);
        size_t i = lo, j = hi; /* x[.. i) <= p <= x(j ..] */
        while (i <= j) {
            while (i < hi && x[i] < p)
                i++;
            while (j > lo && x[j] > p)
                j--;
            if (i > j)
                break;
            swap_at(x, i, j);
            i++;
            if (j == lo)
                break;
            j--;
        }
        if (k <= j && j < hi)
            hi = j;
        else if (k >= i && i > lo)
            lo = i;
        else
            break;
    }
    return x[k];
}

float snq_median_of(const float *x, size_t n, float *scratch)
{
    return snq_quantile_of(x, n, 0.5, scratch);
}

float snq_quantile_of(const float *x, size_t n, double q, float *scratch)
{
    if (n == 0)
        return 0;
    if (scratch != x)
        memcpy(scratch, x, n * sizeof(float));
    q = q > 0 ? q < 1 ? q : 1 : 0;
    const double at = (double)(n - 1) * q;
    const size_t k = (size_t)at;
    const double part = at - (double)k;
    const float low = snq_nth(scratch, n, k);
    if (part == 0 || k + 1 == n)
        return low;
    float high = scratch[k + 1]; /* the smallest of what is behind k */
    for (size_t i = k + 2; i < n; i++)
        high = scratch[i] < high ? scratch[i] : high;
    return (float)(low + part * ((double)high - low));
}

snq_status snq_slidemed_new(uint32_t window, snq_slidemed **out)
{
    *out = NULL;
    if (window < 1 || window > SNQ_SLIDEMED_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "window %u is not in 1 .. %d", window, SNQ_SLIDEMED_MAX);
    snq_slidemed *m = snq_calloc(1, sizeof(*m));
    if (!m)
        goto fail;
    m->window = window;
    m->ring = snq_calloc(window, sizeof(float));
    m->sorted = snq_calloc(window, sizeof(float));
    if (!m->ring || !m->sorted)
        goto fail;
    *out = m;
    return SNQ_OK;
fail:
    snq_slidemed_free(m);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "sliding median of %u", window);
}

void snq_slidemed_free(snq_slidemed *m)
{
    if (!m)
        return;
    snq_free(m->ring);
    snq_free(m->sorted);
    snq_free(m);
}

void snq_slidemed_reset(snq_slidemed *m)
{
    m->n = m->oldest = 0;
}

/* First index of x (n,) ascending whose value is not below v. */
static uint32_t lower_bound(const float *x, uint32_t n, float v)
{
    uint32_t lo = 0;
    while (n) {
        const uint32_t half = n / 2;
        if (x[lo + half] < v) {
            lo += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return lo;
}

static float middle(const snq_slidemed *m)
{
    if (m->n == 0)
        return 0;
    const float a = m->sorted[(m->n - 1) / 2], b = m->sorted[m->n / 2];
    return m->n % 2 ? a : (float)(a + 0.5 * ((double)b - a));
}

float snq_slidemed_push(snq_slidemed *m, float x)
{
    float *s = m->sorted;
    if (m->n < m->window) {
        const uint32_t to = lower_bound(s, m->n, x);
        memmove(s + to + 1, s + to, (m->n - to) * sizeof(float));
        s[to] = x;
        m->ring[(m->oldest + m->n) % m->window] = x;
        m->n++;
        return middle(m);
    }
    const uint32_t found = lower_bound(s, m->n, m->ring[m->oldest]);
    const uint32_t from = found < m->n ? found : m->n - 1; /* only NaN is not found */
    uint32_t to = lower_bound(s, m->n, x);
    if (to > from) {
        to--;
        memmove(s + from, s + from + 1, (to - from) * sizeof(float));
    } else {
        memmove(s + to + 1, s + to, (from - to) * sizeof(float));
    }
    s[to] = x;
    m->ring[m->oldest] = x;
    m->oldest = m->oldest + 1 == m->window ? 0 : m->oldest + 1;
    return middle(m);
}

float snq_slidemed_drop(snq_slidemed *m)
{
    if (m->n == 0)
        return 0;
    const uint32_t found = lower_bound(m->sorted, m->n, m->ring[m->oldest]);
    const uint32_t from = found < m->n ? found : m->n - 1;
    m->n--;
    memmove(m->sorted + from, m->sorted + from + 1, (m->n - from) * sizeof(float));
    m->oldest = m->oldest + 1 == m->window ? 0 : m->oldest + 1;
    return middle(m);
}

void snq_slidemed_run(snq_slidemed *m, const float *x, size_t n, uint32_t back, float *out)
{
    const size_t ahead = m->window - 1 - back;
    float now = 0;
    snq_slidemed_reset(m);
    for (size_t t = 0; t < ahead && t < n; t++)
        now = snq_slidemed_push(m, x[t]);
    for (size_t t = 0; t < n; t++) {
        if (t + ahead < n)
            now = snq_slidemed_push(m, x[t + ahead]);
        else if (t > back)
            now = snq_slidemed_drop(m);
        out[t] = now;
    }
}
