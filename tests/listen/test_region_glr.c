// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "listen/region_glr_impl.h"

enum { N = SNQ__REGION_STRIDE };

typedef struct row {
    float x[N], inv[N], weight[N];
} row;

/* Ratios to the floor of 10^-spread .. 10^spread; the last columns unused. */
static void fill(row *r, snq_rng *rng, double spread)
{
    for (int b = 0; b < N; b++) {
        const double mu = pow(10, -12 * snq_rng_uniform(rng));
        const double q = pow(10, spread * (2 * snq_rng_uniform(rng) - 1));
        const int used = b < SNQ__REGION_USED;
        r->x[b] = used ? (float)(mu * q) : 0;
        r->inv[b] = used ? (float)(1 / mu) : 0;
        r->weight[b] = used ? (float)(30 * snq_rng_uniform(rng)) : 0;
    }
}

static double slow(const row *r)
{
    double sum = 0;
    for (int b = 0; b < N; b++) {
        const double q = (double)r->x[b] * r->inv[b];
        sum += q > 1 ? r->weight[b] * (q - 1 - log(q)) : 0;
    }
    return sum;
}

static void is_the_formula(void **state)
{
    snq_rng rng;
    row r;
    snq_rng_init(&rng, 1);
    for (int i = 0; i < 2000; i++) {
        fill(&r, &rng, i % 7 * 0.5 + 0.01);
        const double want = slow(&r), got = snq__glr(r.x, r.inv, r.weight);
        check_near(got, want, 2e-6 * want + 3e-4);
    }
    memset(r.x, 0, sizeof r.x);
    assert_true(snq__glr(r.x, r.inv, r.weight) == 0);
}

static void bounds_hold(void **state)
{
    snq_rng rng;
    row r;
    snq_rng_init(&rng, 2);
    for (int i = 0; i < 2000; i++) {
        fill(&r, &rng, i % 7 * 0.5 + 0.01);
        const double want = slow(&r), most = snq__glr_bound(r.x, r.inv, r.weight);
        assert_true(most >= want - 2e-6 * want - 3e-4);
        assert_true((double)SNQ__GLR_LEAST * most <= want + 2e-6 * want + 3e-4);
        const float lo = (float)(want * (0.5 + snq_rng_uniform(&rng))), hi = 1.3f * lo;
        const float got = snq__glr_between(r.x, r.inv, r.weight, lo, hi);
        assert_true((got < lo) == (want < lo));
        assert_true((got > hi) == (want > hi));
    }
}

static void mean_of_decibels(void **state)
{
    snq_rng rng;
    float x[N];
    snq_rng_init(&rng, 3);
    for (int i = 0; i < 500; i++) {
        double want = 0;
        for (int b = 0; b < N; b++) {
            x[b] = i ? (float)pow(10, -20 + 30 * snq_rng_uniform(&rng)) : 0;
            want += b < SNQ_MEL_BANDS ? 10 * log10(x[b] + 1e-12) / SNQ_MEL_BANDS : 0;
        }
        check_near(snq__mean_db(x), want, 2e-5);
    }
}

static void sums_across_the_ring(void **state)
{
    snq__region_rows r = { 0 };
    snq_hop hop = { .frames = 441 };
    float mel[SNQ_MEL_BANDS], sum[N];
    check_ok(snq__region_rows_init(&r, 1));
    for (int i = 0; i < SNQ__REGION_ROWS + 5; i++) {
        for (int b = 0; b < SNQ_MEL_BANDS; b++)
            mel[b] = (float)(i + b);
        check_ok(snq__region_rows_push(&r, &hop, mel));
    }
    snq__row_sum(&r, SNQ__REGION_ROWS - 4, 7, sum);
    for (int b = 0; b < SNQ_MEL_BANDS; b++)
        check_near(sum[b], 7.0 * (SNQ__REGION_ROWS - 1 + b), 0.01);
    assert_int_equal(snq__region_oldest(&r), 5);
    snq__region_rows_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_formula),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(mean_of_decibels),
        cmocka_unit_test(sums_across_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
