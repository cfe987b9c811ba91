// SPDX-License-Identifier: MIT
/* oversample -- three half-band filters up, three down.
 *
 * IDEA   Doubling the rate needs a filter that keeps what was there and removes its mirror image. If the
 *        filter is symmetric about a quarter of the new rate, every second coefficient is 0 and half of
 *        the output is the input itself. The second and third doubling have wide gaps to work with, and
 *        so are short.
 *
 * STEPS  up:    y[2 i] = x[i - K],  y[2 i + 1] = 2 sum over j < K of c_j (x[i - K - j] + x[i - K + 1 + j])
 *        down:  e[i] = x[2 i], o[i] = x[2 i + 1]
 *               y[i] = e[i - K + 1] / 2 + sum over j of c_j (o[i - K - j] + o[i - K + 1 + j])
 *        c_j = (-1)^j / (pi (2 j + 1)) w((2 j + 1) / (2 K)),  w: Kaiser's window; scaled to a sum of 1/4
 *        Late by 4 K - 2 samples of the stage's higher rate.
 *
 * CONST  Kaiser's beta 10.06: 100 dB (0.1102 (A - 8.7)). Pairs 28, 7, 5 by his length formula, (A - 7.95) /
 *        14.36 over the width of the gap: 0.06 about 1/4 of the doubled rate (0.44 .. 0.56 of the rate), then
 *        0.25 and 0.375.
 *
 * COST   28 + 14 + 20 products a frame each way, sixteen or thirty-two at once.
 *
 * REFS   J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS
 *        1974. */
#include "fx/oversample.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"

static const uint32_t pairs[SNQ__OVERSAMPLE_STAGES] = { 28, 7, 5 };
static const double beta = 10.06, pi = 3.14159265358979323846;

/* The modified Bessel function of the first kind, order 0. */
static double bessel_0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 60; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

static void design(snq__halfband *h, uint32_t k)
{
    double c[SNQ__OVERSAMPLE_PAIRS_MAX], sum = 0;
    h->pairs = k;
    for (uint32_t j = 0; j < k; j++) {
        const double at = 2.0 * j + 1, u = at / (2.0 * k);
        c[j] = (j % 2 ? -1 : 1) / (pi * at) * bessel_0(beta * sqrt(1 - u * u));
        sum += c[j];
    }
    for (uint32_t j = 0; j < k; j++)
        h->c[j] = (float)(c[j] * 0.25 / sum);
}

void snq__oversample_init(snq__oversample *o, unsigned cpu_flags)
{
    o->kernel = (snq__halfband_kernels) { snq__halfband_run_c, snq__halfband_weave_c,
                                          snq__halfband_part_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        o->kernel = (snq__halfband_kernels) { snq__halfband_run_avx2, snq__halfband_weave_avx2,
                                              snq__halfband_part_avx2 };
#endif
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        o->kernel = (snq__halfband_kernels) { snq__halfband_run_avx512, snq__halfband_weave_avx512,
                                              snq__halfband_part_avx512 };
#endif
    (void)cpu_flags;
    for (int s = 0; s < SNQ__OVERSAMPLE_STAGES; s++)
        design(&o->half[s], pairs[s]);
    snq__oversample_clear(o);
}

void snq__oversample_clear(snq__oversample *o)
{
    memset(o->up, 0, sizeof o->up);
    memset(o->even, 0, sizeof o->even);
    memset(o->odd, 0, sizeof o->odd);
}

/* The last of what was seen becomes the past. */
static void go_on(float *line, uint32_t n)
{
    memmove(line, line + n, SNQ__OVERSAMPLE_PAST * sizeof *line);
}

static void double_rate(snq__oversample *o, int s, const float *x, uint32_t n, float *y)
{
    const uint32_t k = o->half[s].pairs;
    float *line = o->up[s], between[SNQ__OVERSAMPLE_HALF + SNQ__OVERSAMPLE_SLACK];
    memcpy(line + SNQ__OVERSAMPLE_PAST, x, n * sizeof *x);
    const float *from = line + SNQ__OVERSAMPLE_PAST - k;
    o->kernel.run(&o->half[s], from, between, n);
    o->kernel.weave(from, between, y, n);
    go_on(line, n);
}

static void halve_rate(snq__oversample *o, int s, const float *x, uint32_t n, float *y)
{
    const uint32_t k = o->half[s].pairs;
    float *even = o->even[s], *odd = o->odd[s];
    float sum[SNQ__OVERSAMPLE_HALF + SNQ__OVERSAMPLE_SLACK];
    o->kernel.part(x, even + SNQ__OVERSAMPLE_PAST, odd + SNQ__OVERSAMPLE_PAST, n);
    o->kernel.run(&o->half[s], odd + SNQ__OVERSAMPLE_PAST - k, sum, n);
    const float *middle = even + SNQ__OVERSAMPLE_PAST - k + 1;
    for (uint32_t i = 0; i < n; i++)
        y[i] = 0.5f * middle[i] + sum[i];
    go_on(even, n);
    go_on(odd, n);
}

void snq__oversample_up(snq__oversample *o, const float *x, uint32_t n, float *y)
{
    float two[2 * SNQ_EFFECT_BLOCK], four[4 * SNQ_EFFECT_BLOCK];
    double_rate(o, 0, x, n, two);
    double_rate(o, 1, two, 2 * n, four);
    double_rate(o, 2, four, 4 * n, y);
}

void snq__oversample_down(snq__oversample *o, const float *x, uint32_t n, float *y)
{
    float two[2 * SNQ_EFFECT_BLOCK], four[4 * SNQ_EFFECT_BLOCK];
    halve_rate(o, 2, x, 4 * n, four);
    halve_rate(o, 1, four, 2 * n, two);
    halve_rate(o, 0, two, n, y);
}
