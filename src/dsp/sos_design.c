// SPDX-License-Identifier: MIT
/* sos_design -- where the coefficients come from.
 *
 * IDEA   A Butterworth filter is the one whose pass band is as flat as can be. Its analogue form is
 *        known exactly; the bilinear transform carries it over to samples, bending the frequency
 *        axis, which is undone at the band edges by bending them the other way first.
 *
 * STEPS  Prototype of order N, edge 1 rad/s, j in [0, N): poles e^(i (pi/2 + pi (2j + 1)/(2N)))
 *        Pair j:  s^2 + s/Q + 1,   1/Q = -2 Re p_j;   odd N: one s + 1
 *        Edge:    K = tan(pi f / rate)                            (prewarped, rad/s of the s plane)
 *        Low-pass s -> s/K, high-pass s -> K/s,
 *        band-pass s -> (s^2 + K_lo K_hi) / (s (K_hi - K_lo))
 *        Bilinear s = (1 - z^-1) / (1 + z^-1): A s^2 + B s + C becomes
 *            (A + B + C) + 2 (C - A) z^-1 + (A - B + C) z^-2
 *        Band-pass: a pole p splits into the roots of s^2 - p (K_hi - K_lo) s + K_lo K_hi = 0.
 *
 * COST   nothing worth counting.
 *
 * LIMITS Edges closer than 1e-7 of the rate to 0 or to each other lose digits in double.
 *
 * REFS   S. Butterworth, "On the theory of filter amplifiers", Wireless Engineer 7, 1930;
 *        R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", 1998. */
#include "dsp/sos.h"

#include <math.h>

/* One section from numerator and denominator n2 s^2 + n1 s + n0, d2 s^2 + d1 s + d0. */
static snq_sos bilinear(double n2, double n1, double n0, double d2, double d1, double d0)
{
    const double a0 = d2 + d1 + d0;
    return (snq_sos) {
        .b0 = (n2 + n1 + n0) / a0,
        .b1 = 2 * (n0 - n2) / a0,
        .b2 = (n2 - n1 + n0) / a0,
        .a1 = 2 * (d0 - d2) / a0,
        .a2 = (d2 - d1 + d0) / a0,
    };
}

/* One section of first order, n1 s + n0 over d1 s + d0. */
static snq_sos bilinear1(double n1, double n0, double d1, double d0)
{
    const double a0 = d1 + d0;
    return (snq_sos) { .b0 = (n1 + n0) / a0, .b1 = (n0 - n1) / a0, .a1 = (d0 - d1) / a0 };
}

static snq_status check_order(int order)
{
    if (order < 1 || order > SNQ_SOS_ORDER_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "filter order %d is not in 1 .. %d", order,
                        SNQ_SOS_ORDER_MAX);
    return SNQ_OK;
}

static snq_status check_edge(const char *what, double f_hz, double rate_hz)
{
    if (!(rate_hz > 0 && f_hz > 0 && f_hz < rate_hz / 2))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s %g Hz is not inside (0, %g)", what, f_hz, rate_hz / 2);
    return SNQ_OK;
}

/* 1/Q of prototype pair j. */
static double pair_damping(int order, int j)
{
    return 2 * sin(M_PI * (2 * j + 1) / (2.0 * order));
}

snq_status snq_sos_lowpass(int order, double f_hz, double rate_hz, snq_sos *sections, uint32_t *n)
{
    *n = 0;
    SNQ_TRY(check_order(order));
    SNQ_TRY(check_edge("corner", f_hz, rate_hz));
    const double k = tan(M_PI * f_hz / rate_hz);
    for (int j = 0; j < order / 2; j++)
        sections[(*n)++] = bilinear(0, 0, k * k, 1, k * pair_damping(order, j), k * k);
    if (order % 2)
        sections[(*n)++] = bilinear1(0, k, 1, k);
    return SNQ_OK;
}

snq_status snq_sos_highpass(int order, double f_hz, double rate_hz, snq_sos *sections, uint32_t *n)
{
    *n = 0;
    SNQ_TRY(check_order(order));
    SNQ_TRY(check_edge("corner", f_hz, rate_hz));
    const double k = tan(M_PI * f_hz / rate_hz);
    for (int j = 0; j < order / 2; j++)
        sections[(*n)++] = bilinear(1, 0, 0, 1, k * pair_damping(order, j), k * k);
    if (order % 2)
        sections[(*n)++] = bilinear1(1, 0, 1, k);
    return SNQ_OK;
}

snq_status snq_sos_bandpass(int order, double lo_hz, double hi_hz, double rate_hz,
                            snq_sos *sections, uint32_t *n)
{
    *n = 0;
    SNQ_TRY(check_order(order));
    SNQ_TRY(check_edge("lower edge", lo_hz, rate_hz));
    SNQ_TRY(check_edge("upper edge", hi_hz, rate_hz));
    if (!(lo_hz < hi_hz))
        return SNQ_FAIL(SNQ_ERR_RANGE, "band %g .. %g Hz is empty", lo_hz, hi_hz);
    const double lo = tan(M_PI * lo_hz / rate_hz), hi = tan(M_PI * hi_hz / rate_hz);
    const double width = hi - lo, centre = lo * hi;
    for (int j = 0; j < order / 2; j++) {
        const double angle = M_PI / 2 + M_PI * (2 * j + 1) / (2.0 * order);
        const double complex p = width * (cos(angle) + I * sin(angle));
        const double complex root = csqrt(p * p - 4 * centre);
        const double complex s[2] = { (p + root) / 2, (p - root) / 2 };
        for (int i = 0; i < 2; i++)
            sections[(*n)++] = bilinear(0, width, 0, 1, -2 * creal(s[i]),
                                        creal(s[i]) * creal(s[i]) + cimag(s[i]) * cimag(s[i]));
    }
    if (order % 2)
        sections[(*n)++] = bilinear(0, width, 0, 1, width, centre);
    return SNQ_OK;
}

/* The cookbook's digital forms: b0 b1 b2 a0 a1 a2 as it writes them. */
snq_status snq_sos_rbj(snq_rbj_kind kind, double f_hz, double q, double gain_db, double rate_hz,
                       snq_sos *section)
{
    *section = (snq_sos) { .b0 = 1 };
    SNQ_TRY(check_edge("frequency", f_hz, rate_hz));
    if (!(q > 0 && isfinite(q)))
        return SNQ_FAIL(SNQ_ERR_RANGE, "q %g is not over 0", q);
    if (!(fabs(gain_db) <= 120))
        return SNQ_FAIL(SNQ_ERR_RANGE, "gain %g dB is not in -120 .. 120", gain_db);
    const double w = 2 * M_PI * f_hz / rate_hz, c = cos(w), alpha = sin(w) / (2 * q);
    const double a = pow(10, gain_db / 40), root = 2 * sqrt(a) * alpha;
    double b0, b1, b2, a0 = 1 + alpha, a1 = -2 * c, a2 = 1 - alpha;
    switch (kind) {
    case SNQ_RBJ_LOWPASS:
        b0 = b2 = (1 - c) / 2;
        b1 = 1 - c;
        break;
    case SNQ_RBJ_HIGHPASS:
        b0 = b2 = (1 + c) / 2;
        b1 = -(1 + c);
        break;
    case SNQ_RBJ_BANDPASS:
        b0 = alpha;
        b1 = 0;
        b2 = -alpha;
        break;
    case SNQ_RBJ_NOTCH:
        b0 = b2 = 1;
        b1 = -2 * c;
        break;
    case SNQ_RBJ_PEAK:
        b0 = 1 + alpha * a;
        b1 = -2 * c;
        b2 = 1 - alpha * a;
        a0 = 1 + alpha / a;
        a2 = 1 - alpha / a;
        break;
    case SNQ_RBJ_LOW_SHELF:
        b0 = a * (a + 1 - (a - 1) * c + root);
        b1 = 2 * a * (a - 1 - (a + 1) * c);
        b2 = a * (a + 1 - (a - 1) * c - root);
        a0 = a + 1 + (a - 1) * c + root;
        a1 = -2 * (a - 1 + (a + 1) * c);
        a2 = a + 1 + (a - 1) * c - root;
        break;
    case SNQ_RBJ_HIGH_SHELF:
        b0 = a * (a + 1 + (a - 1) * c + root);
        b1 = -2 * a * (a - 1 + (a + 1) * c);
        b2 = a * (a + 1 + (a - 1) * c - root);
        a0 = a + 1 - (a - 1) * c + root;
        a1 = 2 * (a - 1 - (a + 1) * c);
        a2 = a + 1 - (a - 1) * c - root;
        break;
    default:
        return SNQ_FAIL(SNQ_ERR_ARG, "biquad kind %d is unknown", (int)kind);
    }
    *section =
        (snq_sos) { .b0 = b0 / a0, .b1 = b1 / a0, .b2 = b2 / a0, .a1 = a1 / a0, .a2 = a2 / a0 };
    return SNQ_OK;
}
