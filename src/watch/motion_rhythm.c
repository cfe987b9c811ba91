// SPDX-License-Identifier: MIT
/* motion_rhythm -- regular or not.
 *
 * IDEA   What comes back is periodic; what can be told from what went before is predictable; what
 *        makes use of all orders in which values can follow each other is disorderly; and where two
 *        like moments part company exponentially, there is chaos.
 *
 * STEPS  Autocorrelation: r(t) = sum over bins power cos(2 pi f t) / A(t/T), A that of the window
 *            A(x) = (1 - x)(2/3 + 1/3 cos 2 pi x) + sin(2 pi x)/(2 pi)
 *        Period: r on a grid of 1/(16 f), f the strongest frequency, from its first value under 0 to
 *            min(0.4 T, 4.5/f); the first peak that is over STRONG and over LIKE of the highest
 *            peak there. Its height is the strength.
 *        Predictability: the band is moved down to 0 Hz and sampled at its own width B, where white
 *            noise is white: r_j = sum power e^(2 pi i k j/bins) / A(j/M). Levinson's recursion,
 *            complex, of order 1 .. min(8, M/8), none under M = 4: e *= 1 - |reflection|^2.
 *            Gain = 1 - e/r_0, less what M
 *            samples of white noise give: (g - p/M)/(1 - p/M).
 *        Patterns: the order of x[t], x[t+d], x[t+2d], x[t+3d], one of 24; entropy / log 24.
 *        Lyapunov: vectors of 4 values; for each the nearest one at least `apart` away and
 *            not under TOO_NEAR of the deviation (those are noise, which parts at once); mean log
 *            distance after i samples; slope of the least-squares line through i = 0 .. horizon.
 *
 * CONST  STRONG 0.3: white noise in a band as wide as ours has peaks of 0.1 .. 0.25 there. LIKE 0.8:
 *        of equal peaks the first counts, a weak one before a strong one doesn't. TOO_NEAR 0.02: the
 *        noise of flow against what it is measured on. Order 4: a pattern
 *        needs some 10 times 24 values to be counted. At most 1000 points in Rosenstein's search.
 *
 * COST   bins times 72 lags; n; 1e6 distances.
 *
 * LIMITS Rosenstein's estimate of a noisy sine is a small positive number, not 0.
 *
 * REFS   C. Bandt, B. Pompe, "Permutation entropy: a natural complexity measure for time series", PRL
 *        88, 2002; M. T. Rosenstein, J. J. Collins, C. J. De Luca, "A practical method for
 *        calculating largest Lyapunov exponents from small data sets", Physica D 65, 1993. */
#include "watch/motion_rhythm.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/peaks.h"
#include "dsp/stats.h"

#define STRONG   0.3
#define LIKE     0.8
#define TOO_NEAR 0.02
enum {
    GRID = 16,
    LAGS = 72,
    ORDER_MAX = 8,
    CELLS_MIN = 4,
    EMBED = 4,
    POINTS_MAX = 1000,
    POINTS_MIN = 100
};

double snq_motion_hann_acf(double x)
{
    x = fabs(x);
    if (x >= 1.0)
        return 0;
    return (1 - x) * (2 + cos(2 * M_PI * x)) / 3 + sin(2 * M_PI * x) / (2 * M_PI);
}

snq_motion_period snq_motion_periodicity(const float *power, uint32_t bins, uint32_t first,
                                         double hz_bin, double duration_s, double around_hz)
{
    snq_motion_period none = { 0, 0 };
    double r[LAGS + 1] = { 0 }, total = 0;
    const double step = 1.0 / (GRID * around_hz);
    uint32_t lags = LAGS;
    if (lags * step > 0.4 * duration_s)
        lags = (uint32_t)(0.4 * duration_s / step);
    for (uint32_t i = 0; i < bins; i++) {
        const double p = (double)power[i];
        const double complex turn = cexp(2 * M_PI * I * (first + i) * hz_bin * step);
        double complex z = p;
        for (uint32_t k = 0; k <= lags; k++, z *= turn)
            r[k] += creal(z);
        total += p;
    }
    if (!(total > 0) || lags < 3)
        return none;
    for (uint32_t k = 0; k <= lags; k++)
        r[k] /= total * snq_motion_hann_acf(k * step / duration_s);
    uint32_t from = 1;
    while (from < lags && r[from] > 0)
        from++;
    double best = 0;
    for (uint32_t k = from; k < lags; k++)
        if (r[k] > r[k - 1] && r[k] >= r[k + 1] && r[k] > best)
            best = r[k];
    for (uint32_t k = from; k < lags; k++)
        if (r[k] > r[k - 1] && r[k] >= r[k + 1] && r[k] > STRONG && r[k] > LIKE * best) {
            double height;
            const double at = k + snq_peak_parabola(r[k - 1], r[k], r[k + 1], &height);
            return (snq_motion_period) { height < 1 ? height : 1, at * step };
        }
    return none;
}

double snq_motion_predictability(const float *power, uint32_t bins, double per_bin)
{
    const double cells = bins * per_bin;
    if (cells < CELLS_MIN)
        return 0;
    uint32_t order = cells < 16 ? 1 : (uint32_t)(cells / 8);
    order = order < ORDER_MAX ? order : ORDER_MAX;
    double complex r[ORDER_MAX + 1] = { 0 }, a[ORDER_MAX + 1] = { 1 }, b[ORDER_MAX + 1];
    for (uint32_t j = 0; j <= order; j++) {
        const double complex turn = cexp(2 * M_PI * I * j / bins);
        double complex z = 1;
        for (uint32_t k = 0; k < bins; k++, z *= turn)
            r[j] += (double)power[k] * z;
        r[j] /= snq_motion_hann_acf(j / cells);
    }
    const double r0 = creal(r[0]);
    double e = r0;
    if (!(r0 > 0))
        return 0;
    for (uint32_t i = 1; i <= order && e > 1e-9 * r0; i++) {
        double complex sum = r[i];
        for (uint32_t j = 1; j < i; j++)
            sum += a[j] * r[i - j];
        double complex k = -sum / e;
        if (cabs(k) > 1)
            k /= cabs(k);
        memcpy(b, a, sizeof b);
        a[i] = 0;
        b[i] = 0;
        for (uint32_t j = 1; j <= i; j++)
            a[j] = b[j] + k * conj(j == i ? 1 : b[i - j]);
        e *= 1 - creal(k * conj(k));
    }
    const double chance = order / cells, gain = (1 - e / r0 - chance) / (1 - chance);
    return gain > 0 ? gain < 1 ? gain : 1 : 0;
}

void snq_motion_count_patterns(const float *x, uint32_t n, uint32_t delay,
                               uint32_t count[SNQ_MOTION_PATTERNS])
{
    for (uint64_t t = 0; t + 3 * (uint64_t)delay < n; t++) {
        const float a = x[t], b = x[t + delay], c = x[t + 2 * (size_t)delay];
        const float d = x[t + 3 * (size_t)delay];
        const uint32_t rank0 = (a > b) + (a > c) + (a > d); /* 0 .. 3 */
        const uint32_t rank1 = (b > c) + (b > d);           /* 0 .. 2 */
        const uint32_t rank2 = c > d;
        count[rank0 * 6 + rank1 * 2 + rank2]++;
    }
}

double snq_motion_pattern_entropy(const uint32_t count[SNQ_MOTION_PATTERNS])
{
    float p[SNQ_MOTION_PATTERNS];
    for (int i = 0; i < SNQ_MOTION_PATTERNS; i++)
        p[i] = (float)count[i];
    return snq_entropy(p, SNQ_MOTION_PATTERNS);
}

static double distance_sq(const float *a, const float *b, uint32_t delay)
{
    double sum = 0;
    for (uint32_t i = 0; i < EMBED; i++) {
        const double d = (double)(a[(size_t)i * delay] - b[(size_t)i * delay]);
        sum += d * d;
    }
    return sum;
}

snq_status snq_motion_lyapunov(const float *x, uint32_t n, uint32_t delay, uint32_t apart,
                               uint32_t horizon, double *out)
{
    const uint64_t lost = (uint64_t)(EMBED - 1) * delay + horizon;
    *out = NAN;
    if (n < lost + POINTS_MIN || horizon < 2 || n < lost + 3 * (uint64_t)apart)
        return SNQ_OK;
    uint32_t points = n - (uint32_t)lost;
    points = points < POINTS_MAX ? points : POINTS_MAX;
    float *rise = snq_calloc((size_t)horizon + 1, 2 * sizeof *rise);
    if (!rise)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u steps", horizon);
    float *number = rise + horizon + 1;
    const double least = EMBED * TOO_NEAR * TOO_NEAR * snq_variance(x, n, NULL);
    for (uint32_t i = 0; i < points; i++) {
        double best = INFINITY;
        uint32_t near = 0;
        for (uint32_t j = 0; j < points; j++) {
            if ((i > j ? i - j : j - i) < apart)
                continue;
            const double d = distance_sq(x + i, x + j, delay);
            if (d > least && d < best) {
                best = d;
                near = j;
            }
        }
        for (uint32_t k = 0; isfinite(best) && k <= horizon; k++) {
            const double d = distance_sq(x + i + k, x + near + k, delay);
            if (d > 0) {
                rise[k] += (float)(0.5 * log(d));
                number[k] += 1;
            }
        }
    }
    int whole = 1;
    for (uint32_t k = 0; k <= horizon; k++) {
        whole &= number[k] > 0;
        rise[k] /= number[k] > 0 ? number[k] : 1;
    }
    if (whole)
        *out = snq_slope(NULL, rise, (size_t)horizon + 1, NULL);
    snq_free(rise);
    return SNQ_OK;
}
