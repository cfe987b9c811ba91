// SPDX-License-Identifier: MIT
#include "dsp/fft_plan_impl.h"

#include <math.h>

#include "base/alloc.h"
#include "dsp/fft.h"

/* A tile is left free after 512 numbers (4096 bytes, the first cache's size over its ways), from
 * the length on at which strides reach that. */
enum { SKEW = 9, SKEW_FROM = 2048 };

snq_status snq__fft_check_length(uint32_t n)
{
    if (n < SNQ_FFT_MIN || n > SNQ_FFT_MAX || (n & (n - 1)))
        return SNQ_FAIL(SNQ_ERR_RANGE, "fft length %u is not a power of two in %d .. %d", n,
                        SNQ_FFT_MIN, SNQ_FFT_MAX);
    return SNQ_OK;
}

/* The passes of n: eights, after as few fours as make up the length. */
static void choose_radices(snq__fft_plan *plan)
{
    uint32_t bits = 0;
    while ((uint32_t)1 << bits < plan->n)
        bits++;
    if (bits < 5) { /* by the definition */
        plan->passes = 1;
        plan->pass[0] = (snq__fft_pass) { .radix = plan->n, .stride = 1, .groups = 1 };
        return;
    }
    const uint32_t fours = bits % 3 * 2 % 3;
    for (uint32_t i = 0; i < fours; i++)
        plan->pass[plan->passes++].radix = 4;
    for (uint32_t left = bits - 2 * fours; left; left -= 3)
        plan->pass[plan->passes++].radix = 8;
    uint32_t groups = 1;
    for (uint32_t i = 0; i < plan->passes; i++) {
        snq__fft_pass *pass = &plan->pass[i];
        pass->groups = groups;
        groups *= pass->radix;
        pass->stride = plan->n / groups;
    }
}

/* Position of butterfly p before pass `i`: its digits, the first pass's the lowest of p and the
 * highest of the position. */
static uint32_t position(const snq__fft_plan *plan, uint32_t i, uint32_t p)
{
    uint32_t g = 0;
    for (uint32_t j = 0; j < i; j++) {
        g = g * plan->pass[j].radix + p % plan->pass[j].radix;
        p /= plan->pass[j].radix;
    }
    return g;
}

static size_t root_floats(const snq__fft_plan *plan, uint32_t i)
{
    const snq__fft_pass *pass = &plan->pass[i];
    if (i == 0)
        return plan->passes == 1 ? 2 * (size_t)plan->n : 0;
    const size_t tile = i == plan->passes - 1 ? SNQ__FFT_TILE : 1;
    return (pass->groups + tile - 1) / tile * tile * pass->radix;
}

static void fill_roots(const snq__fft_plan *plan, uint32_t i, float *root)
{
    const snq__fft_pass *pass = &plan->pass[i];
    const int last = i == plan->passes - 1;
    const size_t tile = last ? SNQ__FFT_TILE : 1;
    for (uint32_t p = 0; p < pass->groups; p++) {
        const double a = -2 * M_PI * p / ((double)pass->groups * pass->radix);
        const double c = cos(a), s = sin(a), c2 = c * c - s * s, s2 = 2 * c * s;
        const double four[4] = { c, s, c2, s2 };
        const double eight[8] = { c,  s,  M_SQRT1_2 * (c + s), M_SQRT1_2 * (s - c),
                                  c2, s2, c2 * c2 - s2 * s2,   2 * c2 * s2 };
        const size_t at = last ? p : position(plan, i, p);
        float *to = root + at / tile * tile * pass->radix + at % tile;
        for (size_t k = 0; k < pass->radix; k++)
            to[k * tile] = (float)(pass->radix == 8 ? eight[k] : four[k]);
    }
}

/* All roots of unity, for a length that has no passes. */
static void fill_definition(uint32_t n, float *root)
{
    for (uint32_t k = 0; k < n; k++) {
        root[2 * k] = (float)cos(-2 * M_PI * k / n);
        root[2 * k + 1] = (float)sin(-2 * M_PI * k / n);
    }
}

/* Float of the work array where number i begins. */
static size_t work_at(const snq__fft_plan *plan, size_t i)
{
    return 2 * i + (i >> plan->skew) * SNQ__FFT_TILE;
}

snq_status snq__fft_plan_init(snq__fft_plan *plan, uint32_t n)
{
    *plan = (snq__fft_plan) { .n = n };
    choose_radices(plan);
    size_t floats = 0;
    for (uint32_t i = 0; i < plan->passes; i++)
        floats += root_floats(plan, i);
    plan->roots = snq_calloc(floats, sizeof(float));
    plan->skew = n >= SKEW_FROM ? SKEW : 31;
    plan->work = snq_calloc(work_at(plan, n), sizeof(float));
    plan->row = snq_calloc(n / 8, 2 * sizeof(*plan->row));
    if (!plan->roots || !plan->work || !plan->row) {
        snq__fft_plan_clear(plan);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "transform of %u", n);
    }
    float *root = plan->roots;
    if (plan->passes == 1)
        fill_definition(n, root);
    plan->pass[0].root = root;
    for (uint32_t i = 1; i < plan->passes; i++) {
        fill_roots(plan, i, root);
        plan->pass[i].root = root;
        root += root_floats(plan, i);
    }
    for (uint32_t p = 0; p < n / 8; p++)
        plan->row[p] = (uint32_t)work_at(plan, 8 * position(plan, plan->passes - 1, p));
    plan->mirror = plan->row + n / 8;
    for (uint32_t p = 0; p < n / 8; p++)
        plan->mirror[p] = plan->row[p ? n / 8 - p : 0];
    return SNQ_OK;
}

void snq__fft_plan_clear(snq__fft_plan *plan)
{
    snq_free(plan->roots);
    snq_free(plan->work);
    snq_free(plan->row);
    *plan = (snq__fft_plan) { 0 };
}

float *snq__rfft_roots(uint32_t m)
{
    const uint32_t n = m / 2 + 1;
    float *v = snq_calloc(n, 2 * sizeof(float));
    for (uint32_t k = 0; v && k < n; k++) {
        v[k] = (float)(-0.5 * sin(M_PI * k / m));
        v[n + k] = (float)(-0.5 * cos(M_PI * k / m));
    }
    return v;
}
