// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "map/transfer.h"

static snq_transfer of(snq_transfer_type type, double a, double b, double c, double d)
{
    snq_transfer t = snq_transfer_default();
    t.type = type;
    t.in[0] = a, t.in[1] = b, t.out[0] = c, t.out[1] = d;
    return t;
}

static void by_definition(void **state)
{
    snq_transfer t = of(SNQ_TRANSFER_LINEAR, 0, 0.5, 0.2, 0.9);
    check_near(snq_transfer_at(&t, 0.25), 0.55, 1e-12);
    t = of(SNQ_TRANSFER_EXPONENTIAL, 0, 1, 100, 5000);
    check_near(snq_transfer_at(&t, 0.5), 1325, 1e-9); /* the figure of the design */
    t.exponent = 1;
    t.log_scale = 1;
    check_near(snq_transfer_at(&t, 0.5), sqrt(100.0 * 5000.0), 1e-9); /* 707 Hz */
    t = of(SNQ_TRANSFER_EXPONENTIAL, 0.5, 5, 0.25, 8);
    t.exponent = 1.5;
    check_near(snq_transfer_at(&t, 2), 0.25 + pow(1.5 / 4.5, 1.5) * 7.75, 1e-12);
    t = of(SNQ_TRANSFER_LOGARITHMIC, 0, 1, 0, 1);
    check_near(snq_transfer_at(&t, 1.0 / 9), log10(2), 1e-12);
    t.base = 1.001;
    check_near(snq_transfer_at(&t, 0.5), 0.5, 1e-3);
    t = of(SNQ_TRANSFER_SIGMOID, 0, 0.5, 0.3, 0.9);
    check_near(snq_transfer_at(&t, 0.25), 0.6, 1e-12); /* symmetric about its middle */
    const double raw = 1 / (1 + exp(-10 * (0.7 - 0.5))), lo = 1 / (1 + exp(5.0)),
                 hi = 1 / (1 + exp(-5.0));
    check_near(snq_transfer_at(&t, 0.35), 0.3 + 0.6 * (raw - lo) / (hi - lo), 1e-12);
    t.midpoint = 0.1;
    assert_true(snq_transfer_at(&t, 0.25) > 0.6);
    t = of(SNQ_TRANSFER_CUSTOM, 0, 2, 10, 20);
    check_ok(snq_expression_compile("x * x", &t.formula, NULL));
    check_near(snq_transfer_at(&t, 1), 12.5, 1e-12);
}

/* Every shape meets its ends exactly, rises all the way, and holds beyond. */
static void ends_and_order(void **state)
{
    for (int type = 0; type < SNQ_TRANSFER_CUSTOM; type++)
        for (int k = 0; k < 8; k++) {
            snq_transfer t = of((snq_transfer_type)type, -1, 3, k & 1 ? 8 : 0.5, k & 1 ? 0.5 : 8);
            t.log_scale = k >> 1 & 1;
            t.steepness = k >> 2 ? SNQ_TRANSFER_STEEPNESS_MAX : SNQ_TRANSFER_STEEPNESS_MIN;
            assert_true(snq_transfer_at(&t, -1) == t.out[0] && snq_transfer_at(&t, -9) == t.out[0]);
            assert_true(snq_transfer_at(&t, 3) == t.out[1] &&
                        snq_transfer_at(&t, INFINITY) == t.out[1]);
            double last = 0;
            for (double x = -1; x <= 3; x += 1.0 / 64) {
                const double s = snq_transfer_shape(&t, x);
                assert_true(s >= last && s <= 1);
                last = s;
            }
            assert_true(isnan(snq_transfer_at(&t, NAN)));
        }
}

static void without_clamp_it_goes_on(void **state)
{
    snq_transfer t = of(SNQ_TRANSFER_LINEAR, 0, 1, 0, 10);
    t.clamp = 0;
    check_near(snq_transfer_at(&t, 1.5), 15, 1e-12);
    check_near(snq_transfer_at(&t, -0.5), -5, 1e-12);
    t.type = SNQ_TRANSFER_EXPONENTIAL;
    check_near(snq_transfer_at(&t, -0.5), -2.5, 1e-12); /* turned over */
    t.type = SNQ_TRANSFER_LOGARITHMIC;
    check_near(snq_transfer_at(&t, -0.5), -snq_transfer_at(&t, 0.5), 1e-12);
    assert_true(isnan(snq_transfer_at(&t, INFINITY)));
    t.type = SNQ_TRANSFER_LINEAR;
    t.log_scale = 1;
    t.out[0] = 1;
    assert_true(isnan(snq_transfer_at(&t, 1e6)));
}

static void a_formula_is_contained(void **state)
{
    snq_transfer t = of(SNQ_TRANSFER_CUSTOM, 0, 1, 0, 1);
    check_ok(snq_expression_compile("1 / (x - 0.5)", &t.formula, NULL));
    assert_true(isnan(snq_transfer_at(&t, 0.5)));
    assert_true(snq_transfer_at(&t, 0.6) == 1 && snq_transfer_at(&t, 0.4) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_definition),
        cmocka_unit_test(ends_and_order),
        cmocka_unit_test(without_clamp_it_goes_on),
        cmocka_unit_test(a_formula_is_contained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
